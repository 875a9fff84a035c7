"""What people come for, each once in bokmål, from the sign-in page on and as a person would: mostly by the keyboard.

The last ones do the same without JavaScript, which every form must bear. Most are walked in the run on SQLite only:
what they write is tried on both databases where the operations are. On PostgreSQL too: an acknowledgement, one that is
refused, an edition from draft to publishing, and a person from the register to the first sign-in.
"""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from hmswiki.acknowledgements.models import Acknowledgement, Confirmation, Rollout
from hmswiki.foundation import clock
from hmswiki.guidelines.models import DraftText, Edition, Guideline
from hmswiki.organisation.models import Person
from hmswiki.web.context import state
from tests.browser.sites import Site, sign_in
from tests.support import once
from tests.support.browser import ConsoleMessages

pytestmark = pytest.mark.xdist_group("flows")

CLEANUP, SUBSTANCES, CHANGE = "ryddedag-pa-laboratorier", "rus-og-avhengighet", "omstilling"
THANKS = re.compile(r"Takk\. Du bekreftet utgave 2\.0 i dag kl\. \d\d\.\d\d\.")

PageOf = Callable[..., Page]


@pytest.fixture
def page_of(fresh_demo: Site) -> Iterator[PageOf]:
    """Opens a page of one of the cast, in a window of their own; nothing may complain on any of them."""
    windows: list[BrowserContext] = []
    complaints = ConsoleMessages()

    def open_for(person: str | None = None, path: str = "/", **options: object) -> Page:
        window = fresh_demo.visitor(**options)
        windows.append(window)
        page = window.new_page()
        complaints.watch(page)
        if person is not None:
            sign_in(page, person)
        page.goto(path)
        return page

    yield open_for
    for window in windows:
        window.close()
    assert complaints == []


def press(place: Locator, key: str = "Enter") -> None:
    """Press a key where the keyboard has come to, once the page is all there: a link may wait for its script."""
    place.wait_for(state="attached")
    place.page.wait_for_load_state()
    place.press(key)


def main(page: Page) -> Locator:
    return page.locator("main")


# --- Staff ------------------------------------------------------------------------------------------------


def test_an_employee_reads_and_acknowledges(page_of: PageOf) -> None:
    page = page_of("demo-ansatt")
    expect(main(page).get_by_role("heading", level=1)).to_contain_text("Du har én retningslinje å lese.")

    press(page.get_by_role("link", name=re.compile("^Les og bekreft ?: Ryddedag på laboratorier")))
    expect(page.get_by_role("heading", name="Nytt siden du sist leste")).to_be_visible()
    expect(page.locator("#acknowledge")).to_contain_text("Har du lest og forstått utgave 2.0?")
    press(page.get_by_role("button", name="Jeg har lest og forstått"))

    expect(page.get_by_role("heading", name=THANKS)).to_be_in_viewport()
    page.reload()
    expect(page.get_by_role("heading", name=THANKS)).to_be_visible()
    expect(page.get_by_role("button", name="Jeg har lest og forstått")).to_have_count(0)
    page.goto("/")
    expect(main(page).get_by_role("heading", name="Les og bekreft")).to_have_count(0)
    expect(main(page)).to_contain_text("Bekreftet eller informert: 3 av 4")


@once
def test_an_employee_who_pressed_by_mistake_takes_it_back(page_of: PageOf) -> None:
    page = page_of("demo-ansatt", f"/guidelines/{CLEANUP}")
    press(page.get_by_role("button", name="Jeg har lest og forstått"))

    press(page.get_by_role("link", name="Angre"))
    page.get_by_label("Hvorfor trekker du den tilbake?").fill("Trykket feil.")
    press(page.get_by_role("button", name="Trekk tilbake bekreftelsen"))

    expect(main(page)).to_contain_text("Bekreftelsen din er trukket tilbake. Den teller ikke lenger.")
    page.goto(f"/guidelines/{CLEANUP}")
    expect(page.get_by_role("button", name="Jeg har lest og forstått")).to_be_visible()


@once
def test_who_has_not_been_informed_says_so_and_who_wonders_gets_an_answer(page_of: PageOf) -> None:
    page = page_of("demo-ansatt", f"/guidelines/{SUBSTANCES}")
    press(page.get_by_role("link", name="Jeg er ikke informert"))
    expect(main(page)).to_contain_text("Kari Nesset, HMS-koordinator ved Institutt for kjemi")
    press(page.get_by_role("button", name="Si fra at jeg ikke er informert"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Vi har sagt fra om at du ikke er informert.")

    page.goto(f"/guidelines/{SUBSTANCES}")
    press(page.get_by_role("link", name="Jeg har et spørsmål"))
    page.get_by_label("Spørsmålet ditt").fill("Hvem tar samtalen?")
    press(page.get_by_role("button", name="Send spørsmålet"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Spørsmålet er sendt.")

    coordinator = page_of("demo-koordinator")
    press(coordinator.get_by_role("link", name="Åpne Min enhet"))
    press(coordinator.get_by_role("link", name="2 spørsmål venter på svar fra deg"))
    asked = main(coordinator).get_by_role("listitem").filter(has_text="Hvem tar samtalen?")
    asked.get_by_label("Svaret ditt").fill("Nærmeste leder, innen tre dager.")
    press(asked.get_by_role("button", name="Svar Ingrid Solbakken"))
    expect(coordinator.get_by_role("heading", level=1)).to_have_text("Ett spørsmål venter på svar fra deg")

    page.goto("/")
    answered = page.get_by_role("region", name="Spørsmålene dine").get_by_role("listitem")
    expect(answered.filter(has_text="Kari Nesset svarte")).to_contain_text("Nærmeste leder, innen tre dager.")
    press(page.locator(".hms-user-menu > summary"))
    press(page.get_by_role("link", name="Mine opplysninger"))
    questions = page.get_by_role("region", name="Spørsmålene dine")
    expect(questions).to_contain_text("Du sa at du ikke er informert")
    expect(questions).to_contain_text("Nærmeste leder, innen tre dager.")


@once
def test_an_acknowledgement_of_what_was_replaced_meanwhile_is_refused_with_what_changed(
    page_of: PageOf, fresh_demo: Site
) -> None:
    page = page_of("demo-ansatt", f"/guidelines/{CLEANUP}")
    newest = write_and_publish(page_of, demands=True)

    press(page.get_by_role("button", name="Jeg har lest og forstått"))

    expect(page.get_by_role("heading", level=1)).to_have_text(f"Utgave {newest} begynte å gjelde mens du leste.")
    expect(main(page)).to_contain_text("så ingenting er lagret")
    expect(main(page).locator("ins").last).to_have_text("Spyl øyedusjen hver uke.")
    with fresh_demo.writing() as session:
        assert acknowledged_today(session, "demo-ansatt", fresh_demo) == []
    press(page.get_by_role("button", name="Jeg har lest og forstått"))
    expect(page.locator("#acknowledge")).to_contain_text(f"Takk. Du bekreftet utgave {newest} i dag")


def acknowledged_today(session: Session, person: str, site: Site) -> list[str]:
    today = clock.today(state(site.app).settings.zone)
    statement = select(Acknowledgement).join(Person, Person.id == Acknowledgement.person_id)
    found = session.scalars(statement.where(Person.external_key == person, Acknowledgement.acknowledged_on == today))
    return [one.edition.number for one in found]


# --- A unit -----------------------------------------------------------------------------------------------


def numbers(page: Page, guideline: str) -> list[int]:
    """(acknowledged, informed, missing) as the row of a guideline shows them."""
    row = page.locator(".hms-coverage-row").filter(has=page.get_by_role("heading", name=guideline))
    return [int(text) for text in row.locator(".hms-coverage-numbers b").all_inner_texts()]


@once
def test_a_coordinator_confirms_for_all_but_two_and_takes_it_back(page_of: PageOf) -> None:
    page = page_of("demo-koordinator")
    press(page.get_by_role("link", name="Min enhet", exact=True).first)
    assert numbers(page, "Rus og avhengighet") == [0, 0, 118]
    press(page.get_by_role("link", name="Bekreft informert: Rus og avhengighet"))

    form = page.locator("form[data-hms-confirm]")
    expect(form.get_by_role("button", name="Bekreft for 118 ansatte")).to_be_visible()
    people = page.get_by_role("combobox", name="Legg til navn")
    for typed, name in (("solb", "Ingrid Solbakken"), ("brekke j", "Jonas Brekke")):
        people.press_sequentially(typed)
        expect(page.get_by_role("option", name=name, selected=True)).to_be_visible()
        press(people)
        expect(form.get_by_role("button", name=f"Fjern {name}")).to_be_visible()
    expect(form.locator("[data-forecast-text]")).to_contain_text("Etter lagring er 116 av 118 nådd.")
    press(form.get_by_role("button", name="Bekreft for 116 ansatte"))

    expect(page.get_by_role("heading", name="Takk. Det er lagret.")).to_be_visible()
    assert numbers(page, "Rus og avhengighet") == [0, 116, 2], "the result is what was foretold"

    press(page.get_by_role("link", name="Angre: Rus og avhengighet"))
    expect(main(page)).to_contain_text("I dag er 116 av 118 nådd.")
    page.get_by_label("Hvorfor trekkes den tilbake?").fill("Møtet ble avlyst.")
    press(page.get_by_role("button", name="Trekk tilbake bekreftelsen"))
    assert numbers(page, "Rus og avhengighet") == [0, 0, 118]
    expect(page.get_by_role("region", name="Det enheten har bekreftet")).to_contain_text("Møtet ble avlyst.")


@once
def test_what_cannot_be_confirmed_is_refused_with_the_form_as_it_was_typed(page_of: PageOf, fresh_demo: Site) -> None:
    tomorrow = clock.today(state(fresh_demo.app).settings.zone) + timedelta(days=1)
    page = page_of("demo-leder", f"/units/IFY?guideline={SUBSTANCES}")
    form = page.locator("form[data-hms-confirm]")
    form.evaluate("(form) => { form.noValidate = true }")
    form.get_by_label("Avdelingsmøte").check()
    form.get_by_label("Dato").fill(tomorrow.isoformat())
    form.get_by_label("Merknad (valgfritt)").fill("Sammen med vernerunden.")
    expect(form.locator("[data-forecast-text]")).to_have_attribute("data-status", "soon")
    press(form.get_by_role("button", name="Lagre svaret"))

    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_role("alert")).to_contain_text("Alt du skrev, står her fortsatt.")
    expect(form.get_by_label("Avdelingsmøte")).to_be_checked()
    expect(form.get_by_label("Dato")).to_have_value(tomorrow.isoformat())
    expect(form.get_by_label("Merknad (valgfritt)")).to_have_value("Sammen med vernerunden.")
    assert numbers(page, "Rus og avhengighet") == [0, 0, 187]


@once
def test_newcomers_were_told_at_start_up(page_of: PageOf) -> None:
    page = page_of("demo-leder", "/units/IFY")
    newcomers = page.get_by_role("region", name="Nyansatte")
    name = newcomers.get_by_role("listitem").first.get_by_role("heading").inner_text()
    press(newcomers.locator("summary"))
    newcomers.get_by_role("checkbox", name=name).check()
    newcomers.get_by_role("checkbox", name="Omstilling").check()
    before = numbers(page, "Omstilling")
    press(newcomers.get_by_role("button", name="Registrer dem som informert"))

    expect(main(page)).to_contain_text("Én nyansatt er registrert som informert ved oppstart.")
    assert numbers(page, "Omstilling") == [before[0], before[1] + 1, before[2] - 1]


@once
def test_a_leader_looks_names_up_and_the_person_sees_who_did(page_of: PageOf) -> None:
    page = page_of("demo-koordinator", "/units/IKJ")
    row = page.locator(".hms-coverage-row").filter(has_text="Ryddedag på laboratorier")
    press(row.get_by_role("button", name=re.compile(r"Vis \d+ navn – oppslaget logges")))
    expect(main(page).locator(".hms-name-list")).to_contain_text("Ingrid Solbakken")
    expect(main(page)).to_contain_text("De som står her, kan se at du gjorde det.")

    staff = page_of("demo-ansatt", "/my-record")
    lookups = staff.get_by_role("region", name="Hvem har slått opp navnet ditt?")
    expect(lookups).to_contain_text("Kari Nesset")
    expect(lookups).to_contain_text("Ryddedag på laboratorier")


# --- Writing and publishing -------------------------------------------------------------------------------


def write_and_publish(page_of: PageOf, *, demands: bool) -> str:
    """The editor goes on with the draft of the cleanup day and sends it, the approver publishes it: its number."""
    page = page_of("demo-redaktor", f"/guidelines/{CLEANUP}")
    press(page.get_by_role("button", name="Skriv ny utgave"))
    text = page.get_by_label("Tekst i Markdown")
    text.press("Control+End")
    text.press_sequentially("\n\nSpyl øyedusjen hver uke.\n")
    expect(page.get_by_role("region", name="Forhåndsvisning")).to_contain_text("Spyl øyedusjen hver uke.")
    expect(page.get_by_role("status")).to_contain_text("Lagret kl.")
    press(page.get_by_role("button", name="Send til godkjenning"))
    expect(main(page)).to_contain_text("Anders Wiggen")
    press(page.get_by_role("button", name="Send til godkjenning"))
    expect(main(page)).to_contain_text("Sendt til godkjenning.")

    approver = page_of("demo-godkjenner", "/guidelines/")
    press(approver.get_by_role("link", name="Ryddedag på laboratorier").first)
    press(approver.get_by_role("link", name="Publiser"))
    dialog = approver.get_by_role("dialog")
    press(dialog.get_by_role("radio", name="Skal bekreftes på nytt" if demands else "Mindre endring"), "Space")
    press(dialog.get_by_role("button", name="Publiser"))
    done = main(approver).get_by_text(re.compile(r"Utgave \d+\.\d+ er publisert og gjelder nå\."))
    expect(done).to_be_visible()
    return done.inner_text().split()[1]


@once
def test_a_new_edition_is_written_saved_by_itself_and_published_by_somebody_else(
    page_of: PageOf, fresh_demo: Site
) -> None:
    number = write_and_publish(page_of, demands=True)

    assert number == "3.0"
    staff = page_of("demo-ansatt", f"/guidelines/{CLEANUP}")
    expect(main(staff).locator(".hms-prose")).to_contain_text("Spyl øyedusjen hver uke.")
    expect(main(staff)).to_contain_text("Har du lest og forstått utgave 3.0?")
    with fresh_demo.writing() as session:
        edition = session.scalars(
            select(Edition).join(Guideline, Guideline.id == Edition.guideline_id)
            .where(Guideline.slug == CLEANUP).order_by(Edition.major.desc())
        ).first()  # fmt: skip
        assert edition is not None and edition.requires_acknowledgement
        assert edition.written_by is not None and edition.approved_by is not None
        assert (edition.written_by.external_key, edition.approved_by.external_key) == (
            "demo-redaktor", "demo-godkjenner",
        )  # fmt: skip


@once
def test_a_guideline_that_does_not_exist_yet_is_begun_and_returned_with_a_comment(page_of: PageOf) -> None:
    page = page_of("demo-redaktor", "/guidelines/")
    press(page.get_by_role("link", name="Ny retningslinje"))
    page.get_by_label("Tittel på bokmål").fill("Alenearbeid")
    press(page.get_by_role("button", name="Begynn å skrive"))
    page.get_by_label("Tekst i Markdown").fill("Ingen arbeider alene med gass.\n\n## Formål\n\nAlle kommer hjem.")
    expect(page.get_by_role("region", name="Forhåndsvisning").get_by_role("heading", name="Formål")).to_be_visible()
    expect(page.get_by_role("status")).to_contain_text("Lagret kl.")
    press(page.get_by_role("button", name="Send til godkjenning"))
    expect(main(page)).to_contain_text("Anders Wiggen")  # the next page, where the button has the same name
    press(page.get_by_role("button", name="Send til godkjenning"))
    expect(main(page)).to_contain_text("Sendt til godkjenning.")

    approver = page_of("demo-godkjenner", "/guidelines/drafts")
    press(approver.get_by_role("link", name="Alenearbeid"))
    approver.get_by_label("Hva skal endres?").fill("Skriv hvem som ringes.")
    press(approver.get_by_role("button", name="Send tilbake"))
    expect(main(approver)).to_contain_text("Sendt tilbake til dem som skriver.")
    page.reload()
    expect(main(page)).to_contain_text("Skriv hvem som ringes.")


# --- Central HSE ------------------------------------------------------------------------------------------


@once
def test_a_rollout_by_name_needs_a_purpose_and_says_how_many_it_reaches(page_of: PageOf, fresh_demo: Site) -> None:
    today = clock.today(state(fresh_demo.app).settings.zone)
    page = page_of("demo-sentral", "/rollouts")
    press(page.get_by_role("link", name="Rull ut en retningslinje"))
    page.get_by_label("Retningslinje", exact=True).select_option(label="Rus og avhengighet")
    page.get_by_label("Noen enheter").check()
    page.get_by_role("checkbox", name="FFI").check()
    page.get_by_label("Fra", exact=True).fill(today.isoformat())
    page.get_by_label("Frist (valgfritt)").fill((today + timedelta(days=30)).isoformat())
    page.get_by_role("radio", name="Med navn").check()
    expect(page.locator("#preview")).to_contain_text("Den når 16 personer")
    press(page.get_by_role("button", name="Rull ut", exact=True))
    expect(page.get_by_role("alert")).to_contain_text("Skriv hvorfor navn trengs.")

    page.get_by_label("Hvorfor trengs navn?").fill("Den som er alene på vakt, må kjenne varslingen.")
    page.get_by_label("Rettslig grunnlag for å lagre navn").fill("GDPR artikkel 6 nr. 1 bokstav c")
    page.get_by_label("Navn vises til og med").fill((today + timedelta(days=700)).isoformat())
    press(page.get_by_role("button", name="Rull ut", exact=True))

    expect(main(page)).to_contain_text("Retningslinjen er rullet ut.")
    with fresh_demo.writing() as session:
        made = session.scalars(select(Rollout).order_by(Rollout.id.desc())).first()
        assert made is not None
        assert (made.evidence, [unit.code for unit in made.units]) == ("named", ["FFI"])


@once
def test_central_hse_looks_at_another_day_opens_a_cell_by_the_keyboard_and_downloads_the_whole(
    page_of: PageOf, fresh_demo: Site, tmp_path: Path
) -> None:
    today = clock.today(state(fresh_demo.app).settings.zone)
    page = page_of("demo-sentral", "/coverage")
    headline = main(page).get_by_role("heading", level=1)
    expect(headline).to_contain_text("er nådd.")
    now = headline.inner_text()

    cells = page.locator("a.hms-matrix-cell")
    cells.first.focus()
    for key in ("ArrowDown", "ArrowRight", "End", "Home", "ArrowUp", "ArrowRight"):
        page.keyboard.press(key)
    place = page.evaluate("() => document.activeElement.closest('tr').cells[0].innerText")
    assert place.startswith("IBA")
    page.keyboard.press("Enter")
    panel = page.locator("#panel")
    expect(panel).to_be_focused()
    expect(panel).to_contain_text("Hvem du kan kontakte")
    expect(panel.get_by_role("heading", level=2)).to_contain_text("Institutt for biologiske fag Ålesund")
    assert "unit=IBA" in page.url
    page.keyboard.press("Escape")
    expect(page.locator("a.hms-matrix-cell[aria-current]")).to_be_focused()

    a_year_ago = today - timedelta(days=365)
    page.get_by_role("textbox", name="Vis per dato").fill(a_year_ago.isoformat())
    press(page.get_by_role("button", name="Vis", exact=True))
    expect(headline).not_to_have_text(now)
    assert f"as_of={a_year_ago}" in page.url

    with page.expect_download() as download:
        press(page.get_by_role("link", name="Last ned CSV"))
    assert str(a_year_ago) in download.value.suggested_filename
    file = tmp_path / "coverage.csv"
    download.value.save_as(file)
    lines = file.read_text("utf-8-sig").splitlines()
    assert len(lines) > 40
    assert any("IKJ" in line and SUBSTANCES in line for line in lines)


# --- Administrators, and coming in ------------------------------------------------------------------------


@once
def test_a_person_is_added_employed_given_a_role_and_invited_and_comes_in(page_of: PageOf, fresh_demo: Site) -> None:
    today = clock.today(state(fresh_demo.app).settings.zone)
    page = page_of("demo-administrator", "/organisation/")
    press(page.get_by_role("link", name="Legg til person"))
    page.get_by_label("Navn", exact=True).fill("Eira Moen")
    page.get_by_label(re.compile("^Arbeidsgivers id|^Id")).fill("eira")
    page.get_by_label(re.compile("^E-post")).fill("eira@example.org")
    press(main(page).locator("button[type=submit]"))

    expect(page.get_by_role("heading", level=1)).to_have_text("Eira Moen")
    press(page.get_by_role("link", name="Ansett i en enhet"))
    page.get_by_label("Enhet", exact=True).select_option(value="FFI")
    page.get_by_label("Fra", exact=True).fill(today.isoformat())
    press(main(page).locator("button[type=submit]"))
    press(page.get_by_role("link", name="Gi en rolle"))
    page.get_by_label("Rolle", exact=True).select_option(value="hse_coordinator")
    page.get_by_label("Enhet", exact=True).select_option(value="FFI")
    page.get_by_label("Fra", exact=True).fill(today.isoformat())
    press(main(page).locator("button[type=submit]"))
    expect(page.get_by_role("region", name="Roller")).to_contain_text("HMS-koordinator")

    press(page.get_by_role("button", name="Inviter"))
    link = page.get_by_label("Lenken", exact=True).input_value()
    assert link.startswith(fresh_demo.address)

    invited = page_of(None, link)
    expect(invited.get_by_role("heading", level=1)).to_have_text("Velkommen, Eira Moen")
    invited.get_by_label("Nytt passord").fill("laft rips skuff mast")
    invited.get_by_label("Det nye passordet én gang til").fill("laft rips skuff mast")
    press(invited.get_by_role("button", name="Lagre og logg inn"))
    expect(invited.get_by_role("heading", level=1)).to_contain_text("Eira.")
    expect(invited.get_by_role("link", name="Åpne Min enhet")).to_be_visible()

    press(invited.locator(".hms-user-menu > summary"))
    press(invited.get_by_role("button", name="Logg ut"))
    expect(main(invited)).to_contain_text("Du er logget ut.")
    invited.goto("/units/FFI")
    expect(invited.get_by_role("heading", level=1)).to_have_text("Logg inn")
    invited.get_by_label("E-post eller ansatt-id").fill("eira@example.org")
    invited.get_by_label("Passord", exact=True).fill("laft rips skuff mast")
    press(invited.get_by_label("Passord", exact=True))
    expect(invited.get_by_role("heading", level=1)).to_have_text("Felles forskningsinfrastruktur")


@once
def test_a_session_is_ended_from_another_one(page_of: PageOf, fresh_demo: Site) -> None:
    here = page_of("demo-leder", "/accounts/sessions")
    there = page_of()
    there.get_by_role("button", name="Logg inn som Lars Petter Hauge").press("Enter")
    expect(there.get_by_role("heading", level=1)).to_contain_text("Lars.")

    here.reload()
    expect(here.get_by_role("heading", level=1)).to_have_text("Du er logget inn to steder")
    press(here.get_by_role("button", name=re.compile("^Avslutt økten")))
    expect(main(here)).to_contain_text("Økten er avsluttet.")
    there.goto("/my-record")
    expect(there.get_by_role("heading", level=1)).to_have_text("Logg inn")
    here.goto("/my-record")
    expect(here.get_by_role("heading", level=1)).to_have_text("Mine opplysninger")


@once
def test_somebody_chooses_another_language_and_keeps_it(page_of: PageOf) -> None:
    page = page_of("demo-ansatt")
    press(page.locator(".hms-user-menu > summary"))
    press(page.get_by_role("button", name="Nynorsk"))
    expect(page.locator("html")).to_have_attribute("lang", "nn")
    page.goto(f"/guidelines/{CLEANUP}")
    expect(page.get_by_role("button", name="Eg har lese og forstått")).to_be_visible()


# --- Without JavaScript -----------------------------------------------------------------------------------


@once
def test_without_javascript_an_employee_acknowledges(page_of: PageOf) -> None:
    page = page_of("demo-ansatt", f"/guidelines/{CLEANUP}", java_script_enabled=False)
    page.get_by_role("button", name="Jeg har lest og forstått").click()
    expect(page.get_by_role("heading", name=THANKS)).to_be_visible()


@once
def test_without_javascript_a_leader_reckons_and_confirms(page_of: PageOf, fresh_demo: Site) -> None:
    page = page_of("demo-leder", f"/units/IFY?guideline={SUBSTANCES}", java_script_enabled=False)
    form = page.locator("form[data-hms-confirm]")
    form.locator("summary").click()
    form.get_by_label("Lars Petter Hauge").check()
    form.get_by_role("button", name="Regn ut").click()
    expect(form.get_by_label("Lars Petter Hauge")).to_be_checked()
    expect(form).to_contain_text("Etter lagring er 186 av 187 nådd.")
    form.get_by_role("button", name="Bekreft for 186 ansatte").click()

    expect(page.get_by_role("heading", name="Takk. Det er lagret.")).to_be_visible()
    with fresh_demo.writing() as session:
        made = session.scalars(select(Confirmation).order_by(Confirmation.id.desc())).first()
        assert made is not None
        assert [person.external_key for person in made.excepted] == ["demo-leder"]


@once
def test_without_javascript_an_editor_sees_the_result_and_saves(page_of: PageOf, fresh_demo: Site) -> None:
    page = page_of("demo-redaktor", f"/guidelines/{CLEANUP}", java_script_enabled=False)
    page.get_by_role("button", name="Skriv ny utgave").click()
    page.get_by_label("Tekst i Markdown").fill("Rydd **hver** dag.")
    page.get_by_role("button", name="Vis resultatet").click()
    expect(page.get_by_role("region", name="Forhåndsvisning").locator("strong")).to_have_text("hver")
    page.get_by_role("button", name="Lagre", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("Lagret kl.")
    with fresh_demo.writing() as session:
        bodies = session.scalars(select(DraftText.body).where(DraftText.language == "nb")).all()
        assert "Rydd **hver** dag." in bodies


@once
def test_without_javascript_central_hse_works_out_and_rolls_out(page_of: PageOf, fresh_demo: Site) -> None:
    today = clock.today(state(fresh_demo.app).settings.zone)
    page = page_of("demo-sentral", "/rollouts/new", java_script_enabled=False)
    page.get_by_label("Retningslinje", exact=True).select_option(label="Omstilling")
    page.get_by_label("Hele organisasjonen").check()
    page.get_by_label("Fra", exact=True).fill((today + timedelta(days=10)).isoformat())
    page.get_by_role("button", name="Regn ut hvor mange den når").click()
    expect(main(page)).to_contain_text(re.compile(r"Den når \d+ personer"))
    page.get_by_role("button", name="Rull ut", exact=True).click()
    expect(main(page)).to_contain_text("Retningslinjen er rullet ut.")
