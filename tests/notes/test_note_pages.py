"""A group's note by its pages: who sees it, what is shown, and the form that works without a script."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from hmswiki.notes.models import HandIn, Point
from hmswiki.workshops.models import Group, Task, Workshop
from hmswiki.workshops.operations import add_group
from tests.workshops import makers


@dataclass(frozen=True)
class Met:
    """A workshop with what its addresses need, so that nothing of it is read while pages are asked for."""

    session: Session
    workshop: Workshop
    groups: list[Group]
    tasks: list[Task]
    prompts: list[str]
    """The keys of the first task's."""
    key: str

    def note(self, number: int = 1, task: int = 0) -> str:
        return f"/workshops/{self.key}/groups/{number}/notes/{self.tasks[task].key}"

    def let_in(self, client: FlaskClient, number: int | None = 1, **more: Any) -> None:
        """Let the client in by the code, to the group of that number."""
        group = self.groups[number - 1] if number else None
        client.set_cookie(f"hms-seat-{self.key}", makers.seat(self.session, self.workshop, group=group, **more))
        self.session.commit()


@pytest.fixture
def met(session: Session) -> Met:
    workshop = makers.workshop(session, members={1: ["bjorn"], 2: ["dina"]})
    tasks = list(workshop.tasks)
    found = Met(
        session, workshop, list(workshop.groups), tasks, [prompt.key for prompt in tasks[0].prompts], workshop.key
    )
    session.commit()
    return found


def edit(text: str = "", *, kind: str = "write", point: str | None = None, **more: Any) -> dict[str, Any]:
    return {
        "key": str(uuid4()), "point": point or str(uuid4()), "kind": kind, "text": text,
        "made_at": datetime.now(UTC).isoformat(), **more,
    }  # fmt: skip


def send(client: FlaskClient, address: str, *edits: dict[str, Any], **more: Any) -> Any:
    body = {"edits": list(edits), "sent_at": datetime.now(UTC).isoformat(), **more}
    return client.post(f"{address}/edits", json=body)


def form_of(page: str) -> dict[str, str]:
    """What the note's form holds, as a browser would send it."""
    form = re.search(r"<form class=\"hms-group-note\".*?</form>", page, re.DOTALL)[0]
    fields = dict(re.findall(r'<input type="hidden" name="(seen-[^"]+)" value="([^"]*)"', form))
    fields["submission"] = re.search(r'name="submission"[^>]*value="([^"]+)"', form)[1]
    for name, text in re.findall(r'<textarea[^>]* name="([^"]+)"[^>]*>\n(.*?)</textarea>', form, re.DOTALL):
        fields[name] = text
    return fields


def texts(session: Session) -> list[str]:
    """What is not cleared, in order."""
    query = select(Point).where(Point.cleared_at.is_(None)).execution_options(populate_existing=True)
    rows = session.scalars(query).all()
    session.commit()
    return [row.text for row in sorted(rows, key=lambda row: (row.prompt_id, row.rank))]


# --- The page -----------------------------------------------------------------------------------------------


def test_the_groups_address_leads_to_the_task_that_runs(session, met, as_bjorn):
    makers.start(session, met.tasks[1])
    session.commit()
    answer = as_bjorn.get(f"/workshops/{met.key}/groups/1")
    assert answer.headers["Location"] == met.note(task=1)
    assert "3 institutter" in as_bjorn.get(answer.headers["Location"]).text


def test_what_is_typed_under_a_heading_that_is_taken_out_meanwhile_is_kept(session, met, as_bjorn):
    fields = form_of(as_bjorn.get(met.note()).text)
    met.tasks[0].prompts[1].removed_at = datetime.now(UTC)
    session.commit()
    answer = as_bjorn.post(met.note(), data={**fields, f"lines-{met.prompts[1]}": "Rakk det ikke"})
    assert answer.status_code == 303
    assert texts(session) == ["Rakk det ikke"]
    assert "Rakk det ikke" in as_bjorn.get(met.note()).text


def test_lines_of_the_plain_form_become_points_and_are_changed_one_by_one(session, met, as_bjorn):
    first, second = (f"lines-{key}" for key in met.prompts[:2])
    fields = form_of(as_bjorn.get(met.note()).text)
    written = {**fields, first: "En\r\nTo\r\n\r\nTre", second: "Fire"}
    assert as_bjorn.post(met.note(), data=written).status_code == 303
    assert texts(session) == ["En", "To", "Tre", "Fire"]
    keys = dict(session.execute(select(Point.text, Point.key)).all())
    session.commit()

    fields = form_of(as_bjorn.get(met.note()).text)
    as_bjorn.post(met.note(), data={**fields, first: "Null\nTre\nEn", second: "Fire og fem"})

    assert texts(session) == ["Null", "Tre", "En", "Fire og fem"]
    now = dict(session.execute(select(Point.text, Point.key)).all())
    assert now["Fire og fem"] == keys["Fire"]
    assert {now["En"], now["Tre"]} <= set(keys.values())


def test_the_note_is_handed_in_with_what_the_form_holds(session, met, as_bjorn):
    fields = form_of(as_bjorn.get(met.note()).text)
    answer = as_bjorn.post(f"{met.note()}/hand-in", data={**fields, f"lines-{met.prompts[0]}": "Ferdig"})
    assert answer.status_code == 303
    assert "Notatet er levert" in as_bjorn.get(met.note()).text
    assert len(session.scalars(select(HandIn)).all()) == 1


# --- As JSON ------------------------------------------------------------------------------------------------


def test_edits_from_a_phone_are_in_the_state_of_another(met, as_bjorn, as_stranger):
    met.let_in(as_stranger, name="Kari")
    sent = edit("Én fast side", prompt=met.prompts[0], base=None, after=None)
    answer = send(as_stranger, met.note(), sent)
    assert answer.json["saved"] == [{"key": sent["key"], "point": sent["point"], "written": sent["key"]}]
    state = as_bjorn.get(f"{met.note()}/state")
    assert [(one["text"], one["by"], one["mine"]) for one in state.json["points"]] == [("Én fast side", "Kari", False)]
    assert as_bjorn.get(f"{met.note()}/state", headers={"If-None-Match": state.headers["ETag"]}).status_code == 304
    assert as_stranger.get(f"{met.note()}/state").json["points"][0]["mine"] is True


# --- For the organiser --------------------------------------------------------------------------------------


def test_the_organiser_sees_who_has_handed_in_and_asks_those_who_are_missing(session, met, as_bjorn, as_hanne):
    makers.start(session, met.tasks[0])
    session.commit()
    send(as_bjorn, met.note(), edit("Ett", prompt=met.prompts[0]), edit("To", prompt=met.prompts[0]))
    as_bjorn.post(f"{met.note()}/hand-in")
    page = as_hanne.get(f"/workshops/{met.key}/lead").text
    assert "1 av 3 grupper har levert" in page
    rows = re.findall(r'<li data-group="(\d)">(.*?)</li>', page, re.DOTALL)
    assert ["Levert" in row and "2 punkter" in row for _number, row in rows] == [True, False, False]
    assert ["Ingenting ennå" in row for _number, row in rows] == [False, True, True]
    assert re.findall(r'name="group" value="(\d)"', page) == ["2", "3"]


def test_who_was_asked_for_one_task_is_not_asked_for_the_next_as_it_begins(session, met, as_bjorn, as_hanne):
    assert "om å levere" not in as_hanne.get(f"/workshops/{met.key}/lead").text
    makers.start(session, met.tasks[0])
    session.commit()
    task = met.tasks[0].key
    as_hanne.post(f"/workshops/{met.key}/lead/remind", data={"task": task, "group": ["1"]})
    assert as_bjorn.get(f"{met.note()}/state").json["reminded_at"] is not None
    assert as_hanne.get(f"/workshops/{met.key}/lead").text.count("Minnet på kl.") == 1
    makers.close(session, met.tasks[0])
    makers.start(session, met.tasks[1], ago=timedelta())
    session.commit()
    assert as_bjorn.get(f"{met.note(task=1)}/state").json["reminded_at"] is None
    assert "Minnet på kl." not in as_hanne.get(f"/workshops/{met.key}/lead").text


def test_a_note_that_was_changed_after_it_was_handed_in_says_so_until_it_is_handed_in_again(met, as_bjorn, as_hanne):
    send(as_bjorn, met.note(), edit("Ett", prompt=met.prompts[0]))
    as_bjorn.post(f"{met.note()}/hand-in")
    send(as_bjorn, met.note(), edit("To", prompt=met.prompts[0]))
    assert as_bjorn.get(f"{met.note()}/state").json["changed_since_handed_in"] is True
    assert "endret siden" in as_hanne.get(f"/workshops/{met.key}/lead").text
    as_bjorn.post(f"{met.note()}/hand-in")
    assert as_bjorn.get(f"{met.note()}/state").json["changed_since_handed_in"] is False


def test_the_organiser_brings_back_what_was_cleared_and_what_was_written_over(met, as_bjorn, as_hanne):
    first, second = edit("Ett", prompt=met.prompts[0]), edit("To", prompt=met.prompts[0])
    send(as_bjorn, met.note(), first, second)
    send(as_bjorn, met.note(), edit("Ett til", point=first["point"], base=first["key"]),
         edit(kind="clear", point=second["point"], base=second["key"]))  # fmt: skip
    page = as_hanne.get(f"{met.note()}/history").text
    assert "<del>To</del>" in page
    assert "bjorn" not in page.casefold()
    back = {"point": second["point"], "submission": str(uuid4())}
    assert as_hanne.post(f"{met.note()}/history", data=back).status_code == 303
    again = {"point": first["point"], "edit": first["key"], "submission": str(uuid4())}
    as_hanne.post(f"{met.note()}/history", data=again)
    points = as_bjorn.get(f"{met.note()}/state").json["points"]
    assert [(one["text"], one["mine"]) for one in points] == [("Ett", False), ("To", True)]


def test_the_history_is_for_the_organiser_alone(met, as_bjorn, as_stranger):
    met.let_in(as_stranger)
    assert as_bjorn.get(f"{met.note()}/history").status_code == 403
    assert as_stranger.get(f"{met.note()}/history").status_code in (302, 303, 401, 403)


def test_the_workshops_page_shows_a_member_what_their_group_has_written(met, as_bjorn, as_dina):
    send(as_bjorn, met.note(), edit("Ett", prompt=met.prompts[0]))
    page = as_bjorn.get(f"/workshops/{met.key}").text
    assert "Det dere har skrevet: Gruppe 1" in page
    assert met.note() in page
    assert "Det dere har skrevet" not in as_dina.get(f"/workshops/{met.key}").text


# --- When the task is closed --------------------------------------------------------------------------------


def close(met: Met, task: int = 0) -> None:
    makers.close(met.session, met.tasks[task])
    met.session.commit()


def test_nobody_writes_in_a_closed_task_but_what_a_phone_wrote_before_is_taken(session, met, as_bjorn):
    before = edit("Uten nett", prompt=met.prompts[0])
    close(met)
    answer = send(as_bjorn, met.note(), before, edit("For sent", prompt=met.prompts[0]))
    assert [one["key"] for one in answer.json["saved"]] == [before["key"]]
    (refused,) = answer.json["refused"]
    assert refused["status"] == 409
    assert "Oppgaven ble avsluttet" in refused["sentence"]
    assert texts(session) == ["Uten nett"]


def test_a_phone_whose_clock_is_an_hour_behind_does_not_write_in_the_past(met, as_bjorn):
    close(met)
    behind = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    answer = send(as_bjorn, met.note(), edit("For sent", prompt=met.prompts[0], made_at=behind), sent_at=behind)
    assert [one["status"] for one in answer.json["refused"]] == [409]


def test_the_organiser_types_in_from_paper_after_the_task_was_closed(session, met, as_bjorn, as_hanne):
    close(met)
    assert "readonly" in as_bjorn.get(met.note()).text
    page = as_hanne.get(met.note()).text
    assert "fra papir" in page
    fields = {**form_of(page), f"lines-{met.prompts[0]}": "Fra arket"}
    assert as_hanne.post(met.note(), data=fields).status_code == 303
    assert texts(session) == ["Fra arket"]
    assert as_bjorn.get(f"{met.note()}/state").json["may_write"] is False


def test_a_form_that_comes_too_late_says_why_and_keeps_what_was_typed(session, met, as_bjorn):
    fields = {**form_of(as_bjorn.get(met.note()).text), f"lines-{met.prompts[0]}": "For sent"}
    close(met)
    answer = as_bjorn.post(met.note(), data=fields)
    assert answer.status_code == 409
    assert "Oppgaven ble avsluttet" in answer.text
    assert ">\nFor sent</textarea>" in answer.text
    assert as_bjorn.post(f"{met.note()}/hand-in").status_code == 409
    assert texts(session) == []


# --- What is refused ----------------------------------------------------------------------------------------


def test_a_form_with_a_line_too_long_saves_nothing_and_keeps_everything(session, met, as_bjorn):
    fields = {**form_of(as_bjorn.get(met.note()).text), f"lines-{met.prompts[0]}": "Kort\n" + "a" * 1001}
    answer = as_bjorn.post(met.note(), data=fields)
    assert answer.status_code == 422
    assert "1001 tegn" in answer.text.replace("\N{NO-BREAK SPACE}", "").replace("1 001", "1001")
    assert "a" * 1001 in answer.text
    assert texts(session) == []
    again = {**form_of(answer.text), f"lines-{met.prompts[0]}": "Kort\nog godt"}
    assert as_bjorn.post(met.note(), data=again).status_code == 303
    assert texts(session) == ["Kort", "og godt"]


def test_the_same_form_sent_twice_is_saved_once_and_beside_what_others_wrote_meanwhile(session, met, as_bjorn):
    fields = {**form_of(as_bjorn.get(met.note()).text), f"lines-{met.prompts[0]}": "Fra skjemaet"}
    send(as_bjorn, met.note(), edit("Fra telefonen", prompt=met.prompts[0]))
    for _time in range(2):
        assert as_bjorn.post(met.note(), data=fields).status_code == 303
    assert sorted(texts(session)) == ["Fra skjemaet", "Fra telefonen"]


def test_nothing_is_handed_in_before_something_is_written(met, as_bjorn):
    answer = as_bjorn.post(f"{met.note()}/hand-in")
    assert answer.status_code == 422
    assert "Ingenting er skrevet ennå" in answer.text


def test_each_edit_that_cannot_be_is_refused_for_itself(session, met, as_bjorn, as_dina):
    theirs = edit("Hos gruppe 2", prompt=met.prompts[0])
    send(as_dina, met.note(2), theirs)
    good, elsewhere = edit("Godt", prompt=met.prompts[0]), edit("x", point=theirs["point"], base=theirs["key"])
    answer = send(
        as_bjorn, met.note(), edit("a" * 1001, prompt=met.prompts[0]), edit("x", prompt="none"), elsewhere,
        {**theirs, "point": str(uuid4())}, {"key": "no uuid"}, {**edit("x"), "made_at": "i går"}, good,
    )  # fmt: skip
    assert [one["key"] for one in answer.json["saved"]] == [good["key"]]
    assert [one["status"] for one in answer.json["refused"]] == [422] * 6
    assert sorted(texts(session)) == ["Godt", "Hos gruppe 2"]


@pytest.mark.parametrize("body", ["[]", "{}", '{"edits": 3}', "nothing", '{"edits": [' + "{}," * 500 + "{}]}"])
def test_what_is_no_list_of_edits_is_refused(met, as_bjorn, body):
    answer = as_bjorn.post(f"{met.note()}/edits", data=body, content_type="application/json")
    assert answer.status_code == 400


def test_a_line_for_a_model_that_was_taken_out_of_the_plan_is_kept_with_the_first(session, met, as_bjorn):
    whole = met.tasks[1].prompts[0].key
    session.commit()
    send(as_bjorn, met.note(task=1), edit("Tre", prompt=whole, model="3 institutter"), edit("?", prompt=whole))
    met.tasks[1].models = ["5 institutter"]
    session.commit()
    send(as_bjorn, met.note(task=1), edit("Fire", prompt=whole, model="4 institutter"))
    points = as_bjorn.get(f"{met.note(task=1)}/state").json["points"]
    assert [(one["model"], one["text"]) for one in points] == [
        ("5 institutter", "Fire"), ("3 institutter", "Tre"), ("3 institutter", "?")
    ]  # fmt: skip
    assert "Tre\n?</textarea>" in as_bjorn.get(met.note(task=1)).text


def test_a_form_that_was_opened_before_the_models_changed_places_says_the_same(session, met, as_bjorn):
    fields = form_of(as_bjorn.get(met.note(task=1)).text)
    first, *_, last = met.tasks[1].models
    mine = {
        one: next(name for name in fields if name.startswith("lines-") and name.endswith(f"-{one.encode().hex()}"))
        for one in (first, last)
    }
    met.tasks[1].models = [last, *met.tasks[1].models[1:-1]]  # the first is gone, and the last is first
    session.commit()
    typed = {**fields, mine[last]: "Til den siste", mine[first]: "Til den som ble borte"}
    assert as_bjorn.post(met.note(task=1), data=typed).status_code == 303
    points = as_bjorn.get(f"{met.note(task=1)}/state").json["points"]
    assert {one["text"]: one["model"] for one in points} == {"Til den siste": last, "Til den som ble borte": last}


def test_lines_under_a_heading_that_was_taken_out_of_the_plan_can_still_be_read(session, met, as_bjorn):
    send(as_bjorn, met.note(), edit("Står her", prompt=met.prompts[0]))
    assert len(form_of(as_bjorn.get(met.note()).text)) == 7
    for prompt in met.tasks[0].prompts[:2]:
        prompt.removed_at = datetime.now(UTC)
    session.commit()
    fields = form_of(as_bjorn.get(met.note()).text)
    assert [fields[name] for name in fields if name.startswith("lines-")] == ["Står her", ""]


# --- Who is let in ------------------------------------------------------------------------------------------


def test_a_code_opens_the_group_that_was_picked_and_no_other(met, as_stranger):
    met.let_in(as_stranger, 2)
    assert as_stranger.get(met.note(2)).status_code == 200
    assert as_stranger.get(f"{met.note(2)}/state").status_code == 200
    for address in (met.note(1), f"{met.note(1)}/state", f"/workshops/{met.key}/groups/1"):
        assert as_stranger.get(address, headers={"Accept": "application/json"}).status_code == 403
    assert send(as_stranger, met.note(1), edit("Inn", prompt=met.prompts[0])).status_code == 403


def test_a_code_of_another_workshop_opens_nothing_here(session, met, as_stranger):
    other = makers.workshop(session)
    as_stranger.set_cookie(f"hms-seat-{other.key}", makers.seat(session, other, group=other.groups[0]))
    session.commit()
    assert as_stranger.get(f"{met.note()}/state", headers={"Accept": "application/json"}).status_code == 403


def test_who_wrote_is_told_to_the_group_and_not_to_the_organiser(met, as_bjorn, as_hanne, as_stranger):
    met.let_in(as_stranger, name="Kari")
    send(as_stranger, met.note(), edit("Hennes", prompt=met.prompts[0]))
    send(as_bjorn, met.note(), edit("Hans", prompt=met.prompts[0]))
    state = f"{met.note()}/state"
    assert [one["by"] for one in as_bjorn.get(state).json["points"]] == ["Kari", "Bjørn Berg"]
    assert [one["by"] for one in as_hanne.get(state).json["points"]] == [None, None]
    page = as_hanne.get(met.note()).text
    assert "Kari" not in page


def test_there_is_no_note_of_a_group_or_task_that_there_is_not(session, met, as_hanne):
    other = makers.workshop(session)
    foreign = other.tasks[0].key
    session.commit()
    for address in (
        f"/workshops/none/groups/1/notes/{met.tasks[0].key}", f"/workshops/{met.key}/groups/9",
        f"/workshops/{met.key}/groups/1/notes/none", f"/workshops/{met.key}/groups/1/notes/{foreign}",
        f"/workshops/{met.key}/groups/1/notes/{foreign}/state", f"/workshops/{met.key}/groups/1/notes/none/history",
    ):  # fmt: skip
        assert as_hanne.get(address).status_code == 404


def test_nobody_writes_in_a_workshop_that_was_cancelled(session, met, as_bjorn):
    met.workshop.cancelled_at = datetime.now(UTC)
    session.commit()
    assert send(as_bjorn, met.note(), edit("Avlyst", prompt=met.prompts[0])).status_code == 409


# --- What it costs ------------------------------------------------------------------------------------------


def test_a_phone_that_watches_costs_two_selects_while_nothing_is_new(met, as_stranger, queries):
    met.let_in(as_stranger)
    send(as_stranger, met.note(), edit("En", prompt=met.prompts[0]))
    mark = as_stranger.get(f"{met.note()}/state").headers["ETag"]
    with queries() as sent:
        answer = as_stranger.get(f"{met.note()}/state", headers={"If-None-Match": mark})
    assert answer.status_code == 304
    assert len(sent) <= 2


def test_the_state_and_the_page_cost_the_same_however_much_is_written(met, as_stranger, queries):
    met.let_in(as_stranger)
    counts = []
    for number in (1, 30):
        send(as_stranger, met.note(), *(edit(f"{number}-{one}", prompt=met.prompts[0]) for one in range(number)))
        for address in (f"{met.note()}/state", met.note()):
            with queries() as sent:
                assert as_stranger.get(address).status_code == 200
            counts.append(len(sent))
    assert counts[:2] == counts[2:]
    assert counts[0] <= 12


def test_saving_many_lines_costs_as_many_selects_as_saving_one(met, as_stranger, queries):
    met.let_in(as_stranger)
    counts = []
    for number in (1, 30):
        with queries() as sent:
            send(as_stranger, met.note(), *(edit(f"{number}-{one}", prompt=met.prompts[0]) for one in range(number)))
        counts.append(sum(one.startswith("SELECT") for one in sent))
    assert counts[0] == counts[1] <= 14


def test_the_answer_to_what_was_written_tells_how_the_note_stands(met, as_stranger):
    met.let_in(as_stranger)
    answer = send(as_stranger, met.note(), edit("En", prompt=met.prompts[0])).json
    known = as_stranger.get(f"{met.note()}/state", headers={"If-None-Match": f'"{answer["mark"]}"'})
    assert known.status_code == 304
    asked = as_stranger.get(f"{met.note()}/state").json
    assert [point["text"] for point in asked["points"]] == ["En"]
    assert answer["state"] | {"csrf_token": ""} == asked | {"csrf_token": ""}


def test_where_many_groups_write_a_phone_asks_and_saves_less_often(session, met, as_stranger):
    met.let_in(as_stranger)
    said = []
    for number in (0, 17, 30):
        for _ in range(number):
            add_group(session, met.workshop, for_walk_ins=True, by=None, at=datetime.now(UTC))
        session.commit()
        said.append(
            [
                as_stranger.get(address).json["look_again_ms"]
                for address in (f"{met.note()}/state", f"/workshops/{met.key}/follow/state")
            ]
        )
    few, many, most = said
    assert few == [2000, 5000]
    assert many[0] in range(2100, 5000) and many[1] == 5000
    assert most == [5000, 10_000]
