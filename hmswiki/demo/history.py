"""Two years of an invented faculty, as rows of a bundle.

The faculty, its units and the guidelines' names are public; head-counts, people and everything they did are
invented. All days are laid out back from `start`, the day the demo is first started, so that due dates are near.
"""

import re
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any

from hmswiki.demo.names import FIRST, LAST
from hmswiki.foundation.periods import holds

Row = dict[str, Any]

# code, bokmål, nynorsk, English, kind, invented head-count
UNITS = (
    ("IBA", "Institutt for biologiske fag Ålesund", "Institutt for biologiske fag Ålesund",
     "Department of Biological Sciences Ålesund", "institutt", 42),
    ("IBF", "Institutt for bioingeniørfag", "Institutt for bioingeniørfag",
     "Department of Biomedical Laboratory Science", "institutt", 44),
    ("IBI", "Institutt for biologi", "Institutt for biologi", "Department of Biology", "institutt", 170),
    ("IBT", "Institutt for bioteknologi og matvitenskap", "Institutt for bioteknologi og matvitskap",
     "Department of Biotechnology and Food Science", "institutt", 112),
    ("IFY", "Institutt for fysikk", "Institutt for fysikk", "Department of Physics", "institutt", 187),
    ("IKJ", "Institutt for kjemi", "Institutt for kjemi", "Department of Chemistry", "institutt", 118),
    ("IKP", "Institutt for kjemisk prosessteknologi", "Institutt for kjemisk prosessteknologi",
     "Department of Chemical Engineering", "institutt", 128),
    ("IMA", "Institutt for materialteknologi", "Institutt for materialteknologi",
     "Department of Materials Science and Engineering", "institutt", 128),
    ("FFI", "Felles forskningsinfrastruktur", "Felles forskingsinfrastruktur",
     "Shared Research Infrastructure", "infrastruktur", 16),
    ("ADM", "Fakultetsadministrasjonen", "Fakultetsadministrasjonen", "Faculty Administration", "administrasjon", 35),
)  # fmt: skip
FACULTY = "NV"
FOUNDED = date(2017, 1, 1)

# How many area owners each unit has.
AREA_OWNERS = {"IBA": 5, "IBF": 5, "IBI": 12, "IBT": 8, "IFY": 13, "IKJ": 9, "IKP": 10, "IMA": 10, "FFI": 3, "ADM": 2}

# The share of a unit that acknowledges within the first weeks when asked by name.
EAGERNESS = {
    "IBA": 0.9, "IBF": 0.86, "IBI": 0.62, "IBT": 0.85, "IFY": 0.42, "IKJ": 0.6, "IKP": 0.9, "IMA": 0.55,
    "FFI": 0.94, "ADM": 0.8,
}  # fmt: skip


@dataclass(frozen=True)
class Member:
    """A member of the cast: one of each kind of person, listed on the demo's sign-in page."""

    key: str
    name: str
    unit: str
    role: str | None
    within: str | None
    what: dict[str, str]


CAST = (
    Member("demo-ansatt", "Ingrid Solbakken", "IKJ", None, None, {
        "nb": "Ansatt ved Institutt for kjemi, har retningslinjer å lese",
        "nn": "Tilsett ved Institutt for kjemi, har retningslinjer å lese",
        "en": "Employee at the Department of Chemistry, has guidelines to read"}),
    Member("demo-leder", "Lars Petter Hauge", "IFY", "unit_leader", "IFY", {
        "nb": "Leder Institutt for fysikk og bekrefter for enheten",
        "nn": "Leier Institutt for fysikk og stadfestar for eininga",
        "en": "Leads the Department of Physics and confirms for it"}),
    Member("demo-koordinator", "Kari Nesset", "IKJ", "hse_coordinator", "IKJ", {
        "nb": "HMS-koordinator ved Institutt for kjemi",
        "nn": "HMS-koordinator ved Institutt for kjemi",
        "en": "HSE coordinator at the Department of Chemistry"}),
    Member("demo-verneombud", "Jonas Brekke", "IKJ", "safety_representative", "IKJ", {
        "nb": "Verneombud ved Institutt for kjemi",
        "nn": "Verneombod ved Institutt for kjemi",
        "en": "Safety representative at the Department of Chemistry"}),
    Member("demo-omradeansvarlig", "Thuy Lindgren", "IKJ", "area_owner", "IKJ", {
        "nb": "Områdeansvarlig for brannvern i Kjemiblokk 3",
        "nn": "Områdeansvarleg for brannvern i Kjemiblokk 3",
        "en": "Fire area responsible in Chemistry Block 3"}),
    Member("demo-redaktor", "Solveig Rønneberg", "ADM", "editor", FACULTY, {
        "nb": "Redaktør, skriver og reviderer retningslinjer",
        "nn": "Redaktør, skriv og reviderer retningslinjer",
        "en": "Editor, writes and revises guidelines"}),
    Member("demo-godkjenner", "Anders Wiggen", "ADM", "approver", FACULTY, {
        "nb": "Godkjenner og publiserer nye utgaver",
        "nn": "Godkjenner og publiserer nye utgåver",
        "en": "Approves and publishes new editions"}),
    Member("demo-sentral", "Marit Øverland", "ADM", "central_hse", FACULTY, {
        "nb": "HMS sentralt, ser dekningen og ruller ut",
        "nn": "HMS sentralt, ser dekninga og rullar ut",
        "en": "Central HSE, sees the coverage and rolls out"}),
    Member("demo-administrator", "Pål Engvik", "ADM", "administrator", FACULTY, {
        "nb": "Administrator, vedlikeholder enheter, personer og roller",
        "nn": "Administrator, held ved like einingar, personar og roller",
        "en": "Administrator, keeps units, people and roles"}),
)  # fmt: skip


@dataclass
class Story:
    """The bundle being written. `rows` is by kind of record, as in the bundle's files."""

    start: date
    texts: dict[str, dict[str, dict[str, str]]]
    """Title and body by slug, then language: those that ship."""
    facts: dict[str, Row]
    """Document control facts by slug."""
    rng: Random = field(default_factory=lambda: Random(180124))
    rows: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))
    names: set[str] = field(default_factory=set)
    people: int = 0

    def day(self, before: int) -> date:
        """The day so many days before the start."""
        return self.start - timedelta(days=before)

    def at(self, day: date, hour: int = 9, minute: int = 0) -> str:
        """A time on that day, spread by chance within the hour."""
        minute = minute or self.rng.randrange(60)
        return datetime.combine(day, time(hour, minute, self.rng.randrange(60)), tzinfo=UTC).isoformat()

    # Who works where

    def person(self, name: str | None = None, key: str | None = None, language: str | None = None) -> str:
        self.people += 1
        key = key or f"p{self.people:04d}"
        while name is None or name in self.names:
            name = f"{self.rng.choice(FIRST)} {self.rng.choice(LAST)}"
        self.names.add(name)
        row = {"id": key, "name": name, "email": f"{key}@example.org"}
        if language:
            row["language"] = language
        self.rows["people"].append(row)
        return key

    def employ(self, person: str, unit: str, start: date, end: date | None = None, late: int = 0) -> None:
        row = {"person": person, "unit": unit, "from": start.isoformat()}
        # Nothing is recorded after the history ends: who comes in a month is in the register already.
        recorded = min(start - timedelta(days=10) + timedelta(days=late), self.day(1))
        if end is None:
            self.rows["employments"].append(row | {"recorded_at": self.at(recorded, 8)})
            return
        # The end was learnt later: what was known before is withdrawn, and said anew with its end.
        learnt = self.at(max(end - timedelta(days=30), recorded + timedelta(days=1)), 13)
        known = {"recorded_at": self.at(recorded, 8), "withdrawn_at": learnt, "withdrawal_reason": "Sluttdato meldt"}
        self.rows["employments"].append(row | known)
        self.rows["employments"].append(row | {"to": end.isoformat(), "recorded_at": learnt})

    def role(self, person: str, role: str, unit: str, start: date, end: date | None = None) -> None:
        row = {"person": person, "role": role, "unit": unit, "from": start.isoformat(), "recorded_at": self.at(start)}
        if end is not None:
            row["to"] = end.isoformat()
        self.rows["roles"].append(row)

    def employed(self, unit: str, day: date) -> list[str]:
        """Who is employed in the unit on `day`, as known today."""
        return [
            row["person"]
            for row in self.rows["employments"]
            if row["unit"] == unit
            and "withdrawn_at" not in row
            and holds(date.fromisoformat(row["from"]), _day(row.get("to")), day)
        ]

    # What is to be known

    def edition(
        self, slug: str, number: str, before: int, *, demands: bool, summary: dict[str, str], leave_out: int = 0,
        languages: tuple[str, ...] = ("nb", "nn", "en"),
    ) -> None:  # fmt: skip
        """An edition; the older it is, the more of today's text it leaves out."""
        texts = {
            language: {"title": text["title"], "body": earlier(text["body"], leave_out)}
            for language, text in self.texts[slug].items()
            if language in languages
        }
        self.rows["editions"].append({
            "guideline": slug, "number": number, "published_on": self.day(before).isoformat(),
            "requires_acknowledgement": demands, "summary": summary, "texts": texts,
            "written_by": "demo-redaktor", "approved_by": "demo-godkjenner",
        })  # fmt: skip

    def acknowledge(self, person: str, slug: str, edition: str, day: date) -> None:
        self.rows["acknowledgements"].append({
            "person": person, "guideline": slug, "edition": edition, "acknowledged_on": day.isoformat(),
            "recorded_at": self.at(day, self.rng.randrange(7, 15)), "recorded_by": person,
        })  # fmt: skip

    def confirm(
        self, unit: str, slug: str, edition: str, before: int, *, answer: str = "informed", away: int = 0,
        method: str = "all_staff_meeting", late: int = 0, only: list[str] | None = None, note: str | None = None,
        routine: str | None = None,
    ) -> Row:  # fmt: skip
        day = self.day(before)
        by = self.leaders[unit] if unit != "IKJ" else "demo-koordinator"
        row: Row = {
            "unit": unit, "guideline": slug, "edition": edition, "informed_on": day.isoformat(), "answer": answer,
            "confirmed_by": by, "recorded_by": by, "recorded_at": self.at(day + timedelta(days=late), 14),
        }  # fmt: skip
        if answer == "informed":
            row["method"] = method
            row["newcomer_routine"] = routine or "Gjennomgås i oppstartssamtalen den første uka."
        if away:
            staff = self.employed(unit, day)
            row["except"] = sorted(self.rng.sample(staff, min(away, len(staff))))
        if only is not None:
            row["only"] = sorted(only)
        if note:
            row["note"] = note
        self.rows["confirmations"].append(row)
        return row

    leaders: dict[str, str] = field(default_factory=dict)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def earlier(body: str, leave_out: int) -> str:
    """Today's text as it may have read before: without the last point of so many of its lists."""
    if not leave_out:
        return body
    blocks = body.split("\n\n")
    left = leave_out
    for index in range(len(blocks) - 1, -1, -1):
        lines = blocks[index].split("\n")
        if left and len(lines) > 2 and re.match(r"[-*] |\d+\. ", lines[0]) and re.match(r"[-*] |\d+\. ", lines[-1]):
            blocks[index] = "\n".join(lines[:-1])
            left -= 1
    return "\n\n".join(blocks)


def write(
    start: date, texts: dict[str, dict[str, dict[str, str]]], facts: dict[str, Row]
) -> dict[str, list[Row]]:  # fmt: skip
    """The whole history as rows of a bundle, by kind of record. The same for the same day and texts."""
    story = Story(start, texts, facts)
    _organisation(story)
    _staff(story)
    _roles(story)
    _guidelines(story)
    _rollouts(story)
    _acknowledged(story)
    _confirmed(story)
    return dict(story.rows)


def _organisation(story: Story) -> None:
    story.rows["units"].append({
        "code": FACULTY, "kind": "fakultet", "opened": FOUNDED.isoformat(), "position": 0,
        "name": {
            "nb": "Fakultet for naturvitenskap", "nn": "Fakultet for naturvitskap", "en": "Faculty of Natural Sciences",
        },
    })  # fmt: skip
    for position, (code, nb, nn, en, kind, _) in enumerate(UNITS, start=1):
        story.rows["units"].append({
            "code": code, "name": {"nb": nb, "nn": nn, "en": en}, "kind": kind, "parent": FACULTY,
            "opened": FOUNDED.isoformat(), "position": position,
        })  # fmt: skip


def _staff(story: Story) -> None:
    rng = story.rng
    cast = defaultdict(list)
    for member in CAST:
        cast[member.unit].append(member)
    codes = [unit[0] for unit in UNITS]
    for code, *_, count in UNITS:
        for member in cast[code]:
            story.employ(story.person(member.name, member.key), code, story.day(rng.randrange(900, 2000)))
        for _ in range(count - len(cast[code])):
            person = story.person(language="en" if rng.random() < 0.15 else None)
            chance = rng.random()
            if chance < 0.1:  # a newcomer of these two years
                start = story.day(rng.randrange(15, 700))
                story.employ(person, code, start, late=20 if rng.random() < 0.1 else 0)
            elif chance < 0.13:  # came from another unit
                moved = story.day(rng.randrange(30, 600))
                other = rng.choice([one for one in codes if one != code])
                story.employ(person, other, story.day(rng.randrange(800, 2000)), moved)
                story.employ(person, code, moved)
            else:
                story.employ(person, code, story.day(rng.randrange(740, 2500)))
        for _ in range(round(count * 0.09)):  # has left
            start = story.day(rng.randrange(740, 2500))
            story.employ(story.person(), code, start, story.day(rng.randrange(20, 700)))
        for _ in range(max(1, count // 60)):  # comes soon
            story.employ(story.person(), code, start=story.day(-rng.randrange(5, 40)), late=-5)
    for days in (12, 8, 3):  # three who have just begun at Chemistry, in place of three who have just left
        leaver = next(
            row["person"]
            for row in story.rows["employments"]
            if row["unit"] == "IKJ"
            and not row["person"].startswith("demo-")
            and "to" not in row
            and "withdrawn_at" not in row
            and date.fromisoformat(row["from"]) < story.day(800)
        )
        _leave(story, leaver, story.day(days))
        story.employ(story.person(), "IKJ", story.day(days))


def _leave(story: Story, person: str, day: date) -> None:
    """Give the person's open employment its end."""
    rows = story.rows["employments"]
    index = next(i for i, r in enumerate(rows) if r["person"] == person and "to" not in r and "withdrawn_at" not in r)
    learnt = story.at(day - timedelta(days=20), 13)
    rows[index] = rows[index] | {"withdrawn_at": learnt, "withdrawal_reason": "Sluttdato meldt"}
    again = {key: rows[index][key] for key in ("person", "unit", "from")}
    rows.append(again | {"to": day.isoformat(), "recorded_at": learnt})


def _roles(story: Story) -> None:
    rng = story.rng
    taken = {member.key for member in CAST}
    for member in CAST:
        if member.role and member.within:
            story.role(member.key, member.role, member.within, story.day(rng.randrange(740, 890)))

    def someone(unit: str) -> str:
        veterans = [
            row["person"]
            for row in story.rows["employments"]
            if row["unit"] == unit
            and "to" not in row
            and "withdrawn_at" not in row
            and date.fromisoformat(row["from"]) < story.day(740)
            and row["person"] not in taken
        ]
        person = str(rng.choice(veterans))
        taken.add(person)
        return person

    held = {(member.role, member.within) for member in CAST}
    story.role(someone("ADM"), "unit_leader", FACULTY, story.day(735))
    for code, *_ in UNITS:
        for role in ("unit_leader", "hse_coordinator", "safety_representative"):
            if (role, code) in held:
                story.leaders.setdefault(code, "demo-leder")
                continue
            person = someone(code)
            if role == "unit_leader":
                story.leaders[code] = person
            if (role, code) == ("hse_coordinator", "FFI"):  # vacant since a while
                story.role(person, role, code, story.day(730), story.day(45))
                continue
            story.role(person, role, code, story.day(rng.randrange(710, 735)))
        owners = AREA_OWNERS[code] - (1 if code == "IKJ" else 0)
        for _ in range(owners):
            story.role(someone(code), "area_owner", code, story.day(rng.randrange(705, 735)))
    story.leaders["IFY"] = "demo-leder"


CHANGES = {
    "first": {"nb": "Første utgave.", "nn": "Første utgåve.", "en": "First edition."},
    "clearer": {
        "nb": "Språket er gjort tydeligere. Ingen nye krav.",
        "nn": "Språket er gjort tydelegare. Ingen nye krav.",
        "en": "Clearer wording. No new requirements.",
    },
    "revised": {
        "nb": "Ansvar og frister er presisert, og flere punkter er nye.",
        "nn": "Ansvar og fristar er presiserte, og fleire punkt er nye.",
        "en": "Duties and deadlines are made precise, and several points are new.",
    },
}


def _guidelines(story: Story) -> None:
    for slug in sorted(story.texts):
        titles = {language: text["title"] for language, text in story.texts[slug].items()}
        story.rows["guidelines"].append({"slug": slug, "title": titles} | story.facts[slug])
    first, clearer, revised = CHANGES["first"], CHANGES["clearer"], CHANGES["revised"]
    edition = story.edition
    edition("rus-og-avhengighet", "1.0", 720, demands=True, summary=first, leave_out=3)
    edition("rus-og-avhengighet", "2.0", 350, demands=True, summary=revised, leave_out=2)
    edition("rus-og-avhengighet", "3.0", 20, demands=True, summary=revised)
    edition("ryddedag-pa-laboratorier", "1.0", 640, demands=True, summary=first, leave_out=3)
    edition("ryddedag-pa-laboratorier", "1.1", 300, demands=False, summary=clearer, leave_out=2)
    edition("ryddedag-pa-laboratorier", "2.0", 42, demands=True, summary=revised)
    edition("brannvernoppgaver-for-omradeansvarlig", "1.0", 700, demands=True, summary=first, leave_out=2)
    edition("brannvernoppgaver-for-omradeansvarlig", "2.0", 330, demands=True, summary=revised)
    edition("forebygging-av-muskel-og-skjelettplager", "1.0", 600, demands=True, summary=first, leave_out=1)
    edition("forebygging-av-muskel-og-skjelettplager", "1.1", 200, demands=False, summary=clearer)
    edition("omstilling", "1.0", 500, demands=True, summary=first, leave_out=2)
    # English was left behind: an edition is published without it, and the page says so.
    edition("omstilling", "2.0", 120, demands=True, summary=revised, languages=("nb", "nn"))


def _rollouts(story: Story) -> None:
    labs = [code for code, *_ in UNITS if code != "ADM"]
    named: Row = {
        "evidence": "named",
        "purpose": "Den som arbeider i laboratoriet eller har et brannområde, må selv kjenne oppgavene.",
        "legal_basis": "GDPR artikkel 6 nr. 1 bokstav c, arbeidsmiljøloven § 3-2",
        "names_kept_until": story.day(-730).isoformat(),
    }  # fmt: skip

    def rollout(id: str, slug: str, units: list[str], before: int, due: int | None, **more: Any) -> None:
        row = {"id": id, "guideline": slug, "units": units, "from": story.day(before).isoformat()} | more
        if due is not None:
            row["due"] = story.day(due).isoformat()
        story.rows["rollouts"].append(row)

    rollout("rus-1", "rus-og-avhengighet", [FACULTY], 720, 660, ended=story.day(20).isoformat())
    rollout("rus-2", "rus-og-avhengighet", [FACULTY], 20, -8)
    rollout("ryddedag-1", "ryddedag-pa-laboratorier", labs, 640, 600, ended=story.day(42).isoformat(), **named)
    rollout("ryddedag-2", "ryddedag-pa-laboratorier", labs, 42, -15, **named)
    fire = "brannvernoppgaver-for-omradeansvarlig"
    rollout("brannvern-1", fire, [FACULTY], 700, 300, role="area_owner", ended=story.day(60).isoformat(), **named)
    rollout("brannvern-2", fire, [FACULTY], 60, -11, role="area_owner", **named)
    muscle = "forebygging-av-muskel-og-skjelettplager"
    rollout("muskel-1", muscle, [FACULTY], 600, 540, ended=story.day(200).isoformat(), **named)
    rollout("muskel-2", muscle, [FACULTY], 200, 12)
    rollout("omstilling-1", "omstilling", [FACULTY], 500, -57)


def _acknowledged(story: Story) -> None:
    rng = story.rng
    owners = {row["person"] for row in story.rows["roles"] if row["role"] == "area_owner"}
    asked = (
        # slug, edition, published, asked until, only area owners
        ("ryddedag-pa-laboratorier", "1.0", 640, 300, False),
        ("ryddedag-pa-laboratorier", "1.1", 300, 42, False),
        ("ryddedag-pa-laboratorier", "2.0", 42, 0, False),
        ("brannvernoppgaver-for-omradeansvarlig", "1.0", 700, 335, True),
        ("brannvernoppgaver-for-omradeansvarlig", "2.0", 330, 0, True),
        ("forebygging-av-muskel-og-skjelettplager", "1.0", 600, 200, False),
    )
    for slug, number, published, until, only_owners in asked:
        for code, *_ in UNITS:
            if code == "ADM" and slug.startswith("ryddedag"):
                continue
            share = EAGERNESS[code] * (0.75 if number == "1.1" else 0.85 if not only_owners else 1.05)
            for person in story.employed(code, story.day(until)):
                if (only_owners and person not in owners) or person == "demo-ansatt":
                    continue  # Ingrid has something to read when she signs in
                if person == "demo-omradeansvarlig" and (number, slug[:4]) == ("2.0", "bran"):
                    continue  # Thuy has something to do when she signs in
                if rng.random() < share:
                    wait = min(int(rng.expovariate(1 / 16)), published - until - 1)
                    day = story.day(published - wait)
                    if person in story.employed(code, day):
                        story.acknowledge(person, slug, number, day)
    # She knows the first editions, so the page tells her what is new.
    story.acknowledge("demo-ansatt", "ryddedag-pa-laboratorier", "1.0", story.day(610))
    story.acknowledge("demo-ansatt", "forebygging-av-muskel-og-skjelettplager", "1.0", story.day(590))
    # Fire duties lapse after a year: whoever is eager says so again in time.
    for person in sorted(owners):
        if person != "demo-omradeansvarlig" and rng.random() < 0.35:
            story.acknowledge(person, "brannvernoppgaver-for-omradeansvarlig", "2.0", story.day(rng.randrange(2, 60)))


def _confirmed(story: Story) -> None:
    confirm, rng = story.confirm, story.rng
    substance, muscle = "rus-og-avhengighet", "forebygging-av-muskel-og-skjelettplager"
    codes = [unit[0] for unit in UNITS]
    for code in codes:  # the first round, two years ago: most units, some of them late
        if code not in ("IFY", "IMA"):
            confirm(
                code, substance, "1.0", rng.randrange(640, 700), away=rng.randrange(0, 4), late=rng.choice((0, 0, 21))
            )
        if code not in ("IBI", "IFY", "IMA"):
            confirm(code, muscle, "1.0", rng.randrange(500, 560), away=rng.randrange(0, 3), method="section_meeting")
        confirm(code, "omstilling", "1.0", rng.randrange(400, 470), away=rng.randrange(1, 6))
    confirm("IFY", substance, "1.0", 600, answer="unknown")
    confirm("IMA", substance, "1.0", 610, answer="not_informed", note="Tas opp på allmøtet i høst.")
    confirm("IMA", muscle, "1.0", 480, answer="not_informed")
    for code in codes:  # the second edition on substance use
        if code not in ("IFY", "IBI"):
            confirm(code, substance, "2.0", rng.randrange(250, 330), away=rng.randrange(0, 5))
    confirm(
        "IBI", substance, "2.0", 200, away=12, late=40, note="Meldt inn sent: lista over fraværende lå hos seksjonene."
    )
    # The third is three weeks old: some have had their meeting.
    for code, before, away in (
        ("IBA", 12, 2),
        ("IBF", 10, 2),
        ("IBT", 9, 4),
        ("IKP", 13, 6),
        ("FFI", 8, 0),
        ("ADM", 6, 1),
    ):
        confirm(code, substance, "3.0", before, away=away)
    confirm("IBI", substance, "3.0", 4, away=66, note="Gjelder seksjonene som har hatt møte.")
    confirm("IMA", substance, "3.0", 5, away=44)
    confirm("IFY", substance, "3.0", 7, answer="unknown", note="Vi vet ikke hvilke seksjoner som har tatt det opp.")
    for code, before, away in (
        ("IBA", 40, 1),
        ("IBF", 60, 0),
        ("IBT", 90, 2),
        ("IKJ", 75, 0),
        ("IKP", 80, 2),
        ("FFI", 70, 0),
        ("ADM", 66, 1),
    ):
        confirm(code, muscle, "1.1", before, away=away)
    confirm("IBI", muscle, "1.1", 30, away=30, method="email")
    confirm("IMA", muscle, "1.1", 20, answer="not_informed", note="Ny rutine er under arbeid.")
    for code, before, away in (
        ("IBA", 90, 1), ("IBF", 88, 3), ("IBI", 80, 12), ("IBT", 70, 4), ("IFY", 60, 34), ("IKJ", 75, 7),
        ("IKP", 66, 2), ("IMA", 50, 9), ("FFI", 77, 0), ("ADM", 95, 0),
    ):  # fmt: skip
        confirm(code, "omstilling", "2.0", before, away=away)
    # Laboratory cleanup: told at the start-up of the autumn, in some units.
    for code, before, away in (("IBF", 20, 3), ("IBT", 25, 6), ("IKP", 30, 4), ("IKJ", 14, 25), ("FFI", 33, 0)):
        confirm(code, "ryddedag-pa-laboratorier", "2.0", before, away=away, method="section_meeting")
    # Ingrid was away that day, so she has something to read and acknowledge when she signs in.
    away_at_chemistry = story.rows["confirmations"][-2]
    away_at_chemistry["except"] = sorted({*away_at_chemistry.get("except", []), "demo-ansatt"})
    # One was wrong and was withdrawn: a correction is a withdrawal and a new fact, both with the same time.
    wrong = story.rows["confirmations"][-4]
    right = dict(wrong)
    moment = story.at(date.fromisoformat(wrong["informed_on"]) + timedelta(days=3), 10)
    wrong |= {
        "withdrawn_at": moment, "withdrawn_by": wrong["confirmed_by"],
        "withdrawal_reason": "Én av seksjonene hadde ikke hatt møtet ennå.",
    }  # fmt: skip
    right["recorded_at"] = moment
    absent = story.rng.sample(story.employed(right["unit"], date.fromisoformat(right["informed_on"])), 11)
    right["except"] = sorted(absent)
    story.rows["confirmations"].append(right)
    # Newcomers at Chemistry are told at their start-up.
    newcomers = [
        row
        for row in story.rows["employments"]
        if row["unit"] == "IKJ"
        and "withdrawn_at" not in row
        and story.day(200) < date.fromisoformat(row["from"]) < story.day(20)
    ]
    for row in newcomers:
        before = (story.start - date.fromisoformat(row["from"])).days - 3
        confirm("IKJ", muscle, "1.1", max(before, 1), method="startup", only=[row["person"]])
