"""What people do with checklists, areas, plans, rounds and actions, each once in bokmål, as a person would.

Everybody begins on Min side and follows links: what no link leads to, nobody finds. Who stands in a corridor has a
phone, most of the others a keyboard. The people and places are those of tests/cast.py; what a flow needs to be there
already, as a guideline, is put there first. A flow that writes nothing of its own is walked in the run on SQLite only.
"""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from icalendar import Calendar
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from hmswiki.schedules.models import Audience, Reach
from hmswiki.web.context import state
from tests.acknowledgements import makers as guidelines
from tests.browser.sites import BareSite, bare
from tests.cast import FOUNDED, Cast, today
from tests.conftest import Databases
from tests.rounds import makers
from tests.schedules import makers as plans
from tests.support import once
from tests.support.browser import ConsoleMessages

pytestmark = pytest.mark.xdist_group("round-flows")

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
PICTURE = Path(__file__).parent / "corridor.png"

PageOf = Callable[..., Page]
Name = str | re.Pattern[str]


@pytest.fixture(scope="module")
def bare_site(databases: Databases, cast_database: tuple[str, Cast], browser: Browser) -> Iterator[BareSite]:
    """The organisation of the tests' cast, and nothing published; the site can send mail."""
    with bare(databases, cast_database[0], browser, mail_server="127.0.0.1") as site:
        yield site


@pytest.fixture
def page_of(bare_site: BareSite) -> Iterator[PageOf]:
    """Opens Min side of one of the cast, in a window of their own; nothing may complain on any of their pages."""
    windows: list[BrowserContext] = []
    complaints = ConsoleMessages()

    def open_for(person: str, **options: object) -> Page:
        window = bare_site.visitor(**options)
        bare_site.become(window, person)
        windows.append(window)
        page = window.new_page()
        complaints.watch(page)
        page.goto("/")
        return page

    yield open_for
    for window in windows:
        window.close()
    assert complaints == []


def main(page: Page) -> Locator:
    return page.locator("main")


def region(page: Page, name: Name) -> Locator:
    return main(page).get_by_role("region", name=name)


def press(place: Locator, key: str = "Enter") -> None:
    """Press a key where the keyboard has come to, once the page is all there: a link may wait for its script."""
    place.wait_for(state="attached")
    place.page.wait_for_load_state()
    place.press(key)


def follow(page: Page, *names: Name, role: str = "link") -> None:
    """Follow one link of the page after the other."""
    for name in names:
        go(main(page).get_by_role(role, name=name).first)


def send(page: Page, button: Name) -> None:
    follow(page, button, role="button")


def go(place: Locator, key: str = "Enter") -> None:
    """Press what leads to another page, and wait for that."""
    place.wait_for(state="attached")
    place.page.wait_for_load_state()
    with place.page.expect_navigation():
        place.press(key)


def tap(place: Locator) -> None:
    """Hit with a thumb what leads to another page."""
    place.page.wait_for_load_state()
    with place.page.expect_navigation():
        place.tap()


def pick(place: Locator, what: str) -> None:
    """Go down the choices with the arrow until this one is chosen."""
    chosen = place.locator("option:checked")
    place.press("Home")
    for _ in range(place.locator("option").count()):
        if what in chosen.inner_text():
            return
        place.press("ArrowDown")
    assert what in chosen.inner_text()


def menu(page: Page, name: str) -> None:
    """By the main menu, which is folded on a phone."""
    folded = page.locator(".hms-nav-menu > summary")
    if folded.is_visible():
        folded.press("Enter")
    go(page.get_by_role("banner").get_by_role("link", name=name, exact=True))


def about(label: str, what: str) -> re.Pattern[str]:
    """The name of a link that says in hidden words what it is about."""
    return re.compile(f"^{re.escape(label)} ?: {re.escape(what)}")


def said(page: Page) -> Locator:
    """What the page says was done."""
    return main(page).get_by_role("status").first


def checklist_of(key: str, title: str, *, guideline: str | None = None, more: str = "") -> str:
    """A checklist of one section with two items, as a file has it."""
    return f"""\
key: {key}
title: {{nb: {title}, nn: {title}, en: {title}}}
{f"guidelines: [{guideline}]" if guideline else ""}
{more}
sections:
  - key: rommet
    title: {{nb: Rommet, nn: Rommet, en: The room}}
    items:
      - key: dusj
        text: {{nb: Øyedusjen virker, nn: Augedusjen verkar, en: The eye shower works}}
        kind: ok
        findings: [deviation]
      - key: torris
        text: {{nb: "Brukes det tørris?", nn: "Blir det brukt tørris?", en: "Is dry ice used?"}}
        kind: yes_no
"""


# --- The checklist ----------------------------------------------------------------------------------------


def send_and_publish(editor: Page, approver: Page, title: str, *, kind: str | None = None) -> None:
    """The editor sends the draft that is open, the approver finds it in the menu and publishes it."""
    follow(editor, "Send til godkjenning")
    expect(main(editor)).to_contain_text("Gunnar Gran")
    send(editor, "Send til godkjenning")
    expect(said(editor)).to_have_text("Sendt til godkjenning.")

    menu(approver, "Sjekklister")
    go(region(approver, "Under arbeid").get_by_role("link", name=title))
    follow(approver, "Publiser")
    if kind is not None:
        press(approver.get_by_role("radio", name=kind), "Space")
    send(approver, "Publiser")
    expect(said(approver)).to_contain_text("er publisert og gjelder nå.")


@once
def test_a_checklist_is_written_with_forms_published_and_stands_on_its_guideline(
    page_of: PageOf, bare_site: BareSite
) -> None:
    with bare_site.writing() as session:
        guidelines.publish(
            session, "kjolerom", "1.0", FOUNDED, title="Arbeid på kjølerom", languages=("nb", "nn", "en")
        )
    page = page_of("frida")
    menu(page, "Sjekklister")
    follow(page, "Ny sjekkliste")
    page.get_by_label("Tittel på bokmål").fill("Runde på kjølerom")
    go(page.get_by_label("Tittel på bokmål"))
    page.get_by_label("Tittel på bokmål").fill("Døra")
    send(page, "Legg til delen")

    def add(text: str, kind: str) -> None:
        page.get_by_label("Nytt sjekkpunkt, på bokmål (Døra)").fill(text)
        pick(page.get_by_label("Hva som kan svares (Døra)"), kind)
        send(page, "Legg til sjekkpunktet")
        expect(page.get_by_role("group", name="Tekst").get_by_label("Bokmål")).to_have_value(text)

    add("Døra lar seg åpne innenfra", "OK, avvik eller ikke aktuelt")
    expect(page.get_by_role("checkbox", name="«Avvik» blir et avvik å følge opp")).to_be_checked()
    follow(page, "Sjekkpunkter")
    add("Brukes det tørris?", "Ja, nei eller ikke aktuelt")
    follow(page, "Sjekkpunkter")
    add("Hva viser oksygenmåleren?", "Et tall")
    page.get_by_label("Minst").fill("19,5")
    press(page.get_by_role("checkbox", name="Et mindre tall gir avvik"), "Space")
    pick(page.get_by_label("Vises bare etter et svar på"), "Brukes det tørris?")
    send(page, "Vis svarene")
    press(page.get_by_role("group", name="når svaret er").get_by_role("checkbox", name="Ja", exact=True), "Space")
    go(page.get_by_label("Minst"))
    expect(region(page, "Døra").get_by_role("listitem")).to_contain_text(
        ["OK, avvik eller ikke aktuelt", "Ja, nei eller ikke aktuelt", "Vises ikke alltid"]
    )
    follow(page, "Om listen")
    press(page.get_by_role("checkbox", name="Arbeid på kjølerom"), "Space")
    send(page, "Lagre")
    expect(said(page)).to_have_text("Opplysningene om listen er lagret.")

    approver = page_of("gunnar")
    send_and_publish(page, approver, "Runde på kjølerom")

    reader = page_of("nils", **PHONE)
    menu(reader, "Retningslinjer")
    follow(reader, "Arbeid på kjølerom", "Runde på kjølerom")
    number = main(reader).get_by_role("listitem").filter(has_text="Hva viser oksygenmåleren?")
    expect(number).to_contain_text("Vises bare når «Brukes det tørris?» er besvart: Ja")
    expect(number).to_contain_text("Gir avvik: under 19,5")


@once
def test_the_next_edition_is_brought_as_yaml_and_a_mistake_in_it_is_told_with_its_line(
    page_of: PageOf, bare_site: BareSite
) -> None:
    with bare_site.writing() as session:
        makers.checklist(session, checklist_of("oyedusj", "Runde til øyedusjene"))
    page, approver = page_of("frida"), page_of("gunnar")
    menu(page, "Sjekklister")
    follow(page, "Runde til øyedusjene")
    send(page, "Skriv ny utgave")
    follow(page, "YAML")
    source = page.get_by_role("textbox")
    before = source.input_value()
    line = 1 + next(at for at, text in enumerate(before.splitlines()) if "kind: ok" in text)
    better = before.replace("Øyedusjen virker", "Øyedusjen virker, og vannet er lunkent")
    source.fill(better.replace("kind: ok", "kind: okei"))
    send(page, "Lagre")

    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_role("alert")).to_contain_text(f"Linje {line}: «okei» er ingen type sjekkpunkt.")
    expect(source).to_have_value(better.replace("kind: ok", "kind: okei"))
    source.fill(better)
    send(page, "Lagre")
    expect(said(page)).to_have_text("Sjekklisten er lagret. Det er ingen feil i den.")
    follow(page, "Om listen")
    page.get_by_role("group", name="Hva er nytt?").get_by_label("Bokmål").fill("Vannet skal være lunkent.")
    send(page, "Lagre")
    send_and_publish(page, approver, "Runde til øyedusjene", kind="Mindre endring")

    menu(page, "Sjekklister")
    follow(page, "Runde til øyedusjene", "Utgave 1.1")
    expect(main(page)).to_contain_text("Vannet skal være lunkent.")
    expect(main(page).locator("del")).to_have_text("Øyedusjen virker")
    expect(main(page).locator("ins")).to_have_text("Øyedusjen virker, og vannet er lunkent")


@once
def test_a_unit_adapts_a_checklist_answers_what_the_next_edition_changed_and_its_item_is_taken_up_for_all(
    page_of: PageOf, bare_site: BareSite
) -> None:
    with bare_site.writing() as session:
        makers.checklist(session, checklist_of("laserlab", "Runde på laserlab"))
    unit, editor, approver = page_of("chen"), page_of("frida"), page_of("gunnar")
    menu(unit, "Sjekklister")
    follow(unit, "Runde på laserlab")
    go(region(unit, "Lokalt tillegg").get_by_role("link", name="Laserlaben"))
    follow(unit, about("Legg til etter", "Øyedusjen virker"))
    own = unit.get_by_role("textbox", name="Det som skal ses på")
    own.fill("Skiltet over døra lyser")
    go(own)
    expect(said(unit)).to_contain_text("Sjekkpunktet er med fra nå av")
    follow(unit, about("Legg til merknad", "Øyedusjen virker"))
    unit.get_by_role("textbox", name="Merknad").fill("Vi har to: prøv begge.")
    send(unit, "Lagre merknaden")
    follow(unit, about("Ikke relevant her", "Brukes det tørris?"))
    unit.get_by_role("textbox", name="Hvorfor?").fill("Vi har ingen tørris.")
    send(unit, "Utelat sjekkpunktet")
    expect(main(unit)).to_contain_text("1 eget punkt, 1 merknad, 1 utelatt punkt.")

    menu(editor, "Sjekklister")
    follow(editor, "Runde på laserlab")
    send(editor, "Skriv ny utgave")
    follow(editor, "Øyedusjen virker")
    editor.get_by_role("group", name="Tekst").get_by_label("Bokmål").fill("Øyedusjen er spylt denne uken")
    send(editor, "Lagre")
    send_and_publish(editor, approver, "Runde på laserlab", kind="Større utgave")

    menu(unit, "Min side")
    go(region(unit, "Lokale tillegg som må ses på").get_by_role("link", name="Runde på laserlab"))
    to_do = region(unit, "Én ting må ses på")
    expect(to_do).to_contain_text("Vi har to: prøv begge.")
    expect(to_do).to_contain_text("Skrevet da den sentrale teksten var: Øyedusjen virker")
    expect(to_do).to_contain_text("Øyedusjen er spylt denne uken")
    follow(unit, "Endre det")
    unit.get_by_role("textbox", name="Merknad").fill("Vi har to: spyl begge.")
    send(unit, "Lagre merknaden")
    expect(region(unit, "Én ting må ses på")).to_have_count(0)
    expect(main(unit)).to_contain_text("Vi har to: spyl begge.")
    menu(unit, "Min side")
    expect(region(unit, "Lokale tillegg som må ses på")).to_have_count(0)

    central = page_of("hanne")
    menu(central, "Sjekklister")
    follow(central, "Runde på laserlab", "Alle enheter som har tilpasset den")
    send(central, about("Ta opp for alle", "Skiltet over døra lyser"))
    expect(said(central)).to_contain_text("Sjekkpunktet står i utkastet til neste utgave.")
    menu(editor, "Sjekklister")
    go(region(editor, "Under arbeid").get_by_role("link", name="Runde på laserlab"))
    follow(editor, "Skriv videre")
    send_and_publish(editor, approver, "Runde på laserlab", kind="Større utgave")
    other = page_of("olav")
    menu(other, "Sjekklister")
    follow(other, "Runde på laserlab")
    expect(main(other)).to_contain_text("Skiltet over døra lyser")
    menu(unit, "Sjekklister")
    follow(unit, "Runde på laserlab")
    go(region(unit, "Lokalt tillegg").get_by_role("link", name="Laserlaben"))
    expect(main(unit).get_by_role("heading", name="Skiltet over døra lyser")).to_have_count(1)


# --- Places -----------------------------------------------------------------------------------------------


@once
def test_a_building_gets_a_room_with_an_owner_and_a_sheet_for_its_door(page_of: PageOf) -> None:
    page = page_of("hanne")
    menu(page, "Sjekklister")
    follow(page, "Områder")
    expect(page.get_by_role("heading", level=1)).to_have_text("Ett av 5 områder mangler ansvarlig")

    def add(way: str, kind: str | None, code: str, name: str) -> None:
        follow(page, way)
        if kind is not None:
            pick(page.get_by_label("Type"), kind)
        page.get_by_label("Kode").fill(code)
        page.get_by_label("Navn på bokmål").fill(name)
        go(page.get_by_label("Navn på bokmål"))
        expect(said(page)).to_contain_text(f"{name} er lagt til.")

    add("Legg til en bygning", None, "V7", "Verkstedbygget")
    add("Legg til et område i det", "Etasje", "V7-1", "Første etasje")
    add("Legg til et område i det", "Rom", "V7-101", "Dreierommet")
    for code, name in (("LAB", "Laserlaben"), ("WRK", "Verkstedet")):
        follow(page, "Gi det til en enhet")
        pick(page.get_by_label("Enhet"), code)
        send(page, "Gi det til enheten")
        expect(said(page)).to_contain_text(f"Dreierommet tilhører {name}")
    follow(page, "Områder")
    expect(page.get_by_role("heading", level=1)).to_have_text("Fire av 8 områder mangler ansvarlig")
    follow(page, "Dreierommet")
    for way, name in (("Utpek ansvarlig", "Olav Odden"), ("Utpek vara", "Dina Dahl")):
        follow(page, way)
        page.get_by_label("Person").fill(name)
        go(page.get_by_label("Person"))
        expect(region(page, "Ansvarlig og vara")).to_contain_text(name)
    follow(page, "Områder")
    expect(page.get_by_role("heading", level=1)).to_have_text("Tre av 8 områder mangler ansvarlig")

    owner = page_of("olav", **PHONE)
    go(region(owner, "Mine områder").get_by_role("link", name="Dreierommet"))
    follow(owner, "Oppslag til døra")
    sheet = main(owner).get_by_role("article", name="Dreierommet")
    expect(sheet.get_by_role("img")).to_be_visible()
    expect(sheet.locator(".hms-door-address")).to_contain_text("/areas/V7-101")
    expect(sheet).to_contain_text("Laserlaben, Verkstedet")
    expect(sheet).to_contain_text("Olav Odden")
    expect(sheet).to_contain_text("Dina Dahl")


# --- When it is due ---------------------------------------------------------------------------------------


def row(page: Page, what: str) -> Locator:
    """A round that waits on Min side."""
    rounds = region(page, "Dine runder").get_by_role("listitem")
    return rounds.filter(has=page.get_by_role("heading", name=what, exact=True))


def make_plan(page: Page, checklist: str, *, whom: str, units: tuple[str, ...], every: str, reaches: str) -> None:
    """From the checklist's page, and with a look at what the plan would do before it is saved."""
    menu(page, "Sjekklister")
    follow(page, checklist, "Lag en plan for den")
    press(page.get_by_role("radio", name=whom, exact=True), "Space")
    for unit in units:
        press(page.get_by_role("checkbox", name=unit), "Space")
    press(page.get_by_role("radio", name="Enheten selv"), "Space")
    press(page.get_by_role("radio", name=every), "Space")
    send(page, "Se hvem den gjelder og når")
    preview = page.locator("#preview")
    expect(preview.locator("[data-hms-focus]")).to_be_focused()
    expect(preview).to_contain_text(reaches)
    expect(preview).to_contain_text("De neste gangene")
    send(page, "Lagre planen")
    expect(said(page)).to_have_text("Lagret. De den gjelder, ser den på Min side når den begynner.")


@once
def test_a_plan_is_made_changed_and_followed_by_an_owner_who_skips_one_and_hands_one_over(
    page_of: PageOf, bare_site: BareSite
) -> None:
    monthly, yearly = "Runde i rommene", "Runde i enheten"
    with bare_site.writing() as session:
        makers.checklist(session, checklist_of("rommene", monthly))
        makers.checklist(session, checklist_of("enheten", yearly))
    central = page_of("hanne")
    make_plan(central, monthly, whom="Områder", units=("LAB",), every="Hver måned", reaches="Hver måned")
    make_plan(central, yearly, whom="Enheter", units=("LAB", "WRK"), every="Hvert år", reaches="Det gjelder 2 enheter.")
    menu(central, "Sjekklister")
    follow(central, "Når sjekklistene skal gjøres")
    go(region(central, yearly).get_by_role("link", name="Hvert år, for LAB og WRK"))
    follow(central, "Endre hvor ofte")
    press(central.get_by_role("radio", name="Hvert halvår"), "Space")
    send(central, "Endre hvor ofte")
    expect(said(central)).to_contain_text("Det som er gjort, blir stående.")
    expect(main(central)).to_contain_text("Hvert halvår, for LAB og WRK.")

    owner = page_of("bjorn")
    floor, room = f"{monthly}: Andre etasje", f"{monthly}: Laserrommet"
    expect(row(owner, floor)).to_contain_text("Frist")
    go(row(owner, floor).get_by_role("link", name="Hopp over, eller overlat den"))
    skipping = main(owner).locator("section", has=owner.get_by_role("heading", name="Hopp over"))
    now, then = skipping.get_by_label("Hvilken gang").locator("option").all_inner_texts()[:2]
    pick(skipping.get_by_label("Hvilken gang"), then)
    skipping.get_by_label("Hvorfor den hoppes over").fill("Etasjen er stengt for ombygging.")
    send(owner, "Hopp over")
    expect(main(owner)).to_contain_text("Hoppet over: Etasjen er stengt for ombygging.")

    menu(owner, "Min side")
    go(row(owner, room).get_by_role("link", name="Hopp over, eller overlat den"))
    handing = main(owner).locator("section", has=owner.get_by_role("heading", name="Gi videre"))
    expect(handing.get_by_label("Hvilken gang")).to_have_value(re.compile("."))
    assert handing.get_by_label("Hvilken gang").locator("option:checked").inner_text() == now
    pick(handing.get_by_label("Til"), "Nils Nes")
    handing.get_by_label("Beskjed").fill("Jeg er på kurs.")
    send(owner, "Gi videre")
    expect(main(owner)).to_contain_text("Gitt videre til Nils Nes: Jeg er på kurs.")
    menu(owner, "Min side")
    expect(row(owner, room)).to_have_count(0)

    follow(owner, "Alle rundene dine, og kalenderen")
    send(owner, "Lag en adresse")
    address = owner.get_by_label("Adresse til kalenderprogrammet").input_value()
    assert address.startswith(bare_site.address)
    fetched = owner.context.request.get(address, headers={"X-Person": ""})
    dates = [str(event["SUMMARY"]) for event in Calendar.from_ical(fetched.text()).walk("VEVENT")]
    assert floor in dates and room in dates
    menu(owner, "Min side")
    go(row(owner, floor).get_by_role("button", name="Start runden"))
    expect(owner.get_by_role("heading", level=1)).to_have_text("Andre etasje")

    for person, place in (("nils", "Laserrommet"), ("dina", "Brannsone A")):
        other = page_of(person, **PHONE)
        expect(row(other, f"{yearly}: Laserlaben")).to_have_count(0)
        tap(row(other, f"{monthly}: {place}").get_by_role("button", name="Start runden"))
        answer(other, "Øyedusjen virker", "OK")
        answer(other, "Brukes det tørris?", "Nei")
        hand_in(other)
        expect(other.locator(".hms-page-head")).to_contain_text("Laserlaben")  # the unit that the plan asks

    helper = page_of("nils")
    expect(region(helper, "Dine runder")).to_have_count(0)
    menu(helper, "Sjekklister")
    follow(helper, "Områder", "Laserrommet")
    expect(main(helper).get_by_role("button", name=re.compile("Start"))).to_have_count(0)


# --- The round --------------------------------------------------------------------------------------------


def group(page: Page, item: str) -> Locator:
    """An item of a round, by what it asks."""
    return main(page).get_by_role("group", name=re.compile(re.escape(item)))


def answer(page: Page, item: str, value: str) -> None:
    """Hit the answer with a thumb."""
    group(page, item).locator(".hms-answers > label").filter(has_text=re.compile(rf"^\s*{value}\s*$")).tap()


def choose(page: Page, item: str, value: str) -> None:
    """Choose the answer with the keyboard."""
    press(group(page, item).get_by_role("radio", name=value, exact=True), "Space")


def hand_in(page: Page) -> None:
    expect(page.locator("[data-hms-bar]")).to_contain_text("Alt er besvart.")
    expect(page.locator("[data-hms-save-state]")).to_contain_text("Lagret kl.")
    go(page.get_by_role("button", name="Lever runden"))
    expect(said(page)).to_have_text("Runden er levert.")


@once
def test_from_the_door_to_a_mended_deviation_and_the_next_round_that_asks_for_it_first(
    page_of: PageOf, bare_site: BareSite
) -> None:
    with bare_site.writing() as session:
        makers.checklist(session, checklist_of("dora", "Runde fra døra"))
        plans.schedule(
            session, Audience.AREAS, (), ("B1-217",), key="dora", starts=today().replace(day=1), every="month"
        )
    owner = page_of("bjorn", **PHONE)
    tap(region(owner, "Mine områder").get_by_role("link", name="Laserrommet"))
    follow(owner, "Oppslag til døra")
    door = owner.locator(".hms-door-address").inner_text()
    owner.goto(door)
    tap(main(owner).get_by_role("button", name=about("Start", "Runde fra døra")))
    answer(owner, "Brukes det tørris?", "Ja")
    answer(owner, "Øyedusjen virker", "Avvik")
    shower = group(owner, "Øyedusjen virker")
    shower.get_by_label("Hva så du?").fill("Det kommer brunt vann.")
    shower.locator("input[type=file]").set_input_files(PICTURE)
    expect(shower.get_by_role("img", name="Bilde 1")).to_be_visible()
    shower.get_by_text("Alvorlig", exact=True).tap()
    shower.get_by_label("Hva skal gjøres?").fill("Skyll røret til dusjen")
    shower.get_by_label("Ansvarlig").select_option(label="Chen Li, HMS-koordinator")
    hand_in(owner)
    expect(region(owner, "Avvik").get_by_role("img")).to_be_visible()

    responsible = page_of("chen")
    go(region(responsible, "Dine tiltak").get_by_role("link", name="Skyll røret til dusjen", exact=True))
    follow(responsible, "Runde fra døra")
    expect(region(responsible, "Avvik")).to_contain_text("Det kommer brunt vann.")
    go(region(responsible, "Avvik").get_by_role("link", name="Skyll røret til dusjen"))
    happened = region(responsible, "Hva som har skjedd")
    happened.get_by_label("Kommenter").fill("Rørleggeren kommer i morgen.")
    go(happened.get_by_role("button", name="Kommenter", exact=True))
    expect(happened).to_contain_text("Rørleggeren kommer i morgen.")
    press(main(responsible).locator("summary").filter(has_text="Noter saken i avvikssystemet"))
    responsible.get_by_label("Saksnummer").fill("EQS 4711")
    go(responsible.get_by_label("Saksnummer"))
    expect(main(responsible)).to_contain_text("Sak EQS 4711 i avvikssystemet.")
    responsible.get_by_label("Hva som ble gjort").fill("Røret er skylt.")
    send(responsible, "Meld utført")
    expect(said(responsible)).to_have_text("Det er meldt utført. Noen andre kontrollerer det.")
    expect(main(responsible).get_by_role("button", name=re.compile("^Kontrollert"))).to_have_count(0)

    owner.goto(door)
    if not owner.get_by_label("Sjekkliste", exact=True).is_visible():  # folded while a plan asks for a round here
        owner.get_by_text("Start en annen runde").tap()
    owner.get_by_label("Sjekkliste", exact=True).select_option(label="Runde fra døra")
    tap(main(owner).get_by_role("button", name="Start", exact=True))
    first = main(owner).get_by_role("group").first
    expect(first).to_contain_text("Det kommer brunt vann.")
    expect(region(owner, "Fra forrige runde: fortsatt slik?").get_by_role("group")).to_have_count(1)
    answer(owner, "Det kommer brunt vann.", "Utbedret")
    answer(owner, "Øyedusjen virker", "OK")
    answer(owner, "Brukes det tørris?", "Nei")
    hand_in(owner)
    expect(region(owner, "Fra tidligere runder")).to_contain_text("Utbedret")

    leader = page_of("astrid")
    menu(leader, "Tiltak")
    follow(leader, "Tiltak i Laserlaben", re.compile("^Skal kontrolleres"), "Skyll røret til dusjen")
    send(leader, "Kontrollert: det er utført")
    expect(said(leader)).to_have_text("Det er ført at du har kontrollert det.")


@once
def test_a_round_is_signed_by_two_corrected_with_a_reason_and_saved_as_pdf(
    page_of: PageOf, bare_site: BareSite
) -> None:
    with bare_site.writing() as session:
        makers.checklist(
            session,
            checklist_of("signert", "Runde med signatur", more="co_signed_by: [unit_leader, safety_representative]"),
        )
    page = page_of("chen")
    menu(page, "Sjekklister")
    follow(page, "Runde med signatur")
    send(page, about("Start", "Laserlaben"))
    choose(page, "Øyedusjen virker", "OK")
    choose(page, "Brukes det tørris?", "Nei")
    hand_in(page)
    expect(region(page, "Signaturer").get_by_text("Ikke signert ennå")).to_have_count(2)

    for person, name, role in (("astrid", "Astrid Aas", "enhetsleder"), ("siri", "Siri Sand", "verneombud")):
        signer = page_of(person)
        go(region(signer, "Runder å signere").get_by_role("link", name="Runde med signatur: Laserlaben"))
        send(signer, f"Signer som {role}")
        expect(region(signer, "Signaturer")).to_contain_text(f"{name} signerte")
        menu(signer, "Min side")
        expect(region(signer, "Runder å signere")).to_have_count(0)

    follow(page, about("Rett", "Brukes det tørris?"))
    choose(page, "Brukes det tørris?", "Ja")
    send(page, "Lagre rettelsen")
    expect(page.get_by_role("alert").first).to_contain_text("Skriv hvorfor.")
    expect(group(page, "Brukes det tørris?").get_by_role("radio", name="Ja", exact=True)).to_be_checked()
    page.get_by_role("textbox", name="Hvorfor?").fill("Det sto en kasse i skapet.")
    send(page, "Lagre rettelsen")
    line = region(page, "Alt som ble besvart").get_by_role("listitem").filter(has_text="Brukes det tørris?")
    expect(line).to_contain_text("Levert som: Nei")
    expect(line).to_contain_text("av Chen Li: Det sto en kasse i skapet.")
    expect(region(page, "Signaturer").get_by_text("Runden ble rettet etter at dette ble signert.")).to_have_count(2)
    address = main(page).get_by_role("link", name="Lagre som PDF").get_attribute("href")
    assert address is not None
    fetched = page.context.request.get(address)
    assert fetched.headers["content-type"] == "application/pdf"
    assert fetched.body().startswith(b"%PDF-")


@once
def test_a_campaign_shows_who_has_delivered_and_has_the_one_who_has_not_reminded(
    page_of: PageOf, bare_site: BareSite
) -> None:
    with bare_site.writing() as session:
        makers.checklist(session, checklist_of("hosten", "Høstrunden"))
        plans.schedule(
            session, Audience.UNITS, (("LAB", Reach.ITSELF), ("WRK", Reach.ITSELF)), key="hosten", every="year",
            starts=today().replace(day=1, month=1),
        )  # fmt: skip
    leader = page_of("astrid", **PHONE)
    tap(row(leader, "Høstrunden: Laserlaben").get_by_role("button", name="Start runden"))
    answer(leader, "Øyedusjen virker", "OK")
    answer(leader, "Brukes det tørris?", "Ja")
    hand_in(leader)

    central = page_of("hanne")
    menu(central, "Sjekklister")
    follow(central, "Slik står det til med rundene", re.compile("^Høstrunden"))
    expect(central.get_by_role("heading", level=1)).to_have_text("Én av to har levert.")
    expect(main(central)).to_contain_text("Mangler: WRK.")
    theme = region(central, "Rommet")
    expect(theme.get_by_role("heading", level=3)).to_have_text(["Øyedusjen virker", "Brukes det tørris?"])
    expect(theme.get_by_role("list").nth(1).get_by_role("listitem")).to_have_text(
        [re.compile(r"Ja\s+1 av 1"), re.compile(r"Nei\s+0 av 1"), re.compile(r"Ikke aktuelt\s+0 av 1")]
    )
    with central.expect_download() as download:
        press(main(central).get_by_role("link", name="Alle svar som CSV"))
    lines = Path(download.value.path()).read_text(encoding="utf-8-sig").splitlines()
    assert f"LAB,Laserlaben,done,{today()},Rommet,torris,Brukes det tørris?,yes," in lines
    assert "WRK,Verkstedet,open,,,,,," in lines

    before = told_of(central)
    menu(central, "Sjekklister")
    follow(central, "Slik står det til med rundene", re.compile("^Høstrunden"))
    send(central, "Minn den ene som mangler")
    expect(said(central)).to_contain_text("Neste kjøring minner én person.")
    ends = today().replace(month=12, day=31)
    soon = (ends - today()).days <= state(bare_site.app).settings.reminder_days
    assert told_of(central) == before + (0 if soon else 1)


def told_of(page: Page) -> int:
    """How many things people are told of in the next run, as the page of reminders counts them."""
    press(page.locator(".hms-user-menu > summary"))
    go(page.get_by_role("banner").get_by_role("link", name="Påminnelser"))
    fact = region(page, "Neste kjøring").locator("dl > div").filter(has_text="Ting de blir minnet om")
    return int(fact.locator("dd").inner_text())


@once
def test_a_round_on_paper_is_printed_and_typed_in_with_its_day(page_of: PageOf, bare_site: BareSite) -> None:
    with bare_site.writing() as session:
        makers.checklist(session, makers.FIRE.replace("key: brann", "key: papir").replace("Brannrunde", "Papirrunden"))
    page = page_of("olav")
    menu(page, "Sjekklister")
    follow(page, "Papirrunden", about("På papir", "Verkstedet"))
    expect(main(page)).to_contain_text("6. Er det vakt?")
    expect(main(page)).to_contain_text("Vises bare når «Foregår det varmt arbeid?» er besvart: Ja")
    page.emulate_media(media="print")
    expect(main(page).get_by_text("Skriv inn det som står på papiret")).to_be_hidden()
    expect(main(page).get_by_text("Navn")).to_be_visible()
    page.emulate_media(media="screen")

    day = today() - timedelta(days=3)
    press(main(page).locator("summary").filter(has_text="Skriv inn det som står på papiret"))
    page.get_by_label("Dagen som står på papiret").fill(day.isoformat())
    send(page, "Skriv det inn")
    for item, value in (
        ("Korridorene er frie", "OK"), ("Dørene går opp", "OK"), ("Foregår det varmt arbeid?", "Nei"),
        ("Hva slags alarm", "Klokke"),
    ):  # fmt: skip
        choose(page, item, value)
    page.get_by_label("Tall: Hvor mange apparater mangler?").fill("0")
    page.get_by_label("Dato: Når ble de kontrollert?").fill(day.isoformat())
    hand_in(page)
    expect(main(page)).to_contain_text(re.compile(rf"Gjort \w+ {day.day}\. "))
    expect(main(page)).to_contain_text("Skrevet inn fra papir")
