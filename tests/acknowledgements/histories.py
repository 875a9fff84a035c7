"""Random histories for comparing two readings of the coverage rules: small, nasty, and valid as bundles.

`random_history(seed)` is one site's facts, `probe_points(bundle, seed)` are the dates and times at which to
ask, `write_bundle(bundle, folder)` makes the files, and `faults(bundle)` says why a bundle would be refused.

Almost everything happens on a handful of days and in a handful of moments, because the rules go wrong where
things coincide: one period ends on the day another begins, an answer is given on the day of the edition, a
fact is recorded in the very second that is asked for.

Some facts leave `recorded_at` out, so the moment of import matters: import at `IMPORTED_AT`, or tell both
readings when it was.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from random import Random
from typing import Any

from tests.acknowledgements.naive import lapse_day

Row = dict[str, Any]
Bundle = dict[str, list[Row]]

FIRST_DAY = date(2023, 1, 1)
LAST_DAY = date(2025, 6, 30)
START = datetime(2022, 12, 31, 23, 0, tzinfo=UTC)  # midnight in Oslo as FIRST_DAY begins
IMPORTED_AT = datetime(2025, 7, 1, 10, 0, tzinfo=UTC)  # after every moment in a history
MOST_ROWS = 120

RECORDS = (
    "units",
    "people",
    "employments",
    "roles",
    "guidelines",
    "editions",
    "rollouts",
    "acknowledgements",
    "confirmations",
)
FACTS = ("employments", "roles", "acknowledgements", "confirmations")
ROLES = ("area_owner", "unit_leader", "hse_coordinator", "safety_representative", "editor", "approver")

# Words whose order differs between code points and a dictionary, upper and lower case, numbers and text.
UNIT_CODES = ("IKJ", "IKP", "IK", "ikj-lab", "I-2", "I-10", "IMA", "adm-b", "ADM-1", "FFI", "ØKO", "Åpent", "fys")
SLUGS = ("brann", "brann-b", "branna", "rus-og-avhengighet", "ryddedag", "omstilling")
ROLLOUT_IDS = (
    "r9",
    "r10",
    "R11",
    "r-1",
    "r1",
    "r1a",
    "S2",
    "ø1",
    "å1",
    "2023-a",
    "2023",
    "z",
    "Z0",
    "10",
    "9",
)
NAMES = ("Ada", "Bo", "Cai", "Dag", "Eli", "Finn", "Gro", "Håkon", "Ida", "Jon", "Kari", "Liv", "Mia", "Nils")

# Months' ends, a leap day, and the two nights on which the clocks change.
AWKWARD_DAYS = (
    date(2023, 1, 31),
    date(2023, 3, 26),
    date(2023, 8, 31),
    date(2023, 10, 29),
    date(2023, 12, 31),
    date(2024, 1, 1),
    date(2024, 1, 31),
    date(2024, 2, 29),
    date(2024, 11, 30),
    date(2025, 2, 28),
)


def random_history(seed: int) -> Bundle:
    """A valid bundle of at most `MOST_ROWS` rows, the same for the same seed."""
    return _History(Random(seed)).bundle()


class _Days:
    """A handful of days on which nearly everything happens."""

    def __init__(self, rnd: Random) -> None:
        self.rnd = rnd
        chosen = {FIRST_DAY, rnd.choice(AWKWARD_DAYS), rnd.choice(AWKWARD_DAYS)}
        while len(chosen) < 8:
            chosen.add(self.any_day())
        self.hot = sorted(chosen)

    def any_day(self) -> date:
        return FIRST_DAY + timedelta(days=self.rnd.randrange((LAST_DAY - FIRST_DAY).days + 1))

    def pick(self) -> date:
        luck = self.rnd.random()
        if luck < 0.8:
            return self.rnd.choice(self.hot)
        if luck < 0.92:
            return _within(self.rnd.choice(self.hot) + timedelta(days=self.rnd.choice((-1, 1))))
        return self.any_day()

    def early(self) -> date:
        return self.rnd.choice(self.hot[:4])

    def after(self, start: date) -> date | None:
        """A later day; None, for ever, where there is none left or by chance."""
        later = [day for day in self.hot if day > start]
        if not later or self.rnd.random() < 0.25:
            return None
        return self.rnd.choice(later)

    def heat(self, day: date) -> None:
        """Let others happen on this day too."""
        if FIRST_DAY <= day <= LAST_DAY and day not in self.hot and len(self.hot) < 14:
            self.hot = sorted([*self.hot, day])


class _Moments:
    """A handful of moments in which nearly everything is recorded."""

    def __init__(self, rnd: Random, days: _Days) -> None:
        self.rnd = rnd
        chosen = {START}
        for day in days.hot:
            hour, minute, second = rnd.choice(((0, 0, 0), (22, 30, 0), (23, 59, 59), (8, 0, 0), (12, 0, 1)))
            chosen.add(datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=UTC))
        self.hot = sorted(chosen)

    def pick(self) -> datetime:
        luck = self.rnd.random()
        if luck < 0.4:
            return START
        if luck < 0.9:
            return self.rnd.choice(self.hot)
        if luck < 0.97:
            return self.rnd.choice(self.hot) + timedelta(seconds=self.rnd.choice((-1, 1)))
        return self.rnd.choice(self.hot) + timedelta(milliseconds=250)

    def after(self, earlier: datetime) -> datetime:
        later = [moment for moment in self.hot if moment > earlier]
        return self.rnd.choice(later) if later else earlier + timedelta(days=1)


class _History:
    def __init__(self, rnd: Random) -> None:
        self.rnd = rnd
        self.days = _Days(rnd)
        self.moments = _Moments(rnd, self.days)
        self.forgets_moments = rnd.random() < 0.2
        self.says_little_good = rnd.random() < 0.25
        self.role_words = rnd.sample(ROLES, rnd.choice((1, 1, 2)))
        self.rows: Bundle = {name: [] for name in RECORDS}

    def bundle(self) -> Bundle:
        self.add_units()
        self.add_people()
        self.add_employments()
        self.add_roles()
        self.add_guidelines()
        self.add_rollouts()
        self.add_acknowledgements()
        self.add_confirmations()
        self.keep_small()
        for name in RECORDS:
            self.rnd.shuffle(self.rows[name])
        return self.rows

    # Small helps

    def chance(self, probability: float) -> bool:
        return self.rnd.random() < probability

    def optional(self, row: Row, key: str, value: Any) -> None:
        """An optional key without a value is absent or null."""
        if value is not None:
            row[key] = value
        elif self.chance(0.3):
            row[key] = None

    def codes(self) -> list[str]:
        return [unit["code"] for unit in self.rows["units"]]

    def people(self) -> list[str]:
        return [person["id"] for person in self.rows["people"]]

    def stamp(self, moment: datetime) -> str:
        """The moment as somebody's clock shows it."""
        offset = self.rnd.choice(("Z", "+01:00", "+02:00"))
        if offset == "Z":
            return moment.isoformat().replace("+00:00", "Z")
        return moment.astimezone(timezone(timedelta(hours=int(offset[1:3])))).isoformat()

    def add(self, name: str, row: Row) -> None:
        """Add a row unless the bundle would be refused for it."""
        if not _is_doubled(name, row, self.rows[name]):
            self.rows[name].append(row)

    def record(self, name: str, row: Row, recorded: datetime | None, withdrawn: datetime | None = None) -> None:
        """Add a fact with its two times; `recorded` None leaves the first one out."""
        row = dict(row)
        if recorded is not None:
            row["recorded_at"] = self.stamp(recorded)
            if self.chance(0.1):
                row["recorded_by"] = self.rnd.choice(self.people())
        if withdrawn is not None:
            row["withdrawn_at"] = self.stamp(withdrawn)
            self.optional(row, "withdrawal_reason", self.rnd.choice(("Feil dag", "Feil enhet", None)))
            if self.chance(0.3):
                row["withdrawn_by"] = self.rnd.choice(self.people())
        elif self.chance(0.2):
            row["withdrawn_at"] = None
        self.add(name, row)

    # The organisation

    def add_units(self) -> None:
        codes = self.rnd.sample(UNIT_CODES, self.rnd.randint(3, 8))
        depth: dict[str, int] = {}
        for place, code in enumerate(codes):
            above = [other for other in depth if depth[other] < 4]
            parent = None
            if above and not self.chance(0.06):
                # The youngest half of the time: a deep tree rather than a broad one.
                parent = above[-1] if self.chance(0.5) else self.rnd.choice(above)
            depth[code] = depth[parent] + 1 if parent else 1
            unit: Row = {"code": code, "name": self.name_of_unit(code)}
            self.optional(unit, "parent", parent)
            opened = FIRST_DAY if not parent or self.chance(0.7) else self.days.early()
            closed = None
            if self.chance(0.3 if parent else 0.04):
                closed = self.days.after(opened + timedelta(days=60))
            if closed is not None:
                self.days.heat(closed)
            unit["opened"] = opened.isoformat()
            self.optional(unit, "closed", closed.isoformat() if closed else None)
            if self.chance(0.4):
                unit["position"] = place
            self.rows["units"].append(unit)
        self.add_successors()

    def name_of_unit(self, code: str) -> str | dict[str, str]:
        if self.chance(0.5):
            return f"Enhet {code}"
        return {"nb": f"Enhet {code}", "nn": f"Eining {code}", "en": f"Unit {code}"}

    def add_successors(self) -> None:
        """Let units that close be followed, on that very day, by one that opens then."""
        for unit in self.rows["units"]:
            if unit.get("closed") is None:
                continue
            younger = [
                other
                for other in self.rows["units"]
                if other["code"] != unit["code"]
                and other["opened"] <= unit["closed"]
                and (other.get("closed") is None or other["closed"] > unit["closed"])
            ]
            heirs = self.rnd.sample(younger, min(len(younger), self.rnd.choice((0, 1, 1, 2))))
            for heir in heirs:
                nobody_follows = not any(heir["code"] in (row.get("successors") or []) for row in self.rows["units"])
                if heir.get("parent") is not None and nobody_follows:
                    heir["opened"] = unit["closed"]
            self.optional(unit, "successors", sorted(heir["code"] for heir in heirs) or None)

    def add_people(self) -> None:
        for place in range(self.rnd.randint(4, 14)):
            name = NAMES[place]
            person: Row = {"id": f"{1000 + place * 7}" if self.chance(0.5) else f"p{place}", "name": name}
            self.optional(person, "email", f"person{place}@example.org" if self.chance(0.5) else None)
            self.optional(person, "language", self.rnd.choice(("nb", "nn", "en", None)))
            self.rows["people"].append(person)

    # Employments

    def add_employments(self) -> None:
        for person in self.people():
            stays = self.stays()
            recorded = [self.moments.pick() for _ in stays]
            for place, (unit, start, end) in enumerate(stays):
                fact = {"person": person, "unit": unit, "from": start.isoformat()}
                following = recorded[place + 1] if place + 1 < len(recorded) else None
                self.add_employment(fact, start, end, recorded[place], following)

    def stays(self) -> list[tuple[str, date, date | None]]:
        """Where a person truly is, one after the other, with gaps between some."""
        few = len(self.people()) > 9
        cuts = {self.days.early() if self.chance(0.8) else self.days.pick()}
        for _ in range(self.rnd.choice((0, 1, 1) if few else (0, 1, 1, 2, 2, 3))):
            cuts.add(self.days.pick())
        begins = sorted(cuts)
        stays: list[tuple[str, date, date | None]] = []
        for place, start in enumerate(begins):
            if place > 0 and self.chance(0.15):
                continue  # away for a while
            end = begins[place + 1] if place + 1 < len(begins) else None
            if end is None and self.chance(0.3):
                end = self.days.after(start)
            stays.extend(self.stay(start, end))
        return stays

    def stay(self, start: date, end: date | None) -> list[tuple[str, date, date | None]]:
        """One stay, and when its unit closes under it, another in a successor or elsewhere."""
        found: list[tuple[str, date, date | None]] = []
        while end is None or start < end:
            unit = self.unit_open_on(start, found[-1][0] if found else None)
            if unit is None:
                break
            closed = date.fromisoformat(unit["closed"]) if unit.get("closed") else None
            if closed is None or (end is not None and end <= closed):
                found.append((unit["code"], start, end))
                break
            found.append((unit["code"], start, closed))
            if self.chance(0.2):
                break
            start = closed
        return found

    def unit_open_on(self, on: date, predecessor: str | None) -> Row | None:
        candidates = [unit for unit in self.rows["units"] if _is_open(unit, on)]
        for unit in self.rows["units"]:
            if unit["code"] == predecessor:
                heirs = [row for row in candidates if row["code"] in (unit.get("successors") or [])]
                candidates = heirs or candidates
        return self.rnd.choice(candidates) if candidates else None

    def add_employment(
        self, fact: Row, start: date, end: date | None, recorded: datetime, following: datetime | None
    ) -> None:
        true = dict(fact)
        self.optional(true, "to", end.isoformat() if end else None)
        luck = self.rnd.random()
        if luck < 0.62:
            self.record_employment(true, None if self.forgetful() else recorded)
        elif luck < 0.7:
            self.record_employment(true, recorded, self.moments.after(recorded))
        elif luck < 0.72:
            self.record_employment(true, recorded, recorded)  # withdrawn as it was recorded: never known
        else:
            corrected = following if following and following > recorded else self.moments.after(recorded)
            self.record_employment(self.mistaken(fact, start, end), recorded, corrected)
            if self.chance(0.15):
                again = self.moments.after(corrected)
                self.record_employment(self.mistaken(fact, start, end), corrected, again)
                corrected = again
            self.record_employment(true, corrected)
        if self.chance(0.03):
            # A job that was called off before it began.
            self.record_employment({**fact, "to": fact["from"]}, recorded)

    def mistaken(self, fact: Row, start: date, end: date | None) -> Row:
        """What was believed before the correction."""
        believed = dict(fact)
        luck = self.rnd.random()
        if luck < 0.5:
            believed_end = None if self.chance(0.5) else self.days.after(start)
        elif luck < 0.75:
            believed_end = end
            believed["unit"] = self.rnd.choice(self.codes())
        else:
            believed_end = end
            believed["from"] = self.days.pick().isoformat()
        unit = _row_of(self.rows["units"], believed["unit"])
        if unit.get("closed") is not None and (believed_end is None or believed_end.isoformat() > unit["closed"]):
            believed_end = date.fromisoformat(unit["closed"])
        if believed_end is not None and believed_end.isoformat() <= believed["from"]:
            believed["from"] = fact["from"]
        self.optional(believed, "to", believed_end.isoformat() if believed_end else None)
        return believed

    def record_employment(self, row: Row, recorded: datetime | None, withdrawn: datetime | None = None) -> None:
        """Add the employment unless it is outside its unit's time or overlaps another."""
        trial: Row = dict(row)
        if recorded is not None:
            trial["recorded_at"] = recorded.isoformat()
        if withdrawn is not None:
            trial["withdrawn_at"] = withdrawn.isoformat()
        if _is_backwards(trial) or _is_outside_its_unit(trial, self.rows["units"]):
            return
        if any(_overlap(trial, other) for other in self.rows["employments"]):
            return
        self.record("employments", row, recorded, withdrawn)

    def forgetful(self) -> bool:
        return self.forgets_moments and self.chance(0.3)

    def record_with_a_past(self, name: str, row: Row, wrong: Row, recorded: datetime) -> None:
        """Record plainly, or withdrawn, or after a correction in the same moment."""
        luck = self.rnd.random()
        if luck < 0.7:
            self.record(name, row, None if self.forgetful() else recorded)
        elif luck < 0.82:
            self.record(name, row, recorded, self.moments.after(recorded))
        elif luck < 0.84:
            self.record(name, row, recorded, recorded)
        else:
            corrected = self.moments.after(recorded)
            self.record(name, wrong, recorded, corrected)
            self.record(name, row, corrected)

    # Roles

    def add_roles(self) -> None:
        """Some in the unit of employment, some above it, some where the person never was."""
        for _ in range(0 if self.chance(0.1) else self.rnd.randint(4, 12)):
            person = self.rnd.choice(self.people())
            start = self.days.early() if self.chance(0.6) else self.days.pick()
            end = start if self.chance(0.03) else (self.days.after(start) if self.chance(0.5) else None)
            role: Row = {
                "person": person,
                "role": self.rnd.choice(self.role_words),
                "unit": self.unit_for_role(person),
                "from": start.isoformat(),
            }
            self.optional(role, "to", end.isoformat() if end else None)
            wrong = {**role, "unit": self.rnd.choice(self.codes())}
            self.record_with_a_past("roles", role, wrong, self.moments.pick())

    def unit_for_role(self, person: str) -> str:
        near = [row["unit"] for row in self.rows["employments"] if row["person"] == person]
        if near and self.chance(0.8):
            return self.rnd.choice(_unit_and_above(self.rows["units"], self.rnd.choice(near)))
        return self.rnd.choice(self.codes())

    # Guidelines

    def add_guidelines(self) -> None:
        for slug in self.rnd.sample(SLUGS, self.rnd.randint(1, 3)):
            title = slug.replace("-", " ").capitalize()
            guideline: Row = {
                "slug": slug,
                "title": title if self.chance(0.5) else {"nb": title, "en": title},
            }
            self.optional(guideline, "renew_months", self.renew_months() if self.chance(0.55) else None)
            self.rows["guidelines"].append(guideline)
            self.add_editions(slug, title)

    def renew_months(self) -> int:
        """Often a number that leads from a long month to a shorter one."""
        return self.rnd.choice((1, 6, 12)) if self.chance(0.4) else self.rnd.randint(1, 14)

    def add_editions(self, slug: str, title: str) -> None:
        count = self.rnd.choice((1, 2, 2, 3, 3, 4, 5))
        published = [self.days.early()]
        while len(published) < count:
            published.append(self.rnd.choice(published) if self.chance(0.3) else self.days.pick())
        major, minor = self.rnd.choice(((1, 0), (1, 0), (0, 9), (1, 9), (9, 0)))
        for place, day in enumerate(sorted(published)):
            requires = place == 0 or self.chance(0.5)
            if place > 0:
                # Usually 2.0 is what must be acknowledged and 1.1 is not, but nothing says so.
                if requires != self.chance(0.15):
                    major, minor = major + 1, 0
                else:
                    minor += self.rnd.choice((1, 1, 3))
            number = f"{major}.{minor}"
            edition: Row = {
                "guideline": slug,
                "number": number,
                "published_on": day.isoformat(),
                "requires_acknowledgement": requires,
                "texts": {"nb": {"title": title, "body": f"# {title}\n\nUtgave {number} gjelder for alle."}},
            }
            self.optional(edition, "summary", f"Dette er nytt i {number}." if place else None)
            self.rows["editions"].append(edition)

    def add_rollouts(self) -> None:
        """At most four for a guideline; now and then none at all."""
        names = self.rnd.sample(ROLLOUT_IDS, 12)
        for guideline in self.rows["guidelines"]:
            for _ in range(self.rnd.choice((0, 1, 1, 2, 2, 3, 4))):
                start = self.days.early() if self.chance(0.6) else self.days.pick()
                rollout: Row = {
                    "id": names.pop(),
                    "guideline": guideline["slug"],
                    "units": self.units_for_rollout(),
                    "from": start.isoformat(),
                }
                self.optional(rollout, "role", self.rnd.choice(self.role_words) if self.chance(0.5) else None)
                ended = self.days.after(start) if self.chance(0.35) else None
                if self.chance(0.03):
                    ended = start  # called off before it began
                self.optional(rollout, "ended", ended.isoformat() if ended else None)
                due = self.days.pick() if self.chance(0.65) else None
                self.optional(rollout, "due", due.isoformat() if due else None)
                self.add_evidence(rollout)
                self.rows["rollouts"].append(rollout)

    def units_for_rollout(self) -> list[str]:
        roots = [unit["code"] for unit in self.rows["units"] if unit.get("parent") is None]
        if self.chance(0.4):
            return roots
        return self.rnd.sample(self.codes(), self.rnd.randint(1, 3))

    def add_evidence(self, rollout: Row) -> None:
        if self.chance(0.3):
            rollout["evidence"] = "named"
            rollout["purpose"] = "Å vite at alle har lest"
            rollout["legal_basis"] = "Berettiget interesse"
            rollout["names_kept_until"] = "2027-12-31"
        elif self.chance(0.5):
            rollout["evidence"] = "unit"

    # What people and units say

    def edition_to_speak_of(self, guideline: str, on: date) -> str:
        """Mostly the newest of that day, sometimes an old one or one that nobody has seen yet."""
        editions = [row for row in self.rows["editions"] if row["guideline"] == guideline]
        seen = [row for row in editions if row["published_on"] <= on.isoformat()]
        if seen and self.chance(0.65):
            return str(seen[-1]["number"])
        return str(self.rnd.choice(editions)["number"])

    def day_to_speak(self, guideline: Row) -> date:
        """Often the day of an edition; its lapse day becomes a day on which other things happen."""
        published = [row["published_on"] for row in self.rows["editions"] if row["guideline"] == guideline["slug"]]
        on = date.fromisoformat(self.rnd.choice(published)) if self.chance(0.3) else self.days.pick()
        if guideline.get("renew_months") is not None and self.chance(0.2):
            on = self.rnd.choice([day for day in AWKWARD_DAYS if day.day > 28])
        if self.chance(0.05):
            on = _within(on - timedelta(days=1))
        if guideline.get("renew_months") is not None:
            self.days.heat(lapse_day(on, guideline["renew_months"]))
        return on

    def moment_to_record(self, on: date) -> datetime:
        """That day, or late, or in a moment when other things were recorded."""
        if self.chance(0.4):
            return datetime(on.year, on.month, on.day, 10, tzinfo=UTC)
        return self.moments.pick()

    def add_acknowledgements(self) -> None:
        for _ in range(self.rnd.randint(3, 15)):
            guideline = self.rnd.choice(self.rows["guidelines"])
            on = self.day_to_speak(guideline)
            fact: Row = {
                "person": self.rnd.choice(self.people()),
                "guideline": guideline["slug"],
                "edition": self.edition_to_speak_of(guideline["slug"], on),
                "acknowledged_on": on.isoformat(),
            }
            wrong = {**fact, "acknowledged_on": self.days.pick().isoformat()}
            self.record_with_a_past("acknowledgements", fact, wrong, self.moment_to_record(on))

    def add_confirmations(self) -> None:
        for _ in range(self.rnd.randint(5, 18)):
            guideline = self.rnd.choice(self.rows["guidelines"])
            on = self.day_to_speak(guideline)
            fact: Row = {
                "unit": self.rnd.choice(self.codes()),
                "guideline": guideline["slug"],
                "edition": self.edition_to_speak_of(guideline["slug"], on),
                "informed_on": on.isoformat(),
                "answer": self.answer(),
            }
            self.name_people(fact)
            self.optional(fact, "confirmed_by", self.rnd.choice(self.people()) if self.chance(0.3) else None)
            self.optional(fact, "note", self.rnd.choice(("Allmøte", "Seksjonsmøte", None)))
            recorded = self.moment_to_record(on)
            wrong = {**fact, "answer": self.answer()}
            self.record_with_a_past("confirmations", fact, wrong, recorded)
            if self.chance(0.25):
                # Another word on the same day in the same moment, from here or from elsewhere.
                near = _unit_and_above(self.rows["units"], fact["unit"])
                speaker = self.rnd.choice(near if self.chance(0.7) else self.codes())
                rival = {**fact, "unit": speaker, "answer": self.answer()}
                self.record("confirmations", rival, recorded + timedelta(seconds=self.rnd.choice((0, 0, 0, 1))))

    def answer(self) -> str:
        if self.says_little_good:
            return self.rnd.choice(("informed", "not_informed", "not_informed", "unknown", "unknown"))
        return self.rnd.choice(("informed", "informed", "informed", "not_informed", "unknown"))

    def name_people(self, fact: Row) -> None:
        """Except some, or only some; employed there that day, or elsewhere, or nowhere."""
        exceptions = self.some_people(fact) if self.chance(0.4) else None
        only = self.some_people(fact) if self.chance(0.2) else None
        if exceptions and only and self.chance(0.5):
            exceptions = sorted({*exceptions, self.rnd.choice(only)})
        if self.chance(0.05):
            exceptions = []
        if self.chance(0.02):
            only = []
        self.optional(fact, "except", exceptions)
        self.optional(fact, "only", only)

    def some_people(self, fact: Row) -> list[str]:
        present = [
            row["person"]
            for row in self.rows["employments"]
            if row["from"] <= fact["informed_on"]
            and (row.get("to") is None or fact["informed_on"] < row["to"])
            and fact["unit"] in _unit_and_above(self.rows["units"], row["unit"])
        ]
        choice = sorted(set(present)) if present and self.chance(0.75) else self.people()
        return sorted(self.rnd.sample(choice, min(len(choice), self.rnd.randint(1, 4))))

    def keep_small(self) -> None:
        """Forget the last acknowledgements and confirmations of a history that grew too long."""
        while sum(len(rows) for rows in self.rows.values()) > MOST_ROWS:
            longest = max(("acknowledgements", "confirmations"), key=lambda name: len(self.rows[name]))
            self.rows[longest].pop()


# Where to look


def probe_points(bundle: Bundle, seed: int, count: int = 8) -> list[tuple[date, datetime]]:
    """Days and moments to ask for, most of them on, just before or just after something that happens."""
    rnd = Random(f"probe {seed}")
    days = _event_days(bundle)
    moments = _event_moments(bundle)
    points = []
    for _ in range(count):
        day = rnd.choice(days) + timedelta(days=rnd.choice((0, 0, 0, -1, 1)))
        if rnd.random() < 0.1:
            day = FIRST_DAY + timedelta(days=rnd.randrange(1100))
        moment = rnd.choice(moments) + timedelta(seconds=rnd.choice((0, 0, 0, -1, 1)))
        if rnd.random() < 0.35:
            moment = datetime(2030, 1, 1, tzinfo=UTC)
        points.append((day, moment))
    return points


def _event_days(bundle: Bundle) -> list[date]:
    """Every day that a row names, as often as it is named, and every day on which one lapses.

    A lapse day that was clamped stands there five times: it is rare, and easily got wrong.
    """
    keys = (
        "from",
        "to",
        "opened",
        "closed",
        "published_on",
        "ended",
        "due",
        "acknowledged_on",
        "informed_on",
    )
    days = [
        date.fromisoformat(row[key])
        for name in RECORDS
        for row in bundle.get(name, [])
        for key in keys
        if row.get(key) is not None
    ]
    for guideline in bundle.get("guidelines", []):
        if guideline.get("renew_months") is None:
            continue
        for name, key in (("acknowledgements", "acknowledged_on"), ("confirmations", "informed_on")):
            for row in bundle.get(name, []):
                if row["guideline"] == guideline["slug"]:
                    since = date.fromisoformat(row[key])
                    lapses = lapse_day(since, guideline["renew_months"])
                    days.extend([lapses] * (5 if lapses.day < since.day else 1))
    return sorted(days)


def _event_moments(bundle: Bundle) -> list[datetime]:
    """Every moment in which something was recorded or withdrawn, once, and that of the import."""
    moments = {IMPORTED_AT}
    for name in FACTS:
        for row in bundle.get(name, []):
            for key in ("recorded_at", "withdrawn_at"):
                if row.get(key) is not None:
                    moments.add(datetime.fromisoformat(row[key]))
    return sorted(moments)


# Into files


def write_bundle(bundle: Bundle, folder: Path) -> None:
    """The bundle as a folder of files; kinds of record without rows get none."""
    folder.mkdir(parents=True, exist_ok=True)
    _write_lines(folder / "manifest.json", [{"format": "hmswiki-bundle", "version": 1}])
    for name, rows in bundle.items():
        if rows:
            _write_lines(folder / f"{name}.jsonl", rows)


def _write_lines(path: Path, rows: Iterable[Row]) -> None:
    text = "".join(json.dumps(row, ensure_ascii=False, sort_keys=True) + "\n" for row in rows)
    path.write_text(text, encoding="utf-8", newline="\n")


# What a bundle is refused for


def faults(bundle: Bundle) -> list[str]:
    """Why this bundle would be refused; nothing for a valid one."""
    return [
        *_faults_of_keys(bundle),
        *_faults_of_references(bundle),
        *_faults_of_doubled_rows(bundle),
        *_faults_of_employments(bundle),
        *_faults_of_editions(bundle),
        *_faults_of_units(bundle),
    ]


def _faults_of_keys(bundle: Bundle) -> list[str]:
    keys = {
        "units": "code name opened",
        "people": "id name",
        "employments": "person unit from",
        "roles": "person role unit from",
        "guidelines": "slug title",
        "editions": "guideline number published_on requires_acknowledgement",
        "rollouts": "id guideline units from",
        "acknowledgements": "person guideline edition acknowledged_on",
        "confirmations": "unit guideline edition informed_on answer",
    }
    two_times = "recorded_at withdrawn_at recorded_by withdrawn_by withdrawal_reason"
    optional = {
        "units": "kind parent closed successors position",
        "people": "email language",
        "employments": f"to {two_times}",
        "roles": f"to {two_times}",
        "guidelines": "renew_months kind owner approver valid_to next_review legal_basis parent replaces"
        " classification",
        "editions": "summary texts",
        "rollouts": "role ended due evidence purpose legal_basis names_kept_until",
        "acknowledgements": two_times,
        "confirmations": f"except only method note newcomer_routine confirmed_by {two_times}",
    }
    found = []
    for name, rows in bundle.items():
        for row in rows:
            for key in keys[name].split():
                if row.get(key) is None:
                    found.append(f"{name}: {key} is missing in {row}")
            for key in row:
                if key not in keys[name].split() and key not in optional[name].split():
                    found.append(f"{name}: {key} is unknown in {row}")
            if "recorded_at" in row and row["recorded_at"] is None:
                found.append(f"{name}: recorded_at may be left out, not null, in {row}")
    return found


def _faults_of_references(bundle: Bundle) -> list[str]:
    units = {row["code"] for row in bundle.get("units", [])}
    people = {row["id"] for row in bundle.get("people", [])}
    guidelines = {row["slug"] for row in bundle.get("guidelines", [])}
    editions = {(row["guideline"], row["number"]) for row in bundle.get("editions", [])}
    found = []
    for name, rows in bundle.items():
        for row in rows:
            for key, known in (
                ("unit", units),
                ("person", people),
                ("guideline", guidelines),
                ("recorded_by", people),
                ("withdrawn_by", people),
                ("confirmed_by", people),
            ):
                if row.get(key) is not None and row[key] not in known:
                    found.append(f"{name}: unknown {key} {row[key]}")
            for key, known in (("units", units), ("successors", units), ("except", people), ("only", people)):
                for one in row.get(key) or []:
                    if one not in known:
                        found.append(f"{name}: unknown {one} among {key}")
            if name == "units" and row.get("parent") is not None and row["parent"] not in units:
                found.append(f"units: unknown parent {row['parent']}")
            if "edition" in row and (row["guideline"], row["edition"]) not in editions:
                found.append(f"{name}: unknown edition {row['edition']} of {row['guideline']}")
            if name in ("roles", "rollouts") and row.get("role") is not None and row["role"] not in ROLES:
                found.append(f"{name}: unknown role {row['role']}")
    return found


def _faults_of_doubled_rows(bundle: Bundle) -> list[str]:
    found = []
    for name, rows in bundle.items():
        for place, row in enumerate(rows):
            if _is_doubled(name, row, rows[:place]):
                found.append(f"{name}: doubled {row}")
    return found


def _faults_of_employments(bundle: Bundle) -> list[str]:
    found = []
    employments = bundle.get("employments", [])
    for place, row in enumerate(employments):
        if _is_backwards(row):
            found.append(f"employments: ends before it begins: {row}")
        if _is_outside_its_unit(row, bundle["units"]):
            found.append(f"employments: outside its unit's time: {row}")
        for other in employments[:place]:
            if _overlap(row, other):
                found.append(f"employments: {row} overlaps {other}")
    return found


def _faults_of_editions(bundle: Bundle) -> list[str]:
    found = []
    for slug in sorted({row["guideline"] for row in bundle.get("editions", [])}):
        editions = [row for row in bundle["editions"] if row["guideline"] == slug]
        numbers = [_number(row) for row in editions]
        by_day = sorted(editions, key=lambda row: (row["published_on"], _number(row)))
        if sorted(set(numbers)) != [_number(row) for row in by_day]:
            found.append(f"editions: the numbers of {slug} do not rise")
        if not by_day[0]["requires_acknowledgement"]:
            found.append(f"editions: the first of {slug} requires no acknowledgement")
    return found


def _faults_of_units(bundle: Bundle) -> list[str]:
    units = bundle.get("units", [])
    found = []
    for unit in units:
        if unit.get("closed") is not None and unit["closed"] <= unit["opened"]:
            found.append(f"units: {unit['code']} is never open")
        if len(_unit_and_above(units, unit["code"])) > 4:
            found.append(f"units: {unit['code']} lies deeper than four levels")
    return found


def _is_doubled(name: str, row: Row, others: Iterable[Row]) -> bool:
    return any(_identity(name, row) == _identity(name, other) for other in others)


def _identity(name: str, row: Row) -> Any:
    """All that a fact says; the natural key of anything else. A moment is the same on every clock."""
    if name in ("units", "people", "guidelines", "rollouts"):
        return row[{"units": "code", "people": "id", "guidelines": "slug", "rollouts": "id"}[name]]
    if name == "editions":
        return row["guideline"], row["number"]
    said = {key: value for key, value in row.items() if value is not None and value != []}
    for key in ("recorded_at", "withdrawn_at"):
        if key in said:
            said[key] = datetime.fromisoformat(said[key]).astimezone(UTC)
    for key in ("except", "only"):
        if key in said:
            said[key] = sorted(said[key])
    return said


def _overlap(one: Row, other: Row) -> bool:
    """Both their days and their times from `recorded_at` to `withdrawn_at` do."""
    if one["person"] != other["person"]:
        return False
    if not _share_a_day(one, other):
        return False
    return _share_a_moment(one, other)


def _share_a_day(one: Row, other: Row) -> bool:
    return one["from"] < (other.get("to") or "9999") and other["from"] < (one.get("to") or "9999")


def _share_a_moment(one: Row, other: Row) -> bool:
    first, last = _known(one)
    other_first, other_last = _known(other)
    return first < other_last and other_first < last


def _known(row: Row) -> tuple[datetime, datetime]:
    """Without `recorded_at` it may be known from any moment on."""
    first = datetime.min.replace(tzinfo=UTC)
    last = datetime.max.replace(tzinfo=UTC)
    if row.get("recorded_at") is not None:
        first = datetime.fromisoformat(row["recorded_at"])
    if row.get("withdrawn_at") is not None:
        last = datetime.fromisoformat(row["withdrawn_at"])
    return first, last


def _is_backwards(row: Row) -> bool:
    return row.get("to") is not None and bool(row["to"] < row["from"])


def _is_outside_its_unit(row: Row, units: Iterable[Row]) -> bool:
    unit = _row_of(units, row["unit"])
    if row["from"] < unit["opened"]:
        return True
    if unit.get("closed") is None:
        return False
    return row.get("to") is None or bool(row["to"] > unit["closed"]) or bool(row["from"] >= unit["closed"])


def _is_open(unit: Row, on: date) -> bool:
    return unit["opened"] <= on.isoformat() and (unit.get("closed") is None or on.isoformat() < unit["closed"])


def _row_of(units: Iterable[Row], code: str) -> Row:
    return next(unit for unit in units if unit["code"] == code)


def _unit_and_above(units: list[Row], code: str) -> list[str]:
    found = [code]
    while (parent := _row_of(units, found[-1]).get("parent")) is not None:
        found.append(parent)
    return found


def _number(edition: Row) -> tuple[int, ...]:
    return tuple(int(part) for part in edition["number"].split("."))


def _within(day: date) -> date:
    return min(max(day, FIRST_DAY), LAST_DAY)
