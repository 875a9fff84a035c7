"""Points gathered with a mouse, a finger and the keyboard, by two helpers at once who are not in each other's way."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from hmswiki.plenary import queries
from hmswiki.workshops import queries as workshops
from tests.browser.sites import BareSite
from tests.plenary import makers
from tests.support import once
from tests.support.browser import axe_violations, overflows
from tests.workshops.makers import workshop as make_workshop

pytestmark = once

FRIDAY, FIXED, TOGETHER, TIMELINE = "Nytt hver fredag", "Fast tidspunkt", "Samme beskjed samtidig", "Vis tidslinjen"


@dataclass(frozen=True)
class Room:
    """A workshop with four points of three groups, and one theme with one of them."""

    site: BareSite
    workshop: str
    task: str

    @property
    def path(self) -> str:
        return f"/workshops/{self.workshop}/plenary?task={self.task}"

    def themes(self) -> dict[str, int]:
        with self.site.writing() as session:
            workshop = workshops.workshop(session, self.workshop)
            found = queries.themes(session, workshop, workshops.task(session, workshop, self.task))
            return {one.theme.title: one.count for one in found}

    @contextmanager
    def helper(self, person: str = "hanne", **options: object) -> Iterator[Page]:
        context: BrowserContext = self.site.visitor(**options)  # type: ignore[arg-type]
        with context:
            self.site.become(context, person)
            page = context.new_page()
            page.goto(self.path)
            expect(page.locator("#sort-room[data-live]")).to_be_attached()
            yield page


@pytest.fixture
def room(bare_site: BareSite) -> Room:
    with bare_site.writing() as session:
        made = make_workshop(session, helpers=["dina"])
        task = workshops.tasks(session, made)[0]
        points = makers.write_all(session, task, {1: [FIXED, TIMELINE], 2: [FRIDAY], 3: [TOGETHER]})
        makers.theme(session, task, "Hver uke", [points[FIXED]])
        return Room(bare_site, made.key, task.key)


def line(page: Page, text: str) -> Locator:
    """A point among its group's."""
    return page.locator("#sort-board .hms-sort-point", has_text=text)


def theme(page: Page, title: str) -> Locator:
    return page.locator("#theme-list > li").filter(has=page.get_by_role("heading", name=title, exact=True))


def test_ticked_points_are_gathered_without_leaving_the_page(room: Room) -> None:
    with room.helper() as page:
        line(page, FRIDAY).get_by_role("checkbox").check()
        line(page, TOGETHER).get_by_role("checkbox").check()
        expect(page.locator("#sort-chosen")).to_have_text("2 punkter fra 2 grupper er valgt.")
        page.get_by_label("Navn på et nytt tema").fill("Likt for alle")
        page.get_by_role("button", name="Samle", exact=True).click()
        expect(theme(page, "Likt for alle").get_by_text("2 grupper")).to_be_visible()
        expect(page.locator("#sort-said")).to_have_text("Samlet i «Likt for alle».")
        expect(line(page, FRIDAY).get_by_role("checkbox")).not_to_be_checked()
    assert room.themes() == {"Hver uke": 1, "Likt for alle": 2}


def test_a_point_is_dragged_to_a_theme_to_another_and_out_again(room: Room) -> None:
    with room.helper() as page:
        line(page, FRIDAY).locator("[data-text]").drag_to(theme(page, "Hver uke").locator("h3"))
        expect(theme(page, "Hver uke").get_by_text("2 grupper")).to_be_visible()
        line(page, TOGETHER).locator("[data-grip]").hover()
        page.mouse.down()
        page.mouse.move(600, 300, steps=4)
        expect(page.locator("#new-theme")).to_be_visible()
        page.locator("#new-theme").hover()
        page.mouse.up()
        expect(page.get_by_label("Navn på et nytt tema")).to_be_focused()
        page.keyboard.type("Likt for alle")
        page.keyboard.press("Enter")
        expect(theme(page, "Likt for alle").get_by_text("1 gruppe", exact=True)).to_be_visible()
        gathered = theme(page, "Hver uke").locator(".hms-sort-point", has_text=FRIDAY)
        gathered.locator("[data-grip]").drag_to(theme(page, "Likt for alle").locator("h3"))
        expect(theme(page, "Likt for alle").get_by_text("2 grupper")).to_be_visible()
        gathered = theme(page, "Likt for alle").locator(".hms-sort-point", has_text=FRIDAY)
        gathered.locator("[data-grip]").drag_to(line(page, TIMELINE))
        expect(theme(page, "Likt for alle").get_by_text("1 gruppe", exact=True)).to_be_visible()
    assert room.themes() == {"Hver uke": 1, "Likt for alle": 1}


def test_a_finger_drags_by_the_handle(room: Room) -> None:
    with room.helper(viewport={"width": 1024, "height": 800}, has_touch=True) as page:
        page.locator("#themes").scroll_into_view_if_needed()
        start, goal = line(page, FRIDAY).locator("[data-grip]").bounding_box(), theme(page, "Hver uke").bounding_box()
        assert start is not None and goal is not None
        x, y = start["x"] + 10, start["y"] + 10
        touch = page.context.new_cdp_session(page)
        touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
        for step in range(1, 6):
            at = {"x": x + (goal["x"] + 40 - x) * step / 5, "y": y + (goal["y"] + 20 - y) * step / 5}
            touch.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [at]})
        touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        expect(theme(page, "Hver uke").get_by_text("2 grupper")).to_be_visible()


def test_a_point_is_picked_up_and_put_by_the_keyboard_alone(room: Room) -> None:
    with room.helper() as page:
        grip = line(page, FRIDAY).locator("[data-grip]")
        grip.focus()
        page.keyboard.press("Enter")
        menu = page.get_by_role("menu", name=f"Flytt: {FRIDAY}")
        expect(menu.get_by_role("menuitem", name="Hver uke")).to_be_focused()
        expect(page.locator("#sort-said")).to_contain_text("Plukket opp.")
        page.keyboard.press("Escape")
        expect(menu).to_have_count(0)
        expect(grip).to_be_focused()
        page.keyboard.press("Space")
        page.keyboard.press("ArrowDown")
        expect(menu.get_by_role("menuitem", name="Et nytt tema …")).to_be_focused()
        page.keyboard.press("ArrowUp")
        page.keyboard.press("Enter")
        expect(theme(page, "Hver uke").get_by_text("2 grupper")).to_be_visible()
        expect(page.locator("#sort-said")).to_have_text("Samlet i «Hver uke».")
        expect(grip).to_be_focused()


def test_what_another_helper_does_moves_no_focus_and_loses_nothing_typed(room: Room) -> None:
    with room.helper() as mine, room.helper("dina") as other:
        theme(mine, "Hver uke").get_by_text("Endre").click()
        name = theme(mine, "Hver uke").get_by_label("Navn")
        name.fill("Hver fred")
        mine.get_by_label("En ny setning", exact=True).fill("Vi sier fra")
        name.focus()
        line(mine, TIMELINE).get_by_role("checkbox").evaluate("(box) => box.click()")
        name.focus()

        line(other, FRIDAY).get_by_role("checkbox").check()
        other.get_by_label("Navn på et nytt tema").fill("Fredager")
        other.get_by_role("button", name="Samle", exact=True).click()
        expect(theme(other, "Fredager")).to_be_visible()
        theme(other, "Fredager").get_by_text("Endre").click()
        theme(other, "Fredager").get_by_role("button", name=re.compile("^Opp")).click()
        expect(other.locator("#theme-list > li").first.locator("h3")).to_have_text("Fredager")

        expect(mine.locator("#theme-list > li").first.locator("h3")).to_have_text("Fredager")
        expect(name).to_be_focused()
        mine.keyboard.type("ag")
        expect(name).to_have_value("Hver fredag")
        expect(mine.get_by_label("En ny setning", exact=True)).to_have_value("Vi sier fra")
        expect(line(mine, TIMELINE).get_by_role("checkbox")).to_be_checked()


def test_two_names_at_once_are_both_kept_and_the_second_chooses(room: Room) -> None:
    with room.helper() as mine, room.helper("dina") as other:
        for page, title in ((mine, "Hver fredag"), (other, "Hver torsdag")):
            theme(page, "Hver uke").get_by_text("Endre").click()
            theme(page, "Hver uke").get_by_label("Navn").fill(title)
        theme(other, "Hver uke").get_by_role("button", name="Lagre navnet").click()
        expect(theme(mine, "Hver torsdag")).to_be_visible()
        box = theme(mine, "Hver torsdag")
        box.get_by_role("button", name="Lagre navnet").click()
        expect(box.get_by_role("alert")).to_contain_text("«Hver torsdag»")
        expect(box.get_by_label("Navn")).to_have_value("Hver fredag")
        box.get_by_role("button", name="Lagre navnet").click()
        expect(theme(mine, "Hver fredag")).to_be_visible()
        expect(theme(other, "Hver fredag")).to_be_visible()
    assert room.themes() == {"Hver fredag": 1}


def test_a_name_that_is_typed_stays_when_its_theme_is_taken_apart(room: Room) -> None:
    with room.helper() as mine, room.helper("dina") as other:
        theme(mine, "Hver uke").get_by_text("Endre").click()
        name = theme(mine, "Hver uke").get_by_label("Navn")
        name.fill("Hver fredag")
        theme(other, "Hver uke").get_by_text("Endre").click()
        theme(other, "Hver uke").get_by_role("button", name="Løs opp").click()
        expect(theme(other, "Hver uke")).to_have_count(0)
        expect(theme(mine, "Hver uke")).to_contain_text("Noen har tatt dette bort")
        expect(name).to_be_focused()
        expect(name).to_have_value("Hver fredag")


def test_a_theme_begins_a_sentence_that_keeps_its_points(room: Room) -> None:
    with room.helper() as page:
        theme(page, "Hver uke").get_by_text("Endre").click()
        theme(page, "Hver uke").get_by_role("link", name="Begynn en setning").click()
        field = page.get_by_label("En ny setning", exact=True)
        expect(field).to_be_focused()
        expect(field).to_have_value("Hver uke")
        field.fill("Vi sier fra hver uke.")
        page.get_by_role("button", name="Legg til setningen").click()
        sentence = page.locator("#sentence-list > li", has_text="Vi sier fra hver uke.")
        sentence.locator("summary", has_text="Gruppe 1").click()
        expect(sentence.locator(".hms-sort-stands")).to_contain_text(FIXED)
        expect(field).to_have_value("")
        theme(page, "Hver uke").locator(".hms-sort-point", has_text=FIXED)
        line(page, FRIDAY).locator("[data-grip]").drag_to(sentence)
        expect(sentence.locator("summary", has_text="Gruppe 1 og 2")).to_be_visible()


def test_without_network_it_is_tried_again_and_done_once(room: Room) -> None:
    with room.helper() as page:
        page.context.set_offline(True)
        line(page, FRIDAY).get_by_role("checkbox").check()
        page.get_by_label("Navn på et nytt tema").fill("Fredager")
        page.get_by_role("button", name="Samle", exact=True).click()
        expect(page.get_by_text("Uten nett.")).to_be_visible()
        page.context.set_offline(False)
        expect(theme(page, "Fredager")).to_be_visible()
    assert room.themes() == {"Hver uke": 1, "Fredager": 1}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_large_screen_shows_points_themes_and_summary_side_by_side(room: Room, scheme: str) -> None:
    with room.helper(viewport={"width": 1920, "height": 1080}, color_scheme=scheme) as page:
        places = [page.locator(one).bounding_box() for one in ("#sort-board", "#themes", "#summary")]
        starts = [place["x"] for place in places if place is not None]
        assert len(starts) == 3 and starts == sorted(set(starts))
        line(page, FRIDAY).locator("[data-grip]").click()
        assert axe_violations(page) == []
        assert overflows(page) == []
