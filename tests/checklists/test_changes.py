"""What changed between two states of a checklist."""

from dataclasses import replace

from hypothesis import given

from hmswiki.checklists import changes, reading
from hmswiki.checklists.changes import How
from hmswiki.checklists.template import Checklist
from tests.checklists.makers import ROOM
from tests.checklists.making import checklists
from tests.support import once

pytestmark = once


def differences(new: str) -> list[tuple[str, str]]:
    found = changes.between(reading.read(ROOM), reading.read(new))
    return [(change.how.value, change.item.key) for change in found.items]


@given(checklists())
def test_a_checklist_does_not_differ_from_itself(checklist: Checklist) -> None:
    assert not changes.between(checklist, checklist)


@given(checklists(), checklists())
def test_what_is_told_leads_from_the_one_to_the_other(old: Checklist, new: Checklist) -> None:
    """Whatever two lists there are: each item that came, went or is otherwise is told once, and no other."""
    told = changes.between(old, new).items
    before, after = ({item.key: item for item in which.items} for which in (old, new))
    by = {how: {change.item.key for change in told if change.how is how} for how in How}
    assert by[How.ADDED] == after.keys() - before.keys()
    assert by[How.REMOVED] == before.keys() - after.keys()
    assert by[How.CHANGED] == {key for key in before.keys() & after.keys() if before[key] != after[key]}
    assert len(told) == sum(map(len, by.values()))


def test_a_word_is_a_change_of_one_item_and_asks_the_same() -> None:
    new = reading.read(ROOM.replace("Hvor kaldt er det?", "Hva viser termometeret?"))
    found = changes.between(reading.read(ROOM), new)
    assert [(change.how, change.item.key, change.parts) for change in found.items] == [
        (How.CHANGED, "temperatur", ("text",))
    ]
    assert not found.asks_otherwise


def test_another_bound_asks_otherwise() -> None:
    assert changes.between(reading.read(ROOM), reading.read(ROOM.replace("maximum: 8", "maximum: 9"))).asks_otherwise


def test_an_item_that_moved_is_told_once_and_those_around_it_are_not() -> None:
    old = reading.read(ROOM)
    room, alarm = old.sections
    new = replace(old, sections=(replace(room, items=room.items[::-1]), alarm))
    assert [change.how for change in changes.between(old, new).items] == [How.MOVED]


def test_sections_and_what_the_list_says_of_itself_are_told() -> None:
    new = ROOM.replace("nb: Alarmen", "nb: Varsling").replace("nb: Kjølerom", "nb: Kaldrom")
    found = changes.between(reading.read(ROOM), reading.read(new))
    assert (found.facts, [change.how for change in found.sections], found.items) == (("title",), [How.CHANGED], ())
