"""The coverage rules read a second time: slow, obvious, and sharing nothing with the product.

Each function is one sentence of the rules; the sentence is its docstring. Whoever changes the rules changes
them here from their text, never from the product's code, because a disagreement between the two readings is
the whole use of this file.

A bundle is a dict from the name of a kind of record to its rows, as the files of a bundle hold them: dates
and times are strings, and an optional key may be absent or None.
"""

from __future__ import annotations

import calendar
from datetime import date, datetime
from typing import Any

Row = dict[str, Any]
Bundle = dict[str, list[Row]]

FACTS_WITH_TWO_TIMES = ("employments", "roles", "acknowledgements", "confirmations")


def coverage_rows(bundle: Bundle, as_of: date, known_at: datetime, imported_at: datetime | None = None) -> list[Row]:
    """One row per unit and guideline, sorted by guideline then unit.

    Units without an audience for the guideline have no row.
    `imported_at` is the `recorded_at` of facts that carry none; a bundle that has such facts needs it.
    """
    bundle = what_was_known(bundle, known_at, imported_at)
    rows = []
    for guideline in sorted(row["slug"] for row in records(bundle, "guidelines")):
        for unit in sorted(row["code"] for row in records(bundle, "units")):
            if has_a_row(bundle, guideline, unit, as_of):
                rows.append(coverage_row(bundle, guideline, unit, as_of))
    return rows


def standing(
    bundle: Bundle,
    person: str,
    guideline: str,
    as_of: date,
    known_at: datetime,
    imported_at: datetime | None = None,
) -> str | None:
    """`acknowledged`, `informed` or `missing`.

    None for who is not in the audience, and while no edition is demanded.
    """
    bundle = what_was_known(bundle, known_at, imported_at)
    if demanded_edition(bundle, guideline, as_of) is None:
        return None
    if person not in audience(bundle, guideline, as_of):
        return None
    return state_of_a_person(bundle, person, guideline, as_of)


# Facts


def what_was_known(bundle: Bundle, known_at: datetime, imported_at: datetime | None) -> Bundle:
    """Employments, roles, acknowledgements and confirmations carry the two times; units, editions and
    rollouts are known from the start."""
    known: Bundle = {}
    for name in bundle:
        known[name] = []
        for row in records(bundle, name):
            if name not in FACTS_WITH_TWO_TIMES:
                known[name].append(row)
            elif fact_exists(row, known_at, imported_at):
                known[name].append({**row, "recorded_at": recorded_at(row, imported_at).isoformat()})
    return known


def fact_exists(fact: Row, known_at: datetime, imported_at: datetime | None) -> bool:
    """With `known_at = K` a fact exists if `recorded_at <= K` and (`withdrawn_at` is null or
    `withdrawn_at > K`)."""
    if recorded_at(fact, imported_at) > known_at:
        return False
    if fact.get("withdrawn_at") is None:
        return True
    return moment(fact["withdrawn_at"]) > known_at


def recorded_at(fact: Row, imported_at: datetime | None) -> datetime:
    """A `recorded_at` that is left out is the time of import."""
    if fact.get("recorded_at") is not None:
        return moment(fact["recorded_at"])
    if imported_at is None:
        raise ValueError(f"This fact has no recorded_at; say when it was imported (imported_at=…): {fact}")
    return imported_at


def is_open(unit: Row, on: date) -> bool:
    """Half-open: open on D if `opened <= D < closed`."""
    return holds(unit["opened"], unit.get("closed"), on)


def holds(start: str, end: str | None, on: date) -> bool:
    """`from`, `to` (half-open)."""
    if on < day(start):
        return False
    if end is None:
        return True
    return on < day(end)


def unit_and_those_above(bundle: Bundle, code: str) -> list[str]:
    """Code, name, parent unit: a unit's parent never changes."""
    found = [code]
    for unit in records(bundle, "units"):
        if unit["code"] == code and unit.get("parent") is not None:
            found.extend(unit_and_those_above(bundle, unit["parent"]))
    return found


def is_in_tree(bundle: Bundle, code: str, top: str) -> bool:
    """The unit or any below it."""
    return top in unit_and_those_above(bundle, code)


def employed_in_tree(bundle: Bundle, person: str, top: str, on: date) -> bool:
    """Employed on D in a unit, or in a unit below it."""
    for employment in records(bundle, "employments"):
        if employment["person"] != person:
            continue
        if holds(employment["from"], employment.get("to"), on) and is_in_tree(bundle, employment["unit"], top):
            return True
    return False


def holds_role_in_unit(bundle: Bundle, person: str, role: str, unit: str, on: date) -> bool:
    """A role: person, role, unit, `from`, `to` (half-open). It holds in the unit and in all units below
    it."""
    for holding in records(bundle, "roles"):
        if holding["person"] != person or holding["role"] != role:
            continue
        if holds(holding["from"], holding.get("to"), on) and is_in_tree(bundle, unit, holding["unit"]):
            return True
    return False


def editions_in_order(bundle: Bundle, guideline: str) -> list[Row]:
    """Editions are ordered by `published_on`, then number."""
    editions = [row for row in records(bundle, "editions") if row["guideline"] == guideline]
    return sorted(editions, key=lambda row: (day(row["published_on"]), number(row["number"])))


# Who should know G on D


def audience(bundle: Bundle, guideline: str, on: date) -> list[str]:
    """Several rollouts in force: the union. Nobody counts twice."""
    people = []
    for person in records(bundle, "people"):
        for rollout in rollouts_in_force(bundle, guideline, on):
            if rollout_reaches(bundle, rollout, person["id"], on):
                people.append(person["id"])
                break
    return people


def rollouts_in_force(bundle: Bundle, guideline: str, on: date) -> list[Row]:
    """A rollout of G that is in force on D: `from`, `ended` (half-open)."""
    found = []
    for rollout in records(bundle, "rollouts"):
        if rollout["guideline"] == guideline and holds(rollout["from"], rollout.get("ended"), on):
            found.append(rollout)
    return found


def rollout_reaches(bundle: Bundle, rollout: Row, person: str, on: date) -> bool:
    """Everyone employed on D in a unit of a rollout, or in a unit below it; and, where the rollout names a
    role, only those who hold that role on D in the unit they are employed in (directly, or through a unit
    above it)."""
    for employment in records(bundle, "employments"):
        if employment["person"] != person:
            continue
        if not holds(employment["from"], employment.get("to"), on):
            continue
        if not rollout_covers_unit(bundle, rollout, employment["unit"]):
            continue
        if rollout.get("role") is None:
            return True
        if holds_role_in_unit(bundle, person, rollout["role"], employment["unit"], on):
            return True
    return False


def rollout_covers_unit(bundle: Bundle, rollout: Row, unit: str) -> bool:
    """A rollout: guideline, units (each with all below it)."""
    return any(is_in_tree(bundle, unit, top) for top in rollout["units"])


# Which edition they should know


def demanded_edition(bundle: Bundle, guideline: str, on: date) -> Row | None:
    """The demanded edition on D is the latest edition with `requires_acknowledgement` and
    `published_on <= D`."""
    demanded = None
    for edition in editions_in_order(bundle, guideline):
        if edition["requires_acknowledgement"] and day(edition["published_on"]) <= on:
            demanded = edition
    return demanded


def is_enough(bundle: Bundle, guideline: str, edition: str, on: date) -> bool:
    """ "Edition e is enough" means: e is the demanded edition or comes after it in the order of editions."""
    demanded = demanded_edition(bundle, guideline, on)
    if demanded is None:
        return False
    order = [row["number"] for row in editions_in_order(bundle, guideline)]
    return order.index(edition) >= order.index(demanded["number"])


# The state of a person on D


def state_of_a_person(bundle: Bundle, person: str, guideline: str, on: date) -> str:
    """The first that holds: acknowledged; informed; missing: neither."""
    if is_acknowledged(bundle, person, guideline, on):
        return "acknowledged"
    if is_informed(bundle, person, guideline, on):
        return "informed"
    return "missing"


def is_acknowledged(bundle: Bundle, person: str, guideline: str, on: date) -> bool:
    """An acknowledgement of theirs with an edition that is enough, `acknowledged_on <= D`, not lapsed on
    D."""
    for acknowledgement in records(bundle, "acknowledgements"):
        if acknowledgement["person"] != person or acknowledgement["guideline"] != guideline:
            continue
        if not is_enough(bundle, guideline, acknowledgement["edition"], on):
            continue
        if day(acknowledgement["acknowledged_on"]) > on:
            continue
        if has_lapsed(bundle, guideline, acknowledgement["acknowledged_on"], on):
            continue
        return True
    return False


def is_informed(bundle: Bundle, person: str, guideline: str, on: date) -> bool:
    """A confirmation with answer `informed` and an edition that is enough, `informed_on <= D`, not lapsed on
    D."""
    for confirmation in records(bundle, "confirmations"):
        if confirmation["guideline"] != guideline or confirmation["answer"] != "informed":
            continue
        if not is_enough(bundle, guideline, confirmation["edition"], on):
            continue
        if day(confirmation["informed_on"]) > on:
            continue
        if has_lapsed(bundle, guideline, confirmation["informed_on"], on):
            continue
        if confirmation_speaks_of(bundle, confirmation, person):
            return True
    return False


def confirmation_speaks_of(bundle: Bundle, confirmation: Row, person: str) -> bool:
    """Made by a unit in whose tree (the unit or any below it) the person was employed on `informed_on`, the
    person not being among those excepted and, where it says `only`, being among those."""
    if not employed_in_tree(bundle, person, confirmation["unit"], day(confirmation["informed_on"])):
        return False
    if person in (confirmation.get("except") or []):
        return False
    if says_only(confirmation):
        return person in confirmation["only"]
    return True


def says_only(confirmation: Row) -> bool:
    """Or, with `only`, "these of our people have been told". An empty list is said too: of nobody."""
    return confirmation.get("only") is not None


def has_lapsed(bundle: Bundle, guideline: str, since: str, on: date) -> bool:
    """An acknowledgement or a confirmation lapses that many months after its date, and counts only while D is
    before that day. Unset: it never lapses."""
    for row in records(bundle, "guidelines"):
        if row["slug"] == guideline and row.get("renew_months") is not None:
            return on >= lapse_day(day(since), row["renew_months"])
    return False


def lapse_day(since: date, months: int) -> date:
    """Day clamped to the month's last: 31 January + 1 month is 28 or 29 February."""
    year = since.year
    month = since.month
    for _ in range(months):
        month += 1
        if month == 13:
            month = 1
            year += 1
    last_of_month = calendar.monthrange(year, month)[1]
    return date(year, month, min(since.day, last_of_month))


# The coverage of a unit


def has_a_row(bundle: Bundle, guideline: str, unit: str, on: date) -> bool:
    """For every unit open on D and every guideline with someone in its audience there. None demanded yet: the
    guideline has no rows on D."""
    if not any(row["code"] == unit and is_open(row, on) for row in records(bundle, "units")):
        return False
    if demanded_edition(bundle, guideline, on) is None:
        return False
    return len(audience_in_tree(bundle, guideline, unit, on)) > 0


def audience_in_tree(bundle: Bundle, guideline: str, unit: str, on: date) -> list[str]:
    """The audience employed in the unit's tree."""
    return [person for person in audience(bundle, guideline, on) if employed_in_tree(bundle, person, unit, on)]


def coverage_row(bundle: Bundle, guideline: str, unit: str, on: date) -> Row:
    """`total`, `acknowledged`, `informed`, `missing` over the audience employed in the unit's tree; `edition`
    is the demanded one."""
    demanded = demanded_edition(bundle, guideline, on)
    assert demanded is not None
    people = audience_in_tree(bundle, guideline, unit, on)
    states = [state_of_a_person(bundle, person, guideline, on) for person in people]
    return {
        "guideline": guideline,
        "unit": unit,
        "edition": demanded["number"],
        "total": len(people),
        "acknowledged": states.count("acknowledged"),
        "informed": states.count("informed"),
        "missing": states.count("missing"),
        "status": status_of_a_unit(bundle, guideline, unit, on),
        "due": due_date(bundle, guideline, unit, on),
        "overdue": is_overdue(bundle, guideline, unit, on, states.count("missing")),
    }


# The unit's own status


def status_of_a_unit(bundle: Bundle, guideline: str, unit: str, on: date) -> str:
    """The first that holds on D."""
    answers = answers_looked_at(bundle, guideline, unit, on)
    good = [answer for answer in answers if is_good(bundle, answer, on)]
    if any(excepts_nobody_of(bundle, answer, unit) for answer in good):
        return "confirmed"
    if len(good) > 0:
        return "partly"
    if len(answers) > 0 and latest(answers)["answer"] in ("not_informed", "unknown"):
        return str(latest(answers)["answer"])
    if any(answer["answer"] == "informed" for answer in answers):
        return "outdated"
    return "none"


def answers_looked_at(bundle: Bundle, guideline: str, unit: str, on: date) -> list[Row]:
    """Looked at here: the answers of the unit itself and of the units above it, `informed_on <= D`, those
    with `only` aside."""
    found = []
    for confirmation in records(bundle, "confirmations"):
        if confirmation["guideline"] != guideline:
            continue
        if not is_in_tree(bundle, unit, confirmation["unit"]):
            continue
        if day(confirmation["informed_on"]) > on:
            continue
        if says_only(confirmation):
            continue
        found.append(confirmation)
    return found


def is_good(bundle: Bundle, answer: Row, on: date) -> bool:
    """An answer is good if it is `informed`, of an edition that is enough, and not lapsed."""
    if answer["answer"] != "informed":
        return False
    if not is_enough(bundle, answer["guideline"], answer["edition"], on):
        return False
    return not has_lapsed(bundle, answer["guideline"], answer["informed_on"], on)


def excepts_nobody_of(bundle: Bundle, answer: Row, unit: str) -> bool:
    """Nobody excepted who was employed in this unit's tree on its `informed_on`."""
    for person in answer.get("except") or []:
        if employed_in_tree(bundle, person, unit, day(answer["informed_on"])):
            return False
    return True


def latest(answers: list[Row]) -> Row:
    """The latest answer (by `informed_on`, then `recorded_at`, then the higher unit code as text).

    Two answers of one unit on one day, recorded in one instant: the greater answer word.
    """
    return max(
        answers,
        key=lambda row: (day(row["informed_on"]), moment(row["recorded_at"]), row["unit"], row["answer"]),
    )


def due_date(bundle: Bundle, guideline: str, unit: str, on: date) -> str | None:
    """The due date for a unit is that of the latest-started rollout in force (then the highest id, compared
    as text) whose units include it or one above it; null where that rollout has none."""
    rollouts = []
    for rollout in rollouts_in_force(bundle, guideline, on):
        if rollout_covers_unit(bundle, rollout, unit):
            rollouts.append(rollout)
    if len(rollouts) == 0:
        return None
    return max(rollouts, key=lambda row: (day(row["from"]), row["id"])).get("due")


def is_overdue(bundle: Bundle, guideline: str, unit: str, on: date, missing: int) -> bool:
    """`overdue`: D is after it and `missing > 0`."""
    due = due_date(bundle, guideline, unit, on)
    if due is None:
        return False
    return on > day(due) and missing > 0


# Reading the rows


def records(bundle: Bundle, name: str) -> list[Row]:
    """Absent file: no such records."""
    return bundle.get(name, [])


def day(text: str) -> date:
    """Dates are `YYYY-MM-DD`."""
    return date.fromisoformat(text)


def moment(text: str) -> datetime:
    """Times are RFC 3339 with an offset."""
    return datetime.fromisoformat(text)


def number(text: str) -> tuple[int, int]:
    """Number `major.minor`: two whole numbers, so 1.10 comes after 1.9."""
    major, minor = text.split(".")
    return int(major), int(minor)
