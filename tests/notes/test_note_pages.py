"""A group's note by its pages: who sees it, what is shown, and the form that works without a script."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from hmswiki.notes.models import HandIn, Point
from hmswiki.workshops.models import Group, Task, Workshop
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
