"""What the document says, block by block and in the reader's language: Markdown, DOCX and PDF write the same ones."""

from collections.abc import Iterator
from dataclasses import dataclass

from hmswiki.outcomes.document import Document, Gathered, GroupName, Section, TaskPart
from hmswiki.outcomes.proposal_words import groups_in_words
from hmswiki.web.context import settings
from hmswiki.web.words import _, clock_time, count_in_words, day, listed, ngettext, wording


@dataclass(frozen=True)
class Heading:
    """`level` 1 is the title, 2 a task, 3 a part of it, 4 a group."""

    level: int
    text: str


@dataclass(frozen=True)
class Paragraph:
    text: str


@dataclass(frozen=True)
class Bullets:
    items: tuple[str, ...]


Block = Heading | Paragraph | Bullets


def blocks(document: Document) -> list[Block]:
    """All of it, from the title on."""
    return list(_blocks(document))


def _blocks(document: Document) -> Iterator[Block]:
    yield Heading(1, document.title)
    yield Paragraph(_line_of_facts(document))
    yield Paragraph(
        _("These are the groups' own words, as they were written down in the meeting. Who wrote is not said, and "
          "names are blacked out.")
    )  # fmt: skip
    names = {group.number: group for group in document.groups}
    for task in document.tasks:
        yield from _task(task, names)


def _line_of_facts(document: Document) -> str:
    zone = settings().zone
    held_on = day(document.starts_at.astimezone(zone).date(), "full-year")
    parts = [_("%(day)s %(time)s", day=held_on, time=clock_time(document.starts_at)), document.place]
    parts.append(wording(document.unit))
    return ", ".join(part for part in parts if part)


def _task(task: TaskPart, names: dict[int, GroupName]) -> Iterator[Block]:
    yield Heading(2, task.title)
    for line in task.text.splitlines():
        if line.strip():
            yield Paragraph(line.strip())
    if task.summary:
        yield Heading(3, _("Summary"))
        yield Bullets(tuple(_with_groups(sentence) for sentence in task.summary))
    if task.themes:
        yield Heading(3, _("Themes"))
        yield Bullets(tuple(_counted(theme) for theme in task.themes))
    if not any(section.lines for section in task.sections):
        yield Paragraph(_("No group has written anything here."))
    for section in task.sections:
        if section.lines:
            yield Heading(3, section_title(section))
            yield from _lines(section, names)


def _lines(section: Section, names: dict[int, GroupName]) -> Iterator[Block]:
    by_group: dict[int, list[str]] = {}
    for line in section.lines:
        by_group.setdefault(line.group, []).append(line.text)
    for number, texts in by_group.items():
        yield Heading(4, group_in_words(names.get(number, GroupName(number))))
        yield Bullets(tuple(texts))


def section_title(section: Section) -> str:
    """The prompt, and the model where the task has such; "What the groups answered" where it has neither."""
    titles = [title for title in (section.title, section.model) if title]
    return " – ".join(titles) or _("What the groups answered")


def group_in_words(group: GroupName) -> str:
    """ "Group 4, Optics", "Table 9"."""
    named = _("Table %(number)s", number=group.number) if group.is_table else _("Group %(number)s", number=group.number)
    return f"{named}, {group.name}" if group.name else named


def _with_groups(sentence: Gathered) -> str:
    """ "Tell early what does not change (groups 2 and 5)."""
    return f"{sentence.text} ({groups_in_words(sentence.groups)})" if sentence.groups else sentence.text


def _counted(theme: Gathered) -> str:
    """ "Time and place: four groups (1, 2, 5 and 7)" """
    if not theme.groups:
        return theme.text
    counted = ngettext(
        "%(theme)s: one group (%(numbers)s)", "%(theme)s: %(count)s groups (%(numbers)s)", len(theme.groups),
        theme=theme.text, count=count_in_words(len(theme.groups)), numbers=listed(theme.groups),
    )  # fmt: skip
    return counted
