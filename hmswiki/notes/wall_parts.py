"""What an address of the wall asks for, the parts of a task, and how many groups have room on a page."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from flask import url_for

from hmswiki.notes.wall_points import Written
from hmswiki.web.words import _
from hmswiki.workshops import queries
from hmswiki.workshops.models import Group, Task, Workshop

_MOST = 9
_MOST_OF_ALL_PARTS = 4
# Groups that stand on one page: columns, and the size of the text (see wall.css).
_LAYOUTS = {1: (1, "l"), 2: (2, "l"), 3: (3, "m"), 4: (2, "m"), 6: (3, "s"), 8: (4, "xs"), 9: (3, "xs")}


@dataclass(frozen=True)
class View:
    """What the address asks for. None: what fits now (the task), the first (the part), all groups."""

    task: str | None = None
    prompt: int | None = None
    """The number of the part; 0: all."""
    page: int = 1
    group: int | None = None
    """Only this group, large."""
    show: str | None = None
    """"code": only how to come in."""

    def address(self, workshop: Workshop, endpoint: str = ".show", **other: Any) -> str:
        """Where this is seen, with `other` instead of what it says."""
        asked = {name: value for name, value in asdict(replace(self, **other)).items() if value is not None}
        if asked.get("page") == 1:
            del asked["page"]
        return url_for(endpoint, key=workshop.key, **asked)


@dataclass(frozen=True)
class Part:
    """One part of the task: a prompt, or, where the task has none, one of its models."""

    number: int
    title: str
    href: str
    current: bool
    prompt_id: int | None = None
    model: str | None = None

    def holds(self, point: Written) -> bool:
        return (self.prompt_id is None or self.prompt_id == point.prompt_id) and (
            self.model is None or self.model == point.model
        )


def parts_of(task: Task, view: View, workshop: Workshop) -> list[Part]:
    """Prompts, or models where there are no prompts, and "All" last; empty where there would be only one."""
    prompts = queries.prompts_of(task)
    named: list[tuple[str, int | None, str | None]] = [(prompt.title, prompt.id, None) for prompt in prompts]
    if len(prompts) == 1:
        named = [(model, None, model) for model in task.models]
    if len(named) < 2:
        return []
    # The next task, which the wall goes on to by itself, may have fewer parts.
    chosen = 1 if view.prompt is None or view.prompt > len(named) else view.prompt
    numbered = [*enumerate(named, start=1), (0, (_("All"), None, None))]
    return [
        Part(number, title or _("Without heading"), view.address(workshop, prompt=number, page=1, show=None),
             number == chosen, prompt_id, model)
        for number, (title, prompt_id, model) in numbered
    ]  # fmt: skip


def headings(task: Task, parts: Sequence[Part]) -> tuple[Part, list[tuple[str, Part]]]:
    """What is shown, and what it is divided into with headings within each group; without any where it is one."""
    whole = next((part for part in parts if part.current), Part(0, "", "", True))
    inner = [whole] if whole.number else [part for part in parts if part.number]
    if whole.number and (whole.model is not None or not task.models):
        return whole, []
    if not task.models or any(part.model is not None for part in inner):
        return whole, [(part.title, part) for part in inner]
    prompts = inner or [whole]
    return whole, [
        (model if whole.number or not inner else f"{part.title} · {model}",
         Part(0, "", "", True, part.prompt_id, model))
        for part in prompts
        for model in task.models
    ]  # fmt: skip


@dataclass(frozen=True)
class Layout:
    """Places of one size for so many groups (`capacity`), in columns; `size` is that of the text."""

    capacity: int
    columns: int
    size: str

    @property
    def rows(self) -> int:
        return -(-self.capacity // self.columns)


def layout_for(groups: Sequence[Group], *, all_parts: bool) -> Layout:
    """As few pages as leave the text readable, by the groups that were planned: tables for those who came without a
    group take what places are left, then a page of their own, and move nobody."""
    most = _MOST_OF_ALL_PARTS if all_parts else _MOST
    planned = sum(not group.for_walk_ins for group in groups) or len(groups) or 1
    on_each = -(-planned // -(-planned // most))
    if all_parts:
        return Layout(on_each, on_each, "s")
    capacity = min(room for room in _LAYOUTS if room >= on_each)
    return Layout(capacity, *_LAYOUTS[capacity])
