"""`hmswiki user …`: invite the first administrator, and look after accounts without a browser."""

import json
from collections.abc import Sequence

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from hmswiki.accounts import links, operations, queries
from hmswiki.accounts.queries import AccountRow
from hmswiki.foundation import clock
from hmswiki.foundation.errors import NotFound, Refusal
from hmswiki.foundation.language import LANGUAGES
from hmswiki.foundation.permissions import Role
from hmswiki.organisation import operations as organisation_operations
from hmswiki.organisation import queries as organisation_queries
from hmswiki.organisation.models import Person, RoleHolding, Unit
from hmswiki.organisation.units import open_unit
from hmswiki.web import addresses
from hmswiki.web.commands import in_application, progress, result
from hmswiki.web.context import read_session, settings, today, transaction

FIRST_UNIT = "ORG"


@click.group()
def user() -> None:
    """Who may sign in."""


@user.command()
@click.argument("person")
@click.option("--role", type=click.Choice([role.value for role in Role]), help="A role to hold from today.")
@click.option("--unit", metavar="CODE", help="Where the role is held. Left out: the unit at the top.")
@click.option("--name", help="The person's name, for somebody who is not in the register yet.")
@click.option("--email", metavar="ADDRESS", help="Where the person can be reached.")
@click.option("--language", type=click.Choice(LANGUAGES), help="The language the person reads.")
@in_application()
def invite(
    person: str, role: str | None, unit: str | None, name: str | None, email: str | None, language: str | None
) -> None:
    """Print a link with which PERSON (the employer's id) chooses a password.

    On an empty site this makes the first administrator: `hmswiki user invite PERSON --role administrator`.
    """
    if unit is not None and role is None:
        raise click.UsageError("--unit says where a role is held: give --role, too.")
    key = person.strip()
    if not key or len(key) > 200:
        raise click.UsageError("PERSON is the employer's id: 1 to 200 characters.")
    with transaction() as session:
        invited = _person(session, key, name=name, email=email, language=language)
        if role is not None:
            _give_role(session, invited, Role(role), _unit(session, unit))
        issued = operations.invite(session, invited, at=clock.now(), hours=settings().link_hours)
    _print_link(invited, issued)


@user.command("list")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
@in_application()
def list_accounts(form: str) -> None:
    """Print everybody who has an account."""
    rows = queries.accounts(read_session(), at=clock.now())
    if form == "json":
        result(json.dumps([_as_data(row) for row in rows], ensure_ascii=False, indent=2))
    else:
        _print_table([list(_as_data(row).values()) for row in rows])


@user.command()
@click.argument("person")
@in_application()
def deactivate(person: str) -> None:
    """Close PERSON's account, and end every session at once."""
    with transaction() as session:
        closed = organisation_queries.person(session, person)
        operations.deactivate(session, closed, by=None, at=clock.now())
    progress(f"The account of {closed.name} ({person}) is deactivated, and every session has ended.")


@user.command()
@click.argument("person")
@in_application()
def activate(person: str) -> None:
    """Open PERSON's account again, with the password it had."""
    with transaction() as session:
        opened = organisation_queries.person(session, person)
        operations.activate(session, opened, at=clock.now())
    progress(f"{opened.name} ({person}) can sign in again.")


@user.command()
@click.argument("person")
@in_application()
def reset(person: str) -> None:
    """Print a link with which PERSON chooses a new password. The old one works until then."""
    with transaction() as session:
        found = organisation_queries.person(session, person)
        if queries.account_state(session, found.id, at=clock.now()).word == "none":
            raise NotFound("%(name)s has no account yet. Run: hmswiki user invite %(id)s", name=found.name, id=person)
        issued = operations.invite(session, found, at=clock.now(), hours=settings().link_hours)
    _print_link(found, issued)


@user.command()
@click.argument("person")
@click.option("--end", is_flag=True, help="End them all.")
@in_application()
def sessions(person: str, end: bool) -> None:
    """Print PERSON's open sessions."""
    if end:
        with transaction() as session:
            found = organisation_queries.person(session, person)
            count = operations.end_sessions(session, found.id, at=clock.now())
        progress(f"{count} of {found.name}'s sessions ended.")
        return
    found = organisation_queries.person(read_session(), person)
    for sign_in in queries.open_sign_ins(read_session(), found.id, at=clock.now()):
        started, seen = (moment.astimezone(settings().zone) for moment in (sign_in.started_at, sign_in.last_seen_at))
        result(
            f"{started.isoformat(timespec='seconds')}  {seen.isoformat(timespec='seconds')}  {sign_in.device or '-'}"
        )


def _person(session: Session, key: str, *, name: str | None, email: str | None, language: str | None) -> Person:
    """The person with the id `key`, entered into the register where need be, with what is said of them now."""
    now = clock.now()
    try:
        person = organisation_queries.person(session, key)
    except NotFound:
        progress(f"{key} is new in the register.")
        return organisation_operations.add_person(
            session, key, name=name or key, email=email, language=language, by=None, at=now
        )
    changed = organisation_operations.edit_person(
        session, person, name=name or person.name, email=email or person.email,
        language=language or person.language, by=None, at=now,
    )  # fmt: skip
    if changed:
        progress(f"The register's entry for {key} was changed as you said.")
    return person


def _unit(session: Session, code: str | None) -> Unit:
    """The unit with `code`, else the one at the top; on an empty site it is made."""
    if session.scalar(select(Unit.id).limit(1)) is None:
        first = code or FIRST_UNIT
        progress(f"There is no unit yet: {first} ({settings().site_name}) was made, open since 1 January.")
        return open_unit(
            session, first, name=settings().site_name, parent=None, opened=today().replace(month=1, day=1),
            kind=None, position=None, by=None, at=clock.now(),
        )  # fmt: skip
    if code is not None:
        return organisation_queries.unit(session, code)
    top = [unit for unit in organisation_queries.units_open_on(session, today()) if unit.parent_id is None]
    if len(top) != 1:
        raise Refusal(
            "There are %(count)s units at the top, so say where the role is held: --unit CODE.", count=len(top)
        )
    return top[0]


def _give_role(session: Session, person: Person, role: Role, unit: Unit) -> None:
    """From today; somebody who holds it already keeps it as it is."""
    now = clock.now()
    held = select(RoleHolding.id).where(
        RoleHolding.person_id == person.id, RoleHolding.unit_id == unit.id, RoleHolding.role == role,
        RoleHolding.held_on(today()), RoleHolding.known_at(now),
    )  # fmt: skip
    if session.scalar(held.limit(1)) is None:
        organisation_operations.give_role(session, person, role, unit, starts_on=today(), ends_on=None, by=None, at=now)
        progress(f"{person.name} is {role.value} in {unit.code} from today.")


def _print_link(person: Person, issued: operations.IssuedLink) -> None:
    hours = settings().link_hours
    progress(f"Give this link to {person.name}. It works once, for {hours} hours:")
    result(links.address(issued))
    if settings().base_url is None:
        progress(f"It begins with {addresses.LOCAL} because no base_url is set.")


def _as_data(row: AccountRow) -> dict[str, str | int | None]:
    seen = None if row.last_seen_at is None else row.last_seen_at.astimezone(settings().zone)
    return {
        "person": row.external_key, "name": row.name, "email": row.email, "state": row.state,
        "last_seen": None if seen is None else seen.isoformat(timespec="seconds"), "sessions": row.open_sessions,
    }  # fmt: skip


def _print_table(rows: Sequence[Sequence[str | int | None]]) -> None:
    lines = [["person", "name", "email", "state", "last_seen", "sessions"]]
    lines += [["-" if value is None else str(value) for value in row] for row in rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    for line in lines:
        result("  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip())
