"""The people of the tests.

Faculty (FAC) has two units: Laser Lab (LAB, with a section OPT beneath it) and Workshop (WRK).
Astrid leads Laser Lab. Bjørn works there. Chen is its HSE coordinator. Siri is its safety representative.
Nils works in the section OPT. Dina works in Workshop and has no role. Olav leads Workshop.
Frida is editor, Gunnar approver, Hanne central HSE, Ivar administrator: all employed in the faculty itself,
as is the dean, Tora, who leads it. Ute is in the register but employed nowhere.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy.orm import Session

from hmswiki.config import Settings
from hmswiki.foundation import clock
from hmswiki.foundation.permissions import Role
from hmswiki.organisation.models import Employment, Person, RoleHolding, Unit

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


@dataclass(frozen=True)
class Cast:
    """Ids of the units and people, by code and by key."""

    units: dict[str, int]
    people: dict[str, int]


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
    session.flush()
    return Cast({code: unit.id for code, unit in units.items()}, {key: p.id for key, p in people.items()})
