"""Pages for reading guidelines."""

from collections.abc import Callable

from flask import render_template, request, url_for
from markupsafe import Markup

from hmswiki.foundation.errors import N_, BadRequest
from hmswiki.foundation.language import LANGUAGES
from hmswiki.foundation.permissions import Permission
from hmswiki.guidelines import marking, queries, rules
from hmswiki.guidelines.models import Edition, Translation
from hmswiki.guidelines.queries import Document
from hmswiki.guidelines.reading_pages import (
    Changes,
    Fact,
    HistoryPage,
    HistoryRow,
    IndexPage,
    LanguageLink,
    OlderText,
    ReadingPage,
    contents_of,
    edition_href,
    expired_on,
    facts_in_force,
    facts_of_edition,
    languages_missing,
    last_day,
)
from hmswiki.web.access import access, allowed
from hmswiki.web.blueprint import FeatureBlueprint
from hmswiki.web.context import read_session, state, today
from hmswiki.web.forms import PageForm
from hmswiki.web.page import in_section
from hmswiki.web.words import current_language, language_name

blueprint = FeatureBlueprint("guidelines", __name__, url_prefix="/guidelines")


@blueprint.get("/")
@access(Permission.SIGNED_IN)
def index() -> str:
    """Every guideline and, for those who may see it, what is being written."""
    sees_drafts = allowed(Permission.SEE_DRAFTS)
    page = IndexPage(
        guidelines=queries.listed(read_session(), today=today(), language=current_language()),
        drafts=queries.open_drafts(read_session(), language=current_language()) if sees_drafts else (),
        may_write=allowed(Permission.EDIT_GUIDELINES),
        may_see_drafts=sees_drafts,
    )
    return render_template("hmswiki/guidelines/index.html", page=page)


@blueprint.get("/<slug>")
@access(Permission.SIGNED_IN)
def show(slug: str) -> str:
    """The edition in force today; before the first is in force, the one that comes."""
    in_section("guidelines.index")
    document = queries.document(read_session(), slug, today=today())
    edition = document.in_force or document.coming[0]
    known = state().wiki.known_to_reader(guideline=document.guideline, edition=edition)
    page = _reading(document, edition, url_for(".show", slug=slug), facts_in_force, known)
    return render_template("hmswiki/guidelines/show.html", page=page)


@blueprint.get("/<slug>/editions/<number>")
@access(Permission.SIGNED_IN)
def edition(slug: str, number: str) -> str:
    """One edition, in force or not, to be read and nothing else."""
    in_section("guidelines.index")
    document = queries.document(read_session(), slug, today=today())
    found = document.edition(number)
    page = _reading(document, found, url_for(".edition", slug=slug, number=number), facts_of_edition)
    return render_template("hmswiki/guidelines/edition.html", page=page)


@blueprint.get("/<slug>/editions")
@access(Permission.SIGNED_IN)
def history(slug: str) -> str:
    """All editions, the newest first."""
    in_section("guidelines.index")
    document = queries.document(read_session(), slug, today=today())
    languages = queries.languages_of(read_session(), document.editions)
    rows = [
        HistoryRow(
            edition=edition,
            languages=languages[edition.id],
            until=last_day(document, edition),
            approver=document.approvers.get(edition.id),
            state=_state(document, edition),
            has_previous=edition is not document.editions[0],
        )
        for edition in reversed(document.editions)
    ]
    return render_template("hmswiki/guidelines/history.html", page=HistoryPage(document.guideline, rows))


# --- Within -------------------------------------------------------------------------------------------------


def _reading(
    document: Document,
    edition: Edition,
    address: str,
    facts: Callable[[Document, Edition], list[Fact]],
    known: Edition | None = None,
) -> ReadingPage:
    asked = _asked_language()
    text = queries.text(read_session(), edition, asked)
    language = text.translation.language if text.translation else None
    before = document.before(edition)
    wants_changes = request.args.get("changes") == "1" and before is not None and language is not None
    return ReadingPage(
        document=document,
        edition=edition,
        text=text.translation,
        asked=asked,
        links=[
            LanguageLink(code, language_name(code), f"{address}?language={code}", code == language)
            for code in text.languages
        ],
        missing=languages_missing(text.languages),
        older=_older_text(document, edition, asked) if language not in (asked, None) else None,
        facts=facts(document, edition),
        changes=_changes(edition, before, language) if wants_changes and before and language else None,
        changes_href=f"{address}?language={language}&changes=1#what_changed" if before and language else None,
        start_form=PageForm(formdata=None) if allowed(Permission.EDIT_GUIDELINES) else None,
        expired=expired_on(document.guideline, document.today),
        contents=contents_of(text.translation),
        html=_marked(text.translation, before if wants_changes else known),
    )


def _marked(text: Translation | None, known: Edition | None) -> Markup:
    """The text, with a mark in the margin where it differs from the edition that the reader knows."""
    if text is None:
        return Markup("")
    html = text.html
    if known is not None and not text.render_failed:
        earlier = queries.whole_html(read_session(), known, text.language)
        html = html if earlier is None else marking.with_changes_marked(html, earlier)
    return Markup(html)


def _asked_language() -> str:
    """`?language=` for this view only, else the reader's own."""
    asked = request.args.get("language") or current_language()
    if asked not in LANGUAGES:
        raise BadRequest(
            N_("language is “%(text)s”. It must be one of %(languages)s."),
            text=asked[:20],
            languages=", ".join(LANGUAGES),
        )
    return asked


def _older_text(document: Document, edition: Edition, language: str) -> OlderText | None:
    earlier = [other for other in document.editions if other.order < edition.order]
    if not earlier:
        return None
    languages = queries.languages_of(read_session(), earlier)
    for other in reversed(earlier):
        if language in languages[other.id]:
            return OlderText(other.number, edition_href(document.guideline.slug, other, language=language))
    return None


def _changes(edition: Edition, before: Edition, language: str) -> Changes:
    bodies = queries.bodies(read_session(), (before, edition), language)
    if before.id not in bodies:
        return Changes.of(before.number, None)
    return Changes.of(before.number, rules.changes_of_editions(bodies[before.id], bodies[edition.id]))


def _state(document: Document, edition: Edition) -> str:
    if edition is document.in_force:
        return "in_force"
    return "coming" if edition.published_on > document.today else "earlier"
