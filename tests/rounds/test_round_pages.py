"""The pages of a round, and what a phone says to it."""

import io
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from hmswiki.checklists.template import Item, Kind
from hmswiki.foundation import clock
from hmswiki.rounds import operations, queries
from hmswiki.rounds.campaigns import Tally
from hmswiki.rounds.models import Answer, Finding, Photo, Round
from hmswiki.rounds.overview_pages import numbers_words
from tests.cast import today
from tests.conftest import Client, client_as
from tests.rounds.makers import ITEMS, actor, area, start_round
from tests.rounds.test_photos import picture, with_place
from tests.rounds.test_rounds import SIGNED, WELL, fill, give, hand_in, incoming
from tests.support import once

# Every address is also asked on PostgreSQL, by tests/test_access.py, and what is written by the operations' tests.
pytestmark = once

JSON = {"Accept": "application/json"}


def answer(item: str, value: str | None, **more: Any) -> dict[str, Any]:
    return {"key": str(uuid4()), "item": item, "value": value, "note": None, "details": None,
            "answered_at": clock.now().isoformat(), **more}  # fmt: skip


def send(client: Client, key: str, *answers: Any) -> Any:
    return client.post(f"/rounds/{key}/answers", json={"answers": list(answers)}, headers=JSON)


def form(**fields: str) -> dict[str, str]:
    """The plain form as it stands before anything is typed, with these fields typed into."""
    return {**{f"was-{item}": "" for item in ITEMS}, **{name.replace("__", "-"): said for name, said in fields.items()}}


def values(**said: str) -> dict[str, str]:
    return form(**{f"value-{item}": value for item, value in said.items()})


def counting(session: Session, key: str) -> dict[str, str | None]:
    session.expire_all()
    return {item: one.value for item, one in queries.filled(session, queries.find(session, key)).answers.items()}


@pytest.fixture
def running(session: Session) -> str:
    """The key of a round that Bjørn, who owns the area, has begun."""
    key = start_round(session, by="bjorn", area=area(session, owner="bjorn")).key
    session.commit()
    return key


@pytest.fixture
def ended(session: Session) -> str:
    """The key of one with a deviation that was handed in."""
    round = start_round(session, area=area(session, owner="bjorn"), source=SIGNED)
    fill(session, round)
    details = {"text": "Skap foran døra", "action": {"title": "Flytt skapet", "due_on": today().isoformat()}}
    give(session, round, incoming("dorer", "deviation", details=details))
    hand_in(session, round)
    session.commit()
    return round.key


# --- Who is let in ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "sees", "does"),
    [("bjorn", True, True), ("astrid", True, True), ("siri", True, True), ("tora", True, True), ("hanne", True, False),
     ("frida", True, False), ("nils", False, False), ("dina", False, False), ("olav", False, False),
     ("ute", False, False)],
)  # fmt: skip
def test_a_round_is_for_its_area_and_its_unit(app: Flask, running: str, who: str, sees: bool, does: bool) -> None:
    client = client_as(app, who)
    for path in ("", "/state"):
        assert client.get(f"/rounds/{running}{path}").status_code == (200 if sees else 403)
    assert ("value-dorer" in client.get(f"/rounds/{running}").text) == does
    assert send(client, running, answer("dorer", "ok")).status_code == (200 if does else 403)
    photo = client.post(f"/rounds/{running}/photos", data=upload(), headers=JSON)
    assert photo.status_code == (201 if does else 403)
    for path in ("handing-in", "abandonment"):
        assert (client.post(f"/rounds/{running}/{path}", headers=JSON).status_code == 403) == (not does)


def test_a_stranger_signs_in_first(as_stranger: Client, running: str) -> None:
    assert "/sign-in" in as_stranger.get(f"/rounds/{running}").headers["Location"]
    refused = send(as_stranger, running, answer("dorer", "ok"))
    assert refused.status_code == 401
    assert refused.json["error"]["message"]


def test_what_is_not_there_is_not_found(as_astrid: Client, running: str) -> None:
    for path in ("/rounds/none", "/rounds/none/state", "/photos/none", "/checklists/none/paper", "/rounds?unit=none"):
        assert as_astrid.get(path).status_code == 404
    assert send(as_astrid, "none", answer("dorer", "ok")).status_code == 404


# --- A phone ------------------------------------------------------------------------------------------------


def test_a_phone_is_told_which_answers_are_saved_and_why_others_are_not(
    as_bjorn: Client, session: Session, running: str
) -> None:
    good, bad = answer("dorer", "ok"), answer("apparater", "-4")
    told = send(as_bjorn, running, good, bad, {"item": "dorer"}).json
    assert told["saved"] == [good["key"]]
    assert [(one["key"], one["item"]) for one in told["refused"]] == [(None, "dorer"), (bad["key"], "apparater")]
    assert "må være" in told["refused"][1]["sentence"] or "must be" in told["refused"][1]["sentence"]
    assert send(as_bjorn, running, good).json["saved"] == [good["key"]]
    assert len(session.scalars(select(Answer)).all()) == 1


@pytest.mark.parametrize("sent", ["x", [], {"answers": "x"}, {"answers": [1, "x", None]}, {"answers": [{"key": 1}]}])
def test_what_no_phone_of_ours_sends_is_refused_and_breaks_nothing(as_bjorn: Client, running: str, sent: Any) -> None:
    told = as_bjorn.post(f"/rounds/{running}/answers", json=sent, headers=JSON)
    assert told.status_code in (200, 400)
    assert not told.json.get("saved")


def test_what_waited_on_a_phone_is_sent_by_whom_it_belongs_to_and_nobody_else(
    as_bjorn: Client, as_astrid: Client, cast: Any, running: str
) -> None:
    body = {"answers": [answer("korridorer", "ok")]}
    mine = JSON | {"X-Hms-Person": str(cast.people["bjorn"])}

    assert as_astrid.post(f"/rounds/{running}/answers", json=body, headers=mine).status_code == 401
    assert as_bjorn.post(f"/rounds/{running}/answers", json=body, headers=mine).json["saved"]


def test_the_state_tells_two_people_of_each_other_and_is_unchanged_until_somebody_answers(
    app: Flask, as_bjorn: Client, as_astrid: Client, running: str
) -> None:
    details = {"text": "Skap", "seriousness": "low", "mended": False, "action": None}
    send(as_astrid, running, answer("dorer", "deviation", details=details, note="Ved heisen"))
    first = as_bjorn.get(f"/rounds/{running}/state")
    told = first.json["answers"]["dorer"]
    assert (told["value"], told["by"], told["note"]) == ("deviation", "Astrid Aas", "Ved heisen")
    assert told["details"] == {"text": "Skap", "seriousness": "low"}
    assert first.json["handed_in"] is False
    assert first.json["csrf_token"]
    same = as_bjorn.get(f"/rounds/{running}/state", headers={"If-None-Match": first.headers["ETag"]})
    assert (same.status_code, same.data) == (304, b"")
    send(as_astrid, running, answer("korridorer", "ok"))
    after = as_bjorn.get(f"/rounds/{running}/state", headers={"If-None-Match": first.headers["ETag"]})
    assert after.status_code == 200


def test_an_answer_to_a_round_that_another_handed_in_is_refused_with_who_did(
    as_bjorn: Client, session: Session, ended: str
) -> None:
    refused = send(as_bjorn, ended, answer("dorer", "ok"))
    assert refused.status_code == 409
    assert "Astrid Aas" in refused.json["error"]["message"]
    late = {"answers": [answer("dorer", "ok")], "reason": "Var uten nett"}
    assert as_bjorn.post(f"/rounds/{ended}/corrections", json=late, headers=JSON).json["saved"]
    assert counting(session, ended)["dorer"] == "ok"


# --- A form without a script --------------------------------------------------------------------------------


def test_the_form_saves_everything_typed_and_keeps_what_is_refused_with_the_error_at_it(
    as_bjorn: Client, session: Session, running: str
) -> None:
    told = as_bjorn.post(f"/rounds/{running}/answers", data=values(dorer="ok", apparater="-3", annet="Fint"))
    assert told.status_code == 422
    assert 'value="-3"' in told.text
    assert counting(session, running) == {"dorer": "ok", "annet": "Fint"}


def test_the_form_takes_nothing_from_somebody_elses_later_answer(
    as_bjorn: Client, as_astrid: Client, session: Session, running: str
) -> None:
    mine = answer("dorer", "deviation")
    send(as_bjorn, running, mine)
    send(as_astrid, running, answer("dorer", "ok"))
    as_opened = {**values(dorer="deviation", annet="Fint"), "was-dorer": mine["key"]}
    assert as_bjorn.post(f"/rounds/{running}/answers", data=as_opened).status_code == 303
    assert counting(session, running) == {"dorer": "ok", "annet": "Fint"}


def test_the_same_form_sent_twice_is_saved_once(as_bjorn: Client, session: Session, running: str) -> None:
    data = {**values(dorer="ok"), "submission": str(uuid4())}
    for _ in range(2):
        assert as_bjorn.post(f"/rounds/{running}/answers", data=data).status_code == 303
    assert len(session.scalars(select(Answer)).all()) == 1


def test_the_form_tells_of_a_deviation_and_hands_in(as_bjorn: Client, session: Session, running: str) -> None:
    due = today() + timedelta(days=3)
    data = values(**{**WELL, "dorer": "deviation"}) | {
        "text-dorer": "Skap", "seriousness-dorer": "medium", "title-dorer": "Flytt", "whose-dorer": "person:astrid",
        "due-dorer": due.isoformat(), "due-apparater": due.isoformat(), "then": "hand-in",
    }  # fmt: skip
    assert as_bjorn.post(f"/rounds/{running}/answers", data=data).status_code == 303
    (finding,) = session.scalars(select(Finding)).all()
    assert (finding.text, finding.seriousness) == ("Skap", "medium")
    assert finding.action is not None and finding.action.responsible.name == "Astrid Aas"  # type: ignore[union-attr]


def test_handing_in_too_early_says_what_is_missing_and_where(as_bjorn: Client, session: Session, running: str) -> None:
    data = values(**{**WELL, "dorer": "deviation", "alarm": ""}) | {"then": "hand-in"}
    told = as_bjorn.post(f"/rounds/{running}/answers", data=data)
    assert told.status_code == 422
    assert 'href="#item-dorer"' in told.text and 'href="#item-alarm"' in told.text
    assert counting(session, running)["dorer"] == "deviation"


def test_what_was_typed_when_another_handed_in_stands_in_the_form_for_a_correction(
    as_bjorn: Client, session: Session, ended: str
) -> None:
    told = as_bjorn.post(f"/rounds/{ended}/answers", data=values(annet="Lukter gass"))
    assert told.status_code == 409
    assert "Lukter gass" in told.text and "Astrid Aas" in told.text
    again = {**values(annet="Lukter gass"), "reason": "Så det etterpå"}
    assert as_bjorn.post(f"/rounds/{ended}/corrections", data=again).status_code == 303
    assert counting(session, ended)["annet"] == "Lukter gass"


# --- Photos -------------------------------------------------------------------------------------------------


def upload(data: bytes | None = None, **more: str) -> dict[str, Any]:
    return {"item": "tavla", "photo": (io.BytesIO(data or picture()), "bilde.jpg"), **more}


def test_a_photo_is_kept_without_its_place_and_shown_to_who_may_see_the_round(
    app: Flask, as_bjorn: Client, session: Session, running: str
) -> None:
    key = str(uuid4())
    made = as_bjorn.post(f"/rounds/{running}/photos", data=upload(with_place(6), key=key), headers=JSON)
    assert (made.status_code, made.json["key"], made.json["width"], made.json["height"]) == (201, key, 40, 60)
    again = as_bjorn.post(f"/rounds/{running}/photos", data=upload(with_place(6), key=key), headers=JSON)
    assert again.json == made.json
    shown = as_bjorn.get(made.json["url"])
    assert (shown.status_code, shown.content_type) == (200, "image/jpeg")
    assert b"GPS" not in shown.data and b"Berg" not in shown.data
    assert as_bjorn.get(made.json["url"], headers={"If-None-Match": shown.headers["ETag"]}).status_code == 304
    assert client_as(app, "hanne").get(made.json["url"]).status_code == 200
    assert client_as(app, "dina").get(made.json["url"]).status_code == 403
    assert as_bjorn.get(f"/rounds/{running}/state").json["photos"]["tavla"][0]["key"] == key
    assert len(session.scalars(select(Photo)).all()) == 1


def test_a_photo_that_is_none_is_said_at_the_item(as_bjorn: Client, running: str) -> None:
    refused = as_bjorn.post(f"/rounds/{running}/photos", data=upload(b"hei hei"), headers=JSON)
    assert refused.status_code == 422
    assert "JPEG" in refused.json["error"]["message"]
    page = as_bjorn.post(f"/rounds/{running}/photos", data=upload(b"hei hei"))
    assert page.status_code == 422
    assert 'id="item-tavla-problem"' in page.text and "JPEG" in page.text
    assert as_bjorn.post(f"/rounds/{running}/photos", data={"item": "tavla"}).status_code == 400


def test_a_photo_may_be_larger_than_a_form_and_not_without_limit(as_bjorn: Client, running: str) -> None:
    noise = picture() + b"\0" * 3_000_000
    assert as_bjorn.post(f"/rounds/{running}/photos", data=upload(noise), headers=JSON).status_code == 201
    huge = picture() + b"\0" * 26_000_000
    refused = as_bjorn.post(f"/rounds/{running}/photos", data=upload(huge), headers=JSON)
    assert refused.status_code == 413
    assert "25" in refused.json["error"]["message"]


def test_a_photo_that_was_taken_away_is_shown_no_more(as_bjorn: Client, as_dina: Client, running: str) -> None:
    made = as_bjorn.post(f"/rounds/{running}/photos", data=upload(), headers=JSON).json
    assert as_dina.post(f"{made['url']}/withdrawal").status_code == 403
    assert as_bjorn.post(f"{made['url']}/withdrawal").status_code == 303
    assert as_bjorn.get(made["url"]).status_code == 404
    assert as_bjorn.get(f"/rounds/{running}/state").json["photos"] == {}


def test_that_a_photo_is_gone_from_a_round_that_was_handed_in_is_said(
    as_bjorn: Client, session: Session, ended: str
) -> None:
    data = {"was-tavla": "", "reason": "Glemte bildet", "photo-tavla": (io.BytesIO(picture()), "a.jpg")}
    assert as_bjorn.post(f"/rounds/{ended}/corrections", data=data).status_code == 303
    (key,) = session.scalars(select(Photo.key)).all()
    session.rollback()
    assert f"/photos/{key}" in as_bjorn.get(f"/rounds/{ended}").text
    as_bjorn.post(f"/photos/{key}/withdrawal")
    page = as_bjorn.get(f"/rounds/{ended}").text
    assert f"/photos/{key}" not in page and "Et bilde ble fjernet" in page


def test_photos_come_with_the_plain_form_too(as_bjorn: Client, session: Session, running: str) -> None:
    data = {**values(dorer="ok"), "photo-tavla": (io.BytesIO(picture()), "a.jpg"),
            "photo-dorer": (io.BytesIO(b"hei"), "b.jpg")}  # fmt: skip
    told = as_bjorn.post(f"/rounds/{running}/answers", data=data)
    assert told.status_code == 422
    assert [one.item for one in session.scalars(select(Photo))] == ["tavla"]
    assert counting(session, running) == {"dorer": "ok"}


# --- What came of it ----------------------------------------------------------------------------------------


def test_the_result_says_first_what_came_of_the_round(as_hanne: Client, ended: str) -> None:
    page = as_hanne.get(f"/rounds/{ended}")
    assert page.status_code == 200
    lead = page.text.split('<p class="hms-lead">')[1].split("</p>")[0]
    assert "Ett avvik" in lead
    for words in ("Skap foran døra", "Flytt skapet", "Korridorene er frie", "Astrid Aas"):
        assert words in page.text


def test_a_result_costs_the_same_however_much_was_answered(
    app: Flask, session: Session, queries: Any, ended: str
) -> None:
    client = client_as(app, "hanne")
    client.get(f"/rounds/{ended}")
    with queries() as before:
        client.get(f"/rounds/{ended}")
    round = session.scalars(select(Round).where(Round.key == ended)).one()
    for item in ("dorer", "korridorer", "apparater"):
        value = "1" if item == "apparater" else "deviation"
        told = incoming(item, value, details={"text": "Igjen", "action": {"title": "Gjør", "due_on": "2030-01-01"}})
        operations.correct(session, round.key, [told], reason="Feil", by=actor(session, "chen"), at=clock.now(),
                           today=today())  # fmt: skip
    session.commit()
    with queries() as after:
        client.get(f"/rounds/{ended}")
    assert len(after) <= len(before) <= 16, after


def test_a_correction_is_made_from_the_result_with_a_reason(as_bjorn: Client, session: Session, ended: str) -> None:
    given = queries.filled(session, queries.find(session, ended)).answers["dorer"]
    session.rollback()
    page = as_bjorn.get(f"/rounds/{ended}/corrections?item=dorer")
    assert "Skap foran døra" in page.text
    data = {"was-dorer": given.key, "value-dorer": "ok"}
    refused = as_bjorn.post(f"/rounds/{ended}/corrections", data=data)
    assert refused.status_code == 422
    nothing = {"was-dorer": given.key, "value-dorer": "deviation", "text-dorer": "Skap foran døra", "reason": "x",
               "title-dorer": "Flytt skapet", "due-dorer": today().isoformat()}  # fmt: skip
    assert as_bjorn.post(f"/rounds/{ended}/corrections", data=nothing).status_code == 422
    assert as_bjorn.post(f"/rounds/{ended}/corrections", data={**data, "reason": "Feil dør"}).status_code == 303
    shown = as_bjorn.get(f"/rounds/{ended}").text
    assert "Feil dør" in shown and "Ingen avvik" in shown


def test_signing_is_offered_to_those_who_may(app: Flask, ended: str) -> None:
    path = f"/rounds/{ended}/signatures"
    assert path in client_as(app, "siri").get(f"/rounds/{ended}").text
    assert path not in client_as(app, "bjorn").get(f"/rounds/{ended}").text
    assert client_as(app, "bjorn").post(path, data={"role": "unit_leader"}).status_code == 403
    assert client_as(app, "siri").post(path, data={"role": "safety_representative"}).status_code == 303
    assert "Siri Sand" in client_as(app, "hanne").get(f"/rounds/{ended}").text


def test_who_may_see_and_not_do_is_not_offered_a_correction(app: Flask, ended: str) -> None:
    assert "/corrections" not in client_as(app, "hanne").get(f"/rounds/{ended}").text
    assert client_as(app, "hanne").get(f"/rounds/{ended}/corrections?item=dorer").status_code == 403


# --- Where rounds begin, and lists --------------------------------------------------------------------------


def test_the_door_leads_to_a_round_that_a_second_person_joins(app: Flask, session: Session, as_bjorn: Client) -> None:
    area(session, owner="bjorn")
    start_round(session)  # so that there is a checklist
    session.commit()
    page = as_bjorn.get("/areas/K3-2").text
    assert 'action="/rounds"' in page
    began = as_bjorn.post("/rounds", data={"area": "K3-2", "checklist": "brann"})
    assert began.status_code == 303
    joined = client_as(app, "astrid").post("/rounds", data={"area": "K3-2", "checklist": "brann"})
    assert joined.headers["Location"] == began.headers["Location"]
    assert began.headers["Location"] in client_as(app, "siri").get("/areas/K3-2").text
    assert client_as(app, "dina").post("/rounds", data={"area": "K3-2", "checklist": "brann"}).status_code == 403
    assert 'action="/rounds"' not in client_as(app, "dina").get("/areas/K3-2").text


def test_the_areas_page_lists_what_is_still_so(as_bjorn: Client, as_dina: Client, ended: str) -> None:
    assert "Skap foran døra" in as_bjorn.get("/areas/K3-2").text
    assert "Skap foran døra" not in as_dina.get("/areas/K3-2").text


def test_the_paper_form_prints_what_is_asked_and_is_typed_in_with_its_day(
    as_bjorn: Client, as_dina: Client, session: Session, ended: str
) -> None:
    page = as_bjorn.get("/checklists/signert/paper?area=K3-2")
    assert page.status_code == 200
    assert "Korridorene er frie" in page.text and "Skap foran døra" in page.text
    assert "Skap foran døra" not in as_dina.get("/checklists/signert/paper?area=K3-2").text
    ahead = {"area": "K3-2", "done_on": (today() + timedelta(days=2)).isoformat()}
    assert as_bjorn.post("/checklists/signert/paper", data=ahead).status_code == 422
    typed = as_bjorn.post("/checklists/signert/paper", data={"area": "K3-2", "done_on": "2021-05-03"})
    assert typed.status_code == 303
    key = typed.headers["Location"].rsplit("/", 1)[-1]
    as_bjorn.post(f"/rounds/{key}/answers", data=values(**WELL) | {"then": "hand-in"})
    session.expire_all()
    round = queries.find(session, key)
    assert (round.on_paper, round.done_on.isoformat()) == (True, "2021-05-03")  # type: ignore[union-attr]
    assert round.handed_in_at is not None


def test_lists_show_whom_they_may_what_they_ask_for(app: Flask, session: Session, ended: str) -> None:
    assert f"/rounds/{ended}" in client_as(app, "astrid").get("/rounds").text
    assert f"/rounds/{ended}" not in client_as(app, "dina").get("/rounds").text
    assert client_as(app, "dina").get("/rounds?unit=LAB").status_code == 403
    assert client_as(app, "dina").get("/rounds?area=K3-2").status_code == 403
    hanne = client_as(app, "hanne")
    assert f"/rounds/{ended}" in hanne.get("/rounds?unit=FAC&state=handed-in&checklist=signert").text
    assert f"/rounds/{ended}" not in hanne.get("/rounds?unit=FAC&state=running").text
    assert hanne.get("/rounds?state=odd").status_code == 400
    assert hanne.get("/rounds?unit=FAC&page=2").status_code == 404


def test_giving_a_round_up_takes_a_reason(as_bjorn: Client, running: str) -> None:
    assert as_bjorn.post(f"/rounds/{running}/abandonment", data={}).status_code == 422
    assert as_bjorn.post(f"/rounds/{running}/abandonment", data={"reason": "Feil sted"}).status_code == 303
    assert "Feil sted" in as_bjorn.get(f"/rounds/{running}").text


def test_the_same_paper_typed_in_by_two_presses_of_the_button_is_one_round(
    as_bjorn: Client, session: Session, ended: str
) -> None:
    data = {"area": "K3-2", "done_on": "2021-05-03", "submission": str(uuid4())}
    first, second = (as_bjorn.post("/checklists/signert/paper", data=data) for _ in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    assert len(session.scalars(select(Round).where(Round.on_paper)).all()) == 1


def test_answers_of_a_phone_that_is_behind_have_the_times_of_our_clock(
    as_bjorn: Client, session: Session, running: str
) -> None:
    as_bjorn.post(f"/rounds/{running}/answers", json={"answers": [answer("dorer", "ok")]}, headers=JSON)
    behind = clock.now() - timedelta(hours=1)
    late = answer("dorer", "not_applicable", answered_at=(behind - timedelta(seconds=1)).isoformat())
    said = as_bjorn.post(
        f"/rounds/{running}/answers", json={"answers": [late], "sent_at": behind.isoformat()}, headers=JSON
    )
    assert said.get_json()["saved"] == [late["key"]]
    before = clock.now() - timedelta(seconds=2)
    row = session.scalars(select(Answer).where(Answer.key == late["key"])).one()
    assert before < row.answered_at <= clock.now()


@pytest.mark.parametrize("sent_at", [None, 7, [], "i går", "9999-12-31T23:59:59+00:00", "0001-01-01T00:00:00+00:00"])
def test_a_clock_that_says_what_no_clock_says_is_not_believed(as_bjorn: Client, running: str, sent_at: Any) -> None:
    one = answer("dorer", "ok")
    said = as_bjorn.post(f"/rounds/{running}/answers", json={"answers": [one], "sent_at": sent_at}, headers=JSON)
    assert said.get_json()["saved"] == [one["key"]]


@pytest.mark.parametrize("address", ["answers", "corrections"])
def test_what_is_nested_deeper_than_anybody_nests_is_refused(as_bjorn: Client, running: str, address: str) -> None:
    deep = '{"answers": ' + "[" * 20_000 + "]" * 20_000 + "}"
    said = as_bjorn.post(f"/rounds/{running}/{address}", data=deep, content_type="application/json", headers=JSON)
    assert said.status_code == 400
    assert "error" in said.get_json()


def test_what_was_counted_is_told_from_the_least_to_the_most_and_in_all(app: Flask) -> None:
    asked = Item("steder", {"nb": "Hvor mange steder?"}, Kind.NUMBER, unit={"nb": "steder", "en": "places"})
    with app.test_request_context():
        several = numbers_words(Tally(asked, {}, 3, numbers=(0, 3, 5)))
        assert several == "From 0 to 5 places, 8 places in all (3 answers)"
        assert numbers_words(Tally(asked, {}, 1, numbers=(3,))) == "3 places (one answer)"
