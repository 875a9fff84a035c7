"""Decisions about editions without a database: which is in force, what they are called, what changed between two."""

import html
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Literal, NamedTuple, Protocol, TypeVar

from hmswiki.foundation.markup import heading_anchors

# --- Editions -----------------------------------------------------------------------------------------------


class Dated(Protocol):
    """An edition, as far as its place among the others goes."""

    @property
    def published_on(self) -> date: ...
    @property
    def order(self) -> tuple[date, int, int]: ...


SomeEdition = TypeVar("SomeEdition", bound=Dated)


def in_force(editions: Iterable[SomeEdition], day: date) -> SomeEdition | None:
    """The edition in force on `day`: the latest that was published by then."""
    return max((e for e in editions if e.published_on <= day), key=lambda e: e.order, default=None)


def coming(editions: Iterable[SomeEdition], day: date) -> list[SomeEdition]:
    """Editions that come into force after `day`, the next one first."""
    return sorted((e for e in editions if e.published_on > day), key=lambda e: e.order)


def previous(editions: Iterable[SomeEdition], edition: SomeEdition) -> SomeEdition | None:
    """The edition before `edition`; None for the first."""
    return max((e for e in editions if e.order < edition.order), key=lambda e: e.order, default=None)


def read_number(text: str) -> tuple[int, int] | None:
    """`"2.1"` as (2, 1); None for what is no edition's number, `2.01` included."""
    found = re.fullmatch(r"(0|[1-9][0-9]{0,8})\.(0|[1-9][0-9]{0,8})", text, re.ASCII)
    return (int(found[1]), int(found[2])) if found else None


# --- A guideline in one sentence ----------------------------------------------------------------------------

# A sentence ends before a capital; "kl. 10", "nr. 3" and "f.eks. slik" go on.
_SENTENCE_END = re.compile(r"(?<=[.!?])[»”\"')]*\s+(?=[«“\"'(]*[^\W\d_])")


def first_sentence(lead_html: str) -> str:
    """The first sentence of a lead as plain text; `lead_html` is what the renderer gave."""
    text = " ".join(html.unescape(re.sub(r"<[^>]*>", "", lead_html)).split())
    for end in _SENTENCE_END.finditer(text):
        if text[end.end() :].lstrip("«“\"'(")[:1].isupper():
            return text[: end.start()]
    return text


def reading_minutes(words: int) -> int:
    """How long a text takes, in whole minutes and never none: 200 words a minute, as in work texts."""
    return max(1, round(words / 200))


# --- What changed between two texts -------------------------------------------------------------------------


class Part(NamedTuple):
    """A piece of a change: words that stay (`same`), came (`ins`) or went (`del`).

    `gap` stands for words left out, `break` for the end of a paragraph or a list's line; they hold no text.
    """

    kind: Literal["same", "ins", "del", "gap", "break"]
    text: str


@dataclass(frozen=True)
class SectionChange:
    """What changed under one heading.

    `anchor` is the heading's in the new text, empty for what stands before the first heading and for a section
    that is gone. `heading` is empty for what stands before the first heading. Without `parts` something changed
    that is no word (a link's address, say), or so much that the words cannot be set side by side.
    """

    anchor: str
    heading: str
    parts: tuple[Part, ...]
    kind: Literal["changed", "added", "removed"] = "changed"


class Section(NamedTuple):
    """A heading as written, without its marks, and the lines beneath it up to the next heading of any level."""

    anchor: str
    heading: str
    lines: tuple[str, ...]


CONTEXT_WORDS = 8
"""How many words that stay are shown on each side of a change."""

MAX_SHOWN_WORDS = 120
"""The most words that came or went shown in one piece; the rest is a gap."""

WORK_LIMIT = 400_000
"""How many pairs of equal words may be looked at for one text. Texts that people write stay far below it."""

_MAX_COMPARED_WORDS = 2_000
# Of a longer row of sections each would have to be compared with each.
_MAX_ROW = 20


@lru_cache(maxsize=32)
def changes_of_editions(old_body: str, new_body: str) -> tuple[SectionChange, ...]:
    """What `changes_between` finds between two published texts. They never change, so it is worked out once."""
    return tuple(changes_between(old_body, new_body))


def changes_between(old_body: str, new_body: str) -> list[SectionChange]:
    """What a reader of the old text has to know about the new one, section by section, in the new text's order.

    Both are Markdown. The time it takes is bounded: where the texts are too unlike or too long to be compared word
    by word, a section is said to have changed, without parts. A section that only moved has not changed.
    """
    effort = _Effort(WORK_LIMIT)
    changes = []
    for before, after in _pairs(sections(old_body), sections(new_body)):
        change = _section_change(before, after, effort)
        if change is not None:
            changes.append(change)
    return changes


def sections(body: str) -> list[Section]:
    """The text cut at its headings. The first section has no heading, and is left out where it is empty."""
    headings: list[str] = [""]
    blocks: list[list[str]] = [[]]
    for heading, line in _lines(body):
        if heading is not None:
            headings.append(heading)
            blocks.append([])
        else:
            blocks[-1].append(line)
    anchors = ["", *heading_anchors(headings[1:])]
    found = [
        Section(anchor, heading, tuple(lines)) for anchor, heading, lines in zip(anchors, headings, blocks, strict=True)
    ]
    return found if any(line.strip() for line in found[0].lines) else found[1:]


_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")


def _lines(body: str) -> Iterator[tuple[str | None, str]]:
    """Each line as (heading's words or None, line); a heading that is underlined is given once."""
    lines = body.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    fence = ""
    index = 0
    while index < len(lines):
        line = lines[index]
        mark = _FENCE.match(line)
        if fence:
            if mark and mark[1].startswith(fence) and not line.strip(" `~"):
                fence = ""
        elif mark:
            fence = mark[1]
        else:
            heading = None
            if line.startswith("#"):
                heading = plain(line.strip("#").strip()) or None
            elif _is_underlined(lines, index):
                heading = plain(line.strip()) or None
                index += heading is not None
            if heading is not None:
                yield heading, ""
                index += 1
                continue
        yield None, line
        index += 1


_LIST_MARK = re.compile(r"\s*(?:[-*+]|[0-9]{1,9}[.)])\s+")
_QUOTE_MARK = re.compile(r"\s*>[\s>]*")


def _is_underlined(lines: Sequence[str], index: int) -> bool:
    """Whether the next line makes this one a heading. Hyphens beneath a list or in a table do not."""
    line = lines[index]
    if index + 1 >= len(lines) or not line.strip() or (index > 0 and lines[index - 1].strip()):
        return False
    if _LIST_MARK.match(line) or "|" in line:
        return False
    return re.fullmatch(r"=+ *|-+ *", lines[index + 1]) is not None


# [words](address), [words](address "title"), [words][name], and the same for an image.
_LINK = re.compile(r"!?\[([^\[\]]*)\](?:\([^()\s]*(?:\([^()\s]*\)[^()\s]*)?(?:\s+\"[^\"]*\")?\)|\[[^\[\]]*\])")


def plain(markdown: str) -> str:
    """A line of Markdown as a reader sees its words, near enough to compare them."""
    text = _LINK.sub(r"\1", markdown)
    text = re.sub(r"<((?:https?|mailto):[^<>\s]*)>", r"\1", text)
    text = re.sub(r"\\([\\`*_{}\[\]()#+\-.!=|])|[*`]+|==|(?<!\w)_+|_+(?!\w)", lambda found: found[1] or "", text)
    return " ".join(html.unescape(text).split())


def _plain_lines(section: Section) -> list[str]:
    """The section's passages as plain text: a paragraph's lines are one passage, a list's lines are one each."""
    passages: list[list[str]] = []
    goes_on = False
    for line in section.lines:
        line = line[mark.end() :] if (mark := _QUOTE_MARK.match(line)) else line
        if not line.strip() or _FENCE.match(line) or re.fullmatch(r"[\s|:\-*_]+", line):
            goes_on = False
            continue
        item = _LIST_MARK.match(line)
        text = plain(line[item.end() :] if item else line.replace("|", " "))
        if not text:
            continue
        if goes_on and not item and not line.lstrip().startswith("|"):
            passages[-1].append(text)
        else:
            passages.append([text])
        goes_on = True
    return [" ".join(texts) for texts in passages]


def _pairs(old: Sequence[Section], new: Sequence[Section]) -> list[tuple[Section | None, Section | None]]:
    """Which section became which, in the new text's order; what is gone stands where it stood.

    Sections of the same heading belong together, the first with the first. Between two such, a section of the new
    text is one of the old with a new heading if they share most of their words.
    """
    places = {name: place for place, name in enumerate(_numbered(old))}
    partners = [places.get(name) for name in _numbered(new)]
    matched = {place for place in partners if place is not None}
    # The unmatched of the old text, by the matched section that they follow.
    lost: dict[int, list[Section]] = {}
    neighbour = -1
    for place, section in enumerate(old):
        if place in matched:
            neighbour = place
        else:
            lost.setdefault(neighbour, []).append(section)
    pairs: list[tuple[Section | None, Section | None]] = []
    came: list[Section] = []
    neighbour = -1
    for section, partner in zip(new, partners, strict=True):
        if partner is None:
            came.append(section)
            continue
        pairs += _renamed(lost.pop(neighbour, []), came)
        came = []
        pairs.append((old[partner], section))
        neighbour = partner
    pairs += _renamed(lost.pop(neighbour, []), came)
    for rest in lost.values():
        pairs += [(section, None) for section in rest]
    return pairs


def _renamed(lost: list[Section], came: list[Section]) -> list[tuple[Section | None, Section | None]]:
    if max(len(lost), len(came)) > _MAX_ROW:
        return [*((section, None) for section in lost), *((None, section) for section in came)]
    pairs: list[tuple[Section | None, Section | None]] = []
    left = lost
    for section in came:
        words = _words_of(section)
        place = next((index for index, other in enumerate(left) if _alike(_words_of(other), words)), None)
        if place is None:
            pairs.append((None, section))
            continue
        pairs += [(gone, None) for gone in left[:place]]
        pairs.append((left[place], section))
        left = left[place + 1 :]
    return [*pairs, *((section, None) for section in left)]


def _words_of(section: Section) -> set[str]:
    return {token.text.lower() for token in _tokens(_plain_lines(section)) if token != _END}


def _alike(one: set[str], other: set[str]) -> bool:
    return 2 * len(one & other) > min(len(one), len(other)) and 3 * len(one & other) > max(len(one), len(other))


def _numbered(found: Sequence[Section]) -> list[tuple[str, int]]:
    seen: Counter[str] = Counter()
    names = []
    for section in found:
        names.append((section.heading, seen[section.heading]))
        seen[section.heading] += 1
    return names


def _section_change(before: Section | None, after: Section | None, effort: "_Effort") -> SectionChange | None:
    if after is None:
        assert before is not None
        parts = _shown([("del", _tokens(_plain_lines(before)))])
        return SectionChange("", before.heading, parts, "removed")
    if before is None:
        parts = _shown([("ins", _tokens(_plain_lines(after)))])
        return SectionChange(after.anchor, after.heading, parts, "added")
    if before.heading == after.heading and _same_source(before, after):
        return None
    parts = ()
    if before.heading != after.heading:
        parts = tuple(_shown([("del", _tokens([before.heading])[:-1]), ("ins", _tokens([after.heading])[:-1])]))
    words = _word_changes(_plain_lines(before), _plain_lines(after), effort)
    if parts and words:
        parts += (Part("break", ""),)
    return SectionChange(after.anchor, after.heading, parts + words)


def _same_source(before: Section, after: Section) -> bool:
    """Whether nothing but white space differs."""
    return " ".join(" ".join(before.lines).split()) == " ".join(" ".join(after.lines).split())


# --- Words --------------------------------------------------------------------------------------------------


class _Effort:
    """How much work is left: pairs of equal words are what a comparison looks at."""

    def __init__(self, left: int) -> None:
        self.left = left

    def allows(self, old: Sequence[str], new: Sequence[str]) -> bool:
        if max(len(old), len(new)) > _MAX_COMPARED_WORDS:
            return False
        many, few = Counter(old), Counter(new)
        # Each match that is found looks once more at what is left on either side of it.
        rounds = max(1, min(len(old), len(new)).bit_length())
        self.left -= rounds * sum(count * few[word] for word, count in many.items())
        return self.left >= 0


class _Token(NamedTuple):
    """A word or a sign; `spaced` if there is space before it. A passage ends with the token `\\n`."""

    text: str
    spaced: bool


_WORD = re.compile(r"(\s*)(\w+(?:[-'’./§]\w+)*|[^\w\s])")
_END = _Token("\n", False)

_Run = tuple[Literal["same", "ins", "del"], list[_Token]]


def _tokens(passages: Iterable[str]) -> list[_Token]:
    found: list[_Token] = []
    for passage in passages:
        found.extend(_Token(word[2], bool(word[1])) for word in _WORD.finditer(passage))
        found.append(_END)
    return found


def _word_changes(old: list[str], new: list[str], effort: _Effort) -> tuple[Part, ...]:
    """The words that differ between two lists of passages; nothing where they are too many to compare."""
    start, ends = _common(old, new)
    old, new = old[start : len(old) - ends], new[start : len(new) - ends]
    if not old and not new:
        return ()
    if not effort.allows(old, new):
        return ()
    runs: list[_Run] = []
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            runs.append(("same", _tokens(old[a:b])))
        else:
            words = _runs(_tokens(old[a:b]), _tokens(new[c:d]), effort)
            if words is None:
                return ()
            runs.extend(words)
    return _shown(runs)


def _common(old: Sequence[object], new: Sequence[object]) -> tuple[int, int]:
    """How many are the same at the beginning, and at the end."""
    shorter = min(len(old), len(new))
    start = 0
    while start < shorter and old[start] == new[start]:
        start += 1
    ends = 0
    while ends < shorter - start and old[-1 - ends] == new[-1 - ends]:
        ends += 1
    return start, ends


def _runs(old: list[_Token], new: list[_Token], effort: _Effort) -> list[_Run] | None:
    """Runs of words that stay, go and come; None where it would take too long."""
    before, after = [token.text for token in old], [token.text for token in new]
    start, ends = _common(before, after)
    old_end, new_end = len(old) - ends, len(new) - ends
    if not effort.allows(before[start:old_end], after[start:new_end]):
        return None
    matcher = SequenceMatcher(None, before[start:old_end], after[start:new_end], autojunk=False)
    runs: list[_Run] = [("same", new[:start])]
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind == "equal":
            runs.append(("same", new[start + c : start + d]))
        else:
            runs.append(("del", old[start + a : start + b]))
            runs.append(("ins", new[start + c : start + d]))
    runs.append(("same", new[new_end:]))
    return _readable([run for run in runs if run[1]])


def _readable(runs: list[_Run]) -> list[_Run]:
    """A word or two that happen to be the same amid a change belong to the change: `og` joins nothing."""
    made: list[_Run] = []
    went: list[_Token] = []
    came: list[_Token] = []

    def close() -> None:
        if went:
            made.append(("del", went.copy()))
        if came:
            made.append(("ins", came.copy()))
        went.clear()
        came.clear()

    for index, (kind, tokens) in enumerate(runs):
        if kind == "del":
            went.extend(tokens)
        elif kind == "ins":
            came.extend(tokens)
        elif (went or came) and index + 1 < len(runs) and len(tokens) < 3 and _END not in tokens:
            went.extend(tokens)
            came.extend(tokens)
        else:
            close()
            made.append((kind, tokens))
    close()
    return made


def _shown(runs: Iterable[_Run]) -> tuple[Part, ...]:
    """Runs as a reader sees them: the passages with a change, and in these a few words on each side of it."""
    parts: list[Part] = []
    passage: list[_Marked] = []
    for kind, tokens in [*runs, ("same", [_END])]:
        for token in tokens:
            if token != _END:
                passage.append((kind, token))
            elif passage:
                _show_passage(parts, passage)
                passage = []
    return tuple(parts)


_Marked = tuple[Literal["same", "ins", "del"], _Token]


def _show_passage(parts: list[Part], passage: list[_Marked]) -> None:
    near = _near_a_change(passage)
    if not any(near):
        return
    if parts:
        parts.append(Part("break", ""))
    run, length = "", 0
    for (kind, token), shown in zip(passage, near, strict=True):
        length = length + 1 if kind == run else 1
        run = kind
        if shown and (kind == "same" or length <= MAX_SHOWN_WORDS):
            _show(parts, kind, token)
        elif not parts or parts[-1].kind != "gap":
            parts.append(Part("gap", ""))


def _near_a_change(passage: Sequence[_Marked]) -> list[bool]:
    near = [False] * len(passage)
    for order in (range(len(passage)), range(len(passage) - 1, -1, -1)):
        left = 0
        for index in order:
            left = CONTEXT_WORDS + 1 if passage[index][0] != "same" else left - 1
            near[index] = near[index] or left > 0
    return near


def _show(parts: list[Part], kind: Literal["same", "ins", "del"], token: _Token) -> None:
    """Append the token; the space between two parts belongs to neither a word that came nor one that went."""
    last = parts[-1] if parts else Part("break", "")
    if last.kind in ("break", "gap"):
        parts.append(Part(kind, token.text))
    elif last.kind == kind:
        parts[-1] = Part(kind, last.text + " " * token.spaced + token.text)
    elif not token.spaced and "same" in (last.kind, kind):
        parts.append(Part(kind, token.text))
    elif last.kind == "same":
        parts[-1:] = [Part("same", last.text + " "), Part(kind, token.text)]
    elif kind == "same":
        parts.append(Part("same", " " + token.text))
    else:
        parts += [Part("same", " "), Part(kind, token.text)]
