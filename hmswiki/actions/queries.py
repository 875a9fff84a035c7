"""Reads of actions. `session` first. Lists come overdue first: what is open by due date, then what is not."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select
from sqlalchemy.orm import Session, aliased, joinedload

from hmswiki.actions.models import Action, ActionEntry, ActionState
from hmswiki.foundation import clock
from hmswiki.foundation.errors import N_, NotFound
from hmswiki.foundation.permissions import GRANTS, Actor, Permission, Role
from hmswiki.organisation.area_queries import ids_of_path, people_of, units_of
from hmswiki.organisation.models import Area, AreaDuty, Person, RoleHolding, Unit
from hmswiki.organisation.queries import units_open_on

_BY_NAME_AT_MOST = 500


def action(session: Session, key: str) -> Action:
    """The action with `key`. Raises NotFound."""
    found = None if "\0" in key else session.scalar(_with_all(select(Action)).where(Action.key == key))
    if found is None:
        raise NotFound(N_("There is no such action. The address may be old or mistyped."))
    return found


def entry(session: Session, action: Action, entry_id: int) -> ActionEntry:
    """One entry of this action. Raises NotFound."""
    found = session.get(ActionEntry, entry_id)
    if found is None or found.action_id != action.id:
        raise NotFound(N_("There is no such entry in this action's history. Open the action again."))
    return found


def by_origin(session: Session, origins: Collection[str]) -> dict[str, tuple[Action, ...]]:
    """The actions that each of `origins` raised, oldest first; one that raised none has no entry."""
    found: dict[str, list[Action]] = defaultdict(list)
    wanted = sorted(set(origins))
    for start in range(0, len(wanted), _BY_NAME_AT_MOST):
        some = wanted[start : start + _BY_NAME_AT_MOST]
        for one in session.scalars(_with_all(select(Action)).where(Action.origin.in_(some)).order_by(Action.id)):
            found[str(one.origin)].append(one)
    return {origin: tuple(actions) for origin, actions in found.items()}


def _with_all(query: Select[Action]) -> Select[Action]:
    return query.options(
        joinedload(Action.unit),
        joinedload(Action.area),
        joinedload(Action.responsible),
        joinedload(Action.escalated_to),
    )


# --- Whose they are -----------------------------------------------------------------------------------------


def mine(actor: Actor, today: date) -> ColumnElement[bool]:
    """SQL: the actor is responsible, by name or as the nearest who holds the role or looks after the area."""
    conditions = [Action.responsible_id == actor.person_id]
    conditions.extend(
        and_(
            Action.responsible_role == held.role,
            or_(Action.area_id.is_(None), Action.responsible_role != Role.AREA_OWNER),
            Action.unit_id.in_(_beneath(Unit, held.path)),
            ~_somebody_nearer(held.path, today),
        )
        for held in actor.holdings
    )
    conditions.extend(
        and_(
            Action.responsible_role == Role.AREA_OWNER,
            Action.area_id.in_(_beneath(Area, duty)),
            ~_some_owner_nearer(duty, today),
        )
        for duty in actor.duties
    )
    return or_(*conditions)


def _beneath(table: type[Unit] | type[Area], path: str) -> Select[int]:
    return select(table.id).where(table.path.startswith(path, autoescape=True))


def _somebody_nearer(path: str, today: date) -> ColumnElement[bool]:
    """Whether somebody holds the role between the unit at `path` and the action's own unit, that one included."""
    held_in, own = aliased(Unit), aliased(Unit)
    return exists(
        select(RoleHolding.id)
        .join(held_in, held_in.id == RoleHolding.unit_id)
        .join(own, own.path.like(held_in.path.concat("%")))
        .where(
            own.id == Action.unit_id,
            RoleHolding.role == Action.responsible_role,
            RoleHolding.held_on(today),
            RoleHolding.known_at(clock.now()),
            func.length(held_in.path) > len(path),
        )
        .correlate(Action)
    )


def _some_owner_nearer(path: str, today: date) -> ColumnElement[bool]:
    kept, own = aliased(Area), aliased(Area)
    return exists(
        select(AreaDuty.id)
        .join(kept, kept.id == AreaDuty.area_id)
        .join(own, own.path.like(kept.path.concat("%")))
        .where(
            own.id == Action.area_id,
            AreaDuty.held_on(today),
            AreaDuty.known_at(clock.now()),
            func.length(kept.path) > len(path),
        )
        .correlate(Action)
    )


def in_unit(unit: Unit) -> ColumnElement[bool]:
    """SQL: the action is the unit's, or that of one beneath it."""
    return Action.unit_id.in_(_beneath(Unit, unit.path))


def in_area(area: Area) -> ColumnElement[bool]:
    """SQL: the action is about the area, or one within it."""
    return Action.area_id.in_(_beneath(Area, area.path))


def told_of(actor: Actor) -> ColumnElement[bool]:
    """SQL: the actor leads or coordinates the unit above that was told that the action is overdue."""
    return Action.escalated_to_id.in_(
        [held.unit_id for held in actor.holdings if held.role in (Role.UNIT_LEADER, Role.HSE_COORDINATOR)]
    )


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """SQL: the actor may open the action, as `rules.part_of(…).sees` says of one."""
    grant = GRANTS[Permission.SEE_ACTIONS]
    if actor.holds(grant.everywhere):
        return Action.id.is_not(None)
    paths = {held.path for held in actor.holdings if held.role in grant.roles}
    if grant.own_unit and actor.unit_path is not None:
        paths.add(actor.unit_path)
    conditions = [Action.responsible_id == actor.person_id, Action.raised_by_id == actor.person_id]
    conditions.extend(Action.unit_id.in_(_beneath(Unit, path)) for path in sorted(paths))
    if grant.area_duty:
        conditions.extend(Action.area_id.in_(_beneath(Area, duty)) for duty in actor.duties)
    conditions.extend(
        and_(Action.responsible_role == held.role, Action.unit_id.in_(_beneath(Unit, held.path)))
        for held in actor.holdings
    )
    return or_(*conditions)


# --- Lists --------------------------------------------------------------------------------------------------


class Shown(StrEnum):
    """Which actions a list shows."""

    OPEN = "open"
    OVERDUE = "overdue"
    TO_CHECK = "to_check"
    CLOSED = "closed"
    ALL = "all"


def _shown(which: Shown, today: date) -> ColumnElement[bool]:
    match which:
        case Shown.OPEN:
            return Action.state == ActionState.OPEN
        case Shown.OVERDUE:
            return (Action.state == ActionState.OPEN) & (Action.due_on < today)
        case Shown.TO_CHECK:
            return Action.state == ActionState.DONE
        case Shown.CLOSED:
            return Action.state.in_((ActionState.CHECKED, ActionState.DROPPED))
        case Shown.ALL:
            return Action.id.is_not(None)


_PLACE = case((Action.state == ActionState.OPEN, 0), (Action.state == ActionState.DONE, 1), else_=2)


def listing(*where: ColumnElement[bool], shown: Shown = Shown.OPEN, today: date) -> Select[Action]:
    """Actions, overdue first, with unit, area and responsible person."""
    return (
        _with_all(select(Action))
        .where(*where, _shown(shown, today))
        .order_by(_PLACE, Action.due_on, Action.raised_at, Action.id)
    )


def with_people(query: Select[Action]) -> Select[Action]:
    """Also with who raised them, and who said that they are done."""
    return query.options(joinedload(Action.raised_by), joinedload(Action.done_by))


def listed(
    session: Session,
    *where: ColumnElement[bool],
    shown: Shown = Shown.OPEN,
    today: date,
    limit: int | None = None,
    offset: int = 0,
) -> list[Action]:
    """A list, or a page of it. One select."""
    return list(session.scalars(listing(*where, shown=shown, today=today).limit(limit).offset(offset)))


def open_of(session: Session, actor: Actor, today: date) -> list[Action]:
    """The actor's own open actions: named, or by a role or an area that they look after. Overdue first."""
    return listed(session, mine(actor, today), today=today)


def of_unit(session: Session, unit: Unit, today: date) -> list[Action]:
    """Open actions of the unit and those beneath it, overdue first."""
    return listed(session, in_unit(unit), today=today)


def of_area(session: Session, area: Area, today: date) -> list[Action]:
    """Open actions about the area and what is in it, overdue first."""
    return listed(session, in_area(area), today=today)


def finished(session: Session, actor: Actor, today: date, *, limit: int) -> list[Action]:
    """The actor's own that are no longer open, the latest first."""
    query = (
        _with_all(select(Action))
        .where(mine(actor, today), Action.state != ActionState.OPEN)
        .order_by(func.coalesce(Action.done_on, Action.due_on).desc(), Action.id.desc())
    )
    return list(session.scalars(query.limit(limit)))


@dataclass(frozen=True)
class Counts:
    """How many there are."""

    open: int
    overdue: int
    """Of the open ones."""
    to_check: int
    closed: int

    @property
    def total(self) -> int:
        return self.open + self.to_check + self.closed

    def of(self, shown: Shown) -> int:
        return {
            Shown.OPEN: self.open, Shown.OVERDUE: self.overdue, Shown.TO_CHECK: self.to_check,
            Shown.CLOSED: self.closed, Shown.ALL: self.total,
        }[shown]  # fmt: skip


def counts(session: Session, *where: ColumnElement[bool], today: date) -> Counts:
    """One select."""

    def how_many(which: Shown) -> ColumnElement[int]:
        return func.coalesce(func.sum(case((_shown(which, today), 1), else_=0)), 0)

    row = session.execute(
        select(*map(how_many, (Shown.OPEN, Shown.OVERDUE, Shown.TO_CHECK, Shown.CLOSED))).where(*where)
    ).one()
    return Counts(*map(int, row))


def responsible_people(session: Session, *where: ColumnElement[bool]) -> list[Person]:
    """Who is responsible by name for any of these, by name."""
    ids = select(Action.responsible_id).where(*where, Action.responsible_id.is_not(None))
    return list(session.scalars(select(Person).where(Person.id.in_(ids)).order_by(Person.name, Person.id)))


# --- Where one may raise them -------------------------------------------------------------------------------


def units_to_raise_in(session: Session, actor: Actor, *, today: date, known_at: datetime) -> list[Unit]:
    """Open units that the actor may raise actions for: by a role, or because an area they look after is theirs."""
    units = units_open_on(session, today)
    theirs: set[int] = set()
    if actor.duties:
        areas = session.scalars(select(Area.id).where(or_(*(Area.path == duty for duty in actor.duties)))).all()
        of_areas = units_of(session, areas, day=today, known_at=known_at)
        theirs = {unit.id for found in of_areas.values() for unit in found}
    grant = GRANTS[Permission.RAISE_ACTIONS]
    return [unit for unit in units if unit.id in theirs or actor.holds(grant.roles, unit)]


# --- Who is responsible, by name ----------------------------------------------------------------------------


def holders(
    session: Session, actions: Iterable[Action], *, day: date, known_at: datetime
) -> dict[int, tuple[Person, ...]]:
    """For each action that a role answers for, who that is: those who hold it in the action's unit, else in the
    nearest above; for an area's owner the owner, else the deputies, of the area or the nearest above it that has any.

    An empty tuple: nobody. Actions with a named person have no entry. Two selects.
    """
    by_role = [one for one in actions if one.responsible_role is not None]
    by_area = [one for one in by_role if _is_areas(one)]
    by_unit = [one for one in by_role if not _is_areas(one)]
    held = _held_in(session, by_unit, day=day, known_at=known_at)
    kept = people_of(
        session, _ids(ids_of_path(one.area.path) for one in by_area if one.area), day=day, known_at=known_at
    )
    found: dict[int, tuple[Person, ...]] = {}
    for one in by_unit:
        near = (held.get((unit_id, str(one.responsible_role))) for unit_id in reversed(_unit_ids(one.unit.path)))
        found[one.id] = next((people for people in near if people), ())
    for one in by_area:
        assert one.area is not None, "an area's owner answers for an area"
        around = [kept[area_id] for area_id in reversed(ids_of_path(one.area.path))]
        either = ((who.owner,) if who.owner is not None else who.deputies for who in around)
        found[one.id] = next((people for people in either if people), ())
    return found


def _is_areas(action: Action) -> bool:
    return action.responsible_role == Role.AREA_OWNER and action.area is not None


def _unit_ids(path: str) -> list[int]:
    return [int(step) for step in path.strip("/").split("/")]


def _ids(paths: Iterable[Sequence[int]]) -> set[int]:
    return {id for path in paths for id in path}


def _held_in(
    session: Session, actions: Sequence[Action], *, day: date, known_at: datetime
) -> dict[tuple[int, str], tuple[Person, ...]]:
    found: dict[tuple[int, str], list[Person]] = defaultdict(list)
    rows = session.execute(
        select(RoleHolding.unit_id, RoleHolding.role, Person)
        .join(Person, Person.id == RoleHolding.person_id)
        .where(
            RoleHolding.unit_id.in_(_ids(_unit_ids(one.unit.path) for one in actions)),
            RoleHolding.role.in_({str(one.responsible_role) for one in actions}),
            RoleHolding.held_on(day),
            RoleHolding.known_at(known_at),
        )
        .order_by(Person.name, Person.id)
    )
    for unit_id, role, person in rows:
        found[unit_id, str(role)].append(person)
    return {key: tuple(people) for key, people in found.items()}
