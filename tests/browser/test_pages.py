"""Every page of the product, in every language and width, in light and in dark: nothing that axe finds (WCAG 2.2 A and
AA), nothing wider than the window, no complaint of the browser, each in the language that was asked for.

The first of PAGES at an address stands for it: it is loaded in each language and then made narrower, and nothing may
overflow at any width. Axe looks once a language, each time at another width: in bokmål at 1280 px in light, in nynorsk
at 390 px in dark, in English at 320 px in light. Contrasts are reckoned once a scheme, since no language changes a
colour. The last look is at the narrowest with a wide font, as where Inter is not installed.

Whatever else there is at an address is made of the same parts, and is seen once, at all widths; axe looks at one of
them, in light or in dark, another one from page to page. What an address shows to others and on other days is seen in
one language, in turn; what it says after a deed and what it refuses, in bokmål, and axe looks at every third of those.
Of forms that are refused in the same way, a few stand for all.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal
from urllib.parse import parse_qs, urljoin, urlsplit
from uuid import uuid4

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, Response
from sqlalchemy import select

from hmswiki.accounts import operations as accounts
from hmswiki.accounts import rules as account_rules
from hmswiki.acknowledgements import operations
from hmswiki.acknowledgements.models import Acknowledgement, Confirmation, QuestionKind
from hmswiki.actions import operations as actions
from hmswiki.actions import tending
from hmswiki.checklists import operations as checklists
from hmswiki.checklists.models import ChecklistDraft, ChecklistEdition, EditKind, SupplementEdit
from hmswiki.checklists.queries import checklist as list_of
from hmswiki.foundation import clock
from hmswiki.foundation.permissions import Actor
from hmswiki.guidelines.models import Draft, DraftState, Edition, Guideline
from hmswiki.notes.models import Point
from hmswiki.organisation import queries as organisation
from hmswiki.organisation.models import AreaDuty, AreaUnit, Employment, Person, RoleHolding
from hmswiki.outcomes import proposal_operations as proposals
from hmswiki.outcomes.models import Proposal
from hmswiki.reminders.models import Reminder, ReminderState
from hmswiki.reminders.rules import week_of
from hmswiki.rounds import calendar
from hmswiki.rounds.models import Round
from hmswiki.schedules.models import Reach, ScheduleEvent, ScheduleRecord, Skip
from hmswiki.web.context import state
from hmswiki.workshops.models import Code, Group, Workshop
from tests.browser.sites import LOCALES, BareSite, Site
from tests.notes.makers import change_a_note
from tests.rounds.makers import round_of_unit
from tests.schedules.makers import schedule
from tests.support import once
from tests.support.browser import ConsoleMessages, axe_script, axe_violations, console_messages, overflows

pytestmark = once

LANGUAGES = ("nb", "nn", "en")
WIDTHS = (1280, 390, 320)
ON_THE_WALL = (1280, 390, 1920, 320)
"""For the pages of workshops, which stand on projectors too; in English axe looks at them there."""
SCHEMES: tuple[Literal["light"], Literal["dark"]] = ("light", "dark")
HEIGHT = 900

PASSWORD = "laft rips skuff mast"

CLEANUP, SUBSTANCES, MUSCLES, CHANGE, FIRE = (
    "ryddedag-pa-laboratorier",
    "rus-og-avhengighet",
    "forebygging-av-muskel-og-skjelettplager",
    "omstilling",
    "brannvernoppgaver-for-omradeansvarlig",
)
STAFF, LEADER, COORDINATOR, SAFETY, OWNER, EDITOR, APPROVER, CENTRAL, ADMINISTRATOR = (
    "demo-ansatt", "demo-leder", "demo-koordinator", "demo-verneombud", "demo-omradeansvarlig", "demo-redaktor",
    "demo-godkjenner", "demo-sentral", "demo-administrator",
)  # fmt: skip

Rows = Mapping[str, str]
Deed = Callable[[Page, Rows], Response | None]


# --- What is done on a page before it is looked at --------------------------------------------------------


def send(form: str, **fields: str) -> Deed:
    """Fill in the fields of the form whose address ends with `form`, and send it whatever the browser thinks of it."""

    def deed(page: Page, rows: Rows) -> Response:
        with page.expect_navigation() as navigation:
            page.evaluate(
                """([end, fields]) => {
                  const forms = [...document.querySelectorAll("main form[method=post]")];
                  const path = (form) => new URL(form.getAttribute("action") ?? "", location).pathname;
                  const form = forms.find((form) => path(form).endsWith(end));
                  form.noValidate = true;
                  for (const [name, value] of Object.entries(fields)) {
                    for (const field of form.querySelectorAll(`[name="${name}"]`)) {
                      if (["radio", "checkbox"].includes(field.type)) field.checked = field.value === value;
                      else field.value = value;
                    }
                  }
                  form.requestSubmit();
                }""",
                [form.format_map(rows), {name: value.format_map(rows) for name, value in fields.items()}],
            )
        return navigation.value

    return deed


def press(selector: str) -> Deed:
    """Press the first that the selector finds."""
    return lambda page, rows: page.locator(selector).first.click()


def press_and_go(selector: str) -> Deed:
    """Press what leads to another page."""

    def deed(page: Page, rows: Rows) -> Response:
        with page.expect_navigation() as navigation:
            page.locator(selector).first.click()
        return navigation.value

    return deed


def send_without_script(selector: str) -> Deed:
    """Send a form as it is, past the script that would send it otherwise."""

    def deed(page: Page, rows: Rows) -> Response:
        with page.expect_navigation() as navigation:
            page.locator(selector).evaluate("(form) => HTMLFormElement.prototype.submit.call(form)")
        return navigation.value

    return deed


def unfold(page: Page, rows: Rows) -> None:
    """Open everything that is folded."""
    page.evaluate("() => document.querySelectorAll('main details').forEach((details) => { details.open = true })")


def open_main_menu(page: Page, rows: Rows) -> None:
    """The main menu is folded in a narrow window only."""
    page.evaluate("() => { document.querySelector('.hms-nav-menu').open = true }")


def come_in(page: Page, rows: Rows) -> Response | None:
    """Type the code of the groups, and come back to the page that was asked for."""
    wanted = parse_qs(urlsplit(page.url).query)["next"][0]
    page.goto(urljoin(page.url, f"/m/{rows['groups_code']}"))
    with page.expect_navigation():
        page.locator("[name=only]").click()
    return page.goto(urljoin(page.url, wanted.replace("/follow", "/place")))


def forget_who_i_am(page: Page, rows: Rows) -> None:
    page.context.clear_cookies()


# What is no deed but a way to see a page, and may be gone again and again.
HARMLESS = (unfold, open_main_menu, come_in)


# --- The pages --------------------------------------------------------------------------------------------


class Anything(dict[str, str]):
    """For an address whose rows do not matter."""

    def __missing__(self, name: str) -> str:
        return "1"


@dataclass(frozen=True)
class Place:
    """A page: the address that leads to it, whose it is, and what is done before it is looked at.

    `path` may hold what `furnish` has found: {draft}, {role} … The bare site's people are those of tests/cast.py.
    """

    what: str
    path: str
    person: str | None
    deeds: tuple[Deed, ...]
    status: int
    bare: bool = False

    @property
    def is_one_of_a_page(self) -> bool:
        """Whether it is a page's own face, and not one that it shows after a deed or when it refuses."""
        return all(deed in HARMLESS for deed in self.deeds) and self.status == 200

    @property
    def widths(self) -> tuple[int, ...]:
        return ON_THE_WALL if self.path == "/m" or self.path.startswith(("/workshops", "/proposals")) else WIDTHS

    def endpoint(self, app: Flask) -> str:
        """Which of the product's addresses it is."""
        path = self.path.format_map(Anything()).partition("?")[0]
        return str(app.url_map.bind("localhost").match(path, method="GET")[0])


def seen(what: str, path: str, person: str | None, *deeds: Deed, status: int = 200) -> Place:
    """A page of the demonstration."""
    return Place(what, path, person, deeds, status)


def bare(what: str, path: str, person: str | None, *deeds: Deed, status: int = 200) -> Place:
    """A page of a site where nothing has been written yet."""
    return Place(what, path, person, deeds, status, bare=True)


PAGES = [
    # Signing in, passwords, accounts
    seen("sign-in of the demo", "/accounts/sign-in", None),
    seen("sign-in with a wrong password", "/accounts/sign-in", None,
         send("/accounts/sign-in", name="demo-leder", password="wrong"), status=422),
    seen("sign-in on the way to a page", "/accounts/sign-in?next=/coverage", None),
    bare("sign-in", "/accounts/sign-in", None),
    seen("reset", "/accounts/reset", None),
    seen("reset asked for", "/accounts/reset", None, send("/accounts/reset", name="nobody")),
    bare("reset without mail", "/accounts/reset", None),
    seen("invitation", "/accounts/invitation/{invitation}", None),
    seen("invitation with a short password", "/accounts/invitation/{invitation}", None,
         send("/accounts/invitation/{invitation}", password="kort", again="kort"), status=422),
    seen("invitation that is used up", "/accounts/invitation/gone", None, status=404),
    seen("reset link", "/accounts/reset/{reset}", None),
    bare("reset link that is used up", "/accounts/reset/gone", None, status=404),
    seen("sessions", "/accounts/sessions", STAFF),
    seen("sessions with a password", "/accounts/sessions", SAFETY),
    seen("password not changed", "/accounts/sessions", SAFETY,
         send("/accounts/password", current="wrong", password="noe helt annet", again="noe helt annet"), status=422),
    bare("sessions of another site", "/accounts/sessions", "bjorn"),
    seen("account", "/accounts/people/demo-ansatt", ADMINISTRATOR),
    seen("account that was invited", "/accounts/people/{invited}", ADMINISTRATOR),
    seen("account with a new link", "/accounts/people/demo-godkjenner", ADMINISTRATOR, send("/invitation")),
    bare("no account", "/accounts/people/bjorn", "ivar"),
    # Min side, questions, what is recorded
    seen("home of staff", "/", STAFF),
    seen("home with the person's menu open", "/", STAFF, press(".hms-user-menu > summary")),
    seen("home with the main menu open", "/", CENTRAL, open_main_menu),
    seen("home of the coordinator", "/", COORDINATOR),
    seen("home of the area owner", "/", OWNER),
    seen("home of central HSE", "/", CENTRAL),
    bare("home with nothing to do", "/", "bjorn"),
    bare("home of somebody without a unit", "/", "ute"),
    seen("my record", "/my-record", STAFF),
    seen("my record in a role", "/my-record", COORDINATOR),
    bare("my record, empty", "/my-record", "ute"),
    seen("question to ask", "/guidelines/ryddedag-pa-laboratorier/question?kind=question", STAFF),
    seen("not informed", "/guidelines/rus-og-avhengighet/question?kind=not_informed", STAFF),
    seen("question that waits", "/my-questions/{question}", STAFF),
    seen("question answered", "/my-questions/{answered}", STAFF),
    seen("withdrawing an acknowledgement", "/my-record/acknowledgements/{acknowledgement}/withdrawal", OWNER),
    seen("home of a leader whose round is overdue", "/", LEADER),
    # Reminders
    seen("reminders, one in doubt", "/reminders/", CENTRAL),
    seen("a reminder sent again", "/reminders/", ADMINISTRATOR, send("/{doubtful}/again")),
    bare("reminders, none", "/reminders/", "hanne"),
    # Guidelines
    seen("guidelines", "/guidelines/", STAFF),
    seen("guidelines for an editor", "/guidelines/", EDITOR),
    bare("guidelines, none", "/guidelines/", "bjorn"),
    bare("guidelines, none yet, for an editor", "/guidelines/", "frida"),
    seen("guideline to acknowledge", f"/guidelines/{CLEANUP}", STAFF),
    seen("guideline of the unit", f"/guidelines/{SUBSTANCES}", STAFF),
    seen("guideline for an area owner", f"/guidelines/{FIRE}", OWNER),
    seen("guideline not rolled out to me", f"/guidelines/{FIRE}", STAFF),
    seen("guideline with what is new", f"/guidelines/{CLEANUP}", LEADER),
    seen("guideline that lacks English", f"/guidelines/{CHANGE}", COORDINATOR),
    seen("guideline for an editor", f"/guidelines/{MUSCLES}", EDITOR),
    seen("guideline acknowledged too late", f"/guidelines/{CLEANUP}", STAFF,
         send("/acknowledgements", edition="{old_edition}"), status=409),
    seen("all editions", f"/guidelines/{CLEANUP}/editions", STAFF),
    seen("old edition", f"/guidelines/{CLEANUP}/editions/1.0", STAFF),
    seen("what an edition changed", f"/guidelines/{SUBSTANCES}/editions/2.0?changes=1", STAFF),
    seen("numbers of my unit", f"/guidelines/{CLEANUP}/unit-count", STAFF),
    # Writing and publishing
    seen("drafts", "/guidelines/drafts", EDITOR),
    bare("drafts, none", "/guidelines/drafts", "frida"),
    seen("new guideline", "/guidelines/new", EDITOR),
    seen("new guideline without a title", "/guidelines/new", EDITOR, send("/new"), status=422),
    seen("editor", "/guidelines/drafts/{draft}/edit", EDITOR),
    seen("editor without a title", "/guidelines/drafts/{draft}/edit", EDITOR, send("/edit", title=""), status=422),
    seen("editor after somebody else", "/guidelines/drafts/{draft}/edit", EDITOR,
         send("/edit", body="Min tekst.", version="0", seen="other"), status=409),
    seen("guideline for an editor that lacks English", f"/guidelines/{CHANGE}", EDITOR),
    seen("editor of a translation", f"/guidelines/{CHANGE}", EDITOR,
         press_and_go("form[action$='/translations'] button"), unfold),
    seen("facts", "/guidelines/drafts/{draft}/facts", EDITOR),
    seen("facts that cannot be", "/guidelines/drafts/{draft}/facts", EDITOR,
         send("/facts", renew_months="-1", legal_basis="Lov | nowhere"), status=422),
    seen("draft", "/guidelines/drafts/{draft}", EDITOR),
    seen("sending a draft", "/guidelines/drafts/{draft}/send", EDITOR),
    seen("draft to approve", "/guidelines/drafts/{sent}", APPROVER),
    seen("publishing in a dialog", "/guidelines/drafts/{sent}", APPROVER, press("main [data-hms-dialog]")),
    seen("publishing", "/guidelines/drafts/{sent}/publish", APPROVER),
    seen("publishing without a choice", "/guidelines/drafts/{sent}/publish", APPROVER,
         send("/publish", on="2020-01-01"), status=422),
    # Min enhet
    seen("unit for its leader", "/units/IFY", LEADER),
    seen("unit for its coordinator", "/units/IKJ", COORDINATOR, unfold),
    seen("unit for its safety representative", "/units/IKJ", SAFETY),
    seen("unit for staff", "/units/IKJ", STAFF),
    seen("unit for central HSE", "/units/FFI", CENTRAL),
    seen("faculty", "/units/NV", CENTRAL),
    seen("unit on another day", "/units/IKJ?as_of={a_year_ago}", COORDINATOR),
    bare("unit without rollouts", "/units/LAB", "astrid"),
    seen("confirming", f"/units/IKJ?guideline={SUBSTANCES}", COORDINATOR),
    seen("confirming in the future", f"/units/IKJ?guideline={SUBSTANCES}", COORDINATOR,
         send("/confirmations", informed_on="2099-01-01"), status=422),
    seen("confirmed", f"/units/IFY?done={SUBSTANCES}", LEADER),
    seen("newcomers not chosen", "/units/IKJ", COORDINATOR, send("/newcomers"), status=422),
    seen("names", "/units/IKJ", COORDINATOR, press_and_go("form[action$='/names'] button")),
    seen("questions", "/units/IKJ/questions", COORDINATOR, unfold),
    seen("question not answered", "/units/IKJ/questions", COORDINATOR, send("/questions/{question}"), status=422),
    bare("questions, none", "/units/LAB/questions", "chen"),
    seen("withdrawing a confirmation", "/units/IKJ/confirmations/{confirmation}/withdraw", COORDINATOR),
    # Dekning and rollouts
    seen("coverage", "/coverage", CENTRAL),
    seen("coverage with a cell open", f"/coverage?unit=IFY&guideline={CLEANUP}", CENTRAL),
    seen("coverage with a vacant role", f"/coverage?unit=FFI&guideline={SUBSTANCES}", CENTRAL),
    seen("coverage a year ago as known then", "/coverage?as_of={a_year_ago}&known_at={a_year_ago}T12:00:00", CENTRAL),
    seen("coverage to come", "/coverage?as_of={in_a_month}", CENTRAL),
    seen("coverage of what is late", "/coverage?show=overdue", CENTRAL),
    seen("coverage for a leader", "/coverage", LEADER),
    seen("coverage for a safety representative", "/coverage", SAFETY),
    bare("coverage of nothing", "/coverage", "hanne"),
    seen("curve in a table", "/coverage/curve", CENTRAL),
    seen("rollouts", "/rollouts", CENTRAL),
    bare("rollouts, none", "/rollouts", "hanne"),
    seen("rollout by name", "/rollouts/ryddedag-2", CENTRAL),
    seen("rollout by the unit", "/rollouts/rus-2", CENTRAL),
    seen("rollout that has ended", "/rollouts/rus-1", CENTRAL),
    seen("new rollout", "/rollouts/new", CENTRAL),
    seen("new rollout by name without a purpose", "/rollouts/new", CENTRAL,
         send("/new", guideline=CHANGE, evidence="named", starts_on="2020-01-01"), status=422),
    # Areas
    seen("areas of the faculty", "/areas", STAFF),
    seen("an area with rounds and actions", "/areas/K3-2", OWNER),
    bare("areas", "/areas", "bjorn"),
    bare("areas for central HSE", "/areas", "hanne"),
    bare("areas that lack something", "/areas?vacant=any", "astrid"),
    bare("areas, none found", "/areas?q=xyzzy", "bjorn"),
    bare("area with owner and deputy", "/areas/B1-2", "astrid"),
    bare("area without an owner", "/areas/B1-219", "bjorn"),
    bare("sheet for the door", "/areas/B1-217/door", "bjorn"),
    bare("history of an area", "/areas/B1-2/history", "ivar"),
    bare("new area", "/new-area?parent=B1-2", "astrid"),
    bare("changing the owner", "/areas/B1-2/appoint-owner?after=2", "astrid"),
    bare("owner who is not there", "/areas/B1-219/appoint-owner", "astrid",
         send("/appoint-owner", person="xyzzy"), status=422),
    seen("changing an area", "/areas/K3-2/edit", CENTRAL),
    seen("closing an area", "/areas/K3-2/close", CENTRAL),
    seen("giving an area to a unit", "/areas/K3-2/give", CENTRAL),
    seen("appointing a deputy", "/areas/K3-2/appoint-deputy", CENTRAL),
    *[seen(f"{what} to whom an area belongs", f"/area-units/{{belonging}}/{what}", CENTRAL)
      for what in ("correct", "end", "withdraw")],
    *[seen(f"{what} who owns an area", f"/area-duties/{{duty}}/{what}", CENTRAL)
      for what in ("correct", "end", "withdraw")],
    bare("many areas", "/area-import", "hanne"),
    bare("many areas looked through", "/area-import", "hanne",
         send("/area-import", rows="B2;Bygg 2;bygning;;FAC")),
    bare("many areas, one wrong", "/area-import", "hanne",
         send("/area-import", rows="B2;Bygg 2;hall"), status=422),
    # The register
    seen("organisation", "/organisation/", ADMINISTRATOR),
    seen("organisation on another day", "/organisation/?as_of={a_year_ago}", CENTRAL),
    seen("people", "/organisation/people", ADMINISTRATOR),
    seen("people, none found", "/organisation/people?q=xyzzy", ADMINISTRATOR),
    seen("unit in the register", "/organisation/units/FFI", ADMINISTRATOR),
    seen("unit in the register for central HSE", "/organisation/units/NV", CENTRAL),
    seen("history of a unit", "/organisation/units/IKJ/history", ADMINISTRATOR),
    seen("person", "/organisation/people/demo-leder", ADMINISTRATOR),
    seen("history of a person", "/organisation/people/{mover}/history", ADMINISTRATOR),
    seen("new unit", "/organisation/new-unit", ADMINISTRATOR),
    seen("new person", "/organisation/new-person", ADMINISTRATOR),
    seen("new person who exists", "/organisation/new-person", ADMINISTRATOR,
         send("/new-person", external_key="demo-leder", name="En Til", email="no address"), status=422),
    seen("editing a unit", "/organisation/units/FFI/edit", ADMINISTRATOR),
    seen("closing a unit", "/organisation/units/FFI/close", ADMINISTRATOR),
    seen("employing in a unit", "/organisation/units/FFI/employ", ADMINISTRATOR),
    seen("giving a role in a unit", "/organisation/units/FFI/give-role", ADMINISTRATOR),
    seen("editing a person", "/organisation/people/demo-leder/edit", ADMINISTRATOR),
    seen("employing a person", "/organisation/people/demo-leder/employ", ADMINISTRATOR),
    seen("giving a role", "/organisation/people/demo-leder/give-role", ADMINISTRATOR),
    *[seen(f"{what} an employment", f"/organisation/employments/{{employment}}/{what}", ADMINISTRATOR)
      for what in ("correct", "end", "move", "withdraw")],
    *[seen(f"{what} a role", f"/organisation/roles/{{role}}/{what}", ADMINISTRATOR)
      for what in ("correct", "end", "withdraw")],
    # Actions
    seen("my actions", "/actions", OWNER),
    bare("no actions of mine", "/actions", "bjorn"),
    seen("actions of units beneath", "/actions", CENTRAL),
    seen("a unit's actions", "/actions?unit=IKJ&show=all", COORDINATOR),
    seen("a unit without overdue actions", "/actions?unit=ADM&show=overdue", CENTRAL),
    seen("an action", "/actions/{action}", COORDINATOR),
    seen("all that may be done with an action", "/actions/{action}", COORDINATOR, unfold),
    seen("an action's case badly linked", "/actions/{action}", COORDINATOR,
         send("/case", **{"case-number": "4711", "case-url": "eqs"}), status=422),
    seen("an action that waits to be checked", "/actions/{done_action}", SAFETY),
    seen("a new action", "/actions/new?unit=IKJ", COORDINATOR),
    bare("a choice of unit for a new action", "/actions/new", "tora"),
    # Checklists, read and written
    seen("checklists", "/checklists/", STAFF),
    bare("checklists, none", "/checklists/", "bjorn"),
    seen("a checklist", "/checklists/brannrunde", STAFF),
    seen("a checklist to write and retire", "/checklists/brannrunde", APPROVER, unfold),
    seen("an edition of a checklist", "/checklists/brannrunde/editions/1.0", STAFF),
    seen("drafts of checklists", "/checklists/drafts", EDITOR),
    seen("new checklist left empty", "/checklists/new", EDITOR, send("/new"), status=422),
    seen("new checklist", "/checklists/new", EDITOR),
    seen("items of a checklist", "/checklists/drafts/{list_draft}/edit", EDITOR),
    seen("an item", "/checklists/drafts/{list_draft}/items/ryddedato", EDITOR, unfold),
    seen("a section", "/checklists/drafts/{list_draft}/sections/for-dere-begynner", EDITOR, unfold),
    seen("about a checklist", "/checklists/drafts/{list_draft}/facts", EDITOR),
    seen("a checklist as YAML", "/checklists/drafts/{list_draft}/yaml", EDITOR),
    seen("a checklist as YAML with mistakes", "/checklists/drafts/{list_flawed}/yaml", EDITOR),
    seen("a draft of a checklist", "/checklists/drafts/{list_draft}", EDITOR, unfold),
    seen("sending a checklist", "/checklists/drafts/{list_draft}/send", EDITOR),
    seen("a checklist to approve", "/checklists/drafts/{list_sent}", APPROVER),
    seen("publishing a checklist", "/checklists/drafts/{list_sent}/publish", APPROVER),
    # Checklists as units run them
    seen("a unit's checklist", "/checklists/brannrunde/units/IKJ", STAFF),
    seen("a unit's checklist that clashes", "/checklists/brannrunde/units/IKJ", COORDINATOR),
    seen("all of a unit's checklist that clashes", "/checklists/brannrunde/units/IKJ", COORDINATOR, unfold),
    seen("a checklist without a supplement", "/checklists/brannrunde/units/IFY", LEADER),
    seen("a supplement to take over", "/checklists/vannskade/units/IKJ", COORDINATOR),
    seen("an item of our own", "/checklists/brannrunde/units/IKJ/items/new", COORDINATOR),
    seen("an item of our own left empty", "/checklists/brannrunde/units/IKJ/items/new", COORDINATOR,
         unfold, send("/items/new"), status=422),
    seen("a note", "/checklists/brannrunde/units/IKJ/items/slokkeutstyr/note", COORDINATOR),
    seen("an item left out", "/checklists/brannrunde/units/IKJ/items/oppslag/not-relevant", COORDINATOR),
    seen("changing an item of our own", "/checklists/brannrunde/units/IKJ/edits/{addition}", COORDINATOR),
    seen("changing a note on what changed", "/checklists/brannrunde/units/IKJ/edits/{note}", COORDINATOR, unfold),
    seen("withdrawing a note", "/checklists/brannrunde/units/IKJ/edits/{note}/withdrawal", COORDINATOR),
    seen("supplements of all units", "/checklists/brannrunde/supplements", CENTRAL),
    seen("all of the supplements of all units", "/checklists/brannrunde/supplements", EDITOR, unfold),
    seen("supplements of no unit", "/checklists/omstilling/supplements", CENTRAL),
    # When checklists are due
    seen("when checklists are due", "/schedules", CENTRAL),
    bare("nothing that is due", "/schedules", "bjorn"),
    seen("a schedule", "/schedules/{schedule}", STAFF),
    seen("a schedule of events", "/schedules/{event_schedule}", CENTRAL, unfold),
    seen("changing a schedule", "/schedules/{schedule}/change", CENTRAL, unfold),
    seen("what a schedule asks of a unit", "/schedules/{schedule}/subjects/{scheduled}", CENTRAL),
    seen("a unit's events", "/schedules/{event_schedule}/subjects/{scheduled}", CENTRAL, unfold),
    seen("a time skipped without a reason", "/schedules/{schedule}/subjects/{scheduled}", CENTRAL,
         send("/skips"), status=422),
    seen("a new schedule", "/schedules/new", CENTRAL),
    seen("a new schedule left empty", "/schedules/new", CENTRAL, send("/schedules/new"), status=422),
    # Rounds
    seen("a running round", "/rounds/{round}", COORDINATOR, unfold),
    seen("a round that is not finished", "/rounds/{round}", COORDINATOR, send("/handing-in"), status=422),
    seen("a round that was handed in", "/rounds/{round_ended}", COORDINATOR),
    seen("a correction", "/rounds/{round_ended}/corrections?item=romningsveier-frie", COORDINATOR),
    seen("my rounds", "/rounds", COORDINATOR),
    seen("no rounds", "/rounds?state=given-up", COORDINATOR),
    seen("a form for a pen", "/checklists/brannrunde/paper?unit=IKJ", COORDINATOR, unfold),
    # Rounds that are due, and how they stand
    seen("a round that waits for me", "/rounds/due", OWNER),
    seen("rounds that are overdue, and a calendar", "/rounds/due", LEADER),
    seen("a new address for a calendar", "/rounds/due", COORDINATOR, send("/rounds/due/calendar")),
    bare("no round is asked of me", "/rounds/due", "bjorn"),
    seen("campaigns", "/campaigns", CENTRAL),
    seen("campaigns for a leader", "/campaigns", LEADER),
    bare("campaigns, none", "/campaigns", "hanne"),
    seen("a campaign", "/campaigns/{campaign}/{occurrence}", CENTRAL),
    seen("all of a campaign", "/campaigns/{campaign}/{occurrence}", CENTRAL, unfold),
    seen("a campaign for a leader", "/campaigns/{campaign}/{occurrence}", LEADER),
    seen("areas by months", "/rounds/by-area/{by_areas}", CENTRAL),
    seen("areas by months of last year", "/rounds/by-area/{by_areas}?year={last_year}", CENTRAL, unfold),
    seen("areas by months for a coordinator", "/rounds/by-area/{by_areas}", COORDINATOR),
    # Planning a workshop
    seen("workshops", "/workshops", CENTRAL),
    seen("a workshop for who takes part", "/workshops/{workshop}", STAFF),
    seen("a workshop for its organiser", "/workshops/{workshop}", CENTRAL, unfold),
    seen("a new workshop", "/workshops/new", CENTRAL),
    seen("the plan of a workshop", "/workshops/{workshop}/plan", CENTRAL, unfold),
    seen("a plan that was saved meanwhile", "/workshops/{workshop}/plan", CENTRAL,
         send("/workshops/{workshop}/plan", version="0", place="Kantina"), status=409),
    seen("the groups of a workshop", "/workshops/{workshop}/groups", CENTRAL, unfold),
    seen("groups as they would be",
         "/workshops/{workshop}/groups/proposal?units=NV&whom=roles&how=mixed&groups=9&anew=yes", CENTRAL),
    seen("no groups can be made", "/workshops/{workshop}/groups/proposal?whom=roles&how=mixed", CENTRAL, status=422),
    seen("sheets of a workshop", "/workshops/{workshop}/sheets", CENTRAL),
    seen("a workshop held once more", "/workshops/{workshop_over}/copy", CENTRAL),
    # The door of a workshop, its time, and its organiser's page
    seen("where a code is typed", "/m", None),
    seen("a code that opens nothing", "/m", None, send("/m", code="CCC-CCC"), status=404),
    seen("on the way to a workshop without a code", "/workshops/{workshop}/follow", None),
    seen("where a group is picked", "/m/{groups_code}", None),
    seen("no group was picked", "/m/{groups_code}", None, send("/m/{groups_code}"), status=422),
    seen("the way to the wall by its code", "/m/{wall_code}", None),
    seen("another group is picked", "/workshops/{workshop}/place", None, come_in),
    seen("the task and the time", "/workshops/{workshop}/follow", STAFF),
    seen("a group work that is over", "/workshops/{workshop_over}/follow", STAFF),
    seen("leading a workshop", "/workshops/{workshop}/lead", CENTRAL),
    seen("leading with minutes that are none", "/workshops/{workshop}/lead", CENTRAL, unfold,
         send("/lead/extend", minutes="mange"), status=422),
    seen("leading a workshop that is over", "/workshops/{workshop_over}/lead", CENTRAL),
    # A group's note, and all that was written in it
    seen("a group's note while it is written", "/workshops/{workshop}/groups/4/notes/{task}", CENTRAL),
    seen("a note on a task that is closed", "/workshops/{workshop_over}/groups/4/notes/{task_over}", CENTRAL),
    seen("all that a group wrote", "/workshops/{workshop}/groups/4/notes/{task}/history", CENTRAL, unfold),
    seen("all that a group wrote, which is nothing", "/workshops/{workshop}/groups/9/notes/{task}/history", CENTRAL),
    # The wall, whose large screens are seen in test_wall.py
    seen("the wall", "/workshops/{workshop}/wall", CENTRAL),
    seen("the wall with all parts", "/workshops/{workshop}/wall?prompt=0", CENTRAL),
    seen("one group alone on the wall", "/workshops/{workshop_over}/wall?group=2", CENTRAL),
    seen("the plenary", "/workshops/{workshop_over}/plenary", CENTRAL),
    seen("all that may be done in the plenary", "/workshops/{workshop_over}/plenary", CENTRAL, unfold),
    seen("a theme without a name", "/workshops/{workshop_over}/plenary", CENTRAL,
         send_without_script("#sorting"), status=422),
    seen("places for a point", "/workshops/{workshop_over}/plenary", CENTRAL, press("[data-grip]")),
    # The notes afterwards; the page of letters where mail can be sent is seen in test_outcomes.py
    seen("notes read through", "/workshops/{workshop_over}/afterwards", CENTRAL, unfold),
    seen("words of a point to black out", "/workshops/{workshop_over}/afterwards?point={point}", CENTRAL, unfold),
    seen("no word to black out", "/workshops/{workshop_over}/afterwards?point={point}", CENTRAL,
         send("/afterwards/points/{point}"), status=422),
    seen("notes that are still written", "/workshops/{workshop}/afterwards", CENTRAL),
    seen("what will be published", "/workshops/{workshop_over}/afterwards/publish", CENTRAL),
    seen("published without having been read", "/workshops/{workshop_over}/afterwards/publish", CENTRAL,
         send("/afterwards/publish"), status=422),
    seen("published notes", "/workshops/{workshop_over}/published", STAFF),
    seen("notes that are not published", "/workshops/{workshop}/published", STAFF, status=404),
    seen("letters where no mail can be sent", "/workshops/{workshop_over}/letters", CENTRAL),
    seen("what became of a workshop", "/workshops/{workshop_over}/became", STAFF),
    seen("nothing has become of a workshop yet", "/workshops/{workshop}/became", STAFF),
    seen("an action from a point", "/workshops/{workshop_over}/points/{point}/action", CENTRAL),
    seen("a proposal to write", "/workshops/{workshop_over}/proposals/new?point={point}", CENTRAL),
    seen("a proposal to answer", "/proposals/{proposal}", EDITOR, unfold),
    seen("a proposal that became part of a guideline", "/proposals/{proposal_published}", STAFF),
    seen("the way in on the wall", "/workshops/{workshop}/wall?show=code", CENTRAL),
    # Rounds on a phone
    seen("without network", "/offline", None),
    # What is refused
    seen("no such page", "/nowhere", STAFF, status=404),
    seen("no such guideline", "/guidelines/nothing", STAFF, status=404),
    seen("a page for others", "/rollouts", STAFF, status=403),
    seen("a date that does not exist", "/coverage?as_of=2026-02-30", CENTRAL, status=400),
    seen("an address that takes a form", "/accounts/password", STAFF, status=405),
    seen("a form that has expired", f"/guidelines/{CLEANUP}/question?kind=question", STAFF,
         send("/question", text="Hvem rydder?", csrf_token="old"), status=400),
    seen("a form sent when signed out", f"/guidelines/{CLEANUP}/question?kind=question", STAFF,
         forget_who_i_am, send("/question", text="Hvem rydder?"), status=401),
]  # fmt: skip

# Answers to GET that nobody looks at: files, data, what is fetched by a page, and what only leads elsewhere.
NO_PAGES = {
    "favicon", "hmswiki.static", "hmswiki.stylesheet",
    "hmswiki.rounds_offline.worker", "hmswiki.rounds_offline.who", "hmswiki.rounds.state", "hmswiki.rounds.photo",
    "hmswiki.rounds.as_pdf", "hmswiki.rounds.campaign_file", "hmswiki.rounds.calendar_feed",
    "hmswiki.checklists.no_keeping", "hmswiki.checklists.no_taking_over", "hmswiki.checklists.no_taking_up",
    "hmswiki.workshop_doors.follow_state", "hmswiki.workshop_doors.lead_state", "hmswiki.wall.state",
    "hmswiki.outcomes.export", "hmswiki.outcomes.published_file",
    "hmswiki.plenary.state", "hmswiki.workshops.sheets_pdf", "hmswiki.notes.state", "hmswiki.notes.group",
    "hmswiki.acknowledgements.coverage_csv", "hmswiki.acknowledgements.coverage_curve_picture",
    "hmswiki.acknowledgements.my_record_as_json", "hmswiki.actions.index_csv", "hmswiki.actions.index_xlsx",
    "hmswiki.acknowledgements.my_unit", "hmswiki.acknowledgements.confirmations",
    "hmswiki.acknowledgements.no_forecast", "hmswiki.acknowledgements.no_names",
    "hmswiki.acknowledgements.no_newcomers",
}  # fmt: skip


# --- What the demonstration lacks on its first day ----------------------------------------------------------


@pytest.fixture(scope="module")
def rows(demo: Site) -> dict[str, str]:
    """What the addresses may hold. Adds a question that waits, one with its answer, links, a password."""
    app, now = demo.app, clock.now()
    today = clock.today(state(app).settings.zone)

    def by(key: str) -> Actor:
        found = organisation.actor(session, key, today)
        assert found is not None, key
        return found

    def one(statement: Any) -> Any:
        return session.scalars(statement.limit(1)).one()

    with app.app_context(), demo.writing() as session:
        cleanup = one(select(Guideline).where(Guideline.slug == CLEANUP))
        waiting, answered = (
            operations.ask(session, cleanup, kind=kind, text=text, by=by(STAFF), at=now, on=today)
            for kind, text in ((QuestionKind.NOT_INFORMED, ""), (QuestionKind.QUESTION, "Hvem henter løsemidlene?"))
        )
        operations.reply(session, answered, by=by(COORDINATOR), at=now, text="Driften, hver torsdag.")
        invited = organisation.person(session, "p0100")
        safety, approver = organisation.person(session, SAFETY), organisation.person(session, APPROVER)
        invitation = accounts.invite(session, invited, at=now, hours=72)
        for person in safety, approver:
            accounts.ensure_account(session, person, at=now).password_hash = account_rules.hash_password(PASSWORD)
        reset = accounts.invite(session, safety, at=now, hours=72)
        mine = Acknowledgement.person_id == by(OWNER).person_id, Acknowledgement.withdrawn_at.is_(None)
        ours = Confirmation.unit_id == by(COORDINATOR).unit_id, Confirmation.withdrawn_at.is_(None)
        unit, title = organisation.unit(session, "IKJ"), "Flytt kjemikalieskapet ut av rømningsveien ved K3-217"
        more = {"unit": unit, "by": by(COORDINATOR), "at": now}
        open_action = actions.raise_action(
            session, title=title, text="Funnet på runden.", due_on=today - timedelta(days=20),
            responsible=organisation.person(session, OWNER), **more,
        )  # fmt: skip
        actions.comment(session, open_action, text="Driften er spurt.", by=by(COORDINATOR), at=now)
        done_action = actions.raise_action(session, title="Merk flaskene i avtrekk 3", due_on=today, **more)
        actions.do(session, done_action, done_on=today, today=today, by=by(COORDINATOR), at=now)
        tending.tend(session, at=now, today=today, escalate_after=14)
        nv = organisation.unit(session, "NV").id
        planned = schedule(session, units=[("NV", Reach.ALL_BENEATH)], pauses={"months": [7]}, starts=today)
        at_events = schedule(session, units=[("NV", Reach.ITSELF)], every="event", within=30, starts=today)
        session.add(Skip(schedule_id=planned.id, occurrence=f"{today:%Y-%m}", unit_id=nv, reason="Flytting",
                         recorded_at=now))  # fmt: skip
        session.add(ScheduleEvent(schedule_id=at_events.id, name="a", unit_id=nv, text="Ny avdeling",
                                  happens_on=today + timedelta(days=9), recorded_at=now))  # fmt: skip
        flawed = checklists.start_edition(session, list_of(session, "vannskade"), by=by(EDITOR), at=now)
        mistaken = {"yaml": "key: vannskade\nsections: []\n"}
        checklists.save_draft(session, flawed, version=flawed.version, content=mistaken, by=by(EDITOR), at=now)
        water = one(select(ChecklistEdition).where(ChecklistEdition.checklist == list_of(session, "vannskade")))
        session.add(
            SupplementEdit(
                key=str(uuid4()),
                checklist_id=water.checklist_id,
                unit_id=nv,
                edition_id=water.id,
                kind=EditKind.NOTE,
                content={
                    "item": water.content["sections"][0]["items"][0]["key"],
                    "text": {"nb": "Ring driften først."},
                },
                recorded_at=now,
            )
        )
        doubtful = Reminder(
            person_id=by(ADMINISTRATOR).person_id,
            week=week_of(today),
            state=ReminderState.HANDING_OVER,
            claimed_at=now,
            claimed_by="another run",
            message_id="<1@example.no>",
        )
        session.add(doubtful)
        calendar.make_address(session, by=by(LEADER), at=now)
        fire_round = list_of(session, "brannrunde"), unit, by(COORDINATOR)
        ended = round_of_unit(session, *fire_round, deviation="romningsveier-frie")
        session.flush()

        def own(kind: EditKind) -> Any:
            """An edit of the coordinator's unit."""
            return one(
                select(SupplementEdit.key)
                .where(SupplementEdit.kind == kind, SupplementEdit.unit_id == unit.id)
                .order_by(SupplementEdit.id)
            )

        def asking(key: str) -> Any:
            """The demonstration's own schedule of a checklist."""
            checklist = ScheduleRecord.checklist == list_of(session, key)
            return one(select(ScheduleRecord).where(checklist).order_by(ScheduleRecord.id))

        campaign = asking("hms-runde")
        found = {
            "addition": own(EditKind.ADDITION), "note": own(EditKind.NOTE), "doubtful": doubtful.id,
            "campaign": campaign.key, "by_areas": asking("brannrunde").key, "last_year": today.year - 1,
            "belonging": one(select(AreaUnit.id).where(AreaUnit.withdrawn_at.is_(None), AreaUnit.ends_on.is_(None))),
            "duty": one(select(AreaDuty.id).where(AreaDuty.withdrawn_at.is_(None), AreaDuty.ends_on.is_(None))),
            "occurrence": one(select(Round.occurrence).where(Round.schedule_id == campaign.id)
                              .order_by(Round.occurrence.desc())),
            "round_ended": ended.key, "round": round_of_unit(session, *fire_round).key,
            "list_flawed": flawed.id,
            "schedule": planned.key, "event_schedule": at_events.key, "scheduled": f"unit:{nv}",
            "action": open_action.key,
            "done_action": done_action.key,
            "point": (point := one(
                select(Point).join(Point.group).join(Group.workshop).order_by(Workshop.starts_at, Point.id))).key,
            "proposal_published": one(select(Proposal.key)),
            "proposal": proposals.propose(
                session, point.group.workshop, guideline=cleanup, text="Si når skjemaet skal brukes.", points=[point],
                by=by(CENTRAL), at=now).key,
            "workshop": (meeting := one(select(Workshop).order_by(Workshop.starts_at.desc()))).key,
            "task": change_a_note(session, meeting, 4, by=by(CENTRAL), at=now),
            "workshop_over": (over := one(select(Workshop).order_by(Workshop.starts_at))).key,
            "task_over": over.tasks[0].key,
            **{f"{code.opens}_code": code.code for code in session.scalars(
                select(Code).where(Code.workshop_id == meeting.id))},
            "question": waiting.id,
            "answered": answered.id,
            "invited": invited.external_key,
            "invitation": invitation.token,
            "reset": reset.token,
            "acknowledgement": one(select(Acknowledgement.id).where(*mine)),
            "confirmation": one(select(Confirmation.id).where(*ours).order_by(Confirmation.informed_on.desc())),
            "old_edition": one(select(Edition.id).where(Edition.guideline_id == cleanup.id, Edition.major == 1)),
            "draft": one(select(Draft.id).where(Draft.state == DraftState.WRITING)),
            "list_draft": one(select(ChecklistDraft.id).where(ChecklistDraft.key == "ryddedag")),
            "list_sent": one(select(ChecklistDraft.id).where(ChecklistDraft.state == DraftState.SENT)),
            "sent": one(select(Draft.id).where(Draft.state == DraftState.SENT)),
            "employment": one(select(Employment.id).where(Employment.person_id == by(LEADER).person_id)),
            "role": one(select(RoleHolding.id).where(RoleHolding.person_id == by(LEADER).person_id)),
            "mover": one(select(Person.external_key).join(Employment, Employment.person_id == Person.id)
                         .where(Employment.withdrawn_at.is_not(None)).order_by(Person.id)),
            "a_year_ago": today - timedelta(days=365),
            "in_a_month": today + timedelta(days=30),
        }  # fmt: skip
    return {name: str(value) for name, value in found.items()}


# --- The tests ----------------------------------------------------------------------------------------------


def test_every_address_that_is_a_page_is_looked_at(app: Flask) -> None:
    looked_at = {place.endpoint(app) for place in PAGES if place.is_one_of_a_page}
    readable = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    assert readable - looked_at == NO_PAGES


@dataclass(frozen=True)
class Window:
    """One for each language, in which everybody sits down in turn: a browser is quicker where it has been before."""

    page: Page
    complaints: ConsoleMessages

    def begin_anew(self) -> None:
        """Forget what was complained of until the next page has come: the one before may still be asking, in vain."""
        self.page.once("framenavigated", lambda frame: self.complaints.clear())


@pytest.fixture(scope="module")
def windows(browser: Browser) -> dict[str, Window]:
    opened = {}
    for language in LANGUAGES:
        context = browser.new_context(locale=LOCALES[language], reduced_motion="reduce")
        context.add_init_script(axe_script())
        page = context.new_page()
        page.set_default_timeout(30_000)
        opened[language] = Window(page, console_messages(page))
    return opened


@pytest.fixture(scope="module")
def standing_for_their_addresses(demo: Site) -> list[Place]:
    """The first page at each address: these are looked at in every language."""
    first: dict[str, Place] = {}
    for place in PAGES:
        if place.is_one_of_a_page:
            first.setdefault(place.endpoint(demo.app), place)
    return list(first.values())


# Both workers share the pages; each has one browser and one demonstration for its half.
@pytest.mark.parametrize(
    "place",
    [
        pytest.param(place, id=place.what.replace(" ", "-"), marks=pytest.mark.xdist_group(f"pages-{number % 2}"))
        for number, place in enumerate(PAGES)
    ],
)
def test_a_page_suits_every_language_width_and_scheme(
    place: Place,
    demo: Site,
    bare_site: BareSite,
    rows: Rows,
    windows: dict[str, Window],
    standing_for_their_addresses: list[Place],
) -> None:
    site = bare_site if place.bare else demo
    number = PAGES.index(place)
    if place in standing_for_their_addresses:
        looks = [Look(LANGUAGES[turn], SCHEMES[turn % 2], place.widths[turn], colours=turn < 2) for turn in range(3)]
    else:
        language = LANGUAGES[number % 3 if place.is_one_of_a_page else 0]
        axe_looks = place.is_one_of_a_page or number % 3 == 0
        looks = [Look(language, SCHEMES[number // 2 % 2], WIDTHS[number // 6 % 3] if axe_looks else None)]
    found = []
    for look in looks:
        window = windows[look.language]
        site.become(window.page.context, place.person)
        window.begin_anew()
        at_all_widths = problems(window.page, site.address, place, rows, look)
        found += [f"{look.language}: {problem}" for problem in [*at_all_widths, *window.complaints]]
    assert found == []


@dataclass(frozen=True)
class Look:
    """In which language and scheme a page is looked at, at which of its widths axe does, and whether at contrasts."""

    language: str
    scheme: Literal["light", "dark"]
    width_for_axe: int | None
    colours: bool = True


def problems(page: Page, site: str, place: Place, rows: Rows, look: Look) -> list[str]:
    """What is wrong with the page in this language."""
    page.set_viewport_size({"width": WIDTHS[0], "height": HEIGHT})
    page.emulate_media(color_scheme=look.scheme)
    answer = page.goto(site + place.path.format_map(rows))
    for deed in place.deeds:
        answer = deed(page, rows) or answer
    assert answer is not None
    found = []
    if answer.status != place.status:
        found.append(f"answers {answer.status}, not {place.status}: {page.locator('main').inner_text()[:300]}")
    spoken, headings = page.evaluate("() => [document.documentElement.lang, document.querySelectorAll('h1').length]")
    if spoken != look.language:
        found.append(f"says that it is in {spoken}")
    if headings != 1:
        found.append("has not one heading of the first order")
    for width in place.widths:
        if width != WIDTHS[0]:
            page.set_viewport_size({"width": width, "height": HEIGHT})
        found += [f"{width} px: {problem}" for problem in overflows(page)]
        if width == look.width_for_axe:  # it takes its time, and sees at one width most of what it sees at another
            violations = axe_violations(page, colours=look.colours)
            found += [f"{width} px, {look.scheme}: {problem}" for problem in violations]
    page.evaluate("() => document.body.style.setProperty('--hms-font', '\"DejaVu Sans\"')")
    found += [f"{WIDTHS[-1]} px, wide font: {problem}" for problem in overflows(page)]
    return found
