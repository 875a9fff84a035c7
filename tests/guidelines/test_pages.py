"""Pages for reading: what each person sees, in which language, and at what price."""

from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from markupsafe import Markup
from sqlalchemy.orm import Session

from hmswiki.foundation import clock, markup
from hmswiki.foundation.permissions import Permission
from hmswiki.guidelines import operations, rules
from hmswiki.web.context import state
from tests.cast import Cast
from tests.conftest import client_as
from tests.guidelines.making import BODY, publish
from tests.support import once

# Every address is also asked on PostgreSQL, by tests/test_access.py, and what is written by the operations' tests.
pytestmark = once

NEW_BODY = BODY.replace("Lederen har ansvaret", "Lederen og du har ansvaret")


@pytest.fixture
def day(app: Flask) -> date:
    return clock.today(state(app).settings.zone)


@pytest.fixture
def yesterday(day: date) -> date:
    return day - timedelta(days=1)


@pytest.fixture
def tomorrow(day: date) -> date:
    return day + timedelta(days=1)


PAGES = ("/guidelines/", "/guidelines/ryddedag", "/guidelines/ryddedag/editions", "/guidelines/ryddedag/editions/1.0")


@pytest.mark.parametrize("page", PAGES)
def test_a_stranger_is_sent_to_sign_in(session: Session, as_stranger: Any, day: date, page: str) -> None:
    publish(session, on=day)
    answer = as_stranger.get(page)
    assert answer.status_code == 303 and "sign-in" in answer.headers["Location"]


@pytest.mark.parametrize("page", PAGES)
def test_everybody_who_is_signed_in_may_read(session: Session, as_dina: Any, as_ute: Any, day: date, page: str) -> None:
    publish(session, on=day)
    assert as_dina.get(page).status_code == 200
    assert as_ute.get(page).status_code == 200


@pytest.mark.parametrize(
    "page",
    ["/guidelines/finnes-ikke", "/guidelines/finnes-ikke/editions", "/guidelines/ryddedag/editions/9.9",
     "/guidelines/ryddedag/editions/1", "/guidelines/ryddedag/editions/01.0"],
)  # fmt: skip
def test_what_is_not_there_is_not_found(session: Session, as_dina: Any, day: date, page: str) -> None:
    publish(session, on=day)
    assert as_dina.get(page).status_code == 404


# --- The list -----------------------------------------------------------------------------------------------


def test_an_empty_site_says_that_guidelines_will_come(as_dina: Any, as_frida: Any) -> None:
    assert "De vises her når de er publisert." in as_dina.get("/guidelines/").text
    assert "/guidelines/new" in as_frida.get("/guidelines/").text


def test_the_list_gives_title_first_sentence_edition_and_languages(session: Session, as_dina: Any, day: date) -> None:
    publish(session, on=day, bodies={"nb": BODY, "en": "Everybody tidies."})
    page = as_dina.get("/guidelines/").text
    assert "Én retningslinje gjelder her." in page
    assert "Ryddedag (nb)" in page and "Alle rydder." in page and "Det er en plikt." not in page
    assert "Utgave 1.0" in page and "English" in page and "Nynorsk</span>" not in page


def test_drafts_and_new_guidelines_are_for_those_who_write(
    session: Session, as_dina: Any, as_frida: Any, as_gunnar: Any
) -> None:
    operations.new_draft(
        session, slug="hemmelig", guideline=None, base_edition=None, facts={}, summary=None,
        texts={"nb": {"title": "Hemmelig utkast", "body": ""}}, by=None, at=clock.now(),
    )  # fmt: skip
    session.commit()
    assert "Hemmelig utkast" in as_frida.get("/guidelines/").text
    assert "Hemmelig utkast" in as_gunnar.get("/guidelines/").text
    assert "/guidelines/new" not in as_gunnar.get("/guidelines/").text
    page = as_dina.get("/guidelines/").text
    assert "Hemmelig utkast" not in page and "/guidelines/new" not in page


# --- Reading ------------------------------------------------------------------------------------------------


def test_the_edition_in_force_today_is_shown_and_the_next_is_announced(
    session: Session, as_dina: Any, yesterday: date, day: date, tomorrow: date
) -> None:
    publish(session, on=yesterday, bodies={"nb": "Gammel tekst."})
    publish(session, on=day, bodies={"nb": "Dagens tekst."})
    publish(session, on=tomorrow, bodies={"nb": "Morgendagens tekst."})
    page = as_dina.get("/guidelines/ryddedag").text
    assert "Dagens tekst." in page and "Gammel tekst." not in page and "Morgendagens tekst." not in page
    assert "Utgave 3.0 gjelder fra" in page and "/guidelines/ryddedag/editions/3.0" in page


def test_before_the_first_edition_is_in_force_it_is_shown_as_coming(
    session: Session, as_dina: Any, tomorrow: date
) -> None:
    publish(session, on=tomorrow)
    page = as_dina.get("/guidelines/ryddedag").text
    assert "Alle rydder." in page and "Før det gjelder den ikke." in page


def test_the_document_facts_answer_an_auditor(session: Session, as_dina: Any, cast: Cast, day: date) -> None:
    facts = {
        "owner": "HMS-rådgiver", "approver": "Dekan", "kind": "retningslinje", "classification": "Åpen",
        "next_review": "2024-02-29", "valid_to": (day + timedelta(days=1)).isoformat(), "renew_months": 12,
        "parent": "HMS-politikk", "replaces": "Rutine 7",
        "legal_basis": [{"title": "Loven § 1", "url": "https://lovdata.no/§1"}, {"title": "Hovedavtalen"}],
    }  # fmt: skip
    publish(session, on=day, facts=facts, approved_by=cast.people["gunnar"])
    page = as_dina.get("/guidelines/ryddedag").text
    for said in (
        "HMS-rådgiver", "Dekan (Gunnar Gran)", "Retningslinje", "Åpen", "HMS-politikk", "Rutine 7", "Hver 12. måned",
        "Fristen var 29. februar 2024", 'href="https://lovdata.no/§1"', "Hovedavtalen",
    ):  # fmt: skip
        assert said in page


def test_a_legal_basis_that_leads_astray_is_text_and_no_link(session: Session, as_dina: Any, day: date) -> None:
    edition = publish(session, on=day)
    edition.guideline.legal_basis = [{"title": "Lur lov", "url": "javascript:alert(1)"}, "Bare tekst"]
    session.commit()
    page = as_dina.get("/guidelines/ryddedag").text
    assert "Lur lov" in page and "Bare tekst" in page and "javascript:alert" not in page


def test_what_people_wrote_is_escaped(session: Session, as_dina: Any, day: date) -> None:
    evil = "<script>alert(1)</script>"
    publish(
        session, on=day, bodies={"nb": f"{evil}\n\n## {evil}\n\n{evil}"}, facts={"owner": evil}, summary={"nb": evil}
    )
    publish(session, on=day, bodies={"nb": f"{evil} nå\n\n## {evil} nå\n\n{evil} nå"})
    for page in ("/guidelines/", *PAGES[1:], "/guidelines/ryddedag?changes=1"):
        assert "<script>alert" not in as_dina.get(page).text


def test_a_guideline_that_has_expired_says_so_first(session: Session, as_dina: Any, day: date, yesterday: date) -> None:
    edition = publish(session, on=day)
    edition.guideline.valid_to = yesterday
    session.commit()
    assert "Spør eieren hva som gjelder nå." in as_dina.get("/guidelines/ryddedag").text
    edition.guideline.valid_to = day
    session.commit()
    assert "Spør eieren hva som gjelder nå." not in as_dina.get("/guidelines/ryddedag").text


def test_an_editor_may_begin_a_new_edition_from_the_page(
    session: Session, as_frida: Any, as_dina: Any, day: date
) -> None:
    publish(session, on=day)
    assert "Skriv ny utgave" in as_frida.get("/guidelines/ryddedag").text
    assert "Skriv ny utgave" not in as_dina.get("/guidelines/ryddedag").text


def test_contents_lead_to_the_main_headings(session: Session, as_dina: Any, day: date) -> None:
    publish(session, on=day, bodies={"nb": BODY + "\n\n### Mindre\n\nx"})
    page = as_dina.get("/guidelines/ryddedag").text
    assert page.count('href="#formal"') == 2  # beside the text, and folded above it on a phone
    assert 'id="formal"' in page and 'href="#mindre"' not in page


# --- Languages ----------------------------------------------------------------------------------------------


def test_the_language_is_the_readers_and_may_be_chosen_for_one_view(session: Session, app: Flask, day: date) -> None:
    publish(session, on=day, bodies={"nb": "Norsk tekst.", "en": "English text."})
    dina = client_as(app, "dina")
    assert "Norsk tekst." in dina.get("/guidelines/ryddedag").text
    page = dina.get("/guidelines/ryddedag?language=en").text
    assert "English text." in page and "Om dokumentet" in page
    assert "Norsk tekst." in dina.get("/guidelines/ryddedag").text


def test_a_missing_language_is_said_and_the_older_edition_that_has_it_is_offered(
    session: Session, as_dina: Any, yesterday: date, day: date
) -> None:
    publish(session, on=yesterday, bodies={"nb": "Først.", "en": "First."})
    publish(session, on=day, bodies={"nb": "Deretter."})
    page = as_dina.get("/guidelines/ryddedag?language=en").text
    assert "Deretter." in page
    assert "Denne utgaven finnes ikke på engelsk ennå. Du leser den på bokmål." in page
    assert "/guidelines/ryddedag/editions/1.0?language=en" in page
    assert "Finnes ikke på nynorsk eller engelsk ennå." in page


def test_a_language_that_is_not_offered_is_refused_with_the_choices(session: Session, as_dina: Any, day: date) -> None:
    publish(session, on=day)
    answer = as_dina.get("/guidelines/ryddedag?language=de")
    assert answer.status_code == 400 and "nb, nn, en" in answer.text


# --- Editions and changes -----------------------------------------------------------------------------------


def test_an_older_edition_says_that_it_no_longer_applies(
    session: Session, as_dina: Any, yesterday: date, day: date
) -> None:
    publish(session, on=yesterday, bodies={"nb": "Gammel tekst."})
    publish(session, on=day)
    page = as_dina.get("/guidelines/ryddedag/editions/1.0").text
    assert "Gammel tekst." in page
    assert "Du leser utgave 1.0, som ikke lenger gjelder." in page and "Les utgave 2.0, som gjelder" in page


def test_a_coming_edition_may_be_read_and_says_from_when_it_applies(
    session: Session, as_dina: Any, day: date, tomorrow: date
) -> None:
    publish(session, on=day)
    publish(session, on=tomorrow, bodies={"nb": "Morgendagens tekst."})
    page = as_dina.get("/guidelines/ryddedag/editions/2.0").text
    assert "Morgendagens tekst." in page and "Før det gjelder den ikke." in page


def test_the_history_lists_every_edition_with_what_changed_and_who_approved(
    session: Session, as_dina: Any, cast: Cast, yesterday: date, day: date, tomorrow: date
) -> None:
    publish(session, on=yesterday, approved_by=cast.people["gunnar"])
    publish(session, on=day, demands=False, summary={"nb": "Rettet en skrivefeil."})
    publish(session, on=tomorrow)
    page = as_dina.get("/guidelines/ryddedag/editions").text
    assert page.index("Utgave 2.0") < page.index("Utgave 1.1") < page.index("Utgave 1.0")
    for said in (
        "Rettet en skrivefeil.",
        "Mindre endringer",
        "Skal bekreftes på nytt",
        "Godkjent av Gunnar Gran",
        "Gjelder nå, fra",
    ):
        assert said in page
    assert "har tre utgaver" in page


def test_changes_are_shown_where_the_reader_asks_for_them(
    session: Session, as_dina: Any, yesterday: date, day: date
) -> None:
    publish(session, on=yesterday)
    publish(session, on=day, bodies={"nb": NEW_BODY})
    assert "<ins>" not in as_dina.get("/guidelines/ryddedag").text
    page = as_dina.get("/guidelines/ryddedag?changes=1").text
    assert "Endret siden utgave 1.0" in page and "Lederen <ins>og du</ins> har ansvaret." in page
    assert '<a href="#ansvar">Ansvar</a>' in page


def test_what_changed_is_marked_in_the_text_for_the_reader_who_asks(
    session: Session, as_dina: Any, yesterday: date, day: date
) -> None:
    publish(session, on=yesterday, bodies={"nb": BODY, "en": "Everybody tidies."})
    publish(session, on=day, bodies={"nb": NEW_BODY, "en": "Everybody tidies.\n\nNow."})
    changed = '<p class="hms-changed">Lederen og du har ansvaret.</p>'
    assert changed not in as_dina.get("/guidelines/ryddedag").text
    page = as_dina.get("/guidelines/ryddedag?changes=1").text
    assert changed in page and page.count('class="hms-changed"') == 1
    assert changed in as_dina.get("/guidelines/ryddedag/editions/2.0?changes=1").text
    assert '<p class="hms-changed">Now.</p>' in as_dina.get("/guidelines/ryddedag?changes=1&language=en").text


def test_the_first_edition_has_no_changes_to_show(session: Session, as_dina: Any, day: date) -> None:
    publish(session, on=day)
    assert "changes=1" not in as_dina.get("/guidelines/ryddedag").text
    assert "what_changed" not in as_dina.get("/guidelines/ryddedag?changes=1").text


def test_changes_in_a_language_that_the_edition_before_lacks_are_not_guessed(
    session: Session, as_dina: Any, yesterday: date, day: date
) -> None:
    publish(session, on=yesterday, bodies={"nb": BODY})
    publish(session, on=day, bodies={"nb": NEW_BODY, "en": "Everybody tidies."})
    page = as_dina.get("/guidelines/ryddedag?changes=1&language=en").text
    assert "så de to kan ikke sammenlignes" in page and "<ins>" not in page


# --- What others show here ----------------------------------------------------------------------------------


def test_other_features_show_their_panels_in_their_places(session: Session, app: Flask, day: date) -> None:
    publish(session, on=day)
    for place in ("top", "after", "aside", "end"):
        state(app).wiki.add_panel(
            f"guideline.{place}",
            lambda guideline, edition, translation, place=place: Markup(
                f"<p>[{place} {guideline.slug} {edition.number}]</p>"
            ),
        )
    page = client_as(app, "dina").get("/guidelines/ryddedag").text
    places = [page.index(f"[{place} ryddedag 1.0]") for place in ("top", "after", "aside", "end")]
    assert places == sorted(places)
    assert page.index("[top") < page.index("Et ryddig lab er trygt.") < page.index("[after")


def test_a_panel_that_asks_for_acknowledgement_is_in_the_contents(session: Session, app: Flask, day: date) -> None:
    publish(session, on=day)
    assert 'href="#acknowledge"' not in client_as(app, "ute").get("/guidelines/ryddedag").text
    state(app).wiki.add_panel("guideline.after", lambda **_context: Markup('<section id="acknowledge"></section>'))
    assert 'href="#acknowledge"' in client_as(app, "ute").get("/guidelines/ryddedag").text


def test_no_panel_asks_about_an_edition_that_is_not_in_force_yet(session: Session, app: Flask, tomorrow: date) -> None:
    publish(session, on=tomorrow)
    state(app).wiki.add_panel("guideline.after", lambda **_context: Markup("[asked]"))
    assert "[asked]" not in client_as(app, "dina").get("/guidelines/ryddedag").text


# --- The price of a reading ---------------------------------------------------------------------------------

# Who acts is two selects, and the line under the name one.
ACTOR = 3


@pytest.fixture
def alone(app: Flask) -> Flask:
    """The application without what other features show on the page: they count their own selects."""
    state(app).wiki._panels.clear()
    state(app).wiki._readers.clear()
    return app


def _cost(app: Flask, queries: Any, address: str) -> int:
    client = client_as(app, "dina")
    assert client.get(address).status_code == 200
    with queries() as sent:
        client.get(address)
    return len([statement for statement in sent if statement.startswith("SELECT")])


def test_a_reading_costs_three_selects_however_many_editions_there_are(
    session: Session, alone: Flask, queries: Any, day: date
) -> None:
    for ago in range(9, -1, -1):
        publish(session, on=day - timedelta(days=ago), bodies={"nb": BODY, "nn": BODY, "en": BODY})
    assert _cost(alone, queries, "/guidelines/ryddedag") <= ACTOR + 3
    assert _cost(alone, queries, "/guidelines/ryddedag/editions/3.0") <= ACTOR + 3


def test_changes_cost_two_selects_more_and_a_missing_language_one(
    session: Session, alone: Flask, queries: Any, yesterday: date, day: date
) -> None:
    publish(session, on=yesterday, bodies={"nb": BODY, "en": BODY})
    publish(session, on=day)
    assert _cost(alone, queries, "/guidelines/ryddedag?changes=1") <= ACTOR + 5
    assert _cost(alone, queries, "/guidelines/ryddedag?language=en") <= ACTOR + 4


def test_the_list_and_the_history_cost_two_selects(session: Session, alone: Flask, queries: Any, day: date) -> None:
    for number in range(4):
        publish(session, f"nummer-{number}", on=day)
    assert _cost(alone, queries, "/guidelines/") <= ACTOR + 2
    assert _cost(alone, queries, "/guidelines/nummer-1/editions") <= ACTOR + 2


def test_a_reading_renders_nothing_and_compares_nothing(
    session: Session, as_dina: Any, yesterday: date, day: date, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(session, on=yesterday)
    publish(session, on=day, bodies={"nb": NEW_BODY})

    def never(*_given: Any, **_named: Any) -> None:
        raise AssertionError("a reading must be cheap")

    monkeypatch.setattr(markup, "render", never)
    monkeypatch.setattr(rules, "changes_between", never)
    assert as_dina.get("/guidelines/ryddedag").status_code == 200


def test_a_reading_writes_nothing(session: Session, app: Flask, queries: Any, day: date) -> None:
    publish(session, on=day)
    client = client_as(app, "dina")
    with queries() as sent:
        client.get("/guidelines/ryddedag")
    assert [statement for statement in sent if not statement.startswith("SELECT")] == []


def test_the_menu_leads_here(as_dina: Any) -> None:
    page = as_dina.get("/guidelines/").text
    assert '<a href="/guidelines/" aria-current="page">Retningslinjer</a>' in page


def test_every_page_for_reading_declares_who_may_open_it(app: Flask) -> None:
    from hmswiki.web.access import declared

    for name in ("index", "show", "edition", "history"):
        assert declared(app.view_functions[f"hmswiki.guidelines.{name}"]) is Permission.SIGNED_IN


def test_a_text_that_could_not_be_laid_out_says_why_it_looks_so(session: Session, as_dina: Any, day: date) -> None:
    edition = publish(session, on=day)
    edition.translations[0].render_failed = True
    session.commit()
    assert "Vi klarte ikke å sette opp teksten" in as_dina.get("/guidelines/ryddedag").text
