"""The demo's two annual meetings: last year's is finished, with all that came of it; today's is in the middle of its
first task, and six of nine groups have written.

Written straight into the tables: nobody was there to press the buttons.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from hmswiki.actions import operations as actions
from hmswiki.demo import meeting
from hmswiki.demo.history import CAST, FACULTY
from hmswiki.demo.meeting import TaskPlan
from hmswiki.foundation.permissions import Actor, Role
from hmswiki.guidelines import drafting
from hmswiki.guidelines.models import Draft, DraftState, Edition, Guideline
from hmswiki.notes import ranks
from hmswiki.notes.models import EditKind, HandIn, Point, PointEdit
from hmswiki.organisation import queries as organisation
from hmswiki.organisation.models import Employment, Person, RoleHolding, Unit
from hmswiki.outcomes import proposal_operations, publication_operations
from hmswiki.outcomes.afterwards_pages import snapshot
from hmswiki.outcomes.models import ProposalAnswer
from hmswiki.outcomes.proposal_queries import standing
from hmswiki.outcomes.proposal_words import credits
from hmswiki.plenary import operations as plenary
from hmswiki.plenary import summary_operations as summary
from hmswiki.workshops.codes import new
from hmswiki.workshops.models import (
    Code,
    EventKind,
    Group,
    Helper,
    Member,
    Opens,
    Prompt,
    Task,
    Workshop,
    WorkshopEvent,
)

# Who leads each group: the unit whose HSE coordinator does. The two that have none are spread among the others.
LED_BY = ("IBA", "IBF", "IBI", "IKJ", "IBT", "IFY", "IKP", "IMA", "ADM")
OF_FOUR = ("demo-ansatt", "demo-verneombud")
"""Members of the cast who are in group 4, which demo-koordinator leads."""
BESIDES = 5
"""Members of a group beside its leader."""

ORGANISER = "demo-sentral"
HELPER = "demo-redaktor"
CLEANUP = "ryddedag-pa-laboratorier"
ZONE = ZoneInfo("Europe/Oslo")
SINCE_START = timedelta(minutes=8, seconds=22)
"""How long the first task of today's meeting has run when the demo is made."""


@dataclass
class Teller:
    """Who tells the story, with what it needs at hand. Keys come from its own chance, the same each time."""

    session: Session
    rng: Random = field(default_factory=lambda: Random(180124))

    def key(self) -> str:
        return str(UUID(int=self.rng.getrandbits(128), version=4))

    def person(self, key: str) -> Person:
        return organisation.person(self.session, key)


def fill(session: Session, *, today: date, at: datetime) -> None:
    """Write both meetings; `at` is the moment at which today's stands as described."""
    teller = Teller(session)
    held_on = last_meeting(today)
    _finished(teller, held_on, today=today)
    _running(teller, held_on.year, at=at)
    session.flush()


def last_meeting(today: date) -> date:
    """The eighteenth of January at least three months back, or the Monday after."""
    day = date((today - timedelta(days=90)).year, 1, 18)
    if day > today - timedelta(days=90):
        day = day.replace(year=day.year - 1)
    return day + timedelta(days={5: 2, 6: 1}.get(day.weekday(), 0))


# --- The plan -----------------------------------------------------------------------------------------------


def _plan(teller: Teller, title: str, starts_at: datetime, tasks: Sequence[TaskPlan], *, closes: timedelta) -> Workshop:
    session, made_at = teller.session, starts_at - timedelta(days=21)
    unit, by = organisation.unit(session, FACULTY), teller.person(ORGANISER)
    made = Workshop(
        key=teller.key(), unit_id=unit.id, title=title, place="Auditorium R7, Realfagbygget",
        about="For ledere, HMS-koordinatorer, verneombud og områdeansvarlige ved fakultetet.",
        starts_at=starts_at, ends_at=starts_at + timedelta(hours=3, minutes=30),
        opens_at=starts_at - timedelta(hours=1), closes_at=starts_at + closes,
        programme=[
            {"time": f"{(starts_at + timedelta(minutes=after)).astimezone(ZONE):%H:%M}", "text": text}
            for after, text in meeting.PROGRAMME
        ],
        reading=[{"guideline": "omstilling"}, {"guideline": CLEANUP}], made_at=made_at, made_by_id=by.id,
    )  # fmt: skip
    session.add(made)
    session.flush()
    for position, plan in enumerate(tasks, start=1):
        task = Task(
            key=teller.key(), workshop_id=made.id, position=position, title=plan.title, text=plan.text,
            minutes=plan.minutes, models=list(plan.models),
        )  # fmt: skip
        session.add(task)
        session.flush()
        session.add_all(
            Prompt(key=teller.key(), task_id=task.id, position=place, title=name, hint=hint)
            for place, (name, hint) in enumerate(plan.prompts, start=1)
        )
    for opens, code in ((Opens.GROUPS, _code(teller)), (Opens.WALL, _code(teller))):
        session.add(Code(workshop_id=made.id, opens=opens, code=code, made_at=made_at, made_by_id=by.id))
    session.add(
        Helper(workshop_id=made.id, person_id=teller.person(HELPER).id, recorded_at=made_at, recorded_by_id=by.id)
    )
    session.flush()
    return made


def _code(teller: Teller) -> str:
    return new(teller.rng.choice)


def _groups(teller: Teller, workshop: Workshop) -> dict[int, Group]:
    """Nine groups, each led by a unit's HSE coordinator, its members from units all over the faculty."""
    session, rng, at = teller.session, teller.rng, workshop.made_at
    staff = _staff(session, workshop.starts_at.date())
    leaders = _coordinators(session)
    by = teller.person(ORGANISER).id
    taken = {*leaders.values(), *(teller.person(member.key).id for member in CAST)}
    found = {}
    for number, unit in enumerate(LED_BY, start=1):
        group = Group(key=teller.key(), workshop_id=workshop.id, number=number)
        session.add(group)
        session.flush()
        found[number] = group
        people = [leaders[unit]]
        people += [teller.person(key).id for key in OF_FOUR] if unit == "IKJ" else []
        codes = [code for code in staff if code != unit]
        rng.shuffle(codes)
        for code in codes[: BESIDES + 1 - len(people)]:
            people.append(rng.choice([one for one in staff[code] if one not in taken]))
            taken.add(people[-1])
        session.add_all(
            Member(group_id=group.id, person_id=person, leads=place == 0, recorded_at=at, recorded_by_id=by)
            for place, person in enumerate(people)
        )
    session.flush()
    return found


def _staff(session: Session, day: date) -> dict[str, list[int]]:
    """The ids of who was employed that day and still is, by the unit's code."""
    found: dict[str, list[int]] = defaultdict(list)
    rows = session.execute(
        select(Unit.code, Employment.person_id)
        .join(Unit, Employment.unit_id == Unit.id)
        .where(Employment.withdrawn_at.is_(None), Employment.ends_on.is_(None), Employment.starts_on <= day)
        .order_by(Employment.id)
    )
    for code, person_id in rows:
        found[code].append(person_id)
    return found


def _coordinators(session: Session) -> dict[str, int]:
    """The id of each unit's HSE coordinator, by the unit's code."""
    rows = session.execute(
        select(Unit.code, RoleHolding.person_id)
        .join(Unit, RoleHolding.unit_id == Unit.id)
        .where(
            RoleHolding.role == Role.HSE_COORDINATOR, RoleHolding.withdrawn_at.is_(None), RoleHolding.ends_on.is_(None)
        )
    )
    return {row.code: row.person_id for row in rows}


# --- What is written ----------------------------------------------------------------------------------------

Places = dict[tuple[int, int, int], Point]
"""A task's points by group, prompt and place."""


def _write(
    teller: Teller, task: Task, groups: Mapping[int, Group], written: Mapping[int, Sequence[Sequence[str]]],
    *, begun: datetime, until: datetime,
) -> Places:  # fmt: skip
    """Each group's lines, in the order in which they stand, spread over the time."""
    session, found = teller.session, {}
    for number, by_prompt in written.items():
        group = groups[number]
        lines = [(prompt, place, text) for prompt, texts in enumerate(by_prompt) for place, text in enumerate(texts)]
        pause = (until - begun) / (len(lines) + 1)
        for step, (prompt, place, text) in enumerate(lines, start=1):
            at = begun + pause * step - timedelta(seconds=teller.rng.randrange(20))
            rank = ranks.spread(len(by_prompt[prompt]))[place]
            found[number, prompt, place] = _point(teller, task, group, task.prompts[prompt], rank, text, at)
    session.flush()
    return found


def _point(
    teller: Teller, task: Task, group: Group, prompt: Prompt, rank: str, text: str, at: datetime
) -> Point:  # fmt: skip
    edit = teller.key()
    made = Point(
        key=teller.key(), group_id=group.id, task_id=task.id, prompt_id=prompt.id, rank=rank, text=text, written=edit,
        made_at=at, changed_at=at,
    )  # fmt: skip
    teller.session.add(made)
    teller.session.flush()
    leader = next(member.person_id for member in group.members if member.leads)
    teller.session.add(
        PointEdit(
            key=edit, point_id=made.id, kind=EditKind.WRITTEN, text=text, prompt_id=prompt.id, rank=rank, made_at=at,
            recorded_at=at, by_id=leader,
        )
    )  # fmt: skip
    group.pulse += 1
    return made


def _happen(
    teller: Teller, workshop: Workshop, task: Task | None, kind: EventKind, at: datetime, minutes: int | None = None
) -> None:
    teller.session.add(
        WorkshopEvent(
            workshop_id=workshop.id, task_id=task.id if task else None, kind=kind, minutes=minutes, at=at,
            recorded_at=at, recorded_by_id=teller.person(ORGANISER).id,
        )
    )  # fmt: skip


# --- Today's meeting ----------------------------------------------------------------------------------------


def _running(teller: Teller, year: int, *, at: datetime) -> None:
    begun = (at - SINCE_START).replace(microsecond=0)
    starts_at = begun - timedelta(minutes=95)
    starts_at -= timedelta(minutes=starts_at.minute % 5, seconds=starts_at.second)
    # The code opens for a month here, so that whoever comes back to the demo still gets in.
    tasks = (meeting.CHANGE, meeting.ROLES)
    workshop = _plan(teller, f"HMS-årsmøtet {year}", starts_at, tasks, closes=timedelta(days=30))
    groups = _groups(teller, workshop)
    task = workshop.tasks[0]
    _happen(teller, workshop, task, EventKind.STARTED, begun)
    _write(teller, task, groups, meeting.WRITTEN, begun=begun, until=at)


# --- Last year's meeting ------------------------------------------------------------------------------------


def _finished(teller: Teller, held_on: date, *, today: date) -> None:
    session = teller.session
    starts_at = datetime.combine(held_on, time(7, 30), tzinfo=UTC)
    workshop = _plan(
        teller, f"HMS-årsmøtet {held_on.year - 1}", starts_at, (meeting.REPORTING, meeting.CLEANUP),
        closes=timedelta(hours=12),
    )  # fmt: skip
    groups = _groups(teller, workshop)
    written = []
    for place, task in enumerate(workshop.tasks):
        begun = starts_at + timedelta(minutes=95 + 30 * place)
        ended = begun + timedelta(minutes=task.minutes)
        _happen(teller, workshop, task, EventKind.STARTED, begun)
        said = {number: tasks[place] for number, tasks in meeting.LAST_YEAR.items()}
        written.append(_write(teller, task, groups, said, begun=begun, until=ended))
        _hand_in(teller, task, groups, ended)
        _happen(teller, workshop, task, EventKind.CLOSED, ended + timedelta(minutes=2))
    _happen(teller, workshop, None, EventKind.ENDED, starts_at + timedelta(hours=4))
    by = _actor(session, ORGANISER, held_on)
    afterwards = starts_at + timedelta(hours=3)
    _sum_up(session, workshop, written, by=by, at=afterwards)
    _outcomes(teller, workshop, written, by=by, at=afterwards + timedelta(days=1), today=today)


def _hand_in(teller: Teller, task: Task, groups: Mapping[int, Group], ended: datetime) -> None:
    for number, group in groups.items():
        leader = next(member.person_id for member in group.members if member.leads)
        at = ended - timedelta(seconds=20 * number)
        teller.session.add(
            HandIn(key=teller.key(), group_id=group.id, task_id=task.id, recorded_at=at, recorded_by_id=leader)
        )


def _actor(session: Session, key: str, day: date) -> Actor:
    found = organisation.actor(session, key, day)
    assert found is not None, key
    return found


def _sum_up(session: Session, workshop: Workshop, written: Sequence[Places], *, by: Actor, at: datetime) -> None:
    themes = []
    for gathered in meeting.THEMES:
        points = [written[gathered.task][place] for place in gathered.points]
        plenary.gather(session, workshop.tasks[gathered.task], points, title=gathered.title, by=by, at=at)
        themes.append(points)
    for summed in meeting.SUMMARY:
        points = [point for theme in summed.themes for point in themes[theme]]
        summary.write(session, workshop.tasks[summed.task], summed.text, points, by=by, at=at)


def _outcomes(
    teller: Teller, workshop: Workshop, written: Sequence[Places], *, by: Actor, at: datetime, today: date
) -> None:
    session = teller.session
    publication_operations.publish(
        session, workshop, snapshot(session, workshop, language="nb", with_hidden=True), by=by, at=at
    )
    unit = organisation.unit(session, FACULTY)
    for title, group, task, prompt, place, due, done in meeting.ACTIONS:
        action = proposal_operations.make_action(
            session, written[task][group, prompt, place], title=title, unit=unit,
            due_on=at.date() + timedelta(days=due), by=by, at=at, responsible=teller.person(ORGANISER),
        )  # fmt: skip
        if done is not None:
            day = at.date() + timedelta(days=done)
            actions.do(session, action, done_on=day, today=day, by=by, at=at + timedelta(days=done))
    _changed_guideline(teller, workshop, written[1], by=by, at=at, today=today)


def _changed_guideline(
    teller: Teller, workshop: Workshop, written: Places, *, by: Actor, at: datetime, today: date
) -> None:
    """The proposal was taken up in the edition that is in force today, whose summary says so."""
    session = teller.session
    guideline = session.scalars(select(Guideline).where(Guideline.slug == CLEANUP)).one()
    edition = session.scalars(
        select(Edition).where(Edition.guideline == guideline, Edition.published_on <= today).order_by(Edition.id.desc())
    ).first()
    assert edition is not None
    proposal = proposal_operations.propose(
        session, workshop, guideline=guideline, text=meeting.PROPOSAL,
        points=[written[place] for place in meeting.PROPOSED_BY], by=by, at=at, key=teller.key(),
    )  # fmt: skip
    said = credits(standing(session, proposal))
    before = datetime.combine(edition.published_on, time(9), tzinfo=UTC)
    draft = Draft(
        slug=guideline.slug, guideline_id=guideline.id, state=DraftState.PUBLISHED, credits=[said],
        summary=edition.summary, created_at=before - timedelta(days=40), saved_at=before, edition_id=edition.id,
    )  # fmt: skip
    session.add(draft)
    edition.summary = drafting.with_credits(edition.summary, draft.credits)
    session.flush()
    session.add(
        ProposalAnswer(
            proposal_id=proposal.id, draft_id=draft.id, recorded_at=before - timedelta(days=39),
            recorded_by_id=teller.person(HELPER).id,
        )
    )  # fmt: skip
    session.flush()
