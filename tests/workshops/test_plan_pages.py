"""The page of a plan: what is typed is saved, rearranged or refused, and never lost."""

import re
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from hmswiki.foundation import clock
from hmswiki.workshops import plan_queries, queries
from hmswiki.workshops.models import Opens, Workshop
from tests.support import once
from tests.workshops import makers

pytestmark = once  # each address is asked for on PostgreSQL too, by tests/test_access.py

NEW = {
    "unit": "LAB", "title": "Samling", "day": "2099-01-18", "starts": "09:00", "ends": "11:30", "place": "Kantina",
    "about": "Ta med kaffe.", "programme": "09.00 Velkommen\n09.45–10.30 Gruppearbeid", "links":
    "Planen https://example.org/plan", "opens_before": "1", "closes_after": "4", "tasks-0-title": "Endring",
    "tasks-0-minutes": "25", "tasks-0-prompts-0-title": "Informasjon", "tasks-0-prompts-0-hint": "Hvem, når",
    "tasks-0-prompts-1-title": "", "tasks-1-title": "", "tasks-1-minutes": "30",
}  # fmt: skip


def typed(**more):
    return {"submission": str(uuid4()), **NEW, **more}


def sent_back(page):
    """The fields of the form as the page shows it, by name."""
    html = page.get_data(as_text=True)
    fields = dict(re.findall(r'<input[^>]*? name="([^"]+)"[^>]*? value="([^"]*)"', html))
    fields |= {name: value.strip() for name, value in re.findall(r'<textarea[^>]*? name="([^"]+)"[^>]*>([^<]*)<', html)}
    return {name: value for name, value in fields.items() if name not in ("csrf_token", "with_people")}


def only_workshop(session):
    session.expire_all()
    return session.scalars(select(Workshop)).one()


# --- A new one ----------------------------------------------------------------------------------------------


def test_a_coordinator_plans_a_workshop_for_the_unit(session, as_chen):
    answer = as_chen.post("/workshops", data=typed())

    workshop = only_workshop(session)
    assert answer.location == f"/workshops/{workshop.key}"
    assert workshop.starts_at == datetime(2099, 1, 18, 8, 0, tzinfo=UTC)
    assert workshop.closes_at == datetime(2099, 1, 18, 14, 30, tzinfo=UTC)
    assert workshop.programme[1] == {"time": "09:45", "until": "10:30", "text": "Gruppearbeid"}
    assert workshop.reading == [{"title": "Planen", "url": "https://example.org/plan"}]
    (task,) = queries.tasks(session, workshop)
    assert [(one.title, one.hint) for one in queries.prompts_of(task)] == [("Informasjon", "Hvem, når")]
    page = as_chen.get(answer.location).get_data(as_text=True)
    assert "09.45–10.30" in page
    assert "Samling" in as_chen.get("/workshops").get_data(as_text=True)


def test_sending_the_form_twice_plans_one_workshop(session, as_chen):
    data = typed()
    for _ in range(2):
        assert as_chen.post("/workshops", data=data).status_code == 303
    only_workshop(session)


def test_nobody_plans_for_a_unit_that_they_do_not_speak_for(session, as_chen):
    assert as_chen.post("/workshops", data=typed(unit="WRK")).status_code == 403
    assert as_chen.post("/workshops", data=typed(unit="finnes-ikke")).status_code == 404
    assert session.scalars(select(Workshop)).all() == []


@pytest.mark.parametrize(
    ("wrong", "said", "id"),
    [
        ({"title": " "}, "Skriv hva møtet heter.", "title"),
        ({"day": "i morgen"}, "Not a valid date value.", "day"),
        ({"ends": "08:00"}, "Møtet slutter før det begynner.", "ends"),
        ({"links": "se intranettet"}, "se intranettet", "links"),
        ({"tasks-1-text": "Uten tittel"}, "Oppgave 2 har ingen tittel.", "tasks-1-title"),
        ({"tasks-0-minutes": "0"}, "Oppgave 1", "tasks-0-minutes"),
        ({"closes_after": "1441"}, "Skriv et antall timer fra 0 til 1440.", "closes_after"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost(session, as_chen, wrong, said, id):
    data = typed(**wrong)
    page = as_chen.post("/workshops", data=data)

    assert page.status_code == 422
    html = page.get_data(as_text=True)
    assert f'href="#{id}"' in html
    assert said in html or id == "day"
    shown = sent_back(page)
    for name in ("title", "about", "programme", "links", "tasks-0-title", "tasks-0-prompts-0-hint", *wrong):
        assert shown[name] == data[name].strip()
    assert session.scalars(select(Workshop)).all() == []


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("add-task", {"tasks-0-title": "Endring", "tasks-2-title": ""}),
        ("add-prompt-0", {"tasks-0-prompts-0-title": "Informasjon", "tasks-0-prompts-2-title": ""}),
        ("down-0", {"tasks-0-title": "", "tasks-1-title": "Endring", "tasks-1-prompts-0-title": "Informasjon"}),
        ("drop-0", {"tasks-0-title": ""}),
        ("prompt-up-0-1", {"tasks-0-prompts-0-title": "", "tasks-0-prompts-1-title": "Informasjon"}),
        ("up-77", {"tasks-0-title": "Endring"}),
        ("nonsense", {"tasks-0-title": "Endring"}),
    ],
)
def test_the_form_is_rearranged_without_saving_anything(session, as_chen, change, expected):
    page = as_chen.post("/workshops", data=typed(change=change, day="ikke en dag"))

    assert page.status_code == 200
    shown = sent_back(page)
    assert expected.items() <= shown.items()
    assert (shown["day"], shown["title"]) == ("ikke en dag", "Samling")
    assert session.scalars(select(Workshop)).all() == []


# --- The plan -----------------------------------------------------------------------------------------------


def test_saving_the_page_as_it_is_changes_nothing(session, as_tora):
    workshop = makers.workshop(session)
    workshop.opens_at -= timedelta(minutes=17)
    before = plan_queries.plan_of(session, workshop)
    session.commit()

    page = as_tora.get(f"/workshops/{workshop.key}/plan")
    answer = as_tora.post(f"/workshops/{workshop.key}/plan", data=sent_back(page))

    assert answer.status_code == 303
    session.expire_all()
    after = plan_queries.plan_of(session, workshop)
    assert after.tasks == before.tasks
    assert after.starts_at == before.starts_at.replace(second=0, microsecond=0)
    assert after.starts_at - after.opens_at == before.starts_at - before.opens_at
    assert workshop.version == 2


def test_whoever_saves_second_sees_what_the_first_saved_beside_what_they_typed(session, as_tora, as_hanne):
    workshop = makers.workshop(session)
    session.commit()
    address = f"/workshops/{workshop.key}/plan"
    mine, theirs = (sent_back(client.get(address)) for client in (as_tora, as_hanne))
    as_hanne.post(address, data={**theirs, "place": "Aulaen", "tasks-0-title": "Noe helt annet"})

    page = as_tora.post(address, data={**mine, "place": "Kantina", "about": "Vel møtt"})

    html = page.get_data(as_text=True)
    assert page.status_code == 409
    saved = html[html.index("saved-meanwhile") : html.index('<form class="hms-form hms-plan"')]
    assert "Aulaen" in saved
    assert "Noe helt annet" in saved
    shown = sent_back(page)
    assert (shown["place"], shown["about"]) == ("Kantina", "Vel møtt")
    assert as_tora.post(address, data=shown).status_code == 303
    session.expire_all()
    assert (workshop.place, workshop.about) == ("Kantina", "Vel møtt")


def test_a_sub_heading_that_was_taken_out_is_offered_once_somebody_has_written(session, as_tora):
    workshop = makers.workshop(session)
    session.commit()
    address = f"/workshops/{workshop.key}/plan"
    shown = sent_back(as_tora.get(address))
    key = shown["tasks-0-prompts-1-key"]
    as_tora.post(address, data={**shown, "tasks-0-prompts-1-title": ""})
    assert "Plan for medvirkning" not in as_tora.get(address).get_data(as_text=True)

    queries.group(session, workshop, 1).pulse += 1
    session.commit()
    page = as_tora.get(address)
    assert "Del: Plan for medvirkning" in page.get_data(as_text=True)

    as_tora.post(address, data={**sent_back(page), "put_back": key})
    assert "Plan for medvirkning" in as_tora.get(f"/workshops/{workshop.key}").get_data(as_text=True)


def test_a_cancelled_workshop_says_so_and_can_be_held_after_all(session, as_tora):
    workshop = makers.workshop(session, starts_at=clock.now() + timedelta(days=7))
    session.commit()
    address = f"/workshops/{workshop.key}"

    as_tora.post(f"{address}/cancellation", data={"submission": str(uuid4())})
    assert "Avlyst" in as_tora.get(address).get_data(as_text=True)
    refused = as_tora.post(f"{address}/plan", data={**typed(), "version": "1"})
    assert refused.status_code == 409

    as_tora.post(f"{address}/cancellation/withdrawal", data={"submission": str(uuid4())})
    assert "Avlyst" not in as_tora.get(address).get_data(as_text=True)


# --- Once more ----------------------------------------------------------------------------------------------


def last_year(session):
    starts_at = datetime(2024, 1, 18, 8, 0, tzinfo=UTC)
    workshop = makers.workshop(
        session, title="HMS-årsmøtet 2024", starts_at=starts_at, members={1: ["siri", "bjorn"], 2: ["ute"]},
        helpers=["nils", "ute"],
    )  # fmt: skip
    workshop.programme = [{"time": "09:45", "text": "Gruppearbeid"}]
    workshop.reading = [{"guideline": "borte"}, {"title": "Planen", "url": "https://example.org"}]
    session.commit()
    return workshop


def copied(session, client, source, **more):
    page = client.get(f"/workshops/{source.key}/copy")
    answer = client.post(f"/workshops/{source.key}/copy", data={**sent_back(page), **more})
    assert answer.status_code == 303
    session.expire_all()
    made = session.scalars(select(Workshop).where(Workshop.copied_from_id == source.id)).one()
    assert answer.location == f"/workshops/{made.key}/plan"
    return made


def test_last_years_workshop_is_held_again_on_the_same_weekday_with_the_next_year_in_its_title(session, as_tora):
    source = last_year(session)
    made = copied(session, as_tora, source)

    assert made.starts_at > clock.now()
    assert made.starts_at.weekday() == source.starts_at.weekday()
    assert made.title == f"HMS-årsmøtet {made.starts_at.year}"
    assert made.ends_at - made.starts_at == source.ends_at - source.starts_at


def test_the_copy_has_tasks_programme_helpers_and_groups_and_nobody_in_them(session, as_tora):
    source = last_year(session)
    made = copied(session, as_tora, source)

    assert [task.title for task in queries.tasks(session, made)] == [makers.CHANGE, makers.ROLES]
    assert not {task.key for task in made.tasks} & {task.key for task in source.tasks}
    assert made.programme == source.programme
    assert made.reading == source.reading[1:], "a guideline that is gone does not come along"
    assert [one.person.external_key for one in plan_queries.helpers(session, made)] == ["nils"]
    assert len(queries.groups(session, made)) == 3
    assert queries.members(session, made) == {}
    assert queries.live_code(session, made, Opens.GROUPS).code != queries.live_code(session, source, Opens.GROUPS).code


def test_people_come_along_when_asked_for_as_far_as_they_still_work_here(session, as_tora):
    made = copied(session, as_tora, last_year(session), with_people="people")

    (members,) = queries.members(session, made).values()
    assert [(one.person.external_key, one.leads) for one in members] == [("siri", True), ("bjorn", False)]
