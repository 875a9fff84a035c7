"""A few makers of facts, for tests. Each flushes, none commits."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time

from sqlalchemy import select
from sqlalchemy.orm import Session

from hmswiki.acknowledgements.models import (
    Acknowledgement,
    Confirmation,
    ConfirmationAnswer,
    Evidence,
    Rollout,
)
from hmswiki.foundation.permissions import Role
from hmswiki.guidelines.models import Edition, Guideline, Translation
from hmswiki.organisation.models import Employment, Person, Unit

TEXT = "Dette gjelder alle.\n\n## Formål\n\nEt ryddig laboratorium er et trygt laboratorium.\n"
HTML = '<h2 id="formal">Formål</h2>\n<p>Et ryddig laboratorium er et trygt laboratorium.</p>'


def at_noon(day: date) -> datetime:
    return datetime.combine(day, time(11, 0), tzinfo=UTC)


def unit(session: Session, code: str) -> Unit:
    return session.scalars(select(Unit).where(Unit.code == code)).one()


def person(session: Session, key: str) -> Person:
    return session.scalars(select(Person).where(Person.external_key == key)).one()


def publish(
    session: Session,
    slug: str,
    number: str,
    on: date,
    *,
    demands: bool = True,
    title: str | None = None,
    renew_months: int | None = None,
    body: str = TEXT,
    html: str = HTML,
    languages: Iterable[str] = ("nb",),
) -> Edition:
    """An edition in force from `on`; makes the guideline where there is none."""
    guideline = session.scalar(select(Guideline).where(Guideline.slug == slug))
    if guideline is None:
        guideline = Guideline(slug=slug, title=title or slug.capitalize(), renew_months=renew_months)
        session.add(guideline)
        session.flush()
    major, minor = map(int, number.split("."))
    edition = Edition(
        guideline_id=guideline.id, major=major, minor=minor, published_on=on, requires_acknowledgement=demands
    )
    session.add(edition)
    session.flush()
    for language in languages:
        session.add(
            Translation(
                edition_id=edition.id,
                language=language,
                title=title or slug.capitalize(),
                body=body,
                lead_html="Dette gjelder alle.",
                html=html,
                contents=[[2, "formal", "Formål"]],
                words=400,
            )
        )
    session.flush()
    return edition


def roll_out(
    session: Session,
    slug: str,
    units: Iterable[str],
    *,
    starts: date,
    due: date | None = None,
    evidence: Evidence = Evidence.UNIT,
    role: Role | None = None,
    ended: date | None = None,
    names_kept_until: date | None = None,
) -> Rollout:
    """A rollout of the guideline to units, by code."""
    guideline = session.scalars(select(Guideline).where(Guideline.slug == slug)).one()
    named = evidence is Evidence.NAMED
    count = len(session.scalars(select(Rollout.id)).all())
    rollout = Rollout(
        key=f"{slug}-{count + 1}",
        guideline_id=guideline.id,
        role=role,
        starts_on=starts,
        ended=ended,
        due=due,
        evidence=evidence,
        purpose="Being told protects life" if named else None,
        legal_basis="GDPR art. 6(1)(c)" if named else None,
        names_kept_until=names_kept_until or (date(starts.year + 5, 1, 1) if named else None),
        units=[unit(session, code) for code in units],
    )
    session.add(rollout)
    session.flush()
    return rollout


def confirm(
    session: Session,
    code: str,
    edition: Edition,
    on: date,
    *,
    answer: ConfirmationAnswer = ConfirmationAnswer.INFORMED,
    excepted: Iterable[str] = (),
    only: Iterable[str] | None = None,
    by: str | None = None,
    recorded_at: datetime | None = None,
    method: str = "all_staff_meeting",
) -> Confirmation:
    """A unit's answer; people by key."""
    confirmation = Confirmation(
        unit_id=unit(session, code).id,
        edition_id=edition.id,
        informed_on=on,
        answer=answer,
        names_only=only is not None,
        method=method,
        confirmed_by_id=person(session, by).id if by else None,
        recorded_by_id=person(session, by).id if by else None,
        recorded_at=recorded_at or at_noon(on),
        excepted=[person(session, key) for key in excepted],
        only=[person(session, key) for key in only or ()],
    )
    session.add(confirmation)
    session.flush()
    return confirmation


def acknowledge(session: Session, key: str, edition: Edition, on: date) -> Acknowledgement:
    """A person's acknowledgement."""
    made = Acknowledgement(
        person_id=person(session, key).id,
        edition_id=edition.id,
        acknowledged_on=on,
        recorded_at=at_noon(on),
        recorded_by_id=person(session, key).id,
    )
    session.add(made)
    session.flush()
    return made


def open_unit(session: Session, code: str, parent: str | None, *, opened: date = date(2020, 1, 1)) -> Unit:
    """A unit more, beneath `parent` or on top."""
    above = unit(session, parent) if parent else None
    made = Unit(code=code, name=f"Enhet {code}", parent_id=above.id if above else None, path="", opened=opened)
    session.add(made)
    session.flush()
    made.path = f"{above.path if above else '/'}{made.id}/"
    session.flush()
    return made


def employ(session: Session, code: str, count: int, *, since: date = date(2020, 1, 1)) -> list[str]:
    """So many people more in the unit; gives their keys."""
    keys = []
    for number in range(count):
        made = Person(external_key=f"{code.lower()}-{number}-{since}", name=f"Person {code} {number}")
        session.add(made)
        session.flush()
        session.add(
            Employment(
                person_id=made.id, unit_id=unit(session, code).id, starts_on=since, recorded_at=at_noon(since)
            )  # fmt: skip
        )
        keys.append(made.external_key)
    session.flush()
    return keys
