"""How lines that several write at once become one note: examples, and whatever three phones may do on a bad net."""

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hmswiki.foundation.errors import Refusal
from hmswiki.notes import merging, ranks
from hmswiki.notes.editing import Incoming
from hmswiki.notes.merging import LAST, Deed, Given, Happening, Note, Place, merge
from tests.notes.phones import STEPS, Answer, Step, Told, World, play

AT = datetime(2026, 1, 18, 9, tzinfo=UTC)
HERE = Place(1)


def key(number: int) -> str:
    return str(UUID(int=number, version=4))


class OneNote:
    """A server that only merges. It knows what it was told before, as the real one does by its table."""

    def __init__(self) -> None:
        self.note = Note()
        self.happened: list[Happening] = []
        self.landed: dict[str, str] = {}

    def take(self, edits: Sequence[Incoming], now: datetime) -> Answer:
        for edit in edits:
            if edit.key not in self.landed:
                line = self.note.lines.get(edit.point)
                place = line.place if line and edit.deed is not Deed.MOVE else Place(int(edit.prompt or 0))
                asked = Given(edit.key, edit.point, edit.deed, place, edit.text, edit.base, edit.after)
                merged = merge(self.note, asked, at=now)
                self.happened += merged.happenings
                if merged.happenings:
                    self.landed[edit.key] = merged.point
        return Answer([edit.key for edit in edits], [])

    def lines(self) -> list[Told]:
        places = {line.place for line in self.note.shown}
        return [
            Told(line.key, place.prompt_id, line.text, line.written)
            for place in sorted(places, key=lambda one: one.prompt_id)
            for line in self.note.at(place)
            if line.cleared_at is None
        ]

    def prompt(self, place: int) -> str:
        return str(place)


@settings(max_examples=400, deadline=None)
@given(st.lists(STEPS, min_size=10, max_size=60))
def test_whatever_three_phones_do_nothing_is_lost_nothing_doubled_and_all_see_the_same(story: list[Step]) -> None:
    world = World(OneNote())
    play(world, story)
    world.check()


@settings(max_examples=100, deadline=None)
@given(st.lists(STEPS, min_size=10, max_size=60))
def test_what_happened_gone_through_again_gives_the_same_note(story: list[Step]) -> None:
    server = OneNote()
    play(World(server), story)
    again = Note()
    for happening in server.happened:
        again.take(happening, AT)

    def shown(note: Note) -> list[tuple[object, ...]]:
        return sorted(
            (one.key, one.place.prompt_id, one.rank, one.text, one.written, bool(one.cleared_at))
            for one in note.lines.values()
        )

    assert shown(again) == shown(server.note)
    assert again.bases == server.note.bases


# --- Two who write the same line ----------------------------------------------------------------------------


def written(note: Note, number: int, point: int, text: str, base: int | None = None, **more: object) -> str:
    """Let the edit `number` write; the point where its text ended."""
    asked = Given(key(number), key(point), Deed.WRITE, HERE, text, key(base) if base else None, **more)  # type: ignore[arg-type]
    return merge(note, asked, at=AT).point


def shown(note: Note) -> list[str]:
    return [line.text for line in note.at(HERE) if line.cleared_at is None]


def test_a_line_is_written_over_by_who_has_seen_it() -> None:
    note = Note()
    written(note, 1, 100, "En")
    assert written(note, 2, 100, "En fast side", base=1) == key(100)
    assert shown(note) == ["En fast side"]


def test_of_two_who_wrote_over_the_same_the_second_gets_a_line_right_after() -> None:
    note = Note()
    written(note, 1, 100, "En")
    written(note, 2, 101, "Sist", after=LAST)
    written(note, 3, 100, "En side", base=1)
    beside = written(note, 4, 100, "En plan", base=1)
    assert shown(note) == ["En side", "En plan", "Sist"]
    # What the second typed on, before the answer said where it was, goes on there.
    assert written(note, 5, 100, "En plan for alle", base=4) == beside
    assert shown(note) == ["En side", "En plan for alle", "Sist"]


def test_two_who_write_the_same_words_write_one_line() -> None:
    note = Note()
    written(note, 1, 100, "En")
    written(note, 2, 100, "En side", base=1)
    assert written(note, 3, 100, "En side", base=1) == key(100)
    written(note, 4, 100, "En side til", base=2)
    assert shown(note) == ["En side til"]


def test_a_line_that_somebody_cleared_comes_back_for_who_wrote_in_it_meanwhile() -> None:
    note = Note()
    written(note, 1, 100, "En")
    merge(note, Given(key(2), key(100), Deed.CLEAR, HERE, base=key(1)), at=AT)
    assert shown(note) == []
    assert written(note, 3, 100, "En side", base=1) == key(100)
    assert shown(note) == ["En side"]


def test_who_clears_what_another_has_changed_clears_nothing() -> None:
    note = Note()
    written(note, 1, 100, "En")
    written(note, 2, 100, "En side", base=1)
    assert merge(note, Given(key(3), key(100), Deed.CLEAR, HERE, base=key(1)), at=AT).happenings == ()
    assert shown(note) == ["En side"]


def test_an_empty_line_is_a_line_cleared() -> None:
    note = Note()
    written(note, 1, 100, "En")
    written(note, 2, 100, "", base=1)
    assert shown(note) == []


# --- Order --------------------------------------------------------------------------------------------------


def test_a_new_line_is_first_right_after_another_or_last() -> None:
    note = Note()
    written(note, 1, 100, "b")
    written(note, 2, 101, "a", after=None)
    written(note, 3, 102, "d")
    written(note, 4, 103, "c", after=key(100))
    written(note, 5, 104, "e", after=key(999))
    assert shown(note) == ["a", "b", "c", "d", "e"]


def test_a_line_goes_where_it_is_moved_also_after_one_that_was_cleared() -> None:
    note = Note()
    for number, text in enumerate("abc", start=1):
        written(note, number, 100 + number, text)
    merge(note, Given(key(9), key(102), Deed.CLEAR, HERE, base=key(2)), at=AT)
    merge(note, Given(key(10), key(101), Deed.MOVE, HERE, after=key(102)), at=AT)
    assert shown(note) == ["a", "c"]
    merge(note, Given(key(11), key(101), Deed.MOVE, HERE, after=key(103)), at=AT)
    assert shown(note) == ["c", "a"]
    merge(note, Given(key(12), key(101), Deed.MOVE, Place(2), after=None), at=AT)
    assert (shown(note), [line.text for line in note.at(Place(2))]) == (["c"], ["a"])


def test_lines_that_are_moved_to_and_fro_for_hours_keep_their_order() -> None:
    note = Note()
    for number in range(1, 5):
        written(note, number, 100 + number, str(number))
    first, second = key(102), key(103)
    for number in range(10, 2010):
        first, second = second, first
        merge(note, Given(key(number), second, Deed.MOVE, HERE, after=key(101)), at=AT)
        assert [line.key for line in note.at(HERE)] == [key(101), second, first, key(104)]
    assert max(len(line.rank) for line in note.lines.values()) <= ranks.LONGEST


@given(st.lists(st.integers(0, 300), max_size=120))
def test_there_is_always_room_between_two(places: list[int]) -> None:
    found: list[str] = []
    for place in places:
        at = place % (len(found) + 1)
        low, high = found[at - 1] if at else None, found[at] if found[at:] else None
        found.insert(at, ranks.between(low, high))
    assert all(first < second for first, second in pairwise(found))


# --- What a line may be -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("  en \r\n to\t", "en to"), ("a\0b\x1bc", "abc"), ("\ud800a", "a"), ("\u202esnudd", "snudd"), ("👩‍🔬", "👩‍🔬")],
)
def test_a_line_is_one_line_without_signs_that_nobody_sees(typed: str, kept: str) -> None:
    assert merging.checked(typed) == kept


def test_a_line_that_is_too_long_is_refused_with_its_length() -> None:
    with pytest.raises(Refusal, match="1001 characters"):
        merging.checked("a" * 1001)


def test_a_note_takes_three_hundred_points_and_one_more_when_one_was_cleared() -> None:
    note = Note()
    for number in range(1, 301):
        written(note, number, 1000 + number, str(number))
    with pytest.raises(Refusal, match="300 points"):
        written(note, 301, 1301, "en til")
    merge(note, Given(key(302), key(1001), Deed.CLEAR, HERE, base=key(1)), at=AT)
    written(note, 303, 1302, "en til")
    assert len(shown(note)) == 300
