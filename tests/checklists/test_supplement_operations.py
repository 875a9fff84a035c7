"""What units record in their supplements, and what comes of it."""

from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from hmswiki.checklists import supplement_operations as operations
from hmswiki.checklists import supplement_queries as queries
from hmswiki.checklists.operations import publish_edition, send_for_approval
from hmswiki.checklists.supplement_taking import take_up
from hmswiki.checklists.supplements import AfterOwn, FirstIn, OwnSection
from hmswiki.checklists.template import Condition, Kind
from hmswiki.foundation import clock
from hmswiki.foundation.errors import Conflict, NotAllowed, NotFound, Refusal, Superseded
from tests import cast
from tests.checklists.supplement_making import (
    DOORS,
    FRIDGE,
    ROUTES,
    Desk,
    central,
    list_of,
    new_unit,
    publish,
    unit,
    who,
)


@pytest.fixture
def astrid(session: Session) -> Desk:
    publish(session, ROUTES, DOORS, rooms=[FRIDGE])
    return Desk(session, "LAB", "astrid")


@pytest.fixture
def tora(session: Session, astrid: Desk) -> Desk:
    return Desk(session, "FAC", "tora")


def run(session: Session, code: str, *, day: date | None = None) -> queries.Supplement:
    found = queries.supplement(
        session, list_of(session), unit(session, code), day=day or cast.today(), known_at=clock.now()
    )
    assert found is not None
    return found


def asked(session: Session, code: str) -> list[str]:
    return [item.text["nb"] for item in run(session, code).adapted.checklist.items]


def clashes(session: Session, code: str) -> list[tuple[str, str]]:
    return [(str(clash.kind), clash.item) for clash in run(session, code).clashes]


# --- Whose supplement holds where -----------------------------------------------------------------------------


def test_a_unit_without_a_supplement_runs_the_central_list(session: Session, astrid: Desk) -> None:
    assert asked(session, "LAB") == ["Er rømningsveiene frie?", "Er dørene lukket?", "Er kjøleskapet merket?"]
    assert run(session, "LAB").of is None


def test_a_supplement_holds_for_the_units_beneath_and_not_beside(session: Session, astrid: Desk) -> None:
    astrid.add("Er laseren av?")
    assert "Er laseren av?" in asked(session, "OPT")
    assert run(session, "OPT").of == unit(session, "LAB")
    assert not run(session, "OPT").is_own
    assert "Er laseren av?" not in asked(session, "WRK")
    assert "Er laseren av?" not in asked(session, "FAC")


def test_a_unit_with_a_supplement_of_its_own_has_that_alone_until_it_is_withdrawn(
    session: Session, astrid: Desk, tora: Desk
) -> None:
    tora.add("Er fakultetets skap låst?")
    own = astrid.add("Er laseren av?")
    assert "Er fakultetets skap låst?" not in asked(session, "LAB")
    assert "Er fakultetets skap låst?" not in asked(session, "OPT")
    assert "Er fakultetets skap låst?" in asked(session, "WRK")
    astrid.withdraw(own.id)
    assert "Er fakultetets skap låst?" in asked(session, "OPT")
    assert run(session, "LAB").of == unit(session, "FAC")


def test_no_edition_in_force_is_no_adapted_list(session: Session, astrid: Desk) -> None:
    lab, brannrunde = unit(session, "LAB"), list_of(session)
    assert queries.adapted(session, brannrunde, lab, day=date(2025, 12, 31), known_at=clock.now()) is None
    brannrunde.retired_on = cast.today()
    assert queries.adapted(session, brannrunde, lab, day=cast.today(), known_at=clock.now()) is None


def test_what_was_known_then_is_what_is_shown_for_then(session: Session, astrid: Desk) -> None:
    brannrunde, lab = list_of(session), unit(session, "LAB")
    added = astrid.add("Er laseren av?")
    gone = astrid.withdraw(added.id)
    row = queries.edits_of(session, brannrunde.id, [lab.id], known_at=None)[lab.id][0]
    assert gone.id == added.id and row.withdrawn is not None
    for known_at, is_there in (
        (row.at - timedelta(microseconds=1), False), (row.at, True), (row.withdrawn.at, False),
    ):  # fmt: skip
        found = queries.adapted(session, brannrunde, lab, day=cast.today(), known_at=known_at)
        assert found is not None
        assert any(item.is_local for item in found.items) is is_there


# --- Recording -------------------------------------------------------------------------------------------------


def test_an_item_is_given_a_key_that_says_what_it_is_and_that_nothing_ever_had(session: Session, astrid: Desk) -> None:
    publish(session, ROUTES, central("er-laseren-av"), number="0.1", on=date(2025, 1, 1))
    first = astrid.add("Er laseren av?")
    assert first.item.key == "er-laseren-av-2"
    astrid.withdraw(first.id)
    assert astrid.add("Er laseren av?").item.key == "er-laseren-av-3"
    assert astrid.add("你好").item.key == "lokalt"


def test_items_of_all_places_stand_where_they_were_put_after_a_trip_through_the_database(
    session: Session, astrid: Desk
) -> None:
    first = astrid.add("Er nøddusjen prøvd?", FirstIn("rooms"))
    astrid.add("Når?", AfterOwn(first.id), kind=Kind.DATE, shown_when=Condition(first.item.key, frozenset({"ok"})))
    astrid.add("Noe mer?", OwnSection("annet", {"nb": "Annet"}), kind=Kind.TEXT, required=False)
    astrid.add("Er laseren av?")
    session.expire_all()
    adapted = run(session, "LAB").adapted
    assert [[each.item.text["nb"] for each in part.items] for part in adapted.sections] == [
        ["Er rømningsveiene frie?", "Er laseren av?", "Er dørene lukket?"],
        ["Er nøddusjen prøvd?", "Når?", "Er kjøleskapet merket?"],
        ["Noe mer?"],
    ]
    assert adapted.clashes == ()
    assert [part.title["nb"] for part in adapted.sections if part.is_local] == ["Annet"]


def test_changing_an_item_keeps_its_key_and_the_old_form_in_the_history(session: Session, astrid: Desk) -> None:
    first = astrid.add("Er laseren av?")
    second = astrid.add("Er begge lasere av?", replaces=first.id)
    assert second.item.key == first.item.key
    supplement = run(session, "LAB")
    assert [edit.item.text["nb"] for edit in supplement.additions] == ["Er begge lasere av?"]
    events = queries.history(session, supplement.edits)
    assert [(event.by, event.is_withdrawal) for event in events] == [("Astrid Aas", False), ("Astrid Aas", False)]


def test_a_mandatory_item_cannot_be_left_out_and_another_can(session: Session, astrid: Desk) -> None:
    with pytest.raises(Refusal, match="must be asked everywhere"):
        astrid.leave_out("routes")
    astrid.leave_out("fridge", "Vi har ikke kjøleskap.")
    assert "Er kjøleskapet merket?" not in asked(session, "LAB")
    left_out = [each.left_out for each in run(session, "LAB").adapted.items if each.left_out]
    assert [mark.because["nb"] for mark in left_out] == ["Vi har ikke kjøleskap."]


def test_only_the_units_own_leader_and_coordinator_adapt_it(session: Session, astrid: Desk) -> None:
    edit = astrid.note("doors", "Også bakdøra.")
    for key in ("bjorn", "siri", "olav", "hanne", "frida"):
        for act in (
            lambda desk: desk.add("Er alt vel?"), lambda desk: desk.note("fridge", "Nei."),
            lambda desk: desk.leave_out("fridge"), lambda desk: desk.withdraw(edit.id),
            lambda desk: desk.keep(edit.id, of=(1, 0)), lambda desk: desk.take_over("FAC"),
        ):  # fmt: skip
            with pytest.raises(NotAllowed):
                act(Desk(session, "LAB", key))
    assert Desk(session, "LAB", "chen").note("fridge", "Ja.").text == {"nb": "Ja."}
    assert Desk(session, "OPT", "astrid").note("fridge", "Her også.")


def test_of_two_who_change_one_line_the_second_is_told_and_the_first_stands(session: Session, astrid: Desk) -> None:
    note = astrid.note("doors", "Også bakdøra.")
    astrid.note("doors", "Også porten.", replaces=note.id)
    with pytest.raises(Conflict, match="meanwhile"):
        Desk(session, "LAB", "chen").note("doors", "Også luka.", replaces=note.id)
    with pytest.raises(Conflict):
        astrid.withdraw(note.id)
    assert [each.text["nb"] for each in run(session, "LAB").notes] == ["Også porten."]


def test_who_looked_at_an_older_edition_is_told_of_the_newer(session: Session, astrid: Desk) -> None:
    publish(session, ROUTES, number="2.0")
    with pytest.raises(Superseded, match=r"2\.0"):
        astrid.note("routes", "Også trappa.")


def test_a_line_of_another_units_supplement_is_none_of_this(session: Session, astrid: Desk, tora: Desk) -> None:
    theirs = tora.note("doors", "Også porten.")
    with pytest.raises(NotFound):
        astrid.withdraw(theirs.id)
    with pytest.raises(Conflict):
        astrid.note("doors", "Min.", replaces=theirs.id)


def test_a_withdrawal_needs_a_reason_which_the_history_tells(session: Session, astrid: Desk) -> None:
    note = astrid.note("doors", "Også bakdøra.")
    with pytest.raises(Refusal, match="Say why"):
        astrid.withdraw(note.id, "  ")
    astrid.withdraw(note.id, "Bakdøra er murt igjen.")
    edits = queries.edits_of(session, list_of(session).id, [unit(session, "LAB").id], known_at=None)
    latest, _first = queries.history(session, edits[unit(session, "LAB").id])
    assert (latest.is_withdrawal, latest.reason) == (True, "Bakdøra er murt igjen.")


def test_nothing_is_recorded_for_a_unit_that_is_closed(session: Session, astrid: Desk) -> None:
    unit(session, "LAB").closed = cast.today()
    with pytest.raises(Refusal, match="not open today"):
        astrid.note("doors", "Også bakdøra.")


# --- A new edition --------------------------------------------------------------------------------------------


def test_a_changed_item_under_a_note_is_a_to_do_until_it_is_kept(session: Session, astrid: Desk) -> None:
    note = astrid.note("doors", "Også bakdøra.")
    astrid.add("Er laseren av?")
    publish(session, central("doors", "Er dørene låst?"), ROUTES, number="2.0")
    assert clashes(session, "LAB") == [("item_changed", "doors")]
    assert asked(session, "LAB") == ["Er dørene låst?", "Er rømningsveiene frie?", "Er laseren av?"]
    astrid.keep(note.id, of=(2, 0))
    assert clashes(session, "LAB") == []
    assert [each.text["nb"] for each in run(session, "LAB").notes] == ["Også bakdøra."]


# --- Taking over ----------------------------------------------------------------------------------------------


def test_a_new_unit_begins_with_none_and_sees_those_of_the_units_it_carries_on(
    session: Session, astrid: Desk, tora: Desk
) -> None:
    astrid.add("Er laseren av?")
    Desk(session, "WRK", "olav").note("doors", "Også porten.")
    new_unit(session, "NEW", carries_on=("LAB", "WRK"))
    assert asked(session, "NEW") == ["Er rømningsveiene frie?", "Er dørene lukket?", "Er kjøleskapet merket?"]
    before = queries.predecessors(
        session, list_of(session), unit(session, "NEW"), day=cast.today(), known_at=clock.now()
    )
    assert [each.unit.code for each in before] == ["LAB", "WRK"]
    # Where the faculty has one, it holds there; the old units' are still offered, the faculty's is no predecessor's.
    tora.note("fridge", "Fakultetets.")
    assert run(session, "NEW").of == unit(session, "FAC")
    Desk(session, "NEW", "tora").take_over("LAB")
    assert "Er laseren av?" in asked(session, "NEW")


def test_taking_over_all_keeps_order_places_conditions_and_to_dos(session: Session, astrid: Desk) -> None:
    first = astrid.add("Er laseren av?")
    when = Condition(first.item.key, frozenset({"deviation"}))
    astrid.add("Hvilken?", AfterOwn(first.id), kind=Kind.TEXT, shown_when=when)
    astrid.add("Er lampa av?")
    astrid.add("Først", OwnSection("annet", {"nb": "Annet"}))
    astrid.add("Sist", OwnSection("annet", {"nb": "Annet"}))
    astrid.add("Er begge lasere av?", first.place, replaces=first.id)
    astrid.leave_out("fridge")
    astrid.note("doors", "Også bakdøra.")
    publish(session, ROUTES, central("doors", "Er dørene låst?"), rooms=[FRIDGE], number="2.0")
    new_unit(session, "NEW", carries_on=("LAB",))
    tora = Desk(session, "NEW", "tora")
    assert tora.take_over("LAB") == (7, 0)
    assert asked(session, "NEW") == asked(session, "LAB")
    assert clashes(session, "NEW") == clashes(session, "LAB") == [("item_changed", "doors")]
    with pytest.raises(Conflict, match="nothing to take over"):
        tora.take_over("LAB")


def test_where_two_units_differ_the_new_one_chooses_line_by_line(session: Session, astrid: Desk) -> None:
    theirs = astrid.note("doors", "Også bakdøra.")
    astrid.add("Er laseren av?")
    olav = Desk(session, "WRK", "olav")
    olav.note("doors", "Også porten.")
    olav.add("Er laseren av?")
    new_unit(session, "NEW", carries_on=("LAB", "WRK"))
    tora = Desk(session, "NEW", "tora")
    assert tora.take_over("LAB", [theirs.id]) == (1, 0)
    assert tora.take_over("WRK") == (1, 1)  # the note is not: there is one
    assert tora.take_over("LAB") == (1, 0)
    supplement = run(session, "NEW")
    assert [note.text["nb"] for note in supplement.notes] == ["Også bakdøra."]
    assert [edit.item.key for edit in supplement.additions] == ["er-laseren-av", "er-laseren-av-2"]
    assert supplement.clashes == ()


def test_an_item_taken_over_without_the_one_before_it_stands_in_the_place_of_that(
    session: Session, astrid: Desk
) -> None:
    first = astrid.add("Er laseren av?", FirstIn("rooms"))
    second = astrid.add("Er lampa av?", AfterOwn(first.id))
    new_unit(session, "NEW", carries_on=("LAB",))
    Desk(session, "NEW", "tora").take_over("LAB", [second.id])
    assert asked(session, "NEW")[-2:] == ["Er lampa av?", "Er kjøleskapet merket?"]
    assert clashes(session, "NEW") == []


def test_a_unit_begins_its_own_with_what_holds_above_it_and_takes_nothing_from_strangers(
    session: Session, astrid: Desk, tora: Desk
) -> None:
    tora.add("Er fakultetets skap låst?")
    astrid.take_over("FAC")
    astrid.add("Er laseren av?")
    assert {"Er fakultetets skap låst?", "Er laseren av?"} <= set(asked(session, "LAB"))
    with pytest.raises(NotFound):
        astrid.take_over("WRK")


# --- Taken up for all -----------------------------------------------------------------------------------------


def test_an_item_taken_up_gives_way_where_it_came_from_and_not_where_it_was_withdrawn(
    session: Session, astrid: Desk
) -> None:
    taken = astrid.add("Er laseren av?")
    gone = Desk(session, "WRK", "olav").add("Er fresen av?")
    Desk(session, "WRK", "olav").withdraw(gone.id)
    edition = publish(session, ROUTES, central("lasers", "Er alle lasere av?"), DOORS, number="2.0")
    told = operations.record_taken_up(
        session, edition,
        [{"addition": taken.id, "item": "lasers"}, {"addition": gone.id, "item": "lasers"},
         {"addition": taken.id, "item": "dropped"}, {"addition": "no such", "item": "lasers"}],
        by=None, at=clock.now(),
    )  # fmt: skip
    assert [edit.addition for edit in told] == [taken.id]
    assert asked(session, "LAB") == ["Er rømningsveiene frie?", "Er alle lasere av?", "Er dørene lukket?"]
    assert clashes(session, "LAB") == [("taken_up", "lasers")]


def test_central_hse_takes_an_item_up_and_the_unit_is_told_when_it_is_published(session: Session, astrid: Desk) -> None:
    item = astrid.add("Er laseren av?")
    again = astrid.add("Er lampa av?")
    draft, key = take_up(session, list_of(session), item.id, by=who(session, "hanne"), at=clock.now())
    same, _key = take_up(session, list_of(session), again.id, by=who(session, "frida"), at=clock.now())
    assert same is draft
    with pytest.raises(Conflict, match="in the draft already"):
        take_up(session, list_of(session), item.id, by=who(session, "hanne"), at=clock.now())
    assert "Er laseren av?" in asked(session, "LAB")  # until it is published nothing has changed for anybody
    astrid.withdraw(again.id)
    with pytest.raises(Conflict, match="changed or withdrew"):
        take_up(session, list_of(session), again.id, by=who(session, "hanne"), at=clock.now())
    send_for_approval(session, draft, by=who(session, "frida"), at=clock.now())
    publish_edition(
        session, draft, by=who(session, "gunnar"), at=clock.now(), on=cast.today(), today=cast.today(), major=True,
        approve_own=False,
    )  # fmt: skip
    assert asked(session, "WRK").count("Er laseren av?") == 1
    assert asked(session, "LAB") == asked(session, "WRK")
    assert clashes(session, "LAB") == [("taken_up", key)]
    astrid.keep(item.id, of=(2, 0))  # it wants its own beside the central one
    assert asked(session, "LAB").count("Er laseren av?") == 2


def test_only_central_hse_and_editors_take_up_what_is_an_item(session: Session, astrid: Desk) -> None:
    item, note = astrid.add("Er laseren av?"), astrid.note("doors", "Også bakdøra.")
    for key in ("astrid", "gunnar", "ivar"):
        with pytest.raises(NotAllowed):
            take_up(session, list_of(session), item.id, by=who(session, key), at=clock.now())
    for identity in (note.id, "no such"):
        with pytest.raises(NotFound):
            take_up(session, list_of(session), identity, by=who(session, "hanne"), at=clock.now())
