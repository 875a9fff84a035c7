"""Reads of what concerns one person: what is asked of them, whom they may ask, and what they asked."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, bindparam, func, or_, select
from sqlalchemy.orm import Session, joinedload

from hmswiki.acknowledgements.asking import AskedRollout, Heard, Obligation, obligations, units_of
from hmswiki.acknowledgements.coverage import (
    AcknowledgementFact,
    ConfirmationFact,
    EditionFact,
    EmploymentFact,
    Facts,
    GuidelineFact,
    RoleFact,
    RolloutFact,
)
from hmswiki.acknowledgements.models import (
    Acknowledgement,
    Confirmation,
    ConfirmationException,
    ConfirmationOnly,
    Evidence,
    Question,
    Reply,
    Rollout,
    RolloutUnit,
)
from hmswiki.foundation.database import fetch
from hmswiki.foundation.errors import N_, NotFound
from hmswiki.foundation.language import in_language, worded
from hmswiki.foundation.permissions import Actor, Holding, Role
from hmswiki.guidelines.models import Edition, Guideline, Translation
from hmswiki.guidelines.queries import best_language
from hmswiki.guidelines.rules import first_sentence, in_force, reading_minutes
from hmswiki.organisation import queries as organisation
from hmswiki.organisation.models import Employment, Person, Unit

# --- What is asked of a person ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Personal:
    """What is known of one person at one moment, as far as some guidelines are concerned."""

    obligations: Mapping[int, Obligation]
    """By guideline id: the guidelines that are rolled out to the person."""
    facts: Facts
    heard: Sequence[Heard]
    acknowledgements: Sequence[Acknowledgement]
    """All of the person's, of these guidelines, that are not withdrawn; the oldest first."""
    units: Mapping[int, tuple[str, object]]
    """Code and name of every unit that is named, by id."""

    def acknowledgement(self, obligation: Obligation) -> Acknowledgement | None:
        """The person's own word by which the obligation is met."""
        fact = obligation.acknowledgement
        return next(
            (
                one
                for one in reversed(self.acknowledgements)
                if fact is not None and (one.edition_id, one.acknowledged_on) == (fact.edition_id, fact.acknowledged_on)
            ),
            None,
        )


# What every reading asks for is put together once: that costs more than the asking.
_ROLLOUTS = (
    select(
        Rollout.key, Rollout.guideline_id, Rollout.role, Rollout.starts_on, Rollout.ended, Rollout.due,
        Rollout.evidence, Rollout.purpose, Rollout.legal_basis, Rollout.names_kept_until,
        Unit.id, Unit.code, Unit.name, Unit.path,
    )
    .join(RolloutUnit, RolloutUnit.rollout_id == Rollout.id)
    .join(Unit, Unit.id == RolloutUnit.unit_id)
    .where(
        Rollout.guideline_id.in_(bindparam("guidelines", expanding=True)),
        Rollout.starts_on <= bindparam("day"),
        or_(Rollout.ended.is_(None), Rollout.ended > bindparam("day")),
    )
)  # fmt: skip
_EMPLOYMENTS = (
    select(Employment.starts_on, Employment.ends_on, Unit.id, Unit.code, Unit.name, Unit.path)
    .join(Unit, Unit.id == Employment.unit_id)
    .where(Employment.person_id == bindparam("person"), Employment.known_at(bindparam("known")))
)
_ACKNOWLEDGEMENTS = (
    select(Acknowledgement)
    .where(
        Acknowledgement.person_id == bindparam("person"),
        Acknowledgement.edition_id.in_(bindparam("editions", expanding=True)),
        Acknowledgement.known_at(bindparam("known")),
    )
    .order_by(Acknowledgement.acknowledged_on, Acknowledgement.recorded_at, Acknowledgement.id)
)


def _names(table: type[ConfirmationException | ConfirmationOnly]) -> ColumnElement[bool]:
    """SQL: the confirmation has the person there."""
    return (
        select(table.person_id)
        .where(table.confirmation_id == Confirmation.id, table.person_id == bindparam("person"))
        .exists()
    )


_CONFIRMATIONS = (
    select(
        Confirmation.id, Confirmation.unit_id, Confirmation.edition_id, Confirmation.informed_on,
        Confirmation.answer, Confirmation.method, Confirmation.recorded_at, Confirmation.names_only,
        _names(ConfirmationOnly).label("named"), _names(ConfirmationException).label("excepted"), Unit.code, Unit.name,
    )
    .join(Unit, Unit.id == Confirmation.unit_id)
    .where(
        Confirmation.edition_id.in_(bindparam("editions", expanding=True)),
        Confirmation.unit_id.in_(bindparam("units", expanding=True)),
        Confirmation.informed_on <= bindparam("day"),
        Confirmation.known_at(bindparam("known")),
    )
)  # fmt: skip


def personal(
    session: Session,
    who: Actor,
    guidelines: Iterable[Guideline],
    editions: Iterable[Edition],
    *,
    day: date,
    known_at: datetime,
) -> Personal:
    """What is asked of `who`, the actor as of `day`. Four selects, however large the organisation is.

    Only facts about this person are read: who is employed beside them changes nothing for them.
    """
    guidelines, editions = list(guidelines), list(editions)
    units: dict[int, tuple[str, object]] = {}
    paths: set[str] = {holding.path for holding in who.holdings}
    asked = _rollouts(session, [guideline.id for guideline in guidelines], day, units, paths)
    employments = _employments(session, who.person_id, known_at, units, paths)
    acknowledgements = list(
        session.scalars(
            _ACKNOWLEDGEMENTS,
            {"person": who.person_id, "editions": [edition.id for edition in editions], "known": known_at},
        )
    )
    heard = _heard(session, who.person_id, [e.id for e in editions], paths, units, day, known_at)
    facts = Facts(
        units=units_of(paths),
        employments=employments,
        roles=[_role(who.person_id, holding) for holding in who.holdings],
        guidelines=[GuidelineFact(one.id, one.slug, one.renew_months) for one in guidelines],
        editions=[
            EditionFact(e.published_on, e.major, e.minor, e.id, e.guideline_id, e.requires_acknowledgement)
            for e in editions
        ],
        rollouts=[one.fact for one in asked.values()],
        acknowledgements=[
            AcknowledgementFact(one.person_id, one.edition_id, one.acknowledged_on) for one in acknowledgements
        ],
        confirmations=[_confirmation(one, who.person_id) for one in heard],
        counted=[who.person_id],
    )
    found = obligations(facts, who.person_id, day, asked=asked, heard=heard)
    return Personal(found, facts, heard, acknowledgements, units)


def _rollouts(
    session: Session, guideline_ids: Collection[int], day: date, units: dict[int, tuple[str, object]], paths: set[str]
) -> dict[str, AskedRollout]:
    """The rollouts in force, by key."""
    rows = fetch(session, _ROLLOUTS, guidelines=guideline_ids, day=day)
    reached: dict[str, set[int]] = {}
    for row in rows:
        reached.setdefault(row.key, set()).add(row.id)
        units[row.id] = (row.code, row.name)
        paths.add(row.path)
    return {
        row.key: AskedRollout(
            RolloutFact(
                row.key, row.guideline_id, frozenset(reached[row.key]), row.role, row.starts_on, row.ended, row.due
            ),
            Evidence(row.evidence),
            row.purpose,
            row.legal_basis,
            row.names_kept_until,
        )
        for row in rows
    }


def _employments(
    session: Session, person_id: int, known_at: datetime, units: dict[int, tuple[str, object]], paths: set[str]
) -> list[EmploymentFact]:
    rows = fetch(session, _EMPLOYMENTS, person=person_id, known=known_at)
    for row in rows:
        units[row.id] = (row.code, row.name)
        paths.add(row.path)
    return [EmploymentFact(person_id, row.id, row.starts_on, row.ends_on) for row in rows]


def _heard(
    session: Session,
    person_id: int,
    edition_ids: Collection[int],
    paths: Iterable[str],
    units: dict[int, tuple[str, object]],
    day: date,
    known_at: datetime,
) -> list[Heard]:
    """The confirmations of units that the person has been employed in, or above."""
    reached = {int(step) for path in paths for step in path.strip("/").split("/")}
    rows = fetch(
        session, _CONFIRMATIONS, person=person_id, editions=edition_ids, units=sorted(reached), day=day, known=known_at
    )
    for row in rows:
        units[row.unit_id] = (row.code, row.name)
    return [
        Heard(
            row.id, row.unit_id, row.edition_id, row.informed_on, row.answer, row.method, row.recorded_at,
            row.names_only, bool(row.named), bool(row.excepted),
        )
        for row in rows
    ]  # fmt: skip


def _role(person_id: int, holding: Holding) -> RoleFact:
    return RoleFact(person_id, holding.role, holding.unit_id, date.min, None)


def _confirmation(one: Heard, person_id: int) -> ConfirmationFact:
    me = frozenset({person_id})
    nobody: frozenset[int] = frozenset()
    only = (me if one.named else nobody) if one.names_only else None
    return ConfirmationFact(
        one.unit_id, one.edition_id, one.informed_on, one.answer, one.recorded_at, me if one.excepted else nobody, only
    )


# --- Min side -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Task:
    """A guideline that is rolled out to the person, as a row of their page."""

    slug: str
    title: str
    language: str | None
    """The language of title and sentence."""
    sentence: str
    edition: Edition
    """The one in force: what the person would read."""
    minutes: int
    obligation: Obligation
    acknowledgement: Acknowledgement | None
    heard: Heard | None
    heard_unit: object
    """The name of the unit that informed them."""


def tasks(session: Session, who: Actor, *, day: date, known_at: datetime, language: str) -> list[Task]:
    """What is rolled out to the person: what is due first comes first, then by title. Six selects."""
    editions_of: dict[Guideline, list[Edition]] = {}
    for guideline, edition in session.execute(
        select(Guideline, Edition).join(Edition, Edition.guideline_id == Guideline.id)
    ):
        editions_of.setdefault(guideline, []).append(edition)
    every = [edition for editions in editions_of.values() for edition in editions]
    known = personal(session, who, editions_of, every, day=day, known_at=known_at)
    shown = {
        guideline.id: current
        for guideline, editions in editions_of.items()
        if guideline.id in known.obligations and (current := in_force(editions, day)) is not None
    }
    texts = _texts(session, [edition.id for edition in shown.values()])
    found = [
        _task(known, guideline, shown[guideline.id], texts.get(shown[guideline.id].id, {}), language)
        for guideline in editions_of
        if guideline.id in shown
    ]
    return sorted(found, key=lambda task: (task.obligation.due or date.max, task.title.casefold(), task.slug))


def _texts(session: Session, edition_ids: Collection[int]) -> dict[int, dict[str, tuple[str, str, int]]]:
    """Title, lead and number of words, by edition id and language."""
    found: dict[int, dict[str, tuple[str, str, int]]] = {}
    for row in session.execute(
        select(
            Translation.edition_id, Translation.language, Translation.title, Translation.lead_html, Translation.words
        ).where(Translation.edition_id.in_(edition_ids))
    ):
        found.setdefault(row.edition_id, {})[row.language] = (row.title, row.lead_html, row.words)
    return found


def _task(
    known: Personal,
    guideline: Guideline,
    edition: Edition,
    texts: Mapping[str, tuple[str, str, int]],
    language: str,
) -> Task:
    obligation = known.obligations[guideline.id]
    best = best_language(texts, language)
    title, lead, words = texts[best] if best else (in_language(guideline.title, language), "", 0)
    knew_earlier = any(one.edition.guideline_id == guideline.id for one in known.acknowledgements)
    told = worded(edition.summary, language) if edition.summary and knew_earlier else None
    return Task(
        slug=guideline.slug,
        title=title,
        language=best,
        sentence=told.text if told is not None and told.language in (best, None) else first_sentence(lead),
        edition=edition,
        minutes=reading_minutes(words),
        obligation=obligation,
        acknowledgement=known.acknowledgement(obligation),
        heard=obligation.heard,
        heard_unit=known.units[obligation.heard.unit_id][1] if obligation.heard else None,
    )


# --- Whom to ask --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Helper:
    """Who holds a role for a unit: in the unit itself, or in the nearest one above it."""

    role: Role
    contacts: Sequence[organisation.Contact]
    """Empty: nobody holds the role, neither here nor above."""
    here: Unit
    unit: Unit | None
    """Where it is held; None: nowhere."""

    @property
    def vacant(self) -> bool:
        """Nobody holds the role in the unit itself."""
        return self.unit is not self.here


ASKABLE = (Role.HSE_COORDINATOR, Role.UNIT_LEADER, Role.SAFETY_REPRESENTATIVE)


@dataclass(frozen=True)
class Helpers:
    """Whom a person may ask: for each role of `ASKABLE` the nearest who hold it."""

    unit: Unit
    """The person's own."""
    by_role: Sequence[Helper]
    answering: Sequence[organisation.Contact]
    """Who gets the person's questions: the unit's HSE coordinator, its leader where that role is vacant,
    else those of the unit above. Empty: nobody yet."""


def helpers(session: Session, unit_path: str, *, day: date, known_at: datetime) -> Helpers:
    """Whom those employed in the unit may ask. Two selects."""
    ids = [int(step) for step in unit_path.strip("/").split("/")]
    units = organisation.units_by_id(session, ids)
    line = [units[unit_id] for unit_id in reversed(ids)]
    holding = organisation.contacts(session, line, ASKABLE, day=day, known_at=known_at)

    def held(unit: Unit, role: Role) -> list[organisation.Contact]:
        return [contact for contact in holding[unit.id] if contact.role == role]

    by_role = []
    for role in ASKABLE:
        where = next((unit for unit in line if held(unit, role)), None)
        by_role.append(Helper(role, held(where, role) if where else [], line[0], where))
    answering = next(
        (found for unit in line for role in (Role.HSE_COORDINATOR, Role.UNIT_LEADER) if (found := held(unit, role))), []
    )
    return Helpers(line[0], by_role, answering)


# --- Questions ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Answered:
    """A question of the person's, with the replies that stand."""

    question: Question
    replies: Sequence[tuple[Reply, str]]
    """Each with the name of who wrote it."""

    @property
    def open(self) -> bool:
        return not self.replies and self.question.withdrawn_at is None


def questions(session: Session, person_id: int, *, since: datetime | None = None) -> list[Answered]:
    """The person's own questions that are not withdrawn, the newest first. Two selects.

    With `since` only those that are open, or were asked or answered after it.
    """
    found = list(
        session.scalars(
            select(Question)
            .where(Question.person_id == person_id, Question.withdrawn_at.is_(None))
            .options(joinedload(Question.edition).joinedload(Edition.guideline), joinedload(Question.unit))
            .order_by(Question.recorded_at.desc(), Question.id.desc())
        )
    )
    answered = with_replies(session, found)
    if since is None:
        return answered
    return [
        one
        for one in answered
        if one.open or max([one.question.recorded_at, *(reply.recorded_at for reply, _ in one.replies)]) > since
    ]


def with_replies(session: Session, found: Sequence[Question]) -> list[Answered]:
    """The questions with their replies, withdrawn ones aside. One select."""
    replies: dict[int, list[tuple[Reply, str]]] = {}
    for reply, name in session.execute(
        select(Reply, Person.name)
        .outerjoin(Person, Person.id == Reply.recorded_by_id)
        .where(Reply.question_id.in_([question.id for question in found]), Reply.withdrawn_at.is_(None))
        .order_by(Reply.recorded_at, Reply.id)
    ):
        replies.setdefault(reply.question_id, []).append((reply, name or ""))
    return [Answered(question, replies.get(question.id, [])) for question in found]


def own_question(session: Session, question_id: int, person_id: int) -> Question:
    """The person's own question. Raises NotFound, also for somebody else's: it is not for this person to know."""
    found = session.get(Question, question_id)
    if found is None or found.person_id != person_id:
        raise NotFound(N_("There is no such question of yours."))
    return found


def own_acknowledgement(session: Session, acknowledgement_id: int, person_id: int) -> Acknowledgement:
    """The person's own acknowledgement. Raises NotFound, also for somebody else's."""
    found = session.get(Acknowledgement, acknowledgement_id)
    if found is None or found.person_id != person_id:
        raise NotFound(N_("There is no such acknowledgement of yours."))
    return found


def is_open() -> ColumnElement[bool]:
    """SQL: the question is neither withdrawn nor answered."""
    answered = (
        select(Reply.id).where(Reply.question_id == Question.id, Reply.withdrawn_at.is_(None)).correlate(Question)
    )
    return Question.withdrawn_at.is_(None) & ~answered.exists()


def open_questions(session: Session, who: Actor) -> int:
    """How many questions wait for an answer in the units that the person answers for. One select at most."""
    answering = [h.path for h in who.holdings if h.role in (Role.HSE_COORDINATOR, Role.UNIT_LEADER)]
    if not answering:
        return 0
    return (
        session.scalar(
            select(func.count())
            .select_from(Question)
            .join(Unit, Unit.id == Question.unit_id)
            .where(is_open(), or_(*(Unit.path.startswith(path, autoescape=True) for path in answering)))
        )
        or 0
    )
