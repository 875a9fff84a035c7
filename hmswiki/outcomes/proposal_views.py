"""Pages of what points become: an action from a point, proposals to guidelines, and what became of a workshop."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from flask import flash, make_response, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as BaseResponse

from hmswiki.actions import rules as action_rules
from hmswiki.actions.forms import person_or_role, responsible_choices
from hmswiki.actions.models import Action
from hmswiki.foundation import clock
from hmswiki.foundation.errors import N_, NotAllowed, NotFound, Refusal
from hmswiki.foundation.permissions import Permission
from hmswiki.guidelines import operations as guideline_operations
from hmswiki.guidelines import queries as guideline_queries
from hmswiki.guidelines.models import Guideline
from hmswiki.notes import queries as notes
from hmswiki.notes.blacking import public
from hmswiki.notes.models import Point
from hmswiki.organisation import queries as organisation
from hmswiki.organisation.models import Unit
from hmswiki.outcomes import proposal_operations as operations
from hmswiki.outcomes import proposal_queries as queries
from hmswiki.outcomes import publication_queries as publications
from hmswiki.outcomes.models import Proposal
from hmswiki.outcomes.proposal_forms import PointActionForm, ProposalForm, TurnDownForm
from hmswiki.outcomes.proposal_queries import Standing
from hmswiki.outcomes.proposal_words import credits, groups_in_words, said_of
from hmswiki.outcomes.publication_queries import lines_of
from hmswiki.web.access import access, allowed, authorise
from hmswiki.web.blueprint import FeatureBlueprint
from hmswiki.web.context import known_actor, read_session, today, transaction
from hmswiki.web.forms import PageForm
from hmswiki.web.page import in_section
from hmswiki.web.words import _, wording
from hmswiki.workshops import queries as workshops
from hmswiki.workshops.models import Workshop

blueprint = FeatureBlueprint("proposals", __name__)

FIRST_DUE = timedelta(days=30)
"""How far ahead an action's due day stands when the form is first shown."""


# --- What became of a workshop ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Became:
    """An action that a point became. `href` only for those who may open it."""

    action: Action
    point: Point
    state: str
    status: str
    href: str | None


@dataclass(frozen=True)
class BecamePage:
    workshop: Workshop
    actions: list[Became]
    proposals: list[Standing]
    organises: bool

    @property
    def headline(self) -> str:
        if not self.actions and not self.proposals:
            return _("Nothing has come of it yet.")
        return _("What became of it")


@blueprint.get("/workshops/<workshop_key>/became")
@access(Permission.SEE_WORKSHOPS)
def became(workshop_key: str) -> str:
    """What became of the workshop: for everybody who is signed in, so that those who took part can follow it."""
    in_section("workshops.index")
    session = read_session()
    workshop = workshops.workshop(session, workshop_key)
    page = BecamePage(
        workshop, [_became(point, action) for point, action in queries.actions_of_workshop(session, workshop)],
        queries.of_workshop(session, workshop),
        organises=allowed(Permission.MANAGE_WORKSHOPS, within=workshop.meeting),
    )  # fmt: skip
    return render_template("hmswiki/proposals/became.html", page=page, groups_in_words=groups_in_words)


def _became(point: Point, action: Action) -> Became:
    sees = action_rules.part_of(known_actor(), action).sees or allowed(
        Permission.SEE_ACTIONS, within=action_rules.places_of(action)
    )
    href = url_for("hmswiki.actions.show", action_key=action.key) if sees else None
    state, status = said_of(action, today())
    return Became(action, point, state, status, href)


# --- An action from a point ---------------------------------------------------------------------------------


def _organised(session: Session, key: str) -> Workshop:
    in_section("workshops.index")
    workshop = workshops.workshop(session, key)
    authorise(Permission.MANAGE_WORKSHOPS, within=workshop.meeting)
    return workshop


def _public(points: list[Point], workshop: Workshop) -> str:
    """What a form begins with: the points as they may leave the house, once somebody has read them through and
    published. Before that it begins empty, since everybody can read what is sent."""
    if publications.published(read_session(), workshop) is None:
        return ""
    return " ".join(public(point) for point in points)


@blueprint.get("/workshops/<workshop_key>/points/<point_key>/action")
@access(Permission.MANAGE_WORKSHOPS)
def point_action(workshop_key: str, point_key: str) -> str:
    """The form; `?unit=` says which unit is to do it."""
    session = read_session()
    workshop = _organised(session, workshop_key)
    point = notes.point(session, workshop, point_key)
    form = PointActionForm(formdata=None, title=_public([point], workshop), due_on=today() + FIRST_DUE)
    return _ask_action(workshop, point, _unit(session, workshop), form)


@blueprint.post("/workshops/<workshop_key>/points/<point_key>/action")
@access(Permission.MANAGE_WORKSHOPS)
def make_action(workshop_key: str, point_key: str) -> BaseResponse:
    """The point becomes an action."""
    session = read_session()
    workshop = _organised(session, workshop_key)
    point, unit = notes.point(session, workshop, point_key), _unit(session, workshop)
    form = PointActionForm(request.form)
    _offer(form, unit)
    then = url_for(".became", workshop_key=workshop_key)
    if form.validate():
        try:
            with transaction(form.submission_id, then=then) as session:
                writable = workshops.workshop(session, workshop_key)
                operations.make_action(
                    session, notes.point(session, writable, point_key),
                    title=form.title.data or "", text=form.text.data, unit=organisation.unit(session, unit.code),
                    due_on=form.due_on.data, by=known_actor(), at=clock.now(), today=today(),  # type: ignore[arg-type]
                    **person_or_role(session, form.responsible.data or ""),
                )  # fmt: skip
        except (NotAllowed, NotFound):
            raise
        except Refusal as refusal:
            form.take(refusal)
        else:
            flash(_("The point has become an action."), "success")
            return redirect(then, 303)
    return make_response(_ask_action(workshop, point, unit, form), 422)


def _unit(session: Session, workshop: Workshop) -> Unit:
    """The unit that the address names, or the one that holds the workshop."""
    code = request.args.get("unit")
    return organisation.unit(session, code) if code else workshop.unit


def _offer(form: PointActionForm, unit: Unit) -> None:
    people = organisation.employed_in(read_session(), unit, day=today(), known_at=clock.now())
    form.responsible.choices = responsible_choices(people, with_area=False)


def _ask_action(workshop: Workshop, point: Point, unit: Unit, form: PointActionForm) -> str:
    session = read_session()
    _offer(form, unit)
    units = [workshop.unit, *organisation.units_open_on(session, today(), under=workshop.unit)]
    return render_template(
        "hmswiki/proposals/point_action.html", workshop=workshop, point=point, unit=unit, form=form,
        units=list({one.id: one for one in units}.values()), actions=queries.actions_of(session, [point]),
    )  # fmt: skip


# --- A proposal ---------------------------------------------------------------------------------------------


@blueprint.get("/workshops/<workshop_key>/proposals/new")
@access(Permission.MANAGE_WORKSHOPS)
def new_proposal(workshop_key: str) -> str:
    """The form; `?point=`, maybe several, says which points it begins with."""
    session = read_session()
    workshop = _organised(session, workshop_key)
    points = queries.points_of(session, workshop, request.args.getlist("point"))
    if not points:
        raise NotFound(N_("Choose at least one point first, and open the form from there."))
    text = _public(points, workshop)[: operations.MAX_TEXT]
    form = ProposalForm(formdata=None, text=text, points=[point.key for point in points])
    return _ask_proposal(workshop, points, form)


@blueprint.post("/workshops/<workshop_key>/proposals/new")
@access(Permission.MANAGE_WORKSHOPS)
def propose(workshop_key: str) -> BaseResponse:
    """Points become a proposal."""
    session = read_session()
    workshop = _organised(session, workshop_key)
    form = ProposalForm(request.form)
    _offer_guidelines(form)
    then = url_for(".became", workshop_key=workshop_key)
    if form.validate():
        try:
            with transaction(form.submission_id, then=then) as session:
                writable = workshops.workshop(session, workshop_key)
                operations.propose(
                    session, writable, guideline=guideline_queries.guideline(session, form.guideline.data or ""),
                    text=form.text.data or "", points=queries.points_of(session, writable, form.points.data or []),
                    by=known_actor(), at=clock.now(),
                )  # fmt: skip
        except (NotAllowed, NotFound):
            raise
        except Refusal as refusal:
            form.take(refusal)
        else:
            flash(_("The proposal is recorded. Editors see it beside the guideline."), "success")
            return redirect(then, 303)
    shown = MultiDict(request.form).getlist("shown") or form.points.data or []
    return make_response(_ask_proposal(workshop, queries.points_of(read_session(), workshop, shown), form), 422)


def _offer_guidelines(form: ProposalForm) -> None:
    found = read_session().scalars(select(Guideline)).all()
    choices = sorted(((one.slug, wording(one.title)) for one in found), key=lambda choice: choice[1].casefold())
    form.guideline.choices = [("", _("Choose a guideline")), *choices]


def _ask_proposal(workshop: Workshop, points: list[Point], form: ProposalForm) -> str:
    _offer_guidelines(form)
    form.points.choices = [
        (point.key, _("%(line)s (group %(number)s)", line=point.text, number=point.group.number)) for point in points
    ]
    return render_template("hmswiki/proposals/new_proposal.html", workshop=workshop, points=points, form=form)


# --- What editors answer ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ProposalPage:
    standing: Standing
    points: Sequence[Point]
    """What it stands on, as far as the reader may read it."""
    organises: bool
    edits: bool
    action_form: PageForm
    turn_down: TurnDownForm

    @property
    def proposal(self) -> Proposal:
        return self.standing.proposal


@blueprint.get("/proposals/<proposal_key>")
@access(Permission.SEE_WORKSHOPS)
def proposal(proposal_key: str) -> str:
    """One proposal and how it stands, for everybody who is signed in; what editors may answer, for them."""
    return _show(proposal_key, TurnDownForm(formdata=None))


def _show(key: str, turn_down: TurnDownForm) -> str:
    in_section("workshops.index")
    session = read_session()
    found = queries.proposal(session, key)
    organises = allowed(Permission.MANAGE_WORKSHOPS, within=found.workshop.meeting)
    edits = allowed(Permission.EDIT_GUIDELINES)
    page = ProposalPage(
        queries.standing(session, found), _readable(session, found, everything=organises or edits),
        organises=organises, edits=edits, action_form=PageForm(formdata=None), turn_down=turn_down,
    )  # fmt: skip
    return render_template(
        "hmswiki/proposals/proposal.html", page=page, groups_in_words=groups_in_words, public=public
    )  # fmt: skip


def _readable(session: Session, found: Proposal, *, everything: bool) -> list[Point]:
    """Its points, without those that their groups have taken back. Who neither organises nor edits reads of them what
    is published: nothing before the notes were read through, and nothing once they are taken down."""
    points = [point for point in found.points if point.cleared_at is None]
    if everything:
        return points
    published = lines_of(publications.published(session, found.workshop))
    return [point for point in points if (point.group.number, public(point)) in published]


@blueprint.post("/proposals/<proposal_key>/taking-up")
@access(Permission.EDIT_GUIDELINES)
def take_up(proposal_key: str) -> BaseResponse:
    """Take it up in the guideline's next edition: in the draft that is open, or in one that is begun now."""
    form = PageForm(request.form)
    then = url_for(".proposal", proposal_key=proposal_key)
    with transaction(form.submission_id, then=then) as session:
        found, by, now = queries.proposal(session, proposal_key), known_actor(), clock.now()
        draft = guideline_operations.start_edition(session, found.guideline, by=by, at=now)
        stands = queries.standing(session, found)
        operations.take_up(session, found, draft, credit=credits(stands), by=by, at=now)
        then = url_for("hmswiki.guidelines.draft", draft_id=draft.id)
    flash(_("The proposal is taken up. Change the text of the draft so that it says what was proposed."), "success")
    return redirect(then, 303)


@blueprint.post("/proposals/<proposal_key>/turning-down")
@access(Permission.EDIT_GUIDELINES)
def turn_down(proposal_key: str) -> BaseResponse:
    """Say why not."""
    form = TurnDownForm(request.form)
    then = url_for(".proposal", proposal_key=proposal_key)
    if form.validate():
        try:
            with transaction(form.submission_id, then=then) as session:
                found = queries.proposal(session, proposal_key)
                operations.turn_down(
                    session, found, reason=form.reason.data or "", by=known_actor(), at=clock.now()
                )  # fmt: skip
        except (NotAllowed, NotFound):
            raise
        except Refusal as refusal:
            form.take(refusal)
            return make_response(_show(proposal_key, form), refusal.status)
        flash(_("Your answer is recorded. Those who took part can read it."), "success")
        return redirect(then, 303)
    return make_response(_show(proposal_key, form), 422)


@blueprint.post("/proposals/<proposal_key>/waiting")
@access(Permission.EDIT_GUIDELINES)
def take_answer_back(proposal_key: str) -> BaseResponse:
    """Let it wait again."""
    form = PageForm(request.form)
    then = url_for(".proposal", proposal_key=proposal_key)
    with transaction(form.submission_id, then=then) as session:
        found = queries.proposal(session, proposal_key)
        credit = credits(queries.standing(session, found))
        operations.take_answer_back(session, found, credit=credit, by=known_actor(), at=clock.now())
    flash(_("The proposal waits again."), "success")
    return redirect(then, 303)


@blueprint.post("/proposals/<proposal_key>/withdrawal")
@access(Permission.MANAGE_WORKSHOPS)
def withdraw(proposal_key: str) -> BaseResponse:
    """Take the proposal back."""
    form = PageForm(request.form)
    found = queries.proposal(read_session(), proposal_key)
    authorise(Permission.MANAGE_WORKSHOPS, within=found.workshop.meeting)
    then = url_for(".became", workshop_key=found.workshop.key)
    with transaction(form.submission_id, then=then) as session:
        operations.withdraw(session, queries.proposal(session, proposal_key), by=known_actor(), at=clock.now())
    flash(_("The proposal is withdrawn."), "success")
    return redirect(then, 303)
