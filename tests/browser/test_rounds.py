"""A round on a phone: by the keyboard, without network, beside somebody else, and with a server that dies.

What is counted in the end is what the database holds: every answer that was shown as saved, once.
"""

import os
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Route, expect
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from hmswiki.accounts import operations as accounts
from hmswiki.accounts.rules import hash_password
from hmswiki.foundation import clock
from hmswiki.organisation import queries as organisation
from hmswiki.rounds import operations
from hmswiki.rounds.models import Answer, Photo, Round
from tests.browser.sites import BareSite
from tests.cast import Cast, today
from tests.conftest import Databases
from tests.rounds import makers
from tests.support import once
from tests.support.browser import ConsoleMessages, axe_violations, overflows, tab_walk
from tests.support.postgresql import free_port
from tests.support.servers import ServerProcess, serve

pytestmark = pytest.mark.xdist_group("rounds")

PHONE = {"viewport": {"width": 390, "height": 844}}
PICTURE = Path(__file__).parent / "corridor.png"
SAVED = re.compile(r"^\s*Lagret kl\.\s\d\d\.\d\d\.\s*$")

Open = Callable[..., Page]


class Rounds:
    """What the database holds of the rounds of these tests."""

    def __init__(self, site: BareSite) -> None:
        self._site = site
        self._places = 0

    def start(self, *, by: str = "astrid") -> str:
        """The address of a new round, each in a place of its own."""
        self._places += 1
        with self._site.app.app_context(), self._site.writing() as session:
            place = makers.area(session, f"K3-{id(self)}-{self._places}")
            return f"/rounds/{makers.start_round(session, by=by, area=place).key}"

    def answers(self, address: str) -> Counter[tuple[str, str | None]]:
        """(item, value) of every answer that was recorded, however often."""
        with self._site.writing() as session:
            rows = session.execute(select(Answer.item, Answer.value).join(Round, Round.id == Answer.round_id)
                                   .where(Round.key == address.rsplit("/", 1)[-1]))  # fmt: skip
            return Counter((str(item), value) for item, value in rows)

    def told(self, address: str, item: str) -> dict[str, object]:
        """What the last answer to an item tells of its finding."""
        with self._site.writing() as session:
            found = session.scalars(
                select(Answer).join(Round, Round.id == Answer.round_id)
                .where(Round.key == address.rsplit("/", 1)[-1], Answer.item == item)
                .order_by(Answer.answered_at.desc())
            ).first()  # fmt: skip
            return dict(found.finding or {}) if found else {}

    def photos(self, address: str) -> list[str]:
        """The items of the photos that are there."""
        with self._site.writing() as session:
            return list(session.scalars(
                select(Photo.item).join(Round, Round.id == Photo.round_id)
                .where(Round.key == address.rsplit("/", 1)[-1], Photo.withdrawn_at.is_(None))
            ))  # fmt: skip

    def is_handed_in(self, address: str) -> bool:
        with self._site.writing() as session:
            key = address.rsplit("/", 1)[-1]
            return session.scalars(select(Round.handed_in_at).where(Round.key == key)).one() is not None

    def hand_in(self, address: str, *, by: str) -> None:
        """Let somebody answer what is missing elsewhere, and hand it in."""
        with self._site.app.app_context(), self._site.writing() as session:
            makers.answer_all(session, address.rsplit("/", 1)[-1], by=by)
            operations.hand_in(
                session, address.rsplit("/", 1)[-1], by=makers.actor(session, by), at=clock.now(), today=today()
            )


@pytest.fixture
def rounds(bare_site: BareSite) -> Rounds:
    return Rounds(bare_site)


@pytest.fixture
def complaints() -> Iterator[ConsoleMessages]:
    """What the windows complain of: nothing, but for answers that a test has asked for and takes out."""
    found = ConsoleMessages()
    yield found
    assert found == []


@pytest.fixture
def open_as(bare_site: BareSite, complaints: ConsoleMessages) -> Iterator[Open]:
    """Opens a page in a phone of its own."""
    windows: list[BrowserContext] = []

    def open_for(person: str, address: str, **options: object) -> Page:
        window = bare_site.visitor(**(PHONE | options))
        bare_site.become(window, person)
        windows.append(window)
        page = window.new_page()
        complaints.watch(page)
        page.goto(address)
        return page

    yield open_for
    for window in windows:
        window.close()


def item(page: Page, key: str) -> Locator:
    return page.locator(f"#item-{key}")


def target(page: Page, key: str, value: str) -> Locator:
    """What a thumb hits to answer so."""
    return item(page, key).locator(f".hms-answers > label:has([value={value}])")


def answer(page: Page, key: str, value: str) -> Locator:
    """The answer for the keyboard."""
    return item(page, key).locator(f".hms-answers input[value={value}]")


def checked(page: Page, key: str) -> str:
    return str(item(page, key).locator("[data-part=value]:checked").get_attribute("value"))


def save_state(page: Page) -> Locator:
    return page.locator("[data-hms-save-state]")


def bar(page: Page) -> Locator:
    return page.locator("[data-hms-bar]")


def wait_until(page: Page, condition: str) -> None:
    """Until what is asked of the page, which may take its time to answer, is so."""
    page.evaluate(
        f"""async () => {{
          const ends = Date.now() + 20_000;
          while (!(await ({condition})())) {{
            if (Date.now() > ends) throw new Error("what was waited for never came");
            await new Promise((resolve) => setTimeout(resolve, 50));
          }}
        }}"""
    )


def wait_until_it_is_kept(page: Page) -> None:
    """Until the phone has the page and all that it needs."""
    wait_until(page, "async () => Boolean(await caches.match(location.href)) && navigator.serviceWorker.controller")


# --- At the keyboard, and without script ----------------------------------------------------------------------


@once
def test_a_round_is_done_and_handed_in_by_the_keyboard_alone(open_as: Open, rounds: Rounds) -> None:
    address = rounds.start()
    page = open_as("astrid", address, viewport={"width": 1280, "height": 900})
    keys = page.keyboard
    expect(bar(page)).to_contain_text("6 punkter igjen")

    def next_item() -> None:
        page.get_by_role("button", name="Neste punkt").press("Enter")

    next_item()
    expect(answer(page, "korridorer", "ok")).to_be_focused()
    keys.press("Space")
    next_item()
    expect(answer(page, "dorer", "ok")).to_be_focused()
    keys.press("ArrowRight")
    keys.press("Tab")
    expect(item(page, "dorer").get_by_label("Hva så du?")).to_be_focused()
    keys.type("Døra er låst.")
    next_item()
    keys.type("0")
    next_item()
    expect(item(page, "kontroll").locator("input[type=date]")).to_be_focused()
    item(page, "kontroll").locator("input[type=date]").fill("2026-01-15")
    next_item()
    keys.press("Space")  # hot work, yes: then it asks for a watch
    expect(item(page, "vakt")).to_be_visible()
    next_item()
    expect(answer(page, "vakt", "yes")).to_be_focused()
    keys.press("Space")
    next_item()
    expect(answer(page, "alarm", "klokke")).to_be_focused()
    keys.press("Space")

    expect(bar(page)).to_contain_text("Alt er besvart.")
    expect(save_state(page)).to_have_text(SAVED)
    assert page.locator(".hms-progress-segments").get_attribute("aria-label") == (
        "7 av 9 punkter besvart: 6 i orden, 1 avvik, 0 ikke aktuelle"
    )
    page.get_by_role("button", name="Lever runden").press("Enter")
    page.wait_for_function("() => !document.querySelector('form[data-hms-round]')")
    assert rounds.is_handed_in(address)
    assert rounds.told(address, "dorer") == {"text": "Døra er låst."}


@once
def test_nobody_is_trapped_on_the_way_through_a_round(open_as: Open, rounds: Rounds) -> None:
    page = open_as("astrid", rounds.start(), viewport={"width": 390, "height": 844})
    target(page, "dorer", "deviation").click()
    expect(save_state(page)).to_have_text(SAVED)
    stops = tab_walk(page)
    assert len(stops) > 20


@once
def test_without_script_it_is_one_form_that_keeps_what_is_refused(open_as: Open, rounds: Rounds) -> None:
    address = rounds.start()
    page = open_as("astrid", address, java_script_enabled=False)
    target(page, "korridorer", "ok").click()
    target(page, "dorer", "deviation").click()
    item(page, "dorer").get_by_label("Hva så du?").fill("Døra er låst.")
    item(page, "apparater").locator("[data-part=value]").fill("mange")
    item(page, "tavla").locator("input[type=file]").set_input_files(PICTURE)
    page.get_by_role("button", name="Lagre").click()

    expect(item(page, "apparater").locator(".hms-error")).to_contain_text("mange")
    assert item(page, "apparater").locator("[data-part=value]").input_value() == "mange"
    assert checked(page, "dorer") == "deviation"
    expect(item(page, "dorer").get_by_label("Hva så du?")).to_have_value("Døra er låst.")
    expect(item(page, "tavla").locator("img")).to_be_visible()
    assert rounds.answers(address) == {("korridorer", "ok"): 1, ("dorer", "deviation"): 1}

    expect(item(page, "vakt")).to_be_hidden()
    item(page, "apparater").locator("[data-part=value]").fill("0")
    target(page, "varmt", "yes").click()
    page.get_by_role("button", name="Lagre").click()
    expect(item(page, "vakt")).to_be_visible()
    page.get_by_role("button", name="Lever runden").click()
    expect(page.locator(".hms-error-summary")).to_contain_text("Når ble de kontrollert?")

    item(page, "kontroll").locator("input[type=date]").fill("2026-01-15")
    target(page, "vakt", "yes").click()
    target(page, "alarm", "tale").click()
    page.get_by_role("button", name="Lever runden").click()
    expect(page.locator("form[data-hms-round]")).to_have_count(0)
    assert rounds.is_handed_in(address)
    assert rounds.photos(address) == ["tavla"]


# --- Without network --------------------------------------------------------------------------------------


def test_a_round_goes_on_without_network_and_arrives_once(open_as: Open, rounds: Rounds) -> None:
    address = rounds.start()
    page = open_as("astrid", address)
    target(page, "korridorer", "ok").click()
    expect(save_state(page)).to_have_text(SAVED)
    wait_until_it_is_kept(page)

    page.context.set_offline(True)
    expect(save_state(page)).to_have_text("Uten nett. Det du svarer, lagres på telefonen.")
    target(page, "dorer", "ok").click()
    expect(save_state(page)).to_have_text("Uten nett. 1 svar er lagret på telefonen.")
    target(page, "dorer", "deviation").click()
    item(page, "dorer").get_by_label("Hva så du?").fill("Døra er låst.")
    target(page, "varmt", "yes").click()
    expect(save_state(page)).to_have_text("Uten nett. 2 svar er lagret på telefonen.")
    item(page, "dorer").locator("input[type=file]").set_input_files(PICTURE)
    expect(item(page, "dorer").locator("canvas[role=img]")).to_be_visible()
    expect(save_state(page)).to_have_text("Uten nett. 3 svar er lagret på telefonen.")

    page.reload()
    expect(save_state(page)).to_have_text("Uten nett. 3 svar er lagret på telefonen.")
    assert [checked(page, key) for key in ("korridorer", "dorer", "varmt")] == ["ok", "deviation", "yes"]
    expect(item(page, "dorer").get_by_label("Hva så du?")).to_have_value("Døra er låst.")
    expect(item(page, "dorer").locator("canvas[role=img]")).to_be_visible()
    expect(item(page, "vakt")).to_be_visible()
    target(page, "vakt", "yes").click()
    expect(save_state(page)).to_have_text("Uten nett. 4 svar er lagret på telefonen.")
    assert rounds.answers(address) == {("korridorer", "ok"): 1}

    page.context.set_offline(False)
    expect(save_state(page)).to_have_text(SAVED)
    expect(item(page, "dorer").locator("img")).to_be_visible()
    counted = rounds.answers(address)
    assert counted[("dorer", "deviation")] == 1
    assert {**counted, ("dorer", "ok"): 0} == {
        ("korridorer", "ok"): 1, ("dorer", "deviation"): 1, ("varmt", "yes"): 1, ("vakt", "yes"): 1, ("dorer", "ok"): 0,
    }  # fmt: skip
    assert rounds.told(address, "dorer") == {"text": "Døra er låst."}
    assert rounds.photos(address) == ["dorer"]


@once
def test_an_answer_whose_receipt_was_lost_is_sent_again_and_is_there_once(open_as: Open, rounds: Rounds) -> None:
    address = rounds.start()
    page = open_as("astrid", address)
    lost = []

    def lose(route: Route) -> None:
        """Let it reach the server, and the answer be lost on the way back."""
        if len(lost) < 2:
            lost.append(route.fetch())
            route.abort()
        else:
            route.continue_()

    page.context.route("**/answers", lose)
    target(page, "korridorer", "ok").click()
    expect(save_state(page)).to_have_text("Uten nett. 1 svar er lagret på telefonen.")
    expect(save_state(page)).to_have_text(SAVED)
    assert len(lost) == 2
    assert rounds.answers(address) == {("korridorer", "ok"): 1}


@once
def test_what_the_phone_has_no_room_for_stays_on_the_page_until_it_is_sent(open_as: Open, rounds: Rounds) -> None:
    address = rounds.start()
    page = open_as("astrid", address)
    wait_until_it_is_kept(page)
    page.evaluate(
        """() => {
          IDBObjectStore.prototype.put = () => { throw new DOMException("no room", "QuotaExceededError"); };
        }"""
    )
    page.context.set_offline(True)
    target(page, "dorer", "deviation").click()
    expect(save_state(page)).to_have_text("1 svar ligger bare på denne siden: la den stå åpen til det er lagret.")
    item(page, "dorer").locator("input[type=file]").set_input_files(PICTURE)
    expect(item(page, "dorer").locator("canvas[role=img]")).to_be_visible()
    assert rounds.answers(address) == {}

    page.context.set_offline(False)
    expect(save_state(page)).to_have_text(SAVED)
    expect(item(page, "dorer").locator("img")).to_be_visible()
    assert rounds.answers(address) == {("dorer", "deviation"): 1}
    assert rounds.photos(address) == ["dorer"]


@once
def test_what_waits_is_sent_from_any_page_of_the_wiki_once_the_network_is_back(open_as: Open, rounds: Rounds) -> None:
    address = rounds.start()
    page = open_as("astrid", address)
    wait_until_it_is_kept(page)
    page.context.set_offline(True)
    target(page, "korridorer", "ok").click()
    expect(save_state(page)).to_have_text("Uten nett. 1 svar er lagret på telefonen.")
    page.goto("/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Du er uten nett")
    expect(page.get_by_role("listitem")).to_contain_text("1 svar er lagret på telefonen.")
    page.get_by_role("link", name="Kjemiblokk 3, 2. etasje").click()
    assert checked(page, "korridorer") == "ok"

    page.goto("about:blank")
    page.context.set_offline(False)
    page.goto("/")
    page.wait_for_function("() => Object.keys(localStorage).every((key) => !key.endsWith(':waiting'))")
    assert rounds.answers(address) == {("korridorer", "ok"): 1}


@once
def test_a_phone_keeps_no_pages_for_others_and_sends_nobody_elses_answers(
    open_as: Open, rounds: Rounds, bare_site: BareSite, complaints: ConsoleMessages
) -> None:
    address = rounds.start()
    page = open_as("astrid", address)
    wait_until_it_is_kept(page)
    page.context.set_offline(True)
    target(page, "korridorer", "ok").click()
    expect(save_state(page)).to_have_text("Uten nett. 1 svar er lagret på telefonen.")
    page.goto("about:blank")
    page.context.set_offline(False)

    bare_site.become(page.context, "siri")
    page.goto("/")
    wait_until(page, "async () => (await caches.keys()).every((name) => !name.startsWith('hmswiki-rounds:'))")
    page.goto(address)
    target(page, "dorer", "ok").click()
    expect(save_state(page)).to_have_text(SAVED)
    assert rounds.answers(address) == {("dorer", "ok"): 1}
    assert item(page, "korridorer").locator(".hms-answers :checked").count() == 0

    bare_site.become(page.context, "astrid")
    page.goto("/")
    page.goto(address)
    expect(item(page, "korridorer").locator("[value=ok]")).to_be_checked()
    # The front page may have sent it already, and then the round has nothing to say of it.
    wait_until(page, "() => Object.keys(localStorage).every((key) => !key.endsWith(':waiting'))")
    assert rounds.answers(address) == {("dorer", "ok"): 1, ("korridorer", "ok"): 1}


@once
def test_who_is_signed_out_keeps_the_answers_and_is_shown_the_way_in(
    open_as: Open, rounds: Rounds, bare_site: BareSite, complaints: ConsoleMessages
) -> None:
    address = rounds.start()
    page = open_as("astrid", address)
    expect(bar(page)).to_contain_text("6 punkter igjen")
    bare_site.become(page.context, None)
    target(page, "korridorer", "ok").click()
    expect(save_state(page)).to_contain_text("Du er logget ut. 1 svar er lagret på telefonen. Logg inn")
    assert rounds.answers(address) == {}
    complaints.clear()  # 401, which the page was told

    bare_site.become(page.context, "astrid")
    page.goto(address)
    expect(save_state(page)).to_have_text(SAVED)
    assert rounds.answers(address) == {("korridorer", "ok"): 1}


@once
def test_who_is_quicker_than_the_script_loses_nothing(open_as: Open, rounds: Rounds) -> None:
    address = rounds.start()
    page = open_as("astrid", "/")
    held: list[Route] = []
    page.route("**/round.js*", lambda route: held.append(route))
    page.goto(address, wait_until="commit")
    target(page, "korridorer", "ok").click()
    assert page.locator("form[data-hms-script]").count() == 0
    for route in held:
        route.continue_()
    expect(save_state(page)).to_have_text(SAVED)
    assert rounds.answers(address) == {("korridorer", "ok"): 1}


# --- Together ---------------------------------------------------------------------------------------------


@once
def test_two_people_in_one_round_see_each_others_answers(open_as: Open, rounds: Rounds) -> None:
    address = rounds.start()
    astrid, siri = open_as("astrid", address), open_as("siri", address)
    item(siri, "annet").locator("textarea[data-part=value]").press_sequentially("Jeg skriver")
    target(astrid, "korridorer", "deviation").click()
    item(astrid, "korridorer").get_by_label("Hva så du?").fill("Esker.")
    expect(save_state(astrid)).to_have_text(SAVED)

    expect(item(siri, "korridorer").locator("[value=deviation]")).to_be_checked()
    expect(item(siri, "korridorer").get_by_label("Hva så du?")).to_have_value("Esker.")
    expect(item(siri, "korridorer")).to_contain_text(re.compile(r"Astrid Aas svarte kl\.\s\d\d\.\d\d"))
    expect(item(siri, "annet").locator("textarea[data-part=value]")).to_be_focused()
    expect(item(siri, "annet").locator("textarea[data-part=value]")).to_have_value("Jeg skriver")

    target(siri, "korridorer", "ok").click()
    expect(item(astrid, "korridorer").locator("[value=ok]")).to_be_checked()
    expect(item(astrid, "korridorer")).to_contain_text("Siri Sand svarte")
    assert rounds.answers(address)[("korridorer", "ok")] == 1


@once
def test_a_refused_answer_stays_at_its_item_with_the_reason(open_as: Open, rounds: Rounds) -> None:
    address = rounds.start()
    page = open_as("astrid", address)
    number = item(page, "apparater").locator("[data-part=value]")
    number.fill("mange")
    target(page, "korridorer", "ok").click()

    problem = item(page, "apparater").locator("[data-place=problem]")
    expect(problem).to_contain_text("mange")
    expect(number).to_have_value("mange")
    expect(number).to_have_attribute("aria-invalid", "true")
    expect(save_state(page)).to_have_text("1 svar ble ikke tatt imot. Se hvorfor ved punktet.")
    assert rounds.answers(address) == {("korridorer", "ok"): 1}
    page.reload()
    expect(number).to_have_value("mange")
    expect(problem).to_contain_text("mange")

    number.fill("0")
    expect(problem).to_be_hidden()
    expect(save_state(page)).to_have_text(SAVED)
    assert rounds.answers(address) == {("korridorer", "ok"): 1, ("apparater", "0"): 1}


@once
def test_answers_to_a_round_that_was_handed_in_meanwhile_are_kept_and_become_a_correction(
    open_as: Open, rounds: Rounds, complaints: ConsoleMessages
) -> None:
    address = rounds.start()
    page = open_as("astrid", address)
    wait_until_it_is_kept(page)
    page.context.set_offline(True)
    target(page, "korridorer", "deviation").click()
    item(page, "korridorer").get_by_label("Hva så du?").fill("Esker.")
    item(page, "korridorer").get_by_label("Hva så du?").press("Tab")
    item(page, "korridorer").locator("input[type=file]").set_input_files(PICTURE)
    expect(save_state(page)).to_have_text("Uten nett. 2 svar er lagret på telefonen.")
    rounds.hand_in(address, by="siri")

    page.context.set_offline(False)
    expect(page.locator("[data-hms-handed-in]")).to_contain_text("Siri Sand har levert runden.")
    expect(page.locator("[data-hms-handed-in]")).to_contain_text("2 svar fra deg kom for sent, og ligger på telefonen.")
    expect(save_state(page)).to_have_text("2 svar ble ikke tatt imot. Se hvorfor ved punktene.")
    complaints.clear()  # 409, which the page was told
    page.get_by_role("link", name="Åpne runden slik den ble levert").click()
    kept = page.locator("[data-hms-refused]")
    expect(kept).to_contain_text("Korridorene er frie: Avvik. Esker.")
    kept.get_by_label("Hvorfor?").fill("Jeg var uten nett.")
    kept.get_by_role("button", name="Legg til som rettelse").click()

    expect(page.locator("main")).to_contain_text("Jeg var uten nett.")
    expect(kept).to_have_count(0)
    assert rounds.answers(address)[("korridorer", "deviation")] >= 1
    assert rounds.told(address, "korridorer") == {"text": "Esker."}
    assert rounds.photos(address) == ["korridorer"]


# --- What it looks like -----------------------------------------------------------------------------------


@once
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_targets_suit_a_thumb_and_nothing_is_found_by_axe(open_as: Open, rounds: Rounds, scheme: str) -> None:
    page = open_as("astrid", rounds.start(), color_scheme=scheme)
    low = page.locator(".hms-answers > label, .hms-answer-field input").evaluate_all(
        """(targets) => targets.filter((one) => one.offsetParent && one.getBoundingClientRect().height < 68)
          .map((one) => one.outerHTML)"""
    )
    assert low == []
    target(page, "korridorer", "ok").click()
    target(page, "dorer", "deviation").click()
    target(page, "varmt", "not_applicable").click()
    item(page, "dorer").locator("input[type=file]").set_input_files(PICTURE)
    expect(item(page, "dorer").locator("img")).to_be_visible()
    assert axe_violations(page) == []
    for width in (1280, 390, 320):
        page.set_viewport_size({"width": width, "height": 844})
        assert overflows(page) == []
    page.set_viewport_size({"width": 1280, "height": 844})
    assert axe_violations(page) == []


@once
def test_on_paper_there_is_room_to_write_what_has_no_boxes(open_as: Open, rounds: Rounds) -> None:
    page = open_as("astrid", rounds.start(), viewport={"width": 718, "height": 1000})
    follow = page.get_by_role("link", name="Skriv ut tom liste")
    page.goto(str(follow.evaluate("link => link.href")))
    page.emulate_media(media="print")
    lines = page.locator(".hms-paper-item .hms-paper-line").evaluate_all(
        "lines => lines.map((one) => one.getBoundingClientRect().width)"
    )
    assert lines
    assert min(lines) > 500


@once
def test_a_photo_is_removed_by_pressing_twice(open_as: Open, rounds: Rounds) -> None:
    address = rounds.start()
    page = open_as("astrid", address)
    item(page, "tavla").locator("input[type=file]").set_input_files(PICTURE)
    expect(item(page, "tavla").locator("img")).to_be_visible()
    remove = item(page, "tavla").get_by_role("button", name="Fjern Bilde 1")
    remove.click()
    assert rounds.photos(address) == ["tavla"]
    remove.click()
    expect(item(page, "tavla").locator("img")).to_have_count(0)
    assert rounds.photos(address) == []


@once
def test_what_is_no_photo_is_said_at_the_item(open_as: Open, rounds: Rounds) -> None:
    page = open_as("astrid", rounds.start())
    item(page, "tavla").locator("input[type=file]").set_input_files(
        {"name": "notat.jpg", "mimeType": "image/jpeg", "buffer": b"no photo at all"}
    )
    expect(item(page, "tavla").locator("[data-place=problem]")).to_contain_text("Dette kan ikke leses som et bilde.")


# --- Where the wiki stands, and a server that dies --------------------------------------------------------


@once
def test_a_round_opens_without_network_where_the_wiki_stands_under_a_prefix(
    bare_site: BareSite, rounds: Rounds, open_as: Open, complaints: ConsoleMessages
) -> None:
    def mounted(environ: dict[str, Any], start: Callable[..., Any]) -> Any:
        path = environ["PATH_INFO"]
        if not path.startswith("/intern/hms/"):
            start("404 Not Found", [("Content-Type", "text/html")])
            return [b"<!doctype html><title>the host</title>"]
        environ |= {"SCRIPT_NAME": "/intern/hms", "PATH_INFO": path.removeprefix("/intern/hms")}
        if person := environ.get("HTTP_X_PERSON"):
            environ["hmswiki.test_person"] = person
        return bare_site.app(environ, start)

    address = rounds.start()
    with serve(mounted) as host:
        page = open_as("astrid", f"{host}/intern/hms{address}")
        wait_until_it_is_kept(page)
        assert page.evaluate("async () => (await navigator.serviceWorker.ready).scope") == f"{host}/intern/hms/"
        page.context.set_offline(True)
        target(page, "korridorer", "ok").click()
        expect(save_state(page)).to_have_text("Uten nett. 1 svar er lagret på telefonen.")
        page.reload()
        expect(answer(page, "korridorer", "ok")).to_be_checked()
        page.context.set_offline(False)
        expect(save_state(page)).to_have_text(SAVED)
    assert rounds.answers(address) == {("korridorer", "ok"): 1}


@once
def test_every_answer_that_was_shown_as_saved_outlives_a_killed_server(
    databases: Databases, cast_database: tuple[str, Cast], browser: Browser, tmp_path: Path
) -> None:
    address = databases.copy_of(cast_database[0])
    engine = create_engine(address)
    with Session(engine) as session:
        key = makers.start_round(session, area=makers.area(session)).key
        astrid = organisation.person(session, "astrid")
        accounts.ensure_account(session, astrid, at=clock.now()).password_hash = hash_password("laft rips skuff mast")
        session.commit()
    port = free_port()
    environment = os.environ | {
        "HMSWIKI_DATABASE_URL": address, "HMSWIKI_INSTANCE": str(tmp_path),
        "HMSWIKI_SECRET_KEY": "only for this test, but long enough",
    }  # fmt: skip
    command = [Path(sys.executable).with_name("hmswiki"), "serve", "--port", str(port)]

    def server() -> ServerProcess:
        return ServerProcess(command, port=port, env=environment, cwd=tmp_path)

    window = browser.new_context(locale="nb-NO", base_url=f"http://127.0.0.1:{port}", reduced_motion="reduce", **PHONE)
    page = window.new_page()
    with server() as first:
        first.wait_until_it_answers()
        page.goto(f"/accounts/sign-in?next=/rounds/{key}")
        page.get_by_label("E-post").fill("astrid@example.no")
        page.get_by_label("Passord").fill("laft rips skuff mast")
        page.get_by_role("button", name="Logg inn").click()
        target(page, "korridorer", "ok").click()
        expect(save_state(page)).to_have_text(SAVED)
        wait_until_it_is_kept(page)
        first.kill()
    target(page, "dorer", "ok").click()
    expect(save_state(page)).to_have_text("Uten nett. 1 svar er lagret på telefonen.")
    page.reload()
    assert [checked(page, key) for key in ("korridorer", "dorer")] == ["ok", "ok"]
    with server() as second:
        second.wait_until_it_answers()
        expect(save_state(page)).to_have_text(SAVED, timeout=40_000)
        # The count rises before the phone has kept the answer, so the mark alone may not be there yet.
        with page.expect_response(lambda answer: answer.url.endswith("/answers") and answer.ok):
            target(page, "varmt", "no").click()
        expect(page.locator("[data-hms-count]")).to_have_text("3 av 8")
        wait_until(page, "() => !Object.keys(localStorage).some((name) => name.endsWith(':waiting'))")
        second.kill()
    window.close()
    with Session(engine) as session:
        given = session.execute(select(Answer.item, Answer.value).order_by(Answer.id)).all()
    engine.dispose()
    databases.drop(address)
    assert [tuple(one) for one in given] == [("korridorer", "ok"), ("dorer", "ok"), ("varmt", "no")]
