"""What a draft becomes, decided without a database."""

from hmswiki.guidelines import drafting
from tests.support import once

pytestmark = once


def test_what_was_written_is_followed_by_where_it_came_from_in_each_language() -> None:
    credit = {"nb": "Fra møtet.", "nn": "Frå møtet.", "en": "From the meeting."}
    assert drafting.with_credits(None, []) is None
    assert drafting.with_credits("Nytt.", []) == "Nytt."
    assert drafting.with_credits({"nb": "Nytt.", "en": "New."}, [credit]) == {
        "nb": "Nytt.\nFra møtet.", "nn": "Frå møtet.", "en": "New.\nFrom the meeting.",
    }  # fmt: skip
    assert drafting.with_credits("Nytt.", [{"nb": "Fra møtet."}]) == {"nb": "Nytt.\nFra møtet."}
