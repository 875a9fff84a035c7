"""Pages for reading checklists."""

from collections.abc import Sequence

from flask import flash, make_response, redirect, render_template, url_for
from flask import request as sent
from werkzeug.wrappers import Response

from hmswiki.checklists import changes, operations, passages, queries
from hmswiki.checklists.editing_pages import draft_rows
from hmswiki.checklists.forms import RetireForm
from hmswiki.checklists.models import ChecklistEdition, ChecklistRecord
from hmswiki.checklists.pages import ChecklistPage, EditionRow, IndexPage, Row, item_count, shown, text_of
from hmswiki.foundation import clock
from hmswiki.foundation.errors import N_, NotFound, Refusal
from hmswiki.foundation.permissions import Permission
from hmswiki.guidelines import rules
from hmswiki.web.access import access, allowed
from hmswiki.web.blueprint import FeatureBlueprint
from hmswiki.web.context import known_actor, read_session, today, transaction
from hmswiki.web.forms import PageForm
from hmswiki.web.page import in_section, role_name
from hmswiki.web.words import _, current_language, day

View = Response | str

blueprint = FeatureBlueprint("checklists", __name__, url_prefix="/checklists")


@blueprint.get("/")
@access(Permission.SEE_CHECKLISTS)
def index() -> View:
    """Every checklist and, for those who may see it, what is being written and what is retired."""
    session = read_session()
    sees_drafts = allowed(Permission.SEE_DRAFTS)
    everything = queries.with_editions(session)
    named = {slug for record in everything for edition in record.editions for slug in edition.guidelines}
    known = passages.guidelines(session, named, day=today(), language=current_language())
    rows = [_row(record, known) for record in everything if record.editions]
    rows.sort(key=lambda row: (row.title.text.casefold(), row.key))
    page = IndexPage(
        rows=[row for row in rows if not _is_retired(row)],
        retired=[row for row in rows if _is_retired(row)] if sees_drafts else (),
        drafts=draft_rows(session) if sees_drafts else (),
        may_write=allowed(Permission.EDIT_CHECKLISTS),
        may_see_drafts=sees_drafts,
    )
    return render_template("hmswiki/checklists/index.html", page=page)


@blueprint.get("/<key>")
@access(Permission.SEE_CHECKLISTS)
def show(key: str) -> View:
    """The edition in force today; before the first is in force, the one that comes."""
    in_section("checklists.index")
    return _show(queries.checklist(read_session(), key), None)


@blueprint.get("/<key>/editions/<number>")
@access(Permission.SEE_CHECKLISTS)
def edition(key: str, number: str) -> View:
    """One edition, in force or not, and what changed in it."""
    in_section("checklists.index")
    checklist = queries.checklist(read_session(), key)
    editions = queries.all_editions(read_session(), checklist.id)
    wanted = rules.read_number(number)
    found = next((one for one in editions if (one.major, one.minor) == wanted), None)
    if found is None:
        raise NotFound(N_("The checklist has no edition %(number)s. Its own page lists them."), number=number[:20])
    before = rules.previous(editions, found)
    page = _page(
        checklist, found, editions,
        changes=changes.between(queries.content_of(before), queries.content_of(found)) if before else None,
        before=before,
    )  # fmt: skip
    return render_template("hmswiki/checklists/edition.html", page=page)


@blueprint.post("/<key>/retirement")
@access(Permission.APPROVE_EDITIONS)
def retire(key: str) -> View:
    """Out of use from a day; without a day it is used again."""
    in_section("checklists.index")
    form, then = RetireForm(sent.form), url_for(".show", key=key)
    if form.validate():
        try:
            with transaction(form.submission_id, then=then) as session:
                checklist = operations.retire(
                    session, queries.checklist(session, key), on=form.on.data, by=known_actor(), at=clock.now(),
                    today=today(),
                )  # fmt: skip
        except NotFound:
            raise
        except Refusal as refusal:
            form.take(refusal)
        else:
            if checklist.retired_on is None:
                flash(_("The checklist is in use again."), "success")
            else:
                flash(_("The checklist is retired from %(day)s.", day=day(checklist.retired_on)), "success")
            return redirect(then, 303)
    return make_response(_show(queries.checklist(read_session(), key), form), 422)


# --- Within -------------------------------------------------------------------------------------------------


def _show(checklist: ChecklistRecord, retire_form: RetireForm | None) -> str:
    editions = queries.all_editions(read_session(), checklist.id)
    if not editions:
        raise NotFound(N_("There is no checklist “%(key)s”. The list of checklists shows all."), key=checklist.key)
    current = rules.in_force(editions, today()) or rules.coming(editions, today())[0]
    page = _page(checklist, current, editions, retire_form=retire_form)
    return render_template("hmswiki/checklists/show.html", page=page)


def _page(
    checklist: ChecklistRecord,
    edition: ChecklistEdition,
    editions: Sequence[ChecklistEdition],
    *,
    changes: changes.Changes | None = None,
    before: ChecklistEdition | None = None,
    retire_form: RetireForm | None = None,
) -> ChecklistPage:
    content = queries.content_of(edition)
    known = passages.guidelines(read_session(), passages.named(content), day=today(), language=current_language())
    in_force = rules.in_force(editions, today())
    if retire_form is None and allowed(Permission.APPROVE_EDITIONS):
        retire_form = RetireForm(formdata=None, on=checklist.retired_on)
    return ChecklistPage(
        checklist=checklist,
        edition=edition,
        content=content,
        sections=shown(content, passages.links(content, known)),
        guidelines=[known[slug] for slug in content.guidelines if slug in known],
        editions=[
            EditionRow(
                one, "in_force" if one is in_force else "coming" if one.published_on > today() else "earlier"
            )
            for one in reversed(editions)
        ],
        today=today(),
        changes=changes,
        before=before,
        start_form=PageForm(formdata=None) if allowed(Permission.EDIT_CHECKLISTS) else None,
        retire_form=retire_form,
        co_signers=[role_name(role) for role in content.co_signed_by],
    )  # fmt: skip


def _row(record: ChecklistRecord, known: dict[str, passages.Headed]) -> Row:
    editions = record.editions
    in_force = rules.in_force(editions, today())
    edition = in_force or rules.coming(editions, today())[0]
    content = queries.content_of(edition)
    return Row(
        key=record.key, title=text_of(content.title), description=text_of(content.description), edition=edition,
        items=item_count(content), guidelines=[known[slug] for slug in content.guidelines if slug in known],
        comes=in_force is None, retired_on=record.retired_on,
    )  # fmt: skip


def _is_retired(row: Row) -> bool:
    return row.retired_on is not None and row.retired_on <= today()
