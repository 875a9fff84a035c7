"""Writing, approving and publishing."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hmswiki.foundation import events, markup
from hmswiki.foundation.errors import Conflict, NotAllowed, Refusal, TooLarge
from hmswiki.foundation.permissions import Actor
from hmswiki.guidelines import operations
from hmswiki.guidelines.models import Draft, DraftState, Edition, Guideline, Translation
from hmswiki.web.context import state
from tests.cast import Cast

TODAY = date(2024, 3, 1)
NOW = datetime(2024, 3, 1, 9, 0, tzinfo=UTC)
TEXT = {"nb": {"title": "Ryddedag på laboratorier", "body": "Rydd to ganger i året.\n\n## Før\n\nVarsle alle."}}


@pytest.fixture
def actors(cast: Cast) -> Callable[[str], Actor]:
    return lambda key: Actor(person_id=cast.people[key], external_key=key, name=key)


def begin(session: Session, by: Actor | None = None, **changes: Any) -> Draft:
    given: dict[str, Any] = {
        "slug": "ryddedag",
        "guideline": None,
        "base_edition": None,
        "facts": {"owner": "Dekan"},
        "texts": TEXT,
        "summary": None,
    }
    return operations.new_draft(session, **(given | changes), by=by, at=NOW)


def publish(session: Session, draft: Draft, by: Actor | None = None, **changes: Any) -> Edition:
    given: dict[str, Any] = {"on": TODAY, "today": TODAY, "demands": False, "approve_own": False}
    return operations.publish_edition(session, draft, by=by, at=NOW, **(given | changes))


def save(session: Session, draft: Draft, by: Actor | None = None, **changes: Any) -> Draft:
    given: dict[str, Any] = {"version": draft.version, "facts": None, "texts": {}, "summary": None}
    return operations.save_draft(session, draft, **(given | changes), by=by, at=NOW)


def test_the_first_edition_is_1_0_and_always_demands(session: Session) -> None:
    edition = publish(session, begin(session))

    assert edition.number == "1.0"
    assert edition.requires_acknowledgement
    assert edition.guideline.title == {"nb": "Ryddedag på laboratorier"}
    assert edition.guideline.owner == "Dekan"


def test_an_edition_that_demands_gets_the_next_whole_number_and_another_the_next_tenth(session: Session) -> None:
    guideline = publish(session, begin(session)).guideline
    numbers = []
    for demands in (False, False, True, False):
        draft = operations.start_edition(session, guideline, by=None, at=NOW)
        edition = publish(session, draft, demands=demands)
        numbers.append((edition.number, edition.requires_acknowledgement))

    assert numbers == [("1.1", False), ("1.2", False), ("2.0", True), ("2.1", False)]


def test_markdown_is_rendered_once_and_kept_with_the_edition(session: Session) -> None:
    (text,) = publish(session, begin(session)).translations

    assert text.lead_html == "Rydd to ganger i året."
    assert text.html == '<h2 id="for">Før</h2>\n<p>Varsle alle.</p>'
    assert text.contents == [[2, "for", "Før"]]
    assert text.words == 8
    assert not text.render_failed


def test_a_new_edition_starts_with_all_languages_and_facts_of_the_latest_even_one_that_lies_ahead(
    session: Session,
) -> None:
    texts = TEXT | {"en": {"title": "Cleanup day", "body": "Twice a year."}}
    facts = {"owner": "Dekan", "next_review": "2025-01-31", "legal_basis": [{"title": "Internkontrollforskriften § 5"}]}
    ahead = publish(session, begin(session, texts=texts, facts=facts), on=TODAY + timedelta(days=30))

    draft = operations.start_edition(session, ahead.guideline, by=None, at=NOW)

    assert [text.title for text in draft.texts] == ["Cleanup day", "Ryddedag på laboratorier"]
    assert draft.base_edition_id == ahead.id
    assert draft.facts == facts


def test_publishing_is_announced_after_the_commit_and_not_after_a_rollback(app: Flask) -> None:
    heard: list[dict[str, Any]] = []

    def listen(sender: Any, **facts: Any) -> None:
        heard.append(facts)

    from hmswiki.web.context import transaction

    with events.edition_published.connected_to(listen), app.test_request_context():
        with pytest.raises(RuntimeError), transaction() as session:
            publish(session, begin(session))
            raise RuntimeError
        assert heard == []
        with transaction() as session:
            edition = publish(session, begin(session))
    assert heard == [{"edition_id": edition.id, "guideline_id": edition.guideline_id, "published_on": TODAY}]


def test_no_edition_comes_into_force_yesterday(session: Session) -> None:
    with pytest.raises(Refusal) as refused:
        publish(session, begin(session), on=TODAY - timedelta(days=1))
    assert refused.value.field == "on"


def test_numbers_rise_with_the_day_they_come_into_force(session: Session) -> None:
    ahead = publish(session, begin(session), on=TODAY + timedelta(days=30))
    draft = operations.start_edition(session, ahead.guideline, by=None, at=NOW)

    with pytest.raises(Refusal) as refused:
        publish(session, draft, on=TODAY + timedelta(days=29))
    assert refused.value.field == "on"
    assert refused.value.facts["day"] == ahead.published_on

    assert publish(session, draft, on=TODAY + timedelta(days=30)).number == "1.1"


def test_nobody_publishes_what_they_wrote_unless_the_site_allows_it(
    session: Session, actors: Callable[[str], Actor]
) -> None:
    gunnar = actors("gunnar")
    draft = begin(session, by=gunnar)
    operations.send_for_approval(session, draft, by=gunnar, at=NOW)

    with pytest.raises(NotAllowed):
        publish(session, draft, by=gunnar)
    assert publish(session, draft, by=gunnar, approve_own=True).approved_by_id == gunnar.person_id


def test_an_edition_names_who_wrote_and_who_approved(session: Session, actors: Callable[[str], Actor]) -> None:
    draft = begin(session, by=actors("frida"))
    operations.send_for_approval(session, draft, by=actors("frida"), at=NOW)
    edition = publish(session, draft, by=actors("gunnar"))

    assert (edition.written_by_id, edition.approved_by_id) == (actors("frida").person_id, actors("gunnar").person_id)


def test_a_person_publishes_only_what_was_sent_and_as_it_was_on_the_screen(
    session: Session, actors: Callable[[str], Actor]
) -> None:
    frida, gunnar = actors("frida"), actors("gunnar")
    draft = begin(session, by=frida)
    with pytest.raises(Conflict):
        publish(session, draft, by=gunnar)
    operations.send_for_approval(session, draft, by=frida, at=NOW)
    read = draft.version
    operations.take_back(session, draft, by=frida, at=NOW)
    save(session, draft, by=frida, texts={"nb": {"title": "Ryddedag", "body": "Noe helt annet."}})
    operations.send_for_approval(session, draft, by=frida, at=NOW)

    with pytest.raises(Conflict):
        publish(session, draft, by=gunnar, version=read)
    assert publish(session, draft, by=gunnar, version=draft.version).number == "1.0"


def test_what_is_with_the_approver_is_not_changed_until_it_is_taken_back_or_returned(session: Session) -> None:
    draft = begin(session)
    operations.send_for_approval(session, draft, by=None, at=NOW)
    with pytest.raises(Conflict):
        save(session, draft, texts=TEXT)
    with pytest.raises(Conflict):
        operations.discard_draft(session, draft, by=None, at=NOW)
    operations.return_draft(session, draft, comment="Skriv hvem som varsler.", by=None, at=NOW)

    save(session, draft, texts=TEXT)

    assert (draft.state, draft.comment) == (DraftState.RETURNED, "Skriv hvem som varsler.")


def test_a_draft_is_returned_only_with_words(session: Session) -> None:
    draft = begin(session)
    operations.send_for_approval(session, draft, by=None, at=NOW)
    with pytest.raises(Refusal) as refused:
        operations.return_draft(session, draft, comment="  ", by=None, at=NOW)
    assert refused.value.field == "comment"
    assert draft.state == DraftState.SENT


def test_saving_one_language_keeps_the_others_and_an_emptied_one_is_left_out(session: Session) -> None:
    draft = begin(session, texts=TEXT | {"en": {"title": "Cleanup day", "body": "Twice."}})
    save(session, draft, texts={"nn": {"title": "Ryddedag", "body": "To gonger."}})
    assert [text.language for text in draft.texts] == ["en", "nb", "nn"]
    save(session, draft, texts={"en": {"title": "", "body": "\r\n"}})
    assert [text.language for text in draft.texts] == ["nb", "nn"]


def test_a_save_from_an_older_version_is_a_conflict_and_changes_nothing(session: Session) -> None:
    draft = begin(session)
    opened = draft.version
    save(session, draft, texts={"nb": {"title": "Ryddedag", "body": "Først."}})
    with pytest.raises(Conflict):
        save(session, draft, version=opened, texts={"nb": {"title": "Ryddedag", "body": "Sist."}})
    assert draft.texts[0].body == "Først."


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"slug": "Rydde dag"}, "slug"),
        ({"slug": "-ryddedag"}, "slug"),
        ({"slug": "drafts"}, "slug"),
        ({"slug": "a" * 101}, "slug"),
        ({"texts": {"nb": {"title": "", "body": "Tekst."}}}, "title"),
        ({"texts": {"nb": {"title": "T" * 301, "body": "Tekst."}}}, "title"),
        ({"texts": {"fr": {"title": "Jour", "body": "Tekst."}}}, "language"),
        ({"facts": {"next_review": "2024-02-30"}}, "next_review"),
        ({"facts": {"renew_months": "0"}}, "renew_months"),
        ({"facts": {"renew_months": "ofte"}}, "renew_months"),
        ({"facts": {"legal_basis": [{"title": "Lov", "url": "javascript:123"}]}}, "legal_basis"),
        ({"facts": {"legal_basis": [{"url": "https://lovdata.no/"}]}}, "legal_basis"),
        ({"facts": {"colour": "red"}}, None),
        ({"summary": {"nb": "x" * 3001}}, "summary"),
    ],
)
def test_what_cannot_be_kept_is_refused_at_its_field(
    session: Session, changes: dict[str, Any], field: str | None
) -> None:
    with pytest.raises(Refusal) as refused:
        begin(session, **changes)
    assert refused.value.field == field


def test_a_text_beyond_the_limit_is_refused_with_the_limit_and_one_of_just_that_size_is_not(session: Session) -> None:
    fits = "ø" * (markup.MAX_BYTES // 2)
    with pytest.raises(TooLarge) as refused:
        begin(session, texts={"nb": {"title": "Lang", "body": fits + "x"}})
    assert (refused.value.status, refused.value.field, refused.value.facts["limit"]) == (413, "body", markup.MAX_BYTES)
    session.rollback()
    assert begin(session, texts={"nb": {"title": "Lang", "body": fits}}).texts[0].body == fits


def test_bokmal_is_needed_before_anything_is_sent_or_published(session: Session) -> None:
    draft = begin(session, texts={"en": {"title": "Cleanup day", "body": "Twice a year."}})
    with pytest.raises(Refusal):
        operations.send_for_approval(session, draft, by=None, at=NOW)
    with pytest.raises(Refusal):
        publish(session, draft)
    assert draft.state == DraftState.WRITING
    assert session.scalar(select(func.count(Guideline.id))) == 0


def test_what_nobody_sees_is_taken_out_of_texts(session: Session) -> None:
    draft = begin(session, texts={"nb": {"title": "Rydde\x00dag", "body": "En\r\nto\x00\ud800"}})
    session.commit()
    assert (draft.texts[0].title, draft.texts[0].body) == ("Ryddedag", "En\nto")


def test_a_guidelines_open_draft_is_given_back_instead_of_a_second_one(session: Session) -> None:
    guideline = publish(session, begin(session)).guideline
    first = operations.start_edition(session, guideline, by=None, at=NOW)
    assert operations.start_edition(session, guideline, by=None, at=NOW) is first
    operations.discard_draft(session, first, by=None, at=NOW)
    assert operations.start_edition(session, guideline, by=None, at=NOW) is not first


def test_two_new_guidelines_cannot_have_the_same_address(session: Session) -> None:
    draft = begin(session)
    with pytest.raises(Refusal) as refused:
        begin(session)
    assert refused.value.field == "slug"
    publish(session, draft)
    with pytest.raises(Refusal):
        begin(session)


def test_a_discarded_draft_is_not_published_and_its_address_is_free_again(session: Session) -> None:
    draft = operations.discard_draft(session, begin(session), by=None, at=NOW)
    with pytest.raises(Conflict):
        publish(session, draft)
    assert begin(session).id != draft.id


def test_a_missing_language_may_be_added_but_published_text_never_changes(session: Session) -> None:
    edition = publish(session, begin(session))
    added = operations.add_translation(
        session, edition, language="nn", title="Ryddedag på laboratorium", body="To gonger i året.", by=None, at=NOW
    )
    assert added.lead_html == "To gonger i året."
    assert edition.guideline.title == {"nb": "Ryddedag på laboratorier", "nn": "Ryddedag på laboratorium"}
    with pytest.raises(Conflict):
        operations.add_translation(session, edition, language="nn", title="Ny", body="Ny.", by=None, at=NOW)


# --- A language that is missing -----------------------------------------------------------------------------

ENGLISH = {"title": "Cleanup day", "body": "Tidy twice a year."}


def translate(session: Session, edition: Edition, by: Actor | None = None, language: str = "en") -> Draft:
    return operations.start_translation(session, edition, language=language, by=by, at=NOW)


def add(session: Session, draft: Draft, by: Actor | None = None, **changes: Any) -> Translation:
    return operations.publish_translation(session, draft, by=by, at=NOW, **({"approve_own": False} | changes))


def text_of(draft: Draft) -> tuple[str, str, str]:
    (text,) = draft.texts
    return text.language, text.title, text.body


def test_a_translation_begins_with_the_bokmal_text_where_the_language_is_new(session: Session) -> None:
    edition = publish(session, begin(session))
    draft = translate(session, edition)
    assert text_of(draft) == ("en", TEXT["nb"]["title"], TEXT["nb"]["body"])
    assert (draft.base_edition, draft.adds_language, draft.facts) == (edition, "en", {})


def test_a_translation_begins_with_the_text_of_the_latest_earlier_edition_that_has_the_language(
    session: Session,
) -> None:
    guideline = publish(session, begin(session, texts=TEXT | {"en": ENGLISH})).guideline
    for body in ("Tidy.", ""):
        draft = operations.start_edition(session, guideline, by=None, at=NOW)
        save(session, draft, texts={"en": {"title": "Cleanup" if body else "", "body": body}})
        edition = publish(session, draft)
    assert text_of(translate(session, edition)) == ("en", "Cleanup", "Tidy.")


def test_an_edition_without_bokmal_is_translated_from_what_it_has(session: Session) -> None:
    edition = publish(session, begin(session, texts=TEXT | {"nn": {"title": "Ryddedag", "body": "To gonger."}}))
    session.delete(next(text for text in edition.translations if text.language == "nb"))
    draft = translate(session, edition, language="nb")
    assert text_of(draft) == ("nb", "Ryddedag", "To gonger.")


def test_what_is_sent_as_a_translation_is_translated(session: Session) -> None:
    draft = translate(session, publish(session, begin(session)))
    for body in (TEXT["nb"]["body"], TEXT["nb"]["body"] + "\r\n\r\n", " \n"):
        save(session, draft, texts={"en": {"title": "Cleanup day", "body": body}})
        with pytest.raises(Refusal) as refused:
            operations.send_for_approval(session, draft, by=None, at=NOW)
        assert refused.value.field == "body"
        with pytest.raises(Refusal):
            add(session, draft)
    assert draft.state == DraftState.WRITING


def test_a_published_translation_joins_its_edition_and_changes_nothing_else(
    session: Session, actors: Callable[[str], Actor]
) -> None:
    edition = publish(session, begin(session))
    draft = translate(session, edition, by=actors("frida"))
    save(session, draft, by=actors("frida"), texts={"en": ENGLISH})
    operations.send_for_approval(session, draft, by=actors("frida"), at=NOW)
    added = add(session, draft, by=actors("gunnar"))

    assert (added.edition, added.lead_html) == (edition, "Tidy twice a year.")
    assert (draft.state, draft.edition_id) == (DraftState.PUBLISHED, edition.id)
    assert session.scalar(select(func.count(Edition.id))) == 1
    assert {text.language: text.body for text in edition.translations} == {
        "nb": TEXT["nb"]["body"], "en": ENGLISH["body"],
    }  # fmt: skip
    assert edition.guideline.owner == "Dekan"
    assert edition.guideline.title == {"nb": TEXT["nb"]["title"], "en": "Cleanup day"}
    assert (edition.approved_by_id, edition.published_on) == (None, TODAY)


def test_nobody_publishes_a_translation_of_their_own_unless_the_site_allows_it(
    session: Session, actors: Callable[[str], Actor]
) -> None:
    gunnar = actors("gunnar")
    draft = translate(session, publish(session, begin(session)), by=gunnar)
    save(session, draft, by=gunnar, texts={"en": ENGLISH})
    with pytest.raises(Conflict):
        add(session, draft, by=gunnar, approve_own=True)
    operations.send_for_approval(session, draft, by=gunnar, at=NOW)
    with pytest.raises(NotAllowed):
        add(session, draft, by=gunnar)
    with pytest.raises(Conflict):
        add(session, draft, by=actors("hanne"), version=draft.version - 1)
    assert add(session, draft, by=gunnar, approve_own=True).language == "en"


def test_a_language_that_is_there_or_unknown_is_not_begun(session: Session) -> None:
    edition = publish(session, begin(session))
    with pytest.raises(Conflict):
        translate(session, edition, language="nb")
    with pytest.raises(Refusal) as refused:
        translate(session, edition, language="fr")
    assert refused.value.field == "language"
    assert session.scalar(select(func.count(Draft.id)).where(Draft.adds_language.is_not(None))) == 0


def test_a_translation_that_is_being_written_is_given_back_and_nothing_else_begun(session: Session) -> None:
    first = publish(session, begin(session))
    edition = publish(session, operations.start_edition(session, first.guideline, by=None, at=NOW))
    draft = translate(session, edition)
    assert translate(session, edition) is draft
    for other, language in ((edition, "nn"), (first, "en")):
        with pytest.raises(Conflict) as refused:
            translate(session, other, language=language)
        assert refused.value.facts == {"language": "English", "number": "1.1"}
    with pytest.raises(Conflict):
        operations.start_edition(session, edition.guideline, by=None, at=NOW)
    operations.discard_draft(session, draft, by=None, at=NOW)
    assert translate(session, edition, language="nn").adds_language == "nn"


def test_a_language_is_written_in_the_next_edition_while_that_is_being_written(session: Session) -> None:
    edition = publish(session, begin(session))
    operations.start_edition(session, edition.guideline, by=None, at=NOW)
    with pytest.raises(Conflict) as refused:
        translate(session, edition)
    assert refused.value.facts == {"language": "English"}


def test_a_translation_holds_its_own_language_only_and_no_facts(session: Session) -> None:
    draft = translate(session, publish(session, begin(session)))
    with pytest.raises(Refusal):
        save(session, draft, texts={"en": ENGLISH, "nb": TEXT["nb"]})
    with pytest.raises(Refusal):
        save(session, draft, facts={"owner": "Rektor"})
    assert [text.language for text in draft.texts] == ["en"]
    assert draft.version == 1


def test_a_translation_is_no_edition_and_an_edition_no_translation(session: Session) -> None:
    first = begin(session)
    with pytest.raises(Conflict):
        add(session, first)
    draft = translate(session, publish(session, first))
    save(session, draft, texts={"en": ENGLISH})
    with pytest.raises(Conflict):
        publish(session, draft)
    assert session.scalar(select(func.count(Edition.id))) == 1


def test_a_language_that_came_meanwhile_is_neither_sent_nor_published_again(session: Session) -> None:
    edition = publish(session, begin(session))
    draft = translate(session, edition)
    save(session, draft, texts={"en": ENGLISH})
    operations.send_for_approval(session, draft, by=None, at=NOW)
    operations.add_translation(session, edition, language="en", title="Imported", body="First.", by=None, at=NOW)

    with pytest.raises(Conflict) as refused:
        add(session, draft)
    assert refused.value.facts == {"number": "1.0", "language": "English"}
    operations.return_draft(session, draft, comment="Den er kommet.", by=None, at=NOW)
    with pytest.raises(Conflict):
        operations.send_for_approval(session, draft, by=None, at=NOW)
    operations.discard_draft(session, draft, by=None, at=NOW)
    assert [text.body for text in edition.translations if text.language == "en"] == ["First."]


# --- Two at once --------------------------------------------------------------------------------------------


def at_once(app: Flask, *works: Callable[[Session], Any]) -> list[Any]:
    """What each work gave or raised, each in a transaction and thread of its own, all begun together."""
    ready = Barrier(len(works))

    def run(work: Callable[[Session], Any]) -> Any:
        with app.app_context():
            engine = state(app).engines.write
            ready.wait(timeout=30)
            with Session(engine, expire_on_commit=False) as session:
                try:
                    made = work(session)
                    session.commit()
                except Refusal as refusal:
                    session.rollback()
                    return refusal
                return made

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


def test_two_approvers_at_once_make_one_edition(app: Flask, session: Session, actors: Callable[[str], Actor]) -> None:
    draft = begin(session, by=actors("frida"))
    operations.send_for_approval(session, draft, by=actors("frida"), at=NOW)
    session.commit()

    def work(key: str) -> Callable[[Session], Any]:
        return lambda own: publish(own, own.get_one(Draft, draft.id), by=actors(key))

    answers = at_once(app, work("gunnar"), work("hanne"), work("tora"), work("gunnar"))

    assert sorted(type(answer).__name__ for answer in answers) == ["Conflict", "Conflict", "Conflict", "Edition"]
    assert session.scalar(select(func.count(Edition.id))) == 1
    assert session.scalar(select(func.count(Guideline.id))) == 1


def test_two_approvers_of_a_next_edition_at_once_make_one(
    app: Flask, session: Session, actors: Callable[[str], Actor]
) -> None:
    guideline = publish(session, begin(session)).guideline
    draft = operations.start_edition(session, guideline, by=actors("frida"), at=NOW)
    operations.send_for_approval(session, draft, by=actors("frida"), at=NOW)
    session.commit()

    answers = at_once(
        app, *[lambda own: publish(own, own.get_one(Draft, draft.id), by=actors("gunnar"), demands=True)] * 3
    )

    assert sorted(type(answer).__name__ for answer in answers) == ["Conflict", "Conflict", "Edition"]
    assert sorted(session.scalars(select(Edition.major))) == [1, 2]


def test_two_editors_who_begin_at_once_get_the_same_draft(
    app: Flask, session: Session, actors: Callable[[str], Actor]
) -> None:
    guideline_id = publish(session, begin(session)).guideline_id
    session.commit()

    def work(key: str) -> Callable[[Session], Any]:
        return lambda own: (
            operations.start_edition(own, own.get_one(Guideline, guideline_id), by=actors(key), at=NOW).id
        )

    answers = at_once(app, work("frida"), work("gunnar"), work("hanne"), work("tora"))

    assert len(set(answers)) == 1
    session.rollback()
    assert session.scalar(select(func.count(Draft.id)).where(Draft.state == DraftState.WRITING)) == 1


def test_two_editors_who_begin_the_same_new_guideline_at_once_make_one(
    app: Flask, session: Session, actors: Callable[[str], Actor]
) -> None:
    answers = at_once(app, *[lambda own, key=key: begin(own, by=actors(key)) for key in ("frida", "gunnar", "tora")])

    assert sorted(type(answer).__name__ for answer in answers) == ["Draft", "Refusal", "Refusal"]
    assert session.scalar(select(func.count(Draft.id))) == 1


def test_two_saves_at_once_from_the_same_version_are_one_save_and_one_conflict(app: Flask, session: Session) -> None:
    draft = begin(session)
    session.commit()
    opened = draft.version

    def work(body: str) -> Callable[[Session], Any]:
        return lambda own: save(
            own, own.get_one(Draft, draft.id), version=opened, texts={"nb": {"title": "Ryddedag", "body": body}}
        )

    answers = at_once(app, work("En."), work("To."))

    assert sorted(type(answer).__name__ for answer in answers) == ["Conflict", "Draft"]


def test_the_summary_ends_with_where_changes_came_from(session: Session) -> None:
    draft = begin(session)
    credit = {"nb": "Fra møtet 18. januar.", "en": "From the workshop on 18 January."}
    operations.credit(session, draft, sentence=credit)
    operations.credit(session, draft, sentence=credit)
    operations.credit(session, draft, sentence={"nb": "Fra et annet møte."})
    operations.take_credit_back(session, draft, sentence={"nb": "Fra et annet møte."})
    save(session, draft, texts=TEXT)  # the version that was opened before is still the one to save

    edition = publish(session, draft)
    assert edition.summary is not None
    assert str(edition.summary["nb"]).endswith("Fra møtet 18. januar.")  # type: ignore[index]
    assert edition.summary["en"] == "From the workshop on 18 January."  # type: ignore[index]

    with pytest.raises(Conflict):
        operations.credit(session, draft, sentence=credit)
