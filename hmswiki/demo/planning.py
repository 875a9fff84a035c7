"""What all rounds of the demo are laid out with: schedules, days, what is found by chance, signatures."""

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random
from typing import Any

from hmswiki.demo import findings
from hmswiki.demo.diary import Diary
from hmswiki.demo.findings import Kind, Plan, Wrong
from hmswiki.demo.history import FACULTY, UNITS
from hmswiki.schedules.recurrence import Occurrence, Schedule, occurrences

Row = dict[str, Any]

CODES = tuple(unit[0] for unit in UNITS)
CENTRAL = "demo-sentral"


def schedule(diary: Diary, checklist: str, audience: str, every: str, since: date, **more: Any) -> str:
    key = diary.key(f"schedule:{checklist}")
    recorded = min(since, diary.day(2))
    diary.rows["schedules"].append({
        "key": key, "checklist": checklist, "audience": audience, "every": every, "from": since.isoformat(),
        "recorded_at": f"{recorded.isoformat()}T06:00:00+00:00", "recorded_by": CENTRAL, **more,
    })  # fmt: skip
    return key


def all_units(reach: str) -> list[Row]:
    return [{"unit": FACULTY, "reach": reach}]


def begun(schedule: Schedule, diary: Diary) -> Sequence[Occurrence]:
    return occurrences(schedule, schedule.start, diary.start + timedelta(days=1))


def working_day(rng: Random, first: date, last: date) -> date:
    """A day from `first` to `last`, no Saturday or Sunday where there is another."""
    span = max((last - first).days, 0)
    day = first + timedelta(days=rng.randrange(span + 1))
    for moved in (day, day - timedelta(days=1), day - timedelta(days=2), day + timedelta(days=2)):
        if first <= moved <= last and moved.weekday() < 5:
            return moved
    return day


def found_by_chance(
    diary: Diary, kinds: Sequence[Kind], day: date, place: str, chances: tuple[float, float]
) -> list[Wrong]:  # fmt: skip
    """Nothing, one thing or two, drawn by chance. `chances`: of nothing, and of no more than one."""
    rng = diary.rng
    chance = rng.random()
    count = 0 if chance < chances[0] else 1 if chance < chances[1] else 2
    found: dict[str, Wrong] = {}
    for kind in rng.sample(kinds, count):
        room = f"{place.rsplit('-', 1)[-1][-1:]}-{rng.randrange(101, 139)}"
        mended = rng.random() < kind.spot
        plan = None if mended or kind.action is None else _plan(diary, kind, day, room)
        wrong = Wrong(kind.item, kind.value, kind.text.format(room=room), kind.seriousness, mended, plan)
        found.setdefault(kind.item, wrong)
    return list(found.values())


def _plan(diary: Diary, kind: Kind, day: date, room: str) -> Plan:
    rng = diary.rng
    assert kind.action is not None
    due, age = rng.randrange(14, 31), (diary.start - day).days
    done = rng.randrange(3, due + 6) if age > 60 or rng.random() < 0.6 else None
    said = ((rng.randrange(2, 10), "", rng.choice(findings.COMMENTS)),) if rng.random() < 0.4 else ()
    return Plan(
        kind.action.format(room=room), due, role=kind.role, done=done, said=said,
        checked=done + rng.randrange(1, 9) if done is not None and rng.random() < 0.8 else None,
        case=str(rng.randrange(140000, 148000)) if rng.random() < 0.25 else None,
        later=14 if rng.random() < 0.12 else None,
    )  # fmt: skip


def sign(diary: Diary, key: str, unit: str, day: date, unsigned: str = "") -> None:
    """By leader and safety representative, one after the other, as far as the days allow."""
    for after, role in enumerate(("unit_leader", "safety_representative")):
        when = min(day + timedelta(days=after), diary.day(1))
        if role != unsigned:
            diary.sign(key, role, diary.roles[role, unit], diary.moment(when, 17 + after))
