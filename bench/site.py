"""A made-up organisation of any size, written straight into the tables.

Every department has 20 units, itself among them, and every unit about 50 people. A tenth of the people have moved
once. Half of all that is asked for is acknowledged; a third of the units have confirmed each guideline.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Table, insert, text

from hmswiki.acknowledgements.models import (
    Acknowledgement,
    Confirmation,
    ConfirmationAnswer,
    ConfirmationException,
    Evidence,
    Rollout,
    RolloutUnit,
)
from hmswiki.foundation import clock
from hmswiki.foundation.bundles import in_batches
from hmswiki.foundation.database import Base
from hmswiki.foundation.permissions import Role
from hmswiki.guidelines.models import Edition, Guideline, Translation
from hmswiki.organisation.models import Employment, Person, RoleHolding, Unit

PEOPLE_IN_A_UNIT = 50
UNITS_IN_A_DEPARTMENT = 20
ROOT = 1

Row = dict[str, Any]


def today() -> date:
    """The day on which everything is made and looked at."""
    return clock.today(ZoneInfo("Europe/Oslo"))


@dataclass(frozen=True)
class Size:
    """How much there is of everything. `acknowledged`: the share of all that is asked for."""

    people: int
    guidelines: int = 100
    acknowledged: float = 0.5

    @property
    def units(self) -> int:
        """Units beneath the root, whole departments of them."""
        wanted = max(1, round(self.people / PEOPLE_IN_A_UNIT / UNITS_IN_A_DEPARTMENT))
        return wanted * UNITS_IN_A_DEPARTMENT


def fill(connection: Connection, size: Size, *, today: date) -> int:
    """Write the site, the same one for the same size and day. Gives the number of acknowledgements."""
    rng = Random(size.people)
    founded = today - timedelta(days=3650)
    begun = today - timedelta(days=900)
    moved = today - timedelta(days=400)
    units = list(_units(size, founded))
    write(connection, Unit, units)
    write(connection, Person, _people(size))
    home = {person: 2 + (person - 1) % size.units for person in range(1, size.people + 1)}
    before = {person: 2 + person % size.units for person in home if rng.random() < 0.1}
    write(connection, Employment, _employments(home, before, founded, moved))
    write(connection, RoleHolding, _leaders(size, home, founded))
    guidelines = range(1, size.guidelines + 1)
    write(connection, Guideline, (
        {"id": one, "slug": f"guideline-{one:03}", "title": f"Retningslinje {one}", "owner": "HMS-avdelingen",
         "renew_months": 24 if one % 10 == 0 else None} for one in guidelines
    ))  # fmt: skip
    # The second edition of every other guideline must be acknowledged anew.
    published = {2 * one - 1: begun - timedelta(days=one % 60) for one in guidelines}
    published |= {2 * one: today - timedelta(days=240 + one % 60) for one in guidelines}
    write(connection, Edition, (
        {"id": edition, "guideline_id": (edition + 1) // 2, "major": 1 if edition % 2 or edition % 4 else 2,
         "minor": 1 if edition % 2 == 0 and edition % 4 else 0, "published_on": day,
         "requires_acknowledgement": edition % 2 == 1 or edition % 4 == 0} for edition, day in published.items()
    ))  # fmt: skip
    write(connection, Translation, _texts(published))
    write(connection, Rollout, (
        {"id": one, "key": f"rollout-{one:03}", "guideline_id": one, "starts_on": published[2 * one - 1],
         "due": today + timedelta(days=one - size.guidelines // 2), "evidence": Evidence.NAMED,
         "purpose": "Vite hvem som har lest", "legal_basis": "Berettiget interesse"} for one in guidelines
    ))  # fmt: skip
    write(connection, RolloutUnit, ({"rollout_id": one, "unit_id": ROOT} for one in guidelines))
    confirmations, excepted = _confirmations(rng, size, home, published, today)
    write(connection, Confirmation, confirmations)
    write(connection, ConfirmationException, excepted)
    written = write(connection, Acknowledgement, _acknowledgements(rng, size, published, today))
    after(connection)
    return written


def _units(size: Size, founded: date) -> Iterator[Row]:
    """The root has id 1, the others follow; the first of every 20 is their department."""
    yield {"id": ROOT, "code": "ROOT", "name": "Organisasjonen", "parent_id": None, "path": f"/{ROOT}/",
           "opened": founded, "position": 0.0}  # fmt: skip
    for place in range(size.units):
        id = place + 2
        department = id - place % UNITS_IN_A_DEPARTMENT
        path = f"/{ROOT}/{id}/" if id == department else f"/{ROOT}/{department}/{id}/"
        yield {"id": id, "code": f"U{place + 1:04}", "name": f"Enhet {place + 1}",
               "parent_id": ROOT if id == department else department, "path": path,
               "opened": founded, "position": float(place)}  # fmt: skip


def _people(size: Size) -> Iterator[Row]:
    for person in range(1, size.people + 1):
        yield {"id": person, "external_key": f"p{person:06}", "name": f"Ansatt {person}"}


def _employments(home: dict[int, int], before: dict[int, int], founded: date, moved: date) -> Iterator[Row]:
    id = 0
    for person, unit in home.items():
        if person in before:
            id += 1
            yield {"id": id, "person_id": person, "unit_id": before[person], "starts_on": founded, "ends_on": moved,
                   "recorded_at": noon(founded)}  # fmt: skip
        id += 1
        yield {"id": id, "person_id": person, "unit_id": unit, "starts_on": moved if person in before else founded,
               "ends_on": None, "recorded_at": noon(founded)}  # fmt: skip


def _leaders(size: Size, home: dict[int, int], founded: date) -> Iterator[Row]:
    """The first person of each unit leads it."""
    led: set[int] = set()
    for person, unit in home.items():
        if unit in led:
            continue
        led.add(unit)
        yield {"id": len(led), "person_id": person, "unit_id": unit, "role": Role.UNIT_LEADER, "starts_on": founded,
               "recorded_at": noon(founded)}  # fmt: skip
        if len(led) == size.units:
            return


def _texts(published: dict[int, date]) -> Iterator[Row]:
    for edition in published:
        part = f"Dette gjelder for utgave {edition}. " + "Alle ansatte følger rutinen og melder fra om avvik. " * 12
        body = "\n\n".join(f"## Del {number}\n\n{part}" for number in range(1, 6)) + "\n"
        laid_out = "".join(f"<h2>Del {number}</h2><p>{part}</p>" for number in range(1, 6))
        yield {"id": edition, "edition_id": edition, "language": "nb", "title": f"Retningslinje {(edition + 1) // 2}",
               "body": body, "html": laid_out, "words": len(body.split())}  # fmt: skip


def _confirmations(
    rng: Random, size: Size, home: dict[int, int], published: dict[int, date], today: date
) -> tuple[list[Row], list[Row]]:
    in_unit: dict[int, int] = {unit: person for person, unit in home.items()}
    rows: list[Row] = []
    excepted: list[Row] = []
    for edition, since in published.items():
        for unit in range(2, size.units + 2):
            if rng.random() >= 1 / 6:  # of each of the two editions
                continue
            id = len(rows) + 1
            day = _between(rng, since, today)
            rows.append(
                {"id": id, "unit_id": unit, "edition_id": edition, "informed_on": day,
                 "answer": ConfirmationAnswer.INFORMED if rng.random() < 0.9 else ConfirmationAnswer.NOT_INFORMED,
                 "names_only": False, "recorded_at": noon(day)}
            )  # fmt: skip
            if unit in in_unit and rng.random() < 0.3:
                excepted.append({"confirmation_id": id, "person_id": in_unit[unit]})
    return rows, excepted


def _acknowledgements(rng: Random, size: Size, published: dict[int, date], today: date) -> Iterator[Row]:
    id = 0
    days: dict[int, list[tuple[date, datetime]]] = {}
    for edition, since in published.items():
        days[edition] = [
            (day, noon(day)) for day in (since + timedelta(days=n) for n in range((today - since).days + 1))
        ]
    wanted = round(size.people * size.acknowledged)
    for guideline in range(1, size.guidelines + 1):
        for person in rng.sample(range(1, size.people + 1), wanted):
            edition = 2 * guideline - (rng.random() < 0.5)
            day, at = rng.choice(days[edition])
            id += 1
            yield {"id": id, "person_id": person, "edition_id": edition, "acknowledged_on": day, "recorded_at": at}


def _between(rng: Random, first: date, last: date) -> date:
    return first + timedelta(days=rng.randrange((last - first).days + 1))


def noon(day: date) -> datetime:
    return datetime.combine(day, time(12), UTC)


def write(connection: Connection, model: type[Base], rows: Any) -> int:
    table = model.__table__
    assert isinstance(table, Table)
    written = 0
    for some in in_batches(rows, 20_000):
        connection.execute(insert(table), some)
        written += len(some)
    return written


def after(connection: Connection) -> None:
    """What a site that has grown by itself would have: statistics, and ids that go on where these end."""
    if connection.dialect.name == "postgresql":
        for table in Base.metadata.sorted_tables:
            if "id" in table.c and table.c.id.autoincrement and str(table.c.id.type) == "INTEGER":
                connection.execute(
                    text(f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'), max(id)) FROM {table.name}")
                )
    connection.execute(text("ANALYZE"))
