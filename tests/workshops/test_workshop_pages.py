"""The list of workshops, and a workshop's own page."""

from datetime import UTC, datetime, timedelta

from hmswiki.foundation import clock
from hmswiki.workshops import codes
from tests.workshops import makers


def test_the_list_begins_with_what_is_going_on_and_says_what_i_have_to_do_with_it(session, as_dina):
    makers.workshop(session, title="HMS-årsmøtet", members={2: ["olav", "dina"]})
    makers.workshop(session, title="I fjor", starts_at=datetime.now(UTC) - timedelta(days=300))
    session.commit()

    page = as_dina.get("/workshops").get_data(as_text=True)

    assert "Et møte pågår nå" in page
    assert page.index("HMS-årsmøtet") < page.index("Tidligere") < page.index("I fjor")
    assert "Du er med i: Gruppe 2" in page


def test_the_list_says_when_the_next_one_is(session, as_bjorn):
    makers.workshop(session, starts_at=datetime(2099, 1, 18, 8, 0, tzinfo=UTC))
    session.commit()

    assert "Neste møte er søndag 18. januar 2099 kl.\N{NO-BREAK SPACE}09.00–12.00" in as_bjorn.get(
        "/workshops"
    ).get_data(as_text=True).replace("&nbsp;", "\N{NO-BREAK SPACE}").replace("\N{SOFT HYPHEN}", "")


def test_a_stranger_to_the_list_is_sent_to_sign_in(as_stranger):
    assert as_stranger.get("/workshops").status_code in (302, 303)


def test_a_page_of_workshops_beyond_the_last_is_not_found(as_bjorn):
    assert as_bjorn.get("/workshops?page=2").status_code == 404
    assert as_bjorn.get("/workshops?page=none").status_code == 400


def test_a_workshop_that_there_is_not_is_not_found(as_bjorn):
    assert as_bjorn.get("/workshops/none").status_code == 404


def test_a_stranger_whom_the_code_let_in_sees_the_tasks_and_nobodys_name(session, as_stranger):
    workshop = makers.workshop(session, members={1: ["siri", "bjorn"]}, helpers=["nils"])
    token = makers.seat(session, workshop)
    session.commit()
    as_stranger.set_cookie(f"hms-seat-{workshop.key}", token)

    page = as_stranger.get(f"/workshops/{workshop.key}").get_data(as_text=True)

    assert makers.CHANGE in page
    assert "Plan for medvirkning" in page
    assert "Siri Sand" not in page
    assert "Nils Nes" not in page


def test_a_stranger_without_a_code_is_sent_to_sign_in(session, as_stranger):
    workshop = makers.workshop(session)
    session.commit()

    assert as_stranger.get(f"/workshops/{workshop.key}").status_code in (302, 303)


def test_the_page_shows_each_group_with_its_leader_first(session, as_dina):
    workshop = makers.workshop(session, members={1: ["siri", "bjorn"], 2: ["olav"]}, helpers=["nils"])
    session.commit()

    page = as_dina.get(f"/workshops/{workshop.key}").get_data(as_text=True)

    assert page.index("Gruppe 1") < page.index("Siri Sand") < page.index("Bjørn Berg") < page.index("Gruppe 2")
    assert "Nils Nes" in page
    assert "3 institutter, 5 institutter, 6 institutter" in page


# --- Min side -----------------------------------------------------------------------------------------------


def test_min_side_tells_those_who_take_part_from_two_weeks_before(session, as_dina, as_nils, as_bjorn):
    soon, later = clock.now() + timedelta(days=13), clock.now() + timedelta(days=15)
    makers.workshop(session, title="Snart", starts_at=soon, members={1: ["dina"]}, helpers=["nils"])
    makers.workshop(session, title="Siden", starts_at=later, members={1: ["dina"]})
    makers.workshop(session, title="Avlyst", starts_at=soon, members={1: ["dina"]}).cancelled_at = clock.now()
    session.commit()

    mine = as_dina.get("/").get_data(as_text=True)

    assert "Snart" in mine and "Du leder: Gruppe 1" in mine
    assert "Siden" not in mine and "Avlyst" not in mine
    assert "Du hjelper arrangøren" in as_nils.get("/").get_data(as_text=True)
    assert "Snart" not in as_bjorn.get("/").get_data(as_text=True)


def test_the_organiser_sees_the_ways_to_plan_and_the_code_and_others_do_not(session, as_tora, as_astrid):
    workshop = makers.workshop(session)
    session.commit()
    code = codes.shown(f"G{workshop.id:05d}")

    organiser, other = (
        client.get(f"/workshops/{workshop.key}").get_data(as_text=True) for client in (as_tora, as_astrid)
    )

    for text in (code, f"/workshops/{workshop.key}/plan", f"/workshops/{workshop.key}/sheets", "Avlys møtet"):
        assert text in organiser
        assert text not in other


def test_the_page_asks_the_same_number_of_times_however_many_groups_there_are(session, as_tora, queries):
    small = makers.workshop(session, groups=1, members={1: ["siri"]})
    large = makers.workshop(session, groups=6, members={1: ["siri", "bjorn"], 2: ["olav", "dina"], 3: ["chen"]})
    session.commit()
    counts = []
    for workshop in (small, small, large):
        with queries() as sent:
            as_tora.get(f"/workshops/{workshop.key}")
        counts.append(len(sent))
    assert counts[1] == counts[2]
