"""Files of YAML and Markdown that people write: reading them so that every mistake has a file, a line and a cure.

A word is a word here: `on` is no truth value, a date is what was written, and nothing is ever made of a tag.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib.resources.abc import Traversable
from typing import Protocol

import yaml

from hmswiki.foundation.errors import N_


class Note(Protocol):
    """Takes a line and what is wrong there: a sentence with named places, and the facts that fill them."""

    def __call__(self, line: int, text: str, /, **facts: object) -> None: ...


_NOT_OURS = re.compile(r"\.|__")
"""Names beginning so belong to the system or to Python, not to the content."""


@dataclass(frozen=True, order=True)
class Problem:
    """Something wrong in a file, and the cure. `text` and `facts` are for whoever says it in another language."""

    file: str
    line: int
    sentence: str
    text: str = field(default="", compare=False)
    facts: Mapping[str, object] = field(default_factory=dict, compare=False)

    @classmethod
    def of(cls, file: str, line: int, text: str, facts: Mapping[str, object]) -> "Problem":
        return cls(file, line, text % facts if facts else text, text, facts)

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.sentence}"


class Unreadable(Exception):
    """The text cannot be read as YAML; what is wrong with it is noted."""


class PlainLoader(yaml.SafeLoader):
    """YAML in which a word is a word."""


PlainLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag == "tag:yaml.org,2002:null"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def entries(folder: Traversable, shown_as: str) -> Iterator[tuple[Traversable, str]]:
    """What lies in the folder, by name, each with the path to show."""
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if not _NOT_OURS.match(entry.name):
            yield entry, f"{shown_as.rstrip('/')}/{entry.name}"


def bytes_of(file: Traversable, limit: int) -> bytes:
    """The file's bytes, of one that is too long no more than `limit` and one."""
    with file.open("rb") as opened:
        return opened.read(limit + 1)


def decode(raw: bytes, limit: int, note: Note) -> str | None:
    """The text with plain line endings, or None where it cannot be had."""
    if len(raw) > limit:
        note(1, N_("The file is longer than %(limit)s bytes. Divide it, or shorten it."), limit=limit)
        return None
    if raw.startswith(b"\xef\xbb\xbf"):
        note(1, N_("The file begins with a byte order mark. Save it as UTF-8 without one."))
        raw = raw[3:]
    try:
        return raw.decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        byte = f"0x{raw[error.start]:02x}"
        note(line, N_("The byte %(byte)s is no UTF-8. Save the file as UTF-8."), byte=byte)
        return None


def compose(
    text: str, note: Note, *, begins: int = 1, too_deep: str, loader: type[yaml.SafeLoader] = PlainLoader
) -> yaml.Node | None:  # fmt: skip
    """The text as nodes, or None if there is nothing in it.

    `begins` is the line of the file on which it begins, `too_deep` what to say of a nesting without end.

    Raises Unreadable once the problem is noted.
    """
    try:
        return yaml.compose(text, Loader=loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        text, facts = _told(error)
        note(mark.line + begins if mark else 1, text, **facts)
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + begins
        sign = f"0x{ord(text[error.position]):02x}"
        note(line, N_("Here is a control character (%(sign)s), which no text may hold. Remove it."), sign=sign)
    except (yaml.YAMLError, ValueError) as error:
        note(1, N_("This cannot be read as YAML: %(problem)s."), problem=short(str(error)).rstrip("."))
    except RecursionError:
        note(1, too_deep)
    raise Unreadable


def line_of(node: yaml.Node, *, begins: int = 1) -> int:
    """The line of the file on which the node begins, in a text that begins on line `begins`."""
    return int(node.start_mark.line) + begins if node.start_mark is not None else begins


def is_null(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and node.tag.endswith(":null")


def short(text: str) -> str:
    """The text on one line, not too long to be quoted."""
    text = " ".join(text.split())
    return text if len(text) <= 60 else text[:59] + "…"


def written(text: str) -> str:
    """The text as a value on one line: plain where that is read back as the same, else in quotation marks."""
    for candidate in (text, json.dumps(text, ensure_ascii=False), json.dumps(text)):
        try:
            root = yaml.compose(f"key: {candidate}\n", Loader=PlainLoader)
        except yaml.YAMLError:
            continue
        if isinstance(root, yaml.MappingNode) and len(root.value) == 1:
            value = root.value[0][1]
            if isinstance(value, yaml.ScalarNode) and value.tag.endswith(":str") and value.value == text:
                return candidate
    raise ValueError(f"{text!r} cannot be written")


NO_REFERENCES = N_(
    "This cannot be read as YAML: the signs & and * refer from one place to another. Write the text out in both."
)
"""What a loader without anchors and aliases raises."""


def _told(error: yaml.MarkedYAMLError) -> tuple[str, dict[str, object]]:
    problem = error.problem or "it is not complete"
    if problem == NO_REFERENCES:
        return problem, {}
    if "mapping values are not allowed" in problem:
        return N_(
            "This cannot be read as YAML: a colon followed by space needs quotation marks around the whole value."
        ), {}
    if "found character '\\t'" in problem:
        return N_("This cannot be read as YAML: a line begins with a tab. Use spaces."), {}
    return N_(
        "This cannot be read as YAML: %(problem)s. Put quotation marks around a value with signs such as : # [ { in it."
    ), {"problem": short(problem)}
