"""All units that have adapted a checklist, and taking a unit's item up for all."""

from collections.abc import Callable

from flask import flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from hmswiki.checklists import editing_queries, queries, supplement_queries, words
from hmswiki.checklists.pages import text_of
from hmswiki.checklists.supplement_forms import (
    KeepForm,
)
from hmswiki.checklists.supplement_pages import (
    CentralPage,
    CentralRow,
    counts_line,
    to_dos,
    words_of,
)
from hmswiki.checklists.supplement_queries import Supplement
from hmswiki.checklists.supplement_taking import take_up as put_into_draft
from hmswiki.checklists.supplements import (
    Addition,
    ClashKind,
    TakenUp,
)
from hmswiki.checklists.views import blueprint
from hmswiki.foundation import clock
from hmswiki.foundation.errors import NotAllowed, NotFound, Refusal
from hmswiki.foundation.permissions import Permission
from hmswiki.web.access import access, allowed, authorise
from hmswiki.web.context import known_actor, read_session, today, transaction
from hmswiki.web.page import in_section
from hmswiki.web.words import _, say, wording


@blueprint.get("/<key>/supplements")
@access(Permission.SEE_ALL_SUPPLEMENTS)
def supplements(key: str) -> str:
    """Who has adapted the checklist, how, and what waits; `?show=items` or `to-dos`."""
    return _supplements(key)


@blueprint.get("/<key>/supplements/<identity>/taking-up", endpoint="no_taking_up")
@access(Permission.SEE_ALL_SUPPLEMENTS)
def back_to_supplements(key: str, identity: str) -> Response:
    return redirect(url_for(".supplements", key=key), 303)


@blueprint.post("/<key>/supplements/<identity>/taking-up")
@access(Permission.TAKE_UP_ITEMS)
def take_up(key: str, identity: str) -> Response:
    """Put a unit's item into the draft of the next edition."""
    form, then = KeepForm(), url_for(".supplements", key=key)
    in_section("checklists.index")
    try:
        with transaction(form.submission_id, then=then) as session:
            authorise(Permission.TAKE_UP_ITEMS)
            put_into_draft(session, queries.checklist(session, key), identity, by=known_actor(), at=clock.now())
    except (NotAllowed, NotFound):
        raise
    except Refusal as refusal:
        return make_response(_supplements(key, say(refusal)), refusal.status)
    flash(
        _("The item is in the draft of the next edition. When that is published, the unit's own gives way."), "success"
    )
    return redirect(then, 303)


def _supplements(key: str, problem: str = "") -> str:
    in_section("checklists.index")
    session = read_session()
    checklist = queries.checklist(session, key)
    number = supplement_queries.number_on(session, checklist.id, today())
    found = supplement_queries.supplements(session, checklist, day=today(), known_at=clock.now())
    draft = editing_queries.open_draft(session, checklist.key)
    in_draft = {each["addition"] for each in draft.taken_up} if draft else set()
    choices: list[tuple[str, str, Callable[[Supplement], bool]]] = [
        ("all", str(_("All")), lambda each: True),
        ("items", str(_("With own items")), lambda each: bool(each.additions)),
        ("to-dos", str(_("With something to look at")), lambda each: bool(each.clashes)),
    ]
    show = request.args.get("show", "all")
    is_shown = next((test for word, _name, test in choices if word == show), choices[0][2])
    latest = editing_queries.latest_edition(session, checklist.id)
    page = CentralPage(
        checklist=checklist,
        title=text_of(dict(latest.title) if latest and not isinstance(latest.title, str) else None),
        number=".".join(map(str, number)) if number else "",
        rows=[_central_row(each, in_draft) for each in found if is_shown(each)],
        show=show if show in [word for word, *_rest in choices] else "all",
        filters=[(word, name, sum(map(test, found))) for word, name, test in choices],
        may_take_up=allowed(Permission.TAKE_UP_ITEMS),
        take_up_form=KeepForm(formdata=None),
        problem=problem,
    )  # fmt: skip
    return render_template("hmswiki/checklists/supplements.html", page=page)


def _central_row(supplement: Supplement, in_draft: set[str]) -> CentralRow:
    central = {item.key: item for item in supplement.adapted.central.items}
    gone = {clash.edit.id for clash in supplement.clashes if clash.kind is ClashKind.TAKEN_UP}
    taken = {edit.addition for edit in supplement.edits if isinstance(edit, TakenUp) and not edit.withdrawn}
    earlier = {edit.id: edit.replaces for edit in supplement.edits}

    def where(addition: Addition) -> str:
        chain: list[str] = []
        current: str | None = addition.id
        while current is not None and current not in chain:
            chain.append(current)
            current = earlier.get(current)
        if addition.id in gone:
            return str(_("Asked of all"))
        if in_draft.intersection(chain):
            return str(_("In the draft of the next edition"))
        return str(_("Taken up, in force later")) if taken.intersection(chain) else ""

    def item(key: str) -> str:
        return wording(dict(central[key].text)) if key in central else key

    return CentralRow(
        supplement=supplement,
        name=wording(supplement.unit.name),
        depth=min(len(supplement_queries.ids_of(supplement.unit)) - 1, 4),
        counts=counts_line(supplement),
        to_dos=to_dos(supplement.adapted),
        additions=[
            (each, words_of(each), words.kind_line(each.item), where(each)) for each in supplement.additions
        ],
        notes=[(words_of(each), item(each.item)) for each in supplement.notes],
        marks=[(words_of(each), item(each.item)) for each in supplement.marks],
    )  # fmt: skip
