"""Rounds of the demo as rows of a bundle: what is answered, found and done about it follows as on the pages."""

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from hmswiki.checklists import adapting
from hmswiki.checklists.template import Item, Kind
from hmswiki.demo import checklists, photos, supplements
from hmswiki.demo.findings import Plan, Wrong
from hmswiki.rounds import asked as asking
from hmswiki.rounds import rules
from hmswiki.rounds.asked import Asked

Row = dict[str, Any]


@dataclass(frozen=True)
class Where:
    """Where a round is done: a unit, or an area that it answers for."""

    unit: str
    area: str | None = None

    @property
    def row(self) -> Row:
        return {"unit": self.unit} | ({"area": self.area} if self.area else {})


@dataclass(frozen=True)
class Occasion:
    """What asks for a round: a schedule's key, and the key of its occurrence."""

    schedule: str
    occurrence: str


@dataclass
class Standing:
    """A finding that is not mended yet. `gone`: the day from which it is no more; None: it stays."""

    row: Row
    gone: date | None


@dataclass
class Diary:
    """Writes rounds into `rows`, in the order in which they were done."""

    start: date
    roles: Mapping[tuple[str, str], str]
    """Who holds a role in a unit: role and unit."""
    edits: Sequence[Row] = ()
    rng: Random = field(default_factory=lambda: Random(20260112))
    rows: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))
    files: dict[str, bytes] = field(default_factory=dict)
    standing: dict[tuple[str, str | None, str], list[Standing]] = field(default_factory=lambda: defaultdict(list))
    _asked: dict[tuple[str, Any, str, int], tuple[Asked, Row]] = field(default_factory=dict)
    _count: int = 0

    def day(self, before: int) -> date:
        return self.start - timedelta(days=before)

    def key(self, what: str) -> str:
        """A key of its own: the same each time the demo is written."""
        self._count += 1
        return str(uuid5(NAMESPACE_URL, f"hmswiki-demo:{what}:{self._count}"))

    def moment(self, day: date, hour: int) -> datetime:
        return datetime.combine(day, time(hour, self.rng.randrange(50), self.rng.randrange(60)), tzinfo=UTC)

    def leader(self, unit: str) -> str:
        return self.roles["unit_leader", unit]

    def coordinator(self, unit: str) -> str:
        return self.roles.get(("hse_coordinator", unit), self.leader(unit))

    # What is asked

    def asked(self, checklist: str, unit: str, at: datetime) -> tuple[Asked, Row]:
        number = checklists.number_on(self.start, checklist, at.date())
        edits = supplements.edits(self.edits, unit, at) if checklist == checklists.FIRE else []
        place = (checklist, number, unit if edits else "", len(edits))
        if place not in self._asked:
            adapted = adapting.applied(checklists.editions()[checklist], number, edits)
            found = asking.from_adapted(adapted)
            self._asked[place] = (found, asking.as_data(found))
        return self._asked[place]

    # A round

    def round(
        self, checklist: str, where: Where, day: date, by: str, *, occasion: Occasion | None = None,
        wrong: Sequence[Wrong] = (), answers: Mapping[str, str] | None = None, items: int | None = None,
        on_paper: bool = False,
    ) -> str:  # fmt: skip
        """One that was handed in; with `items` one that is running, so many of them answered. Gives its key.

        What was found before and stands still is asked about first. `wrong` counts where the item is asked.
        """
        started = self.moment(day + timedelta(days=1 if on_paper else 0), self.rng.randrange(7, 13))
        asked, data = self.asked(checklist, where.unit, started)
        key, clock = self.key("round"), started
        row = {"id": key, "checklist": checklist, "edition": asked.edition, "asked": data, **where.row}
        row |= {"started_at": started.isoformat(), "started_by": by}
        if occasion is not None:
            row |= {"schedule": occasion.schedule, "occurrence": occasion.occurrence}
        if on_paper:
            row |= {"on_paper": True, "done_on": day.isoformat()}
        place = (where.unit if where.area is None else "", where.area, checklist)
        earlier = [one for one in self.standing[place] if one.row["recorded_at"] <= started.isoformat()]
        stay = [one for one in earlier if one.gone is None or one.gone > day]
        if items is None and not on_paper:
            for one in earlier:
                clock += timedelta(seconds=self.rng.randrange(12, 40))
                self._answer(key, clock, by, finding=one.row["id"], value="still" if one in stay else "mended")
        said = {one.item: one for one in wrong}
        carried = {one.row["item"]: one.row["answer"] for one in stay}
        if "forrige-avvik" in asked.by_key and "forrige-avvik" not in said:
            said |= self._follow_up(stay)
        given = list(self._given(asked, day, said, carried, answers or {}, bool(earlier)))
        for item, value in given[:items]:
            clock += timedelta(seconds=self.rng.randrange(9, 55))
            found = said.get(item.key)
            details = self._details(found, day, where) if found is not None else None
            self._answer(key, clock, by, item=item.key, value=value, details=details)
            if found is not None and found.photo:
                self._photo(key, clock, by, item.key, found.photo)
        self.rows["rounds"].append(row)
        if items is not None:
            return key
        clock += timedelta(seconds=self.rng.randrange(20, 90))
        row |= {"done_on": day.isoformat(), "handed_in_at": clock.isoformat(), "handed_in_by": by}
        for one in earlier:
            if one not in stay:
                one.row["mended_on"] = day.isoformat()
        self.standing[place] = stay
        for item, _ in given:
            found = said.get(item.key)
            if found is not None:
                self._finding(place, row, item.key, found, where, day, clock, by)
        return key

    def _follow_up(self, stay: Sequence[Standing]) -> dict[str, Wrong]:
        """What is said of the last round's findings as a whole: one that stays is told once."""
        if not stay or any(one.row["item"] == "forrige-avvik" for one in stay):
            return {}
        gone = [one.gone for one in stay]
        last = None if None in gone else max(day for day in gone if day is not None)
        lasts = None if last is None else (last - date.fromisoformat(stay[-1].row["found_on"])).days
        text = "Ett av punktene fra sist står igjen." if len(stay) == 1 else "Noe fra sist står igjen."
        return {"forrige-avvik": Wrong("forrige-avvik", "no", text, "low", lasts=lasts)}

    def _given(
        self, asked: Asked, day: date, said: Mapping[str, Wrong], carried: Mapping[str, str],
        answers: Mapping[str, str], has_earlier: bool,
    ) -> Iterator[tuple[Item, str]]:  # fmt: skip
        """The items that are shown, with their answers, in order."""
        words: dict[str, str | None] = {}
        for item in asked.checklist.items:
            condition = item.shown_when
            if condition is not None and words.get(condition.item) not in condition.answers:
                continue
            value: str | None
            if item.key in said:
                value = said[item.key].value
            elif item.key in answers or item.key in carried:
                value = answers.get(item.key) or carried[item.key]
            elif item.key == "forrige-avvik" and not has_earlier:
                value = "not_applicable"
            else:
                value = self._in_order(item, day)
            if value is not None:
                words[item.key] = rules.word_of(item, value)
                yield item, value

    def _in_order(self, item: Item, day: date) -> str | None:
        """The answer where all is as it should be."""
        match item.kind:
            case Kind.OK:
                return "not_applicable" if item.key in _SOMETIMES and self.rng.random() < 0.12 else "ok"
            case Kind.YES_NO:
                return "no" if "yes" in item.findings or item.key in _USUALLY_NOT else "yes"
            case Kind.NUMBER:
                return str(item.minimum or 0)
            case Kind.DATE:
                return day.isoformat() if item.required else None
            case Kind.CHOICE:
                return item.choices[0].key
            case _:
                return None

    def _answer(self, round: str, at: datetime, by: str, **more: Any) -> None:
        self.rows["answers"].append({
            "id": self.key("answer"), "round": round, "answered_at": at.isoformat(), "received_at": at.isoformat(),
            "by": by, **{name: value for name, value in more.items() if value is not None},
        })  # fmt: skip

    def correct(self, round: str, item: str, value: str, note: str, reason: str, *, at: datetime, by: str) -> None:
        """A correction that changes no finding."""
        self._answer(round, at, by, item=item, value=value, note=note, reason=reason)

    def sign(self, round: str, role: str, person: str, at: datetime) -> None:
        self.rows["signatures"].append({
            "round": round, "role": role, "person": person, "recorded_at": at.isoformat(), "recorded_by": person,
        })  # fmt: skip

    # What was found

    def _details(self, wrong: Wrong, day: date, where: Where) -> Row:
        told: Row = {"text": wrong.text, "seriousness": wrong.seriousness}
        if wrong.mended:
            return told | {"mended": True}
        if wrong.plan is None:
            return told
        action = {"title": wrong.plan.title, "due_on": self._due(wrong.plan, day).isoformat()}
        return told | {"action": action | self._whose(wrong.plan, where)}

    def _due(self, plan: Plan, day: date) -> date:
        """`day`: on which it was raised."""
        return day + timedelta(days=plan.due) if plan.ahead is None else self.day(-plan.ahead)

    def _whose(self, plan: Plan, where: Where) -> Row:
        if plan.person is not None:
            return {"responsible": plan.person}
        return {"role": plan.role or ("area_owner" if where.area else "unit_leader")}

    def _finding(
        self, place: tuple[str, str | None, str], round: Row, item: str, wrong: Wrong, where: Where, day: date,
        at: datetime, by: str,
    ) -> None:  # fmt: skip
        row = {
            "id": self.key("finding"), "round": round["id"], "item": item, "answer": wrong.value, **where.row,
            "text": wrong.text, "seriousness": wrong.seriousness, "found_on": day.isoformat(),
            "recorded_at": at.isoformat(), "recorded_by": by,
        }  # fmt: skip
        self.rows["findings"].append(row)
        if wrong.mended:
            row["mended_on"] = day.isoformat()
            return
        gone = None if wrong.lasts is None else day + timedelta(days=wrong.lasts)
        if wrong.plan is not None:
            row["action"], gone = self.action(wrong.plan, where, day, at, by, text=wrong.text, finding=row["id"])
        self.standing[place].append(Standing(row, gone))

    def _photo(self, round: str, at: datetime, by: str, item: str, what: str) -> None:
        data = photos.corridor(what)
        sha256 = hashlib.sha256(data).hexdigest()
        self.files[sha256] = data
        self.rows["photos"].append({
            "id": self.key("photo"), "round": round, "item": item, "sha256": sha256, "width": photos.WIDTH,
            "height": photos.HEIGHT, "taken_at": at.isoformat(), "recorded_at": at.isoformat(), "recorded_by": by,
        })  # fmt: skip

    # What is done about it

    def action(
        self, plan: Plan, where: Where, day: date, at: datetime, by: str, *, text: str | None = None,
        finding: str | None = None,
    ) -> tuple[str, date | None]:  # fmt: skip
        """Raise it, with all that happened to it before the start. Gives its key and the day on which it was done."""
        key, due = self.key("action"), self._due(plan, day)
        row = {"id": key, "title": plan.title, **where.row, **self._whose(plan, where), "due_on": due.isoformat()}
        row |= {"raised_at": at.isoformat(), "raised_by": by}
        row |= ({"text": text} if text else {}) | ({"origin": f"finding:{finding}"} if finding else {})
        self.rows["actions"].append(row)
        done = day + timedelta(days=plan.done) if plan.done is not None else None
        if done is not None and done >= self.start:
            done = None
        told = sorted(self._entries(plan, where, day, due, done), key=lambda entry: entry["recorded_at"])
        for number, entry in enumerate(told, start=2):
            self.rows["action_entries"].append({"action": key, "no": number, **entry})
        return key, done

    def _entries(self, plan: Plan, where: Where, day: date, due: date, done: date | None) -> Iterator[Row]:
        doer, overseer = plan.person or self.leader(where.unit), self.coordinator(where.unit)
        if overseer == doer:
            overseer = self.leader(where.unit)

        def entry(after: int, hour: int, kind: str, by: str | None, **more: Any) -> Iterator[Row]:
            when = day + timedelta(days=after)
            if when < self.start:
                yield {"kind": kind, "recorded_at": self.moment(when, hour).isoformat(), **more} | (
                    {"recorded_by": by} if by else {}
                )

        for after, who, text in plan.said:
            yield from entry(after, 14, "commented", {"": overseer, "doer": doer}.get(who, who), text=text)
        if plan.case is not None:
            yield from entry(1, 13, "case_noted", overseer, number=plan.case,
                             url=f"https://eqs.example.org/cases/{plan.case}")  # fmt: skip
        if plan.later is not None:
            before, due = due - timedelta(days=1), due + timedelta(days=plan.later)
            yield from entry((before - day).days, 15, "rescheduled", overseer, due_on=due.isoformat(),
                             text="Delen er forsinket fra leverandøren.")  # fmt: skip
        if done is not None and plan.done is not None:
            yield from entry(plan.done, 16, "done", doer, done_on=done.isoformat())
            if plan.checked is not None and overseer != doer:
                yield from entry(max(plan.checked, plan.done), 17, "checked", overseer)
        elif (self.start - due).days > 14:
            yield from entry((due - day).days + 15, 4, "escalated", None, unit="NV")


_SOMETIMES = frozenset({"kjokkenutstyr", "brannfarlig-og-gass", "apen-ild", "gassflasker"})
"""Items that have nothing to look at in some places."""

_USUALLY_NOT = frozenset({"varmt-arbeid", "rest", "omstilling", "uten-tilsyn", "gjennomfort", "bht-brukt", "sluk"})
