"""Markdown to safe HTML: the only module of the product that imports markdown and bleach.

Two walls and a fence. Raw HTML in a text is shown as text, because the parsers that would let it through are
taken out of Python-Markdown. What Python-Markdown writes is then cleaned by bleach with our own judgement of
addresses, and only after that do we add what we vouch for ourselves: anchors, classes, `rel`.
The fence: `render` lets this happen in a worker process with a limit on time and memory, since there are
short texts that keep Python-Markdown busy for minutes. Nothing a person writes can hang or crash the caller.
"""

import html
import json
import logging
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from typing import Any, cast
from urllib.parse import unquote, urlsplit
from xml.etree.ElementTree import Element

from bleach.sanitizer import Cleaner
from markdown import Markdown
from markdown.extensions import Extension
from markdown.extensions.fenced_code import FencedCodeExtension
from markdown.extensions.sane_lists import SaneListExtension
from markdown.extensions.tables import TableExtension
from markdown.inlinepatterns import InlineProcessor

from hmswiki.foundation import _markup_worker
from hmswiki.foundation.errors import N_, TooLarge

MAX_BYTES = 200_000
"""The longest text that is rendered, in bytes of UTF-8."""

MAX_HTML_CHARACTERS = 20 * MAX_BYTES
"""Beyond this the renderer gives up: one long address behind thousands of short references grows so."""

PAGE_IDS = frozenset({"content", "toc", "whats-new", "acknowledge", "acknowledge-title", "publish", "source"})
"""Anchors that no heading gets: ids that pages around the text use. The skip link leads to `content`."""

_logger = logging.getLogger(__name__)


class MarkupTooLarge(TooLarge):
    """The text is beyond `MAX_BYTES`. `size` and `limit` are in bytes of UTF-8."""

    def __init__(self, size: int, limit: int = MAX_BYTES) -> None:
        self.size = size
        self.limit = limit
        super().__init__(
            N_("The text is too long: %(size)s bytes, and the limit is %(limit)s. Divide it into two, or shorten it."),
            size=size,
            limit=limit,
        )


@dataclass(frozen=True)
class Heading:
    """One line of the contents. `level` is 2 to 4; `text` is plain text, not HTML."""

    level: int
    anchor: str
    text: str


@dataclass(frozen=True)
class Rendered:
    """A text as safe HTML.

    `lead_html` is what stands inside the first paragraph if the text begins with one, and `html` is the rest.
    `words` counts the words a reader sees. If `failed`, the renderer gave up: `html` then holds the source,
    escaped, and there is neither lead nor contents.
    """

    lead_html: str
    html: str
    contents: tuple[Heading, ...]
    words: int
    failed: bool


def render(text: str, *, time_limit: float = 2.0) -> Rendered:
    """Render in a worker process that can be killed; never longer than a few times `time_limit`.

    `time_limit` is in seconds of the worker's own processor time, so a machine under load fails no text.
    By the clock a text may take `WALL_PER_CPU` times that, and may wait as long again for a free worker.

    Raises MarkupTooLarge before anything is begun.
    """
    source = _checked(text)
    if not source.strip():
        return Rendered("", "", (), 0, False)
    try:
        reply = _markup_worker.ask({"text": source}, cpu_seconds=time_limit)
        return _from_reply(json.loads(reply))
    except _markup_worker.WorkerFailed as failure:
        _logger.warning("A text of %d characters is shown as source: %s", len(source), failure)
        return _shown_as_source(source)


def render_unguarded(text: str) -> Rendered:
    """Render in this process. For the worker and for tests: some texts take minutes or exhaust the stack."""
    found = _Findings()
    cleaner = Cleaner(
        tags=_TAGS,
        attributes=_may_keep,
        protocols={"http", "https", "mailto", "tel"},
        filters=[cast(Any, found.dress)],
    )
    unsafe_html = _markdown().convert(_checked(text))
    if len(unsafe_html) > MAX_HTML_CHARACTERS:
        raise _GrewTooLarge(f"{len(unsafe_html)} characters of HTML")
    lead_html, rest = _split_lead(cleaner.clean(unsafe_html).strip())
    return Rendered(lead_html, rest, tuple(found.contents), _count_words("".join(found.text)), False)


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """What the worker replies to a request of `render`."""
    return asdict(render_unguarded(request["text"]))


@lru_cache(maxsize=1024)
def is_safe_link(address: str) -> bool:
    """Whether a link may lead there: http, https, mailto, tel, or a place on this site.

    `address` is the address itself, not HTML: entities are already decoded. It is judged as browsers read it,
    which drop tabs and line breaks and take a backslash for a slash.
    """
    address = _as_browsers_read(address)
    scheme = re.match(r"([a-z][a-z0-9+.-]*):(.*)", address, re.IGNORECASE | re.DOTALL)
    if scheme is None or not _is_plain(address):
        return _is_local(address)
    if scheme[1].lower() in ("http", "https"):
        return _is_web_address(address)
    return scheme[1].lower() in ("mailto", "tel") and bool(scheme[2].strip())


def heading_anchors(headings: Iterable[str]) -> list[str]:
    """The anchors that a text with these headings has when it is rendered, in the same order."""
    anchors = _Anchors(PAGE_IDS)
    return [anchors.for_text(heading) for heading in headings]


# --- Before and after ---------------------------------------------------------------------------------------

# What browsers strip from the ends of an address.
_C0_AND_SPACE = "".join(map(chr, range(0x21)))
# Control characters other than tab and line feed, halves of surrogate pairs, and what is no character at all.
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")


class _GrewTooLarge(Exception):
    """A short text became more HTML than anybody should be sent."""


def _checked(text: str) -> str:
    """`text` with plain line endings and without control characters, if it is not too large.

    Two of those, U+0002 and U+0003, are what Python-Markdown marks its own places with.
    """
    size = len(text.encode("utf-8", "surrogatepass"))
    if size > MAX_BYTES:
        raise MarkupTooLarge(size)
    return _UNSEEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def _shown_as_source(source: str) -> Rendered:
    shown = f'<pre class="hms-source">{html.escape(source)}</pre>'
    return Rendered("", shown, (), _count_words(source), True)


def _from_reply(reply: dict[str, Any]) -> Rendered:
    contents = tuple(Heading(**heading) for heading in reply["contents"])
    return Rendered(reply["lead_html"], reply["html"], contents, reply["words"], False)


def _count_words(text: str) -> int:
    return sum(any(map(str.isalnum, chunk)) for chunk in text.split())


def _split_lead(clean_html: str) -> tuple[str, str]:
    # Paragraphs do not nest, and attribute values hold no `<`: the first end tag is the right one.
    if not clean_html.startswith("<p>"):
        return "", clean_html
    lead_html, _, rest = clean_html.removeprefix("<p>").partition("</p>")
    return lead_html, rest.lstrip()


# --- Markdown -----------------------------------------------------------------------------------------------


def _markdown() -> Markdown:
    return Markdown(
        extensions=[
            TableExtension(use_align_attribute=True),
            SaneListExtension(),
            FencedCodeExtension(),
            _GapExtension(),
            _NoRawHtmlExtension(),
        ],
        output_format="html",
    )


class _NoRawHtmlExtension(Extension):
    """HTML in a text is text: without these two it is escaped like any other."""

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802
        md.preprocessors.deregister("html_block")
        md.inlinePatterns.deregister("html")


class _GapExtension(Extension):
    """`==the name of the unit==` marks what the organisation must fill in."""

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802
        md.ESCAPED_CHARS.append("=")
        # After code, links and addresses (which may hold ==), before emphasis.
        md.inlinePatterns.register(_GapProcessor(_GAP, md), "gap", 65)


# The text between has no == of its own, which also keeps the search linear.
_GAP = r"(?<!=)==(?=[^\s=])((?:[^=]|=(?!=)){1,2000})(?<=[^\s=])==(?!=)"


class _GapProcessor(InlineProcessor):
    def handleMatch(  # type: ignore[override]  # noqa: N802
        self, m: re.Match[str], data: str
    ) -> tuple[Element, int, int]:
        mark = Element("mark")
        mark.text = m.group(1)
        return mark, m.start(0), m.end(0)


# --- What bleach may keep -----------------------------------------------------------------------------------

_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_TAGS = {
    *("p", "ul", "ol", "li", "blockquote", "pre", "hr", "br", *_HEADINGS),
    *("table", "thead", "tbody", "tr", "th", "td"),
    *("a", "img", "em", "strong", "code", "mark"),
}
_INLINE = {"a", "em", "strong", "code", "mark"}


def _may_keep(tag: str, name: str, value: str) -> bool:
    """Judge an attribute as Python-Markdown wrote it: `value` may hold entities."""
    match tag, name:
        case "a", "href":
            return _holds(value, is_safe_link)
        case "img", "src":
            return _holds(value, _is_local)
        case ("a" | "img", "title") | ("img", "alt"):
            return True
        case "th" | "td", "align":
            return value in ("left", "center", "right")
        case "ol", "start":
            return re.fullmatch(r"[0-9]{1,9}", value) is not None
    return False


def _holds(value: str, judgement: Callable[[str], bool]) -> bool:
    """Whether the address is good decoded once, as by a browser, and twice, as by a careless copy of it.

    bleach alone decodes neither: it keeps href="javascript:123" and its kin, taking them for host and port.
    """
    once = html.unescape(value)
    return judgement(once) and judgement(html.unescape(once))


def _is_local(address: str) -> bool:
    """Whether it leads to this site: `/path`, `#anchor`, `path/below`; not `//elsewhere` nor `scheme:`."""
    address = _as_browsers_read(address)
    if not _is_plain(address) or address.startswith("//"):
        return False
    # No colon before the first slash; %3A neither, as someone may decode once too often.
    return address.startswith("/") or ":" not in unquote(re.split("[/#]", address)[0])


def _as_browsers_read(address: str) -> str:
    return re.sub(r"[\t\n\r]", "", address.strip(_C0_AND_SPACE))


def _is_plain(address: str) -> bool:
    return bool(address) and not _UNSEEN.search(address) and "\\" not in re.split("[?#]", address)[0]


def _is_web_address(address: str) -> bool:
    try:
        parts = urlsplit(address)
        return bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


# --- What we add to clean HTML ------------------------------------------------------------------------------

_Token = dict[str, Any]
# bleach and html5lib key attributes by namespace and name; HTML's own have none.
_HREF, _REL, _SRC, _ALT = (None, "href"), (None, "rel"), (None, "src"), (None, "alt")
_ID, _CLASS, _SCOPE = (None, "id"), (None, "class"), (None, "scope")
_ALIGN, _DATA_ALIGN = (None, "align"), (None, "data-align")
_ROLE, _FOLD, _LABEL = (None, "role"), (None, "data-fold"), (None, "data-label")


@dataclass
class _Findings:
    """Dresses the stream of clean tokens, and gathers headings and words on the way."""

    contents: list[Heading] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    anchors: "_Anchors" = field(default_factory=lambda: _Anchors(PAGE_IDS))

    def dress(self, source: Iterable[_Token]) -> Iterator[_Token]:
        """The last of bleach's filters: `source` holds only what bleach let through."""
        yield from self._with_headings(_with_folding_tables(self._with_attributes(source)))

    def _with_attributes(self, tokens: Iterable[_Token]) -> Iterator[_Token]:
        link_is_kept = True
        for token in tokens:
            name = token.get("name")
            opens = token["type"] in ("StartTag", "EmptyTag")
            if name == "a":
                # Links do not nest, so one flag is memory enough.
                if opens:
                    link_is_kept = _HREF in token["data"]
                if not link_is_kept:
                    continue
            if name == "img" and opens and _SRC not in token["data"]:
                yield {"type": "Characters", "data": html.unescape(token["data"].get(_ALT, ""))}
                continue
            if opens:
                _dress_tag(token)
            yield token

    def _with_headings(self, tokens: Iterable[_Token]) -> Iterator[_Token]:
        heading: list[_Token] = []
        for token in tokens:
            self.text.append(_text_of(token))
            if heading or (token["type"] == "StartTag" and token["name"] in _HEADINGS):
                heading.append(token)
            else:
                yield token
            if heading and token["type"] == "EndTag" and token["name"] == heading[0]["name"]:
                yield from self._heading(heading)
                heading = []
        yield from heading

    def _heading(self, tokens: list[_Token]) -> list[_Token]:
        """Give a heading its level and anchor and enter it in the contents; a wordless one is a paragraph."""
        start, *inner, end = tokens
        text = " ".join("".join(map(_text_of, inner)).split())
        if not text:
            start["name"] = end["name"] = "p"
            return tokens if inner else []
        # Pages have the title as h1, so a text begins at h2; and below h4 nobody sees a difference.
        level = min(max(int(start["name"][1]), 2), 4)
        heading = Heading(level, self.anchors.for_text(text), text)
        self.contents.append(heading)
        start["name"] = end["name"] = f"h{level}"
        start["data"] = {_ID: heading.anchor}
        return tokens


def _dress_tag(token: _Token) -> None:
    attributes = token["data"]
    align = attributes.pop(_ALIGN, None)
    if align in ("center", "right"):
        attributes[_DATA_ALIGN] = "end" if align == "right" else "center"
    match token["name"]:
        case "a" if _is_external(attributes[_HREF]):
            attributes[_REL] = "noopener noreferrer"
        case "img":
            attributes.setdefault(_ALT, "")
        case "mark":
            attributes[_CLASS] = "hms-gap"
        case "table":
            attributes[_CLASS] = "hms-table"
        case "th":
            attributes[_SCOPE] = "col"


# What a table's parts are called where its rows become blocks, since they then look like no table to the browser.
_ROLES = {
    "table": "table",
    "thead": "rowgroup",
    "tbody": "rowgroup",
    "tr": "row",
    "th": "columnheader",
    "td": "cell",
}
_LONGEST_LABEL = 60
# Each cell repeats its column's heading, so a huge table would grow out of all proportion: the rest goes without.
_MOST_CELLS_DRESSED = 5_000


def _with_folding_tables(tokens: Iterable[_Token]) -> Iterator[_Token]:
    """Let each cell of a table say what it is: in a narrow window a row becomes a block of its own."""
    cells = column = 0
    labels: list[str] = []
    heading: list[str] | None = None  # the words of the heading that is open
    for token in tokens:
        kind, name = token["type"], token.get("name")
        if kind == "StartTag" and name in _ROLES and cells < _MOST_CELLS_DRESSED:
            attributes = token["data"]
            attributes[_ROLE] = _ROLES[name]
            if name == "table":
                attributes[_FOLD] = "text"
                labels = []
            elif name == "tr":
                column = 0
            elif name == "th":
                heading = []
            elif name == "td":
                if column < len(labels) and 0 < len(labels[column]) <= _LONGEST_LABEL:
                    attributes[_LABEL] = labels[column]
                column += 1
                cells += 1
        elif kind == "EndTag" and name == "th" and heading is not None:
            labels.append(" ".join("".join(heading).split()))
            heading = None
        elif heading is not None:
            heading.append(_text_of(token))
        yield token


def _is_external(href: str) -> bool:
    return re.match(r"https?:", _as_browsers_read(html.unescape(href)), re.IGNORECASE) is not None


def _text_of(token: _Token) -> str:
    """What a reader sees of a token: words within a line stay whole, words in different blocks apart."""
    match token["type"]:
        case "Characters" | "SpaceCharacters":
            return str(token["data"])
        case "Entity":
            return html.unescape(f"&{token['name']};")
        case "EmptyTag" if token["name"] == "img":
            return f" {html.unescape(token['data'].get(_ALT, ''))} "
        case _:
            return "" if token.get("name") in _INLINE else " "


# Letters that do not fall apart into a base letter and an accent.
_LETTERS = str.maketrans(
    dict(zip("æøåœßðđþŋŧł", ("ae", "o", "a", "oe", "ss", "d", "d", "th", "n", "t", "l"), strict=True))
)


class _Anchors:
    """Names for headings: ASCII, unique in the text, and the same as long as the headings stay the same."""

    def __init__(self, taken: Iterable[str]) -> None:
        self._taken = set(taken)
        self._last: dict[str, int] = {}

    def for_text(self, text: str) -> str:
        base = _slug(text) or "section"
        anchor = base
        while anchor in self._taken:
            # The last number is kept, or a thousand equal headings would be counted from the start each time.
            self._last[base] = self._last.get(base, 1) + 1
            anchor = f"{base}-{self._last[base]}"
        self._taken.add(anchor)
        return anchor


def _slug(text: str) -> str:
    letters = unicodedata.normalize("NFKD", unicodedata.normalize("NFC", text).lower().translate(_LETTERS))
    words = re.findall(r"[a-z0-9]+", letters.encode("ascii", "ignore").decode())
    return "-".join(words)[:80].strip("-")
