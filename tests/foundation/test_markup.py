"""Whatever a person writes becomes safe HTML, soon, and never takes the caller down."""

import ast
import contextlib
import os
import re
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from html import escape
from pathlib import Path
from typing import Any

import pytest
from bleach._vendor import html5lib  # reads HTML as browsers do
from hypothesis import given, settings
from hypothesis import strategies as st

import hmswiki.foundation
from hmswiki.foundation import _markup_worker
from hmswiki.foundation.errors import TooLarge
from hmswiki.foundation.markup import (
    MAX_BYTES,
    PAGE_IDS,
    Heading,
    MarkupTooLarge,
    Rendered,
    heading_anchors,
    is_safe_link,
    render,
    render_unguarded,
)

HEADINGS = {"h2", "h3", "h4"}
ALLOWED: dict[str, set[str]] = {
    **dict.fromkeys(["p", "ul", "li", "blockquote", "hr", "br", "code", "em"], set()),
    **dict.fromkeys(["thead", "tbody", "tr"], {"role"}),
    **dict.fromkeys(HEADINGS, {"id"}),
    **dict.fromkeys(["mark", "pre"], {"class"}),
    "table": {"class", "role", "data-fold"},
    "strong": set(),
    "ol": {"start"},
    "th": {"scope", "data-align", "role"},
    "td": {"data-align", "role", "data-label"},
    "a": {"href", "title", "rel"},
    "img": {"src", "alt", "title"},
}
CLASSES = {"table": "hms-table", "mark": "hms-gap", "pre": "hms-source"}
LOCAL = r"#|/(?![/\\])|[^:/\\]*(?:[/?#]|$)"
LINK = rf"https?://[^/\\]|mailto:.|tel:.|{LOCAL}"


def elements(html: str) -> list[Any]:
    root = html5lib.parseFragment(html, treebuilder="etree", namespaceHTMLElements=False)
    return [element for element in root.iter() if element is not root]


def text_of(html: str) -> str:
    root = html5lib.parseFragment(html, treebuilder="etree", namespaceHTMLElements=False)
    return "".join(root.itertext())


def the_only(tag: str, html: str) -> Any:
    found = [element for element in elements(html) if element.tag == tag]
    assert len(found) == 1, html
    return found[0]


def squeezed(address: str) -> str:
    return re.sub(r"[\x00-\x20\x7f-\xa0]", "", address)


def assert_safe(rendered: Rendered) -> None:
    everything = elements(rendered.lead_html) + elements(rendered.html)
    for element in everything:
        assert element.tag in ALLOWED, f"{element.tag} in {rendered}"
        assert set(element.attrib) <= ALLOWED[element.tag], f"{element.attrib} in {rendered}"
        if "class" in element.attrib:
            assert element.attrib["class"] == CLASSES[element.tag]
        if element.tag == "a":
            assert re.match(LINK, squeezed(element.attrib["href"]), re.IGNORECASE), element.attrib
            is_external = squeezed(element.attrib["href"]).lower().startswith("http")
            assert element.attrib.get("rel") == ("noopener noreferrer" if is_external else None)
        if element.tag == "img":
            assert re.match(LOCAL, squeezed(element.attrib["src"])), element.attrib
            assert "alt" in element.attrib
    anchors = [element.attrib["id"] for element in everything if element.tag in HEADINGS]
    assert anchors == [heading.anchor for heading in rendered.contents]
    assert len(set(anchors)) == len(anchors)


# --- Safety ----------------------------------------------------------------------------------------------

HOSTILE = [
    # Raw HTML, whole and broken
    "<script>alert(1)</script>",
    "<SCRIPT SRC=https://evil.example/x.js></SCRIPT>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<script\n>alert(1)</script\n>",
    "<img src=x onerror=alert(1)>",
    "<img src=`javascript:alert(1)`>",
    '"><img src=x onerror=alert(1)>',
    "<svg onload=alert(1)>",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<iframe src=javascript:alert(1)></iframe>",
    "<object data=javascript:alert(1)>",
    "<embed src=//evil.example/x.swf>",
    "<form action=//evil.example><input name=password></form>",
    "<button formaction=javascript:alert(1)>Go</button>",
    "<base href=//evil.example/>",
    "<meta http-equiv=refresh content='0;url=//evil.example'>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "<style>@import '//evil.example/x.css'</style>",
    "<p style='background:url(javascript:alert(1))'>x</p>",
    "<div id=content class=hms-alert>x</div>",
    "<a href=javascript:alert(1) onclick=alert(2)>x</a>",
    "<details open ontoggle=alert(1)>x</details>",
    "<template><script>alert(1)</script></template>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<textarea></textarea><img src=x onerror=alert(1)>",
    "<!--><img src=x onerror=alert(1)>-->",
    "<![CDATA[<img src=x onerror=alert(1)>]]>",
    "<?php echo 1 ?><!DOCTYPE html>",
    "<img src=x onerror=alert(1)",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;alert(1)&#60;/script&#62;",
    "\\<script>alert(1)\\</script>",
    "<div markdown=1>\n\n<script>alert(1)</script>\n\n</div>",
    "- <script>\n\n  alert(1)</script>",
    "> <img src=x\n> onerror=alert(1)>",
    "| <img src=x onerror=alert(1)> |\n|---|\n| <script>alert(1)</script> |",
    "# <img src=x onerror=alert(1)> {: #content .x onclick=alert(1) }",
    "==<img src=x onerror=alert(1)>==",
    "`<script>alert(1)</script>`",
    "    <script>alert(1)</script>",
    "```html\n</code></pre><script>alert(1)</script>\n```",
    '``` {.x #content onclick="alert(1)"}\nx\n```',
    '```"onmouseover=alert(1)//\nx\n```',
    # What belongs to Python-Markdown itself
    "\x02wzxhzdk:0\x03 <b>x</b>",
    "\x02klzzwxh:0000\x03 *x*",
    "\x0260\x03script\x0262\x03alert(1)",
    "\x02amp\x03lt;script\x02amp\x03gt;",
    "wzxhzdk:0\n\n```\n<script>\n```\n\n\x02wzxhzdk:0\x03",
    # Addresses
    "[x](javascript:alert(1))",
    "[x](javascript:123)",
    "[x](JaVaScRiPt:123)",
    "[x](javascript&#58;alert(1))",
    "[x](javascript&#x3A;123)",
    "[x](javascript&colon;123)",
    "[x](javascript&amp;colon;123)",
    "[x](javascript&amp;#58;123)",
    "[x](&#106;avascript:123)",
    "[x](java&Tab;script:123)",
    "[x](java&NewLine;script&colon;123)",
    "[x](<java\tscript:123>)",
    "[x](<\x01javascript:123>)",
    "[x](< javascript:123>)",
    "[x](<\u00a0javascript:123>)",
    "[x](\u200bjavascript:123)",
    "[x](javascript%3A123)",
    "[x](javascript\\:123)",
    "[x](vbscript:msgbox)",
    "[x](data:text/html,<script>alert(1)</script>)",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](file:///etc/passwd)",
    "[x](blob:https://example.com/1)",
    "[x](view-source:https://example.com)",
    "[x](//evil.example)",
    "[x](/\\evil.example)",
    "[x](\\\\evil.example)",
    "[x](/&Tab;/evil.example)",
    '[x](<//evil.example/ "onclick=alert(1)>)',
    "[x](https:evil.example)",
    "[x](https:///evil.example)",
    "[x](http://[::1)",
    "[x](:80)",
    "[x]()",
    '[x](/ok "\\" onclick=alert(1) x=\\"")',
    "[x](/ok '\"><script>alert(1)</script>')",
    '[x](/ok"onclick="alert(1))',
    "[x][r]\n\n[r]: javascript:123",
    '[x][r]\n\n[r]: <javascript:123> "><script>"',
    "[r]\n\n[r]: data:text/html,x",
    "<javascript:alert(1)>",
    "<javascript://x%0aalert(1)>",
    '<x@y.no"onclick=alert(1)>',
    "[![x](javascript:1)](javascript:2)",
    "[a [b](javascript:1)](javascript:2)",
    # Images
    "![x](javascript:alert(1))",
    "![x](https://evil.example/pixel.gif)",
    "![x](//evil.example/pixel.gif)",
    "![x](data:image/svg+xml,<svg/onload=alert(1)>)",
    '![x" onerror=alert(1) y="](/ok.png)',
    "![<script>](https://evil.example/a.png)",
    "![x][r]\n\n[r]: https://evil.example/pixel.gif",
]


@pytest.mark.parametrize("payload", HOSTILE)
@pytest.mark.parametrize("setting", ["{}", "Før.\n\n{}\n\nEtter.", "- {}", "## {}"])
def test_a_hostile_text_becomes_harmless_html(payload: str, setting: str) -> None:
    assert_safe(render_unguarded(setting.replace("{}", payload)))


# Short pieces that mean something to one of the parsers: in any order, they must not add up to a hole.
PIECES = st.sampled_from(
    [
        *("<", ">", "</", "/>", "<!--", "-->", "<![CDATA[", "]]>", "<?", "&", "&#58;", "&colon;", "&Tab;"),
        *("script", "svg", "math", "style", "img ", "a ", "h1", "table", "iframe", "onerror=", "href="),
        *("javascript:", "JAVASCRIPT:", "data:", "//", "/", "\\", ":", "https://", "mailto:", "tel:", "x.no"),
        *("[", "](", ")", "]", "![", "][", "]: ", "`", "```\n", "~~~", "==", "*", "**", "_", "|", "|---|\n"),
        *("\n", "\n\n", "    ", "# ", "- ", "1. ", "> ", "\t", "\x00", "\x02", "\x03", "\x02amp\x03"),
        *('"', "'", " ", "x", "æ", "\u202e", "\ud800", "\U0001f600", "{: #x}", "\r", "\r\n", "===", "&lt;"),
    ]
)


@settings(max_examples=250, deadline=None)
@given(st.one_of(st.text(max_size=120), st.lists(PIECES, max_size=40).map("".join)))
def test_no_text_at_all_gets_past(text: str) -> None:
    assert_safe(render_unguarded(text))


@settings(max_examples=150, deadline=None)
@given(st.lists(PIECES, max_size=12).map("".join))
def test_no_address_at_all_gets_past(address: str) -> None:
    assert_safe(render_unguarded(f"[x]({address}) ![x]({address}) [x](<{address}>) <{address}>"))


def test_html_in_a_text_is_shown_as_it_was_written() -> None:
    shown = render_unguarded("Skriv <b>ikke</b> HTML.\n\n<div>Heller\n\nikke her</div>")
    assert text_of(shown.lead_html) == "Skriv <b>ikke</b> HTML."
    assert text_of(shown.html).split() == ["<div>Heller", "ikke", "her</div>"]


@pytest.mark.parametrize("raw", ["<em>x</em>", "<mark>x</mark>", '<h2 id="x">x</h2>', "<table><tr><td>x", "<br>"])
@pytest.mark.parametrize("setting", ["{}", "Før {} etter"])
def test_html_is_text_even_where_markdown_would_write_the_same(raw: str, setting: str) -> None:
    text = setting.replace("{}", raw)
    assert render_unguarded(text) == Rendered(escape(text, quote=False), "", (), len(text.split()), False)


def test_a_link_that_is_refused_leaves_its_words() -> None:
    assert render_unguarded("Les [*dette* her](javascript:123) nå.").lead_html == "Les <em>dette</em> her nå."


@pytest.mark.parametrize(
    "address",
    [
        "https://lovdata.no/lov/2005-06-17-62",
        "HTTP://example.com:8080/a?b=c&d=e#f",
        "mailto:hms@example.com?subject=Avvik",
        "tel:+4773595000",
        "/hms/guidelines/ryddedag",
        "/search?q=a:b",
        "#etter-ryddedagen",
        "ryddedag",
        "../ryddedag/utgave-2?a=1",
        "vedlegg/sjekk:liste.pdf",
    ],
)
def test_an_ordinary_address_stays_a_link(address: str) -> None:
    link = the_only("a", render_unguarded(f"[her](<{address}>)").lead_html)
    assert is_safe_link(address)
    assert link.attrib["href"] == address


@pytest.mark.parametrize(
    "address",
    ["javascript:1", "JAVA\tSCRIPT:1", "//x.no", "/\t/x.no", "\\\\x.no", "", " ", "tel:", "http:x.no", "x:"],
)
def test_another_address_is_no_link(address: str) -> None:
    assert not is_safe_link(address)


def test_links_that_leave_the_site_do_not_tell_where_from() -> None:
    shown = render_unguarded("[ute](https://example.com) [inne](/her) <https://example.org>").lead_html
    assert [(link.text, link.get("rel")) for link in elements(shown)] == [
        ("ute", "noopener noreferrer"),
        ("inne", None),
        ("https://example.org", "noopener noreferrer"),
    ]


def test_an_address_in_angle_brackets_can_be_written_to() -> None:
    link = the_only("a", render_unguarded("<hms@example.com>").lead_html)
    assert (link.attrib, link.text) == ({"href": "mailto:hms@example.com"}, "hms@example.com")


def test_a_picture_from_here_is_shown_and_one_from_elsewhere_is_described() -> None:
    shown = render_unguarded('![Øyeskyll & dusj](/files/o.png "Plan") ![](b.png) ![Et "kart"](https://x.no/a.png)')
    assert [image.attrib for image in elements(shown.lead_html)] == [
        {"alt": "Øyeskyll & dusj", "src": "/files/o.png", "title": "Plan"},
        {"alt": "", "src": "b.png"},
    ]
    assert text_of(shown.lead_html).strip() == 'Et "kart"'


def test_only_this_module_imports_the_libraries() -> None:
    product = Path(hmswiki.foundation.__file__).parents[1]
    importing = {
        path.relative_to(product).as_posix()
        for path in product.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        for name in _imported(node)
        if name.split(".")[0] in ("markdown", "bleach")
    }
    assert importing == {"foundation/markup.py"}


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.level == 0:
        return [node.module or ""]
    return []


# --- What Markdown becomes -------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["", " \n\t\n", "\x00\x1f", "\ufeff\n".strip("\ufeff")])
def test_nothing_becomes_nothing(text: str) -> None:
    assert render(text) == Rendered("", "", (), 0, False)


def test_headings_begin_at_the_second_level_and_end_at_the_fourth() -> None:
    shown = render_unguarded("# En\n\n## To\n\n### Tre\n\n#### Fire\n\n##### Fem\n\n###### Seks\n\nSju\n===")
    levels = [(element.tag, element.text) for element in elements(shown.html)]
    assert levels == [
        ("h2", "En"),
        ("h2", "To"),
        ("h3", "Tre"),
        ("h4", "Fire"),
        ("h4", "Fem"),
        ("h4", "Seks"),
        ("h2", "Sju"),
    ]
    assert [f"h{heading.level}" for heading in shown.contents] == [tag for tag, _ in levels]


def test_the_contents_list_every_heading_with_its_place_and_plain_words() -> None:
    shown = render_unguarded(
        "## Før *ryddedagen*\n\n### Når `NaOH` & ==navn== [lekker](/x) <b>\n\n> ## I sitat\n\n- ## I liste"
    )
    assert shown.contents == (
        Heading(2, "for-ryddedagen", "Før ryddedagen"),
        Heading(3, "nar-naoh-navn-lekker-b", "Når NaOH & navn lekker <b>"),
        Heading(2, "i-sitat", "I sitat"),
        Heading(2, "i-liste", "I liste"),
    )
    assert '<h2 id="for-ryddedagen">Før <em>ryddedagen</em></h2>' in shown.html


@pytest.mark.parametrize(
    ("heading", "anchor"),
    [
        ("Ærlig øvelse på Åsen", "aerlig-ovelse-pa-asen"),
        ("ÆØÅ", "aeoa"),
        ("A\u030apen dør", "apen-dor"),
        ("Čáhci, đ og ŋ", "cahci-d-og-n"),
        ("Müller & Söhne: § 4-3 (1)", "muller-sohne-4-3-1"),
        ("安全", "section"),
        ("ﬁre 🔥", "fire"),
        ("x" * 200, "x" * 80),
    ],
)
def test_an_anchor_is_plain_ascii(heading: str, anchor: str) -> None:
    assert render_unguarded(f"## {heading}").contents[0].anchor == anchor


def test_equal_headings_have_anchors_of_their_own_and_keep_them() -> None:
    text = "## Mål\n\n## Mål\n\n## Mål 2\n\n## Mal\n\n## …\n\n## —"
    anchors = [heading.anchor for heading in render_unguarded(text).contents]
    assert anchors == ["mal", "mal-2", "mal-2-2", "mal-3", "section", "section-2"]
    longer = render_unguarded(text + "\n\nMer.\n\n## Mål").contents
    assert [heading.anchor for heading in longer] == [*anchors, "mal-4"]


def test_anchors_can_be_known_without_rendering() -> None:
    headings = ["Mål", "Content", "Mål", "Ærlig & åpen"]
    shown = render_unguarded("\n\n".join(f"## {heading}" for heading in headings))
    assert heading_anchors(headings) == [heading.anchor for heading in shown.contents]


def test_no_heading_takes_an_anchor_from_the_page_around_it() -> None:
    shown = render_unguarded("\n\n".join(f"## {name.replace('-', ' ')}" for name in sorted(PAGE_IDS)))
    assert not {heading.anchor for heading in shown.contents} & PAGE_IDS
    assert len(shown.contents) == len(PAGE_IDS)


def test_a_heading_without_words_is_no_heading() -> None:
    shown = render_unguarded("***\n\n#\n\n## ![](/a.png)\n\n## Ekte")
    assert [heading.text for heading in shown.contents] == ["Ekte"]
    assert [element.tag for element in elements(shown.html)] == ["hr", "p", "img", "h2"]


def test_the_first_paragraph_is_the_lead() -> None:
    shown = render_unguarded("Et *ryddig* laboratorium\ner trygt.\n\nNeste.\n\n## Formål\n\nMer.")
    assert shown.lead_html == "Et <em>ryddig</em> laboratorium\ner trygt."
    assert shown.html.startswith("<p>Neste.</p>")


@pytest.mark.parametrize("start", ["# Formål", "- punkt", "> sitat", "| a |\n|---|\n| b |", "    kode", "***"])
def test_a_text_that_begins_otherwise_has_no_lead(start: str) -> None:
    shown = render_unguarded(f"{start}\n\nAvsnitt.")
    assert shown.lead_html == ""
    assert "<p>Avsnitt.</p>" in shown.html


def test_a_single_paragraph_is_lead_and_nothing_else() -> None:
    assert render_unguarded("Bare dette.") == Rendered("Bare dette.", "", (), 2, False)


def test_a_gap_is_marked_wherever_words_can_stand() -> None:
    shown = render_unguarded(
        "Ring ==telefon til **vakten**==.\n\n## Hos ==enheten==\n\n"
        "- ==a==, ==b\nc==\n\n| ==d== |\n|---|\n| [==e==](/e) |"
    )
    marks = [mark for mark in elements(shown.lead_html + shown.html) if mark.tag == "mark"]
    assert ["".join(mark.itertext()) for mark in marks] == [
        "telefon til vakten",
        "enheten",
        "a",
        "b\nc",
        "d",
        "e",
    ]
    assert {mark.attrib["class"] for mark in marks} == {"hms-gap"}
    assert [mark.find("strong") is not None for mark in marks] == [True, False, False, False, False, False]


@pytest.mark.parametrize(
    "text",
    [
        "`==kode==`",
        "    ==kode==",
        "```\n==kode==\n```",
        "a == b og c == d",
        "====",
        "==\n==",
        "== luft ==",
        "\\==ikke==",
        "===tre===",
        "<https://x.no/?a==b&c==d>",
        "[x](https://x.no/?a==b==c)",
        "==ikke\n\nlukket==",
    ],
)
def test_what_is_not_a_gap_stays_as_it_is(text: str) -> None:
    shown = render_unguarded(text)
    assert "<mark" not in shown.lead_html + shown.html


def test_an_address_with_equal_signs_survives() -> None:
    assert the_only("a", render_unguarded("[x](/?a==b==c)").lead_html).attrib["href"] == "/?a==b==c"


def test_a_table_says_what_its_columns_are() -> None:
    shown = render_unguarded("| Enhet | Antall | |\n|:--|--:|:-:|\n| IKJ | 12 | ja |")
    assert the_only("table", shown.html).attrib["class"] == "hms-table"
    heads = [element.attrib for element in elements(shown.html) if element.tag == "th"]
    cells = [element.attrib for element in elements(shown.html) if element.tag == "td"]
    assert [head["scope"] for head in heads] == ["col", "col", "col"]
    assert [cell.get("data-align") for cell in cells] == [None, "end", "center"]


def test_a_table_can_fold_into_blocks_whose_parts_say_what_they_are() -> None:
    shown = render_unguarded('| Enhet | *Antall* "nå" | |\n|--|--|--|\n| IKJ | 12 | ja |\n\n| Ny |\n|--|\n| tabell |')
    tables = [element for element in elements(shown.html) if element.tag == "table"]
    assert [(table.attrib["role"], table.attrib["data-fold"]) for table in tables] == [("table", "text")] * 2
    cells = [(element.text, element.get("data-label")) for element in elements(shown.html) if element.tag == "td"]
    assert cells == [("IKJ", "Enhet"), ("12", 'Antall "nå"'), ("ja", None), ("tabell", "Ny")]
    roles = {element.tag: element.attrib["role"] for table in tables for element in table.iter() if element.get("role")}
    assert roles["tr"] == "row" and roles["th"] == "columnheader" and roles["td"] == "cell"


def test_a_huge_table_does_not_grow_by_the_headings_of_its_columns() -> None:
    plain = "|a|b|\n" * 8_000
    shown = render_unguarded(f"| {'x' * 50} | {'y' * 61} |\n|--|--|\n{plain}")
    assert shown.html.count("x" * 50) <= 1 + 5_000
    assert shown.html.count("y" * 61) == 1


def test_a_numbered_list_begins_where_it_says() -> None:
    shown = render_unguarded("3. tre\n4. fire\n\n- punkt")
    assert the_only("ol", shown.html).attrib == {"start": "3"}
    assert the_only("ul", shown.html).find("li").text == "punkt"


def test_code_is_shown_and_not_coloured() -> None:
    shown = render_unguarded("```python\nif a < b & c:\n    '<script>'\n```")
    assert shown.html == "<pre><code>if a &lt; b &amp; c:\n    '&lt;script&gt;'\n</code></pre>"


def test_words_are_counted_as_a_reader_sees_them() -> None:
    text = (
        "## To ord\n\nHMS-arbeid er *vik*tig – ikke sant? &copy;\n\n"
        "- en\n- to\n\n| a | b |\n|---|---|\n| c | d |\n\n`kode`"
    )
    assert render_unguarded(text).words == 2 + 5 + 2 + 4 + 1


def test_letters_from_everywhere_survive() -> None:
    text = "Blåbærsyltetøy, čáhci, Ünï, 安全, שלום, 👩‍🔬 og e\u0301."
    assert render(text).lead_html == text


def test_control_characters_vanish_and_line_endings_are_one() -> None:
    shown = render("a\x00b\x07c\x7f\x85\ud800\r\n\r\nd\re\x0c")
    assert (shown.lead_html, shown.html) == ("abc", "<p>d\ne</p>")


# --- Limits ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module", autouse=True)
def _no_worker_is_left() -> Iterator[None]:
    yield
    _markup_worker.end_workers()


@pytest.mark.parametrize("text", ["x" * (MAX_BYTES + 1), "å" * (MAX_BYTES // 2 + 1), "\ud800" * (MAX_BYTES // 3 + 1)])
def test_a_text_beyond_the_limit_is_refused_with_the_limit(text: str) -> None:
    with pytest.raises(MarkupTooLarge, match=str(MAX_BYTES)) as refusal:
        render(text)
    assert isinstance(refusal.value, TooLarge)
    assert refusal.value.status == 413
    assert (refusal.value.size, refusal.value.limit) == (
        len(text.encode("utf-8", "surrogatepass")),
        MAX_BYTES,
    )


def test_a_text_of_just_the_limit_is_rendered() -> None:
    assert render("å" * (MAX_BYTES // 2)).lead_html == "å" * (MAX_BYTES // 2)


PLAIN = """\
## Før ryddedagen

Enhetsleder setter datoen senest **fire uker** i forveien, se [rutinen](/rutiner/rydding), én gang i
vårsemesteret og én gang i høstsemesteret. Laboratorieansvarlig sørger for at dette er på plass:

- alle brukere er varslet og har satt av tid
- avfallsdunker, etiketter og verneutstyr er bestilt
    - også for ==rommet==
- avtrekk og øyeskyller er kontrollert

1. Gå gjennom hyller, skap, kjøleskap og frysere.
2. Lever kjemikalier uten merking som *farlig avfall* samme dag.

| Rom | Ansvarlig |
|---|---|
| 101 | Astrid |

"""


@pytest.mark.parametrize("a_worker_is_running", [True, False])
def test_fifty_kilobytes_of_plain_text_always_render(a_worker_is_running: bool) -> None:
    text = PLAIN * (50_000 // len(PLAIN.encode()) + 1)
    if a_worker_is_running:
        render("Klar.")
    else:
        _markup_worker.end_workers()
    shown = render(text)
    assert not shown.failed
    assert len(shown.contents) == text.count("##")
    assert shown.html.count("<li>") == text.count("\n- ") + text.count("    - ") + text.count("\n1. ") * 2


def test_the_worker_answers_as_the_function_would() -> None:
    text = PLAIN + "\n\n".join(HOSTILE)
    assert render(text) == render_unguarded(text)


# What each of these does to Python-Markdown: minutes, or the end of the stack, or very much HTML.
TRAPS = {
    "brackets": "[" * 10_000,
    "pictures": "![" * 5_000,
    "numbers in numbers": "1. " * 3_334,
    "bullets in bullets": "+ " * 5_000,
    "quotes in quotes": "> " * 50_000,
    "one long address, many links": f"[a]: /{'x' * 10_000}\n\n" + "[a] " * 10_000,
}


@pytest.mark.parametrize("trap", TRAPS)
def test_a_trap_ends_and_its_text_is_shown_as_source(trap: str) -> None:
    shown = render(TRAPS[trap], time_limit=0.1)
    source = the_only("pre", shown.html)
    assert shown.failed
    assert source.attrib == {"class": "hms-source"}
    assert (source.text, list(source)) == (TRAPS[trap], [])
    assert (shown.lead_html, shown.contents) == ("", ())


def test_a_text_has_its_processor_time_and_no_more(caplog: pytest.LogCaptureFixture) -> None:
    render(TRAPS["brackets"], time_limit=0.1)
    assert "used up its processor time" in caplog.text


@pytest.mark.parametrize(
    "text",
    [
        "> " * 4_000,
        "\n".join("    " * depth + "- x" for depth in range(150)),
        "\n".join(">" * depth + " x" for depth in range(150)),
        "*a **b _c " * 1_000,
        "`" * 10_000,
        "[a](" * 400,
        "# a\n" * 2_000,
        "==a " * 5_000,
        "~~~\n" * 2_000,
        "|a" * 100 + "\n" + "|-" * 100 + "\n" + "|a" * 4_000,
        "&a;" * 3_000,
        "<a " * 3_000,
        "\\" * 10_000,
    ],
)
def test_a_strange_text_ends_one_way_or_the_other(text: str) -> None:
    shown = render(text, time_limit=1.0)
    assert_safe(shown)
    assert shown.failed == ('<pre class="hms-source">' in shown.html)


def test_what_could_not_be_rendered_is_escaped_and_counted() -> None:
    shown = render("<script>alert(1)</script> to ord\n" + "[" * 10_000, time_limit=0.2)
    assert shown.failed
    assert shown.html.startswith('<pre class="hms-source">&lt;script&gt;alert(1)&lt;/script&gt; to ord\n[[')
    assert shown.words == 3


def test_a_short_text_that_becomes_very_much_html_is_given_up_before_it_is_cleaned() -> None:
    with pytest.raises(Exception, match="characters of HTML"):
        render_unguarded(f"[a]: /{'x' * 5_000}\n\n" + "[a], " * 1_000)


def test_after_a_trap_the_next_text_is_rendered() -> None:
    assert render(TRAPS["brackets"], time_limit=0.2).failed
    assert render("*Ny* tekst").lead_html == "<em>Ny</em> tekst"


def test_a_text_without_time_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="without time"):
        render("x", time_limit=0)


# --- Workers ---------------------------------------------------------------------------------------------


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def wait_until(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 30
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)
    return condition()


@pytest.fixture
def worker_pid() -> int:
    _markup_worker.end_workers()
    render("Klar.")
    [pid] = _markup_worker.worker_pids()
    return pid


def test_a_worker_is_kept_for_the_next_text(worker_pid: int) -> None:
    render("Neste.")
    assert _markup_worker.worker_pids() == [worker_pid]


def test_ctrl_c_in_the_terminal_does_not_reach_the_worker(worker_pid: int) -> None:
    assert os.getpgid(worker_pid) != os.getpgid(0)


def test_a_worker_that_was_killed_is_replaced(worker_pid: int) -> None:
    os.kill(worker_pid, signal.SIGKILL)
    assert render("*Ny*").lead_html == "<em>Ny</em>"
    assert _markup_worker.worker_pids() not in ([], [worker_pid])


def test_a_worker_that_stands_still_is_not_waited_for(worker_pid: int) -> None:
    os.kill(worker_pid, signal.SIGSTOP)
    assert render("Står.", time_limit=0.1).failed
    assert not is_running(worker_pid)
    assert render("Går.").lead_html == "Går."


def test_a_caller_does_not_wait_for_ever_for_a_busy_worker() -> None:
    nobody_free = _markup_worker._Pool(0)
    with pytest.raises(_markup_worker.WorkerFailed, match="busy"):
        nobody_free.ask(b"{}", 0.05)


def test_an_ended_worker_leaves_no_zombie(worker_pid: int) -> None:
    _markup_worker.end_workers()
    with pytest.raises(ProcessLookupError):
        os.kill(worker_pid, 0)


def test_many_threads_each_get_their_own_text() -> None:
    texts = [f"## Tråd {number}\n\n{PLAIN * (number % 3)}" for number in range(12)]
    barrier = threading.Barrier(4)

    def together(text: str) -> Rendered:
        with contextlib.suppress(threading.BrokenBarrierError):
            barrier.wait(timeout=10)
        return render(text)

    with ThreadPoolExecutor(4) as threads:
        shown = list(threads.map(together, texts))
    assert [one.contents[0].text for one in shown] == [f"Tråd {number}" for number in range(12)]
    assert not any(one.failed for one in shown)
    assert 1 <= len(_markup_worker.worker_pids()) <= _markup_worker.WORKERS


def test_a_forked_child_renders_with_a_worker_of_its_own(worker_pid: int) -> None:
    with _markup_worker._pool_lock:  # as another thread may hold it at that moment
        child = os.fork()
        if child == 0:
            signal.alarm(60)
            well = False
            with contextlib.suppress(BaseException):
                well = render("*Barn*").lead_html == "<em>Barn</em>"
                well = well and worker_pid not in _markup_worker.worker_pids()
                _markup_worker.end_workers()
            os._exit(0 if well else 1)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0
    assert render("*Forelder*").lead_html == "<em>Forelder</em>"
    assert _markup_worker.worker_pids() == [worker_pid]


PROGRAM = """\
import os, signal, sys
from hmswiki.foundation import _markup_worker
from hmswiki.foundation.markup import render
print(render("*Hei*").lead_html)
print(_markup_worker.worker_pids()[0], flush=True)
"""


def run_program(ending: str) -> tuple[subprocess.CompletedProcess[str], list[int]]:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM + ending],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        capture_output=True,
        text=True,
        timeout=120,
    )
    greeting, *pids = done.stdout.splitlines()
    assert greeting == "<em>Hei</em>"
    return done, [int(pid) for pid in pids]


def test_the_worker_ends_with_the_program_and_says_nothing() -> None:
    done, [pid] = run_program("")
    assert (done.returncode, done.stderr) == (0, "")
    assert wait_until(lambda: not is_running(pid))


def test_the_worker_ends_also_when_the_program_is_killed() -> None:
    done, [pid] = run_program("os.kill(os.getpid(), signal.SIGKILL)")
    assert done.returncode == -signal.SIGKILL
    assert wait_until(lambda: not is_running(pid))


def test_a_child_that_lives_longer_does_not_keep_the_worker() -> None:
    _, [pid, child] = run_program("""\
child = os.fork()
if child == 0:
    os.closerange(0, 3)
    signal.alarm(120)
    signal.pause()
print(child, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
""")
    try:
        assert wait_until(lambda: not is_running(pid))
        assert is_running(child)
    finally:
        os.kill(child, signal.SIGKILL)


@pytest.fixture
def with_worker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Let workers run some lines before they are workers, with `convert` as Markdown's own."""

    def use(lines: str) -> None:
        program = tmp_path / "worker.py"
        program.write_text(
            "import os, runpy, sys\nfrom markdown import Markdown\nconvert = Markdown.convert\n"
            f"{textwrap.dedent(lines)}\n"
            f"runpy.run_path({_markup_worker._PROGRAM!r}, run_name='__main__')\n"
        )
        _markup_worker.end_workers()
        monkeypatch.setattr(_markup_worker, "_PROGRAM", str(program))

    yield use
    _markup_worker.end_workers()


def test_a_library_that_prints_disturbs_nobody(with_worker: Callable[[str], None]) -> None:
    with_worker("""
        def noisy(self, text):
            print("noise", flush=True)
            os.write(1, b"more noise")
            assert sys.stdin.read() == ""
            return convert(self, text)
        Markdown.convert = noisy
    """)
    assert render("*Stille*").lead_html == "<em>Stille</em>"
    assert render("*Fremdeles*").lead_html == "<em>Fremdeles</em>"


def test_a_text_that_crashes_the_renderer_is_shown_as_source(with_worker: Callable[[str], None]) -> None:
    with_worker("""
        def crashing(self, text):
            if "krasj" in text:
                os.kill(os.getpid(), 11)
            return convert(self, text)
        Markdown.convert = crashing
    """)
    assert render("*Først*").lead_html == "<em>Først</em>"
    assert render("*krasj*").html == '<pre class="hms-source">*krasj*</pre>'
    assert render("*Så*").lead_html == "<em>Så</em>"


def test_a_text_that_wants_all_memory_is_shown_as_source(with_worker: Callable[[str], None]) -> None:
    with_worker("""
        def greedy(self, text):
            if "stor" in text:
                bytes(2 << 30)
            return convert(self, text)
        Markdown.convert = greedy
    """)
    assert render("*stor*").html == '<pre class="hms-source">*stor*</pre>'
    assert render("*liten*").lead_html == "<em>liten</em>"


def test_a_renderer_that_swallows_every_exception_is_still_stopped(
    with_worker: Callable[[str], None],
) -> None:
    with_worker("""
        def stubborn(self, text):
            while "evig" in text:
                try:
                    while True: pass
                except BaseException:
                    pass
            return convert(self, text)
        Markdown.convert = stubborn
    """)
    assert render("evig", time_limit=0.2).failed
    assert render("*endelig*").lead_html == "<em>endelig</em>"


def test_a_worker_that_cannot_start_is_told_to_the_log(
    with_worker: Callable[[str], None], caplog: pytest.LogCaptureFixture
) -> None:
    with_worker("sys.exit(3)")
    assert render("*Tekst*").html == '<pre class="hms-source">*Tekst*</pre>'
    assert "did not start (exit code 3)" in caplog.text
    assert "Tekst" not in caplog.text
