"""Every address of the product, as everybody.

The table says who is let in, and is written by hand: a new address fails until somebody has decided. The unit asked
about is Laser Lab; what each feature decides about its own rows is tested with the feature.
"""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from flask import Flask, templating
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from hmswiki.acknowledgements.models import Evidence, Question, QuestionKind
from hmswiki.foundation.permissions import Permission
from hmswiki.guidelines import operations as guideline_operations
from hmswiki.guidelines.models import Guideline
from hmswiki.organisation import queries as organisation
from hmswiki.organisation.models import Area, AreaDuty, AreaUnit, Employment, RoleHolding
from hmswiki.schedules.models import Audience, Handover, Reach, ScheduleEvent, Skip
from hmswiki.web.access import declared
from tests.acknowledgements.makers import acknowledge, at_noon, confirm, person, publish, roll_out, unit
from tests.actions.makers import raised
from tests.checklists.makers import draft as draft_checklist
from tests.checklists.makers import publish as publish_checklist
from tests.conftest import DATABASE, client_as
from tests.outcomes.makers import held, proposed
from tests.plenary.makers import sentence, theme
from tests.rounds.makers import start_round, take_photo
from tests.schedules.makers import schedule
from tests.workshops.makers import workshop

EVERYBODY = frozenset(
    ("astrid", "bjorn", "chen", "siri", "nils", "dina", "olav", "tora", "frida", "gunnar", "hanne", "ivar", "ute")
)
STRANGER = frozenset({None})
ALSO_STRANGERS = EVERYBODY | STRANGER
EDITOR = frozenset({"frida"})
APPROVER = frozenset({"gunnar"})
CENTRAL = frozenset({"hanne"})
ADMINISTRATOR = frozenset({"ivar"})
DRAFTS = EDITOR | APPROVER | CENTRAL
REGISTER = ADMINISTRATOR | CENTRAL
# Those employed in the faculty itself see what is beneath it; Nils, in a section, does not see the unit above.
OF_LASER_LAB = frozenset({"astrid", "bjorn", "chen", "siri", "tora", "frida", "gunnar", "hanne", "ivar"})
SPEAKS_FOR_LASER_LAB = frozenset({"astrid", "chen", "tora"})
# Laser Lab shares the floor with Workshop: the leaders of both, and those who may everywhere.
LOOKS_AFTER_SECOND_FLOOR = frozenset({"astrid", "chen", "olav", "tora", "hanne", "ivar"})
LEADS_SOMEWHERE = frozenset({"astrid", "chen", "olav", "tora"})
# Roles over some unit, and central HSE.
OVERSEES = frozenset({"astrid", "chen", "siri", "olav", "tora", "hanne"})

LET_IN: dict[str, frozenset[Any]] = {
    "stylesheet": ALSO_STRANGERS,
    "rounds_offline.worker": ALSO_STRANGERS,
    "rounds_offline.offline": ALSO_STRANGERS,
    "rounds_offline.who": ALSO_STRANGERS,
    # accounts
    **dict.fromkeys(
        ("accounts.sign_in", "accounts.sign_in_with_password", "accounts.sign_in_as", "accounts.sign_out",
         "accounts.invitation", "accounts.take_up_invitation", "accounts.reset", "accounts.ask_for_reset",
         "accounts.reset_link", "accounts.take_up_reset"), ALSO_STRANGERS),
    **dict.fromkeys(
        ("accounts.sessions", "accounts.end_session", "accounts.end_other_sessions", "accounts.change_password"),
        EVERYBODY),
    **dict.fromkeys(
        ("accounts.person", "accounts.invite", "accounts.activate", "accounts.deactivate"), ADMINISTRATOR),
    # organisation
    "organisation.choose_language": ALSO_STRANGERS,
    **dict.fromkeys(
        ("organisation.index", "organisation.people", "organisation.person", "organisation.person_history",
         "organisation.unit", "organisation.unit_history"), REGISTER),
    **dict.fromkeys(
        ("organisation.new_person", "organisation.new_unit", "organisation.edit_person", "organisation.employ",
         "organisation.give_role", "organisation.close_unit", "organisation.edit_unit", "organisation.employ_in",
         "organisation.give_role_in", "organisation.correct_employment", "organisation.end_employment",
         "organisation.move_employment", "organisation.withdraw_employment", "organisation.correct_role",
         "organisation.end_role", "organisation.withdraw_role"), ADMINISTRATOR),
    # areas
    **dict.fromkeys(("areas.index", "areas.area", "areas.door"), EVERYBODY),
    "areas.new_area": REGISTER,  # in none: a building
    "areas.import_areas": LEADS_SOMEWHERE | REGISTER,
    **dict.fromkeys(
        ("areas.history", "areas.edit_area", "areas.close_area", "areas.give_area", "areas.appoint_owner",
         "areas.appoint_deputy", "areas.end_belonging", "areas.correct_belonging", "areas.withdraw_belonging",
         "areas.end_duty", "areas.correct_duty", "areas.withdraw_duty"), LOOKS_AFTER_SECOND_FLOOR),
    # guidelines
    **dict.fromkeys(
        ("guidelines.index", "guidelines.show", "guidelines.history", "guidelines.edition"), EVERYBODY),
    **dict.fromkeys(("guidelines.drafts", "guidelines.draft"), DRAFTS),
    **dict.fromkeys(
        ("guidelines.new", "guidelines.create", "guidelines.start_edition", "guidelines.start_translation",
         "guidelines.edit", "guidelines.save_text", "guidelines.facts", "guidelines.save_facts", "guidelines.preview",
         "guidelines.send", "guidelines.send_now", "guidelines.take_back", "guidelines.discard"), EDITOR),
    **dict.fromkeys(
        ("guidelines.publish", "guidelines.publish_now", "guidelines.return_to_writers"), APPROVER),
    # acknowledgements: people
    **dict.fromkeys(
        ("acknowledgements.home", "acknowledgements.my_record", "acknowledgements.my_record_as_json",
         "acknowledgements.acknowledge", "acknowledgements.question", "acknowledgements.ask",
         "acknowledgements.my_question", "acknowledgements.withdraw_question", "acknowledgements.withdrawal",
         "acknowledgements.withdraw_acknowledgement", "acknowledgements.unit_count"), EVERYBODY),
    # acknowledgements: units
    # The others only lead back to the unit's page, which decides.
    **dict.fromkeys(
        ("acknowledgements.my_unit", "acknowledgements.no_forecast", "acknowledgements.no_newcomers",
         "acknowledgements.no_names", "acknowledgements.confirmations"), EVERYBODY - {"ute"}),
    "acknowledgements.unit": OF_LASER_LAB,
    **dict.fromkeys(
        ("acknowledgements.confirm", "acknowledgements.withdraw_confirmation", "acknowledgements.forecast",
         "acknowledgements.confirm_newcomers", "acknowledgements.names", "acknowledgements.unit_questions",
         "acknowledgements.answer_question"), SPEAKS_FOR_LASER_LAB),
    # acknowledgements: coverage and rollouts
    **dict.fromkeys(
        ("acknowledgements.coverage", "acknowledgements.coverage_csv", "acknowledgements.coverage_curve",
         "acknowledgements.coverage_curve_picture"), OVERSEES),
    **dict.fromkeys(
        ("acknowledgements.rollout_list", "acknowledgements.rollout", "acknowledgements.end_rollout",
         "acknowledgements.new_rollout", "acknowledgements.roll_out", "acknowledgements.preview_rollout"), CENTRAL),
    # actions
    **dict.fromkeys(("actions.index", "actions.index_csv", "actions.index_xlsx"), EVERYBODY),
    **dict.fromkeys(("actions.show", "actions.happen", "actions.withdraw_entry"), OF_LASER_LAB),
    **dict.fromkeys(
        ("actions.new", "actions.create"), frozenset({"astrid", "chen", "siri", "olav", "tora", "bjorn", "dina"})),
    # schedules: one for Laser Lab alone
    **dict.fromkeys(("schedules.index", "schedules.schedule", "schedules.subject"), EVERYBODY),
    **dict.fromkeys(("schedules.new", "schedules.create"), LEADS_SOMEWHERE | CENTRAL),
    **dict.fromkeys(
        ("schedules.end", "schedules.withdraw", "schedules.change", "schedules.save_change", "schedules.record_event",
         "schedules.correct_event", "schedules.withdraw_event"), SPEAKS_FOR_LASER_LAB | CENTRAL),
    **dict.fromkeys(
        ("schedules.skip", "schedules.hand_over", "schedules.take_back_skip", "schedules.take_back_handover"),
        SPEAKS_FOR_LASER_LAB | CENTRAL | {"siri"}),
    # checklists: editions and drafts
    **dict.fromkeys(("checklists.index", "checklists.show", "checklists.edition"), EVERYBODY),
    **dict.fromkeys(("checklists.drafts", "checklists.draft"), DRAFTS),
    **dict.fromkeys(
        ("checklists.new", "checklists.create", "checklists.start_edition", "checklists.edit", "checklists.add_section",
         "checklists.add_item", "checklists.move", "checklists.section", "checklists.save_section", "checklists.item",
         "checklists.save_item", "checklists.facts", "checklists.save_facts", "checklists.source",
         "checklists.save_source", "checklists.send", "checklists.send_now", "checklists.take_back",
         "checklists.discard"), EDITOR),
    **dict.fromkeys(
        ("checklists.publish", "checklists.publish_now", "checklists.return_to_writers", "checklists.retire"),
        APPROVER),
    # checklists: supplements
    **dict.fromkeys(("checklists.unit_list", "checklists.no_keeping", "checklists.no_taking_over"), EVERYBODY),
    **dict.fromkeys(
        ("checklists.add_own_item", "checklists.write_note", "checklists.leave_out", "checklists.change_edit",
         "checklists.withdraw_edit", "checklists.keep_edit", "checklists.take_over"), SPEAKS_FOR_LASER_LAB),
    **dict.fromkeys(("checklists.supplements", "checklists.no_taking_up", "checklists.take_up"), EDITOR | CENTRAL),
    # rounds: one of Laser Lab that runs; a stranger to it begins none there, and is not refused the way to begin one
    **dict.fromkeys(("rounds.index", "rounds.start", "rounds.paper", "rounds.type_in"), EVERYBODY),
    **dict.fromkeys(
        ("rounds.show", "rounds.state", "rounds.photo", "rounds.sign", "rounds.withdraw_signature"), OF_LASER_LAB),
    **dict.fromkeys(
        ("rounds.answers", "rounds.photos", "rounds.withdraw_photo", "rounds.hand_in", "rounds.abandon",
         "rounds.correction", "rounds.correct"), frozenset({"astrid", "chen", "siri", "tora"})),
    "rounds.as_pdf": OF_LASER_LAB,
    # rounds: what is due, and how it stands in the units
    **dict.fromkeys(("rounds.due_rounds", "rounds.make_calendar", "rounds.end_calendar"), EVERYBODY),
    "rounds.calendar_feed": ALSO_STRANGERS,  # the address is the secret, and this one is nobody's
    **dict.fromkeys(
        ("rounds.campaign_list", "rounds.campaign", "rounds.campaign_file", "rounds.by_area"), OVERSEES),
    # workshops: one that Laser Lab holds, in which nobody of the cast is put in a group
    **dict.fromkeys(("workshops.index", "workshops.show"), EVERYBODY),
    **dict.fromkeys(("workshops.new", "workshops.create"), LEADS_SOMEWHERE | CENTRAL),
    **dict.fromkeys(
        ("workshops.plan", "workshops.save_plan", "workshops.copy", "workshops.make_copy", "workshops.cancel",
         "workshops.hold_after_all", "workshops.groups", "workshops.arrange", "workshops.put_in",
         "workshops.add_helper", "workshops.withdraw_helper", "workshops.propose", "workshops.place_people",
         "workshops.sheets", "workshops.sheets_pdf"), SPEAKS_FOR_LASER_LAB | CENTRAL),
    # workshops: coming in by a code, following, leading
    **dict.fromkeys(
        ("workshop_doors.type_code", "workshop_doors.look_code_up", "workshop_doors.join", "workshop_doors.come_in"),
        ALSO_STRANGERS),
    **dict.fromkeys(("workshop_doors.follow", "workshop_doors.follow_state"), EVERYBODY),
    **dict.fromkeys(("workshop_doors.place", "workshop_doors.change_place"), frozenset()),  # for who has a seat
    **dict.fromkeys(
        ("workshop_doors.lead", "workshop_doors.lead_state", "workshop_doors.start_task", "workshop_doors.extend_task",
         "workshop_doors.close_task", "workshop_doors.reopen_task", "workshop_doors.end_workshop",
         "workshop_doors.take_back", "workshop_doors.remind", "workshop_doors.change_code"),
        SPEAKS_FOR_LASER_LAB | CENTRAL),
    # notes: of a group in which nobody of the cast is
    **dict.fromkeys(
        ("notes.group", "notes.note", "notes.save", "notes.edits", "notes.state", "notes.hand_in", "notes.history",
         "notes.bring_back"), SPEAKS_FOR_LASER_LAB | CENTRAL),
    # the wall
    **dict.fromkeys(("wall.show", "wall.state", "wall.hide", "wall.show_again"), SPEAKS_FOR_LASER_LAB | CENTRAL),
    # outcomes: Laser Lab's, of which nothing is published
    **dict.fromkeys(("outcomes.published", "outcomes.published_file"), EVERYBODY),
    **dict.fromkeys(
        ("outcomes.afterwards", "outcomes.black_out", "outcomes.preview", "outcomes.publish", "outcomes.take_down",
         "outcomes.export", "outcomes.letters", "outcomes.send", "outcomes.try_again", "outcomes.send_again"),
        SPEAKS_FOR_LASER_LAB | CENTRAL),
    # plenary
    **dict.fromkeys(
        ("plenary.show", "plenary.state", "plenary.sort", "plenary.change_theme", "plenary.write",
         "plenary.change_sentence"), SPEAKS_FOR_LASER_LAB | CENTRAL),
    # what points of that workshop became
    **dict.fromkeys(("proposals.became", "proposals.proposal"), EVERYBODY),
    **dict.fromkeys(
        ("proposals.point_action", "proposals.make_action", "proposals.new_proposal", "proposals.propose",
         "proposals.withdraw"), SPEAKS_FOR_LASER_LAB | CENTRAL),
    **dict.fromkeys(("proposals.take_up", "proposals.turn_down", "proposals.take_answer_back"), EDITOR),
    # reminders
    **dict.fromkeys(("reminders.index", "reminders.again", "reminders.remind_campaign"), REGISTER),
}  # fmt: skip

# Not views of ours: files that are the same for everybody.
FILES = {"static"}


@pytest.fixture
def furnished(app: Flask, session: Session) -> dict[str, Any]:
    """A row of everything an address may name."""
    edition = publish(session, "rus", "1.0", date(2024, 1, 1))
    rollout = roll_out(session, "rus", ["FAC"], starts=date(2024, 1, 1), evidence=Evidence.NAMED)
    confirmation = confirm(session, "LAB", edition, date(2024, 2, 1), by="astrid")
    acknowledgement = acknowledge(session, "bjorn", edition, date(2024, 2, 2))
    question = Question(
        person_id=person(session, "bjorn").id, unit_id=unit(session, "LAB").id, edition_id=edition.id,
        kind=QuestionKind.QUESTION, text="Hvem ringer jeg?", recorded_at=at_noon(date(2024, 2, 3)),
    )  # fmt: skip
    session.add(question)
    guideline = session.scalars(select(Guideline).where(Guideline.slug == "rus")).one()
    frida = organisation.actor(session, "frida", date(2024, 3, 1))
    draft = guideline_operations.start_edition(session, guideline, by=frida, at=at_noon(date(2024, 3, 1)))
    publish_checklist(session, on=date(2024, 1, 1))
    checklist_draft = draft_checklist(session)
    action = raised(session)
    entry_id = action.entries[0].id
    planned = schedule(session, units=[("LAB", Reach.ITSELF)], every="event", within=3)
    of_areas = schedule(session, Audience.AREAS, units=(), areas=["B1"])
    of_all = {"key": schedule(session, starts=date(2024, 1, 1)).key, "occurrence": "2024-02", "form": "csv"}
    at_lab = {"schedule_id": planned.id, "unit_id": unit(session, "LAB").id, "recorded_at": at_noon(date(2024, 1, 1))}
    arranged: dict[str, Any] = {
        "skips": Skip(occurrence="event-a", reason="Tomt", **at_lab),
        "handovers": Handover(occurrence="event-a", to_id=person(session, "bjorn").id, **at_lab),
        "events": ScheduleEvent(name="a", happens_on=date(2026, 1, 1), **at_lab),
    }
    session.add_all(arranged.values())
    session.flush()
    running = start_round(session)
    photos = [take_photo(session, running).key for _ in range(2)]
    meeting = workshop(session, "LAB")
    proposal = proposed(session, held(session, meeting))
    sorted_in = {
        "task_key": meeting.tasks[0].key,
        "theme_key": theme(session, meeting.tasks[0], "Nytt").key, "deed": "removal",
        "sentence_key": sentence(session, meeting.tasks[0], "Nytt.").key,
    }  # fmt: skip
    facts = {
        "employments": session.scalars(select(Employment.id)).first(),
        "roles": session.scalars(select(RoleHolding.id)).first(),
        "confirmations": confirmation.id,
        "area-units": session.scalars(select(AreaUnit.id).join(Area).where(Area.code == "B1-2")).first(),
        "area-duties": session.scalars(select(AreaDuty.id).join(Area).where(Area.code == "B1-2")).first(),
        "questions": question.id,
        **{name: row.id for name, row in arranged.items()},
    }
    session.commit()
    return {
        "slug": "rus", "number": "1.0", "code": "LAB", "key": rollout.key, "token": "no-such-token",
        "external_key": "bjorn", "draft_id": draft.id, "question_id": question.id, "sign_in_id": 1, "reminder_id": 1,
        "acknowledgement_id": acknowledgement.id, "facts": facts,
        "action_key": action.key, "deed": "comments", "entry_id": entry_id,
        "checklists": {
            "key": "kjolerom", "number": "1.0", "draft_id": checklist_draft.id, "section": "rommet", "item": "dor",
            "code": "LAB", "identity": "none",
        },
        "workshops": {"key": meeting.key, "helper_id": 1, "number": 1, "code": f"G{meeting.id:05d}", **sorted_in,
            "point_key": proposal.points[0].key, "form": "md", "letter_id": 1,
        },
        "proposals": {
            "workshop_key": meeting.key, "point_key": proposal.points[0].key, "proposal_key": proposal.key,
        },
        "rounds": {"key": running.key, "signature_id": 1}, "rounds.calendar_feed": {"token": "no-such-token"},
        "rounds.photo": {"key": photos[0]}, "rounds.withdraw_photo": {"key": photos[1]},
        **dict.fromkeys(("rounds.campaign", "rounds.campaign_file", "reminders.remind_campaign"), of_all),
        "rounds.by_area": {"key": of_areas.key},
        "rounds.paper": {"key": "kjolerom"}, "rounds.type_in": {"key": "kjolerom"},
        "schedule_key": planned.key, "schedule_slot": f"unit:{at_lab['unit_id']}",
    }  # fmt: skip


def addresses(app: Flask) -> Iterator[tuple[str, Rule]]:
    for rule in app.url_map.iter_rules():
        name = rule.endpoint.removeprefix("hmswiki.")
        if rule.endpoint.startswith("hmswiki.") and name not in FILES:
            yield name, rule


def path_of(app: Flask, rule: Rule, rows: dict[str, Any]) -> str:
    values = {}
    endpoint = rule.endpoint.removeprefix("hmswiki.")
    for name in rule.arguments:
        if name in rows.get(endpoint, ()):
            values[name] = rows[endpoint][name]
        elif name == "id":
            segment = next(part for part in (*rows["facts"], "people") if part in rule.rule)
            values[name] = "bjorn" if segment == "people" else rows["facts"][segment]
        elif rule.endpoint.startswith("hmswiki.schedules."):
            values[name] = rows[f"schedule_{name}"]
        elif rule.endpoint.startswith("hmswiki.checklists."):
            values[name] = rows["checklists"][name]
        elif rule.endpoint.startswith("hmswiki.rounds."):
            values[name] = rows["rounds"][name]
        elif endpoint.startswith("proposals."):
            values[name] = rows["proposals"][name]
        elif endpoint.split(".")[0] in ("workshops", "workshop_doors", "notes", "wall", "plenary", "outcomes"):
            values[name] = rows["workshops"][name]
        elif name == "code" and rule.endpoint.startswith("hmswiki.areas."):
            values[name] = "B1-2"
        else:
            values[name] = rows[name]
    with app.test_request_context():
        return str(
            app.url_map.bind("localhost").build(rule.endpoint, values, method=next(iter(rule.methods or {"GET"})))
        )


def test_every_view_declares_who_may_open_it(app: Flask) -> None:
    for name, rule in addresses(app):
        assert isinstance(declared(app.view_functions[rule.endpoint]), Permission), f"{name} declares nothing"


def test_every_address_has_been_decided_about(app: Flask) -> None:
    assert {name for name, _ in addresses(app)} == set(LET_IN)


class Pencil:
    """Draws pages or leaves them white: who is let in is decided before, and drawing takes most of the time."""

    def __init__(self) -> None:
        self.draws = True
        self._draw = templating._render

    def __call__(self, *args: Any) -> str:
        return self._draw(*args) if self.draws else ""


@pytest.fixture
def pencil(monkeypatch: pytest.MonkeyPatch) -> Pencil:
    found = Pencil()
    monkeypatch.setattr(templating, "_render", found)
    return found


def in_turn(name: str, number: int) -> list[tuple[str | None, bool]]:
    """Everybody, and whether the page is drawn for them: for two of those who are let in, others at each address.

    Those who are refused come first: what an allowed form does cannot get in their way.
    """
    everybody = sorted(ALSO_STRANGERS, key=str)
    start = number % len(everybody)
    everybody = everybody[start:] + everybody[:start]
    refused = [who for who in everybody if who not in LET_IN[name]]
    let_in = [who for who in everybody if who in LET_IN[name]]
    drawn = {*let_in[:1], *let_in[-1:]}
    if DATABASE != "sqlite":  # who decides is the same there; what is asked for must be there too
        refused, let_in = refused[:2], let_in[:1]
    return [(who, who in drawn) for who in (*refused, *let_in)]


def test_every_address_lets_in_exactly_whom_it_should(app: Flask, furnished: dict[str, Any], pencil: Pencil) -> None:
    wrong = []
    for number, (name, rule) in enumerate(addresses(app)):
        path = path_of(app, rule, furnished)
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            for who, pencil.draws in in_turn(name, number):
                answer = client_as(app, who).open(path, method=method)
                # To where one signs in, or types the code of a workshop.
                led_away = re.search(r"/accounts/sign-in|/m\?next=", answer.headers.get("Location", ""))
                to_sign_in = led_away is not None and None not in LET_IN[name]
                refused = answer.status_code in (401, 403) or to_sign_in
                if refused == (who in LET_IN[name]):
                    wrong.append(f"{method} {path} as {who or 'a stranger'}: {answer.status_code}")
                if answer.status_code >= 500:
                    wrong.append(f"{method} {path} as {who or 'a stranger'} fails: {answer.status_code}")
    assert wrong == []


def test_a_view_that_declares_nothing_is_closed(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def open_to_the_world() -> str:
        return "secrets"

    monkeypatch.setitem(app.view_functions, "hmswiki.acknowledgements.home", open_to_the_world)
    for who in ALSO_STRANGERS:
        answer = client_as(app, who).get("/")
        assert answer.status_code == 403
        assert "secrets" not in answer.text


def test_a_refusal_says_who_may(app: Flask, furnished: dict[str, Any]) -> None:
    page = client_as(app, "bjorn").get("/rollouts")
    assert page.status_code == 403
    assert "Bare HMS sentralt kan rulle ut en retningslinje." in page.text


def test_a_role_no_longer_held_opens_nothing(app: Flask, session: Session) -> None:
    holding = session.scalars(select(RoleHolding).where(RoleHolding.role == "central_hse")).one()
    assert client_as(app, "hanne").get("/rollouts").status_code == 200
    holding.withdraw(by_id=None, at=at_noon(date(2024, 1, 1)), reason="Feil")
    session.commit()
    assert client_as(app, "hanne").get("/rollouts").status_code == 403


def test_every_answer_carries_the_strict_policy_and_is_kept_from_shared_caches(app: Flask, furnished: Any) -> None:
    for path in ("/", "/nowhere", "/rollouts", "/guidelines/rus", "/guidelines/none", "/coverage?as_of=soon"):
        for who in ("bjorn", "hanne", None):
            answer = client_as(app, who).get(path)
            policy = answer.headers["Content-Security-Policy"]
            assert "default-src 'none'" in policy
            assert "unsafe" not in policy
            assert "private" in answer.headers["Cache-Control"] or "no-store" in answer.headers["Cache-Control"]
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
