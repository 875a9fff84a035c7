"""Phones of a group that write one note, as they behave on a bad net, and what is known of what each of them typed.

Every text that is typed is another, so that it can be told what became of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Protocol
from uuid import UUID

from hypothesis import strategies as st

from hmswiki.notes.editing import Incoming
from hmswiki.notes.merging import Deed

PLACES = ((0, None), (1, None))
"""The number of a prompt, and a model."""


@dataclass(frozen=True)
class Told:
    """A line as the server tells of it, or as a phone shows it."""

    key: str
    place: int
    text: str
    base: str
    """The edit that its text comes from."""


@dataclass(frozen=True)
class Answer:
    saved: Sequence[str]
    refused: Sequence[str]


class Server(Protocol):
    def take(self, edits: Sequence[Incoming], now: datetime) -> Answer: ...
    def lines(self) -> list[Told]: ...
    def prompt(self, place: int) -> str: ...


@dataclass
class World:
    """What happened in all: who saw what when they wrote."""

    server: Server
    now: datetime = datetime(2026, 1, 18, 9, tzinfo=UTC)
    count: int = 0
    wrote: dict[str, str] = field(default_factory=dict)
    """The text of each edit that writes, by its key."""
    replaced: dict[str, str] = field(default_factory=dict)
    """The text that stood before the writer of each edit, by its key: written over or cleared knowingly."""
    accepted: set[str] = field(default_factory=set)
    order: list[tuple[str, str]] = field(default_factory=list)
    """Two points of which the second was put after the first."""
    moved: set[str] = field(default_factory=set)
    in_order: bool = True
    """Whether everything came in the order in which it was made."""

    def __post_init__(self) -> None:
        self.phones = [Phone(self, number) for number in range(3)]

    def key(self) -> str:
        self.count += 1
        return str(UUID(int=self.count, version=4))

    def deliver(self, edits: Sequence[Incoming]) -> Answer:
        answer = self.server.take(edits, self.now)
        self.accepted.update(answer.saved)
        return answer

    def settle(self) -> None:
        """The net is good, and everybody looks."""
        for phone in self.phones:
            phone.send()
        for phone in self.phones:
            phone.hear()

    def check(self) -> None:
        """Nothing lost, nothing doubled, everybody sees the same."""
        lines = self.server.lines()
        shown = [line.text for line in lines]
        assert len(shown) == len(set(shown)), "something stands there twice"
        gone = {text for key, text in self.replaced.items() if key in self.accepted}
        kept = {text for key, text in self.wrote.items() if key in self.accepted}
        assert set(shown) == kept - gone
        # What was refused is on the phone that wrote it.
        on_phones = {edit.key for phone in self.phones for edit in phone.refused}
        assert self.wrote.keys() - self.accepted <= on_phones
        for phone in self.phones:
            assert [(line.key, line.text, line.place) for line in phone.told] == [
                (line.key, line.text, line.place) for line in lines
            ]
        if self.in_order and not on_phones:
            places = {line.key: number for number, line in enumerate(lines)}
            for first, second in self.order:
                if first in places and second in places and not self.moved & {first, second}:
                    assert places[first] < places[second]


class Phone:
    """Shows what it was told with what it has not sent on top, and keeps what was not answered."""

    def __init__(self, world: World, number: int) -> None:
        self.world, self.number = world, number
        self.told: list[Told] = []
        self.outbox: list[Incoming] = []
        self.refused: list[Incoming] = []
        self.sent: list[Sequence[Incoming]] = []

    def view(self) -> list[Told]:
        shown = list(self.told)
        for edit in self.outbox:
            at = next((number for number, line in enumerate(shown) if line.key == edit.point), None)
            place = int(edit.prompt or 0)
            if edit.deed is Deed.CLEAR and at is not None:
                del shown[at]
            elif edit.deed is Deed.WRITE and at is not None:
                shown[at] = replace(shown[at], text=edit.text, base=edit.key)
            elif edit.deed is Deed.WRITE:
                _insert(shown, Told(edit.point, place, edit.text, edit.key), edit.after)
            elif edit.deed is Deed.MOVE and at is not None:
                _insert(shown, replace(shown.pop(at), place=place), edit.after)
        return shown

    # --- What somebody does with it ---

    def write_new(self, place: int, choice: int) -> None:
        beside = [line for line in self.view() if line.place == place]
        after = beside[choice % len(beside)].key if beside and choice % 4 else None
        edit = self._edit(self.world.key(), Deed.WRITE, None, place, after)
        if after is not None:
            self.world.order.append((after, edit.point))

    def write_over(self, choice: int) -> None:
        if line := self._pick(choice):
            self.world.replaced[self._edit(line.key, Deed.WRITE, line.base, line.place, None).key] = line.text

    def clear(self, choice: int) -> None:
        if line := self._pick(choice):
            self.world.replaced[self._edit(line.key, Deed.CLEAR, line.base, line.place, None).key] = line.text

    def move(self, choice: int, place: int, to: int) -> None:
        line = self._pick(choice)
        others = [one for one in self.view() if one.place == place and line and one.key != line.key]
        if line:
            after = others[to % len(others)].key if others and to % 4 else None
            self._edit(line.key, Deed.MOVE, None, place, after)
            self.world.moved.add(line.key)

    def _pick(self, choice: int) -> Told | None:
        shown = self.view()
        return shown[choice % len(shown)] if shown else None

    def _edit(self, point: str, deed: Deed, base: str | None, place: int, after: str | None) -> Incoming:
        key = self.world.key()
        text = f"{self.number}-{self.world.count}" if deed is Deed.WRITE else ""
        if text:
            self.world.wrote[key] = text
        self.outbox.append(Incoming(key, point, deed, self.world.now, text, base, after, str(place)))
        return self.outbox[-1]

    # --- What the net does with it ---

    def send(self, *, answered: bool = True, most: int | None = None) -> None:
        """Send what waits, or the first of it; on a bad net the answer never comes."""
        batch = self.outbox[:most]
        self.sent.append(batch)
        answer = self.world.deliver([self._as_sent(edit) for edit in batch])
        if answered:
            self._heard(batch, answer)

    def send_late_first(self) -> None:
        """Of what waits, the last half arrives before the first: two were on their way at once."""
        half = len(self.outbox) // 2
        late, early = self.outbox[half:], self.outbox[:half]
        if all(edit.deed is Deed.WRITE for edit in late):
            self.world.in_order = False
            for batch in (late, early):
                self._heard(batch, self.world.deliver([self._as_sent(edit) for edit in batch]))

    def send_again(self, choice: int) -> None:
        """Something that was sent long ago turns up once more."""
        if self.sent:
            self.world.deliver([self._as_sent(edit) for edit in self.sent[choice % len(self.sent)]])

    def hear(self) -> None:
        self.told = self.world.server.lines()

    def try_refused_again(self) -> None:
        self.outbox = sorted([*self.refused, *self.outbox], key=lambda edit: UUID(edit.key).int)
        self.refused = []

    def _heard(self, batch: Sequence[Incoming], answer: Answer) -> None:
        self.refused += [edit for edit in batch if edit.key in answer.refused]
        done = {edit.key for edit in batch}
        self.outbox = [edit for edit in self.outbox if edit.key not in done]

    def _as_sent(self, edit: Incoming) -> Incoming:
        return replace(edit, prompt=self.world.server.prompt(int(edit.prompt or 0)))


def _insert(lines: list[Told], line: Told, after: str | None) -> None:
    beside = [number for number, one in enumerate(lines) if one.place == line.place]
    if after is None:
        at = beside[0] if beside else len(lines)
    else:
        at = next((n for n in beside if lines[n].key == after), beside[-1] if beside else len(lines) - 1) + 1
    lines.insert(at, line)


# --- Stories ------------------------------------------------------------------------------------------------

# Few lines, so that two come to write in the same.
_PHONE, _CHOICE, _PLACE = st.integers(0, 2), st.integers(0, 4), st.integers(0, 1)

STEPS = st.one_of(
    st.tuples(st.just("write_new"), _PHONE, _PLACE, _CHOICE),
    st.tuples(st.just("write_over"), _PHONE, _CHOICE),
    st.tuples(st.just("write_over"), _PHONE, _CHOICE),
    st.tuples(st.just("write_over"), _PHONE, _CHOICE),
    st.tuples(st.just("clear"), _PHONE, _CHOICE),
    st.tuples(st.just("move"), _PHONE, _CHOICE, _PLACE, _CHOICE),
    st.tuples(st.just("send"), _PHONE),
    st.tuples(st.just("send_some"), _PHONE, st.integers(1, 3)),
    st.tuples(st.just("send_unheard"), _PHONE),
    st.tuples(st.just("send_late_first"), _PHONE),
    st.tuples(st.just("send_again"), _PHONE, _CHOICE),
    st.tuples(st.just("hear"), _PHONE),
)

Step = tuple[object, ...]


def play(world: World, story: Sequence[Step]) -> None:
    """Let it all happen, one thing a second, in a note in which something stands already."""
    for place in (0, 0, 1):
        world.phones[0].write_new(place, 1)
    world.settle()
    for name, *rest in story:
        world.now += timedelta(seconds=1)
        phone = world.phones[int(str(rest[0]))] if rest else None
        facts = [int(str(fact)) for fact in rest[1:]]
        match name:
            case "send_some":
                phone.send(most=facts[0])
            case "send_unheard":
                phone.send(answered=False)
            case "close" | "reopen":
                getattr(world.server, str(name))(world.now)
                for one in world.phones if name == "reopen" else ():
                    one.try_refused_again()
            case _:
                getattr(phone, str(name))(*facts)
    world.now += timedelta(seconds=1)
    world.settle()
