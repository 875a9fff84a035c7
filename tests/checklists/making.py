"""Checklists of every shape, for properties that all of them must have."""

from typing import Any

from hypothesis import strategies as st

from hmswiki.checklists.template import (
    Checklist,
    Choice,
    Condition,
    Item,
    Kind,
    Passage,
    Section,
    answers_of,
    possible_findings,
)
from hmswiki.foundation.permissions import Role

keys = st.text("abcdefgh019", min_size=1, max_size=5) | st.sampled_from(["a-b", "null", "yes", "no-1-x"])
_signs = st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp"), exclude_characters="\ufeff\ufffe\uffff")
_lines = st.one_of(
    st.text(_signs, min_size=1, max_size=20),
    st.sampled_from(
        ["null", "~", "yes", "On", "0x1F", "2026-01-31", "1.10", "- a", "a: b", "a #b", "'", '"', "&a", "*"]
    ),
)
_one_line = _lines.map(str.strip).filter(bool)
_long = st.lists(_lines, min_size=1, max_size=3).map("\n".join).map(str.strip).filter(bool)
_numbers = st.decimals(min_value=-1000, max_value=1000, places=2)


def _wordings(texts: st.SearchStrategy[str]) -> st.SearchStrategy[dict[str, str]]:
    return st.fixed_dictionaries({"nb": texts}, optional={"nn": texts, "en": texts})


wordings = _wordings(_one_line)
long_wordings = _wordings(_long)


@st.composite
def items(draw: Any, key: str, earlier: tuple[Item, ...] = ()) -> Item:
    """An item that may depend on one of the earlier ones."""
    kind = draw(st.sampled_from(Kind))
    facts: dict[str, Any] = {}
    if kind is Kind.NUMBER:
        low, high = sorted((draw(_numbers), draw(_numbers)))
        facts = {
            "unit": draw(st.none() | wordings),
            "minimum": draw(st.none() | st.just(low)),
            "maximum": draw(st.none() | st.just(high)),
        }
    elif kind is Kind.CHOICE:
        facts["choices"] = tuple(
            Choice(each, draw(wordings)) for each in draw(st.lists(keys, min_size=2, max_size=3, unique=True))
        )
    bare = Item(key, {"nb": "?"}, kind, **facts)
    possible = possible_findings(bare)
    conditions = [item for item in earlier if answers_of(item)]
    shown_when = None
    if conditions and draw(st.booleans()):
        other = draw(st.sampled_from(conditions))
        answers = draw(st.sets(st.sampled_from(answers_of(other)), min_size=1))
        shown_when = Condition(other.key, frozenset(answers))
    return Item(
        key,
        draw(wordings),
        kind,
        help=draw(st.none() | long_wordings),
        passage=draw(st.none() | st.builds(Passage, keys, keys)),
        required=draw(st.booleans()),
        mandatory=draw(st.booleans()),
        findings=frozenset(draw(st.sets(st.sampled_from(possible))) if possible else ()),
        shown_when=shown_when,
        **facts,
    )


@st.composite
def checklists(draw: Any) -> Checklist:
    made: list[Item] = []
    for key in draw(st.lists(keys, min_size=1, max_size=6, unique=True)):
        made.append(draw(items(key, tuple(made))))
    cut = draw(st.integers(min_value=1, max_value=len(made)))
    parts = [part for part in (made[:cut], made[cut:]) if part]
    section_keys = draw(st.lists(keys, min_size=len(parts), max_size=len(parts), unique=True))
    return Checklist(
        draw(keys),
        draw(wordings),
        tuple(
            Section(key, draw(wordings), tuple(part)) for key, part in zip(section_keys, parts, strict=True)
        ),
        tuple(draw(st.lists(keys, max_size=2, unique=True))),
        draw(st.none() | long_wordings),
        tuple(draw(st.lists(st.sampled_from([str(role) for role in Role]), max_size=2, unique=True))),
    )  # fmt: skip
