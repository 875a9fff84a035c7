"""The people of the tests.

Faculty (FAC) has two units: Laser Lab (LAB, with a section OPT beneath it) and Workshop (WRK).
Astrid leads Laser Lab. Bjørn works there. Chen is its HSE coordinator. Siri is its safety representative.
Nils works in the section OPT. Dina works in Workshop and has no role. Olav leads Workshop.
Frida is editor, Gunnar approver, Hanne central HSE, Ivar administrator: all employed in the faculty itself,
as is the dean, Tora, who leads it. Ute is in the register but employed nowhere.

Building B1 belongs to the faculty, and Tora owns it. Its second floor (B1-2) belongs to Laser Lab and is shared with
Workshop: Bjørn owns it, and Dina is his deputy. On it lie two rooms, B1-217, which Bjørn owns too, and B1-219, which
nobody owns, and the fire zone B1-2-A, which Dina owns. All three belong to the floor's units, having none of their own.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy.orm import Session

from hmswiki.config import Settings
from hmswiki.foundation import clock
from hmswiki.foundation.permissions import Role
from hmswiki.organisation.models import (
    Area,
    AreaDuty,
    AreaKind,
    AreaPart,
    AreaUnit,
    Employment,
    Person,
    RoleHolding,
    Unit,
)

FOUNDED = date(2020, 1, 1)
RECORDED = datetime(2020, 1, 1, 8, 0, tzinfo=UTC)


def today() -> date:
    """The day where the site is: for an hour or two each night it is ahead of this machine's."""
    return clock.today(Settings().zone)


UNITS = (
    # code, bokmål, nynorsk, English, parent
    ("FAC", "Fakultetet", "Fakultetet", "The Faculty", None),
    ("LAB", "Laserlaben", "Laserlaben", "Laser Lab", "FAC"),
    ("OPT", "Optikkseksjonen", "Optikkseksjonen", "Optics Section", "LAB"),
    ("WRK", "Verkstedet", "Verkstaden", "Workshop", "FAC"),
)

PEOPLE = (
    # key, name, employed in, roles as (role, unit)
    ("astrid", "Astrid Aas", "LAB", [(Role.UNIT_LEADER, "LAB")]),
    ("bjorn", "Bjørn Berg", "LAB", []),
    ("chen", "Chen Li", "LAB", [(Role.HSE_COORDINATOR, "LAB")]),
    ("siri", "Siri Sand", "LAB", [(Role.SAFETY_REPRESENTATIVE, "LAB")]),
    ("nils", "Nils Nes", "OPT", []),
    ("dina", "Dina Dahl", "WRK", []),
    ("olav", "Olav Odden", "WRK", [(Role.UNIT_LEADER, "WRK")]),
    ("tora", "Tora Tangen", "FAC", [(Role.UNIT_LEADER, "FAC")]),
    ("frida", "Frida Foss", "FAC", [(Role.EDITOR, "FAC")]),
    ("gunnar", "Gunnar Gran", "FAC", [(Role.APPROVER, "FAC")]),
    ("hanne", "Hanne Hauge", "FAC", [(Role.CENTRAL_HSE, "FAC")]),
    ("ivar", "Ivar Iversen", "FAC", [(Role.ADMINISTRATOR, "FAC")]),
    ("ute", "Ute Uten", None, []),
)


AREAS = (
    # code, kind, bokmål, nynorsk, English, parent, units of its own, owner, deputy
    ("B1", AreaKind.BUILDING, "Bygg 1", "Bygg 1", "Building 1", None, ["FAC"], "tora", None),
    ("B1-2", AreaKind.FLOOR, "Andre etasje", "Andre høgda", "Second floor", "B1", ["LAB", "WRK"], "bjorn", "dina"),
    ("B1-217", AreaKind.ROOM, "Laserrommet", "Laserrommet", "Laser room", "B1-2", [], "bjorn", None),
    ("B1-219", AreaKind.ROOM, "Kjemikalielageret", "Kjemikalielageret", "Chemical store", "B1-2", [], None, None),
    ("B1-2-A", AreaKind.ZONE, "Brannsone A", "Brannsone A", "Fire zone A", "B1-2", [], "dina", None),
)


@dataclass(frozen=True)
class Cast:
    """Ids of the units, people and areas, by code and by key."""

    units: dict[str, int]
    people: dict[str, int]
    areas: dict[str, int]


def bring_in(session: Session) -> Cast:
    """Write the organisation into an empty database."""
    units: dict[str, Unit] = {}
    for position, (code, nb, nn, en, parent) in enumerate(UNITS):
        above = units[parent] if parent else None
        unit = Unit(
            code=code, name={"nb": nb, "nn": nn, "en": en}, parent_id=above.id if above else None, path="",
            opened=FOUNDED, position=position,
        )  # fmt: skip
        session.add(unit)
        session.flush()
        unit.path = f"{above.path if above else '/'}{unit.id}/"
        units[code] = unit
    people: dict[str, Person] = {}
    for key, name, where, roles in PEOPLE:
        person = Person(external_key=key, name=name, email=f"{key}@example.no")
        session.add(person)
        session.flush()
        people[key] = person
        if where:
            session.add(
                Employment(person_id=person.id, unit_id=units[where].id, starts_on=FOUNDED, recorded_at=RECORDED)
            )
        for role, unit_code in roles:
            session.add(
                RoleHolding(
                    person_id=person.id,
                    unit_id=units[unit_code].id,
                    role=role,
                    starts_on=FOUNDED,
                    recorded_at=RECORDED,
                )  # fmt: skip
            )
    areas = _bring_in_areas(session, units, people)
    session.flush()
    return Cast(
        {code: unit.id for code, unit in units.items()},
        {key: one.id for key, one in people.items()},
        {code: area.id for code, area in areas.items()},
    )


def _bring_in_areas(session: Session, units: dict[str, Unit], people: dict[str, Person]) -> dict[str, Area]:
    areas: dict[str, Area] = {}
    for position, (code, kind, nb, nn, en, parent, given_to, owner, deputy) in enumerate(AREAS):
        above = areas[parent] if parent else None
        area = Area(
            code=code, kind=kind, name={"nb": nb, "nn": nn, "en": en}, parent_id=above.id if above else None, path="",
            opened=FOUNDED, position=position,
        )  # fmt: skip
        session.add(area)
        session.flush()
        area.path = f"{above.path if above else 'a/'}{area.id}/"
        areas[code] = area
        for unit in given_to:
            session.add(AreaUnit(area_id=area.id, unit_id=units[unit].id, starts_on=FOUNDED, recorded_at=RECORDED))
        for part, key in ((AreaPart.OWNER, owner), (AreaPart.DEPUTY, deputy)):
            if key is not None:
                session.add(
                    AreaDuty(
                        area_id=area.id, person_id=people[key].id, part=part, starts_on=FOUNDED, recorded_at=RECORDED
                    )
                )
    return areas
