"""Checklists as YAML files: `brannrunde.yaml`. What is read is what is written, so the two lose nothing between them.

A file is taken whole or not at all, and everything that is wrong in it is told at once.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from typing import Any

import yaml

from hmswiki.checklists import parsing
from hmswiki.checklists.parsing import Place
from hmswiki.checklists.template import Checklist
from hmswiki.foundation import yaml_files
from hmswiki.foundation.errors import N_, Refusal
from hmswiki.foundation.yaml_files import Problem, line_of, short, written

MAX_BYTES = 100_000
"""The longest file."""

MAX_DEPTH = 30
"""How deeply a file may be nested; a checklist is nested nine levels at most."""

_TAGS = frozenset(f"tag:yaml.org,2002:{name}" for name in ("null", "str", "map", "seq"))
"""What is read without any tag in the file."""


class ChecklistProblems(Refusal):
    """The file is not right; nothing of it was taken."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = list(problems)
        super().__init__(
            N_("The checklist was not taken in. Number of mistakes in the file: %(count)s."), count=len(problems)
        )


@dataclass(frozen=True)
class Folder:
    """A folder that was read: the checklists by name, and what is wrong."""

    checklists: list[Checklist]
    problems: list[Problem]
    files: int
    """How many files were read."""


def read(source: bytes | str, path: str = "checklist.yaml") -> Checklist:
    """The checklist of a file. `path` names it in problems.

    Raises ChecklistProblems with everything that is wrong.
    """
    checklist, problems = _read(source.encode() if isinstance(source, str) else source, path)
    if checklist is None:
        raise ChecklistProblems(problems)
    return checklist


def read_folder(folder: Traversable, *, shown_as: str | None = None) -> Folder:
    """Read and check everything in the folder. Problems name files as `shown_as` (the folder's own name) and on."""
    name = str(folder) if shown_as is None else shown_as
    checklists: list[Checklist] = []
    problems: list[Problem] = []
    files = 0
    for file, path in yaml_files.entries(folder, name):
        if not file.is_file():
            problems.append(Problem(path, 1, "This is no file. Only files named <key>.yaml belong here."))
            continue
        if not file.name.endswith(".yaml"):
            problems.append(Problem(path, 1, "The name must end in .yaml. Rename or remove the file."))
            continue
        files += 1
        checklist, wrong = _read(yaml_files.bytes_of(file, MAX_BYTES), path, key=file.name.removesuffix(".yaml"))
        problems += wrong
        if checklist is not None:
            checklists.append(checklist)
    if not files:
        problems.append(Problem(name, 1, "There is no checklist here. Files are named <key>.yaml."))
    return Folder(checklists, sorted(problems), files)


def _read(source: bytes, path: str, *, key: str | None = None) -> tuple[Checklist | None, list[Problem]]:
    """The checklist, or None and what is wrong. `key` is the one that it must have."""
    problems: list[Problem] = []

    def note(line: int, text: str, /, **facts: object) -> None:
        problems.append(Problem.of(path, line, text, facts))

    text = yaml_files.decode(source, MAX_BYTES, note)
    if text is None:
        return None, problems
    try:
        root = yaml_files.compose(
            text, note, too_deep=N_("The file is nested too deeply. Look for rows of brackets."), loader=_TreeLoader
        )
    except yaml_files.Unreadable:
        return None, problems
    if root is None or yaml_files.is_null(root):
        note(1, N_("The file is empty. Begin with `key:`, `title:` and `sections:`."))
        return None, problems
    tree = _Tree(note)
    data = tree.data(root, ())
    checklist, flaws = parsing.parse(data)
    for flaw in flaws:
        note(tree.line(flaw.place), flaw.text, **flaw.facts)
    if checklist is not None and key is not None and checklist.key != key:
        note(
            tree.line(("key",)), N_("The key is “%(key)s”, and the file's name says “%(name)s”. Change one."),
            key=checklist.key, name=short(key),
        )  # fmt: skip
    return (None if problems else checklist), sorted(problems)


class _TreeLoader(yaml_files.PlainLoader):
    """YAML in which everything stands where it is used: no anchors and aliases, with which a short file grows huge."""

    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            raise yaml.composer.ComposerError(None, None, yaml_files.NO_REFERENCES, event.start_mark)
        if self.depth >= MAX_DEPTH:
            raise RecursionError
        self.depth += 1
        try:
            return super().compose_node(parent, index)
        finally:
            self.depth -= 1


class _Tree:
    """Makes plain data of the nodes, and remembers on which line everything stands."""

    def __init__(self, note: yaml_files.Note) -> None:
        self._note = note
        self._lines: dict[Place, int] = {}

    def line(self, place: Place) -> int:
        """The line of what stands at the place, or else of what holds it."""
        while place not in self._lines:
            place = place[:-1]
        return self._lines[place]

    def data(self, node: yaml.Node, place: Place) -> object:
        line = line_of(node)
        self._lines.setdefault(place, line)
        if node.tag not in _TAGS:
            self._note(
                line, N_("“%(tag)s” is a tag, and nothing is made of tags here. Remove it."), tag=short(node.tag)
            )
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, place)
        if isinstance(node, yaml.SequenceNode):
            return [self.data(value, (*place, number)) for number, value in enumerate(node.value)]
        return None if yaml_files.is_null(node) else node.value

    def _mapping(self, node: yaml.MappingNode, place: Place) -> dict[str, object]:
        found: dict[str, object] = {}
        for key_node, value in node.value:
            line = line_of(key_node)
            if not isinstance(key_node, yaml.ScalarNode):
                self._note(line, N_("A key must be one word. Write `key: value`."))
                continue
            key = str(key_node.value)
            if key in found:
                self._note(line, N_("“%(word)s” stands here twice. Remove one of the two."), word=short(key))
                continue
            self._lines[(*place, key)] = line
            found[key] = self.data(value, (*place, key))
        return found


# --- Writing ------------------------------------------------------------------------------------------------


def write(checklist: Checklist) -> str:
    """The file of a checklist: `read` gives the same back, and the same checklist gives the same text."""
    return write_data(parsing.as_data(checklist))


def write_data(data: dict[str, Any]) -> str:
    """The file of data in the shape that `parsing.as_data` gives; it may have flaws."""
    return "\n".join([*_lines(data), ""])


def _lines(data: dict[str, Any], indent: str = "") -> Iterable[str]:
    for key, value in data.items():
        if isinstance(value, dict):
            yield f"{indent}{key}:"
            yield from _lines(value, f"{indent}  ")
        elif isinstance(value, str):
            yield f"{indent}{key}: {written(value)}"
        elif all(isinstance(word, str) for word in value):
            yield f"{indent}{key}: [{', '.join(map(written, value))}]"
        else:
            yield f"{indent}{key}:"
            for each in value:
                first, *others = _lines(each)
                yield f"{indent}  - {first}"
                yield from (f"{indent}    {line}" for line in others)
