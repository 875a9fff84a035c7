"""The wall by its pages: who sees it, what stands on it, and what it costs to watch it."""

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from hmswiki.notes import wall_parts
from hmswiki.notes.models import HandIn, Point
from hmswiki.workshops.models import EventKind, Group, Opens, Workshop
from tests.conftest import Client, client_as
from tests.plenary.makers import group_of, point, write_all
from tests.support import once
from tests.workshops import makers

pytestmark = once  # each address is asked for on PostgreSQL too, by tests/test_access.py

Count = Callable[[], AbstractContextManager[list[str]]]


@pytest.fixture
def made(session: Session) -> Workshop:
    """A workshop whose first task runs, with points of three groups; Siri helps, Bjørn and Dina are in groups."""
    workshop = makers.workshop(session, members={1: ["bjorn"], 2: ["dina"]}, helpers=["siri"])
    makers.start(session, workshop.tasks[0])
    write_all(session, workshop.tasks[0])
    session.commit()
    return workshop


def at(made: Workshop, tail: str = "") -> str:
    return f"/workshops/{made.key}/wall{tail}"


@pytest.fixture
def machine(app: Flask, session: Session, made: Workshop) -> Client:
    """The machine at the projector, which the wall's code has let in."""
    client = client_as(app, None)
    client.set_cookie(f"hms-seat-{made.key}", makers.seat(session, made, opens=Opens.WALL))
    session.commit()
    return client


def lines(html: str) -> list[str]:
    """The points that are shown, in order."""
    return re.findall(r'<span id="point-[^"]+">([^<]*)</span>', html)


def headings(html: str) -> list[str]:
    return re.findall(r"<h3[^>]*>([^<]*)</h3>", html)


# --- Who sees it --------------------------------------------------------------------------------------------


def test_a_stranger_is_led_to_where_the_code_is_typed(as_stranger: Client, made: Workshop) -> None:
    answer = as_stranger.get(at(made))
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/m?")


def test_the_wall_is_for_the_organiser_helpers_and_the_machine_with_its_code(
    app: Flask, session: Session, made: Workshop, machine: Client
) -> None:
    phone = client_as(app, None)
    phone.set_cookie(f"hms-seat-{made.key}", makers.seat(session, made, group=group_of(session, made, 1)))
    session.commit()
    seen = {who: client_as(app, who).get(at(made)).status_code for who in ("tora", "hanne", "siri", "bjorn", "dina")}
    assert seen == {"tora": 200, "hanne": 200, "siri": 200, "bjorn": 403, "dina": 403}
    assert machine.get(at(made)).status_code == 200
    assert phone.get(at(made)).status_code == 403
    assert phone.get(at(made, "/state"), headers={"Accept": "application/json"}).status_code == 403


def test_the_code_of_another_workshop_opens_no_wall(session: Session, machine: Client) -> None:
    other = makers.workshop(session)
    session.commit()
    assert machine.get(at(other)).status_code == 403


def test_what_is_not_there_is_said_to_be_missing(machine: Client, made: Workshop) -> None:
    assert machine.get(f"/workshops/{uuid4()}/wall").status_code == 404
    assert machine.get(at(made, "?task=none")).status_code == 404
    assert machine.get(at(made, "?group=99")).status_code == 404
    assert machine.get(at(made, "?prompt=first")).status_code == 400
    assert machine.get(at(made, "?prompt=99")).status_code == 200  # the next task may have fewer parts
    assert machine.get(at(made, "?page=99")).status_code == 200


# --- What stands on it --------------------------------------------------------------------------------------


def test_points_stand_by_group_and_in_the_order_of_the_note(machine: Client, made: Workshop) -> None:
    assert lines(machine.get(at(made)).text) == [
        "Si tidlig hva som ikke endres", "Fast tidspunkt for nytt", "Nytt hver fredag", "Dekan besøker alle enheter",
        "Samme beskjed samtidig",
    ]  # fmt: skip


def test_the_wall_tells_nobody_who_wrote(session: Session, machine: Client, made: Workshop) -> None:
    makers.seat(session, made, group=group_of(session, made, 3), name="Solveig")
    for found in session.scalars(select(Point)):
        found.group.pulse += 1
    session.commit()
    for address in (at(made), at(made, "/state"), at(made, "?group=3")):
        assert "Solveig" not in machine.get(address).text
        assert "Skriver" not in machine.get(address).text


def test_what_is_cleared_hidden_or_blacked_out_is_not_on_it(session: Session, machine: Client, made: Workshop) -> None:
    by_text = {found.text: found for found in session.scalars(select(Point))}
    by_text["Si tidlig hva som ikke endres"].cleared_at = datetime.now(UTC)
    by_text["Nytt hver fredag"].hidden_at = datetime.now(UTC)
    by_text["Samme beskjed samtidig"].public_text = "Samme beskjed fra ███"
    session.commit()
    for address in (at(made), at(made, "?prompt=0")):
        assert lines(machine.get(address).text) == [
            "Fast tidspunkt for nytt", "Dekan besøker alle enheter", "Samme beskjed fra ███",
        ]  # fmt: skip
    assert lines(machine.get(at(made, "?group=2")).text) == ["Dekan besøker alle enheter"]


def test_what_is_written_is_never_markup(session: Session, machine: Client, made: Workshop) -> None:
    point(session, made.tasks[0], 1, "<script>alert(1)</script>")
    session.commit()
    assert "<script>alert" not in machine.get(at(made)).text
    assert "<script>alert" not in machine.get(at(made, "/state")).json["html"]


def test_one_part_is_shown_at_a_time_or_all_with_headings(session: Session, machine: Client, made: Workshop) -> None:
    second = made.tasks[0].prompts[1]
    point(session, made.tasks[0], 3, "Spør stipendiatene", prompt=second)
    session.commit()
    assert lines(machine.get(at(made, "?prompt=2")).text) == ["Spør stipendiatene"]
    everything = machine.get(at(made, "?prompt=0&page=1")).text
    assert headings(everything) == ["Informasjon"] * 3 + ["Plan for medvirkning"]
    assert len(lines(everything)) == 6


def test_models_are_parts_where_a_task_has_no_sub_headings(session: Session, machine: Client, made: Workshop) -> None:
    task = made.tasks[1]
    point(session, task, 1, "To verneombud hver", model="3 institutter")
    point(session, task, 1, "Ett felles", model="6 institutter")
    point(session, task, 2, "Skrevet før modellene kom")
    session.commit()
    third = machine.get(at(made, f"?task={task.key}&prompt=3")).text
    assert lines(third) == ["Ett felles"]
    everything = machine.get(at(made, f"?task={task.key}&prompt=0")).text
    assert headings(everything) == ["3 institutter", "6 institutter"]
    assert "Skrevet før modellene kom" in lines(everything)


def test_a_group_that_has_handed_in_says_so(session: Session, machine: Client, made: Workshop) -> None:
    group = group_of(session, made, 2)
    session.add(
        HandIn(key=str(uuid4()), group_id=group.id, task_id=made.tasks[0].id, recorded_at=datetime.now(UTC))
    )  # fmt: skip
    session.commit()
    html = machine.get(at(made)).text
    assert html.count('data-key="in" data-status="reached"') == 1
    assert "1 av 3 grupper har levert" in html


def test_the_wall_goes_on_to_the_task_that_runs(session: Session, machine: Client, made: Workshop) -> None:
    point(session, made.tasks[1], 1, "Om rollene", model="3 institutter")
    makers.close(session, made.tasks[0])
    makers.start(session, made.tasks[1], ago=timedelta(minutes=1))
    session.commit()
    assert lines(machine.get(at(made)).text) == ["Om rollene"]
    assert len(lines(machine.get(at(made, f"?task={made.tasks[0].key}")).text)) == 5


def test_before_anything_has_begun_only_the_way_in_is_shown(app: Flask, session: Session) -> None:
    waiting = makers.workshop(session)
    session.commit()
    html = client_as(app, "tora").get(at(waiting)).text
    assert 'data-key="welcome"' in html
    assert f"G{waiting.id:05d}"[:3] in html
    waiting.closes_at = datetime.now(UTC) - timedelta(minutes=1)
    session.commit()
    assert 'data-key="welcome"' not in client_as(app, "tora").get(at(waiting)).text


def test_extra_minutes_are_told(session: Session, machine: Client, made: Workshop) -> None:
    makers.happen(session, made.tasks[0], EventKind.EXTENDED, at=datetime.now(UTC), minutes=10)
    session.commit()
    assert "10 minutter ekstra" in machine.get(at(made)).text


def test_the_wall_works_without_a_script_and_never_loads_itself_anew(machine: Client, made: Workshop) -> None:
    html = machine.get(at(made, "?prompt=2")).text
    assert "http-equiv" not in html
    assert re.search(r'<noscript><a href="[^"]*prompt=2">Oppdater</a></noscript>', html)


# --- Off the wall, and on again -----------------------------------------------------------------------------


def test_a_point_is_taken_off_the_wall_in_one_click_and_put_back_in_another(
    app: Flask, session: Session, made: Workshop, machine: Client
) -> None:
    found = session.scalars(select(Point).where(Point.text == "Nytt hver fredag")).one()
    session.commit()
    siri = client_as(app, "siri")
    assert f'form="wall-hidden" name="point" value="{found.key}"' in siri.get(at(made)).text
    mark = machine.get(at(made, "/state")).headers["ETag"]
    answer = siri.post(at(made, "/hidden"), data={"point": found.key, "next": at(made, "?prompt=1")})
    assert answer.status_code == 303
    assert answer.headers["Location"] == at(made, f"?prompt=1&hidden={found.key}")
    assert f'value="{found.key}"' in siri.get(answer.headers["Location"]).text  # the way back
    news = machine.get(at(made, "/state"), headers={"If-None-Match": mark})
    assert news.status_code == 200
    assert "Nytt hver fredag" not in news.json["html"]
    again = siri.post(at(made, "/shown"), data={"point": found.key}, headers={"Accept": "application/json"})
    assert again.json == {"point": found.key, "hidden": False}
    assert "Nytt hver fredag" in lines(machine.get(at(made)).text)


def test_the_machine_at_the_projector_hides_nothing_and_shows_no_buttons(
    session: Session, machine: Client, made: Workshop
) -> None:
    html = machine.get(at(made)).text
    assert "wall-hidden" not in html
    assert "/lead" not in html
    assert "/plenary" not in html
    found = session.scalars(select(Point)).first()
    assert found is not None
    session.commit()
    assert machine.post(at(made, "/hidden"), data={"point": found.key}).status_code in (401, 403)
    session.refresh(found)
    assert found.hidden_at is None


def test_a_point_of_another_workshop_is_not_found(app: Flask, session: Session, made: Workshop) -> None:
    other = makers.workshop(session)
    elsewhere = point(session, other.tasks[0], 1, "Et annet sted")
    session.commit()
    tora = client_as(app, "tora")
    assert tora.post(at(made, "/hidden"), data={"point": elsewhere.key}).status_code == 404
    assert tora.post(at(made, "/hidden"), data={}).status_code == 400
    assert tora.post(at(made, "/hidden"), data={"point": elsewhere.key, "next": "//elsewhere"}).status_code == 404


def test_the_organisers_page_takes_points_off_and_lists_those_that_are(
    app: Flask, session: Session, made: Workshop
) -> None:
    found = session.scalars(select(Point).where(Point.text == "Nytt hver fredag")).one()
    session.commit()
    tora, lead = client_as(app, "tora"), f"/workshops/{made.key}/lead"
    assert "Skjult fra veggen" not in tora.get(lead).text
    answer = tora.post(at(made, "/hidden"), data={"point": found.key, "next": lead})
    assert answer.headers["Location"] == lead
    html = tora.get(lead).text
    assert "Skjult fra veggen" in html
    assert html.index("Skjult fra veggen") < html.index("Nytt hver fredag") < html.index("Skjul et punkt fra veggen")


def test_in_plenary_a_point_off_the_wall_says_so_and_is_put_back(app: Flask, session: Session, made: Workshop) -> None:
    found = session.scalars(select(Point).where(Point.text == "Nytt hver fredag")).one()
    found.hidden_at = datetime.now(UTC)
    session.commit()
    siri, plenary = client_as(app, "siri"), f"/workshops/{made.key}/plenary"
    html = siri.get(plenary).text
    assert html.count("Ikke på veggen") == 1
    form = re.search(r'<form class="hms-inline" data-plain.*?</form>', html, re.DOTALL)
    assert form is not None
    assert f'action="{at(made, "/shown")}"' in form[0]
    back = re.findall(r'name="next" value="([^"]*)"', form[0])[0]
    answer = siri.post(at(made, "/shown"), data={"point": found.key, "next": back})
    assert answer.headers["Location"].startswith(plenary)
    assert "Ikke på veggen" not in siri.get(answer.headers["Location"]).text


def test_the_workshops_page_leads_to_the_wall_whoever_may_see_it(app: Flask, made: Workshop) -> None:
    page = f"/workshops/{made.key}"
    assert at(made) in client_as(app, "siri").get(page).text
    assert at(made) not in client_as(app, "bjorn").get(page).text


# --- Watching -----------------------------------------------------------------------------------------------


def test_a_wall_on_which_nothing_has_changed_costs_three_selects(
    machine: Client, made: Workshop, queries: Count
) -> None:
    mark = machine.get(at(made, "/state")).headers["ETag"]
    with queries() as sent:
        answer = machine.get(at(made, "/state"), headers={"If-None-Match": mark})
    assert answer.status_code == 304
    assert len(sent) <= 3


def test_what_the_wall_costs_does_not_grow_with_groups_and_points(app: Flask, session: Session, queries: Count) -> None:
    counts = []
    for groups in (2, 30):
        workshop = makers.workshop(session, groups=groups, members={1: ["bjorn"], 2: ["dina"]})
        makers.start(session, workshop.tasks[0])
        for number in range(1, groups + 1):
            for place in range(3):
                point(session, workshop.tasks[0], number, f"Punkt {place}", rank=f"m{place}")
        client = client_as(app, None)
        client.set_cookie(f"hms-seat-{workshop.key}", makers.seat(session, workshop, opens=Opens.WALL))
        session.commit()
        client.get(at(workshop, "/state"))
        with queries() as sent:
            answer = client.get(at(workshop, "/state"))
        assert answer.status_code == 200
        counts.append(len(sent))
    assert counts[0] == counts[1] <= 14


def test_the_mark_tells_parts_languages_and_who_may_hide_apart(app: Flask, machine: Client, made: Workshop) -> None:
    marks = [
        machine.get(at(made, f"/state{tail}"), headers={"Accept-Language": language}).headers["ETag"]
        for tail, language in (("", "nb"), ("", "en"), ("?prompt=2", "nb"), ("?page=2", "nb"))
    ]
    marks.append(client_as(app, "tora").get(at(made, "/state")).headers["ETag"])
    assert len(set(marks)) == 5


def test_only_who_may_hide_is_given_a_token_for_it(app: Flask, machine: Client, made: Workshop) -> None:
    assert "csrf_token" not in machine.get(at(made, "/state")).json
    assert "csrf_token" in client_as(app, "siri").get(at(made, "/state")).json


# --- Places -------------------------------------------------------------------------------------------------


def groups(planned: int, walk_ins: int = 0) -> Iterator[Group]:
    for number in range(1, planned + walk_ins + 1):
        yield Group(number=number, for_walk_ins=number > planned)


@once
@pytest.mark.parametrize(
    ("planned", "places", "pages"),
    [(1, 1, 1), (5, 6, 1), (6, 6, 1), (9, 9, 1), (10, 6, 2), (12, 6, 2), (20, 8, 3), (30, 8, 4)],
)
def test_at_most_nine_groups_stand_on_a_page(planned: int, places: int, pages: int) -> None:
    layout = wall_parts.layout_for(list(groups(planned)), all_parts=False)
    assert layout.capacity == places
    assert -(-planned // layout.capacity) == pages
    assert layout.columns * layout.rows >= layout.capacity


@once
@pytest.mark.parametrize("planned", range(1, 31))
def test_a_table_that_comes_later_moves_no_group(planned: int) -> None:
    for all_parts in (False, True):
        before = wall_parts.layout_for(list(groups(planned)), all_parts=all_parts)
        after = wall_parts.layout_for(list(groups(planned, walk_ins=3)), all_parts=all_parts)
        assert before == after


def test_pages_of_groups_are_turned_by_a_link(app: Flask, session: Session) -> None:
    workshop: Any = makers.workshop(session, groups=12)
    makers.start(session, workshop.tasks[0])
    session.commit()
    html = client_as(app, "tora").get(at(workshop, "?page=2")).text
    assert re.findall(r'data-name="([^"]*)"', html) == [f"Gruppe {number}" for number in range(7, 13)]
    assert "page=2" not in re.search(r'<a href="([^"]*)"[^>]*data-page="1"', html)[1]  # type: ignore[index]
