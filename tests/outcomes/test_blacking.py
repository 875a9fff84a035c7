"""Blacking words out of points, and the marks that say where to look."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from hmswiki.foundation.errors import Conflict, NotAllowed, Refusal
from hmswiki.notes import blacking
from hmswiki.notes.blacking import BLACK, WORD, compared, without
from hmswiki.notes.merging import MAX_LENGTH
from hmswiki.notes.models import EditKind, Point, PointEdit
from hmswiki.outcomes.gathering import document_of
from hmswiki.outcomes.names import known_words, runs
from hmswiki.workshops import queries
from tests.outcomes.makers import by
from tests.plenary.makers import clear, point, write_on
from tests.workshops import makers

KNOWN = known_words(["Kari Nordmann", "Anne-Grethe Vik", "Bo Dag", "Liv O'Brien"])


@pytest.fixture
def kari(session: Session, cast: object) -> Point:
    made = makers.workshop(session)
    return point(session, queries.tasks(session, made)[0], 2, "Kari Nordmann bør spørres først")


def now() -> datetime:
    return datetime.now(UTC)


# --- Words --------------------------------------------------------------------------------------------------


def test_neighbours_become_one_block_that_tells_no_length() -> None:
    assert without("Kari Nordmann, og Bo, bør spørres", {0, 1, 3}) == f"{BLACK}, og {BLACK}, bør spørres"
    assert without("Kari", {0}) == without("Anne-Grethe", {0}) == BLACK
    assert without(f"{BLACK} Nordmann sa det", {0}) == f"{BLACK} sa det"
    assert without("ring ase.berg@example.no i dag", {1}) == f"ring {BLACK} i dag"


@given(st.text(max_size=60), st.sets(st.integers(0, 12)))
def test_no_word_that_was_chosen_is_left_and_the_others_are(text: str, numbers: set[int]) -> None:
    words = [word[0] for word in WORD.finditer(text)]
    left = without(text, numbers)

    assert [word[0] for word in WORD.finditer(left)] == [
        word for number, word in enumerate(words) if number not in numbers
    ]


def test_what_is_changed_in_a_line_is_told_word_by_word() -> None:
    pieces = compared("Kari bør spørres", f"{BLACK} bør spørres først")

    assert [(piece.kind, piece.text) for piece in pieces] == [
        ("gone", "Kari"), ("new", BLACK), ("same", " bør spørres"), ("new", " først"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("Spør Kari først", ["Kari"]),
        ("Karis kontor er for lite", ["Karis"]),
        ("nordmann, NORDMANN og Nordmann", ["Nordmann"]),
        ("Anne-Grethe og Grethe", ["Anne-Grethe", "Grethe"]),
        ("Liv og liv, Dag og dag", ["Liv", "Dag"]),
        ("Skriv til hms@example.no", ["hms@example.no"]),
        ("Ring 73 59 50 00 eller 01017012345 i rom 1234", ["73 59 50 00", "01017012345"]),
        ("Møte 18.01.2024 i 3 institutter", []),
        ("Informasjon tidlig", []),
    ],
)
def test_names_that_the_register_knows_are_marked_to_look_at(text: str, marked: list[str]) -> None:
    found = runs(text, KNOWN)

    assert [run.text for run in found if run.marked] == marked
    assert "".join(run.text for run in found) == text


# --- Points -------------------------------------------------------------------------------------------------


def test_what_is_blacked_out_leaves_the_groups_own_line_as_it_was(session: Session, kari: Point) -> None:
    pulse = kari.group.pulse
    blacking.black_out(session, kari, text=f"{BLACK} bør spørres først", by=by(session, "hanne"), at=now())
    session.refresh(kari)
    session.refresh(kari.group)

    assert (kari.text, blacking.public(kari)) == ("Kari Nordmann bør spørres først", f"{BLACK} bør spørres først")
    assert kari.group.pulse > pulse
    (edit,) = session.scalars(select(PointEdit).where(PointEdit.kind == EditKind.BLACKED_OUT))
    assert (edit.text, edit.by_id) == (f"{BLACK} bør spørres først", by(session, "hanne").person_id)
    assert "Kari" not in str(document_of(session, kari.group.workshop))


def test_all_of_it_may_leave_again(session: Session, kari: Point) -> None:
    hanne = by(session, "hanne")
    blacking.black_out(session, kari, text=BLACK, by=hanne, at=now())
    blacking.black_out(session, kari, text=None, by=hanne, at=now())
    assert kari.public_text is None

    blacking.black_out(session, kari, text=BLACK, by=hanne, at=now())
    blacking.black_out(session, kari, text=kari.text, by=hanne, at=now())
    assert kari.public_text is None


def test_nothing_left_is_a_line_that_is_all_blacked_out(session: Session, kari: Point) -> None:
    blacking.black_out(session, kari, text="  ", by=by(session, "hanne"), at=now())
    assert kari.public_text == BLACK


def test_done_twice_it_is_written_down_once(session: Session, kari: Point) -> None:
    for _ in range(2):
        blacking.black_out(session, kari, text=BLACK, by=by(session, "hanne"), at=now())
    assert len(session.scalars(select(PointEdit).where(PointEdit.kind == EditKind.BLACKED_OUT)).all()) == 1


def test_a_name_does_not_come_back_when_the_group_rewrites_the_line(session: Session, kari: Point) -> None:
    blacking.black_out(session, kari, text=BLACK, by=by(session, "hanne"), at=now())
    assert blacking.stale(session, [kari]) == set()

    write_on(session, kari, "Kari Nordmann bør spørres aller først")

    assert blacking.public(kari) == BLACK
    assert blacking.stale(session, [kari]) == {kari.id}
    blacking.black_out(session, kari, text=BLACK, by=by(session, "hanne"), at=now(), seen=blacking.mark(kari))
    assert blacking.stale(session, [kari]) == set(), "looked at anew, and let through as it is"


def test_nobody_blacks_out_a_line_that_they_have_not_seen(session: Session, kari: Point) -> None:
    seen, hanne = blacking.mark(kari), by(session, "hanne")
    write_on(session, kari, "Kari og Bo bør spørres")
    with pytest.raises(Conflict, match="while you read it"):
        blacking.black_out(session, kari, text=f"{BLACK} bør spørres først", by=hanne, at=now(), seen=seen)

    seen = blacking.mark(kari)
    blacking.black_out(session, kari, text=f"{BLACK} og Bo bør spørres", by=hanne, at=now(), seen=seen)
    with pytest.raises(Conflict):  # another who read at the same time would let the name through again
        blacking.black_out(session, kari, text=f"Kari og {BLACK} bør spørres", by=hanne, at=now(), seen=seen)


def test_a_line_that_is_too_long_is_refused(session: Session, kari: Point) -> None:
    with pytest.raises(Refusal, match="at most"):
        blacking.black_out(session, kari, text="x" * (MAX_LENGTH + 1), by=by(session, "hanne"), at=now())


@pytest.mark.parametrize("who", ["bjorn", "astrid", "frida"])
def test_only_who_organises_blacks_out(session: Session, kari: Point, who: str) -> None:
    with pytest.raises(NotAllowed):
        blacking.black_out(session, kari, text=BLACK, by=by(session, who), at=now())


# --- What leaves --------------------------------------------------------------------------------------------


def test_what_was_cleared_is_out_and_what_is_hidden_is_in_unless_left_out(session: Session, kari: Point) -> None:
    made = kari.group.workshop
    task = queries.tasks(session, made)[0]
    clear(session, point(session, task, 1, "Tatt tilbake"))
    hidden = point(session, task, 3, "Ikke på veggen")
    hidden.hidden_at = now()
    session.flush()

    whole, without_hidden = document_of(session, made), document_of(session, made, with_hidden=False)

    def texts(document: object) -> list[str]:
        return [line.text for part in document.tasks for one in part.sections for line in one.lines]  # type: ignore[attr-defined]

    assert texts(whole) == ["Kari Nordmann bør spørres først", "Ikke på veggen"]
    assert texts(without_hidden) == ["Kari Nordmann bør spørres først"]
    assert [group.number for group in without_hidden.groups] == [2]
