"""A checklist as a unit runs it, and the buttons on its page."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from flask import flash, make_response, redirect, render_template, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from hmswiki.checklists import passages, queries, supplement_operations, supplement_queries
from hmswiki.checklists.models import ChecklistRecord
from hmswiki.checklists.pages import text_of
from hmswiki.checklists.supplement_forms import (
    KeepForm,
    TakeOverForm,
)
from hmswiki.checklists.supplement_pages import (
    UnitListPage,
    history_lines,
    offer_of,
    parts_of,
    to_dos,
)
from hmswiki.checklists.supplement_queries import Supplement
from hmswiki.checklists.supplements import (
    Edit,
)
from hmswiki.checklists.views import blueprint
from hmswiki.foundation import clock
from hmswiki.foundation.errors import N_, NotAllowed, NotFound, Refusal
from hmswiki.foundation.permissions import Permission
from hmswiki.organisation import queries as organisation_queries
from hmswiki.organisation.models import Unit
from hmswiki.web.access import access, allowed, authorise
from hmswiki.web.context import known_actor, read_session, today, transaction
from hmswiki.web.forms import PageForm
from hmswiki.web.page import in_section
from hmswiki.web.words import _, current_language, say, wording

AT = "/<key>/units/<path:code>"


# --- The list as the unit runs it ---------------------------------------------------------------------------


@blueprint.get(AT)
@access(Permission.SEE_CHECKLISTS)
def unit_list(key: str, code: str) -> str:
    """The checklist as the unit runs it, and what its leader and coordinator can do about it."""
    return _unit_list(*about(read_session(), key, code))


@blueprint.get(f"{AT}/edits/<identity>/keeping", endpoint="no_keeping")
@blueprint.get(f"{AT}/taking-over", endpoint="no_taking_over")
@access(Permission.SEE_CHECKLISTS)
def back_to_unit_list(key: str, code: str, identity: str = "") -> Response:
    """A form's address that was kept or reloaded leads back to the list."""
    return redirect(url_for(".unit_list", key=key, code=code), 303)


def about(session: Session, key: str, code: str) -> tuple[ChecklistRecord, Unit]:
    in_section("checklists.index")
    return queries.checklist(session, key), organisation_queries.unit(session, code)


def supplement_of(session: Session, checklist: ChecklistRecord, unit: Unit) -> Supplement:
    found = supplement_queries.supplement(session, checklist, unit, day=today(), known_at=clock.now())
    if found is None:
        raise NotFound(
            N_("No edition of this checklist is in force today, so no unit runs it. Its own page lists the editions.")
        )
    return found


def _unit_list(checklist: ChecklistRecord, unit: Unit, problem: str = "") -> str:
    session = read_session()
    supplement = supplement_of(session, checklist, unit)
    adapted = supplement.adapted
    known = passages.guidelines(session, passages.named(adapted.central), day=today(), language=current_language())
    may_edit = allowed(Permission.EDIT_SUPPLEMENTS, within=unit) and unit.open_on(today())
    sees_history = may_edit or allowed(Permission.SEE_ALL_SUPPLEMENTS)
    own = supplement.edits if supplement.is_own else ()
    if not supplement.is_own:
        own = supplement_queries.edits_of(session, checklist.id, [unit.id], known_at=clock.now())[unit.id]
    page = UnitListPage(
        checklist=checklist,
        title=text_of(adapted.central.title),
        supplement=supplement,
        parts=parts_of(adapted, passages.links(adapted.central, known)),
        to_dos=to_dos(adapted),
        may_edit=may_edit,
        offers=_offers(session, checklist, supplement, own) if may_edit else (),
        history=history_lines(supplement_queries.history(session, own), adapted) if sees_history else (),
        keep_form=KeepForm(formdata=None, of_edition=".".join(map(str, adapted.number))),
        take_over_form=TakeOverForm(formdata=None),
        problem=problem,
    )  # fmt: skip
    return render_template("hmswiki/checklists/unit_list.html", page=page)


def _offers(session: Session, checklist: ChecklistRecord, supplement: Supplement, own: Sequence[Edit]) -> list[Any]:
    """What may be taken over: from the units this one carries on, and from the one whose supplement holds here."""
    theirs = supplement_queries.predecessors(session, checklist, supplement.unit, day=today(), known_at=clock.now())
    if supplement.of is not None and not supplement.is_own:
        theirs = [*theirs, replace(supplement, unit=supplement.of)]
    offers: dict[int, Any] = {}
    for each in theirs:
        offer = offer_of(each, supplement, supplement.unit, own)
        if offer is not None:
            offers.setdefault(offer.of.id, offer)
    return list(offers.values())


@blueprint.post(f"{AT}/edits/<identity>/keeping")
@access(Permission.EDIT_SUPPLEMENTS)
def keep_edit(key: str, code: str, identity: str) -> Response:
    """Somebody has looked at what changed, and keeps the edit as it is."""
    form = KeepForm()

    def act(session: Session, checklist: ChecklistRecord, unit: Unit) -> str:
        supplement_operations.keep(
            session, checklist, unit, identity, of_edition=form.number, by=known_actor(), at=clock.now(),
            today=today(),
        )  # fmt: skip
        return _("It is kept as it is.")

    return _button(form, key, code, act)


@blueprint.post(f"{AT}/taking-over")
@access(Permission.EDIT_SUPPLEMENTS)
def take_over(key: str, code: str) -> Response:
    """Record anew what another unit has in its supplement: one line, or all."""
    form = TakeOverForm()

    def act(session: Session, checklist: ChecklistRecord, unit: Unit) -> str:
        source = organisation_queries.unit(session, form.unit.data or "")
        recorded, left = supplement_operations.take_over(
            session, checklist, unit, source, only=[form.edit.data] if form.edit.data else None, by=known_actor(),
            at=clock.now(), today=today(),
        )  # fmt: skip
        said = _("%(count)s taken over from %(unit)s.", count=recorded, unit=wording(source.name))
        if left:
            said += " " + _("%(count)s not, because the unit has a note or a mark of its own there.", count=left)
        return said

    return _button(form, key, code, act)


Act = Callable[[Session, ChecklistRecord, Unit], str]


def _button(form: PageForm, key: str, code: str, act: Act) -> Response:
    """A form that is one button on the unit's page: done, or the page again with why not."""
    then = url_for(".unit_list", key=key, code=code)
    checklist, unit = about(read_session(), key, code)
    authorise(Permission.EDIT_SUPPLEMENTS, within=unit)
    try:
        with transaction(form.submission_id, then=then) as session:
            said = act(session, *about(session, key, code))
    except (NotAllowed, NotFound):
        raise
    except Refusal as refusal:
        return make_response(_unit_list(*about(read_session(), key, code), problem=say(refusal)), refusal.status)
    flash(said, "success")
    return redirect(then, 303)
