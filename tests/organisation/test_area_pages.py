"""The areas' pages: who may open them, what they show, what they do."""

import re
from typing import Any

import pytest


def words_of(answer: Any) -> str:
    """The page without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))


@pytest.mark.parametrize("address", ["/areas", "/areas/B1-2", "/areas/B1-219", "/areas/B1-2/door", "/areas?vacant=any"])
def test_x(as_bjorn: Any, as_ivar: Any, address: str) -> None:
    for who in (as_ivar, as_bjorn):
        answer = who.get(address, headers={"Accept-Language": "en"})
        print(words_of(answer))
        assert answer.status_code == 200
    pass
