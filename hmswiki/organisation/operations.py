"""Writes to people, employments and roles. `session` first; nothing here commits. Units are in `units.py`.

Employments and roles are facts: recorded and withdrawn, never edited. What changes one withdraws it and records
another, both with the same time. Whoever changes something about a person holds the person's row until the end
of the transaction, so that two changes at the same time cannot leave two employments on one day. `by` is None
where it is the command line that acts.
"""

from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy import or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hmswiki.foundation.errors import N_, Conflict, Refusal
from hmswiki.foundation.permissions import Actor, Role
from hmswiki.organisation import rules
from hmswiki.organisation.models import ChangeKind, Employment, Person, RegisterChange, RoleHolding, Unit
from hmswiki.organisation.rules import Term


def choose_language(session: Session, person_id: int, language: str) -> None:
    """The language in which the person wants to be spoken to."""
    person = session.get(Person, person_id)
    if person is not None:
        person.language = language


# --- people ----------------------------------------------------------------------------------------------


def add_person(
    session: Session,
    external_key: str,
    *,
    name: str,
    email: str | None,
    language: str | None,
    by: Actor | None,
    at: datetime,
) -> Person:
    """Enter a person into the register. The employer's id can never be changed."""
    taken = Refusal(
        N_("The id %(id)s belongs to %(name)s already. Look there first, or write another id."),
        field="external_key", id=external_key, name=_name_of(session, external_key),
    )  # fmt: skip
    if taken.facts["name"] is not None:
        raise taken
    person = Person(external_key=external_key, name=name, email=email, language=language)
    try:
        with session.begin_nested():
            session.add(person)
            session.flush()
    except IntegrityError:  # somebody else entered the same id at the same time
        taken.facts["name"] = _name_of(session, external_key)
        raise taken from None
    session.add(
        RegisterChange(
            person_id=person.id,
            kind=ChangeKind.ADDED,
            details={},
            changed_at=at,
            changed_by_id=by.person_id if by else None,
        )
    )
    return person


def _name_of(session: Session, external_key: str) -> str | None:
    return session.scalar(select(Person.name).where(Person.external_key == external_key))


def edit_person(
    session: Session,
    person: Person,
    *,
    name: str,
    email: str | None,
    language: str | None,
    by: Actor | None,
    at: datetime,
) -> bool:
    """Change what the register says of a person. False: it said so already."""
    new: Mapping[str, str | None] = {"name": name, "email": email, "language": language}
    changed = [field for field, value in new.items() if getattr(person, field) != value]
    for field in changed:
        setattr(person, field, new[field])
    if changed:
        session.add(
            RegisterChange(
                person_id=person.id,
                kind=ChangeKind.EDITED,
                details={field: [] for field in changed},
                changed_at=at,
                changed_by_id=by.person_id if by else None,
            )
        )
    return bool(changed)


# --- employments -----------------------------------------------------------------------------------------


def employ(
    session: Session, person: Person, unit: Unit, *, starts_on: date, ends_on: date | None, by: Actor, at: datetime
) -> Employment:
    """Record that the person is employed in the unit. Raises Refusal."""
    _hold(session, person)
    return _record_employment(session, person, unit, starts_on, ends_on, by=by, at=at)


def end_employment(session: Session, employment: Employment, *, ends_on: date, by: Actor, at: datetime) -> Employment:
    """Give the employment an end, or another end. Raises Refusal; Conflict where it was withdrawn meanwhile."""
    person = _hold(session, employment.person)
    _check_still_known(session, employment)
    rules.check_days(employment.starts_on, ends_on)
    if ends_on == employment.ends_on:
        raise _nothing_new(ends_on)
    employment.withdraw(by_id=by.person_id, at=at, reason=None)
    return _record_employment(session, person, employment.unit, employment.starts_on, ends_on, by=by, at=at)


def move_employment(
    session: Session,
    employment: Employment,
    unit: Unit,
    *,
    moves_on: date,
    ends_on: date | None,
    by: Actor,
    at: datetime,
) -> Employment:
    """End the employment on `moves_on` and begin one in `unit` on the same day. Raises Refusal."""
    person = _hold(session, employment.person)
    _check_still_known(session, employment)
    if unit.id == employment.unit_id:
        raise Refusal(
            N_("%(person)s is employed in %(unit)s already. Choose another unit."),
            field="unit", person=person.name, unit=unit.code,
        )  # fmt: skip
    rules.check_move_day(employment.starts_on, employment.ends_on, moves_on)
    employment.withdraw(by_id=by.person_id, at=at, reason=None)
    _record_employment(session, person, employment.unit, employment.starts_on, moves_on, by=by, at=at)
    return _record_employment(session, person, unit, moves_on, ends_on, by=by, at=at)


def correct_employment(
    session: Session,
    employment: Employment,
    unit: Unit,
    *,
    starts_on: date,
    ends_on: date | None,
    reason: str,
    by: Actor,
    at: datetime,
) -> Employment:
    """Withdraw an employment that was wrong and record what is right, both with the same time."""
    person = _hold(session, employment.person)
    _check_still_known(session, employment)
    if (unit.id, starts_on, ends_on) == (employment.unit_id, employment.starts_on, employment.ends_on):
        raise _same_as_before()
    employment.withdraw(by_id=by.person_id, at=at, reason=reason)
    return _record_employment(session, person, unit, starts_on, ends_on, by=by, at=at)


def withdraw_employment(session: Session, employment: Employment, *, reason: str, by: Actor, at: datetime) -> None:
    """Say that the employment never was."""
    _hold(session, employment.person)
    _check_still_known(session, employment)
    employment.withdraw(by_id=by.person_id, at=at, reason=reason)


def _record_employment(
    session: Session, person: Person, unit: Unit, starts_on: date, ends_on: date | None, *, by: Actor, at: datetime
) -> Employment:
    rules.check_days(starts_on, ends_on)
    _keep_open(session, unit)
    rules.check_inside_unit(unit.code, unit.opened, unit.closed, starts_on, ends_on)
    rows = session.execute(
        select(Employment, Unit.code)
        .join(Unit, Unit.id == Employment.unit_id)
        .where(Employment.person_id == person.id, _not_withdrawn_before(Employment, at))
        .order_by(Employment.starts_on)
        .execution_options(populate_existing=True)
    ).all()
    rules.check_one_unit_at_a_time(
        person.name, Term(unit.code, starts_on, ends_on, at), [_term(row, code) for row, code in rows]
    )
    employment = Employment(
        person=person, unit=unit, starts_on=starts_on, ends_on=ends_on, recorded_at=at, recorded_by_id=by.person_id
    )
    session.add(employment)
    session.flush()
    return employment


# --- roles -----------------------------------------------------------------------------------------------


def give_role(
    session: Session,
    person: Person,
    role: Role,
    unit: Unit,
    *,
    starts_on: date,
    ends_on: date | None,
    by: Actor | None,
    at: datetime,
) -> RoleHolding:
    """Record that the person holds the role in the unit and those beneath it. Raises Refusal."""
    _hold(session, person)
    return _record_role(session, person, role, unit, starts_on, ends_on, by=by, at=at)


def end_role(
    session: Session, holding: RoleHolding, *, ends_on: date, today: date, by: Actor, at: datetime
) -> RoleHolding:
    """Give the role an end, or another end. Raises Refusal: the last administrator stays, for one."""
    person = _hold(session, holding.person)
    _check_still_known(session, holding)
    rules.check_days(holding.starts_on, ends_on)
    if ends_on == holding.ends_on:
        raise _nothing_new(ends_on)
    administrators = _administrators(session, at) if holding.role == Role.ADMINISTRATOR else None
    holding.withdraw(by_id=by.person_id, at=at, reason=None)
    new = _record_role(session, person, holding.role, holding.unit, holding.starts_on, ends_on, by=by, at=at)
    _check_administrators(session, administrators, today=today, at=at)
    return new


def correct_role(
    session: Session,
    holding: RoleHolding,
    role: Role,
    unit: Unit,
    *,
    starts_on: date,
    ends_on: date | None,
    reason: str,
    today: date,
    by: Actor,
    at: datetime,
) -> RoleHolding:
    """Withdraw a role that was wrong and record what is right, both with the same time."""
    person = _hold(session, holding.person)
    _check_still_known(session, holding)
    before = (holding.role, holding.unit_id, holding.starts_on, holding.ends_on)
    if (role, unit.id, starts_on, ends_on) == before:
        raise _same_as_before()
    administrators = _administrators(session, at) if holding.role == Role.ADMINISTRATOR else None
    holding.withdraw(by_id=by.person_id, at=at, reason=reason)
    new = _record_role(session, person, role, unit, starts_on, ends_on, by=by, at=at)
    _check_administrators(session, administrators, today=today, at=at)
    return new


def withdraw_role(session: Session, holding: RoleHolding, *, reason: str, today: date, by: Actor, at: datetime) -> None:
    """Say that the person never held the role."""
    _hold(session, holding.person)
    _check_still_known(session, holding)
    administrators = _administrators(session, at) if holding.role == Role.ADMINISTRATOR else None
    holding.withdraw(by_id=by.person_id, at=at, reason=reason)
    session.flush()
    _check_administrators(session, administrators, today=today, at=at)


def _record_role(
    session: Session,
    person: Person,
    role: Role,
    unit: Unit,
    starts_on: date,
    ends_on: date | None,
    *,
    by: Actor | None,
    at: datetime,
) -> RoleHolding:
    rules.check_days(starts_on, ends_on)
    _keep_open(session, unit)
    rules.check_inside_unit(unit.code, unit.opened, unit.closed, starts_on, ends_on)
    same = session.scalars(
        select(RoleHolding)
        .where(
            RoleHolding.person_id == person.id,
            RoleHolding.unit_id == unit.id,
            RoleHolding.role == role,
            _not_withdrawn_before(RoleHolding, at),
        )
        .execution_options(populate_existing=True)
    ).all()
    rules.check_not_held_already(
        person.name, Term(unit.code, starts_on, ends_on, at), [_term(row, unit.code) for row in same]
    )
    holding = RoleHolding(
        person=person, unit=unit, role=role, starts_on=starts_on, ends_on=ends_on,
        recorded_at=at, recorded_by_id=by.person_id if by else None,
    )  # fmt: skip
    session.add(holding)
    session.flush()
    return holding


def _administrators(session: Session, at: datetime) -> list[rules.Period]:
    """The periods in which somebody is administrator.

    The rows are held: of two administrators who put each other out at the same time, the second waits, and is
    refused. Hence two selects: the first waits, the second sees what was there when the waiting was over.
    """
    wanted = (RoleHolding.role == Role.ADMINISTRATOR, _not_withdrawn_before(RoleHolding, at))
    session.scalars(select(RoleHolding.id).where(*wanted).order_by(RoleHolding.id).with_for_update()).all()
    rows = session.execute(select(RoleHolding.starts_on, RoleHolding.ends_on).where(*wanted))
    return [(start, end) for start, end in rows]


def _check_administrators(session: Session, before: list[rules.Period] | None, *, today: date, at: datetime) -> None:
    if before is not None:
        rules.check_administrator_remains(before, _administrators(session, at), today)


# --- what all of them share ------------------------------------------------------------------------------


def _hold(session: Session, person: Person) -> Person:
    """The person, whom nobody else can change until this transaction ends."""
    return session.scalars(
        select(Person).where(Person.id == person.id).with_for_update().execution_options(populate_existing=True)
    ).one()


def _keep_open(session: Session, unit: Unit) -> None:
    """Nobody closes the unit until this transaction ends; others may record in it at the same time."""
    session.scalars(
        select(Unit).where(Unit.id == unit.id).with_for_update(read=True).execution_options(populate_existing=True)
    ).one()


def _check_still_known(session: Session, fact: Employment | RoleHolding) -> None:
    session.refresh(fact, ["withdrawn_at"])
    if fact.withdrawn_at is not None:
        raise Conflict(
            N_("This row was withdrawn %(time)s, perhaps by somebody who worked at the same time as you. "
               "See what holds now, and begin again from there."),
            time=fact.withdrawn_at,
        )  # fmt: skip


def _not_withdrawn_before(table: type[Employment] | type[RoleHolding], at: datetime):  # type: ignore[no-untyped-def]
    return or_(table.withdrawn_at.is_(None), table.withdrawn_at > at)


def _term(row: Employment | RoleHolding, unit: str) -> Term:
    return Term(unit, row.starts_on, row.ends_on, row.recorded_at, row.withdrawn_at)


def _nothing_new(ends_on: date) -> Refusal:
    return Refusal(N_("It ends on %(end)s already. Nothing was changed."), field="ends_on", end=ends_on)


def _same_as_before() -> Refusal:
    return Refusal(N_("This is what the row says already. Change something, or leave it as it is."))
