"""Makes workshops for tests: two tasks, three groups, and whoever shall be in them."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from secrets import token_urlsafe
from uuid import uuid4

from sqlalchemy.orm import Session

from hmswiki.organisation import queries as organisation
from hmswiki.workshops import queries
from hmswiki.workshops.models import (
    Code,
    EventKind,
    Group,
    Helper,
    Member,
    Opens,
    Prompt,
    Seat,
    Task,
    Workshop,
    WorkshopEvent,
)

CHANGE = "Hva bør vi gjøre underveis?"
ROLES = "Hvordan fordeler vi HMS-rollene?"
PROMPTS = ("Informasjon", "Plan for medvirkning", "Fokus på muligheter")
MODELS = ("3 institutter", "5 institutter", "6 institutter")


def workshop(
    session: Session,
    unit: str = "FAC",
    *,
    groups: int = 3,
    members: Mapping[int, Sequence[str]] | None = None,
    helpers: Sequence[str] = (),
    starts_at: datetime | None = None,
    title: str = "HMS-årsmøtet",
) -> Workshop:
    """A workshop of `unit`, whose codes open now. `members`: people by the number of their group, the leader first.

    Its first task has three prompts, its second one prompt without a title and three models.
    """
    now = datetime.now(UTC)
    starts_at = starts_at or now - timedelta(minutes=30)
    made = Workshop(
        key=str(uuid4()), unit_id=organisation.unit(session, unit).id, title=title, place="Auditoriet",
        starts_at=starts_at, ends_at=starts_at + timedelta(hours=3), opens_at=starts_at - timedelta(hours=1),
        closes_at=starts_at + timedelta(hours=12), made_at=min(starts_at, now), programme=[], reading=[],
    )  # fmt: skip
    session.add(made)
    session.flush()
    for position, (name, prompts, models) in enumerate(((CHANGE, PROMPTS, ()), (ROLES, ("",), MODELS)), start=1):
        task = Task(
            key=str(uuid4()), workshop_id=made.id, position=position, title=name, minutes=30, models=list(models)
        )
        session.add(task)
        session.flush()
        for place, prompt in enumerate(prompts, start=1):
            session.add(Prompt(key=str(uuid4()), task_id=task.id, position=place, title=prompt))
    for number in range(1, groups + 1):
        group = Group(key=str(uuid4()), workshop_id=made.id, number=number)
        session.add(group)
        session.flush()
        for place, person in enumerate((members or {}).get(number, ())):
            session.add(
                Member(
                    group_id=group.id, person_id=organisation.person(session, person).id, leads=place == 0,
                    recorded_at=made.made_at,
                )
            )  # fmt: skip
    for person in helpers:
        helper = organisation.person(session, person)
        session.add(Helper(workshop_id=made.id, person_id=helper.id, recorded_at=made.made_at))
    for opens, code in ((Opens.GROUPS, f"G{made.id:05d}"), (Opens.WALL, f"W{made.id:05d}")):
        session.add(Code(workshop_id=made.id, opens=opens, code=code, made_at=made.made_at))
    session.flush()
    return made


def start(session: Session, task: Task, *, ago: timedelta = timedelta(minutes=5)) -> None:
    """Let the task's time run, begun so long ago."""
    happen(session, task, EventKind.STARTED, at=datetime.now(UTC) - ago)


def close(session: Session, task: Task) -> None:
    happen(session, task, EventKind.CLOSED, at=datetime.now(UTC))


def happen(session: Session, task: Task, kind: EventKind, *, at: datetime, minutes: int | None = None) -> None:
    session.add(
        WorkshopEvent(
            workshop_id=task.workshop_id, task_id=task.id, kind=kind, minutes=minutes, at=at, recorded_at=at
        )
    )  # fmt: skip
    task.workshop.pulse += 1
    session.flush()


def seat(
    session: Session,
    made: Workshop,
    *,
    group: Group | None = None,
    opens: Opens = Opens.GROUPS,
    name: str | None = None,
) -> str:
    """A phone that the code has let in, maybe with its group picked; gives the token that its cookie holds."""
    code = queries.live_code(session, made, opens)
    assert code is not None
    token = token_urlsafe(24)
    session.add(
        Seat(
            workshop_id=made.id, code_id=code.id, opens=opens, token_hash=queries.token_hash(token),
            group_id=group.id if group else None, name=name, number=1, made_at=datetime.now(UTC),
        )
    )  # fmt: skip
    session.flush()
    return token
