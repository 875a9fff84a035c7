"""*Rollouts*: who should know which guideline, from when and by when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from markupsafe import Markup
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from hmswiki.acknowledgements import rollout_queries, rollouts
from hmswiki.acknowledgements.coverage_pages import begun_with
from hmswiki.acknowledgements.masking import SMALLEST_SHOWN
from hmswiki.acknowledgements.matrix import tops_of
from hmswiki.acknowledgements.models import Evidence, Rollout
from hmswiki.acknowledgements.rollout_forms import EVERYBODY, EndForm, RolloutForm
from hmswiki.acknowledgements.rollout_queries import Reach
from hmswiki.acknowledgements.views import blueprint
from hmswiki.foundation import clock
from hmswiki.foundation.errors import NotAllowed, NotFound, Refusal
from hmswiki.foundation.permissions import Permission
from hmswiki.guidelines.models import Guideline
from hmswiki.guidelines.queries import guideline as find_guideline
from hmswiki.organisation.models import Unit
from hmswiki.organisation.queries import in_own_order
from hmswiki.web.access import access
from hmswiki.web.context import known_actor, read_session, today, transaction
from hmswiki.web.page import in_section, role_name
from hmswiki.web.words import _, day, ngettext, number, wording

# --- The list and one of them -------------------------------------------------------------------------------


@dataclass(frozen=True)
class RolloutView:
    """A rollout in words."""

    rollout: Rollout
    today: date

    @property
    def title(self) -> str:
        return wording(self.rollout.guideline.title)

    @property
    def state(self) -> str:
        if self.rollout.ended is not None and self.rollout.ended <= max(self.today, self.rollout.starts_on):
            return "ended"
        return "coming" if self.today < self.rollout.starts_on else "in_force"

    @property
    def units(self) -> list[Unit]:
        """In the organisation's own order."""
        return in_own_order(self.rollout.units)

    @property
    def audience(self) -> str:
        """ "All employees in IBA and IBF"."""
        units = ", ".join(unit.code for unit in self.units)
        if self.rollout.role is None:
            return _("All employees in %(units)s", units=units)
        return _("%(role)s in %(units)s", role=role_name(self.rollout.role), units=units)

    @property
    def period(self) -> str:
        """ "From 1 December, due 15 December"."""
        rollout = self.rollout
        said = _("From %(day)s", day=day(rollout.starts_on))
        if rollout.due is not None:
            said += ", " + _("due %(day)s", day=day(rollout.due))
        if rollout.ended is not None:
            said += ", " + _("ended from %(day)s", day=day(rollout.ended))
        return said

    @property
    def evidence(self) -> str:
        return evidence_words(Evidence(self.rollout.evidence))


def evidence_words(evidence: Evidence) -> str:
    if evidence is Evidence.NAMED:
        return _("Each person is asked to acknowledge by name.")
    return _("The unit confirms. Nobody is asked for their name.")


@dataclass(frozen=True)
class ListPage:
    """All rollouts, by where they are in time."""

    in_force: Sequence[RolloutView]
    coming: Sequence[RolloutView]
    ended: Sequence[RolloutView]

    @property
    def headline(self) -> str:
        guidelines = len({view.rollout.guideline_id for view in self.in_force})
        if not guidelines:
            return _("No guideline is rolled out.")
        return ngettext("One guideline is rolled out.", "%(number)s guidelines are rolled out.", guidelines,
                        number=begun_with(guidelines))  # fmt: skip


@blueprint.get("/rollouts")
@access(Permission.MANAGE_ROLLOUTS)
def rollout_list() -> str:
    in_section("acknowledgements.rollout_list")
    views = [RolloutView(one, today()) for one in rollout_queries.every_rollout(read_session())]
    page = ListPage(*([view for view in views if view.state == state] for state in ("in_force", "coming", "ended")))
    return render_template("hmswiki/acknowledgements/rollouts.html", page=page)


@blueprint.get("/rollouts/<path:key>")
@access(Permission.MANAGE_ROLLOUTS)
def rollout(key: str) -> str:
    found = rollout_queries.rollout(read_session(), key)
    return _show(found, EndForm(ended=max(today(), found.starts_on)))


def _show(found: Rollout, form: EndForm) -> str:
    in_section("acknowledgements.rollout_list")
    return render_template(
        "hmswiki/acknowledgements/rollout.html",
        page=RolloutView(found, today()),
        form=form,
        earliest=max(today(), found.starts_on),
    )


@blueprint.post("/rollouts/<path:key>/end")
@access(Permission.MANAGE_ROLLOUTS)
def end_rollout(key: str) -> Response | BaseResponse:
    form = EndForm(request.form)
    there = url_for(".rollout", key=key)
    status = 422
    if form.validate():
        try:
            with transaction(form.submission_id, then=there) as session:
                found = rollout_queries.rollout(session, key)
                assert form.ended.data is not None, "the form demands a day"
                rollouts.end_rollout(session, found, ended=form.ended.data, by=known_actor(), today=today())
        except (NotAllowed, NotFound):
            raise
        except Refusal as refusal:
            form.take(refusal)
            status = refusal.status
        else:
            flash(_("The rollout asks nobody from %(day)s.", day=day(found.ended)), "success")
            return redirect(there, 303)
    return make_response(_show(rollout_queries.rollout(read_session(), key), form), status)


# --- A new one ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Preview:
    """What the rollout would do, before it is done."""

    reach: Reach | None
    """None where too little is said yet."""
    evidence: Evidence
    changes_past: bool
    problem: str = ""

    @property
    def people(self) -> str:
        """How many it reaches."""
        if self.reach is None:
            return ""
        when = day(self.reach.day)
        if not self.reach.total:
            return _("It reaches nobody on %(day)s.", day=when)
        if self.reach.total < SMALLEST_SHOWN:
            return _("It reaches fewer than 5 people on %(day)s.", day=when)
        return _("It reaches %(people)s people on %(day)s.", people=number(self.reach.total), day=when)

    @property
    def asked(self) -> str:
        return evidence_words(self.evidence)


@blueprint.get("/rollouts/new")
@access(Permission.MANAGE_ROLLOUTS)
def new_rollout() -> str:
    form = _form(read_session(), sent=False)
    wanted = request.args.get("guideline")
    if wanted in form.slugs:
        form.guideline.data = wanted
    return _ask(form, None)


@blueprint.post("/rollouts/preview")
@access(Permission.MANAGE_ROLLOUTS)
def preview_rollout() -> str:
    """The preview alone, for the script of the page."""
    form = _form(read_session())
    return render_template("hmswiki/acknowledgements/_rollout_preview.html", preview=_preview(form), form=form)


@blueprint.post("/rollouts/new")
@access(Permission.MANAGE_ROLLOUTS)
def roll_out() -> Response | BaseResponse:
    form = _form(read_session())
    if request.form.get("do") == "preview":
        return make_response(_ask(form, _preview(form)))
    if form.validate():
        try:
            with transaction(form.submission_id, then=url_for(".rollout_list")) as session:
                made = rollouts.roll_out(
                    session, _plan(session, form), by=known_actor(), at=clock.now(), today=today(),
                    changes_past=form.changes_past.data,
                )  # fmt: skip
        except (NotAllowed, NotFound):
            raise
        except Refusal as refusal:
            form.take(refusal)
        else:
            flash(_("The guideline is rolled out."), "success")
            return redirect(url_for(".rollout", key=made.key), 303)
    return make_response(_ask(form, _preview(form)), 422)


def _form(session: Session, *, sent: bool = True) -> RolloutForm:
    form = RolloutForm(request.form) if sent else RolloutForm(starts_on=today())
    return form.offer(
        rollout_queries.guidelines_with_editions(session), rollout_queries.units_to_choose(session, today())
    )


def _plan(session: Session, form: RolloutForm) -> rollouts.Plan:
    starts_on = form.starts_on.data
    assert starts_on is not None, "the form demands a day"
    guideline, units = _chosen(session, form, starts_on)
    return rollouts.Plan(
        guideline=guideline,
        units=units,
        role=form.chosen_role,
        starts_on=starts_on,
        due=form.due.data,
        evidence=Evidence(form.evidence.data),
        purpose=form.purpose.data or "",
        legal_basis=form.legal_basis.data or "",
        names_kept_until=form.names_kept_until.data,
    )


def _chosen(session: Session, form: RolloutForm, starts_on: date) -> tuple[Guideline, list[Unit]]:
    units = rollout_queries.units_to_choose(session, today())
    if form.reach.data == EVERYBODY:
        chosen = tops_of(unit for unit in units if unit.closed is None or unit.closed > starts_on)
    else:
        codes = set(form.units.data or ())
        chosen = [unit for unit in units if unit.code in codes]
    return find_guideline(session, form.guideline.data or ""), chosen


def _preview(form: RolloutForm) -> Preview:
    """From a form that may be half filled in."""
    evidence = Evidence(form.evidence.data) if form.evidence.data in list(Evidence) else Evidence.UNIT
    starts_on = form.starts_on.data
    past = starts_on is not None and starts_on < today()
    if starts_on is None or form.guideline.data not in form.slugs:
        return Preview(None, evidence, past, _("Choose a guideline and a first day, and you see how many it reaches."))
    session = read_session()
    guideline, units = _chosen(session, form, starts_on)
    if not units:
        return Preview(None, evidence, past, _("Choose at least one unit, or the whole organisation."))
    found = rollout_queries.reach(
        session, guideline, units, form.chosen_role, starts_on=starts_on, today=today(), known_at=clock.now()
    )
    return Preview(found, evidence, past)


def _ask(form: RolloutForm, preview: Preview | None) -> str:
    in_section("acknowledgements.rollout_list")
    units = rollout_queries.units_to_choose(read_session(), today())
    return render_template(
        "hmswiki/acknowledgements/rollout_new.html", form=form, preview=preview, units=units,
        depth={unit.id: min(unit.path.count("/") - 2, 6) for unit in units},
    )  # fmt: skip


# --- On the page for publishing -----------------------------------------------------------------------------


def publish_consequence(guideline: Guideline | None = None, **context: object) -> Markup | None:
    """A panel: how many people must be reached anew when an edition demands it."""
    if guideline is None:
        return None
    people = rollout_queries.audience(read_session(), guideline, day=today(), known_at=clock.now())
    if people is None:
        return None
    if not people:
        return Markup.escape(_("It is not rolled out to anybody, so nobody must be reached anew."))
    if people < SMALLEST_SHOWN:
        return Markup.escape(_("Fewer than 5 people must be reached anew."))
    return Markup.escape(_("%(people)s people must be reached anew.", people=number(people)))
