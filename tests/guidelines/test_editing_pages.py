"""Pages for writing, approving and publishing: what people see, what is refused, and that nothing typed is lost."""

import html
import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hmswiki.foundation import clock, markup
from hmswiki.foundation.permissions import Actor, Role
from hmswiki.guidelines import operations
from hmswiki.guidelines.models import Draft, DraftState, Edition, Guideline
from hmswiki.organisation.models import RoleHolding
from hmswiki.web.context import state
from tests.cast import FOUNDED, RECORDED, Cast
from tests.conftest import client_as
from tests.support import once

# Every address is also asked on PostgreSQL, by tests/test_access.py, and what is written by the operations' tests.
pytestmark = once

BODY = "Rydd to ganger i året.\n\n## Før\n\nVarsle alle."
TEXTS = {"nb": {"title": "Ryddedag", "body": BODY}, "en": {"title": "Cleanup day", "body": "Twice a year."}}


@pytest.fixture
def day(app: Flask) -> date:
    return clock.today(state(app).settings.zone)


@pytest.fixture
def actors(cast: Cast) -> Callable[[str], Actor]:
    return lambda key: Actor(person_id=cast.people[key], external_key=key, name=key)


@pytest.fixture
def draft(session: Session, actors: Callable[[str], Actor]) -> Draft:
    """Frida's draft of a new guideline."""
    made = operations.new_draft(
        session, slug="ryddedag", guideline=None, base_edition=None, facts={"owner": "Dekan"}, texts=TEXTS,
        summary={"nb": "Ny retningslinje."}, by=actors("frida"), at=clock.now(),
    )  # fmt: skip
    session.commit()
    return made


@pytest.fixture
def sent(session: Session, draft: Draft, actors: Callable[[str], Actor]) -> Draft:
    operations.send_for_approval(session, draft, by=actors("frida"), at=clock.now())
    session.commit()
    return draft


@pytest.fixture
def next_draft(session: Session, draft: Draft, actors: Callable[[str], Actor], day: date) -> Draft:
    """Frida's draft of the edition after 1.0."""
    edition = operations.publish_edition(
        session, draft, by=None, at=clock.now(), on=day, today=day, demands=True, approve_own=False
    )
    made = operations.start_edition(session, edition.guideline, by=actors("frida"), at=clock.now())
    session.commit()
    return made


@pytest.fixture
def next_sent(session: Session, next_draft: Draft, actors: Callable[[str], Actor]) -> Draft:
    operations.send_for_approval(session, next_draft, by=actors("frida"), at=clock.now())
    session.commit()
    return next_draft


@pytest.fixture
def now_in(app: Flask) -> Callable[[int], Any]:
    """The draft of that id as it stands in the database now, with its texts loaded."""

    def read(draft_id: int) -> Draft:
        with app.app_context(), Session(state(app).engines.read, expire_on_commit=False) as fresh:
            found = fresh.get_one(Draft, draft_id)
            _ = found.texts, found.writers
            return found

    return read


def body_of(draft: Draft, language: str = "nb") -> str:
    return next(text.body for text in draft.texts if text.language == language)


def fields(page: Any) -> dict[str, str]:
    """What the page's form would send: hidden fields, inputs and textareas by name."""
    found = {}
    for tag in re.findall(r"<input\b[^>]*>", page.text):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and 'type="radio"' not in tag:
            found.setdefault(name[1], html.unescape(value[1]) if value else "")
    for name, value in re.findall(r'<textarea\b[^>]*name="([^"]*)"[^>]*>\r?\n?(.*?)</textarea>', page.text, re.DOTALL):
        found[name] = html.unescape(value)
    for name in ("csrf_token", "next", "language"):  # the client brings its own token; the header has the others
        found.pop(name, None)
    return found


def edit_url(draft: Draft, language: str = "nb") -> str:
    return f"/guidelines/drafts/{draft.id}/edit?language={language}"


def give_role(session: Session, cast: Cast, key: str, role: Role) -> None:
    session.add(
        RoleHolding(
            person_id=cast.people[key], unit_id=cast.units["FAC"], role=role, starts_on=FOUNDED, recorded_at=RECORDED
        )
    )
    session.commit()


# --- Who may ------------------------------------------------------------------------------------------------

WRITING = ["/guidelines/new", "/guidelines/drafts/{id}/edit", "/guidelines/drafts/{id}/facts",
           "/guidelines/drafts/{id}/send"]  # fmt: skip
SEEING = ["/guidelines/drafts", "/guidelines/drafts/{id}"]
APPROVING = ["/guidelines/drafts/{id}/publish"]
POSTS_OF_EDITORS = ["/guidelines/new", "/guidelines/drafts", "/guidelines/drafts/{id}/edit",
                    "/guidelines/drafts/{id}/preview", "/guidelines/drafts/{id}/facts", "/guidelines/drafts/{id}/send",
                    "/guidelines/drafts/{id}/take-back", "/guidelines/drafts/{id}/discard"]  # fmt: skip
POSTS_OF_APPROVERS = ["/guidelines/drafts/{id}/return", "/guidelines/drafts/{id}/publish"]


@pytest.mark.parametrize("path", WRITING + SEEING + APPROVING)
def test_a_stranger_is_sent_to_sign_in(as_stranger: Any, draft: Draft, path: str) -> None:
    answer = as_stranger.get(path.format(id=draft.id))
    assert answer.status_code in (303, 401)
    assert "Varsle alle" not in answer.text


@pytest.mark.parametrize("path", WRITING + SEEING + APPROVING)
def test_staff_and_leaders_and_administrators_see_no_draft(
    as_bjorn: Any, as_astrid: Any, as_ivar: Any, draft: Draft, path: str
) -> None:
    for client in (as_bjorn, as_astrid, as_ivar):
        assert client.get(path.format(id=draft.id)).status_code == 403


@pytest.mark.parametrize("path", WRITING)
def test_an_approver_reads_but_does_not_write(as_gunnar: Any, draft: Draft, path: str) -> None:
    assert as_gunnar.get(path.format(id=draft.id)).status_code == 403
    assert as_gunnar.get(f"/guidelines/drafts/{draft.id}").status_code == 200


@pytest.mark.parametrize("path", POSTS_OF_EDITORS)
def test_what_editors_do_is_refused_to_an_approver_and_to_central_hse(
    as_gunnar: Any, as_hanne: Any, draft: Draft, path: str
) -> None:
    for client in (as_gunnar, as_hanne):
        assert client.post(path.format(id=draft.id), data={}).status_code == 403


@pytest.mark.parametrize("path", POSTS_OF_APPROVERS)
def test_what_approvers_do_is_refused_to_an_editor(
    as_frida: Any, sent: Draft, path: str, now_in: Callable[[int], Draft], day: date
) -> None:
    data = {"comment": "Nei.", "on": day.isoformat(), "demands": "yes", "version": "1"}
    assert as_frida.post(path.format(id=sent.id), data=data).status_code == 403
    assert now_in(sent.id).state == DraftState.SENT


@pytest.mark.parametrize("path", [p for p in WRITING + SEEING if "{id}" in p])
@pytest.mark.parametrize("missing", [4711, 2**31, 10**30])
def test_a_draft_that_is_not_there_is_404(as_frida: Any, path: str, missing: int) -> None:
    assert as_frida.get(path.format(id=missing)).status_code == 404


@pytest.mark.parametrize("path", [p for p in POSTS_OF_EDITORS if "{id}" in p])
def test_nothing_is_done_to_a_draft_that_is_not_there(as_frida: Any, path: str) -> None:
    assert as_frida.post(path.format(id=4711), data={"body": "x"}).status_code == 404


def test_a_language_that_is_not_offered_is_400(as_frida: Any, draft: Draft) -> None:
    assert as_frida.get(f"/guidelines/drafts/{draft.id}/edit?language=fr").status_code == 400
    assert as_frida.get(f"/guidelines/drafts/{draft.id}?language=fr").status_code == 400


# --- A new guideline ----------------------------------------------------------------------------------------


def test_a_new_guideline_gets_its_address_from_its_title(as_frida: Any, session: Session) -> None:
    answer = as_frida.post("/guidelines/new", data={"title": "Øving på ærlig håndtering"})
    assert answer.status_code == 303
    made = session.scalars(select(Draft)).one()
    assert made.slug == "oving-pa-aerlig-handtering"
    assert answer.headers["Location"].endswith(f"/guidelines/drafts/{made.id}/edit")
    assert as_frida.get(answer.headers["Location"]).status_code == 200


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"title": "", "slug": "noe"}, "title"),
        ({"title": "Noe", "slug": "Ikke Slik"}, "slug"),
        ({"title": "Ryddedag to", "slug": "ryddedag"}, "slug"),
        ({"title": "!!!", "slug": ""}, "slug"),
        ({"title": "T" * 301, "slug": "noe"}, "title"),
    ],
)
def test_a_refused_new_guideline_keeps_what_was_typed(
    as_frida: Any, draft: Draft, session: Session, typed: dict[str, str], field: str
) -> None:
    answer = as_frida.post("/guidelines/new", data=typed)
    assert answer.status_code in (413, 422)
    assert f'id="{field}-error"' in answer.text
    shown = fields(answer)
    assert (shown["title"], shown["slug"]) == (typed["title"], typed["slug"])
    assert session.scalar(select(func.count(Draft.id))) == 1


def test_a_new_guideline_sent_twice_is_begun_once(as_frida: Any, session: Session) -> None:
    data = {"title": "Støy", "submission": str(uuid4())}
    assert as_frida.post("/guidelines/new", data=data).status_code == 303
    assert as_frida.post("/guidelines/new", data=data).status_code == 303
    assert session.scalar(select(func.count(Draft.id))) == 1


# --- A new edition ------------------------------------------------------------------------------------------


def test_beginning_an_edition_twice_leads_to_the_same_draft(
    app: Flask, session: Session, as_frida: Any, draft: Draft, day: date, cast: Cast
) -> None:
    operations.publish_edition(
        session, draft, by=None, at=clock.now(), on=day, today=day, demands=True, approve_own=False
    )
    give_role(session, cast, "tora", Role.EDITOR)

    first = as_frida.post("/guidelines/drafts", data={"guideline": "ryddedag"})
    second = client_as(app, "tora").post("/guidelines/drafts", data={"guideline": "ryddedag"})

    assert first.status_code == second.status_code == 303
    assert first.headers["Location"] == second.headers["Location"]
    page = as_frida.get(first.headers["Location"])
    assert fields(page)["body"] == BODY


def test_no_edition_is_begun_of_a_guideline_that_is_not_there(as_frida: Any, session: Session) -> None:
    assert as_frida.post("/guidelines/drafts", data={"guideline": "finnes-ikke"}).status_code == 422
    assert session.scalar(select(func.count(Draft.id))) == 0


def test_the_list_says_what_is_written_and_what_waits(as_frida: Any, as_gunnar: Any, sent: Draft) -> None:
    assert "Frida Foss" in as_gunnar.get("/guidelines/drafts").text
    page = as_frida.get("/guidelines/drafts").text
    assert f"/guidelines/drafts/{sent.id}" in page
    assert "/guidelines/new" in page
    assert "/guidelines/new" not in as_gunnar.get("/guidelines/drafts").text


# --- Writing ------------------------------------------------------------------------------------------------


def test_what_is_saved_in_one_language_leaves_the_others(
    as_frida: Any, draft: Draft, now_in: Callable[[int], Draft]
) -> None:
    page = as_frida.get(edit_url(draft, "nn"))
    typed = fields(page) | {"title": "Ryddedag", "body": "To gonger i året.", "summary": "Nytt."}
    answer = as_frida.post(edit_url(draft, "nn"), data=typed)

    assert answer.status_code == 303
    kept = now_in(draft.id)
    assert {text.language: text.body for text in kept.texts} == {
        "nb": BODY, "en": "Twice a year.", "nn": "To gonger i året.",
    }  # fmt: skip
    assert kept.summary == {"nb": "Ny retningslinje.", "nn": "Nytt."}


def test_a_text_is_sent_back_as_it_was_typed(as_frida: Any, draft: Draft) -> None:
    typed = fields(as_frida.get(edit_url(draft))) | {"body": '\n\n<b>&amp; "x"</b>\r\n\r\n    kode\r\n'}
    as_frida.post(edit_url(draft), data=typed)
    assert fields(as_frida.get(edit_url(draft)))["body"] == '<b>&amp; "x"</b>\n\n    kode'


def test_the_result_stands_beside_the_source_and_is_safe(as_frida: Any, draft: Draft) -> None:
    typed = {"title": "Ryddedag", "body": "Hei <script>alert(1)</script> [x](javascript:123)\n\n## Title\n\nTo."}
    page = as_frida.post(edit_url(draft), data=typed | {"action": "preview"})
    result = page.text.split("data-hms-result", 1)[1].split("</section>", 1)[0]
    assert "<script" not in result
    assert "javascript:" not in result
    # A heading never takes the id of a field.
    assert '<h2 id="r-title">Title</h2>' in result


def test_a_preview_without_script_saves_nothing_and_keeps_the_text(
    as_frida: Any, draft: Draft, now_in: Callable[[int], Draft]
) -> None:
    typed = fields(as_frida.get(edit_url(draft))) | {"body": "Ny **tekst**", "action": "preview"}
    page = as_frida.post(edit_url(draft), data=typed)
    assert page.status_code == 200
    assert "<strong>tekst</strong>" in page.text
    assert fields(page)["body"] == "Ny **tekst**"
    assert body_of(now_in(draft.id)) == BODY


def test_what_differs_from_the_last_edition_is_marked_and_counted(as_frida: Any, next_draft: Draft) -> None:
    typed = fields(as_frida.get(edit_url(next_draft))) | {"body": BODY + "\n\nSi fra til lederen."}
    as_frida.post(edit_url(next_draft), data=typed)
    page = as_frida.get(edit_url(next_draft)).text
    assert '<p class="hms-changed">Si fra til lederen.</p>' in page
    assert "<p>Varsle alle.</p>" in page
    assert "1.0" in page.split("data-hms-line", 1)[1][:200]


def test_saving_and_going_on_to_send_saves_first(as_frida: Any, draft: Draft, now_in: Callable[[int], Draft]) -> None:
    typed = fields(as_frida.get(edit_url(draft))) | {"body": "Helt ny.", "action": "send"}
    answer = as_frida.post(edit_url(draft), data=typed)
    assert answer.headers["Location"].endswith(f"/guidelines/drafts/{draft.id}/send")
    assert body_of(now_in(draft.id)) == "Helt ny."
    assert now_in(draft.id).state == DraftState.WRITING


@pytest.mark.parametrize(
    ("change", "status", "field"),
    [
        ({"title": " "}, 422, "title"),
        ({"body": "ø" * (markup.MAX_BYTES // 2 + 1)}, 413, "body"),
        ({"summary": "s" * 3001}, 413, "summary"),
    ],
)
def test_a_refused_text_is_shown_again_as_typed(
    as_frida: Any, draft: Draft, now_in: Callable[[int], Draft], change: dict[str, str], status: int, field: str
) -> None:
    typed = fields(as_frida.get(edit_url(draft))) | {"body": "Skrevet lenge."} | change
    answer = as_frida.post(edit_url(draft), data=typed)

    assert answer.status_code == status
    assert f'id="{field}-error"' in answer.text
    assert {name: fields(answer)[name] for name in ("title", "body", "summary")} == {
        name: typed[name] for name in ("title", "body", "summary")
    }
    assert body_of(now_in(draft.id)) == BODY


def test_the_limit_is_said_with_its_number(as_frida: Any, draft: Draft) -> None:
    typed = fields(as_frida.get(edit_url(draft))) | {"body": "a" * (markup.MAX_BYTES + 1)}
    answer = as_frida.post(edit_url(draft), data=typed)
    assert answer.status_code == 413
    assert re.search(r"200.000", answer.text)


def test_somebody_who_saved_meanwhile_is_not_overwritten_and_both_texts_are_shown(
    app: Flask, session: Session, cast: Cast, as_frida: Any, draft: Draft, now_in: Callable[[int], Draft]
) -> None:
    give_role(session, cast, "tora", Role.EDITOR)
    as_tora = client_as(app, "tora")
    mine, hers = fields(as_frida.get(edit_url(draft))), fields(as_tora.get(edit_url(draft)))
    assert as_tora.post(edit_url(draft), data=hers | {"body": "Toras tekst."}).status_code == 303

    answer = as_frida.post(edit_url(draft), data=mine | {"body": "Fridas tekst."})

    assert answer.status_code == 409
    assert fields(answer)["body"] == "Fridas tekst."
    assert "Toras tekst." in answer.text
    assert "<ins>" in answer.text
    assert body_of(now_in(draft.id)) == "Toras tekst."

    assert as_frida.post(edit_url(draft), data=fields(answer)).status_code == 303
    assert body_of(now_in(draft.id)) == "Fridas tekst."
    assert {writer.name for writer in now_in(draft.id).writers} == {"Frida Foss", "Tora Tangen"}


def test_somebody_who_saved_another_language_or_the_facts_meanwhile_is_no_conflict(
    as_frida: Any, draft: Draft, now_in: Callable[[int], Draft]
) -> None:
    nb, en = fields(as_frida.get(edit_url(draft))), fields(as_frida.get(edit_url(draft, "en")))
    facts = fields(as_frida.get(f"/guidelines/drafts/{draft.id}/facts"))
    assert as_frida.post(edit_url(draft, "en"), data=en | {"body": "Three times."}).status_code == 303
    answer = as_frida.post(f"/guidelines/drafts/{draft.id}/facts", data=facts | {"owner": "Rektor"})
    assert answer.status_code == 303
    assert as_frida.post(edit_url(draft), data=nb | {"body": "Tre ganger."}).status_code == 303

    kept = now_in(draft.id)
    assert (body_of(kept), body_of(kept, "en"), kept.facts) == ("Tre ganger.", "Three times.", {"owner": "Rektor"})


def test_a_form_without_its_mark_and_version_never_overwrites(
    as_frida: Any, draft: Draft, now_in: Callable[[int], Draft]
) -> None:
    assert as_frida.post(edit_url(draft), data={"title": "x", "body": "y"}).status_code == 409
    assert body_of(now_in(draft.id)) == BODY


def test_a_text_sent_for_approval_while_it_was_written_in_keeps_what_was_typed(as_frida: Any, sent: Draft) -> None:
    answer = as_frida.post(edit_url(sent), data={"title": "Ryddedag", "body": "Uferdig.", "version": "1"})
    assert answer.status_code == 409
    assert fields(answer)["body"] == "Uferdig."


# --- Saving by itself ---------------------------------------------------------------------------------------

JSON = {"Accept": "application/json"}


def test_saving_by_itself_answers_with_what_the_next_save_needs(
    as_frida: Any, draft: Draft, now_in: Callable[[int], Draft]
) -> None:
    typed = fields(as_frida.get(edit_url(draft)))
    for body in ("En.", "En. To.", "En. To. Tre."):
        answer = as_frida.post(edit_url(draft), data=typed | {"body": body}, headers=JSON)
        assert answer.status_code == 200
        assert set(answer.json) == {"version", "seen", "state"}
        typed |= {"version": answer.json["version"], "seen": answer.json["seen"]}
    assert body_of(now_in(draft.id)) == "En. To. Tre."


def test_a_save_that_got_no_answer_can_be_sent_again(
    as_frida: Any, draft: Draft, now_in: Callable[[int], Draft]
) -> None:
    typed = fields(as_frida.get(edit_url(draft))) | {"body": "En gang."}
    first = as_frida.post(edit_url(draft), data=typed, headers=JSON).json
    second = as_frida.post(edit_url(draft), data=typed, headers=JSON).json
    assert (first["version"], first["seen"]) == (second["version"], second["seen"])
    assert now_in(draft.id).version == draft.version + 1


def test_saving_by_itself_says_in_json_why_it_could_not(
    app: Flask, as_frida: Any, as_stranger: Any, draft: Draft
) -> None:
    typed = fields(as_frida.get(edit_url(draft)))
    statuses = {
        409: as_frida.post(edit_url(draft), data=typed | {"body": "x", "seen": "", "version": "0"}, headers=JSON),
        422: as_frida.post(edit_url(draft), data=typed | {"title": ""}, headers=JSON),
        413: as_frida.post(edit_url(draft), data=typed | {"body": "a" * 200_001}, headers=JSON),
        401: as_stranger.post(edit_url(draft), data=typed, headers=JSON),
        400: as_frida.post(edit_url(draft), data=typed, headers=JSON, without_token=True),
    }
    for status, answer in statuses.items():
        assert answer.status_code == status
        assert answer.json["error"]["message"]


def test_the_preview_is_the_renderers_and_says_how_long_the_text_is(as_frida: Any, draft: Draft) -> None:
    url = f"/guidelines/drafts/{draft.id}/preview?language=nb"
    answer = as_frida.post(url, data={"body": "## Før\n\n<i>Varsle</i> alle."}, headers=JSON)
    assert "<h2" in answer.json["html"]
    assert "&lt;i&gt;Varsle&lt;/i&gt; alle." in answer.json["html"]
    assert answer.json["line"]
    assert as_frida.post(url, data={"body": "a" * 200_001}, headers=JSON).status_code == 413


# --- Document facts -----------------------------------------------------------------------------------------


def test_document_facts_are_kept_as_typed_and_the_legal_basis_line_by_line(
    as_frida: Any, draft: Draft, now_in: Callable[[int], Draft]
) -> None:
    url = f"/guidelines/drafts/{draft.id}/facts"
    typed = fields(as_frida.get(url)) | {
        "kind": "Rutine", "next_review": "2030-01-31", "renew_months": "24",
        "legal_basis": "Arbeidsmiljøloven § 3-1 | https://lovdata.no/lov/2005-06-17-62/§3-1\r\n\r\nAvfallsforskriften",
    }  # fmt: skip
    assert as_frida.post(url, data=typed).status_code == 303

    assert now_in(draft.id).facts == {
        "kind": "Rutine", "owner": "Dekan", "next_review": "2030-01-31", "renew_months": 24,
        "legal_basis": [
            {"title": "Arbeidsmiljøloven § 3-1", "url": "https://lovdata.no/lov/2005-06-17-62/§3-1"},
            {"title": "Avfallsforskriften"},
        ],
    }  # fmt: skip
    shown = fields(as_frida.get(url))
    assert shown["renew_months"] == "24"
    assert shown["legal_basis"].split("\n")[1].strip() == "Avfallsforskriften"


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("next_review", "31.01.2030"),
        ("next_review", "2030-02-30"),
        ("renew_months", "ofte"),
        ("renew_months", "0"),
        ("legal_basis", "Lov | javascript:123"),
        ("legal_basis", "| https://lovdata.no/"),
        ("owner", "x" * 301),
    ],
)
def test_facts_that_cannot_be_kept_are_shown_again_as_typed(
    as_frida: Any, draft: Draft, now_in: Callable[[int], Draft], field: str, typed: str
) -> None:
    url = f"/guidelines/drafts/{draft.id}/facts"
    answer = as_frida.post(url, data=fields(as_frida.get(url)) | {"kind": "Rutine", field: typed})
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert fields(answer)[field].strip() == typed
    assert fields(answer)["kind"] == "Rutine"
    assert now_in(draft.id).facts == {"owner": "Dekan"}


def test_facts_that_somebody_saved_meanwhile_are_shown_beside_what_was_typed(
    as_frida: Any, draft: Draft, now_in: Callable[[int], Draft]
) -> None:
    url = f"/guidelines/drafts/{draft.id}/facts"
    opened = fields(as_frida.get(url))
    as_frida.post(url, data=opened | {"owner": "Rektor", "submission": str(uuid4())})
    answer = as_frida.post(url, data=opened | {"owner": "Direktør"})
    assert answer.status_code == 409
    assert fields(answer)["owner"] == "Direktør"
    assert "Rektor" in answer.text
    assert as_frida.post(url, data=fields(answer)).status_code == 303
    assert now_in(draft.id).facts == {"owner": "Direktør"}


# --- Approval -----------------------------------------------------------------------------------------------


def test_the_page_for_sending_names_who_can_approve_and_not_those_who_wrote(
    session: Session, cast: Cast, as_frida: Any, draft: Draft
) -> None:
    give_role(session, cast, "frida", Role.APPROVER)
    page = as_frida.get(f"/guidelines/drafts/{draft.id}/send").text.split("<main", 1)[1]
    assert "Gunnar Gran" in page
    assert "Frida Foss" not in page


def test_a_draft_without_bokmal_text_is_not_sent_and_the_page_says_why(
    as_frida: Any, draft: Draft, now_in: Callable[[int], Draft]
) -> None:
    as_frida.post(edit_url(draft), data=fields(as_frida.get(edit_url(draft))) | {"body": ""})
    url = f"/guidelines/drafts/{draft.id}/send"
    assert 'data-status="over"' in as_frida.get(url).text
    answer = as_frida.post(url, data={"version": str(now_in(draft.id).version)})
    assert answer.status_code == 422
    assert now_in(draft.id).state == DraftState.WRITING


def test_a_draft_goes_to_the_approver_and_back_with_a_comment_and_there_again(
    as_frida: Any, as_gunnar: Any, draft: Draft, now_in: Callable[[int], Draft]
) -> None:
    url = f"/guidelines/drafts/{draft.id}"
    assert as_frida.post(f"{url}/send", data=fields(as_frida.get(f"{url}/send"))).status_code == 303
    assert as_frida.get(f"{url}/edit").status_code == 303
    page = as_gunnar.get(url)
    assert "Rydd to ganger i året." in page.text
    assert as_gunnar.post(f"{url}/return", data=fields(page) | {"comment": "Hvem\r\nvarsler?"}).status_code == 303
    assert "Hvem\nvarsler?" in as_frida.get(f"{url}/edit").text
    assert as_frida.post(f"{url}/send", data=fields(as_frida.get(f"{url}/send"))).status_code == 303
    assert now_in(draft.id).state == DraftState.SENT


def test_a_draft_is_not_returned_without_a_word(as_gunnar: Any, sent: Draft, now_in: Callable[[int], Draft]) -> None:
    answer = as_gunnar.post(f"/guidelines/drafts/{sent.id}/return", data={"comment": " "})
    assert answer.status_code == 422
    assert 'id="comment-error"' in answer.text
    assert now_in(sent.id).state == DraftState.SENT


def test_an_editor_takes_back_what_was_sent(as_frida: Any, sent: Draft, now_in: Callable[[int], Draft]) -> None:
    answer = as_frida.post(f"/guidelines/drafts/{sent.id}/take-back", data={})
    assert answer.headers["Location"].endswith("/edit")
    assert now_in(sent.id).state == DraftState.WRITING


def test_a_discarded_draft_is_still_there_to_read_but_not_to_write(
    as_frida: Any, draft: Draft, now_in: Callable[[int], Draft]
) -> None:
    assert as_frida.post(f"/guidelines/drafts/{draft.id}/discard", data={}).status_code == 303
    assert now_in(draft.id).state == DraftState.DISCARDED
    assert as_frida.get(f"/guidelines/drafts/{draft.id}").status_code == 200
    assert as_frida.get(edit_url(draft)).status_code == 303
    assert as_frida.post(f"/guidelines/drafts/{draft.id}/send", data={"version": "1"}).status_code == 409


def test_the_approver_sees_what_changed_in_text_and_facts(as_frida: Any, as_gunnar: Any, next_draft: Draft) -> None:
    typed = fields(as_frida.get(edit_url(next_draft)))
    as_frida.post(edit_url(next_draft), data=typed | {"body": BODY.replace("to", "tre"), "summary": "Oftere."})
    facts_url = f"/guidelines/drafts/{next_draft.id}/facts"
    as_frida.post(facts_url, data=fields(as_frida.get(facts_url)) | {"owner": "Rektor"})
    send_url = f"/guidelines/drafts/{next_draft.id}/send"
    as_frida.post(send_url, data=fields(as_frida.get(send_url)))

    page = as_gunnar.get(f"/guidelines/drafts/{next_draft.id}?language=nb").text

    assert "<del>to</del> <ins>tre</ins>" in page
    assert "<del>Dekan</del> <ins>Rektor</ins>" in page
    assert "Oftere." in page
    assert "English" in page  # as in the last edition, though bokmål is not


def test_an_approver_who_wrote_in_it_sees_who_may_publish_instead_and_cannot(
    app: Flask, session: Session, cast: Cast, sent: Draft, now_in: Callable[[int], Draft], day: date
) -> None:
    give_role(session, cast, "frida", Role.APPROVER)
    frida = client_as(app, "frida")
    page = frida.get(f"/guidelines/drafts/{sent.id}").text
    assert "Gunnar Gran" in page
    assert "/publish" not in page
    assert frida.get(f"/guidelines/drafts/{sent.id}/publish").status_code == 303
    answer = frida.post(
        f"/guidelines/drafts/{sent.id}/publish", data={"on": day.isoformat(), "version": str(sent.version)}
    )
    assert answer.status_code == 403
    assert now_in(sent.id).state == DraftState.SENT


# --- Publishing ---------------------------------------------------------------------------------------------


@pytest.fixture
def publish(as_gunnar: Any, day: date) -> Iterator[Callable[..., Any]]:
    """Gunnar opens the page and publishes with these answers."""

    def send(draft: Draft, **answers: str) -> Any:
        url = f"/guidelines/drafts/{draft.id}/publish"
        typed = fields(as_gunnar.get(url)) | {"on": day.isoformat()} | answers
        return as_gunnar.post(url, data=typed)

    yield send


def test_the_first_edition_is_published_without_a_choice(
    publish: Callable[..., Any], as_bjorn: Any, sent: Draft, session: Session
) -> None:
    assert publish(sent).status_code == 303
    edition = session.scalars(select(Edition)).one()
    assert (edition.number, edition.requires_acknowledgement) == ("1.0", True)
    assert "Varsle alle." in as_bjorn.get("/guidelines/ryddedag?language=nb").text


@pytest.mark.parametrize(("demands", "number"), [("no", "1.1"), ("yes", "2.0")])
def test_the_approver_chooses_between_a_minor_edition_and_one_that_demands(
    publish: Callable[..., Any], next_sent: Draft, session: Session, demands: str, number: str
) -> None:
    assert publish(next_sent, demands=demands).status_code == 303
    latest = session.scalars(select(Edition).order_by(Edition.id.desc())).first()
    assert latest is not None
    assert (latest.number, latest.requires_acknowledgement) == (number, demands == "yes")


@pytest.mark.parametrize(
    ("answers", "field"),
    [
        ({"demands": ""}, "demands"),
        ({"demands": "perhaps"}, "demands"),
        ({"demands": "no", "on": "i morgen"}, "on"),
        ({"demands": "no", "on": "2020-01-01"}, "on"),
    ],
)
def test_a_refused_publication_changes_nothing_and_says_where(
    publish: Callable[..., Any], next_sent: Draft, now_in: Callable[[int], Draft], answers: dict[str, str], field: str
) -> None:
    answer = publish(next_sent, **answers)
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert now_in(next_sent.id).state == DraftState.SENT


def test_an_edition_may_come_into_force_later_and_the_earlier_one_is_read_until_then(
    publish: Callable[..., Any], as_bjorn: Any, next_sent: Draft, session: Session, day: date
) -> None:
    later = day + timedelta(days=14)
    answer = publish(next_sent, demands="yes", on=later.isoformat())
    assert answer.status_code == 303
    assert session.scalars(select(Edition.published_on).order_by(Edition.id.desc())).first() == later
    assert as_bjorn.get("/guidelines/ryddedag").status_code == 200


def test_publishing_twice_makes_one_edition(as_gunnar: Any, sent: Draft, session: Session, day: date) -> None:
    url = f"/guidelines/drafts/{sent.id}/publish"
    typed = fields(as_gunnar.get(url)) | {"on": day.isoformat()}
    assert as_gunnar.post(url, data=typed).status_code == 303
    assert as_gunnar.post(url, data=typed).status_code == 303
    assert as_gunnar.post(url, data=typed | {"submission": str(uuid4())}).status_code == 409
    assert session.scalar(select(func.count(Edition.id))) == 1
    assert session.scalar(select(func.count(Guideline.id))) == 1


def test_a_draft_changed_after_it_was_read_is_not_published(
    as_frida: Any, as_gunnar: Any, sent: Draft, session: Session, day: date
) -> None:
    url = f"/guidelines/drafts/{sent.id}"
    read = fields(as_gunnar.get(f"{url}/publish")) | {"on": day.isoformat()}
    as_frida.post(f"{url}/take-back", data={})
    as_frida.post(edit_url(sent), data=fields(as_frida.get(edit_url(sent))) | {"body": "Noe annet."})
    as_frida.post(f"{url}/send", data=fields(as_frida.get(f"{url}/send")))
    assert as_gunnar.post(f"{url}/publish", data=read).status_code == 409
    assert session.scalar(select(func.count(Edition.id))) == 0


def test_what_publishing_leads_to_is_counted_by_whoever_knows(app: Flask, as_gunnar: Any, next_sent: Draft) -> None:
    state(app).wiki.add_panel("publish.consequence", lambda guideline: f"945 kjenner {guideline.slug}.")
    for page in ("", "/publish"):
        assert "945 kjenner ryddedag." in as_gunnar.get(f"/guidelines/drafts/{next_sent.id}{page}").text


def test_a_published_draft_leads_to_the_guideline(publish: Callable[..., Any], as_frida: Any, sent: Draft) -> None:
    publish(sent)
    page = as_frida.get(f"/guidelines/drafts/{sent.id}").text
    assert '"/guidelines/ryddedag"' in page
    assert "/publish" not in page


# --- Languages and queries ----------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
def test_every_page_is_in_the_readers_language(
    app: Flask, session: Session, cast: Cast, next_sent: Draft, language: str
) -> None:
    give_role(session, cast, "gunnar", Role.EDITOR)
    gunnar = client_as(app, "gunnar")
    gunnar.post("/organisation/language", data={"language": language})
    gunnar.post("/guidelines/new", data={"title": "Støy"})
    other = session.scalars(select(Draft.id).where(Draft.slug == "stoy")).one()
    english = (
        "Open drafts",
        "What is new?",
        "Document facts",
        "Send for approval",
        "In force from",
        "Kind of document",
    )
    pages = [
        gunnar.get(path).text
        for path in (
            "/guidelines/drafts", "/guidelines/new", f"/guidelines/drafts/{next_sent.id}",
            f"/guidelines/drafts/{next_sent.id}/publish", f"/guidelines/drafts/{other}/edit",
            f"/guidelines/drafts/{other}/facts", f"/guidelines/drafts/{other}/send",
        )
    ]  # fmt: skip
    for page in pages:
        assert f'<html lang="{language}">' in page
    found = {sentence for sentence in english for page in pages if sentence in page}
    assert found == (set(english) if language == "en" else set())


@pytest.mark.parametrize(
    ("path", "most"),
    [("/guidelines/drafts", 8), ("/guidelines/drafts/{id}", 20), ("/guidelines/drafts/{id}/publish", 20)],
)  # the latter two count what publishing leads to, which takes nearly half of it
def test_the_approvers_pages_need_few_queries(
    as_gunnar: Any, next_sent: Draft, queries: Any, path: str, most: int
) -> None:
    with queries() as sent:
        assert as_gunnar.get(path.format(id=next_sent.id)).status_code == 200
    assert len(sent) <= most, sent


@pytest.mark.parametrize(
    ("path", "most"), [("/edit", 8), ("/facts", 8), ("/send", 9)]
)  # fmt: skip
def test_the_editors_pages_need_few_queries(
    as_frida: Any, next_draft: Draft, queries: Any, path: str, most: int
) -> None:
    with queries() as sent:
        assert as_frida.get(f"/guidelines/drafts/{next_draft.id}{path}").status_code == 200
    assert len(sent) <= most, sent


def test_the_list_of_drafts_needs_no_more_queries_for_many(
    session: Session, actors: Callable[[str], Actor], as_frida: Any, queries: Any
) -> None:
    def count() -> int:
        with queries() as sent:
            as_frida.get("/guidelines/drafts")
        return len(sent)

    def write(number: int) -> None:
        operations.new_draft(
            session, slug=f"utkast-{number}", guideline=None, base_edition=None, facts={}, texts=TEXTS, summary=None,
            by=actors("frida"), at=clock.now(),
        )  # fmt: skip
        session.commit()

    write(0)
    with_one = count()
    for number in range(1, 8):
        write(number)
    assert count() == with_one


def test_an_approver_is_told_on_min_side_of_what_waits_but_not_of_what_they_wrote(app: Flask, session: Session) -> None:
    from hmswiki.guidelines import operations
    from hmswiki.organisation import queries as organisation
    from tests.acknowledgements.makers import at_noon, publish

    publish(session, "rus", "1.0", date(2024, 1, 1), title="Rus og avhengighet")
    guideline = session.scalars(select(Guideline)).one()
    frida = organisation.actor(session, "frida", date(2024, 3, 1))
    draft = operations.start_edition(session, guideline, by=frida, at=at_noon(date(2024, 3, 1)))
    session.commit()
    assert "å godkjenne" not in client_as(app, "gunnar").get("/").text

    operations.send_for_approval(session, draft, by=frida, at=at_noon(date(2024, 3, 2)), version=draft.version)
    session.commit()
    page = client_as(app, "gunnar").get("/").text
    assert "Retningslinjer å godkjenne" in page
    assert f"/guidelines/drafts/{draft.id}" in page
    assert "Retningslinjer å godkjenne" not in client_as(app, "frida").get("/").text
