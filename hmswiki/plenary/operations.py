"""What helpers do with points and themes. `session` first; nothing here commits.

Each begins by raising the workshop's pulse, which holds the workshop's row: two helpers who do something at the same
moment come one after the other, and the second sees what the first did.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import uuid4

from sqlalchemy.orm import Session

from hmswiki.foundation.errors import N_, Conflict, Refusal
from hmswiki.foundation.permissions import Actor, Pass, Permission, demand
from hmswiki.notes.models import Point
from hmswiki.plenary import queries, rules
from hmswiki.plenary.models import Theme, ThemePoint
from hmswiki.workshops.models import Task, Workshop
from hmswiki.workshops.operations import beat


def begin(session: Session, workshop: Workshop, *, by: Actor, passes: Iterable[Pass] = ()) -> None:
    """Let nobody else sort this workshop's points until the transaction ends. Raises NotAllowed."""
    demand(by, Permission.SORT_POINTS, within=workshop.meeting, passes=passes)
    beat(session, workshop)


# --- Gathering ----------------------------------------------------------------------------------------------


def gather(
    session: Session,
    task: Task,
    points: Sequence[Point],
    *,
    by: Actor,
    at: datetime,
    theme: Theme | None = None,
    title: str | None = None,
    passes: Iterable[Pass] = (),
) -> Theme:
    """Gather the points into `theme`, or into the one of that `title`, which is made where there is none yet.

    What is in another theme is moved. A point that is there already is read anew: what its group has changed since
    is seen. Raises Refusal, and Conflict where the theme was taken apart meanwhile.
    """
    begin(session, task.workshop, by=by, passes=passes)
    if theme is None:
        theme = _theme_called(session, task, title, by=by, at=at)
    else:
        _check_living(session, theme)
        if theme.task_id != task.id:
            raise Refusal(
                N_("The theme is of another task than the points. Choose one of the same task."), field="theme"
            )
        if not points:
            raise Refusal(N_("Tick the points that you want to gather."), field="point")
    _put(session, theme, points, by=by, at=at)
    return theme


def take_out(
    session: Session, task: Task, points: Sequence[Point], *, by: Actor, at: datetime, passes: Iterable[Pass] = ()
) -> int:
    """Free the points of their themes; gives how many were in one."""
    begin(session, task.workshop, by=by, passes=passes)
    if not points:
        raise Refusal(N_("Tick the points that you want to take out of their themes."), field="point")
    held = queries.holdings(session, points)
    for holding in held.values():
        holding.withdraw(by_id=by.person_id, at=max(at, holding.recorded_at), reason=None)
    session.flush()
    return len(held)


def _theme_called(session: Session, task: Task, title: str | None, *, by: Actor, at: datetime) -> Theme:
    """The task's theme of that title, made where there is none: two who name it at once mean the same."""
    title = rules.title_of(title)
    themes = queries.living_themes(session, task)
    for one in themes:
        if rules.same_title(one.title, title):
            return one
    if len(themes) >= rules.MOST_THEMES:
        raise Refusal(
            N_("This task has %(limit)s themes, and more cannot be read by anybody. Merge some of them first."),
            field="title", limit=rules.MOST_THEMES,
        )  # fmt: skip
    position = 1 + max((one.position for one in themes), default=0)
    theme = Theme(
        key=str(uuid4()), task_id=task.id, title=title, position=position, made_at=at, made_by_id=by.person_id
    )
    session.add(theme)
    session.flush()
    return theme


def _put(session: Session, theme: Theme, points: Sequence[Point], *, by: Actor, at: datetime) -> None:
    held = queries.holdings(session, points)
    new = []
    for point in points:
        holding = held.get(point.id)
        if holding is not None:
            if holding.theme_id == theme.id and holding.written == point.written:
                continue
            at = max(at, holding.recorded_at)
            holding.withdraw(by_id=by.person_id, at=at, reason=None)
        new.append(point)
    session.flush()  # before the same points are held anew
    session.add_all(
        ThemePoint(
            theme_id=theme.id, point_id=point.id, written=point.written, recorded_at=at, recorded_by_id=by.person_id
        )
        for point in new
    )
    session.flush()


# --- Themes -------------------------------------------------------------------------------------------------


def rename(
    session: Session,
    theme: Theme,
    title: str,
    *,
    version: int,
    by: Actor,
    at: datetime,
    passes: Iterable[Pass] = (),
) -> None:
    """Call it something else. `version`: the one that was on the screen.

    Raises Conflict where somebody has renamed it meanwhile, and Refusal where another theme is called so.
    """
    begin(session, theme.task.workshop, by=by, passes=passes)
    _check_living(session, theme)
    title = rules.title_of(title)
    if title == theme.title:
        return
    if version != theme.version:
        raise Conflict(
            N_("Somebody has called this theme “%(title)s” while you wrote. Yours is kept in the field: save it if it "
               "shall be called that all the same."),
            field="title", title=theme.title,
        )  # fmt: skip
    for other in queries.living_themes(session, theme.task):
        if other.id != theme.id and rules.same_title(other.title, title):
            raise Refusal(
                N_("Another theme is called “%(title)s”. Merge the two, or choose another name."),
                field="title", title=other.title,
            )  # fmt: skip
    theme.title = title
    theme.version += 1
    session.flush()


def place(
    session: Session, theme: Theme, *, after: Theme | None, by: Actor, at: datetime, passes: Iterable[Pass] = ()
) -> None:
    """Put it right after another theme of the task; None: first."""
    begin(session, theme.task.workshop, by=by, passes=passes)
    _check_living(session, theme)
    if after is not None:
        _check_living(session, after)
        _check_same_task(theme, after)
    themes = queries.living_themes(session, theme.task)
    for position, one in enumerate(rules.put_after(themes, theme, after, same=_same), start=1):
        one.position = position
    session.flush()


def merge(session: Session, theme: Theme, into: Theme, *, by: Actor, at: datetime, passes: Iterable[Pass] = ()) -> None:
    """All its points belong to the other theme from now on."""
    begin(session, theme.task.workshop, by=by, passes=passes)
    for one in (theme, into):
        _check_living(session, one)
    _check_same_task(theme, into)
    if theme.id == into.id:
        raise Refusal(N_("A theme cannot be merged with itself. Choose another."), field="into")
    held = queries.held_by(session, theme)
    moment = _end(session, theme, held, by=by, at=at)
    _put(session, into, [holding.point for holding in held], by=by, at=moment)


def take_apart(session: Session, theme: Theme, *, by: Actor, at: datetime, passes: Iterable[Pass] = ()) -> None:
    """Its points are free again. Taken apart already, it stays so."""
    begin(session, theme.task.workshop, by=by, passes=passes)
    session.refresh(theme)
    if theme.removed_at is None:
        _end(session, theme, queries.held_by(session, theme), by=by, at=at)


def bring_back(session: Session, theme: Theme, *, by: Actor, at: datetime, passes: Iterable[Pass] = ()) -> None:
    """The theme that was taken apart, or merged, is there again, with the points that nobody has gathered since."""
    begin(session, theme.task.workshop, by=by, passes=passes)
    session.refresh(theme)
    if theme.removed_at is None:
        return
    living = queries.living_themes(session, theme.task)
    if any(rules.same_title(one.title, theme.title) for one in living):
        raise Refusal(
            N_("Another theme is called “%(title)s” by now. Rename that one first."), title=theme.title
        )  # fmt: skip
    had = [holding.point for holding in queries.held_when_removed(session, theme)]
    held = queries.holdings(session, had)
    # What was merged was gathered elsewhere in that very moment; anything later is somebody's wish.
    free = [one for one in had if one.id not in held or held[one.id].recorded_at == theme.removed_at]
    theme.removed_at = None
    theme.position = 1 + max((one.position for one in living), default=0)
    session.flush()
    _put(session, theme, free, by=by, at=at)


def _end(session: Session, theme: Theme, held: Sequence[ThemePoint], *, by: Actor, at: datetime) -> datetime:
    """Free its points and take it away, all in one moment, which is given."""
    moment = max([at, *(holding.recorded_at for holding in held)])
    for holding in held:
        holding.withdraw(by_id=by.person_id, at=moment, reason=None)
    theme.removed_at = moment
    session.flush()
    return moment


def _same(one: Theme, other: Theme) -> bool:
    return one.id == other.id


def _check_living(session: Session, theme: Theme) -> None:
    session.refresh(theme)
    if theme.removed_at is not None:
        raise Conflict(
            N_("Somebody has taken the theme “%(title)s” apart or merged it meanwhile. Choose another, or bring it "
               "back at the foot of the themes."),
            field="theme", title=theme.title,
        )  # fmt: skip


def _check_same_task(theme: Theme, other: Theme) -> None:
    if theme.task_id != other.task_id:
        raise Refusal(N_("The two themes are of different tasks. Choose one of the same task."), field="theme")
