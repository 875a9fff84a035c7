"""The demo's areas: seven buildings with their floors and some rooms, who owns them and who stands in.

Everybody whom the history makes an area owner looks after an area: one owner each, the others are deputies.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from hmswiki.demo.history import FOUNDED

Row = dict[str, Any]

THUYS = "K3-2"
"""The fire area responsible's own floor."""

# code, parent, kind, bokmål, English, the units it is given to, the unit whose area owner owns it
AREAS = (
    ("RFB", None, "building", "Realfagbygget", "Natural Sciences Building", ("IBI", "IFY", "IKJ"), "IFY"),
    ("RFB-A2", "RFB", "floor", "Realfagbygget A, 2. etasje", "Natural Sciences Building A, 2nd floor",
     ("ADM",), "ADM"),
    ("RFB-B1", "RFB", "floor", "Realfagbygget B, 1. etasje", "Natural Sciences Building B, 1st floor",
     ("IBI",), "IBI"),
    ("RFB-B2", "RFB", "floor", "Realfagbygget B, 2. etasje", "Natural Sciences Building B, 2nd floor",
     ("IBI",), "IBI"),
    ("RFB-B2-07", "RFB-B2", "room", "Sekvenseringslaboratoriet B2-207", "Sequencing laboratory B2-207", (), "IBI"),
    ("RFB-D3", "RFB", "floor", "Realfagbygget D, 3. etasje", "Natural Sciences Building D, 3rd floor",
     ("IFY",), "IFY"),
    ("RFB-D3-12", "RFB-D3", "room", "Laserlaboratoriet D3-112", "Laser laboratory D3-112", (), "IFY"),
    ("RFB-D4", "RFB", "floor", "Realfagbygget D, 4. etasje", "Natural Sciences Building D, 4th floor",
     ("IFY",), "IFY"),
    ("RFB-D5", "RFB", "floor", "Realfagbygget D, 5. etasje", "Natural Sciences Building D, 5th floor",
     ("IFY",), "IFY"),
    ("RFB-E1", "RFB", "floor", "Realfagbygget E, 1. etasje", "Natural Sciences Building E, 1st floor", (), "IKJ"),
    ("K1", None, "building", "Kjemiblokk 1", "Chemistry Block 1", ("IMA",), "IMA"),
    ("K1-1", "K1", "floor", "Kjemiblokk 1, 1. etasje", "Chemistry Block 1, 1st floor", (), "IMA"),
    ("K1-1-04", "K1-1", "room", "Smelteverkstedet K1-104", "Melting workshop K1-104", (), "IMA"),
    ("K1-2", "K1", "floor", "Kjemiblokk 1, 2. etasje", "Chemistry Block 1, 2nd floor", (), "IMA"),
    ("K1-3", "K1", "floor", "Kjemiblokk 1, 3. etasje", "Chemistry Block 1, 3rd floor", ("IKP", "IMA"), "IMA"),
    ("K2", None, "building", "Kjemiblokk 2", "Chemistry Block 2", ("IBT", "IKP"), "IKP"),
    ("K2-1", "K2", "floor", "Kjemiblokk 2, 1. etasje", "Chemistry Block 2, 1st floor", ("IKP",), "IKP"),
    ("K2-1-10", "K2-1", "room", "Pilothallen K2-110", "Pilot hall K2-110", (), "IKP"),
    ("K2-2", "K2", "floor", "Kjemiblokk 2, 2. etasje", "Chemistry Block 2, 2nd floor", ("IKP",), "IKP"),
    ("K2-3", "K2", "floor", "Kjemiblokk 2, 3. etasje", "Chemistry Block 2, 3rd floor", ("IBT",), "IBT"),
    ("K2-4", "K2", "floor", "Kjemiblokk 2, 4. etasje", "Chemistry Block 2, 4th floor", ("IBT",), "IBT"),
    ("K3", None, "building", "Kjemiblokk 3", "Chemistry Block 3", ("IKJ",), "IKJ"),
    ("K3-1", "K3", "floor", "Kjemiblokk 3, 1. etasje", "Chemistry Block 3, 1st floor", (), "IKJ"),
    (THUYS, "K3", "floor", "Kjemiblokk 3, 2. etasje", "Chemistry Block 3, 2nd floor", (), "IKJ"),
    ("K3-3", "K3", "floor", "Kjemiblokk 3, 3. etasje", "Chemistry Block 3, 3rd floor", (), "IKJ"),
    ("K3-3-07", "K3-3", "room", "Løsemiddelrommet K3-307", "Solvent store K3-307", (), "IKJ"),
    ("SEA", None, "building", "SeaLab", "SeaLab", ("FFI",), "FFI"),
    ("SEA-1", "SEA", "floor", "SeaLab, 1. etasje", "SeaLab, 1st floor", (), "FFI"),
    ("SEA-1-02", "SEA-1", "room", "Startfôringsrommet", "First-feeding room", (), None),
    ("AAL", None, "building", "Laboratoriebygget i Ålesund", "Laboratory building in Ålesund", ("IBA",), "IBA"),
    ("AAL-1", "AAL", "floor", "Laboratoriebygget i Ålesund, 1. etasje", "Laboratory building in Ålesund, 1st floor",
     (), "IBA"),
    ("AAL-2", "AAL", "floor", "Laboratoriebygget i Ålesund, 2. etasje", "Laboratory building in Ålesund, 2nd floor",
     (), "IBA"),
    ("BIO", None, "building", "Bioingeniørbygget", "Biomedical Laboratory Building", ("IBF",), "IBF"),
    ("BIO-2", "BIO", "floor", "Bioingeniørbygget, 2. etasje", "Biomedical Laboratory Building, 2nd floor",
     (), "IBF"),
)  # fmt: skip

LEFT = {"RFB-D5": 75, "AAL-2": 26}
"""So many days ago their owner left, and nobody followed. The first-feeding room never had one."""

LEAVES_SOON = ("RFB-D4", 18)
"""Its owner's period ends in so many days, and nobody is to follow."""


@dataclass(frozen=True)
class Place:
    """An area as its rounds know it. `units`: those it belongs to, in the order of the organisation."""

    code: str
    kind: str
    units: tuple[str, ...]
    owner: str | None
    deputies: tuple[str, ...]
    left_on: date | None
    """The first day without an owner."""

    @property
    def unit(self) -> str:
        """The unit that answers for its rounds."""
        return self.units[0]

    def owner_on(self, day: date) -> str | None:
        return None if self.left_on is not None and day >= self.left_on else self.owner


def places(start: date, roles: Iterable[Row]) -> dict[str, Place]:
    """The areas by code. `roles`: the history's, with its area owners."""
    free = _owners(roles)
    units = _units()
    owners: dict[str, str | None] = {}
    for code, *_, unit in AREAS:
        owners[code] = ("demo-omradeansvarlig" if code == THUYS else free[unit].pop(0)) if unit else None
    deputies = _deputies(free, units)
    return {
        code: Place(
            code, kind, units[code], owners[code], tuple(deputies[code]),
            start - timedelta(days=LEFT[code]) if code in LEFT else None,
        )
        for code, _, kind, *_ in AREAS
    }  # fmt: skip


def _owners(roles: Iterable[Row]) -> dict[str, list[str]]:
    """Who holds the role, by unit."""
    found: dict[str, list[str]] = defaultdict(list)
    for row in roles:
        if row["role"] == "area_owner" and row["person"] != "demo-omradeansvarlig":
            found[row["unit"]].append(row["person"])
    return found


def _units() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for code, parent, _, _, _, own, _ in AREAS:
        found[code] = own or found[parent or ""]
    return found


def _deputies(free: Mapping[str, list[str]], units: Mapping[str, tuple[str, ...]]) -> dict[str, list[str]]:
    """Whoever owns nothing stands in, one after the other, in the areas of their unit."""
    found: dict[str, list[str]] = defaultdict(list)
    kinds = {code: kind for code, _, kind, *_ in AREAS}
    for unit, people in free.items():
        theirs = [code for code, where in units.items() if unit in where and code not in LEFT and code != "SEA-1-02"]
        theirs.sort(key=lambda code: (code != THUYS, len(units[code]) > 1, kinds[code] != "floor", code))
        for number, person in enumerate(people):
            found[theirs[number % len(theirs)]].append(person)
    return found


def rows(start: date, known: Mapping[str, Place]) -> dict[str, list[Row]]:
    """Rows of a bundle, by kind of record."""
    made: dict[str, list[Row]] = {"areas": [], "area_units": [], "area_duties": []}
    since = start - timedelta(days=700)
    for position, (code, parent, kind, nb, en, own, _) in enumerate(AREAS, start=1):
        row: Row = {"code": code, "name": {"nb": nb, "nn": nynorsk(nb), "en": en}, "kind": kind, "position": position}
        made["areas"].append(row | {"opened": FOUNDED.isoformat()} | ({"parent": parent} if parent else {}))
        made["area_units"].extend(
            {"area": code, "unit": unit, "from": FOUNDED.isoformat(), "recorded_at": _noon(since)} for unit in own
        )
        made["area_duties"].extend(_duties(start, since, known[code]))
    return made


def _duties(start: date, since: date, place: Place) -> Iterable[Row]:
    if place.owner is not None:
        ends = place.left_on
        if place.code == LEAVES_SOON[0]:
            ends = start + timedelta(days=LEAVES_SOON[1])
        row = {"area": place.code, "person": place.owner, "part": "owner", "from": since.isoformat()}
        yield row | ({"to": ends.isoformat()} if ends else {}) | {"recorded_at": _noon(since)}
    for person in place.deputies:
        row = {"area": place.code, "person": person, "part": "deputy", "from": since.isoformat()}
        yield row | {"recorded_at": _noon(since)}


def _noon(day: date) -> str:
    return f"{day.isoformat()}T11:00:00+00:00"


def nynorsk(name: str) -> str:
    """What differs in nynorsk in these names."""
    return name.replace("Smelteverkstedet", "Smelteverkstaden").replace("Løsemiddelrommet", "Løysemiddelrommet")
