"""Everything that is recorded about one person, for that person to see and take away."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from hmswiki.accounts.models import Account, Link, SignIn
from hmswiki.acknowledgements.asking import Heard, Relation, units_of
from hmswiki.acknowledgements.coverage import EmploymentFact, Tree
from hmswiki.acknowledgements.models import (
    Acknowledgement,
    Confirmation,
    ConfirmationException,
    ConfirmationOnly,
    NameLookup,
    NameLookupPerson,
    Question,
    Reply,
)
from hmswiki.acknowledgements.staff_queries import Answered, with_replies
from hmswiki.foundation.ledger import IsFact
from hmswiki.foundation.submissions import Submission
from hmswiki.guidelines.models import Edition
from hmswiki.organisation.models import Employment, Person, RegisterChange, RoleHolding


@dataclass(frozen=True)
class ConcernedBy:
    """A unit's confirmation, and what it says of the person. What it says of others is not here."""

    confirmation: Confirmation
    relation: Relation


@dataclass(frozen=True)
class MyRecord:
    """All of it, withdrawn facts too. Of others there are only the names of those who recorded, answered or looked."""

    person: Person
    changes: Sequence[RegisterChange]
    employments: Sequence[Employment]
    roles: Sequence[RoleHolding]
    acknowledgements: Sequence[Acknowledgement]
    confirmations: Sequence[ConcernedBy]
    questions: Sequence[Answered]
    lookups: Sequence[NameLookup]
    account: Account | None
    sign_ins: Sequence[SignIn]
    links: Sequence[Link]
    confirmed: Sequence[Confirmation]
    """What the person has confirmed, or recorded, for a unit."""
    editions: Sequence[Edition]
    """Editions the person wrote or approved."""
    replies: Sequence[Reply]
    """Answers the person gave to others' questions."""
    looked: Sequence[NameLookup]
    """The person's own look-ups of others' names."""
    forms: Sequence[Submission]
    """Forms that were sent, kept for some weeks so that sending twice does no harm."""
    names: Mapping[int, str]
    """Of everybody who recorded or withdrew something here, by person id."""

    def name(self, person_id: int | None) -> str:
        return self.names.get(person_id, "") if person_id is not None else ""


def my_record(session: Session, person_id: int) -> MyRecord:
    """A fixed number of selects."""
    person = session.get_one(Person, person_id)
    employments = list(
        session.scalars(
            select(Employment)
            .where(Employment.person_id == person_id)
            .options(joinedload(Employment.unit))
            .order_by(Employment.starts_on.desc(), Employment.recorded_at.desc())
        )
    )
    roles = list(
        session.scalars(
            select(RoleHolding)
            .where(RoleHolding.person_id == person_id)
            .options(joinedload(RoleHolding.unit))
            .order_by(RoleHolding.starts_on.desc(), RoleHolding.recorded_at.desc())
        )
    )
    acknowledgements = list(
        session.scalars(
            select(Acknowledgement)
            .where(Acknowledgement.person_id == person_id)
            .options(joinedload(Acknowledgement.edition).joinedload(Edition.guideline))
            .order_by(Acknowledgement.recorded_at.desc(), Acknowledgement.id.desc())
        )
    )
    confirmations = _concerning(session, person_id, employments)
    asked = list(
        session.scalars(
            select(Question)
            .where(Question.person_id == person_id)
            .options(joinedload(Question.edition).joinedload(Edition.guideline), joinedload(Question.unit))
            .order_by(Question.recorded_at.desc(), Question.id.desc())
        )
    )
    confirmed = list(
        session.scalars(
            select(Confirmation)
            .where(or_(Confirmation.confirmed_by_id == person_id, Confirmation.recorded_by_id == person_id))
            .options(
                joinedload(Confirmation.unit), joinedload(Confirmation.edition).joinedload(Edition.guideline)
            )
            .order_by(Confirmation.recorded_at.desc(), Confirmation.id.desc())
        )
    )  # fmt: skip
    changes = list(
        session.scalars(
            select(RegisterChange).where(RegisterChange.person_id == person_id).order_by(RegisterChange.changed_at)
        )
    )
    facts: list[IsFact] = [
        *employments,
        *roles,
        *acknowledgements,
        *asked,
        *(one.confirmation for one in confirmations),
    ]
    return MyRecord(
        person=person,
        changes=changes,
        employments=employments,
        roles=roles,
        acknowledgements=acknowledgements,
        confirmations=confirmations,
        questions=with_replies(session, asked),
        lookups=_lookups(session, NameLookup.id.in_(_shown_in(person_id))),
        account=session.get(Account, person_id),
        sign_ins=list(
            session.scalars(select(SignIn).where(SignIn.person_id == person_id).order_by(SignIn.started_at.desc()))
        ),
        links=list(session.scalars(select(Link).where(Link.person_id == person_id).order_by(Link.created_at.desc()))),
        confirmed=confirmed,
        editions=list(
            session.scalars(
                select(Edition)
                .where(or_(Edition.written_by_id == person_id, Edition.approved_by_id == person_id))
                .options(joinedload(Edition.guideline))
                .order_by(Edition.published_on.desc(), Edition.id.desc())
            )
        ),
        replies=list(
            session.scalars(
                select(Reply)
                .where(Reply.recorded_by_id == person_id)
                .options(joinedload(Reply.question).joinedload(Question.edition).joinedload(Edition.guideline))
                .order_by(Reply.recorded_at.desc(), Reply.id.desc())
            )
        ),
        looked=_lookups(session, NameLookup.viewer_id == person_id),
        forms=list(
            session.scalars(
                select(Submission).where(Submission.person_id == person_id).order_by(Submission.done_at.desc())
            )
        ),
        names=_names(session, facts, changes),
    )


def _concerning(session: Session, person_id: int, employments: Sequence[Employment]) -> list[ConcernedBy]:
    """The confirmations that cover, except or name the person. One select."""
    held = [job for job in employments if job.withdrawn_at is None]
    paths = {job.unit.path for job in held}
    reached = {int(step) for path in paths for step in path.strip("/").split("/")}
    mine = [
        select(table.person_id)
        .where(table.confirmation_id == Confirmation.id, table.person_id == person_id)
        .correlate(Confirmation)
        .exists()
        for table in (ConfirmationException, ConfirmationOnly)
    ]
    excepted, named = mine
    rows = session.execute(
        select(Confirmation, excepted, named)
        .where(or_(Confirmation.unit_id.in_(reached), excepted, named))
        .options(joinedload(Confirmation.unit), joinedload(Confirmation.edition).joinedload(Edition.guideline))
        .order_by(Confirmation.informed_on.desc(), Confirmation.id.desc())
    ).all()
    tree = Tree.of(units_of(paths))
    jobs = [EmploymentFact(person_id, job.unit_id, job.starts_on, job.ends_on) for job in held]
    found = []
    for confirmation, is_excepted, is_named in rows:
        heard = Heard(
            confirmation.id, confirmation.unit_id, confirmation.edition_id, confirmation.informed_on,
            confirmation.answer, confirmation.method, confirmation.recorded_at, confirmation.names_only,
            bool(is_named), bool(is_excepted),
        )  # fmt: skip
        relation = Relation.NAMED if is_named else heard.relation(jobs, tree)
        if relation is not None:
            found.append(ConcernedBy(confirmation, relation))
    return found


def _shown_in(person_id: int) -> Any:
    return select(NameLookupPerson.lookup_id).where(NameLookupPerson.person_id == person_id)


def _lookups(session: Session, wanted: Any) -> list[NameLookup]:
    return list(
        session.scalars(
            select(NameLookup)
            .where(wanted)
            .options(joinedload(NameLookup.viewer), joinedload(NameLookup.unit), joinedload(NameLookup.guideline))
            .order_by(NameLookup.looked_at.desc(), NameLookup.id.desc())
        )
    )


def _names(session: Session, facts: Iterable[IsFact], changes: Iterable[RegisterChange]) -> dict[int, str]:
    ids = {person for fact in facts for person in (fact.recorded_by_id, fact.withdrawn_by_id) if person is not None}
    ids |= {fact.confirmed_by_id for fact in facts if isinstance(fact, Confirmation) and fact.confirmed_by_id}
    ids |= {change.changed_by_id for change in changes if change.changed_by_id is not None}
    return {row[0]: row[1] for row in session.execute(select(Person.id, Person.name).where(Person.id.in_(ids)))}


# --- As data ------------------------------------------------------------------------------------------------


def as_data(record: MyRecord, *, at: datetime, zone: Any) -> dict[str, Any]:
    """The record as JSON can hold it, in the bundle's words. Times are written with the site's offset."""

    def when(moment: datetime | None) -> str | None:
        return None if moment is None else moment.astimezone(zone).isoformat()

    def on(day: date | None) -> str | None:
        return None if day is None else day.isoformat()

    def known(fact: IsFact, *, reason: bool = True) -> dict[str, Any]:
        told = {
            "recorded_at": when(fact.recorded_at),
            "recorded_by": record.name(fact.recorded_by_id) or None,
            "withdrawn_at": when(fact.withdrawn_at),
            "withdrawn_by": record.name(fact.withdrawn_by_id) or None,
        }
        return told | ({"withdrawal_reason": fact.withdrawal_reason} if reason else {})

    def about(edition: Edition) -> dict[str, Any]:
        return {"guideline": edition.guideline.slug, "edition": edition.number}

    def lookup(one: NameLookup) -> dict[str, Any]:
        return {
            "looked_at": when(one.looked_at), "unit": one.unit.code, "guideline": one.guideline.slug, "what": one.what,
        }  # fmt: skip

    person = record.person
    return {
        "made_at": when(at),
        "person": {
            "id": person.external_key, "name": person.name, "email": person.email, "language": person.language,
            "changes": [
                {
                    "kind": change.kind, "entries": sorted(change.details), "changed_at": when(change.changed_at),
                    "changed_by": record.name(change.changed_by_id) or None,
                }
                for change in record.changes
            ],
        },
        "employments": [
            {"unit": one.unit.code, "from": on(one.starts_on), "to": on(one.ends_on), **known(one)}
            for one in record.employments
        ],
        "roles": [
            {"role": one.role, "unit": one.unit.code, "from": on(one.starts_on), "to": on(one.ends_on), **known(one)}
            for one in record.roles
        ],
        "acknowledgements": [
            {**about(one.edition), "acknowledged_on": on(one.acknowledged_on), **known(one)}
            for one in record.acknowledgements
        ],
        "confirmations": [
            {
                "unit": one.confirmation.unit.code, **about(one.confirmation.edition),
                "informed_on": on(one.confirmation.informed_on), "answer": one.confirmation.answer,
                "method": one.confirmation.method, "says_of_me": one.relation,
                "confirmed_by": record.name(one.confirmation.confirmed_by_id) or None,
                # The reason for a withdrawal and the note may speak of others.
                **known(one.confirmation, reason=False),
            }
            for one in record.confirmations
        ],
        "questions": [
            {
                "kind": one.question.kind, **about(one.question.edition), "unit": one.question.unit.code,
                "text": one.question.text, **known(one.question),
                "replies": [
                    {"text": reply.text, "recorded_at": when(reply.recorded_at), "recorded_by": name or None}
                    for reply, name in one.replies
                ],
            }
            for one in record.questions
        ],
        "looked_up_by": [{"viewer": one.viewer.name, **lookup(one)} for one in record.lookups],
        "account": None if record.account is None else {
            "created_at": when(record.account.created_at), "deactivated_at": when(record.account.deactivated_at),
            "has_password": record.account.password_hash is not None,
        },
        "sign_ins": [
            {
                "started_at": when(one.started_at), "last_seen_at": when(one.last_seen_at),
                "expires_at": when(one.expires_at), "ended_at": when(one.ended_at), "device": one.device,
            }
            for one in record.sign_ins
        ],
        "invitations_and_resets": [
            {
                "purpose": one.purpose, "created_at": when(one.created_at), "expires_at": when(one.expires_at),
                "used_at": when(one.used_at),
            }
            for one in record.links
        ],
        "done_for_units": [
            {
                "unit": one.unit.code, **about(one.edition), "informed_on": on(one.informed_on), "answer": one.answer,
                "recorded_at": when(one.recorded_at), "withdrawn_at": when(one.withdrawn_at),
            }
            for one in record.confirmed
        ],
        "editions": [
            {
                **about(one), "published_on": on(one.published_on), "written": one.written_by_id == person.id,
                "approved": one.approved_by_id == person.id,
            }
            for one in record.editions
        ],
        "replies": [
            {**about(one.question.edition), "text": one.text, "recorded_at": when(one.recorded_at)}
            for one in record.replies
        ],
        "names_i_looked_up": [lookup(one) for one in record.looked],
        "forms_sent": [{"done_at": when(one.done_at), "led_to": one.location} for one in record.forms],
    }  # fmt: skip
