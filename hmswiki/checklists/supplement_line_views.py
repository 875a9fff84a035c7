"""Forms about one line of a unit's supplement: an item of its own, a note, a mark, and a withdrawal."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from hmswiki.checklists import queries, supplement_operations, words
from hmswiki.checklists.drafting import Wrong
from hmswiki.checklists.forms import NO_ANSWERS, TOO_FEW_CHOICES
from hmswiki.checklists.models import ChecklistRecord
from hmswiki.checklists.pages import ShownItem, text_of
from hmswiki.checklists.supplement_choices import offer_conditions, offer_places, own_sections, place_now
from hmswiki.checklists.supplement_content import read_item
from hmswiki.checklists.supplement_forms import (
    AdditionForm,
    MarkForm,
    NoteForm,
    Seen,
    WithdrawForm,
    WordsForm,
)
from hmswiki.checklists.supplement_pages import (
    edit_kind,
    shown_item,
    words_of,
)
from hmswiki.checklists.supplement_queries import Supplement
from hmswiki.checklists.supplement_views import AT, Act, about, supplement_of
from hmswiki.checklists.supplements import (
    AdaptedItem,
    Addition,
    After,
    AfterOwn,
    ClashKind,
    Edit,
    FirstIn,
    Note,
    NotRelevant,
    Place,
    TakenUp,
    must_be_asked,
)
from hmswiki.checklists.template import Item, Kind
from hmswiki.checklists.views import blueprint
from hmswiki.foundation import clock
from hmswiki.foundation.errors import N_, Conflict, NotAllowed, NotFound, Refusal
from hmswiki.foundation.language import Worded
from hmswiki.foundation.permissions import Permission
from hmswiki.organisation.models import Unit
from hmswiki.web.access import access, authorise
from hmswiki.web.context import known_actor, read_session, today, transaction
from hmswiki.web.words import _, wording

# --- Forms of one line --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class EditPage:
    """A form about one line of a supplement."""

    checklist: ChecklistRecord
    title: str
    list_title: Worded
    unit: Unit
    supplement: Supplement
    form: Any
    submit: str
    back: str
    lead: str = ""
    item: ShownItem | None = None
    """The item that it is about, as it is now."""
    item_seen: Worded | None = None
    """The item as the edit's author saw it, where it was another then."""
    meanwhile: Edit | None = None
    """What somebody else recorded while this was typed."""
    begins: bool = False
    """The unit's first own line ends that what is recorded above holds here."""
    danger: bool = False

    @property
    def meanwhile_words(self) -> Worded:
        return words_of(self.meanwhile) if self.meanwhile else Worded("", None)


Show = Callable[[Supplement, Edit | None], EditPage]


def _form(
    form: Any, key: str, code: str, *, then: str, act: Act, show: Show, template: str = "supplement_words.html"
) -> Response:
    """Show the form; or, when it was sent, do it in one transaction, say so and go on.

    What is refused is shown again as it was typed. Where somebody else changed the same line meanwhile, that is
    shown beside it, and the form is about that from now on.
    """
    status, meanwhile = 200, None
    if form.is_submitted():
        status = 422
        if request.form.get("step"):
            status = 200
        elif form.validate():
            try:
                with transaction(form.submission_id, then=then) as session:
                    checklist, unit = about(session, key, code)
                    authorise(Permission.EDIT_SUPPLEMENTS, within=unit)
                    said = act(session, checklist, unit)
            except (NotAllowed, NotFound):
                raise
            except Refusal as refusal:
                form.take(refusal)
                status = refusal.status
            else:
                flash(said, "success")
                return redirect(then, 303)
    checklist, unit = about(read_session(), key, code)
    authorise(Permission.EDIT_SUPPLEMENTS, within=unit)
    supplement = supplement_of(read_session(), checklist, unit)
    if status == Conflict.status and isinstance(form, Seen):
        meanwhile = _heir(supplement, form.edit)
        form.look_at(supplement.adapted.number, meanwhile.id if meanwhile else None)
        if meanwhile is None and form.edit:
            form.look_at(supplement.adapted.number, None)
    return make_response(render_template(f"hmswiki/checklists/{template}", page=show(supplement, meanwhile)), status)


def _heir(supplement: Supplement, identity: str | None) -> Edit | None:
    """What stands for an edit now; None where it was withdrawn."""
    own = supplement.edits if supplement.is_own else ()
    met: set[str] = set()
    while identity is not None and identity not in met:
        met.add(identity)
        found = next((edit for edit in own if edit.id == identity), None)
        if found is None or not found.withdrawn:
            return found
        identity = next((edit.id for edit in own if edit.replaces == identity), None)
    return None


def _edit(supplement: Supplement, identity: str) -> Addition | Note | NotRelevant:
    """The unit's own edit, as it is now. Raises NotFound or Conflict."""
    own = supplement.edits if supplement.is_own else ()
    found = next((edit for edit in own if edit.id == identity), None)
    if found is None or isinstance(found, TakenUp):
        raise NotFound(N_("There is no such line in the unit's supplement. Its page shows what there is."))
    if found.withdrawn and request.method == "GET":
        raise Conflict(
            N_("This line was changed or withdrawn %(when)s. The unit's page shows what holds now."),
            when=found.withdrawn.at,
        )  # fmt: skip
    return found


def _open(key: str, code: str) -> tuple[Supplement, str]:
    """The unit's supplement for somebody who may write in it, and the address of its page."""
    checklist, unit = about(read_session(), key, code)
    authorise(Permission.EDIT_SUPPLEMENTS, within=unit)
    return supplement_of(read_session(), checklist, unit), url_for(".unit_list", key=key, code=code)


def _edit_page(supplement: Supplement, key: str, **more: Any) -> EditPage:
    checklist = queries.checklist(read_session(), key)
    return EditPage(
        checklist=checklist, list_title=text_of(supplement.adapted.central.title), unit=supplement.unit,
        supplement=supplement, back=url_for(".unit_list", key=key, code=supplement.unit.code),
        begins=supplement.of is not None and not supplement.is_own, **more,
    )  # fmt: skip


def _central(supplement: Supplement, key: str) -> AdaptedItem:
    for each in supplement.adapted.items:
        if each.addition is None and each.item.key == key:
            return each
    raise NotFound(N_("The checklist has no such item now. The unit's page shows what it asks."))


def _shown(item: Item) -> ShownItem:
    return shown_item(item, 0, {}, {})


# --- Notes and marks ----------------------------------------------------------------------------------------


@blueprint.route(f"{AT}/items/<item>/note", methods=["GET", "POST"])
@access(Permission.EDIT_SUPPLEMENTS)
def write_note(key: str, code: str, item: str) -> Response:
    """The unit's words beside a central item."""
    supplement, then = _open(key, code)
    _central(supplement, item)
    return _words(NoteForm(), key, code, item, supplement, None, then)


@blueprint.route(f"{AT}/items/<item>/not-relevant", methods=["GET", "POST"])
@access(Permission.EDIT_SUPPLEMENTS)
def leave_out(key: str, code: str, item: str) -> Response:
    """A central item is not relevant in the unit, and why."""
    supplement, then = _open(key, code)
    found = _central(supplement, item)
    if found.item.key in must_be_asked(supplement.adapted.central) and request.method == "GET":
        raise Refusal(
            N_("“%(item)s” must be asked everywhere, itself or for an item that follows from it, so it cannot be "
               "marked as not relevant here. Add a note to it instead."),
            item=dict(found.item.text),
        )  # fmt: skip
    return _words(MarkForm(), key, code, item, supplement, None, then)


def _words(
    form: WordsForm, key: str, code: str, item: str, supplement: Supplement, edit: Note | NotRelevant | None, then: str
) -> Response:
    is_note = isinstance(form, NoteForm)
    if not form.is_submitted():
        form.look_at(supplement.adapted.number, edit.id if edit else None)
        if edit is not None:
            form.fill(edit.text if isinstance(edit, Note) else edit.because)

    def act(session: Session, checklist: ChecklistRecord, unit: Unit) -> str:
        common: Mapping[str, Any] = {
            "item": item, "of_edition": form.number, "by": known_actor(), "at": clock.now(), "today": today(),
            "replaces": form.edit,
        }  # fmt: skip
        if is_note:
            supplement_operations.write_note(session, checklist, unit, text=form.words, **common)
            return _("The note stands beside the item from now on.")
        supplement_operations.leave_out(session, checklist, unit, because=form.words, **common)
        return _("The item is left out from now on. The reason stands in its place.")

    def show(supplement: Supplement, meanwhile: Edit | None) -> EditPage:
        now = next((each.item for each in supplement.adapted.items if each.item.key == item), None)
        clash = next(
            (each for each in supplement.clashes if edit is not None and each.edit.id == edit.id and each.seen), None
        )
        return _edit_page(
            supplement, key, form=form, meanwhile=meanwhile, item=_shown(now) if now else None,
            item_seen=text_of(clash.text_seen) if clash and clash.text_seen else None,
            title=_("Note for %(unit)s", unit=wording(supplement.unit.name))
            if is_note
            else _("Not relevant in %(unit)s", unit=wording(supplement.unit.name)),
            lead=_("It stands beside the item whenever the unit runs the checklist.")
            if is_note
            else _("The item is not asked here. The reason stands in its place on the unit's page."),
            submit=_("Save the note") if is_note else _("Leave the item out"),
        )  # fmt: skip

    return _form(form, key, code, then=then, act=act, show=show)


# --- Items of the unit's own --------------------------------------------------------------------------------


@blueprint.route(f"{AT}/items/new", methods=["GET", "POST"])
@access(Permission.EDIT_SUPPLEMENTS)
def add_own_item(key: str, code: str) -> Response:
    """An item of the unit's own; `?at=` says where."""
    supplement, then = _open(key, code)
    form = AdditionForm()
    if not form.is_submitted():
        form.look_at(supplement.adapted.number, None)
        form.at.data = request.args.get("at", "")
        form.required.data = form.finding_deviation.data = True
    return _addition(form, key, code, None, then)


def _addition(form: AdditionForm, key: str, code: str, edit: Addition | None, then: str) -> Response:
    if len(form.choices) < _FEWEST_CHOICES or request.form.get("step") == "choices":
        form.with_empty_choices(max(_FEWEST_CHOICES - len(form.choices), 2))

    def act(session: Session, checklist: ChecklistRecord, unit: Unit) -> str:
        supplement = supplement_of(session, checklist, unit)
        data = form.item()
        if form.chosen_kind is Kind.CHOICE and len(data["choices"]) < 2:
            raise Refusal(TOO_FEW_CHOICES, field="choices")
        if form.shown_item.data and not form.shown_answers.data:
            raise Refusal(NO_ANSWERS, field="shown_item")
        item, flaws = read_item(data)
        if item is None:
            where = str(flaws[0].place[0]) if flaws[0].place else None
            raise Refusal(
                "%(flaw)s", field=where, flaw=words.told(Wrong(flaws[0].place, flaws[0].text, flaws[0].facts))
            )
        if edit is not None and edit.item.passage:
            item = replace(item, passage=edit.item.passage)
        supplement_operations.add_item(
            session, checklist, unit, item=item, place=form.place(own_sections(supplement.adapted)),
            of_edition=form.number, by=known_actor(), at=clock.now(), today=today(), replaces=form.edit,
        )  # fmt: skip
        if form.edit:
            return _("The item is changed. Its earlier form stands in the history.")
        return _("The item is asked from now on whenever the unit runs the checklist.")

    def show(supplement: Supplement, meanwhile: Edit | None) -> EditPage:
        form.kind.choices = [(str(kind), words.kind_name(kind)) for kind in Kind]
        offer_places(form, supplement.adapted, edit)
        offer_conditions(form, supplement.adapted, edit)
        unit = wording(supplement.unit.name)
        return _edit_page(
            supplement, key, form=form, meanwhile=meanwhile,
            title=_("Change an item of %(unit)s", unit=unit) if edit else _("An item for %(unit)s", unit=unit),
            lead=_("It is asked with the rest whenever the unit runs the checklist, and stays when a new edition "
                   "comes."),
            submit=_("Save the item") if edit else _("Add the item"),
        )  # fmt: skip

    return _form(form, key, code, then=then, act=act, show=show, template="supplement_item.html")


_FEWEST_CHOICES = 3


# --- Changing and withdrawing -------------------------------------------------------------------------------


@blueprint.route(f"{AT}/edits/<identity>", methods=["GET", "POST"])
@access(Permission.EDIT_SUPPLEMENTS)
def change_edit(key: str, code: str, identity: str) -> Response:
    """Another form of a line: what stood before is in the history."""
    supplement, then = _open(key, code)
    edit = _edit(supplement, identity)
    if not isinstance(edit, Addition):
        form = NoteForm() if isinstance(edit, Note) else MarkForm()
        return _words(form, key, code, edit.item, supplement, edit, then)
    form = AdditionForm()
    if not form.is_submitted():
        form.look_at(supplement.adapted.number, edit.id)
        form.show(edit.item, _place_that_is_there(edit, supplement))
    return _addition(form, key, code, edit, then)


def _place_that_is_there(edit: Addition, supplement: Supplement) -> Place:
    """Where it was put; the nearest place where that is gone."""
    if not any(clash.edit.id == edit.id and clash.kind is ClashKind.ANCHOR_GONE for clash in supplement.clashes):
        return edit.place
    what, _, key = place_now(supplement.adapted, edit).partition(":")
    match what:
        case "after":
            return After(key)
        case "own":
            return AfterOwn(key)
        case "first":
            return FirstIn(key)
    return edit.place


@blueprint.route(f"{AT}/edits/<identity>/withdrawal", methods=["GET", "POST"])
@access(Permission.EDIT_SUPPLEMENTS)
def withdraw_edit(key: str, code: str, identity: str) -> Response:
    """The line holds no more."""
    supplement, then = _open(key, code)
    edit = _edit(supplement, identity)
    form = WithdrawForm()
    if not form.is_submitted():
        form.look_at(supplement.adapted.number, edit.id)

    def act(session: Session, checklist: ChecklistRecord, unit: Unit) -> str:
        supplement_operations.withdraw_edit(
            session, checklist, unit, form.edit or identity, reason=form.reason.data or "", by=known_actor(),
            at=clock.now(), today=today(),
        )  # fmt: skip
        return _("It is withdrawn. It stays in the history, with the reason.")

    def show(supplement: Supplement, meanwhile: Edit | None) -> EditPage:
        now = (
            None
            if isinstance(edit, Addition)
            else next((each.item for each in supplement.adapted.items if each.item.key == edit.item), None)
        )
        return _edit_page(
            supplement, key, form=form, meanwhile=meanwhile, item=_shown(now) if now else None, danger=True,
            title=_("Withdraw from the supplement of %(unit)s", unit=wording(supplement.unit.name)),
            lead=_("%(kind)s: %(words)s", kind=edit_kind(edit), words=words_of(edit).text),
            submit=_("Withdraw"),
        )  # fmt: skip

    return _form(form, key, code, then=then, act=act, show=show, template="supplement_withdrawal.html")
