"""A checklist as a unit runs it: its page, its forms, and the page of all units that have adapted it."""

import re
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy.orm import Session

from hmswiki.checklists import supplement_queries as queries
from hmswiki.checklists.supplements import OwnSection
from hmswiki.foundation import clock
from tests import cast
from tests.checklists.supplement_making import DOORS, FRIDGE, ROUTES, Desk, central, list_of, new_unit, publish, unit
from tests.support import once

# Every address is also asked on PostgreSQL, by tests/test_access.py, and what is written by the operations' tests.
pytestmark = once

LAB = "/checklists/brannrunde/units/LAB"
ALL = "/checklists/brannrunde/supplements"


@pytest.fixture
def astrid(session: Session) -> Desk:
    publish(session, ROUTES, DOORS, rooms=[FRIDGE])
    session.commit()
    return Desk(session, "LAB", "astrid")


def supplement(session: Session, code: str = "LAB") -> queries.Supplement:
    """As it is in the database now. The session is let go, so that pages can write."""
    session.rollback()
    found = queries.supplement(session, list_of(session), unit(session, code), day=cast.today(), known_at=clock.now())
    session.rollback()
    assert found is not None
    return found


def typed(**fields: Any) -> dict[str, Any]:
    return {"submission": str(uuid4()), "of_edition": "1.0", "replaces": "", **fields}


def item_typed(text: str, **fields: Any) -> dict[str, Any]:
    return typed(text_nb=text, kind="ok", at="after:routes", finding_deviation="y", required="y") | fields


def text_of(response: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.text))


# --- The list ----------------------------------------------------------------------------------------------------


def test_everybody_sees_the_list_as_the_unit_runs_it_and_only_its_leaders_can_change_it(
    session: Session, astrid: Desk, as_bjorn: Any, as_astrid: Any, as_chen: Any, as_olav: Any, as_stranger: Any
) -> None:
    astrid.add("Er laseren av?")
    astrid.note("doors", "Også bakdøra.")
    astrid.leave_out("fridge", "Vi har ikke kjøleskap.")
    session.commit()
    assert as_stranger.get(LAB).status_code in (302, 303, 401)
    shown = text_of(as_bjorn.get(LAB))
    assert "2. Er laseren av? Laserlaben" in shown
    assert "Note from Laser Lab: Også bakdøra." in shown or "Også bakdøra." in shown
    assert "Vi har ikke kjøleskap." in shown and "Er kjøleskapet merket?" in shown
    assert "edits/" not in as_bjorn.get(LAB).text and "items/new" not in as_olav.get(LAB).text
    for leader in (as_astrid, as_chen):
        assert "items/new" in leader.get(LAB).text
    assert "Astrid Aas" in as_astrid.get(LAB).text and "Astrid Aas" not in as_bjorn.get(LAB).text


def test_a_unit_beneath_is_told_whose_supplement_it_runs(
    session: Session, astrid: Desk, as_nils: Any, as_astrid: Any
) -> None:
    astrid.add("Er laseren av?")
    session.commit()
    address = LAB.replace("LAB", "OPT")
    assert "no supplement of its own" in as_nils.get(address, headers={"Accept-Language": "en"}).text
    assert "Er laseren av?" in as_nils.get(address).text
    page = as_astrid.get(f"{address}/items/new", headers={"Accept-Language": "en"}).text
    assert "Take over from it first" in page


@pytest.mark.parametrize("address", ["/checklists/nix/units/LAB", "/checklists/brannrunde/units/NIX"])
def test_what_is_not_there_is_not_found(astrid: Desk, as_astrid: Any, address: str) -> None:
    assert as_astrid.get(address).status_code == 404


def test_before_the_first_edition_no_unit_runs_it(session: Session, as_astrid: Any) -> None:
    publish(session, ROUTES, on=cast.today().replace(year=cast.today().year + 1))
    session.commit()
    assert as_astrid.get(LAB).status_code == 404


# --- Recording ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tail", ["items/new", "items/doors/note", "items/doors/not-relevant"])
def test_those_who_do_not_lead_the_unit_are_told_who_does(
    astrid: Desk, as_bjorn: Any, as_olav: Any, as_hanne: Any, tail: str
) -> None:
    for client in (as_bjorn, as_olav, as_hanne):
        assert client.get(f"{LAB}/{tail}").status_code == 403
        assert client.post(f"{LAB}/{tail}", data=item_typed("Er alt vel?")).status_code == 403


def test_an_item_is_added_where_it_was_asked_for(session: Session, astrid: Desk, as_astrid: Any) -> None:
    form = as_astrid.get(f"{LAB}/items/new?at=first:rooms").text
    assert re.search(r'<option selected value="first:rooms">', form)
    data = item_typed("Er nøddusjen prøvd?", at="first:rooms", help_nb="Hver måned.")
    assert as_astrid.post(f"{LAB}/items/new", data=data).status_code == 303
    assert as_astrid.post(f"{LAB}/items/new", data=data).status_code == 303  # twice is once
    (addition,) = supplement(session).additions
    assert addition.item.text == {"nb": "Er nøddusjen prøvd?"}
    assert addition.item.findings == {"deviation"}
    assert [item.item.key for item in supplement(session).adapted.items][2] == addition.item.key


def test_an_item_of_every_kind_can_be_written(session: Session, astrid: Desk, as_astrid: Any) -> None:
    kinds = {
        "number": {"unit_nb": "°C", "minimum": "2,5", "maximum": "8", "finding_above": "y"},
        "choice": {
            "choices-0-text_nb": "Tørt", "choices-1-text_nb": "Vått", "choices-1-finding": "y",
            "choices-1-text_en": "Wet",
        },
        "yes_no": {"finding_no": "y"}, "date": {}, "text": {}, "photo": {},
    }  # fmt: skip
    for kind, fields in kinds.items():
        data = item_typed(f"Punkt {kind}?", text_en=f"Item {kind}?") | {"kind": kind, **fields}
        assert as_astrid.post(f"{LAB}/items/new", data=data).status_code == 303, kind
    found = {str(edit.item.kind): edit.item for edit in supplement(session).additions}
    assert (str(found["number"].minimum), found["number"].findings) == ("2.5", {"above"})
    assert [choice.text for choice in found["choice"].choices] == [{"nb": "Tørt"}, {"nb": "Vått", "en": "Wet"}]
    assert found["choice"].findings == {found["choice"].choices[1].key}
    assert found["yes_no"].findings == {"no"}
    assert found.keys() == {*kinds}
    for edit in supplement(session).additions:
        form = as_astrid.get(f"{LAB}/edits/{edit.id}")
        assert form.status_code == 200 and edit.item.text["nb"] in form.text
        assert f'<option selected value="{edit.item.kind}">' in form.text


def test_a_new_section_and_a_condition(session: Session, astrid: Desk, as_astrid: Any) -> None:
    data = item_typed("Hvilken rømningsvei?", section_nb="Vårt eget", shown_item="routes") | {
        "at": "new",
        "kind": "text",
    }
    asked = as_astrid.post(f"{LAB}/items/new", data=data | {"step": "answers"})
    assert asked.status_code == 200
    assert 'value="deviation"' in asked.text and "Hvilken rømningsvei?" in asked.text
    assert as_astrid.post(f"{LAB}/items/new", data=data | {"shown_answers": ["deviation"]}).status_code == 303
    (addition,) = supplement(session).additions
    assert isinstance(addition.place, OwnSection) and addition.place.title == {"nb": "Vårt eget"}
    assert addition.item.shown_when is not None and addition.item.shown_when.answers == {"deviation"}
    second = item_typed("Og mer?") | {"at": f"section:{addition.place.key}"}
    assert as_astrid.post(f"{LAB}/items/new", data=second).status_code == 303
    assert len(supplement(session).adapted.sections[-1].items) == 2


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"text_nb": ""}, "Write it in bokmål"),
        ({"kind": "choice"}, "at least two answers"),
        ({"kind": "choice", "choices-0-text_nb": "En"}, "at least two answers"),
        ({"kind": "number", "minimum": "9", "maximum": "1"}, "is above the maximum"),
        ({"kind": "number", "minimum": "mye"}, "is no number"),
        ({"at": ""}, "Choose where the item stands"),
        ({"at": "new"}, "what the new section is called"),
        ({"at": "after:nix"}, "Choose another place"),
        ({"text_nb": "x" * 301}, "the limit is 300"),
        ({"shown_item": "routes"}, "Choose the answers"),
        ({"shown_item": "fridge", "shown_answers": ["ok"]}, "does not stand before it"),
    ],
)
def test_what_cannot_be_an_item_is_said_and_nothing_typed_is_lost(
    session: Session, astrid: Desk, as_astrid: Any, fields: dict[str, Any], said: str
) -> None:
    data = item_typed("Er laseren av?", help_nb="Se på lampa.") | fields
    refused = as_astrid.post(f"{LAB}/items/new", data=data, headers={"Accept-Language": "en"})
    assert refused.status_code == 422
    assert said in text_of(refused).replace("&#39;", "'")
    assert "Se på lampa." in refused.text
    assert supplement(session).additions == []


def test_a_note_and_a_mark_are_written_changed_and_withdrawn(session: Session, astrid: Desk, as_chen: Any) -> None:
    assert as_chen.get(f"{LAB}/items/doors/note").status_code == 200
    noted = as_chen.post(f"{LAB}/items/doors/note", data=typed(text_nb="Også bakdøra.", text_en="The back door too."))
    assert noted.status_code == 303
    left = as_chen.post(f"{LAB}/items/fridge/not-relevant", data=typed(text_nb="Vi har ikke kjøleskap."))
    assert left.status_code == 303
    (note,), (mark,) = supplement(session).notes, supplement(session).marks
    assert note.text == {"nb": "Også bakdøra.", "en": "The back door too."}
    form = as_chen.get(f"{LAB}/edits/{note.id}").text
    assert "Også bakdøra." in form and "The back door too." in form
    changed = as_chen.post(f"{LAB}/edits/{note.id}", data=typed(text_nb="Alle dører.", replaces=note.id))
    assert changed.status_code == 303
    assert [each.text for each in supplement(session).notes] == [{"nb": "Alle dører."}]
    assert as_chen.get(f"{LAB}/edits/{mark.id}/withdrawal").status_code == 200
    refused = as_chen.post(f"{LAB}/edits/{mark.id}/withdrawal", data=typed(reason="", replaces=mark.id))
    assert refused.status_code == 422
    gone = as_chen.post(f"{LAB}/edits/{mark.id}/withdrawal", data=typed(reason="Vi fikk et.", replaces=mark.id))
    assert gone.status_code == 303
    assert supplement(session).marks == []
    history = text_of(as_chen.get(LAB))
    assert "Vi fikk et." in history and "Chen Li" in history


def test_a_mandatory_item_is_not_offered_to_be_left_out_and_the_page_says_why(
    session: Session, astrid: Desk, as_astrid: Any
) -> None:
    page = as_astrid.get(LAB, headers={"Accept-Language": "en"}).text
    assert "items/routes/not-relevant" not in page and "items/doors/not-relevant" in page
    assert "Must be asked everywhere" in page
    assert as_astrid.get(f"{LAB}/items/routes/not-relevant").status_code == 422
    sent = as_astrid.post(f"{LAB}/items/routes/not-relevant", data=typed(text_nb="Nei."))
    assert sent.status_code == 422
    assert as_astrid.get(f"{LAB}/items/nix/note").status_code == 404


def test_what_somebody_else_changed_meanwhile_is_shown_beside_what_was_typed_and_the_next_try_is_about_that(
    session: Session, astrid: Desk, as_chen: Any
) -> None:
    note = astrid.note("doors", "Også bakdøra.")
    newer = astrid.note("doors", "Også porten.", replaces=note.id)
    session.commit()
    data = typed(text_nb="Også luka.", replaces=note.id)
    refused = as_chen.post(f"{LAB}/edits/{note.id}", data=data)
    assert refused.status_code == 409
    assert "Også luka." in refused.text and "Også porten." in refused.text
    assert f'value="{newer.id}"' in refused.text
    again = as_chen.post(f"{LAB}/edits/{note.id}", data=typed(text_nb="Også luka.", replaces=newer.id))
    assert again.status_code == 303
    assert [each.text["nb"] for each in supplement(session).notes] == ["Også luka."]


def test_a_newer_edition_in_the_middle_of_writing_is_said_and_what_was_typed_can_be_sent_again(
    session: Session, astrid: Desk, as_astrid: Any
) -> None:
    publish(session, ROUTES, DOORS, number="2.0")
    session.commit()
    refused = as_astrid.post(f"{LAB}/items/new", data=item_typed("Er laseren av?"))
    assert refused.status_code == 409
    assert "Er laseren av?" in refused.text and 'value="2.0"' in refused.text
    assert (
        as_astrid.post(f"{LAB}/items/new", data=item_typed("Er laseren av?") | {"of_edition": "2.0"}).status_code == 303
    )


def test_a_line_that_is_withdrawn_or_another_units_has_no_form(session: Session, astrid: Desk, as_astrid: Any) -> None:
    note = astrid.note("doors", "Også bakdøra.")
    theirs = Desk(session, "WRK", "olav").note("doors", "Også porten.")
    astrid.add("Er laseren av?")
    astrid.withdraw(note.id)
    session.commit()
    assert as_astrid.get(f"{LAB}/edits/{note.id}").status_code == 409
    assert as_astrid.get(f"{LAB}/edits/{theirs.id}").status_code == 404
    assert as_astrid.get(f"{LAB}/edits/nix/withdrawal").status_code == 404
    assert as_astrid.post(f"{LAB}/edits/{theirs.id}/keeping", data=typed()).status_code == 404
    assert as_astrid.get(f"{LAB}/edits/{note.id}/keeping").status_code == 303
    assert as_astrid.get(f"{LAB}/taking-over").status_code == 303


# --- Clashes -----------------------------------------------------------------------------------------------------


@pytest.fixture
def clashing(session: Session, astrid: Desk) -> Desk:
    """The doors' text changed under a note, and the fridge became mandatory."""
    astrid.note("doors", "Også bakdøra.")
    astrid.leave_out("fridge", "Vi har ikke kjøleskap.")
    publish(session, ROUTES, central("doors", "Er dørene låst?"), rooms=[FRIDGE | {"mandatory": "yes"}], number="2.0")
    session.commit()
    return astrid


def test_a_clash_is_shown_with_both_texts_and_kept(session: Session, clashing: Desk, as_astrid: Any) -> None:
    page = text_of(as_astrid.get(LAB))
    for said in ("Også bakdøra.", "Er dørene lukket?", "Er dørene låst?", "Vi har ikke kjøleskap."):
        assert said in page
    (note,) = supplement(session).notes
    kept = as_astrid.post(f"{LAB}/edits/{note.id}/keeping", data=typed(of_edition="2.0"))
    assert kept.status_code == 303
    assert [str(clash.kind) for clash in supplement(session).clashes] == ["now_mandatory"]
    late = as_astrid.post(f"{LAB}/edits/{note.id}/keeping", data=typed(of_edition="2.0"))
    assert late.status_code == 409
    old = as_astrid.post(f"{LAB}/edits/{supplement(session).notes[0].id}/keeping", data=typed(of_edition="1.0"))
    assert old.status_code == 409


def test_what_waits_is_said_on_the_units_page_on_min_side_and_on_the_checklist(
    session: Session, clashing: Desk, as_astrid: Any, as_bjorn: Any
) -> None:
    for address in ("/units/LAB", "/"):
        assert f"{LAB}#to-do" in as_astrid.get(address).text, address
        assert f"{LAB}#to-do" not in as_bjorn.get(address).text, address


# --- Taking over -------------------------------------------------------------------------------------------------


def test_a_new_unit_is_shown_what_the_old_ones_had_and_chooses(session: Session, astrid: Desk, as_tora: Any) -> None:
    mine = astrid.note("doors", "Også bakdøra.")
    astrid.add("Er laseren av?")
    Desk(session, "WRK", "olav").note("doors", "Også porten.")
    new_unit(session, "NEW", carries_on=("LAB", "WRK"))
    session.commit()
    address = LAB.replace("LAB", "NEW")
    page = as_tora.get(address).text
    assert "Også bakdøra." in page and "Også porten." in page and "Er laseren av?" in page
    one = as_tora.post(f"{address}/taking-over", data={"submission": str(uuid4()), "unit": "LAB", "edit": mine.id})
    assert one.status_code == 303
    assert [note.text["nb"] for note in supplement(session, "NEW").notes] == ["Også bakdøra."]
    rest = as_tora.post(f"{address}/taking-over", data={"submission": str(uuid4()), "unit": "LAB", "edit": ""})
    assert rest.status_code == 303
    assert [edit.item.text["nb"] for edit in supplement(session, "NEW").additions] == ["Er laseren av?"]
    none = as_tora.post(f"{address}/taking-over", data={"submission": str(uuid4()), "unit": "WRK", "edit": ""})
    assert none.status_code == 409
    assert as_tora.post(f"{address}/taking-over", data={"unit": "OPT"}).status_code == 404


# --- All units ---------------------------------------------------------------------------------------------------


def test_central_hse_sees_who_has_adapted_the_list_in_the_organisations_order_and_units_do_not(
    session: Session, clashing: Desk, as_hanne: Any, as_astrid: Any, as_stranger: Any
) -> None:
    Desk(session, "WRK", "olav").add("Er fresen av?", of=(2, 0))
    session.commit()
    page = as_hanne.get(ALL).text
    assert page.index("units/LAB") < page.index("units/WRK")
    assert "Er fresen av?" in page and "Også bakdøra." in page
    assert "Er dørene lukket?" in page and "Er dørene låst?" in page  # what waits, with both texts
    assert "units/WRK" not in as_hanne.get(f"{ALL}?show=to-dos").text
    assert "units/LAB" not in as_hanne.get(f"{ALL}?show=items").text
    assert as_astrid.get(ALL).status_code == 403
    assert as_stranger.get(ALL).status_code in (302, 303, 401)
    assert as_hanne.get("/checklists/nix/supplements").status_code == 404


def test_an_item_is_taken_up_by_one_button_once(
    session: Session, astrid: Desk, as_hanne: Any, as_gunnar: Any, as_astrid: Any
) -> None:
    item = astrid.add("Er laseren av?")
    session.commit()
    address = f"{ALL}/{item.id}/taking-up"
    assert address in as_hanne.get(ALL).text
    for client in (as_gunnar, as_astrid):
        assert client.post(address, data=typed()).status_code == 403
    assert as_hanne.post(address, data=typed()).status_code == 303
    assert address not in as_hanne.get(ALL).text
    assert as_hanne.post(address, data=typed()).status_code == 409
    assert as_hanne.post(f"{ALL}/nix/taking-up", data=typed()).status_code == 404
    assert as_hanne.get(address).status_code == 303


def test_the_pages_ask_the_database_a_fixed_number_of_times(
    session: Session, clashing: Desk, as_astrid: Any, as_hanne: Any, queries: Any
) -> None:
    as_astrid.get(LAB), as_hanne.get(ALL)
    with queries() as before:
        as_astrid.get(LAB)
        as_hanne.get(ALL)
    for code, by in (("WRK", "olav"), ("OPT", "astrid"), ("FAC", "tora")):
        for number in range(3):
            Desk(session, code, by).add(f"Er nummer {number} av?", of=(2, 0))
    session.commit()
    with queries() as after:
        as_astrid.get(LAB)
        as_hanne.get(ALL)
    assert len(after) == len(before)
