"""Pages where groups are made: by hand, from units, or mixed; and where helpers are named."""

from collections.abc import Callable
from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from hmswiki.foundation import clock
from hmswiki.foundation.errors import N_, BadRequest, NotAllowed, NotFound, Refusal
from hmswiki.foundation.permissions import Permission
from hmswiki.organisation import queries as organisation
from hmswiki.organisation.models import Person, Unit
from hmswiki.web.access import access
from hmswiki.web.context import known_actor, read_session, today, transaction
from hmswiki.web.forms import PageForm
from hmswiki.web.page import in_section
from hmswiki.web.words import _, tn
from hmswiki.workshops import door_queries, group_forms, group_pages, group_queries, operations, plan_queries, queries
from hmswiki.workshops.group_forms import ArrangeForm, HelperForm, MakingForm, PeopleForm
from hmswiki.workshops.models import Group, Workshop
from hmswiki.workshops.operations import Move, Placed
from hmswiki.workshops.plan_views import managed
from hmswiki.workshops.views import SECTION, blueprint


@blueprint.get("/workshops/<key>/groups")
@access(Permission.MANAGE_WORKSHOPS)
def groups(key: str) -> str:
    """The groups, who is in them, and how more are made."""
    return _groups_page(key)


def _groups_page(key: str, *, open_part: str = "", **forms: Any) -> str:
    in_section(SECTION)
    session = read_session()
    workshop = managed(session, key)
    making = group_pages.everybody_form(MakingForm().offer(_units(session, workshop)), workshop)
    page = group_pages.groups_page(
        session, workshop, making=making,
        people_form=forms.get("people") or PeopleForm(formdata=None).offer(queries.groups(session, workshop)),
        helper_form=forms.get("helper") or HelperForm(formdata=None),
        open_part=open_part, today=today(), known_at=clock.now(),
    )  # fmt: skip
    return render_template("hmswiki/workshops/groups.html", page=page, arrange=forms.get("arrange") or ArrangeForm())


def _units(session: Session, workshop: Workshop) -> list[Unit]:
    """The unit that holds the workshop and those beneath it."""
    return organisation.units_open_on(session, today(), under=workshop.unit)


# --- As they stand ------------------------------------------------------------------------------------------


@blueprint.post("/workshops/<key>/groups")
@access(Permission.MANAGE_WORKSHOPS)
def arrange(key: str) -> Response:
    """Save who is in which group and who leads it, what the groups are called; and maybe add a group, or take one
    away (`do` is `add`, `add-table`, or `remove-` and a number)."""
    form, then, status = ArrangeForm(request.form), url_for(".groups", key=key), 422
    do = request.form.get("do", "")
    try:
        with transaction(form.submission_id, then=then) as session:
            workshop = managed(session, key)
            _save_arrangement(session, workshop)
            if do in ("add", "add-table"):
                operations.add_group(session, workshop, for_walk_ins=do == "add-table", **_by())
            elif do.startswith("remove-"):
                number = group_forms.number_in(do.removeprefix("remove-")) or 0
                operations.remove_group(session, queries.group(session, workshop, number), **_by())
    except (NotAllowed, NotFound):
        raise
    except Refusal as refusal:
        form.take(refusal)
        status = refusal.status
    else:
        flash(_("The groups are saved."), "success")
        return redirect(then, 303)
    return make_response(_groups_page(key, arrange=form), status)


def _save_arrangement(session: Session, workshop: Workshop) -> None:
    """Only what differs from what was shown: somebody else may have changed the rest meanwhile."""
    by_number = {group.number: group for group in queries.groups(session, workshop)}

    def group_of(number: int) -> Group:
        return by_number.get(number) or queries.group(session, workshop, number)

    wishes = {wish.person_id: wish for wish in group_forms.wishes(request.form)}
    moves = {
        wish.person_id: Move(wish.person_id, group_of(wish.group) if wish.group is not None else None)
        for wish in wishes.values() if wish.group != wish.was
    }  # fmt: skip
    was_led = group_forms.numbers_of(request.form, "led-")
    for number, leader in group_forms.numbers_of(request.form, "leads-").items():
        person_id = group_forms.number_in(leader)
        wish = wishes.get(person_id or 0)
        if person_id is not None and wish is not None and leader != was_led.get(number) and wish.group == number:
            moves[person_id] = Move(person_id, group_of(number), leads=True)
    live = {member.person_id for found in queries.members(session, workshop).values() for member in found}
    if not set(moves) <= live:
        raise BadRequest(N_("Somebody on the page is in none of the groups any more. Open the page again."))
    # Leaders last: whoever led the group before steps down in it, or has left it.
    in_order = sorted(moves.values(), key=lambda move: move.leads)
    if in_order:
        operations.arrange(session, workshop, in_order, **_by())
    for number, name in group_forms.numbers_of(request.form, "name-").items():
        if name.strip() != request.form.get(f"named-{number}", "").strip():
            operations.rename_group(session, group_of(number), name=name, **_by())


# --- By hand ------------------------------------------------------------------------------------------------


@blueprint.post("/workshops/<key>/groups/members")
@access(Permission.MANAGE_WORKSHOPS)
def put_in(key: str) -> Response:
    """Put people in a group, or each where there are fewest."""
    form = PeopleForm(request.form)

    def apply(session: Session, workshop: Workshop) -> str:
        people = group_queries.people_meant(
            session, form.people.data or "", within=workshop.unit, field="people", day=today(), known_at=clock.now()
        )
        for person in people:
            operations.put_in_group(session, _where(session, workshop, form.to.data), person, **_by())
        return str(tn("%(num)s person is put in a group.", "%(num)s people are put in groups.", len(people)))

    return _with_people(key, form, apply, "people")


def _where(session: Session, workshop: Workshop, chosen: str | None) -> Group:
    """The group that was chosen, or the one in which there are fewest; a first one where there is none."""
    number = group_forms.number_in(chosen)
    if number is not None:
        return queries.group(session, workshop, number)
    found = [group for group in queries.groups(session, workshop) if not group.for_walk_ins]
    if not found:
        return operations.add_group(session, workshop, **_by())
    members = queries.members(session, workshop)
    return min(found, key=lambda group: (len(members.get(group.id, [])), group.number))


@blueprint.post("/workshops/<key>/helpers")
@access(Permission.MANAGE_WORKSHOPS)
def add_helper(key: str) -> Response:
    """Name somebody who sees all notes and gathers points."""
    form = HelperForm(request.form)

    def apply(session: Session, workshop: Workshop) -> str:
        people = group_queries.people_meant(
            session, form.helper.data or "", within=workshop.unit, field="helper", day=today(), known_at=clock.now()
        )
        for person in people:
            operations.add_helper(session, workshop, person, **_by())
        return _("%(names)s may see all notes and gather points.", names=", ".join(one.name for one in people))

    return _with_people(key, form, apply, "helper")


def _with_people(key: str, form: Any, apply: Callable[[Session, Workshop], str], part: str) -> Response:
    then = url_for(".groups", key=key)
    try:
        with transaction(form.submission_id, then=then) as session:
            said = apply(session, managed(session, key))
    except (NotAllowed, NotFound):
        raise
    except Refusal as refusal:
        form.take(refusal)
        if isinstance(form, PeopleForm):
            form.offer(queries.groups(read_session(), queries.workshop(read_session(), key)))
        return make_response(_groups_page(key, open_part=part, **{part: form}), refusal.status)
    flash(said, "success")
    return redirect(then, 303)


@blueprint.post("/workshops/<key>/helpers/<int:helper_id>/withdrawal")
@access(Permission.MANAGE_WORKSHOPS)
def withdraw_helper(key: str, helper_id: int) -> Response:
    """Somebody helps no more."""
    form, then = PageForm(request.form), url_for(".groups", key=key)
    with transaction(form.submission_id, then=then) as session:
        workshop = managed(session, key)
        helper = next((one for one in plan_queries.helpers(session, workshop) if one.id == helper_id), None)
        if helper is None:
            raise NotFound(N_("This person is no helper of the workshop any more."))
        name = helper.person.name
        operations.withdraw_helper(session, workshop, helper, **_by())
    flash(_("%(name)s helps no more.", name=name), "success")
    return redirect(then, 303)


# --- At a click ---------------------------------------------------------------------------------------------


@blueprint.get("/workshops/<key>/groups/proposal")
@access(Permission.MANAGE_WORKSHOPS)
def propose(key: str) -> Response:
    """Groups as they would be. Nothing is saved."""
    in_section(SECTION)
    session = read_session()
    workshop = managed(session, key)
    offered = _units(session, workshop)
    making = MakingForm(request.args).offer(offered)
    chosen = [unit for unit in offered if unit.code in (making.units.data or ())]
    if not making.validate() or not chosen:
        if not chosen:
            making.units.errors = [_("Choose at least one unit.")]
        return make_response(render_template("hmswiki/workshops/proposal.html", page=None, making=making,
                                             workshop=workshop, form=PageForm(formdata=None)), 422)  # fmt: skip
    page = group_pages.preview_page(session, workshop, making, chosen, today=today(), known_at=clock.now())
    return make_response(
        render_template("hmswiki/workshops/proposal.html", page=page, making=making, workshop=workshop,
                        form=PageForm(formdata=None))
    )  # fmt: skip


@blueprint.post("/workshops/<key>/groups/proposal")
@access(Permission.MANAGE_WORKSHOPS)
def place_people(key: str) -> Response:
    """Put people in groups as the preview showed them, each led by whoever was chosen there."""
    form, then = PageForm(request.form), url_for(".groups", key=key)
    shown = group_forms.shown_groups(request.form)
    with transaction(form.submission_id, then=then) as session:
        workshop = managed(session, key)
        ids = {one for group in shown for one in group.people}
        if len(ids) != (session.scalar(select(func.count(Person.id)).where(Person.id.in_(ids))) or 0):
            raise BadRequest(N_("The groups cannot be read. Make them again."))
        count = operations.place(
            session, workshop,
            [
                Placed(
                    group.in_order, queries.group(session, workshop, group.number) if group.number else None,
                    group.name, leads=group.leads is not None,
                )
                for group in shown if group.people
            ],
            **_by(),
        )  # fmt: skip
        _clear_away(session, workshop, request.form.get("spare", ""))
    flash(str(tn("%(num)s person is put in a group.", "%(num)s people are put in groups.", count)), "success")
    return redirect(then, 303)


def _clear_away(session: Session, workshop: Workshop, numbers: str) -> None:
    """Take away the groups that the preview said nobody would be in, where that is so."""
    spare = {group_forms.number_in(one) for one in numbers.split(",")}
    members = queries.members(session, workshop)
    for group in queries.groups(session, workshop):
        is_empty = not members.get(group.id) and group.pulse == 0 and not door_queries.seats_in(session, group)
        if group.number in spare and is_empty:
            operations.remove_group(session, group, **_by())


def _by() -> dict[str, Any]:
    return {"by": known_actor(), "at": clock.now()}
