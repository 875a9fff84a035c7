"""The plenary's page, its state, and the forms on it: without a script, and as the script sends them."""

import re
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from hmswiki.plenary import queries
from hmswiki.workshops import queries as workshops
from tests.conftest import client_as
from tests.plenary.makers import clear, point, write_all, write_on
from tests.support import once
from tests.workshops.makers import start
from tests.workshops.makers import workshop as make_workshop

pytestmark = once  # each address is asked for on PostgreSQL too, by tests/test_access.py


class Room:
    """A workshop that is written in, and what its page says to Hanne, or to Dina, who helps."""

    def __init__(self, app: Flask, session: Session) -> None:
        self.app, self.session = app, session
        self.workshop = make_workshop(session, helpers=["dina"])
        self.task, self.other_task = workshops.tasks(session, self.workshop)
        self.points = write_all(session, self.task)
        session.commit()
        # By themselves: a session that reads keeps others from writing.
        self.keys = {text: found.key for text, found in self.points.items()}
        self.task_key = self.task.key
        self.path = f"/workshops/{self.workshop.key}/plenary"

    def open(self, who: str | None = "hanne", more: str = "", **options: Any) -> Any:
        return client_as(self.app, who).get(f"{self.path}{more}", **options)

    def send(self, to: str, who: str = "hanne", *, json: bool = False, **fields: Any) -> Any:
        headers = {"Accept": "application/json"} if json else {}
        fields = {"submission": str(uuid4()), **fields}
        return client_as(self.app, who).post(
            f"{self.path}/{to}?task={self.task_key}", data=fields, headers=headers
        )  # fmt: skip

    def gather(self, *texts: str, who: str = "hanne", **fields: Any) -> Any:
        return self.send("points", who, point=[self.keys[text] for text in texts], **fields)

    @property
    def themes(self) -> list[queries.GatheredTheme]:
        self.session.expire_all()
        found = queries.themes(self.session, self.workshop, self.task)
        self.session.commit()
        return found

    @property
    def summary(self) -> list[queries.KeptSentence]:
        self.session.expire_all()
        found = queries.sentences(self.session, self.workshop, self.task)
        self.session.commit()
        return found


@pytest.fixture
def room(app: Flask, session: Session) -> Room:
    return Room(app, session)


# --- Who, and what is missing -------------------------------------------------------------------------------


def test_strangers_and_those_who_only_take_part_are_kept_out(room: Room) -> None:
    assert room.open(None).status_code in (302, 303)
    for more in ("", "/state"):
        refused = room.open("bjorn", more)
        assert refused.status_code == 403
    assert "hjelpere" in refused.text
    assert room.send("points", "bjorn", title="Nytt").status_code == 403
    assert room.themes == []


def test_a_helper_of_one_workshop_sorts_there_alone(room: Room) -> None:
    assert room.open("dina").status_code == 200
    assert room.gather("Nytt hver fredag", who="dina", title="Nytt").status_code == 303
    elsewhere = make_workshop(room.session, title="Et annet")
    room.session.commit()
    assert client_as(room.app, "dina").get(f"/workshops/{elsewhere.key}/plenary").status_code == 403


def test_what_is_not_there_is_not_found(room: Room) -> None:
    assert client_as(room.app, "hanne").get(f"/workshops/{uuid4()}/plenary").status_code == 404
    assert room.open(more=f"?task={uuid4()}").status_code == 404
    assert room.send(f"themes/{uuid4()}/title").status_code == 404
    assert room.send(f"sentences/{uuid4()}/removal").status_code == 404
    assert room.send("points", point=[str(uuid4())], title="Nytt").status_code == 404
    assert room.send("points", point=["no key"], title="Nytt").status_code == 404
    assert room.themes == []


# --- What is seen -------------------------------------------------------------------------------------------


def test_points_stand_side_by_side_by_part_and_group_and_nobody_is_named(room: Room) -> None:
    page = room.open().text
    assert page.index("Informasjon") < page.index("Gruppe 1</h4>") < page.index("Fast tidspunkt for nytt")
    assert page.index("Fast tidspunkt for nytt") < page.index("Gruppe 2</h4>") < page.index("Nytt hver fredag")
    assert "5 punkter venter" in page


def test_a_task_with_models_shows_each_for_itself(room: Room) -> None:
    for number, model in ((2, "5 institutter"), (1, "3 institutter")):
        point(room.session, room.other_task, number, f"For {model}", model=model)
    room.session.commit()
    page = room.open(more=f"?task={room.other_task.key}").text
    titles = re.findall(r"hms-sort-part-title[^>]*>([^<]*)<", page)
    assert titles == ["3 institutter", "5 institutter"]


def test_the_page_opens_with_the_task_that_was_begun_last(room: Room) -> None:
    start(room.session, room.other_task)
    room.session.commit()
    assert f"<h1>{room.other_task.title}</h1>" in room.open().text


def test_only_what_has_no_theme_is_shown_where_that_is_asked_for(room: Room) -> None:
    room.gather("Nytt hver fredag", title="Fredager")
    page = room.open(more=f"?task={room.task_key}&show=free").text
    board = page[: page.index('id="sorting"')]
    assert "Samme beskjed samtidig" in board
    assert "Nytt hver fredag" not in board


def test_what_a_group_did_meanwhile_is_told(room: Room) -> None:
    room.gather("Nytt hver fredag", "Samme beskjed samtidig", title="Fredager")
    write_on(room.session, room.points["Nytt hver fredag"], "Nytt hver torsdag")
    clear(room.session, room.points["Samme beskjed samtidig"])
    room.session.commit()
    page = room.open().text
    assert "Det sto: «Nytt hver fredag»" in page
    assert "<s>Samme beskjed samtidig</s>" in page
    assert "1 gruppe</b>" in page


def test_what_is_written_cannot_break_the_page(room: Room) -> None:
    evil = "<script>alert(1)</script>"
    found = point(room.session, room.task, 1, evil)
    room.session.commit()
    room.send("points", point=[found.key], title=evil)
    room.send("sentences", **{"new-text": evil, "point": found.key})
    for answer in (room.open().text, room.open(more="/state").get_json()["html"]):
        assert evil not in answer
        assert answer.count("&lt;script&gt;alert(1)&lt;/script&gt;") >= 4


# --- Without a script ---------------------------------------------------------------------------------------


def test_ticked_points_are_gathered_moved_and_freed_by_a_plain_form(room: Room) -> None:
    answer = room.gather("Nytt hver fredag", "Fast tidspunkt for nytt", title="Fast tidspunkt")
    assert answer.status_code == 303
    assert "<b>2 grupper</b>" in room.open().text
    [fixed] = room.themes
    room.gather("Samme beskjed samtidig", title="Likt for alle")
    room.gather("Samme beskjed samtidig", theme=fixed.theme.key, title="noe annet")
    assert [(one.theme.title, one.count) for one in room.themes] == [("Fast tidspunkt", 3), ("Likt for alle", 0)]
    room.gather("Samme beskjed samtidig", "Nytt hver fredag", do="free")
    assert [(one.theme.title, one.count) for one in room.themes] == [("Fast tidspunkt", 1), ("Likt for alle", 0)]


def test_a_form_sent_twice_is_carried_out_once(room: Room) -> None:
    id = str(uuid4())
    room.gather("Nytt hver fredag", title="Fredager", submission=id)
    assert room.gather("Nytt hver fredag", title="Torsdager", submission=id).status_code == 303
    assert [one.theme.title for one in room.themes] == ["Fredager"]


def test_a_theme_without_a_name_is_refused_and_the_ticks_stay(room: Room) -> None:
    answer = room.gather("Nytt hver fredag", title=" ")
    assert answer.status_code == 422
    assert "Skriv hva temaet heter." in answer.text
    key = room.keys["Nytt hver fredag"]
    assert re.search(rf'id="tick-{key}"[^>]* checked', answer.text)
    assert "plenary.js" not in answer.text


def test_a_name_over_somebody_elses_is_refused_with_both_names_and_can_be_saved_then(room: Room) -> None:
    room.gather("Nytt hver fredag", title="Fredager")
    key = room.themes[0].theme.key
    room.send(f"themes/{key}/title", "dina", **{f"{key}-title": "Torsdager", f"{key}-version": "1"})
    answer = room.send(f"themes/{key}/title", **{f"{key}-title": "Onsdager", f"{key}-version": "1"})
    assert answer.status_code == 409
    assert "«Torsdager»" in answer.text
    assert 'value="Onsdager"' in answer.text
    [version] = re.findall(rf'name="{key}-version"[^>]*value="(\d+)"', answer.text)
    room.send(f"themes/{key}/title", **{f"{key}-title": "Onsdager", f"{key}-version": version})
    assert room.themes[0].theme.title == "Onsdager"


def test_themes_are_ordered_merged_taken_apart_and_brought_back_by_buttons(room: Room) -> None:
    for text, title in (("Nytt hver fredag", "En"), ("Samme beskjed samtidig", "To")):
        room.gather(text, title=title)
    one, two = (found.theme.key for found in room.themes)
    room.send(f"themes/{two}/place", after="")
    assert [found.theme.title for found in room.themes] == ["To", "En"]
    room.send(f"themes/{one}/merger", into=two)
    assert [(found.theme.title, found.count) for found in room.themes] == [("To", 2)]
    room.send(f"themes/{two}/removal")
    page = room.open().text
    assert "2 temaer er løst opp eller slått sammen" in page
    room.send(f"themes/{two}/return")
    assert [(found.theme.title, found.count) for found in room.themes] == [("To", 2)]


def test_what_was_taken_apart_meanwhile_is_told_and_not_lost(room: Room) -> None:
    room.gather("Nytt hver fredag", title="Fredager")
    key = room.themes[0].theme.key
    room.send(f"themes/{key}/removal", "dina")
    answer = room.gather("Samme beskjed samtidig", theme=key)
    assert answer.status_code == 409
    assert "Fredager" in answer.text
    renamed = room.send(f"themes/{key}/title", **{f"{key}-title": "Torsdager", f"{key}-version": "1"})
    assert renamed.status_code == 409
    assert "løst opp" in renamed.text


def test_a_sentence_is_begun_by_a_theme_and_keeps_its_points(room: Room) -> None:
    room.gather("Nytt hver fredag", "Fast tidspunkt for nytt", title="Fast tidspunkt")
    page = room.open(more=f"?task={room.task_key}&begin={room.themes[0].theme.key}").text
    draft = page[page.index('id="draft"') :]
    assert ">Fast tidspunkt</textarea>" in draft
    keys = re.findall(r'name="point" value="([^"]+)" checked', draft)
    assert len(keys) == 2
    room.send("sentences", **{"new-text": "Vi sier fra hver fredag.", "point": keys})
    assert "<b>Gruppe 1 og 2</b>" in room.open().text


def test_ticked_points_begin_a_sentence_or_come_under_one(room: Room) -> None:
    begun = room.gather("Nytt hver fredag", do="stand", sentence="")
    assert begun.status_code == 200
    assert room.keys["Nytt hver fredag"] in begun.text[begun.text.index('id="draft"') :]
    assert room.summary == []
    room.send("sentences", **{"new-text": "Fredag."})
    [sentence] = room.summary
    room.gather("Samme beskjed samtidig", do="stand", sentence=sentence.sentence.key)
    assert [group.number for group in room.summary[0].groups] == [3]


def test_a_sentence_is_rewritten_leaves_points_and_is_brought_back(room: Room) -> None:
    keys = [room.keys[text] for text in ("Nytt hver fredag", "Samme beskjed samtidig")]
    room.send("sentences", **{"new-text": "Fredag.", "point": keys})
    key = room.summary[0].sentence.key
    changed = {f"{key}-text": "Torsdag.", f"{key}-version": "1", "shown": keys, "point": keys[:1]}
    assert room.send(f"sentences/{key}/text", **changed).status_code == 303
    [found] = room.summary
    assert (found.sentence.text, [group.number for group in found.groups]) == ("Torsdag.", [2])
    late = room.send(f"sentences/{key}/text", "dina", **{f"{key}-text": "Onsdag.", f"{key}-version": "1"})
    assert late.status_code == 409
    assert "«Torsdag.»" in late.text
    assert ">Onsdag.</textarea>" in late.text.replace("\r\n", "").replace(">\n", ">")
    room.send(f"sentences/{key}/removal")
    assert room.summary == []
    gone = room.send(f"sentences/{key}/text", "dina", **{f"{key}-text": "Lørdag.", f"{key}-version": "2"})
    assert gone.status_code == 409
    assert ">Lørdag.</textarea>" in gone.text[gone.text.index('id="draft"') :], "what was typed goes on as a new one"
    room.send(f"sentences/{key}/return")
    assert [group.number for group in room.summary[0].groups] == [2]


def test_an_empty_sentence_is_refused_and_its_points_stay(room: Room) -> None:
    key = room.keys["Nytt hver fredag"]
    answer = room.send("sentences", **{"new-text": " ", "point": key, "shown": key})
    assert answer.status_code == 422
    assert "Skriv setningen." in answer.text
    assert re.search(rf'name="point" value="{key}" checked', answer.text[answer.text.index('id="draft"') :])


# --- As the script asks -------------------------------------------------------------------------------------


def test_a_script_gets_the_new_state_for_what_it_sends(room: Room) -> None:
    answer = room.send(
        "points", json=True, point=[room.keys["Nytt hver fredag"]], title="Fredager"
    )  # fmt: skip
    assert answer.status_code == 303
    state = client_as(room.app, "hanne").get(answer.headers["Location"]).get_json()
    assert 'data-title="Fredager"' in state["html"]
    assert state["csrf_token"]
    refused = room.send("points", json=True, title="")
    assert refused.status_code == 422
    assert refused.get_json()["error"]["message"] == "Skriv hva temaet heter."


def test_the_state_says_nothing_new_until_somebody_does_something(room: Room, queries: Any) -> None:
    first = room.open("dina", f"/state?task={room.task_key}")
    mark = {"If-None-Match": first.headers["ETag"]}
    with queries() as sent:
        assert room.open("dina", f"/state?task={room.task_key}", headers=mark).status_code == 304
    assert len(sent) <= 8
    other = room.open("dina", f"/state?task={room.other_task.key}", headers=mark)
    assert other.status_code == 200
    room.gather("Nytt hver fredag", title="Fredager")
    assert room.open("dina", f"/state?task={room.task_key}", headers=mark).status_code == 200


def test_the_page_asks_as_often_whatever_there_is_on_it(room: Room, queries: Any) -> None:
    room.gather("Nytt hver fredag", title="En")
    with queries() as few:
        room.open()
    for number in range(12):
        found = point(room.session, room.task, 1 + number % 3, f"Punkt {number}")
        room.session.commit()
        room.send("points", point=[found.key], title=f"Tema {number}")
        room.send("sentences", **{"new-text": f"Setning {number}.", "point": found.key})
    with queries() as many:
        assert room.open().status_code == 200
    assert len(many) <= len(few) + 1  # what the sentences stand on


# --- On others' pages ---------------------------------------------------------------------------------------


def test_themes_so_far_stand_on_the_wall_with_how_many_groups_they_count(room: Room) -> None:
    wall = f"/workshops/{room.workshop.key}/wall?task={room.task_key}"
    assert "hms-themes" not in client_as(room.app, "hanne").get(wall).text
    room.gather("Nytt hver fredag", "Fast tidspunkt for nytt", title="Fast tidspunkt")
    page = client_as(room.app, "hanne").get(wall).text
    themes = page[page.index("hms-themes") :]
    assert ">2</span>" in themes[: themes.index("Fast tidspunkt")]
    state = client_as(room.app, "hanne").get(wall.replace("?", "/state?")).get_json()
    assert "Fast tidspunkt" in state["html"]


def test_helpers_are_led_to_the_plenary_and_others_are_not(room: Room) -> None:
    page = f"/workshops/{room.workshop.key}"
    assert room.path in client_as(room.app, "dina").get(page).text
    assert room.path not in client_as(room.app, "bjorn").get(page).text
