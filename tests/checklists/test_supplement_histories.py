"""Any history of central editions and of what a unit does, written to the database by the operations themselves."""

from collections import Counter
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from hmswiki.checklists import supplement_queries as queries
from hmswiki.checklists.supplements import After, AfterOwn, ClashKind, FirstIn
from hmswiki.checklists.template import Condition
from hmswiki.foundation import clock
from hmswiki.foundation.errors import Refusal
from tests import cast
from tests.checklists.supplement_making import Desk, central, list_of, publish, unit

KEYS = ["a", "b", "c", "d"]

_items = st.lists(
    st.builds(
        lambda key, text, mandatory: central(key, text, **({"mandatory": "yes"} if mandatory else {})),
        st.sampled_from(KEYS), st.sampled_from(["Én", "To", "Tre"]), st.booleans(),
    ),
    min_size=1, max_size=4, unique_by=lambda item: item["key"],
)  # fmt: skip

_deeds = st.lists(
    st.tuples(
        st.sampled_from(["publish", "add", "add", "change", "note", "leave_out", "keep", "withdraw", "take_over"]),
        st.integers(0, 50),
        _items,
    ),
    min_size=3,
    max_size=10,
)


class History:
    """What was done, and what must be there for it."""

    def __init__(self, session: Session, first: list[dict[str, Any]]) -> None:
        self.session = session
        self.desk = Desk(session, "LAB", "astrid")
        self.number = 0
        self.texts: dict[str, str] = {}
        """The texts of the unit's own items that are not withdrawn, by their ids."""
        self.publish(0, first)

    def publish(self, choice: int, items: list[dict[str, Any]]) -> None:
        self.number += 1
        publish(self.session, *items, number=f"{self.number}.0", key="brannrunde")
        self.central = items

    @property
    def seen(self) -> tuple[int, int]:
        return (self.number, 0)

    @property
    def now(self) -> queries.Supplement:
        self.session.expire_all()
        found = queries.supplement(
            self.session, list_of(self.session), unit(self.session, "LAB"), day=cast.today(), known_at=clock.now()
        )
        assert found is not None
        return found

    def add(self, choice: int, items: Any) -> None:
        key = KEYS[choice % 4]
        own = list(self.texts)
        place = (After(key), FirstIn("ways"), AfterOwn(own[choice % len(own)]) if own else After(key))[choice % 3]
        when = Condition(key, frozenset({"deviation"})) if choice % 5 == 0 else None
        text = f"Eget punkt {len(self.texts)}-{choice}"
        made = self.desk.add(text, place, of=self.seen, shown_when=when)
        self.texts[made.id] = text

    def change(self, choice: int, items: Any) -> None:
        if not self.texts:
            return
        old = list(self.texts)[choice % len(self.texts)]
        text = f"{self.texts[old]}!"
        made = self.desk.add(text, After(KEYS[choice % 4]), of=self.seen, replaces=old)
        del self.texts[old]
        self.texts[made.id] = text

    def note(self, choice: int, items: Any) -> None:
        self.desk.note(KEYS[choice % 4], "Merk.", of=self.seen)

    def leave_out(self, choice: int, items: Any) -> None:
        self.desk.leave_out(KEYS[choice % 4], of=self.seen)

    def keep(self, choice: int, items: Any) -> None:
        clashes = self.now.clashes
        if clashes:
            old = clashes[choice % len(clashes)].edit
            new = self.desk.keep(old.id, of=self.seen)
            if old.id in self.texts:
                self.texts[new.id] = self.texts.pop(old.id)

    def withdraw(self, choice: int, items: Any) -> None:
        live = [edit for edit in self.now.edits if not edit.withdrawn]
        if live:
            old = live[choice % len(live)]
            self.desk.withdraw(old.id)
            self.texts.pop(old.id, None)

    def take_over(self, choice: int, items: Any) -> None:
        """The section beneath begins its own with what holds above it: the same items are asked there."""
        if not self.now.edits or not queries.is_one(self.now.edits):
            return
        opt = Desk(self.session, "OPT", "astrid")
        opt.take_over("LAB")

    def check(self) -> None:
        found = self.now
        shown = {item.addition.id: item.item.text["nb"] for item in found.adapted.items if item.addition}
        gave_way = {clash.edit.id for clash in found.clashes if clash.kind is ClashKind.TAKEN_UP}
        assert {**shown, **{id: self.texts[id] for id in gave_way}} == self.texts
        central_now = {item["key"]: item["text"]["nb"] for item in self.central}
        assert {item.item.key: item.item.text["nb"] for item in found.adapted.items if not item.is_local} == central_now
        keys = Counter(item.item.key for item in found.adapted.items)
        assert max(keys.values()) == 1
        for item in found.adapted.items:
            assert not (item.left_out and item.item.mandatory)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=_items, deeds=_deeds)
def test_no_order_of_editions_and_local_edits_loses_a_local_item_or_shows_a_stale_central_text(
    session: Session, first: list[dict[str, Any]], deeds: list[tuple[str, int, list[dict[str, Any]]]]
) -> None:
    history = History(session, first)
    try:
        for deed, choice, items in deeds:
            try:
                with session.begin_nested():
                    getattr(history, deed)(choice, items)
            except Refusal:
                pass  # said to whoever tried; nothing is half done
            history.check()
    finally:
        session.rollback()
