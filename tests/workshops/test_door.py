"""Coming in by a code: nobody needs an account, nobody gets in elsewhere, and nothing that was written goes away."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from hmswiki.foundation import clock
from hmswiki.workshops import codes, queries
from hmswiki.workshops.models import Code, Group, Opens, Seat, Workshop
from tests.conftest import Client, client_as
from tests.support import once
from tests.workshops import makers


def code_of(session: Session, made: Workshop, opens: Opens = Opens.GROUPS) -> str:
    found = queries.live_code(session, made, opens)
    session.commit()
    assert found is not None
    return codes.shown(found.code)


@pytest.fixture
def made(session: Session) -> Workshop:
    workshop = makers.workshop(session, members={1: ["bjorn", "siri"], 2: ["dina"]})
    session.commit()
    return workshop


@pytest.fixture
def code(session: Session, made: Workshop) -> str:
    return code_of(session, made)


def sit(client: Client, made: Workshop, token: str) -> Client:
    """Give the phone a token, as the door would have."""
    client.set_cookie(f"hms-seat-{made.key}", token)
    return client


# --- Codes --------------------------------------------------------------------------------------------------


@once
def test_a_code_is_read_however_it_is_typed() -> None:
    for typed in ("4K7-29P", "4k7 29p", " 4K729P ", "4k7–29p", "4K7.29P"):
        assert codes.read(typed) == "4K729P"


@once
def test_letters_that_look_like_a_digit_count_as_it() -> None:
    assert codes.read("oOQ-iIl") == "000111"
    assert codes.read("SZB-UU4") == "528VV4"


@once
def test_what_can_be_no_code_is_none() -> None:
    for typed in ("", "4K7-29", "4K7-29P1", "4K7-29Å", "4K7-29A", "\0\0\0\0\0\0", "४K7-29P"):
        assert codes.read(typed) is None


@once
def test_every_code_that_is_made_is_read_as_itself() -> None:
    for _ in range(300):
        made = codes.new()
        assert codes.read(codes.shown(made)) == made


def test_a_code_that_is_taken_is_made_anew(session: Session, made: Workshop) -> None:
    taken = queries.live_code(session, made, Opens.GROUPS)
    assert taken is not None
    other = makers.workshop(session)
    for code in session.scalars(select(Code).where(Code.workshop_id == other.id)):
        session.delete(code)
    session.flush()
    letters = iter(f"{taken.code}CCCCCCFFFFFF")
    first, second = codes.ensure(session, other, by=None, at=clock.now(), choose=lambda _: next(letters))
    assert (first.code, second.code) == ("CCCCCC", "FFFFFF")
    assert [one.id for one in codes.ensure(session, other, by=None, at=clock.now())] == [first.id, second.id]


# --- Coming in ----------------------------------------------------------------------------------------------


def test_a_stranger_types_the_code_picks_a_group_and_lands_at_its_note(
    as_stranger: Client, session: Session, made: Workshop, code: str
) -> None:
    answer = as_stranger.post("/m", data={"code": code.lower().replace("-", " ")})
    assert answer.status_code == 303
    assert answer.location.startswith(f"/m/{code}")
    page = as_stranger.get(answer.location)
    assert "Gruppe 2" in page.text
    assert "Dina Dahl" in page.text  # who leads it, as on the wall
    assert "Siri Sand" not in page.text
    answer = as_stranger.post(f"/m/{code}", data={"group": "2", "name": "  Kari   N "})
    assert answer.location == f"/workshops/{made.key}/groups/2"
    seat = session.scalars(select(Seat)).one()
    assert (seat.name, seat.number, seat.group and seat.group.number) == ("Kari N", 1, 2)


def test_the_cookie_is_for_the_workshop_and_for_no_script_and_stays_where_its_hours_are_made_longer(
    as_stranger: Client, made: Workshop, code: str, session: Session
) -> None:
    answer = as_stranger.post(f"/m/{code}", data={"group": "1"}, base_url="https://localhost")
    cookie = next(one for one in answer.headers.getlist("Set-Cookie") if one.startswith("hms-seat-"))
    assert cookie.startswith(f"hms-seat-{made.key}=")
    assert {"HttpOnly", "SameSite=Lax", "Path=/", "Secure"} <= set(cookie.split("; "))
    assert f"Expires={made.closes_at + timedelta(days=7):%a, %d %b %Y %H:%M:%S} GMT" in cookie
    with time_machine.travel(made.closes_at + timedelta(minutes=5)):
        assert as_stranger.get(f"/workshops/{made.key}/follow").status_code == 303, "to where a code is typed"
    made.closes_at += timedelta(hours=2)
    session.commit()
    with time_machine.travel(made.closes_at - timedelta(minutes=5)):
        assert as_stranger.get(f"/workshops/{made.key}/follow").status_code == 200
    token = cookie.split("=", 1)[1].split(";")[0]
    assert session.scalars(select(Seat.token_hash)).one() == queries.token_hash(token)


def test_the_second_of_a_group_is_its_second_writer(app: Flask, session: Session, code: str) -> None:
    for _ in range(2):
        client_as(app, None).post(f"/m/{code}", data={"group": "1"})
    assert list(session.scalars(select(Seat.number).order_by(Seat.id))) == [1, 2]


def test_pressing_twice_on_the_same_phone_is_one_seat(as_stranger: Client, session: Session, code: str) -> None:
    for name in ("Kari", "Kari N"):
        as_stranger.post(f"/m/{code}", data={"group": "1", "name": name})
    assert list(session.scalars(select(Seat.name))) == ["Kari N"]


def test_without_a_group_the_form_says_so_and_keeps_the_name(as_stranger: Client, session: Session, code: str) -> None:
    page = as_stranger.post(f"/m/{code}", data={"name": "Kari"})
    assert page.status_code == 422
    assert "Velg gruppen din" in page.text
    assert 'value="Kari"' in page.text
    page = as_stranger.post(f"/m/{code}", data={"group": "2", "name": "K" * 41})
    assert page.status_code == 422
    assert "41 tegn" in page.text
    assert re.search(r'value="2" checked', page.text)
    assert session.scalars(select(Seat)).all() == []


def test_whoever_only_follows_gets_no_group(as_stranger: Client, session: Session, made: Workshop, code: str) -> None:
    answer = as_stranger.post(f"/m/{code}", data={"only": "follow"})
    assert answer.location == f"/workshops/{made.key}/follow"
    assert as_stranger.get(answer.location).status_code == 200
    assert session.scalars(select(Seat.group_id)).one() is None


def test_those_in_no_group_make_a_table_of_their_own(as_stranger: Client, session: Session, made: Workshop,
                                                     code: str) -> None:  # fmt: skip
    answer = as_stranger.post(f"/m/{code}", data={"group": "new"})
    assert answer.location == f"/workshops/{made.key}/groups/4"
    table = session.scalars(select(Group).where(Group.number == 4)).one()
    assert table.for_walk_ins


def test_a_table_that_was_made_by_mistake_can_be_taken_away(
    as_stranger: Client, as_hanne: Client, session: Session, made: Workshop, code: str
) -> None:
    as_stranger.post(f"/m/{code}", data={"group": "new"})
    as_stranger.post(f"/m/{code}", data={"group": "2"})
    answer = as_hanne.post(f"/workshops/{made.key}/groups", data={"do": "remove-4"})
    assert answer.status_code == 303
    assert session.scalars(select(Group.number).where(Group.removed_at.is_not(None))).all() == [4]


def test_no_table_is_made_for_a_form_that_is_refused(as_stranger: Client, session: Session, code: str) -> None:
    page = as_stranger.post(f"/m/{code}", data={"group": "new", "name": "K" * 41})
    assert page.status_code == 422
    assert session.scalars(select(Group.number).order_by(Group.number)).all() == [1, 2, 3]


def test_another_group_is_another_seat_and_the_first_opens_nothing_any_more(
    as_stranger: Client, session: Session, made: Workshop, code: str
) -> None:
    as_stranger.post(f"/m/{code}", data={"group": "1", "name": "Kari"})
    answer = as_stranger.post(f"/workshops/{made.key}/place", data={"group": "3", "name": "Kari"})
    assert answer.location == f"/workshops/{made.key}/groups/3"
    first, second = session.scalars(select(Seat).order_by(Seat.id))
    assert (first.name, first.group and first.group.number, first.ended_at is None) == ("Kari", 1, False)
    assert (second.group and second.group.number, second.ended_at) == (3, None)


def test_a_name_that_is_too_long_is_refused_when_moving_too_and_nobody_is_moved(
    as_stranger: Client, session: Session, made: Workshop, code: str
) -> None:
    as_stranger.post(f"/m/{code}", data={"group": "1"})
    for address in (f"/workshops/{made.key}/place", f"/m/{code}"):
        page = as_stranger.post(address, data={"group": "3", "name": "K" * 41})
        assert page.status_code == 422
        assert "Gruppen din nå: Gruppe 1" in page.text
    assert [seat.group and seat.group.number for seat in session.scalars(select(Seat))] == [1]


def test_what_was_typed_is_kept_where_the_seat_has_ended(as_stranger: Client, made: Workshop) -> None:
    page = as_stranger.post(f"/workshops/{made.key}/place", data={"group": "3", "name": "Kari"})
    assert page.status_code == 401
    assert "Kari" in page.text
    assert 'href="/m"' in page.text


def test_one_who_follows_picks_a_group_later_in_the_same_seat(
    as_stranger: Client, session: Session, made: Workshop, code: str
) -> None:
    as_stranger.post(f"/m/{code}", data={"only": "follow"})
    as_stranger.post(f"/workshops/{made.key}/place", data={"group": "2"})
    assert [seat.group and seat.group.number for seat in session.scalars(select(Seat))] == [2]


def test_the_machine_that_shows_the_wall_may_write_for_a_group_too(
    as_stranger: Client, session: Session, made: Workshop, code: str
) -> None:
    as_stranger.post(f"/m/{code_of(session, made, Opens.WALL)}")
    as_stranger.post(f"/m/{code}", data={"group": "2"})
    assert as_stranger.get(f"/workshops/{made.key}/wall").status_code == 200
    assert as_stranger.get(f"/workshops/{made.key}/groups/2").status_code == 303
    as_stranger.post(f"/m/{code_of(session, made, Opens.WALL)}")
    assert [seat.opens for seat in session.scalars(select(Seat).order_by(Seat.id))] == [Opens.WALL, Opens.GROUPS]


def test_the_walls_code_opens_the_wall_after_a_button(as_stranger: Client, session: Session, made: Workshop) -> None:
    code = code_of(session, made, Opens.WALL)
    page = as_stranger.get(f"/m/{code}")
    assert "Vis veggen" in page.text
    assert "Gruppe 1" not in page.text
    answer = as_stranger.post(f"/m/{code}", data={"group": "1"})
    assert answer.location == f"/workshops/{made.key}/wall"
    assert session.scalars(select(Seat.opens)).one() == Opens.WALL


# --- What a code does not open ------------------------------------------------------------------------------


def test_a_wrong_code_says_what_to_do_and_keeps_what_was_typed(as_stranger: Client, made: Workshop) -> None:
    page = as_stranger.post("/m", data={"code": "CCC-CCC"})
    assert page.status_code == 404
    assert "Ingen møter har koden CCC-CCC" in page.text
    assert 'value="CCC-CCC"' in page.text
    page = as_stranger.post("/m", data={"code": "hva?"})
    assert page.status_code == 422
    assert "seks bokstaver og tall" in page.text


@pytest.mark.parametrize(
    ("hours", "said"),
    [((2, 9), "Koden åpner"), ((-9, -1), "Koden åpnet fram til")],
    ids=["before its time", "after it"],
)
def test_a_code_opens_only_in_its_hours(
    as_stranger: Client, session: Session, made: Workshop, code: str, hours: tuple[int, int], said: str
) -> None:
    now = datetime.now(UTC)
    made.opens_at, made.closes_at = (now + timedelta(hours=one) for one in hours)
    session.commit()
    for answer in (as_stranger.get(f"/m/{code}"), as_stranger.post(f"/m/{code}", data={"group": "1"})):
        assert answer.status_code == 422
        assert said in answer.text
    assert session.scalars(select(Seat)).all() == []


def test_a_code_of_a_workshop_that_was_cancelled_opens_nothing(
    as_stranger: Client, session: Session, made: Workshop, code: str
) -> None:
    made.cancelled_at = datetime.now(UTC)
    session.commit()
    assert as_stranger.get(f"/m/{code}").status_code == 404


def test_a_seat_opens_its_own_group_and_no_other_workshop(
    app: Flask, session: Session, made: Workshop, code: str
) -> None:
    phone = client_as(app, None)
    phone.post(f"/m/{code}", data={"group": "1"})
    other = makers.workshop(session)
    session.commit()
    assert phone.get(f"/workshops/{made.key}/follow").status_code == 200
    page = phone.get(f"/workshops/{other.key}/follow")
    assert page.status_code == 403
    assert f"/m?next=/workshops/{other.key}/follow" in page.text.replace("%2F", "/")
    assert phone.get(f"/workshops/{made.key}/lead").status_code in (302, 303, 401, 403)


def test_a_stranger_is_led_to_the_code_and_comes_back(as_stranger: Client, made: Workshop, code: str) -> None:
    wanted = f"/workshops/{made.key}/follow"
    answer = as_stranger.get(wanted)
    assert answer.status_code == 303
    assert answer.location.replace("%2F", "/") == f"/m?next={wanted}"
    answer = as_stranger.post(answer.location, data={"code": code})
    assert as_stranger.post(answer.location, data={"only": "follow"}).location == wanted


def test_a_script_is_told_and_not_led(as_stranger: Client, made: Workshop) -> None:
    answer = as_stranger.get(f"/workshops/{made.key}/follow/state", headers={"Accept": "application/json"})
    assert answer.status_code == 401
    assert "koden" in answer.json["error"]["message"]


def test_nobody_is_led_to_another_site_by_the_way_back(as_stranger: Client, made: Workshop, code: str) -> None:
    for back in ("https://evil.example/", "//evil.example", "/workshops/../../evil", f"/workshops/{made.key}/lead"):
        answer = as_stranger.post(f"/m/{code}?next={back}", data={"group": "1"})
        assert answer.location == f"/workshops/{made.key}/groups/1"


def test_the_group_whose_page_was_asked_for_is_picked_beforehand(as_stranger: Client, made: Workshop,
                                                                 code: str) -> None:  # fmt: skip
    page = as_stranger.get(f"/m/{code}?next=/workshops/{made.key}/groups/3/notes/x")
    assert re.search(r'value="3" checked', page.text)


# --- Guessing -----------------------------------------------------------------------------------------------


def test_guessing_is_slowed_down_and_a_full_auditorium_is_not(
    app: Flask, session: Session, made: Workshop, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from hmswiki.workshops import join_views

    monkeypatch.setattr(join_views, "WRONG_PER_ADDRESS", join_views.Limit(4, timedelta(minutes=15)))
    phone = client_as(app, None)
    for _ in range(6):
        assert client_as(app, None).get(f"/m/{code}").status_code == 200
    wrong = [phone.post("/m", data={"code": f"CCC-CC{number}"}) for number in range(5)]
    assert [answer.status_code for answer in wrong] == [404, 404, 404, 404, 429]
    assert "For mange forsøk" in wrong[-1].text
    assert int(wrong[-1].headers["Retry-After"]) > 0
    assert phone.get("/m/CCC-CC9").status_code == 429
    # Whoever guesses is not told that the last guess was right. Somebody signed in is counted by themselves.
    assert phone.get(f"/m/{code}").status_code == 429
    assert client_as(app, "bjorn").get(f"/m/{code}").status_code == 200


@once
def test_a_room_full_of_sheets_with_the_old_code_does_not_shut_the_new_one_out(
    app: Flask, session: Session, made: Workshop, code: str, as_hanne: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    from hmswiki.workshops import join_views

    monkeypatch.setattr(join_views, "WRONG_PER_ADDRESS", join_views.Limit(2, timedelta(minutes=15)))
    as_hanne.post(f"/workshops/{made.key}/lead/code", data={"opens": "groups"})
    assert [client_as(app, None).get(f"/m/{code}").status_code for _ in range(4)] == [404] * 4
    assert client_as(app, None).get(f"/m/{code_of(session, made)}").status_code == 200


# --- Changing the code --------------------------------------------------------------------------------------


def test_a_changed_code_lets_nobody_new_in_and_leaves_those_within(
    app: Flask, session: Session, made: Workshop, code: str, as_hanne: Client
) -> None:
    phone = client_as(app, None)
    phone.post(f"/m/{code}", data={"group": "1"})
    assert as_hanne.post(f"/workshops/{made.key}/lead/code", data={"opens": "groups"}).status_code == 303
    assert code_of(session, made) != code
    page = phone.get(f"/m/{code}")
    assert page.status_code == 404
    assert "er byttet" in page.text
    assert phone.get(f"/workshops/{made.key}/follow").status_code == 200
    assert phone.post(f"/workshops/{made.key}/place", data={"group": "2"}).status_code == 303


def test_a_changed_code_can_put_everybody_out_who_then_type_the_new_one(
    app: Flask, session: Session, made: Workshop, code: str, as_hanne: Client
) -> None:
    phone, wall = client_as(app, None), client_as(app, None)
    phone.post(f"/m/{code}", data={"group": "1"})
    wall.post(f"/m/{code_of(session, made, Opens.WALL)}")
    as_hanne.post(f"/workshops/{made.key}/lead/code", data={"opens": "groups", "put_out": "y"})
    assert "/m?next=" in phone.get(f"/workshops/{made.key}/follow").location
    phone.post(f"/m/{code_of(session, made)}", data={"group": "1"})
    assert phone.get(f"/workshops/{made.key}/follow").status_code == 200
    assert wall.get(f"/workshops/{made.key}/follow").status_code == 200  # the wall has a code of its own


def test_only_the_organiser_changes_a_code(app: Flask, session: Session, made: Workshop, code: str) -> None:
    for who in ("bjorn", "astrid", "ivar", None):
        answer = client_as(app, who).post(f"/workshops/{made.key}/lead/code", data={"opens": "groups"})
        assert answer.status_code in (401, 403)
    assert code_of(session, made) == code


# --- Following ----------------------------------------------------------------------------------------------


def state_of(client: Client, made: Workshop, **headers: str) -> Any:
    headers = {"Accept": "application/json", **headers}
    return client.get(f"/workshops/{made.key}/follow/state", headers=headers)


def test_a_phone_that_follows_asks_for_little_until_something_happens(
    app: Flask, session: Session, made: Workshop, queries: Any
) -> None:
    token = makers.seat(session, made, group=made.groups[0])
    session.commit()
    phone = sit(client_as(app, None), made, token)
    first = state_of(phone, made)
    assert "Gruppe 1" in first.json["parts"]["mine"]
    mark = {"If-None-Match": first.headers["ETag"]}
    with queries() as sent:
        assert state_of(phone, made, **mark).status_code == 304
    assert len(sent) <= 3
    # A server in front that packs what it sends makes the mark a weak one.
    weak = {"If-None-Match": f"W/{first.headers['ETag']}"}
    assert state_of(phone, made, **weak).status_code == 304
    made.groups[1].pulse += 1  # somebody writes
    session.commit()
    assert state_of(phone, made, **mark).status_code == 304
    makers.start(session, made.tasks[0], ago=timedelta(minutes=5))
    session.commit()
    now = state_of(phone, made, **mark)
    assert now.status_code == 200
    assert "Oppgave 1" in now.json["said"]
    assert re.search(r"data-hms-clock data-ends-at=\"[^\"]+\">2[45]:\d\d<", now.json["parts"]["now"])


def test_the_page_shows_what_its_state_says_so_that_the_first_question_costs_nothing(
    as_bjorn: Client, made: Workshop
) -> None:
    page = as_bjorn.get(f"/workshops/{made.key}/follow")
    found = re.search(r'data-mark="([^"]+)"', page.text)
    assert found
    assert state_of(as_bjorn, made, **{"If-None-Match": f'"{found[1]}"'}).status_code == 304


def test_everybody_is_told_their_group_and_nobody_elses_name(as_siri: Client, made: Workshop) -> None:
    page = as_siri.get(f"/workshops/{made.key}/follow")
    assert "Gruppe 1" in page.text
    assert "Bjørn Berg" in page.text  # the leader
    assert "Dina Dahl" not in page.text
    assert f"/workshops/{made.key}/groups/1" in page.text


def test_a_workshop_that_is_not_there_is_not_found(as_bjorn: Client) -> None:
    for page in ("follow", "follow/state", "place"):
        assert as_bjorn.get(f"/workshops/none/{page}").status_code == 404
