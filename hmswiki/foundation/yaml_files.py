"""Files of YAML and Markdown that people write: reading them so that every mistake has a file, a line and a cure.

A word is a word here: `on` is no truth value, a date is what was written, and nothing is ever made of a tag.
"""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.resources.abc import Traversable

import yaml

Note = Callable[[int, str], None]
"""Takes a line and what is wrong there."""

_NOT_OURS = re.compile(r"\.|__")
"""Names beginning so belong to the system or to Python, not to the content."""


@dataclass(frozen=True, order=True)
class Problem:
    """Something wrong in a file, and the cure."""

    file: str
    line: int
    sentence: str

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


def decode(raw: bytes, limit: int, note: Note, *, too_long: str) -> str | None:
    """The text with plain line endings, or None where it cannot be had. `too_long` is the cure for that."""
    if len(raw) > limit:
        note(1, f"The file is longer than {limit} bytes. {too_long}")
        return None
    if raw.startswith(b"\xef\xbb\xbf"):
        note(1, "The file begins with a byte order mark. Save it as UTF-8 without one.")
        raw = raw[3:]
    try:
        return raw.decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        note(line, f"The byte 0x{raw[error.start]:02x} is no UTF-8. Save the file as UTF-8.")
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
        note(mark.line + begins if mark else 1, f"This cannot be read as YAML: {_cure(error)}")
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + begins
        note(
            line, f"Here is a control character (0x{ord(text[error.position]):02x}), which no text may hold. Remove it."
        )
    except (yaml.YAMLError, ValueError) as error:
        note(1, f"This cannot be read as YAML: {short(str(error))}")
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


def _cure(error: yaml.MarkedYAMLError) -> str:
    problem = error.problem or "it is not complete"
    if "mapping values are not allowed" in problem:
        return "a colon followed by space needs quotation marks around the whole value."
    if "found character '\\t'" in problem:
        return "a line begins with a tab. Use spaces."
    if problem.endswith("."):
        return problem
    return f"{short(problem)}. Put quotation marks around a value with signs such as : # [ {{ in it."
