"""A group's note on phones: several at once, without network, and with a server that dies.

What is counted in the end is what the database holds: every line that was shown as saved, once.
"""

import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Route, expect
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from hmswiki.notes.models import HandIn, Point
from hmswiki.workshops.doors import COOKIE
from hmswiki.workshops.models import EventKind, Group, Task, Workshop
from tests.browser.sites import BareSite
from tests.cast import Cast
from tests.conftest import Databases
from tests.support import once
from tests.support.browser import ConsoleMessages, axe_violations, overflows, tab_walk
from tests.support.postgresql import free_port
from tests.support.servers import ServerProcess
from tests.workshops import makers

pytestmark = pytest.mark.xdist_group("notes")

PHONE = {"viewport": {"width": 390, "height": 844}}
SAVED = re.compile(r"^\s*Lagret kl\.\s\d\d\.\d\d\. Vises på veggen\.\s*$")
FIRST = "Informasjon"
SECOND = "Plan for medvirkning"

Open = Callable[..., Page]


class Note:
    """A group's note on the first task of a workshop of its own, and what the database holds of it."""

    def __init__(
        self, writing: Callable[[], AbstractContextManager[Session]], *, running: bool = True, task: int = 0
    ) -> None:
        self._writing = writing
        with writing() as session:
            made = makers.workshop(session)
            self.workshop = made.key
            self.tasks = [one.key for one in made.tasks]
            self._task = self.tasks[task]
            if running:
                makers.start(session, made.tasks[task])

    @property
    def address(self) -> str:
        return f"/workshops/{self.workshop}/groups/1/notes/{self._task}"

    def seat(self, name: str | None = None) -> str:
        """The token of a phone that has come in to the group."""
        with self._writing() as session:
            made = self._made(session)
            group = session.scalars(select(Group).where(Group.workshop_id == made.id, Group.number == 1)).one()
            return makers.seat(session, made, group=group, name=name)

    def happens(self, kind: EventKind, task: int = 0) -> None:
        with self._writing() as session:
            found = session.scalars(select(Task).where(Task.key == self.tasks[task])).one()
            makers.happen(session, found, kind, at=datetime.now(UTC))

    def remind(self) -> None:
        """Let the organiser ask the group to hand in."""
        with self._writing() as session:
            made = self._made(session)
            made.groups[0].reminded_at = datetime.now(UTC)
            made.pulse += 1

    def lines(self) -> list[str]:
        """What stands in the note, by prompt and in order."""
        with self._writing() as session:
            rows = session.scalars(
                select(Point).join(Task).where(Task.key == self._task, Point.cleared_at.is_(None))
            ).all()
            return [
                row.text for row in sorted(rows, key=lambda row: (row.prompt_id, row.model or "", row.rank, row.key))
            ]

    def hand_ins(self) -> int:
        with self._writing() as session:
            return len(session.scalars(select(HandIn).join(Task).where(Task.key == self._task)).all())

    def _made(self, session: Session) -> Workshop:
        return session.scalars(select(Workshop).where(Workshop.key == self.workshop)).one()


@pytest.fixture
def note(bare_site: BareSite) -> Note:
    return Note(bare_site.writing)


@pytest.fixture
def complaints() -> Iterator[ConsoleMessages]:
    """What the windows complain of: nothing, but for answers that a test has asked for and takes out."""
    found = ConsoleMessages()
    yield found
    assert found == []


@pytest.fixture
def open_phone(bare_site: BareSite, complaints: ConsoleMessages) -> Iterator[Open]:
    """Opens a note in a phone of its own, that a code has let in."""
    windows: list[BrowserContext] = []

    def open_note(note: Note, name: str | None = None, **options: object) -> Page:
        window = bare_site.visitor(**(PHONE | options))
        windows.append(window)
        come_in(window, bare_site.address, note, name)
        page = window.new_page()
        complaints.watch(page)
        page.goto(note.address)
        return page

    yield open_note
    for window in windows:
        window.close()


def come_in(window: BrowserContext, site: str, note: Note, name: str | None = None) -> None:
    window.add_cookies([{"name": f"{COOKIE}{note.workshop}", "value": note.seat(name), "url": site}])


def box(page: Page, name: str = FIRST) -> Locator:
    return page.get_by_role("group", name=name, exact=True)


def texts(page: Page, name: str = FIRST) -> list[str]:
    return [
        text for text in box(page, name).locator("textarea").evaluate_all("all => all.map((one) => one.value)") if text
    ]


def write(page: Page, text: str, name: str = FIRST) -> None:
    """At the end of the box."""
    box(page, name).locator("textarea").last.click()
    page.keyboard.type(text)


def shows(page: Page, lines: list[str], name: str = FIRST) -> None:
    """Until the box has these lines."""
    page.wait_for_function(
        """([name, lines]) => {
          const box = [...document.querySelectorAll("[data-hms-box]")].find((one) => one.dataset.name === name);
          const now = [...box.querySelectorAll("ol textarea")].map((one) => one.value).filter(Boolean);
          return JSON.stringify(now) === JSON.stringify(lines);
        }""",
        arg=[name, lines],
    )


def save_state(page: Page) -> Locator:
    return page.locator("[data-hms-save-state]")


def wait_until_it_is_kept(page: Page) -> None:
    page.wait_for_function(
        "async () => Boolean(await caches.match(location.href)) && Boolean(navigator.serviceWorker.controller)"
    )


@once
def test_a_plan_that_is_changed_while_a_group_writes_is_told_of(
    open_phone: Open, note: Note, bare_site: BareSite
) -> None:
    page = open_phone(note)
    notice = page.get_by_text("Arrangøren har endret oppgaven.")
    write(page, "Før")
    expect(save_state(page)).to_have_text(SAVED)
    assert not notice.is_visible()
    with bare_site.writing() as session:
        made = session.scalars(select(Workshop).where(Workshop.key == note.workshop)).one()
        made.tasks[0].prompts[0].title = "Hva folk må vite"
        made.version, made.pulse = made.version + 1, made.pulse + 1
    expect(notice).to_be_visible()
    page.get_by_role("link", name="Åpne den slik den er nå").click()
    shows(page, ["Før"], "Hva folk må vite")
    assert not notice.is_visible()


# --- Together ---------------------------------------------------------------------------------------------


def test_two_phones_write_in_one_note_at_once(open_phone: Open, note: Note) -> None:
    kari, per = open_phone(note, "Kari"), open_phone(note, "Per Olsen")
    write(kari, "Fast side hver fredag")
    expect(save_state(kari)).to_have_text(SAVED)
    shows(per, ["Fast side hver fredag"])
    expect(box(per).get_by_title("Kari")).to_have_text("KKari")  # for the eye, and for who listens
    assert box(kari).get_by_title("Kari").count() == 0

    write(per, "Samme bes")
    shows(kari, ["Fast side hver fredag", "Samme bes"])
    kari.keyboard.press("Enter")
    kari.keyboard.type("Lunsj")
    shows(per, ["Fast side hver fredag", "Lunsj", "Samme bes"])
    per.keyboard.type("kjed til alle")
    expect(save_state(per)).to_have_text(SAVED)
    expect(save_state(kari)).to_have_text(SAVED)
    together = ["Fast side hver fredag", "Lunsj", "Samme beskjed til alle"]
    shows(kari, together)
    shows(per, together)

    # Both in the same line, before either has heard of the other: nobody's words are lost.
    for page in (kari, per):
        page.context.set_offline(True)
        box(page).locator("textarea").first.click()
        page.keyboard.press("End")
    kari.keyboard.type(" kl. 9")
    per.keyboard.type(" fra rektor")
    for page in (kari, per):
        expect(save_state(page)).to_have_text("Uten nett. 1 linje er lagret på telefonen.")
    kari.context.set_offline(False)
    expect(save_state(kari)).to_have_text(SAVED)
    per.context.set_offline(False)
    per.keyboard.type(" selv")
    expect(save_state(per)).to_have_text(SAVED)
    both = ["Fast side hver fredag kl. 9", "Fast side hver fredag fra rektor selv", *together[1:]]
    shows(kari, both)
    shows(per, both)
    assert per.evaluate("document.activeElement.value") == "Fast side hver fredag fra rektor selv"
    assert note.lines() == both


@once
def test_what_others_wrote_comes_with_the_answer_to_what_one_writes(open_phone: Open, note: Note) -> None:
    kari, per = open_phone(note, "Kari"), open_phone(note, "Per")
    kari.wait_for_load_state("networkidle")
    kari.route("**/state", lambda route: None)  # what it asks for besides never comes
    write(per, "Fast side hver fredag")
    expect(save_state(per)).to_have_text(SAVED)
    write(kari, "Lunsj")
    shows(kari, ["Fast side hver fredag", "Lunsj"])
    expect(save_state(kari)).to_have_text(SAVED)
    kari.unroute_all(behavior="ignoreErrors")


@once
def test_what_others_write_moves_neither_the_caret_nor_the_window(open_phone: Open, note: Note) -> None:
    kari, per = open_phone(note, "Kari"), open_phone(note, "Per", viewport={"width": 390, "height": 500})
    write(per, "Verneombudet er med", SECOND)
    for _ in range(4):
        per.keyboard.press("ArrowLeft")
    stands = "(one = document.activeElement) => [Math.round(one.getBoundingClientRect().top), one.selectionStart]"
    before = per.evaluate(f"({stands})()")
    lines = [f"Punkt nummer {number}" for number in range(1, 8)]
    box(kari).locator("textarea").last.evaluate(
        """(field, text) => {
          field.focus();
          const data = new DataTransfer();
          data.setData("text/plain", text);
          field.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
        }""",
        "\r\n".join(f"- {line}" for line in lines),
    )
    shows(per, lines)
    assert per.evaluate(f"({stands})()") == before
    per.keyboard.type("!")
    expect(save_state(per)).to_have_text(SAVED)
    assert note.lines() == [*lines, "Verneombudet er! med"]


# --- Without network --------------------------------------------------------------------------------------


@once
def test_a_note_goes_on_without_network_in_the_next_page_and_arrives_once(open_phone: Open, note: Note) -> None:
    page = open_phone(note)
    write(page, "Før")
    expect(save_state(page)).to_have_text(SAVED)
    wait_until_it_is_kept(page)
    page.context.set_offline(True)
    expect(save_state(page)).to_have_text("Uten nett. Det du skriver, lagres på telefonen.")
    page.keyboard.type(" nettet gikk")
    page.keyboard.press("Enter")
    page.keyboard.type("Underveis")
    expect(save_state(page)).to_have_text("Uten nett. 2 linjer er lagret på telefonen.")
    page.keyboard.press("Alt+ArrowUp")
    page.reload()
    expect(save_state(page)).to_have_text("Uten nett. 2 linjer er lagret på telefonen.")
    assert texts(page) == ["Underveis", "Før nettet gikk"]
    page.goto("/workshops")
    expect(page.get_by_role("listitem")).to_contain_text("2 linjer er lagret på telefonen.")
    assert note.lines() == ["Før"]

    tab = page.context.new_page()
    page.close()
    tab.goto(note.address)
    write(tab, "I en ny fane")
    expect(save_state(tab)).to_have_text("Uten nett. 3 linjer er lagret på telefonen.")
    tab.goto("about:blank")
    tab.context.set_offline(False)
    tab.goto("/m")
    tab.wait_for_function("() => Object.keys(localStorage).every((key) => !key.endsWith(':waiting'))")
    assert note.lines() == ["Underveis", "Før nettet gikk", "I en ny fane"]


@once
def test_an_edit_whose_receipt_was_lost_is_sent_again_and_what_was_typed_since_follows(
    open_phone: Open, note: Note
) -> None:
    page = open_phone(note)
    lost = []

    def lose(route: Route) -> None:
        if len(lost) < 2:
            lost.append(route.fetch())
            route.abort()
        else:
            route.continue_()

    page.context.route("**/edits", lose)
    write(page, "Risikovurdering")
    expect(save_state(page)).to_have_text("Uten nett. 1 linje er lagret på telefonen.")
    page.keyboard.type(" før vedtak")
    page.keyboard.press("Enter")
    page.keyboard.type("Ikke etter")
    expect(save_state(page)).to_have_text(SAVED)
    assert note.lines() == ["Risikovurdering før vedtak", "Ikke etter"]


@once
def test_a_phone_that_came_in_again_sends_what_was_written_before(
    open_phone: Open, note: Note, bare_site: BareSite, complaints: ConsoleMessages
) -> None:
    page = open_phone(note)
    expect(box(page).locator("textarea")).to_have_count(1)
    page.context.clear_cookies(name=f"{COOKIE}{note.workshop}")
    write(page, "Skrevet etter at koden ble byttet")
    expect(save_state(page)).to_contain_text("Du slipper ikke inn lenger. 1 linje er lagret på telefonen. Skriv koden")
    come_in(page.context, bare_site.address, note)
    page.goto(note.address)
    expect(save_state(page)).to_have_text(SAVED)
    assert note.lines() == ["Skrevet etter at koden ble byttet"]
    assert {complaint[:3] for complaint in complaints} == {"401"}  # which the page was told
    complaints.clear()


# --- How it is done ---------------------------------------------------------------------------------------


@once
def test_a_note_is_written_moved_mended_and_handed_in_by_the_keyboard_alone(open_phone: Open, note: Note) -> None:
    page = open_phone(note, viewport={"width": 1280, "height": 900})
    keys = page.keyboard
    box(page).locator("textarea").last.focus()
    keys.type("Én")
    keys.press("Enter")
    keys.type("To og tre")
    for _ in range(5):
        keys.press("ArrowLeft")
    keys.press("Enter")  # divides the line
    keys.press("Delete")
    keys.press("Delete")
    keys.press("Alt+ArrowUp")
    keys.press("Alt+ArrowUp")
    shows(page, ["tre", "Én", "To o"])
    keys.press("ArrowDown")
    keys.press("ArrowDown")
    keys.press("End")
    keys.press("Backspace")
    keys.press("Backspace")
    shows(page, ["tre", "Én", "To"])
    keys.press("Alt+ArrowDown")  # on to the next heading
    shows(page, ["To"], SECOND)
    expect(page.locator("[data-hms-told]")).to_have_text("Flyttet: Plan for medvirkning, linje 1")
    keys.press("Backspace")
    keys.press("Backspace")
    keys.press("Backspace")
    shows(page, [], SECOND)
    box(page, SECOND).get_by_role("button", name="Angre").press("Enter")
    shows(page, ["To"], SECOND)
    expect(save_state(page)).to_have_text(SAVED)
    assert note.lines() == ["tre", "Én", "To"]

    note.remind()
    expect(page.locator("[data-hms-reminded]")).to_be_visible()
    page.get_by_role("button", name="Lever notatet").press("Enter")
    expect(page.locator("[data-hms-handed-in]")).to_contain_text(re.compile(r"Levert kl\.\s\d\d\.\d\d\."))
    expect(page.locator("[data-hms-reminded]")).to_be_hidden()
    assert note.hand_ins() == 1
    write(page, "Etterpå")
    expect(page.locator("[data-hms-handed-in]")).to_contain_text("Notatet er endret etterpå.")
    expect(page.get_by_role("button", name="Lever på nytt")).to_be_visible()
    assert len(tab_walk(page)) > 5


@once
def test_a_task_that_closes_while_somebody_types_keeps_the_words_and_takes_them_when_it_opens(
    open_phone: Open, note: Note, complaints: ConsoleMessages
) -> None:
    page = open_phone(note)
    write(page, "I tide")
    expect(save_state(page)).to_have_text(SAVED)
    page.context.route("**/state", lambda route: route.abort())
    note.happens(EventKind.CLOSED)
    page.keyboard.press("Enter")
    page.keyboard.type("For sent")
    expect(save_state(page)).to_have_text("1 linje ble ikke tatt imot. Se hvorfor ved linjen.")
    expect(box(page).locator(".hms-error:visible")).to_contain_text("ble avsluttet")
    assert note.lines() == ["I tide"]
    page.context.unroute("**/state")
    page.evaluate("dispatchEvent(new Event('online'))")  # not only when it would have looked again by itself
    expect(page.locator("[data-hms-closed]")).to_be_visible()
    expect(page.get_by_role("button", name="Lever notatet")).to_be_hidden()
    assert texts(page) == ["I tide", "For sent"]

    note.happens(EventKind.STARTED, task=1)
    expect(page.get_by_role("link", name="Hvordan fordeler vi HMS-rollene?").first).to_be_visible()
    expect(page.get_by_text("Neste oppgave har begynt:")).to_be_visible()
    note.happens(EventKind.REOPENED)
    expect(save_state(page)).to_have_text(SAVED)
    assert note.lines() == ["I tide", "For sent"]


@once
def test_who_is_quicker_than_the_script_loses_nothing(open_phone: Open, note: Note) -> None:
    page = open_phone(note, service_workers="block")
    write(page, "Står der")
    expect(save_state(page)).to_have_text(SAVED)
    held: list[Route] = []
    page.context.route("**/note.js*", lambda route: held.append(route))
    page.goto("about:blank")
    page.goto(note.address, wait_until="commit")
    page.locator("textarea.hms-note-input").first.fill("Står der\nKom til\n")
    while not held:
        page.wait_for_timeout(20)
    held.pop().continue_()
    expect(save_state(page)).to_have_text(SAVED)
    assert note.lines() == ["Står der", "Kom til"]


@once
def test_without_script_it_is_one_form(open_phone: Open, bare_site: BareSite) -> None:
    note = Note(bare_site.writing, task=1)
    page = open_phone(note, java_script_enabled=False)
    page.get_by_label("5 institutter").fill("Én koordinator\nTo vara")
    page.get_by_role("button", name="Lagre").click()
    expect(page.get_by_label("5 institutter")).to_have_value("Én koordinator\nTo vara")
    page.get_by_label("3 institutter").fill("Ingen")
    page.get_by_role("button", name="Lever notatet").click()
    expect(page.locator("[data-hms-handed-in]")).to_contain_text("Levert")
    assert note.lines() == ["Ingen", "Én koordinator", "To vara"]
    assert note.hand_ins() == 1


@once
def test_a_line_that_is_too_long_says_so_and_axe_finds_nothing(open_phone: Open, bare_site: BareSite) -> None:
    note = Note(bare_site.writing, task=1)
    page = open_phone(note, "Kari", color_scheme="dark")
    write(page, "Ord " + "uten mellomrom".replace(" ", "") * 12, "5 institutter")
    page.keyboard.press("Enter")
    page.keyboard.type("x" * 1001)
    expect(box(page, "5 institutter").locator(".hms-error:visible")).to_contain_text("Linjen har 1001 tegn")
    expect(save_state(page)).to_have_text("1 linje ble ikke tatt imot. Se hvorfor ved linjen.")
    for width in (1280, 390, 320):
        page.set_viewport_size({"width": width, "height": 844})
        assert overflows(page) == []
    assert axe_violations(page) == []
    page.keyboard.press("Backspace")
    expect(save_state(page)).to_have_text(SAVED)
    assert note.lines()[1] == "x" * 1000


# --- A server that dies -----------------------------------------------------------------------------------


@once
def test_every_line_that_was_shown_as_saved_outlives_a_killed_server(
    databases: Databases, cast_database: tuple[str, Cast], browser: Browser, tmp_path: Path
) -> None:
    address = databases.copy_of(cast_database[0])
    engine = create_engine(address)

    @contextmanager
    def writing() -> Iterator[Session]:
        with Session(engine) as session:
            yield session
            session.commit()

    note, port = Note(writing), free_port()
    environment = os.environ | {
        "HMSWIKI_DATABASE_URL": address, "HMSWIKI_INSTANCE": str(tmp_path),
        "HMSWIKI_SECRET_KEY": "only for this test, but long enough",
    }  # fmt: skip
    command = [Path(sys.executable).with_name("hmswiki"), "serve", "--port", str(port)]
    site = f"http://127.0.0.1:{port}"

    def server() -> ServerProcess:
        return ServerProcess(command, port=port, env=environment, cwd=tmp_path)

    windows = [browser.new_context(locale="nb-NO", base_url=site, reduced_motion="reduce", **PHONE) for _ in range(2)]
    kari, per = (window.new_page() for window in windows)
    with server() as first:
        first.wait_until_it_answers()
        for name, page in (("Kari", kari), ("Per", per)):
            come_in(page.context, site, note, name)
            page.goto(note.address)
            write(page, f"{name} først")
            expect(save_state(page)).to_have_text(SAVED)
        wait_until_it_is_kept(per)
        first.kill()
    lines = ["Kari først, og mer", "Per først", "Mens den var borte"]
    kari.keyboard.type(", og mer")
    per.keyboard.press("Enter")
    per.keyboard.type("Mens den var borte")
    for page in (kari, per):
        expect(save_state(page)).to_have_text("Uten nett. 1 linje er lagret på telefonen.")
    per.reload()
    assert sorted(note.lines()) == ["Kari først", "Per først"]
    with server() as second:
        second.wait_until_it_answers()
        for page in (kari, per):
            expect(save_state(page)).to_have_text(SAVED, timeout=40_000)
        for page in (kari, per):
            shows(page, lines)
        second.kill()
    for window in windows:
        window.close()
    found = note.lines()
    engine.dispose()
    databases.drop(address)
    assert found == lines
