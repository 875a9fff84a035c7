"""A made-up organisation with checklists, areas, schedules, rounds and actions, written straight into the tables.

Units and people are those of `bench.site`. One checklist is asked of every unit each year, one of every area each
month; nine of ten units, and nearly all areas, have done what was asked. Every answer, finding and action is a row,
but for the areas' rounds, of which no page here reads the answers.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from uuid import UUID

from sqlalchemy import Connection, insert, update

from bench import site
from bench.site import ROOT, Row, noon, write
from hmswiki.actions.models import Action, ActionState
from hmswiki.checklists import parsing
from hmswiki.checklists.models import ChecklistEdition, ChecklistRecord
from hmswiki.checklists.template import Checklist
from hmswiki.foundation.periods import add_months
from hmswiki.foundation.permissions import Role
from hmswiki.organisation.models import Area, AreaDuty, AreaKind, AreaPart, AreaUnit, Person, RoleHolding
from hmswiki.rounds.models import Answer, Finding, Round, Seriousness
from hmswiki.schedules.models import Audience, Reach, ScheduleRecord, ScheduleUnit

YEARLY, MONTHLY = "yearly", "monthly"
"""Keys of the two schedules: for units, and for areas."""

AREAS_IN_A_BUILDING = 200
FLOORS = 4
AREAS_OF_AN_OWNER = 5
ITEMS_OF_AN_AREA = 10
MONTHS = 12
"""Before the one that runs."""

BUSY_UNIT = "U0002"
"""The unit that all the actions are of."""

WATCHER = 3
"""Id of the person who holds the role of central HSE."""


@dataclass(frozen=True)
class Size:
    """How much there is of everything. Units are whole departments."""

    units: int = 1_000
    items: int = 60
    areas: int = 5_000
    actions: int = 5_000

    def tenth(self) -> "Size":
        """A tenth of the places and actions, one department at least; each round asks as much."""
        units = max(self.units // 10, site.UNITS_IN_A_DEPARTMENT)
        return Size(units, self.items, self.areas // 10, self.actions // 10)

    def __post_init__(self) -> None:
        if self.units % site.UNITS_IN_A_DEPARTMENT:
            raise ValueError(f"{self.units} units are no whole departments of {site.UNITS_IN_A_DEPARTMENT}")

    @property
    def organisation(self) -> site.Size:
        return site.Size(self.units * site.PEOPLE_IN_A_UNIT, guidelines=0)


@dataclass(frozen=True)
class Filled:
    """What stands there, to look for."""

    occurrence: str
    """Of the yearly schedule: the one that runs."""
    answers: int
    area_rounds: int


def fill(connection: Connection, size: Size, *, today: date) -> Filled:
    """Write the site, the same one for the same size and day."""
    rng = Random(size.units)
    founded = today - timedelta(days=3650)
    site.fill(connection, size.organisation, today=today)
    connection.execute(update(Person).values(email=Person.external_key + "@example.org"))
    write(connection, RoleHolding, [
        {"id": size.units + 1, "person_id": WATCHER, "unit_id": ROOT, "role": Role.CENTRAL_HSE, "starts_on": founded,
         "recorded_at": noon(founded)},
    ])  # fmt: skip
    lists = {1: checklist("hms-runde", size.items), 2: checklist("brannrunde", ITEMS_OF_AN_AREA)}
    _lists(connection, lists, founded)
    _schedules(connection, today)
    _areas(connection, size, founded, today)
    answers = _campaign(connection, rng, size, lists[1], today)
    rounds = write(connection, Round, _area_rounds(rng, size, lists[2], today))
    write(connection, Action, _actions(rng, size, today))
    site.after(connection)
    return Filled(str(today.year), answers, rounds)


def checklist(key: str, items: int) -> Checklist:
    """So many items in sections of ten: mostly ticks, with a number, a choice and a text in each ten."""
    sections = [
        {"key": f"del-{first // 10 + 1}", "title": _said(f"Del {first // 10 + 1}"),
         "items": [_item(number) for number in range(first, min(first + 10, items))]}
        for first in range(0, items, 10)
    ]  # fmt: skip
    made, flaws = parsing.parse({"key": key, "title": _said(key), "sections": sections})
    assert made is not None, [str(flaw) for flaw in flaws]
    return made


def _said(text: str) -> dict[str, str]:
    return {"nb": text, "nn": text, "en": text}


def _item(number: int) -> Row:
    made: Row = {"key": f"punkt-{number}", "text": _said(f"Det som punkt {number} spør om, er i orden"),
                 "help": _said("Se etter på stedet, og prøv det som kan prøves.")}  # fmt: skip
    match number % 10:
        case 7:
            return {**made, "kind": "number", "minimum": "0", "maximum": "100"}
        case 8:
            choices = [{"key": f"valg-{one}", "text": _said(f"Valg {one}")} for one in range(1, 4)]
            return {**made, "kind": "choice", "choices": choices}
        case 9:
            return {**made, "kind": "text"}
    return {**made, "kind": "ok", "findings": ["deviation"]}


def value_of(number: int, rng: Random) -> str:
    """An answer that the item takes."""
    match number % 10:
        case 7:
            return str(rng.randrange(100))
        case 8:
            return f"valg-{rng.randrange(1, 4)}"
        case 9:
            return "Det er ryddet, og skiltene er byttet."
    return "deviation" if rng.random() < 0.05 else "ok"


def _lists(connection: Connection, lists: dict[int, Checklist], founded: date) -> None:
    write(connection, ChecklistRecord, ({"id": id, "key": one.key} for id, one in lists.items()))
    write(connection, ChecklistEdition, (
        {"id": id, "checklist_id": id, "major": 1, "minor": 0, "published_on": founded, "title": dict(one.title),
         "guidelines": [], "content": parsing.as_data(one)} for id, one in lists.items()
    ))  # fmt: skip


def _schedules(connection: Connection, today: date) -> None:
    first = add_months(today.replace(day=1), -MONTHS)
    write(connection, ScheduleRecord, [
        {"id": 1, "key": YEARLY, "checklist_id": 1, "audience": Audience.UNITS, "every": "year", "pauses": {},
         "starts_on": date(today.year - 1, 1, 1), "recorded_at": noon(first)},
        {"id": 2, "key": MONTHLY, "checklist_id": 2, "audience": Audience.AREAS, "every": "month", "pauses": {},
         "starts_on": first, "recorded_at": noon(first)},
    ])  # fmt: skip
    write(connection, ScheduleUnit, (
        {"schedule_id": id, "unit_id": ROOT, "reach": Reach.ALL_BENEATH} for id in (1, 2)
    ))  # fmt: skip


def _areas(connection: Connection, size: Size, founded: date, today: date) -> None:
    """Buildings of 200 areas: the building, its floors, their rooms. The floors are given to units."""
    write(connection, Area, _area_rows(size, founded))
    floors = [id for id in range(1, size.areas + 1) if 0 <= (id - 1) % AREAS_IN_A_BUILDING <= FLOORS]
    write(connection, AreaUnit, (
        {"id": number + 1, "area_id": area, "unit_id": 2 + number % size.units, "starts_on": founded,
         "recorded_at": noon(founded)} for number, area in enumerate(floors)
    ))  # fmt: skip
    write(connection, AreaDuty, _duties(size, founded, today))


def _area_rows(size: Size, founded: date) -> Iterator[Row]:
    for id in range(1, size.areas + 1):
        place = (id - 1) % AREAS_IN_A_BUILDING
        building = id - place
        floor = building + 1 + (place - FLOORS - 1) % FLOORS
        above = [] if place == 0 else [building] if place <= FLOORS else [building, floor]
        kind = AreaKind.BUILDING if place == 0 else AreaKind.FLOOR if place <= FLOORS else AreaKind.ROOM
        yield {"id": id, "code": f"B{building}-{place}", "name": _said(f"Område {building}-{place}"), "kind": kind,
               "parent_id": above[-1] if above else None,
               "path": "a/" + "".join(f"{one}/" for one in (*above, id)), "opened": founded}  # fmt: skip


def owner_of(area: int, size: Size) -> int:
    """Id of the person: each owns five areas, one after the other."""
    return 1 + ((area - 1) // AREAS_OF_AN_OWNER * 7) % size.organisation.people


def _duties(size: Size, founded: date, today: date) -> Iterator[Row]:
    """Every area has had an owner; one of twenty is vacant. Every other has a deputy."""
    id = 0
    for area in range(1, size.areas + 1):
        left = today - timedelta(days=20) if area % 20 == 0 else None
        id += 1
        yield {"id": id, "area_id": area, "person_id": owner_of(area, size), "part": AreaPart.OWNER,
               "starts_on": founded, "ends_on": left, "recorded_at": noon(founded)}  # fmt: skip
        if area % 2:
            id += 1
            deputy = 1 + owner_of(area, size) % size.organisation.people
            yield {"id": id, "area_id": area, "person_id": deputy, "part": AreaPart.DEPUTY, "starts_on": founded,
                   "ends_on": None, "recorded_at": noon(founded)}  # fmt: skip


def _campaign(connection: Connection, rng: Random, size: Size, content: Checklist, today: date) -> int:
    """Nine of ten units have delivered this year's round, and last year's; the number of answers in them."""
    what = as_asked(content)
    rounds: list[Row] = []
    for year, day in ((today.year - 1, date(today.year - 1, 11, 1)), (today.year, today - timedelta(days=14))):
        for unit in range(2, size.units + 2):
            if rng.random() < 0.1:
                continue
            rounds.append({
                "id": len(rounds) + 1, "key": key(1, len(rounds)), "checklist_id": 1, "edition_id": 1, "asked": what,
                "schedule_id": 1, "occurrence": str(year), "slot": f"1|{year}|unit:{unit}", "unit_id": unit,
                "started_at": noon(day), "on_paper": False, "done_on": day, "handed_in_at": noon(day),
            })  # fmt: skip
    write(connection, Round, rounds)
    answers: list[Row] = []
    findings: list[Row] = []
    for round in rounds:
        for number in range(size.items):
            value = value_of(number, rng)
            # One of ten was answered twice: all answers are kept.
            for again in range(2 if rng.random() < 0.1 else 1):
                answers.append({
                    "id": len(answers) + 1, "key": key(2, len(answers)), "round_id": round["id"],
                    "item": f"punkt-{number}", "value": value, "note": "Sett på stedet." if number % 20 == 0 else None,
                    "finding": None, "answered_at": round["handed_in_at"] - timedelta(minutes=9 - again),
                    "recorded_at": round["handed_in_at"] - timedelta(minutes=9 - again),
                })  # fmt: skip
            if value == "deviation":
                findings.append({
                    "id": len(findings) + 1, "key": key(3, len(findings)), "round_id": round["id"],
                    "item": f"punkt-{number}", "answer": value, "unit_id": round["unit_id"],
                    "text": "Noe står i veien", "seriousness": rng.choice(list(Seriousness)),
                    "found_on": round["done_on"], "mended_on": round["done_on"] if rng.random() < 0.5 else None,
                    "recorded_at": round["handed_in_at"],
                })  # fmt: skip
    write(connection, Answer, answers)
    write(connection, Finding, findings)
    return len(answers)


def _area_rounds(rng: Random, size: Size, content: Checklist, today: date) -> Iterator[Row]:
    """One of twenty is missed; of this month's half are done."""
    what = as_asked(content)
    first = today.replace(day=1)
    id = 2 * size.units  # after the units' rounds
    for month in range(MONTHS + 1):
        begins = add_months(first, -month)
        for area in range(1, size.areas + 1):
            if rng.random() < (0.05 if month else 0.5):
                continue
            id += 1
            day = begins + timedelta(days=rng.randrange(today.day if month == 0 else 28))
            name = f"{begins:%Y-%m}"
            yield {
                "id": id, "key": key(4, id), "checklist_id": 2, "edition_id": 2, "asked": what, "schedule_id": 2,
                "occurrence": name, "slot": f"2|{name}|area:{area}", "unit_id": 2 + area % size.units,
                "area_id": area, "started_at": noon(day), "on_paper": False, "done_on": day, "handed_in_at": noon(day),
                "started_by_id": owner_of(area, size), "handed_in_by_id": owner_of(area, size),
            }  # fmt: skip


def _actions(rng: Random, size: Size, today: date) -> Iterator[Row]:
    """All of one unit: half of them a role's, half a person's; a fifth is done."""
    for id in range(1, size.actions + 1):
        by_role = rng.random() < 0.5
        done = rng.random() < 0.2
        due = today + timedelta(days=rng.randrange(-60, 120))
        yield {
            "id": id, "key": key(5, id), "title": f"Rydd det som står i veien, {id}", "raised_at": noon(today),
            "unit_id": 1 + int(BUSY_UNIT[1:]), "due_on": due,
            "responsible_id": None if by_role else 1 + rng.randrange(size.organisation.people),
            "responsible_role": Role.UNIT_LEADER if by_role else None,
            "state": ActionState.DONE if done else ActionState.OPEN, "done_on": today if done else None,
        }  # fmt: skip


def as_asked(content: Checklist) -> Row:
    """What a round keeps of a checklist that its unit has not adapted."""
    return {"edition": "1.0", "checklist": parsing.as_data(content)}


def key(kind: int, number: int) -> str:
    """A UUID that is the same each time."""
    return str(UUID(int=(kind << 96) + number, version=4))


def begin_rounds(connection: Connection, size: Size, count: int, *, today: date) -> list[str]:
    """So many rounds that run, one in each unit, with nothing answered yet; their keys."""
    content = checklist("hms-runde", size.items)
    what = as_asked(content)
    rows: list[Row] = [
        {"key": key(6, number), "checklist_id": 1, "edition_id": 1, "asked": what, "unit_id": 2 + number % size.units,
         "started_at": noon(today) - timedelta(days=1), "on_paper": False} for number in range(count)
    ]  # fmt: skip
    connection.execute(insert(Round), rows)
    return [str(row["key"]) for row in rows]
