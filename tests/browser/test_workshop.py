"""A whole workshop, from the plan to what became of it: an organiser, three phones and a wall, by what stands on the
pages. One of the phones is without network for a while."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.acknowledgements.makers import publish
from tests.browser.sites import BareSite
from tests.browser.test_notes import PHONE, SAVED, save_state, shows, write
from tests.cast import FOUNDED, today
from tests.support import once
from tests.support.browser import ConsoleMessages

pytestmark = once

CHANGE = "Hva bør vi gjøre underveis?"
INFORMATION, TAKING_PART = "Informasjon", "Plan for medvirkning"


class Room:
    """Everybody's windows."""

    def __init__(self, site: BareSite, complaints: ConsoleMessages) -> None:
        self.site = site
        self.complaints = complaints
        self.windows: list[BrowserContext] = []

    def open(self, person: str | None = None, **options: Any) -> Page:
        window = self.site.visitor(**options)
        self.windows.append(window)
        self.site.become(window, person)
        page = window.new_page()
        self.complaints.watch(page)
        return page

    def phone(self, code: str, group: str, name: str) -> Page:
        """A phone on which somebody types the code, picks the group and says what the group may call them."""
        page = self.open(**PHONE)
        page.goto("/m")
        page.get_by_label("Koden til møtet").fill(code)
        page.keyboard.press("Enter")
        page.get_by_role("radio", name=group).check()
        page.get_by_label("Hva gruppen kan kalle deg").fill(name)
        page.get_by_role("button", name="Gå til gruppen").click()
        expect(page.locator("h1")).to_have_text(CHANGE)
        return page


@pytest.fixture
def room(bare_site: BareSite) -> Iterator[Room]:
    complaints = ConsoleMessages()
    made = Room(bare_site, complaints)
    yield made
    for window in made.windows:
        window.close()
    # A phone without network says so in its console, as it should.
    assert [one for one in complaints if "ERR_INTERNET_DISCONNECTED" not in one] == []


def plan(organiser: Page) -> None:
    organiser.goto("/workshops")
    organiser.get_by_role("link", name="Nytt møte").click()
    organiser.get_by_label("Hva det heter").fill("HMS-dagen")
    organiser.get_by_label("Dato").fill(today().isoformat())
    organiser.get_by_label("Fra", exact=True).fill("00:05")
    organiser.get_by_label("Til", exact=True).fill("23:55")
    organiser.get_by_label("Tittel").fill(CHANGE)
    organiser.get_by_label("Del", exact=True).fill(INFORMATION)
    organiser.get_by_role("button", name="En del til").click()
    organiser.get_by_label("Del", exact=True).last.fill(TAKING_PART)
    organiser.get_by_role("button", name="Planlegg møtet").click()
    expect(organiser.locator("h1")).to_have_text("HMS-dagen")


def test_a_workshop_from_the_plan_to_what_became_of_it(bare_site: BareSite, room: Room) -> None:
    with bare_site.writing() as session:
        publish(session, "omstilling", "1.0", FOUNDED)
    organiser = room.open("hanne")
    plan(organiser)
    page = organiser.url

    organiser.goto(f"{page}/groups")
    for number in (1, 2):
        organiser.get_by_role("button", name="En gruppe til").click()
        expect(organiser.get_by_role("group", name=f"Gruppe {number}", exact=True)).to_be_visible()

    organiser.goto(f"{page}/lead")
    codes = organiser.locator(".hms-join-code").all_inner_texts()
    organiser.get_by_role("button", name="Begynn oppgaven").first.click()
    expect(organiser.locator("h1")).to_have_text("Oppgave 1 pågår")

    # The wall, on a machine where nobody signs in
    wall = room.open(viewport={"width": 1920, "height": 1080})
    wall.goto("/m")
    wall.get_by_label("Koden til møtet").fill(codes[1])
    wall.keyboard.press("Enter")
    wall.get_by_role("button", name="Vis veggen").click()
    expect(wall.get_by_text(codes[0]).first).to_be_visible()

    kari, per = room.phone(codes[0], "Gruppe 1", "Kari"), room.phone(codes[0], "Gruppe 1", "Per")
    aud = room.phone(codes[0], "Gruppe 2", "Aud")
    write(kari, "Fast side hver fredag", INFORMATION)
    expect(save_state(kari)).to_have_text(SAVED)
    shows(per, ["Fast side hver fredag"], INFORMATION)
    expect(wall.get_by_text("Fast side hver fredag")).to_be_visible()

    # One is without network, and the others go on
    per.context.set_offline(True)
    write(per, "Spør dem det gjelder", TAKING_PART)
    write(aud, "Samme beskjed til alle", INFORMATION)
    expect(wall.get_by_text("Samme beskjed til alle")).to_be_visible()
    expect(save_state(per)).to_have_text("Uten nett. 1 linje er lagret på telefonen.")
    per.context.set_offline(False)
    expect(save_state(per)).to_have_text(SAVED)
    shows(kari, ["Spør dem det gjelder"], TAKING_PART)

    # One of two has handed in; the other is reminded, and does
    kari.get_by_role("button", name="Lever notatet").click()
    expect(kari.get_by_text("levert", exact=False).first).to_be_visible()
    organiser.reload()
    expect(organiser.get_by_text("1 av 2", exact=False).first).to_be_visible()
    organiser.get_by_role("button", name="om å levere").click()
    expect(aud.get_by_text("Arrangøren", exact=False).first).to_be_visible()
    aud.get_by_role("button", name="Lever notatet").click()
    expect(aud.get_by_text("levert", exact=False).first).to_be_visible()
    organiser.goto(f"{page}/lead")
    organiser.get_by_role("button", name="Avslutt oppgaven").click()

    # Plenary: two points of two groups become a theme, and a sentence stands on it
    organiser.goto(f"{page}/plenary")
    for text in ("Fast side hver fredag", "Samme beskjed til alle"):
        organiser.get_by_role("checkbox", name=text).first.check()
    organiser.get_by_label("Et nytt tema").fill("Lik og fast informasjon")
    organiser.get_by_role("button", name="Samle").first.click()
    expect(organiser.get_by_text("2 grupper").first).to_be_visible()
    expect(wall.get_by_text("Lik og fast informasjon")).to_be_visible()
    organiser.get_by_label("En ny setning").fill("Alle skal få det samme å vite, hver fredag.")
    organiser.get_by_role("button", name="Legg til setningen").click()
    summary = organiser.get_by_role("region", name="Oppsummering")
    expect(summary.get_by_text("Alle skal få det samme å vite, hver fredag.").first).to_be_visible()

    # Afterwards: a word is blacked out, the notes are published, and two things come of them
    organiser.goto(f"{page}/afterwards")
    organiser.get_by_role("link", name=re.compile(r"Sladd\s*: Spør dem det gjelder")).click()
    organiser.get_by_role("checkbox", name="gjelder").check()
    organiser.get_by_role("button", name="Sladd disse ordene").click()
    expect(organiser.get_by_text("Spør dem det ███").first).to_be_visible()
    organiser.get_by_role("link", name="Se det og publiser").click()
    organiser.get_by_role("checkbox", name="Jeg har lest gjennom alt").check()
    organiser.get_by_role("button", name="Publiser").click()
    reader = room.open("dina")
    reader.goto(f"{page}/published")
    expect(reader.get_by_text("Alle skal få det samme å vite, hver fredag.")).to_be_visible()
    assert "gjelder" not in reader.locator("main").inner_text()
    assert "Kari" not in reader.locator("main").inner_text()

    organiser.goto(f"{page}/afterwards")
    organiser.get_by_role("link", name=re.compile(r"Lag et tiltak\s*: Fast side hver fredag")).click()
    organiser.get_by_label("Hva skal gjøres?").fill("Lag siden")
    organiser.get_by_label("Ansvarlig").select_option("role:unit_leader")
    organiser.get_by_role("button", name="Opprett tiltaket").click()
    organiser.goto(f"{page}/afterwards")
    organiser.get_by_role("link", name=re.compile(r"Foreslå en endring\s*: Lik og fast informasjon")).click()
    organiser.get_by_label("Retningslinje").select_option("omstilling")
    organiser.get_by_label("Hva bør endres?").fill("Skriv at alle får det samme å vite, samtidig.")
    organiser.get_by_role("button", name="Send forslaget").click()

    editor, approver = room.open("frida"), room.open("gunnar")
    editor.goto("/guidelines/omstilling")
    editor.get_by_role("link", name="Ett forslag venter på en redaktør").click()
    editor.get_by_role("button", name="Ta det opp i neste utgave").click()
    expect(editor.get_by_text("gruppe 1 og 2.").first).to_be_visible()
    editor.get_by_role("link", name="Send til godkjenning").click()
    editor.get_by_role("button", name="Send").last.click()
    approver.goto(editor.url.partition("/send")[0])
    approver.get_by_role("link", name="Publiser", exact=True).click()
    dialog = approver.get_by_role("dialog")
    dialog.get_by_role("radio").last.check()
    dialog.get_by_role("button", name="Publiser").click()

    reader.goto(f"{page}/became")
    expect(reader.get_by_text("Lag siden")).to_be_visible()
    expect(reader.get_by_text("Del av utgave")).to_be_visible()
    reader.goto("/guidelines/omstilling/editions")
    expect(reader.get_by_text("gruppe 1 og 2.")).to_be_visible()
