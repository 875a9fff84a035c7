"""What units of the demo add to the fire round. The Department of Chemistry's clashes with the newest edition."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from hmswiki.checklists import supplement_content
from hmswiki.checklists.models import EditKind
from hmswiki.checklists.supplements import Edit, Number
from hmswiki.demo.checklists import BLANKET, FIRE, FLAMMABLE, number_on

Row = dict[str, Any]

# unit, days ago, who, kind, content
EDITS: Sequence[tuple[str, int, str, str, Row]] = (
    ("IKJ", 300, "demo-koordinator", "addition", {
        "item": {
            "key": "brannteppe-losemiddelbenk", "kind": "ok", "findings": ["deviation"],
            "text": {
                "nb": "Det er også et brannteppe ved løsemiddelbenken",
                "nn": "Det er òg eit brannteppe ved løysemiddelbenken",
                "en": "There is a fire blanket by the solvent bench, too",
            },
            "help": {
                "nb": "Det skal ligge i den røde esken, brettet.", "nn": "Det skal liggje i den raude eska, bretta.",
                "en": "It lies in the red box, folded.",
            },
        },
        "place": {"after": BLANKET},
    }),
    ("IKJ", 300, "demo-koordinator", "addition", {
        "item": {
            "key": "gassdetektor", "kind": "ok", "findings": ["deviation"],
            "text": {
                "nb": "Gassdetektoren i korridoren lyser grønt", "nn": "Gassdetektoren i korridoren lyser grønt",
                "en": "The gas detector in the corridor shows green",
            },
        },
        "place": {"after": "brannmeldere-frie"},
    }),
    ("IKJ", 292, "demo-koordinator", "note", {
        "item": FLAMMABLE,
        "text": {
            "nb": "Hos oss er grensen 25 liter løsemidler i hvert skap. Resten står i løsemiddelrommet K3-307.",
            "nn": "Hos oss er grensa 25 liter løysemiddel i kvart skap. Resten står i løysemiddelrommet K3-307.",
            "en": "Our limit is 25 litres of solvents in each cabinet. The rest is in the solvent store K3-307.",
        },
    }),
    ("IKJ", 292, "demo-koordinator", "not_relevant", {
        "item": "kjokkenutstyr",
        "because": {
            "nb": "Laboratorieetasjene har ingen kjøkken. Kaffetrakterne står i kantina, som har sin egen runde.",
            "nn": "Laboratorieetasjane har ingen kjøkken. Kaffitraktarane står i kantina, som har sin eigen runde.",
            "en": "The laboratory floors have no kitchens. The coffee makers are in the canteen with its own round.",
        },
    }),
    ("IMA", 180, "IMA", "addition", {
        "item": {
            "key": "smelteovner", "kind": "ok", "findings": ["deviation"],
            "text": {
                "nb": "Smelteovnene er slått av, og det står ingenting brennbart innenfor det gule feltet",
                "nn": "Smelteomnane er slått av, og det står ingenting brennbart innanfor det gule feltet",
                "en": "The melting furnaces are off, and nothing flammable stands within the yellow line",
            },
        },
        "place": {"own_section": "smelteverkstedet", "title": {
            "nb": "Smelteverkstedet", "nn": "Smelteverkstaden", "en": "The melting workshop",
        }},
    }),
)  # fmt: skip


def _recorded(start: date, before: int, number: int) -> datetime:
    return datetime.combine(start - timedelta(days=before), time(9, 10 + 6 * number), tzinfo=UTC)


def rows(start: date, leaders: dict[str, str]) -> list[Row]:
    """Rows of a bundle. `leaders`: of the units, who write where no one else is named."""
    return [
        {
            "id": str(uuid5(NAMESPACE_URL, f"hmswiki-demo:edit:{number}")), "checklist": FIRE, "unit": unit,
            "edition": ".".join(map(str, number_on(start, FIRE, start - timedelta(days=before)))), "kind": kind,
            "content": content, "recorded_at": _recorded(start, before, number).isoformat(),
            "recorded_by": leaders.get(by, by),
        }
        for number, (unit, before, by, kind, content) in enumerate(EDITS, start=1)
    ]  # fmt: skip


def _number(text: str) -> Number:
    major, minor = text.split(".")
    return (int(major), int(minor))


def edits(made: Iterable[Row], unit: str, at: datetime) -> list[Edit]:
    """The unit's edits that were recorded by then."""
    return [
        supplement_content.edit_of(
            EditKind(row["kind"]), row["content"], id=row["id"],
            of_edition=_number(row["edition"]), by=None,
            at=datetime.fromisoformat(row["recorded_at"]),
        )
        for row in made
        if row["unit"] == unit and datetime.fromisoformat(row["recorded_at"]) <= at
    ]  # fmt: skip
