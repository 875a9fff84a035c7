"""What the plenary's page shows: points side by side, themes, and the summary; put together here."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any
from uuid import uuid4

from flask import url_for
from sqlalchemy.orm import Session

from hmswiki.notes import queries as notes
from hmswiki.notes.models import Point
from hmswiki.plenary import queries, rules
from hmswiki.plenary.forms import SentenceForm, SortForm, TitleForm
from hmswiki.plenary.models import Sentence, Theme
from hmswiki.plenary.queries import GatheredTheme, Kept, KeptSentence
from hmswiki.plenary.rules import Stand
from hmswiki.web.words import _, listed, ngettext, number
from hmswiki.workshops import queries as workshops
from hmswiki.workshops.clock import TaskState
from hmswiki.workshops.models import Group, Prompt, Task, Workshop
from hmswiki.workshops.words import group_name

# --- Words --------------------------------------------------------------------------------------------------


def groups_words(groups: Sequence[Group]) -> str:
    """The groups by their numbers: "Gruppe 2 og 5"; empty where there are none."""
    if not groups:
        return ""
    numbers = listed(group.number for group in groups)
    return ngettext("Group %(numbers)s", "Groups %(numbers)s", len(groups), numbers=numbers)


def count_words(count: int) -> str:
    """How many groups: "5 grupper"."""
    return ngettext("%(num)s group", "%(num)s groups", count)


# --- What was asked for -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class View:
    """What the address asks for: a task, one of its parts or all, and whether only points that are free."""

    workshop: Workshop
    task: Task
    prompt: Prompt | None = None
    free: bool = False

    def address(self, endpoint: str = ".show", **more: Any) -> str:
        """The same view elsewhere; `more` changes it."""
        asked: dict[str, Any] = {
            "task": self.task.key, "prompt": self.prompt.key if self.prompt else None,
            "show": "free" if self.free else None,
        }  # fmt: skip
        return url_for(endpoint, key=self.workshop.key, **(asked | more))


def task_of_now(session: Session, workshop: Workshop, tasks: Sequence[Task]) -> Task | None:
    """The one that was begun last, or the first; None where there are none. One select."""
    events = workshops.events(session, workshop)
    begun = [task for task in tasks if workshops.clock_of(task, events).state is not TaskState.WAITING]
    started = [event.task_id for event in events if event.task_id is not None]
    latest = max(begun, key=lambda task: _last(started, task.id), default=None)
    return latest or (tasks[0] if tasks else None)


def _last(ids: Sequence[int], id: int) -> int:
    return max((place for place, one in enumerate(ids) if one == id), default=-1)


# --- Points -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """A point among its group's, and the theme that it is in."""

    point: Point
    theme: Theme | None


@dataclass(frozen=True)
class Column:
    """What one group wrote in one part."""

    id: str
    group: Group
    lines: Sequence[Line]

    @property
    def name(self) -> str:
        return group_name(self.group)


@dataclass(frozen=True)
class Part:
    """A prompt, for one model where the task has some: its groups side by side."""

    id: str
    title: str
    columns: Sequence[Column]


@dataclass(frozen=True)
class KeptLine:
    """A point of a theme or of a sentence."""

    kept: Kept
    read: str | None
    """What it said when it was gathered, where that is not what it says now."""

    @property
    def point(self) -> Point:
        return self.kept.point

    @property
    def group(self) -> str:
        return group_name(self.point.group)

    @property
    def cleared(self) -> bool:
        return self.kept.stand is Stand.CLEARED

    @property
    def changed(self) -> bool:
        return self.kept.stand is Stand.CHANGED


@dataclass(frozen=True)
class ThemeBox:
    """A theme with its points, and what may be done with it."""

    found: GatheredTheme
    lines: Sequence[KeptLine]
    form: TitleForm
    up: str | None
    """The key of the theme that it goes behind on its way up, empty for none; None: it is the first."""
    down: str | None
    """The key of the theme that it goes behind on its way down; None: it is the last."""
    others: Sequence[Theme]
    open: bool = False

    @property
    def theme(self) -> Theme:
        return self.found.theme

    @property
    def count(self) -> str:
        return count_words(self.found.count)

    @property
    def groups(self) -> str:
        return groups_words(self.found.groups)


@dataclass(frozen=True)
class SentenceBox:
    """A sentence of the summary, and what may be done with it."""

    found: KeptSentence
    lines: Sequence[KeptLine]
    form: SentenceForm
    up: str | None
    down: str | None
    open: bool = False

    @property
    def sentence(self) -> Sentence:
        return self.found.sentence

    @property
    def groups(self) -> str:
        return groups_words(self.found.groups)


@dataclass(frozen=True)
class Draft:
    """A sentence that is being written, and the points that it shall stand on."""

    form: SentenceForm
    points: Sequence[Point] = ()
    chosen: frozenset[str] = frozenset()
    begun: bool = False
    """From a theme or from ticked points: the form takes the focus."""


@dataclass(frozen=True)
class Refused:
    """A form that was refused: shown again as it was typed."""

    form: Any
    what: str
    """`points`, `theme`, `sentence` or `draft`."""
    key: str | None = None
    """Of the theme or the sentence."""


@dataclass(frozen=True)
class PlenaryPage:
    """A task's points side by side, gathered into themes, and the summary that stands on them."""

    view: View
    tasks: Sequence[Task]
    prompts: Sequence[Prompt]
    parts: Sequence[Part]
    silent: Sequence[Group]
    """Those that have written nothing on the task."""
    total: int
    gathered: int
    themes: Sequence[ThemeBox]
    taken_apart: Sequence[Theme]
    summary: Sequence[SentenceBox]
    taken_out: Sequence[Sentence]
    sort: SortForm
    draft: Draft
    ticked: frozenset[str] = frozenset()
    problems: Sequence[str] = ()
    """What hinders something that has no field on the page any more."""
    words: Mapping[str, str] = field(default_factory=dict)
    """For the script."""
    live: bool = True
    """Whether it is kept up to date by the script: not where it holds what was refused."""

    new_id: Callable[[], str] = field(default=lambda: str(uuid4()))

    longest_title = rules.LONGEST_TITLE
    longest_sentence = rules.LONGEST_SENTENCE

    @property
    def workshop(self) -> Workshop:
        return self.view.workshop

    @property
    def task(self) -> Task:
        return self.view.task

    @property
    def headline(self) -> str:
        """How far it has come."""
        if not self.total:
            return _("No group has written anything here yet.")
        if not self.gathered:
            return ngettext(
                "%(num)s point waits to be gathered into themes.", "%(num)s points wait to be gathered into themes.",
                self.total,
            )  # fmt: skip
        themes = ngettext("%(num)s theme", "%(num)s themes", len(self.themes))
        if self.gathered == self.total:
            return _("All %(total)s points are gathered in %(themes)s.", total=number(self.total), themes=themes)
        return _(
            "%(gathered)s of %(total)s points are gathered in %(themes)s.",
            gathered=number(self.gathered), total=number(self.total), themes=themes,
        )  # fmt: skip

    @property
    def silent_words(self) -> str:
        return groups_words(self.silent)


def page(
    session: Session,
    view: View,
    tasks: Sequence[Task],
    *,
    refused: Refused | None = None,
    draft: Draft | None = None,
    ticked: frozenset[str] = frozenset(),
) -> PlenaryPage:
    """A fixed number of selects, whatever the number of points and themes."""
    workshop, task = view.workshop, view.task
    points = notes.points(session, workshop, task=task)
    themes = queries.themes(session, workshop, task)
    summary = queries.sentences(session, workshop, task)
    said = queries.texts_read(session, [kept for found in (*themes, *summary) for kept in found.kept])
    held = {kept.point.id: found.theme for found in themes for kept in found.kept}
    wrote = {point.group_id for point in points}
    shown = [point for point in points if not (view.free and point.id in held)]
    boxes = [_theme_box(found, place, themes, said, refused) for place, found in enumerate(themes)]
    sentences = [_sentence_box(found, place, summary, said, refused) for place, found in enumerate(summary)]
    return PlenaryPage(
        view=view, tasks=tasks, prompts=workshops.prompts_of(task), parts=_parts(view, shown, held),
        silent=[group for group in workshops.groups(session, workshop) if group.id not in wrote],
        total=len(points), gathered=sum(point.id in held for point in points), themes=boxes,
        taken_apart=[found.theme for found in queries.themes(session, workshop, task, removed=True)],
        summary=sentences,
        taken_out=[found.sentence for found in queries.sentences(session, workshop, task, removed=True)],
        sort=refused.form if refused and refused.what == "points" else SortForm(formdata=None),
        draft=draft or _kept_draft(refused, sentences), ticked=ticked,
        problems=_homeless(refused, boxes, sentences), words=_script_words(),
        live=refused is None,
    )  # fmt: skip


def _parts(view: View, points: Sequence[Point], held: Mapping[int, Theme]) -> list[Part]:
    """Prompts in the order of the plan, each for each model; what stands beneath one that was taken out comes last."""
    prompts = {prompt.id: place for place, prompt in enumerate(workshops.prompts_of(view.task))}
    models = {model: place for place, model in enumerate(view.task.models)}
    wanted = [point for point in points if view.prompt is None or point.prompt_id == view.prompt.id]

    def part_of(point: Point) -> tuple[int, int, int, str]:
        model = point.model or ""
        return (prompts.get(point.prompt_id, len(prompts)), point.prompt_id, models.get(model, len(models)), model)

    found = []
    for (_place, _prompt, _model_place, model), among in groupby(sorted(wanted, key=part_of), key=part_of):
        lines = list(among)
        # Ids stand for places that stay, whoever writes meanwhile.
        place = f"{lines[0].prompt.key}-{models.get(model, model)}"
        columns = [
            Column(f"column-{place}-{group.number}", group, [Line(one, held.get(one.id)) for one in column])
            for group, column in groupby(lines, key=lambda point: point.group)
        ]
        titles = [lines[0].prompt.title, model]
        found.append(Part(f"part-{place}", " – ".join(title for title in titles if title), columns))
    return found


def _lines(found: GatheredTheme | KeptSentence, said: Mapping[str, str]) -> list[KeptLine]:
    return [KeptLine(kept, said.get(kept.written) if kept.stand is Stand.CHANGED else None) for kept in found.kept]


def _theme_box(
    found: GatheredTheme, place: int, among: Sequence[GatheredTheme], said: Mapping[str, str], refused: Refused | None
) -> ThemeBox:
    theme = found.theme
    form = TitleForm(formdata=None, prefix=f"{theme.key}-", title=theme.title)
    failed = refused is not None and refused.what == "theme" and refused.key == theme.key
    if refused is not None and failed:
        form = refused.form
    form.version.data = str(theme.version)
    keys = [one.theme.key for one in among]
    return ThemeBox(
        found, _lines(found, said), form, *_neighbours(keys, place),
        [one.theme for one in among if one.theme.id != theme.id], open=failed,
    )  # fmt: skip


def _sentence_box(
    found: KeptSentence, place: int, among: Sequence[KeptSentence], said: Mapping[str, str], refused: Refused | None
) -> SentenceBox:
    sentence = found.sentence
    form = SentenceForm(formdata=None, prefix=f"{sentence.key}-", text=sentence.text)
    failed = refused is not None and refused.what == "sentence" and refused.key == sentence.key
    if refused is not None and failed:
        form = refused.form
    form.version.data = str(sentence.version)
    keys = [one.sentence.key for one in among]
    return SentenceBox(found, _lines(found, said), form, *_neighbours(keys, place), open=failed)


def _neighbours(keys: Sequence[str], place: int) -> tuple[str | None, str | None]:
    """What it goes behind on its way up, and on its way down."""
    up = None if place == 0 else keys[place - 2] if place > 1 else ""
    return up, keys[place + 1] if place + 1 < len(keys) else None


def _kept_draft(refused: Refused | None, sentences: Sequence[SentenceBox]) -> Draft:
    """An empty one; but what was typed in a sentence that is taken out of the summary by now goes on as a new one."""
    lost = refused is not None and refused.what == "sentence" and not any(box.open for box in sentences)
    text = refused.form.text.data if refused is not None and lost else None
    return Draft(SentenceForm(formdata=None, prefix="new-", text=text), begun=bool(text))


def _homeless(refused: Refused | None, themes: Sequence[ThemeBox], sentences: Sequence[SentenceBox]) -> list[str]:
    """What was refused of something that is on the page no more, or has no form that holds it."""
    if refused is None or refused.what in ("points", "draft"):
        return []
    if any(box.open for box in themes) or any(box.open for box in sentences):
        return []
    return [sentence for _id, sentence in refused.form.errors_in_order()]


def _script_words() -> dict[str, str]:
    return {
        "chosen_one": _("1 point is chosen."),
        "chosen": _("%(count)s points from %(groups)s are chosen.", count="{count}", groups="{groups}"),
        "one_group": _("1 group"),
        "groups": _("%(count)s groups", count="{count}"),
        "none": _("Tick points, or drag them to a theme."),
        "move": _("Move: %(point)s", point="{text}"),
        "move_many": _("Move %(count)s points", count="{count}"),
        "picked": _("Picked up. Choose where with the arrow keys, and press Enter. Escape lays it down again."),
        "laid_down": _("Laid down again, where it was."),
        "new_theme": _("A new theme …"),
        "free": _("Out of its theme"),
        "drop_here": _("Drop here: a new theme"),
        "name_new": _("What shall the new theme be called?"),
        "gathered": _("Gathered in “%(title)s”.", title="{title}"),
        "freed": _("Taken out of its theme."),
        "stands": _("The sentence stands on it now."),
        "saved": _("Saved."),
        "offline": _("No network. What you did is tried again by itself."),
        "failed": _("It could not be saved just now. It is tried again by itself."),
        "gone": _("Somebody has taken this away meanwhile. What you typed stays here until you leave it."),
        "others": _("Others have changed themes or the summary."),
        "new_sentence": _("Write the sentence. It will stand on what you chose."),
    }
