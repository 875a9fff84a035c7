"""Pages for writing checklists: sections, items, facts, and the whole list as YAML."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import flash, make_response, redirect, render_template, url_for
from flask import request as sent

from hmswiki.checklists import drafting, editing_pages, editing_queries, operations, passages, queries, words
from hmswiki.checklists.drafting import Data
from hmswiki.checklists.editing_pages import (
    AboutDraft,
    DraftsPage,
    EditorPage,
    FactsPage,
    ItemPage,
    NewPage,
    SectionPage,
    SourcePage,
)
from hmswiki.checklists.forms import (
    FIELD_OF_PART,
    NO_ANSWERS,
    TOO_FEW_CHOICES,
    AddItemForm,
    AddSectionForm,
    FactsForm,
    ItemForm,
    MoveForm,
    NewForm,
    SectionForm,
    SourceForm,
    StartForm,
    facts_mark,
    item_mark,
)
from hmswiki.checklists.models import ChecklistDraft
from hmswiki.checklists.template import Kind, answers_of
from hmswiki.checklists.told import told_data
from hmswiki.checklists.views import View, blueprint
from hmswiki.foundation import clock
from hmswiki.foundation.errors import N_, BadRequest, Conflict, NotAllowed, NotFound, Refusal
from hmswiki.foundation.permissions import Permission, Role
from hmswiki.guidelines.approval import check_writable
from hmswiki.guidelines.drafting import checked_summary
from hmswiki.web.access import access, allowed
from hmswiki.web.context import known_actor, read_session, today, transaction
from hmswiki.web.forms import PageForm
from hmswiki.web.page import in_section, role_name
from hmswiki.web.words import _, current_language, say, wording

MENDS_YAML = N_("This draft holds YAML that cannot be taken in yet. Mend it first.")

EMPTY_CHOICES = 3
"""How many rows for further answers a form offers."""


# --- Open drafts, new checklists and new editions -----------------------------------------------------------


@blueprint.get("/drafts")
@access(Permission.SEE_DRAFTS)
def drafts() -> View:
    """Everything that is being written, and where to begin something new."""
    return _drafts(StartForm(formdata=None))


@blueprint.post("/drafts")
@access(Permission.EDIT_CHECKLISTS)
def start_edition() -> View:
    """Begin the next edition of a checklist, or go to the draft that somebody has begun."""
    form = StartForm(sent.form)
    try:
        # Sent twice it leads to the same draft both times, so nothing is written down about the form.
        with transaction() as session:
            checklist = queries.checklist(session, form.checklist.data or "")
            draft = operations.start_edition(session, checklist, by=known_actor(), at=clock.now())
    except NotFound as refusal:
        form.checklist.errors = [say(refusal)]
        return make_response(_drafts(form), 422)
    return redirect(url_for(".edit", draft_id=draft.id), 303)


@blueprint.get("/new")
@access(Permission.EDIT_CHECKLISTS)
def new() -> View:
    return _new(NewForm(formdata=None))


@blueprint.post("/new")
@access(Permission.EDIT_CHECKLISTS)
def create() -> View:
    """Begin a checklist that does not exist yet. Without a key it gets one made from its title."""
    form = NewForm(sent.form)
    try:
        title = form.title.data or ""
        content = drafting.new_data(form.key.data or drafting.suggest_key(title), title)
        with transaction(form.submission_id, then=url_for(".drafts")) as session:
            draft = operations.new_draft(session, content=content, by=known_actor(), at=clock.now())
    except Refusal as refusal:
        form.take(refusal)
        return make_response(_new(form), refusal.status)
    return redirect(url_for(".edit", draft_id=draft.id), 303)


# --- Sections and items in their order ----------------------------------------------------------------------


@blueprint.get("/drafts/<int:draft_id>/edit")
@access(Permission.EDIT_CHECKLISTS)
def edit(draft_id: int) -> View:
    """The list: its sections and items, and what is wrong in it."""
    about = about_draft(draft_id)
    elsewhere = _elsewhere(about)
    return elsewhere or _editor(about)


@blueprint.post("/drafts/<int:draft_id>/sections")
@access(Permission.EDIT_CHECKLISTS)
def add_section(draft_id: int) -> View:
    form = AddSectionForm(sent.form)
    return _changed(
        draft_id, form, lambda data: drafting.with_section(data, form.title.data or "")[0],
        then=url_for(".edit", draft_id=draft_id, _anchor="new_section"),
        again=lambda about: _editor(about, add_section=form),
    )  # fmt: skip


@blueprint.post("/drafts/<int:draft_id>/items")
@access(Permission.EDIT_CHECKLISTS)
def add_item(draft_id: int) -> View:
    """A new item at the end of a section, and on to the page that holds all of it."""
    form = AddItemForm(sent.form)
    made: list[str] = []

    def add(data: Data) -> Data:
        changed, key = drafting.with_item(
            data, form.section.data or "", text=form.text.data or "", kind=form.kind.data or ""
        )  # fmt: skip
        made.append(key)
        return changed

    answer = _changed(
        draft_id, form, add, then=url_for(".edit", draft_id=draft_id),
        again=lambda about: _editor(about, add_item=form),
    )  # fmt: skip
    if made and getattr(answer, "status_code", 0) == 303:
        return redirect(url_for(".item", draft_id=draft_id, item=made[-1]), 303)
    return answer


_MOVES: dict[str, Callable[[Data, str], Data]] = {
    "item-up": lambda data, key: drafting.with_item_moved(data, key, -1),
    "item-down": lambda data, key: drafting.with_item_moved(data, key, 1),
    "section-up": lambda data, key: drafting.with_section_moved(data, key, -1),
    "section-down": lambda data, key: drafting.with_section_moved(data, key, 1),
}


@blueprint.post("/drafts/<int:draft_id>/order")
@access(Permission.EDIT_CHECKLISTS)
def move(draft_id: int) -> View:
    """An item or a section one place up or down."""
    form = MoveForm(sent.form)
    what, _colon, key = (form.do.data or "").partition(":")
    if what not in _MOVES:
        raise BadRequest(N_("Nothing says what to move. Go back to the page and press a button there."))
    kind = what.partition("-")[0]
    return _changed(
        draft_id, form, lambda data: _MOVES[what](data, key),
        then=url_for(".edit", draft_id=draft_id, _anchor=f"{kind}-{key}"),
        again=lambda about: _editor(about, move=form),
    )  # fmt: skip


# --- One section, one item ----------------------------------------------------------------------------------


@blueprint.get("/drafts/<int:draft_id>/sections/<section>")
@access(Permission.EDIT_CHECKLISTS)
def section(draft_id: int, section: str) -> View:
    about = about_draft(draft_id)
    elsewhere = _elsewhere(about)
    if elsewhere is not None:
        return elsewhere
    form = SectionForm(formdata=None, version=str(about.draft.version))
    form.fill(drafting.section(about.draft.content, section))
    return _section(about, section, form)


@blueprint.post("/drafts/<int:draft_id>/sections/<section>")
@access(Permission.EDIT_CHECKLISTS)
def save_section(draft_id: int, section: str) -> View:
    """Save the section's title and key, or remove it with its items (`action=remove`)."""
    form, removes = SectionForm(sent.form), sent.form.get("action") == "remove"

    def change(data: Data) -> Data:
        if removes:
            return drafting.without_section(data, section)
        return drafting.with_section_changed(data, section, title=form.title, new_key=form.key.data or section)

    def again(about: AboutDraft) -> str:
        now = drafting.section(about.draft.content, section)
        return _section(about, section, form, theirs=now["title"] if _is_conflict(form) else {})

    return _changed(
        draft_id, form, change, then=url_for(".edit", draft_id=draft_id), again=again,
        seen=lambda data: _section_mark(data, section),
    )  # fmt: skip


@blueprint.get("/drafts/<int:draft_id>/items/<item>")
@access(Permission.EDIT_CHECKLISTS)
def item(draft_id: int, item: str) -> View:
    about = about_draft(draft_id)
    elsewhere = _elsewhere(about)
    if elsewhere is not None:
        return elsewhere
    data = about.draft.content
    form = ItemForm(formdata=None, version=str(about.draft.version))
    form.fill(drafting.item(data, item), drafting.spot(data, item))
    return _item(about, item, form)


@blueprint.post("/drafts/<int:draft_id>/items/<item>")
@access(Permission.EDIT_CHECKLISTS)
def save_item(draft_id: int, item: str) -> View:
    """Save the item; or show other fields without saving (`action=refresh`); or remove it (`action=remove`)."""
    form, action = ItemForm(sent.form), sent.form.get("action", "save")
    if action == "refresh":
        about = about_draft(draft_id)
        return _elsewhere(about) or _item(about, item, form)
    if action != "remove" and not form.validate():
        about = about_draft(draft_id)
        return _elsewhere(about) or make_response(_item(about, item, form), 422)

    def change(data: Data) -> Data:
        if action == "remove":
            return drafting.without_item(data, item)
        new = form.item()
        at = form.at.data or None
        if item not in drafting.item_keys(data):  # somebody removed it, and the writer wants it all the same
            made = drafting.at_spot(data, new, at or f"{drafting.sections(data)[-1]['key']}/")
        else:
            made = drafting.with_item_changed(data, item, new, at=at)
        _refuse_flaws(form, made, new)
        return made

    then = url_for(".edit", draft_id=draft_id, _anchor=f"item-{form.item()['key'] or item}")
    return _changed(
        draft_id, form, change, then=then, again=lambda about: _item(about, item, form),
        seen=lambda data: _item_mark(data, item),
    )  # fmt: skip


class _Flawed(Refusal):
    """What is wrong is said in the form already."""


def _refuse_flaws(form: ItemForm, data: Data, new: Data) -> None:
    """Say in the form what is wrong with the item. Raises _Flawed if there is anything."""
    wrong = False
    if form.chosen_kind is Kind.CHOICE and len(new.get("choices", [])) < 2:
        form.take(Refusal(TOO_FEW_CHOICES))
        wrong = True
    if "shown_when" in new and not new["shown_when"]["answers"]:
        form.take(Refusal(NO_ANSWERS, field="shown_item"))
        wrong = True
    if not wrong:
        place_of_parts = 4
        for flaw in drafting.flaws_of(drafting.parsed(data)[1], data).get(new["key"], []):
            part = str(flaw.place[place_of_parts]) if len(flaw.place) > place_of_parts else ""
            facts: dict[str, Any] = dict(flaw.facts)
            form.take(Refusal(flaw.text, field=FIELD_OF_PART.get(part, part), **facts))
            wrong = True
    if wrong:
        raise _Flawed(N_("The item is not right yet."))


# --- About the list, and the list as YAML -------------------------------------------------------------------


@blueprint.get("/drafts/<int:draft_id>/facts")
@access(Permission.EDIT_CHECKLISTS)
def facts(draft_id: int) -> View:
    """Title, description, guidelines, who signs, and what is new."""
    about = about_draft(draft_id)
    elsewhere = _elsewhere(about)
    if elsewhere is not None:
        return elsewhere
    form = FactsForm(formdata=None, version=str(about.draft.version))
    form.fill(about.draft.content, about.draft.summary)
    return _facts(about, form)


@blueprint.post("/drafts/<int:draft_id>/facts")
@access(Permission.EDIT_CHECKLISTS)
def save_facts(draft_id: int) -> View:
    form = FactsForm(sent.form)
    return _changed(
        draft_id, form, lambda data: drafting.with_facts(data, **form.typed()),
        then=url_for(".facts", draft_id=draft_id), again=lambda about: _facts(about, form),
        seen=lambda data, summary=None: facts_mark(data, summary), summary=lambda: form.summary,
        done=_("What the list says of itself is saved."),
    )  # fmt: skip


@blueprint.get("/drafts/<int:draft_id>/yaml")
@access(Permission.EDIT_CHECKLISTS)
def source(draft_id: int) -> View:
    """The whole list as YAML; what cannot be taken in yet stands there as it was typed."""
    about = about_draft(draft_id)
    if not about.is_writable:
        return redirect(url_for(".draft", draft_id=draft_id), 303)
    text = drafting.source(about.draft.content)
    form = SourceForm(formdata=None, version=str(about.draft.version), source=text, seen=drafting.mark(text))
    return _source(about, form)


@blueprint.post("/drafts/<int:draft_id>/yaml")
@access(Permission.EDIT_CHECKLISTS)
def save_source(draft_id: int) -> View:
    """Keep the YAML. With mistakes it is kept as it was typed, and they are told by line."""
    form, then = SourceForm(sent.form), url_for(".source", draft_id=draft_id)
    try:
        content = drafting.of_source(form.source.data or "")
        with transaction(form.submission_id, then=then) as session:
            draft = editing_queries.locked_draft(session, draft_id)
            check_writable(draft)
            now = drafting.mark(drafting.source(draft.content))
            if content != draft.content:
                operations.save_draft(
                    session, draft, version=draft.version if form.seen.data == now else form.version_seen,
                    content=content, summary=draft.summary, by=known_actor(), at=clock.now(),
                )  # fmt: skip
    except (NotAllowed, NotFound):
        raise
    except Refusal as refusal:
        about = about_draft(draft_id)
        form.take(refusal)
        theirs = ""
        if isinstance(refusal, Conflict) and about.is_writable:
            theirs = drafting.source(about.draft.content)
            form.version.data, form.seen.data = str(about.draft.version), drafting.mark(theirs)
        return make_response(_source(about, form, theirs=theirs), refusal.status)
    if drafting.is_source(content):
        about = about_draft(draft_id)
        fresh = SourceForm(
            formdata=None, version=str(about.draft.version), source=content[drafting.SOURCE],
            seen=drafting.mark(content[drafting.SOURCE]),
        )  # fmt: skip
        return make_response(_source(about, fresh), 422)
    flash(_("The checklist is saved. Nothing in it is wrong."), "success")
    return redirect(then, 303)


# --- Within -------------------------------------------------------------------------------------------------


def about_draft(draft_id: int) -> AboutDraft:
    in_section("checklists.index")
    return AboutDraft(editing_queries.draft(read_session(), draft_id))


def _elsewhere(about: AboutDraft) -> View | None:
    """The page to go to instead, where the draft cannot be written in here."""
    if not about.is_writable:
        return redirect(url_for(".draft", draft_id=about.draft.id), 303)
    if about.is_source:
        flash(_(MENDS_YAML), "error")
        return redirect(url_for(".source", draft_id=about.draft.id), 303)
    return None


def _changed(
    draft_id: int,
    form: PageForm,
    change: Callable[[Data], Data],
    *,
    then: str,
    again: Callable[[AboutDraft], str],
    seen: Callable[..., str] | None = None,
    summary: Callable[[], Mapping[str, str]] | None = None,
    done: str = "",
) -> View:
    """Change the draft and go on; or show the page `again`, with what was typed and why nothing was saved.

    `seen` gives the mark of what the form is about, as it is now: where it is not what the writer saw, somebody saved
    meanwhile. Without it, the change holds whatever others did.
    """
    try:
        with transaction(form.submission_id, then=then) as session:
            draft = editing_queries.locked_draft(session, draft_id)
            check_writable(draft)
            if drafting.is_source(draft.content):
                raise Conflict(MENDS_YAML)
            made = change(draft.content)
            news = checked_summary(summary()) if summary is not None else draft.summary
            if made != draft.content or news != draft.summary:
                operations.save_draft(
                    session, draft, version=_version(draft, form, seen, summary is not None), content=made,
                    summary=news, by=known_actor(), at=clock.now(),
                )  # fmt: skip
    except (NotAllowed, NotFound):
        raise
    except Refusal as refusal:
        about = about_draft(draft_id)
        if not about.is_writable or about.is_source:
            raise
        if not isinstance(refusal, _Flawed):
            form.take(refusal)
        if isinstance(refusal, Conflict) and seen is not None:
            _as_kept(form, about.draft, seen, with_summary=summary is not None)
        return make_response(again(about), refusal.status)
    if done:
        flash(done, "success")
    return redirect(then, 303)


def _version(draft: ChecklistDraft, form: Any, seen: Callable[..., str] | None, with_summary: bool) -> int:
    """The version to save over: what others did to other parts of the draft takes nothing from this one."""
    if seen is None:
        return draft.version
    now = seen(draft.content, draft.summary) if with_summary else seen(draft.content)
    return draft.version if form.seen.data == now else int(form.version_seen)


def _as_kept(form: Any, draft: ChecklistDraft, seen: Callable[..., str], *, with_summary: bool) -> None:
    """The form knows what is kept now: sent again, it is saved over that."""
    form.is_conflict = True
    form.version.data = str(draft.version)
    form.seen.data = seen(draft.content, draft.summary) if with_summary else seen(draft.content)


def _is_conflict(form: Any) -> bool:
    return bool(getattr(form, "is_conflict", False))


def _section_mark(data: Data, key: str) -> str:
    now = drafting.section(data, key)
    return drafting.mark([now["key"], now["title"]])


def _item_mark(data: Data, key: str) -> str:
    if key not in drafting.item_keys(data):
        return "gone"
    return item_mark(drafting.item(data, key), drafting.spot(data, key))


def _editor(about: AboutDraft, **forms: PageForm) -> str:
    sections, general = editing_pages.editor_sections(about.draft.content, about.wrongs)
    page = EditorPage(
        about.draft, about.tabs("items"), sections, general, astray_in(about),
        add_section=forms.get("add_section") or AddSectionForm(formdata=None),
        add_item=forms.get("add_item") or AddItemForm(formdata=None),
        move=forms.get("move") or MoveForm(formdata=None),
    )  # fmt: skip
    return render_template("hmswiki/checklists/edit.html", page=page)


def astray_in(about: AboutDraft) -> passages.Astray:
    """What the draft names and the site does not have."""
    if about.content is None:
        return passages.Astray((), ())
    return passages.astray(about.content, known_guidelines(passages.named(about.content)))


def known_guidelines(slugs: Any) -> dict[str, passages.Headed]:
    return passages.guidelines(read_session(), slugs, day=today(), language=current_language())


def _section(about: AboutDraft, key: str, form: SectionForm, theirs: Mapping[str, str] | None = None) -> str:
    count = len(drafting.section(about.draft.content, key)["items"])
    page = SectionPage(about.draft, about.tabs("items"), form, key, count, theirs or {})
    return render_template("hmswiki/checklists/section.html", page=page)


def _item(about: AboutDraft, key: str, form: ItemForm) -> str:
    data = about.draft.content
    is_there = key in drafting.item_keys(data)
    form.with_empty_choices(EMPTY_CHOICES - sum(not entry.form.text_nb.data for entry in form.choices))
    at = form.at.data or (drafting.spot(data, key) if is_there else "")
    earlier = [one for one in editing_pages.earlier_items(data, key, at) if _words_of(one)]
    chosen = next((one for one in earlier if one["key"] == form.shown_item.data), None)
    named = list(data.get("guidelines", []))
    slug = (form.passage.data or "").partition("#")[0]
    known = known_guidelines({*named, slug} - {""})
    page = ItemPage(
        about.draft, about.tabs("items"), form, key, form.chosen_kind,
        earlier=[(one["key"], wording(one["text"])) for one in earlier],
        answers=_words_of(chosen) if chosen is not None else [],
        passages=[
            (headed.title, [(f"{headed.slug}#{anchor}", text) for _level, anchor, text in headed.main])
            for headed in known.values()
        ],
        places=editing_pages.places(data, key), has_guidelines=bool(named),
        theirs=told_data(drafting.item(data, key)) if _is_conflict(form) and is_there else (),
        is_gone=not is_there,
    )  # fmt: skip
    return render_template("hmswiki/checklists/item.html", page=page)


def _words_of(item: Data) -> list[tuple[str, str]]:
    """(word, name) of an item's answers on which others may depend."""
    found, _wrongs = drafting.parsed(
        {"key": "x", "title": {"nb": "x"}, "sections": [
            {"key": "x", "title": {"nb": "x"}, "items": [
                {name: part for name, part in item.items() if name not in ("shown_when", "findings")}
            ]}
        ]}
    )  # fmt: skip
    if found is None:
        return []
    one = next(found.items)
    return [(word, words.answer_name(one, word)) for word in answers_of(one)]


def _facts(about: AboutDraft, form: FactsForm) -> str:
    data = about.draft.content
    known = known_guidelines(None)
    chosen = list(dict.fromkeys([*data.get("guidelines", []), *(form.guidelines.data or [])]))
    unknown = [slug for slug in chosen if slug not in known]
    now = {name: data[name] for name in data if name not in ("sections", "key")} | {"summary": about.draft.summary}
    page = FactsPage(
        about.draft, about.tabs("facts"), form,
        guidelines=[(slug, headed.title) for slug, headed in known.items()] + [(slug, slug) for slug in unknown],
        unknown=unknown, roles=[(str(role), role_name(role)) for role in Role],
        theirs=told_data(now) if _is_conflict(form) else (),
    )  # fmt: skip
    return render_template("hmswiki/checklists/facts.html", page=page)


def _source(about: AboutDraft, form: SourceForm, *, theirs: str = "") -> str:
    wrongs = drafting.parsed({drafting.SOURCE: form.source.data or ""})[1]
    page = SourcePage(
        about.draft, about.tabs("source"), form, [(wrong.line, words.told(wrong)) for wrong in wrongs], theirs
    )
    return render_template("hmswiki/checklists/source.html", page=page)


def _drafts(form: StartForm) -> str:
    in_section("checklists.index")
    session = read_session()
    may_edit = allowed(Permission.EDIT_CHECKLISTS)
    page = DraftsPage(
        editing_pages.draft_rows(session), may_edit, form,
        editing_pages.startable(editing_queries.without_draft(session)) if may_edit else (),
    )  # fmt: skip
    return render_template("hmswiki/checklists/drafts.html", page=page)


def _new(form: NewForm) -> str:
    in_section("checklists.index")
    return render_template("hmswiki/checklists/new.html", page=NewPage(form))
