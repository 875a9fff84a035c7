"""Reads of guidelines: the right edition, the right language, and a fixed number of selects."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.orm import Session

from hmswiki.foundation import clock
from hmswiki.foundation.errors import NotFound
from hmswiki.guidelines import operations, queries
from tests.cast import Cast
from tests.guidelines.making import BODY, publish

TODAY = date(2026, 6, 1)


def test_a_document_knows_what_is_in_force_what_comes_and_who_approved(session: Session, cast: Cast) -> None:
    publish(session, on=date(2025, 1, 1), approved_by=cast.people["gunnar"])
    second = publish(session, on=date(2026, 6, 1))
    third = publish(session, on=date(2026, 6, 2))
    document = queries.document(session, "ryddedag", today=TODAY)
    assert [edition.number for edition in document.editions] == ["1.0", "2.0", "3.0"]
    assert document.in_force is second and document.coming == [third]
    assert document.approvers == {document.editions[0].id: "Gunnar Gran"}
    assert document.before(second) is document.editions[0]


def test_a_guideline_without_an_edition_is_not_found(session: Session) -> None:
    operations.new_draft(
        session, slug="ryddedag", guideline=None, base_edition=None, facts={}, summary=None,
        texts={"nb": {"title": "Ryddedag", "body": BODY}}, by=None, at=clock.now(),
    )  # fmt: skip
    with pytest.raises(NotFound):
        queries.document(session, "ryddedag", today=TODAY)


def test_an_edition_is_found_by_its_number_as_it_is_written(session: Session) -> None:
    edition = publish(session, on=TODAY)
    document = queries.document(session, "ryddedag", today=TODAY)
    assert document.edition("1.0") is edition
    for number in ("1.00", "2.0", "1", "x", "-1.0"):
        with pytest.raises(NotFound):
            document.edition(number)


def test_a_text_comes_in_the_language_asked_for_or_in_the_next_best(session: Session) -> None:
    edition = publish(session, on=TODAY, bodies={"nb": "Bokmål.", "en": "English."})
    assert queries.text(session, edition, "en").translation.language == "en"  # type: ignore[union-attr]
    assert queries.text(session, edition, "nn").translation.language == "nb"  # type: ignore[union-attr]
    assert queries.text(session, edition, "nb").languages == ("nb", "en")


def test_a_text_for_reading_comes_without_its_markdown(session: Session) -> None:
    edition = publish(session, on=TODAY)
    session.expunge_all()
    translation = queries.text(session, edition, "nb").translation
    assert translation is not None and "Et ryddig lab" in translation.html
    with pytest.raises(InvalidRequestError):
        _ = translation.body


def test_an_edition_without_any_text_says_so(session: Session) -> None:
    edition = publish(session, on=TODAY)
    for translation in list(edition.translations):
        session.delete(translation)
    session.flush()
    assert queries.text(session, edition, "nb") == queries.Text(None, ())


@pytest.mark.parametrize(
    ("offered", "wanted", "best"),
    [(["nb", "nn"], "en", "nb"), (["en", "nn"], "nb", "nn"), (["sv"], "nb", "sv"), ([], "nb", None)],
)
def test_the_best_language_is_the_one_the_reader_reads_best(offered: list[str], wanted: str, best: str | None) -> None:
    assert queries.best_language(offered, wanted) == best


def test_the_list_shows_each_guideline_once_with_the_edition_in_force(session: Session) -> None:
    publish(session, "rus", on=date(2025, 1, 1))
    publish(session, "rus", on=date(2025, 2, 1), bodies={"en": "Stay sober. Always.", "nb": "Vær edru."})
    publish(session, "rus", on=date(2026, 7, 1), demands=False)
    publish(session, "brann", on=date(2026, 12, 1))
    rus, brann = sorted(queries.listed(session, today=TODAY, language="en"), key=lambda one: one.slug, reverse=True)
    assert (rus.number, rus.sentence, rus.language, rus.languages) == ("2.0", "Stay sober.", "en", ("nb", "en"))
    assert (rus.next_number, rus.next_on, rus.comes) == ("2.1", date(2026, 7, 1), False)
    assert (brann.number, brann.comes, brann.next_number) == ("1.0", True, None)


def test_the_list_takes_two_selects_however_long_it_is(session: Session, queries: Any) -> None:
    from hmswiki.guidelines.queries import listed

    for number in range(5):
        publish(session, f"nummer-{number}", on=date(2025, 1, 1), bodies={"nb": BODY, "en": BODY})
        publish(session, f"nummer-{number}", on=date(2025, 2, 1))
    with queries() as sent:
        assert len(listed(session, today=TODAY, language="nb")) == 5
    assert len(sent) == 2


def test_open_drafts_are_listed_and_finished_ones_are_not(session: Session) -> None:
    publish(session, "ferdig", on=date(2025, 1, 1))
    draft = operations.new_draft(
        session, slug="rus", guideline=None, base_edition=None, facts={}, summary=None,
        texts={"nb": {"title": "Rus", "body": ""}, "en": {"title": "Substances", "body": ""}},
        by=None, at=clock.now(),
    )  # fmt: skip
    (found,) = queries.open_drafts(session, language="en")
    assert (found.id, found.title, found.is_new, found.state) == (draft.id, "Substances", True, "writing")
