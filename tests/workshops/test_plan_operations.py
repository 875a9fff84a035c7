"""Planning a workshop, its groups and its helpers, below the pages."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from hmswiki.foundation import clock
from hmswiki.foundation.errors import Conflict, NotAllowed, Refusal
from hmswiki.organisation import queries as organisation
from hmswiki.workshops import operations, plan_operations, queries
from hmswiki.workshops.models import Member, Opens
from hmswiki.workshops.operations import Placed
from hmswiki.workshops.planning import Plan, PlannedPrompt, PlannedTask
from tests.actions.makers import actor, person, unit
from tests.workshops import makers

STARTS = datetime(2099, 1, 18, 8, 0, tzinfo=UTC)
PLAN = Plan(
    "HMS-årsmøtet", STARTS, STARTS + timedelta(hours=3), STARTS - timedelta(hours=1), STARTS + timedelta(hours=7),
    tasks=(PlannedTask("Endring", 30, prompts=(PlannedPrompt("Informasjon"), PlannedPrompt("Medvirkning"))),),
)  # fmt: skip


def made(session, plan=PLAN, *, by="tora"):
    return plan_operations.make_workshop(session, unit(session, "FAC"), plan, by=actor(session, by), at=clock.now())


def plan_of(session, workshop):
    """The plan as a form would show it."""
    tasks = tuple(
        PlannedTask(
            task.title, task.minutes, task.text, tuple(task.models),
            tuple(PlannedPrompt(one.title, one.hint, one.key) for one in queries.prompts_of(task)), task.key,
        )
        for task in queries.tasks(session, workshop)
    )  # fmt: skip
    return replace(PLAN, tasks=tasks)


def save(session, workshop, plan, **more):
    more = {"version": workshop.version, **more}
    plan_operations.save_plan(session, workshop, plan, by=actor(session, "tora"), at=clock.now(), **more)


def titles(session, workshop):
    session.expire_all()
    return [[one.title for one in queries.prompts_of(task)] for task in queries.tasks(session, workshop)]


# --- The plan -----------------------------------------------------------------------------------------------


def test_a_workshop_that_is_planned_has_its_codes_at_once(session):
    workshop = made(session)

    opens = [queries.live_code(session, workshop, one) for one in Opens]
    assert all(opens)
    assert len({code.code for code in opens}) == 2


def test_a_task_without_sub_headings_is_answered_as_one(session):
    assert titles(session, made(session, replace(PLAN, tasks=(PlannedTask("Alt", 10),)))) == [[""]]


def test_a_coordinator_of_another_unit_plans_nothing_for_the_faculty(session):
    with pytest.raises(NotAllowed):
        made(session, by="chen")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": "  "}, "title"),
        ({"ends_at": STARTS}, "ends"),
        ({"opens_at": STARTS + timedelta(minutes=1)}, "opens_before"),
        ({"closes_at": STARTS + timedelta(hours=1)}, "closes_after"),
        ({"reading": ({"guideline": "finnes-ikke"},)}, "guidelines"),
        ({"reading": ({"title": "X", "url": "javascript:alert(1)"},)}, "links"),
        ({"tasks": (PlannedTask(" ", 30),)}, "tasks-0-title"),
        ({"tasks": (PlannedTask("Alt", 0),)}, "tasks-0-minutes"),
        ({"tasks": (PlannedTask("Alt", 1, models=("A", "A")),)}, "tasks-0-models"),
    ],
)
def test_what_cannot_be_a_plan_is_refused_at_its_field(session, change, field):
    with pytest.raises(Refusal) as refused:
        made(session, replace(PLAN, **change))
    assert refused.value.field == field


def test_whoever_saves_an_older_version_is_told_and_saves_nothing(session):
    workshop = made(session)
    save(session, workshop, replace(plan_of(session, workshop), title="Andre"))

    with pytest.raises(Conflict):
        save(session, workshop, replace(plan_of(session, workshop), title="Tredje"), version=1)
    assert workshop.title == "Andre"


def test_saving_raises_the_pulse_so_that_pages_that_watch_look_again(session):
    workshop = made(session)
    before = queries.pulse(session, workshop.id)

    save(session, workshop, plan_of(session, workshop))

    assert queries.pulse(session, workshop.id) == before + 1


def test_tasks_and_sub_headings_keep_what_they_are_when_renamed_and_moved(session):
    workshop = made(session)
    plan = plan_of(session, workshop)
    first, second = plan.tasks[0].prompts

    moved = replace(plan.tasks[0], title="Ny", prompts=(second, replace(first, title="Mer informasjon")))
    save(session, workshop, replace(plan, tasks=(PlannedTask("Før", 5), moved)))

    tasks = queries.tasks(session, workshop)
    assert [task.title for task in tasks] == ["Før", "Ny"]
    assert tasks[1].key == plan.tasks[0].key
    session.expire_all()
    assert [(one.key, one.title) for one in queries.prompts_of(tasks[1])] == [
        (second.key, "Medvirkning"), (first.key, "Mer informasjon"),
    ]  # fmt: skip


def test_what_is_taken_out_of_the_plan_can_be_put_back(session):
    workshop = made(session)
    plan = plan_of(session, workshop)
    prompt = plan.tasks[0].prompts[1].key

    save(session, workshop, replace(plan, tasks=(replace(plan.tasks[0], prompts=plan.tasks[0].prompts[:1]),)))
    assert titles(session, workshop) == [["Informasjon"]]
    save(session, workshop, plan_of(session, workshop), put_back=[prompt])
    assert titles(session, workshop) == [["Informasjon", "Medvirkning"]]

    save(session, workshop, replace(plan, tasks=()))
    assert titles(session, workshop) == []
    save(session, workshop, replace(plan, tasks=()), put_back=[plan.tasks[0].key])
    assert titles(session, workshop) == [["Informasjon", "Medvirkning"]]


def test_a_task_loses_its_last_sub_heading_and_what_stands_under_it_stays_there(session):
    workshop = made(session)
    plan = plan_of(session, workshop)

    save(session, workshop, replace(plan, tasks=(replace(plan.tasks[0], prompts=()),)))

    session.expire_all()
    assert [(one.key, one.title) for one in queries.prompts_of(queries.tasks(session, workshop)[0])] == [
        (plan.tasks[0].prompts[0].key, "")
    ]


def test_a_model_that_groups_may_have_answered_for_is_not_renamed(session):
    workshop = made(session, replace(PLAN, tasks=(PlannedTask("Roller", 30, models=("3 institutter",)),)))
    group = operations.add_group(session, workshop, by=actor(session, "tora"), at=clock.now())
    plan = plan_of(session, workshop)
    save(session, workshop, replace(plan, tasks=(replace(plan.tasks[0], models=("3 institutt",)),)))
    group.pulse += 1

    with pytest.raises(Refusal) as refused:
        save(session, workshop, plan)
    assert refused.value.field == "tasks-0-models"
    save(session, workshop, replace(plan, tasks=(replace(plan.tasks[0], models=("6 institutter", "3 institutt")),)))


def test_a_cancelled_workshop_is_left_alone_until_it_is_held_after_all(session):
    workshop = made(session)
    tora = actor(session, "tora")
    plan_operations.cancel(session, workshop, by=tora, at=clock.now())

    with pytest.raises(Conflict):
        save(session, workshop, PLAN)
    with pytest.raises(Conflict):
        operations.add_group(session, workshop, by=tora, at=clock.now())

    plan_operations.hold_after_all(session, workshop, by=tora, at=clock.now())
    save(session, workshop, PLAN)


def test_a_workshop_that_is_over_is_not_cancelled(session):
    workshop = makers.workshop(session, starts_at=clock.now() - timedelta(days=3))
    with pytest.raises(Conflict):
        plan_operations.cancel(session, workshop, by=actor(session, "tora"), at=clock.now())


# --- Groups -------------------------------------------------------------------------------------------------


def people_in(session, workshop):
    return {
        group.number: [member.person.external_key for member in queries.members(session, workshop).get(group.id, [])]
        for group in queries.groups(session, workshop)
    }


def test_the_number_of_a_group_that_was_taken_away_is_not_used_again(session):
    workshop, tora = makers.workshop(session, groups=2, members={2: ["siri"]}), actor(session, "tora")
    operations.remove_group(session, queries.group(session, workshop, 2), by=tora, at=clock.now())

    added = operations.add_group(session, workshop, name=" Ved  vinduet ", by=tora, at=clock.now())

    assert (added.number, added.name) == (3, "Ved vinduet")
    assert people_in(session, workshop) == {1: [], 3: []}


def test_a_group_that_has_written_is_not_taken_away(session):
    workshop = makers.workshop(session)
    group = queries.group(session, workshop, 1)
    group.pulse += 1

    with pytest.raises(Conflict):
        operations.remove_group(session, group, by=actor(session, "tora"), at=clock.now())


def test_whoever_is_moved_is_in_one_group_and_where_they_were_is_kept(session):
    workshop, tora = makers.workshop(session, members={1: ["siri", "bjorn"]}), actor(session, "tora")
    bjorn = person(session, "bjorn")

    operations.put_in_group(session, queries.group(session, workshop, 2), bjorn, by=tora, at=clock.now())

    assert people_in(session, workshop) == {1: ["siri"], 2: ["bjorn"], 3: []}
    kept = session.query(Member).filter_by(person_id=bjorn.id).order_by(Member.id).all()
    assert [one.withdrawn_at is None for one in kept] == [False, True]


def test_a_group_has_one_leader(session):
    workshop, tora = makers.workshop(session, members={1: ["siri", "bjorn"]}), actor(session, "tora")
    first = queries.group(session, workshop, 1)

    operations.put_in_group(session, first, person(session, "bjorn"), leads=True, by=tora, at=clock.now())

    members = queries.members(session, workshop)[first.id]
    assert [(one.person.external_key, one.leads) for one in members] == [("bjorn", True), ("siri", False)]
    with pytest.raises(Refusal):
        operations.put_in_group(session, first, person(session, "bjorn"), leads=True, by=tora, at=clock.now())


def test_groups_are_placed_as_the_preview_showed_them(session):
    workshop, tora = makers.workshop(session, groups=1, members={1: ["siri", "bjorn"]}), actor(session, "tora")
    ids = {key: organisation.person(session, key).id for key in ("siri", "bjorn", "chen", "olav", "dina")}

    moved = operations.place(
        session, workshop,
        [
            Placed([ids["chen"], ids["bjorn"]], queries.group(session, workshop, 1)),
            Placed([ids["olav"], ids["siri"], ids["dina"]], name="Verkstedet"),
        ],
        by=tora, at=clock.now(),
    )  # fmt: skip

    assert moved == 4
    assert people_in(session, workshop) == {1: ["chen", "bjorn"], 2: ["olav", "siri", "dina"]}
    assert [one.leads for group in queries.members(session, workshop).values() for one in group] == [
        True, False, True, False, False,
    ]  # fmt: skip


def test_nobody_is_placed_in_two_groups(session):
    workshop = makers.workshop(session, groups=1)
    siri = person(session, "siri").id
    with pytest.raises(Refusal):
        operations.place(session, workshop, [Placed([siri]), Placed([siri])], by=actor(session, "tora"), at=clock.now())


def test_a_leader_of_a_section_puts_nobody_in_the_facultys_groups(session):
    workshop = makers.workshop(session)
    group = queries.group(session, workshop, 1)
    with pytest.raises(NotAllowed):
        operations.put_in_group(session, group, person(session, "nils"), by=actor(session, "astrid"), at=clock.now())


def test_a_helper_is_named_once_and_can_be_let_go(session):
    workshop, tora = makers.workshop(session), actor(session, "tora")
    helper = operations.add_helper(session, workshop, person(session, "nils"), by=tora, at=clock.now())
    with pytest.raises(Refusal):
        operations.add_helper(session, workshop, person(session, "nils"), by=tora, at=clock.now())

    operations.withdraw_helper(session, workshop, helper, by=tora, at=clock.now())
    assert queries.passes_of_person(session, helper.person_id) == []
