"""Groups on their pages: by hand, at a click, and who helps."""

import re
from uuid import uuid4

import pytest

from hmswiki.workshops import plan_queries
from hmswiki.workshops import queries as reads
from tests.actions.makers import person
from tests.support import once
from tests.workshops import makers
from tests.workshops.test_plan_operations import people_in

pytestmark = once  # each address is asked for on PostgreSQL too, by tests/test_access.py

ALL = {"units": ["FAC"], "whom": "everybody", "how": "mixed", "groups": "3"}


@pytest.fixture
def meeting(session):
    workshop = makers.workshop(session, members={1: ["siri", "bjorn"], 2: ["olav"]})
    session.commit()
    return workshop


def now_in(session, workshop):
    session.expire_all()
    found = people_in(session, workshop)
    session.rollback()
    return found


def fields(page):
    """What a browser would send of the page's big form, with nothing changed."""
    html = page.get_data(as_text=True)
    main = html[html.index("<main") : html.index("<aside")]
    sent = dict(re.findall(r'<input type="(?:hidden|text)?"? ?name="([^"]+)" value="([^"]*)"', main))
    sent |= dict(re.findall(r'<input type="radio" name="([^"]+)" value="([^"]*)" checked', main))
    for name, options in re.findall(r'<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>', main, re.DOTALL):
        sent[name] = re.findall(r'value="([^"]*)" selected', options)[0]
    sent |= {f"name-{number}": value for number, value in re.findall(r'name="name-(\d+)" value="([^"]*)"', main)}
    sent.pop("csrf_token", None)  # the client brings its own
    return {**sent, "submission": str(uuid4())}


# --- By hand ------------------------------------------------------------------------------------------------


def test_people_are_moved_and_leaders_chosen_on_the_page(session, as_tora, meeting):
    address = f"/workshops/{meeting.key}/groups"
    sent = fields(as_tora.get(address))
    siri, bjorn = (person(session, key).id for key in ("siri", "bjorn"))
    session.rollback()

    as_tora.post(address, data={**sent, f"at-{siri}": "3", "leads-1": str(bjorn), "name-3": "Ved vinduet"})

    assert now_in(session, meeting) == {1: ["bjorn"], 2: ["olav"], 3: ["siri"]}
    page = as_tora.get(address).get_data(as_text=True)
    assert "Gruppe 3, Ved vinduet" in page
    assert "Uten leder: 3" in page


def test_what_somebody_else_moved_meanwhile_stays_where_it_was_moved(session, as_tora, as_hanne, meeting):
    address = f"/workshops/{meeting.key}/groups"
    mine, theirs = fields(as_tora.get(address)), fields(as_hanne.get(address))
    siri, olav = (person(session, key).id for key in ("siri", "olav"))
    session.rollback()

    as_hanne.post(address, data={**theirs, f"at-{siri}": "2"})
    as_tora.post(address, data={**mine, f"at-{olav}": "3"})

    assert now_in(session, meeting) == {1: ["bjorn"], 2: ["siri"], 3: ["olav"]}


def test_somebody_is_taken_out_of_all_groups(session, as_tora, meeting):
    address = f"/workshops/{meeting.key}/groups"
    sent = fields(as_tora.get(address))
    olav = person(session, "olav").id
    session.rollback()

    as_tora.post(address, data={**sent, f"at-{olav}": ""})

    assert now_in(session, meeting) == {1: ["siri", "bjorn"], 2: [], 3: []}


def test_a_group_is_added_or_taken_away_and_what_was_chosen_is_saved_with_it(session, as_tora, meeting):
    address = f"/workshops/{meeting.key}/groups"
    bjorn = person(session, "bjorn").id
    session.rollback()

    as_tora.post(address, data={**fields(as_tora.get(address)), f"at-{bjorn}": "2", "do": "add-table"})
    assert now_in(session, meeting) == {1: ["siri"], 2: ["olav", "bjorn"], 3: [], 4: []}
    assert "Bord 4" in as_tora.get(address).get_data(as_text=True)

    as_tora.post(address, data={**fields(as_tora.get(address)), "do": "remove-2"})
    assert now_in(session, meeting) == {1: ["siri"], 3: [], 4: []}


def test_a_group_that_has_written_says_why_it_stays(session, as_tora, meeting):
    reads.group(session, meeting, 2).pulse += 1
    session.commit()
    address = f"/workshops/{meeting.key}/groups"

    answer = as_tora.post(address, data={**fields(as_tora.get(address)), "do": "remove-2"})

    assert answer.status_code == 409
    assert "Gruppe 2 har begynt å skrive" in answer.get_data(as_text=True)


def test_people_are_put_in_by_part_of_their_names_where_there_are_fewest(session, as_tora, meeting):
    as_tora.post(
        f"/workshops/{meeting.key}/groups/members",
        data={"people": "chen\nDina D\nnils", "to": "", "submission": str(uuid4())},
    )

    assert now_in(session, meeting) == {1: ["siri", "bjorn"], 2: ["olav", "dina"], 3: ["chen", "nils"]}


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "Skriv hvem det er"),
        ("Ingen Slik", "Fant ingen som heter «Ingen Slik»"),
        ("O", "Olav Odden"),
        ("chen\nsiri\nsiri@\0", "Fant ingen"),
    ],
)
def test_whoever_cannot_be_found_is_named_and_nobody_is_put_anywhere(session, as_tora, meeting, typed, said):
    answer = as_tora.post(
        f"/workshops/{meeting.key}/groups/members", data={"people": typed, "to": "1", "submission": str(uuid4())}
    )

    if typed != "O":
        assert answer.status_code == 422
        assert said in answer.get_data(as_text=True)
        assert typed.split("\n")[0] in answer.get_data(as_text=True)
        assert now_in(session, meeting) == {1: ["siri", "bjorn"], 2: ["olav"], 3: []}


def test_a_name_that_several_have_is_answered_with_who_they_are(session, as_tora, meeting):
    person(session, "nils").name = "Siri Nes"
    session.commit()

    answer = as_tora.post(
        f"/workshops/{meeting.key}/groups/members", data={"people": "Siri", "to": "", "submission": str(uuid4())}
    )

    assert "Siri Nes (nils), Siri Sand (siri)" in answer.get_data(as_text=True)


# --- Helpers ------------------------------------------------------------------------------------------------


def test_a_helper_is_named_and_let_go(session, as_tora, meeting):
    key = meeting.key
    as_tora.post(f"/workshops/{key}/helpers", data={"helper": "nils", "submission": str(uuid4())})
    helper_id = plan_queries.helpers(session, meeting)[0].id
    session.rollback()
    page = f"/workshops/{key}"
    assert "Nils Nes" in as_tora.get(page).get_data(as_text=True)

    as_tora.post(f"/workshops/{key}/helpers/{helper_id}/withdrawal", data={"submission": str(uuid4())})
    as_tora.get(page)  # says that it is done
    assert "Nils Nes" not in as_tora.get(page).get_data(as_text=True)
    again = as_tora.post(f"/workshops/{key}/helpers/{helper_id}/withdrawal", data={})
    assert again.status_code == 404


# --- At a click ---------------------------------------------------------------------------------------------


def test_a_preview_saves_nothing_and_what_it_shows_is_what_is_made(session, as_tora):
    workshop = makers.workshop(session, groups=0)
    session.commit()
    address = f"/workshops/{workshop.key}/groups/proposal"

    page = as_tora.get(address, query_string=ALL)
    assert now_in(session, workshop) == {}
    assert "12 personer, 3 grupper, 4 i hver" in " ".join(page.get_data(as_text=True).split())
    sent = fields(page)
    chosen = next(int(one) for one in sent["people-0"].split(",") if one != sent["leads-0"])
    as_tora.post(address, data={**sent, "leads-0": str(chosen)})

    found = now_in(session, workshop)
    assert [len(group) for group in found.values()] == [4, 4, 4]
    assert "ute" not in str(found), "whoever is employed nowhere is not asked"
    members = reads.members(session, workshop)
    assert [one.person_id for group in members.values() for one in group if one.leads][0] == chosen
    assert sum(one.leads for group in members.values() for one in group) == 3


def test_coordinators_and_safety_representatives_lead_in_the_preview(session, as_tora):
    workshop = makers.workshop(session, groups=0)
    session.commit()

    page = as_tora.get(
        f"/workshops/{workshop.key}/groups/proposal", query_string={**ALL, "whom": "roles", "groups": "2"}
    )

    sent = fields(page)
    assert {sent["leads-0"], sent["leads-1"]} == {str(person(session, key).id) for key in ("chen", "siri")}
    assert "Hver gruppe har en HMS-koordinator eller et verneombud." in page.get_data(as_text=True)


def test_mixing_again_gives_other_groups(session, as_tora):
    workshop = makers.workshop(session, groups=0)
    session.commit()
    address = f"/workshops/{workshop.key}/groups/proposal"

    turns = {fields(as_tora.get(address, query_string={**ALL, "turn": turn}))["people-0"] for turn in range(1, 6)}
    assert len(turns) > 1


def test_latecomers_fill_up_and_nobody_who_is_in_a_group_is_moved(session, as_tora, meeting):
    address = f"/workshops/{meeting.key}/groups/proposal"
    as_tora.post(address, data=fields(as_tora.get(address, query_string={**ALL, "groups": ""})))

    found = now_in(session, meeting)
    assert {"siri", "bjorn"} < set(found[1])
    assert "olav" in found[2]
    assert sorted(map(len, found.values())) == [4, 4, 4]
    assert [one.person.external_key for one in reads.members(session, meeting)[meeting.groups[0].id] if one.leads] == [
        "siri"
    ]


def test_groups_that_nobody_is_left_in_are_taken_away_when_all_are_mixed_anew(session, as_tora, meeting):
    address = f"/workshops/{meeting.key}/groups/proposal"
    page = as_tora.get(address, query_string={**ALL, "groups": "2", "anew": "yes"})
    assert "så de tas bort: 3" in page.get_data(as_text=True)

    as_tora.post(address, data=fields(page))

    found = now_in(session, meeting)
    assert list(found) == [1, 2]
    assert sum(map(len, found.values())) == 12


def test_a_group_for_each_unit_is_called_as_the_unit(session, as_tora):
    workshop = makers.workshop(session, groups=1)
    session.commit()
    address = f"/workshops/{workshop.key}/groups/proposal"

    as_tora.post(address, data=fields(as_tora.get(address, query_string={**ALL, "units": ["LAB", "WRK"],
                                                                         "how": "units"})))  # fmt: skip

    found = {group.name: [one.person.external_key for one in reads.members(session, workshop)[group.id]]
             for group in reads.groups(session, workshop)}  # fmt: skip
    assert {name: set(people) for name, people in found.items()} == {
        "Laserlaben": {"chen", "siri", "astrid", "bjorn", "nils"}, "Verkstedet": {"olav", "dina"},
    }  # fmt: skip
    assert found["Laserlaben"][0] == "chen"


@pytest.mark.parametrize("asked", [{**ALL, "units": []}, {**ALL, "groups": "0"}, {**ALL, "whom": "nobody"}, {}])
def test_what_no_groups_can_be_made_of_is_said(as_tora, meeting, asked):
    assert as_tora.get(f"/workshops/{meeting.key}/groups/proposal", query_string=asked).status_code == 422


@pytest.mark.parametrize("people", ["x", "1,zwei", "999999"])
def test_groups_that_no_preview_sends_are_refused(as_tora, meeting, people):
    answer = as_tora.post(
        f"/workshops/{meeting.key}/groups/proposal", data={"people-0": people, "submission": str(uuid4())}
    )
    assert answer.status_code == 400


def test_the_page_of_groups_asks_the_same_number_of_times_however_many_there_are(session, as_tora, queries):
    small = makers.workshop(session, groups=1, members={1: ["siri"]})
    large = makers.workshop(session, groups=6, members={1: ["siri", "bjorn"], 2: ["olav", "dina"], 3: ["chen"]})
    session.commit()
    counts = []
    for workshop in (small, small, large):
        with queries() as sent:
            as_tora.get(f"/workshops/{workshop.key}/groups")
        counts.append(len(sent))
    assert counts[1] == counts[2]
