"""Running sites with people in them, who have signed in as people do: by the button on the sign-in page."""

import contextlib
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page
from sqlalchemy.orm import Session

from hmswiki.demo import command as demo_command
from hmswiki.demo import history
from hmswiki.web.context import state
from tests.conftest import Databases, _app, _dispose
from tests.support.servers import serve

LOCALES = {"nb": "nb-NO", "nn": "nn-NO", "en": "en-GB"}
NAMES = {member.key: member.name for member in history.CAST}


class Site:
    """A wiki that answers at an address, and one browser to visit it with."""

    def __init__(self, app: Flask, address: str, browser: Browser) -> None:
        self.app = app
        self.address = address
        self.browser = browser
        self._cookies: dict[str, Any] = {}

    def visitor(self, person: str | None = None, *, language: str = "nb", **options: Any) -> BrowserContext:
        """A new window of the browser: of one of the demonstration's cast, or of nobody."""
        options = {"viewport": {"width": 1280, "height": 900}, "reduced_motion": "reduce"} | options
        options |= {"locale": LOCALES[language], "base_url": self.address}
        if person is not None:
            options["storage_state"] = self._cookies_of(person)
        context = self.browser.new_context(**options)
        context.set_default_timeout(20_000)
        return context

    def become(self, context: BrowserContext, person: str | None) -> None:
        """Let somebody else sit down at the window."""
        context.clear_cookies()
        if person is not None:
            context.add_cookies(self._cookies_of(person)["cookies"])

    def _cookies_of(self, person: str) -> Any:
        if person not in self._cookies:
            with self.visitor() as context:
                sign_in(context.new_page(), person)
                self._cookies[person] = context.storage_state()
        return self._cookies[person]

    @contextlib.contextmanager
    def writing(self) -> Iterator[Session]:
        """A session in the site's database, for what a test needs to have happened."""
        with Session(state(self.app).engines.write, expire_on_commit=False) as session:
            yield session
            session.commit()


class BareSite(Site):
    """A site that believes the header X-Person: it has no cast to sign in as by a button."""

    def become(self, context: BrowserContext, person: str | None) -> None:
        context.clear_cookies()
        context.set_extra_http_headers({"X-Person": person} if person else {})


def sign_in(page: Page, person: str) -> None:
    """Sign in as one of the demonstration's cast, by the button."""
    page.goto("/accounts/sign-in")
    page.get_by_role("button", name=f"Logg inn som {NAMES[person]}").click()
    page.wait_for_url(lambda address: "sign-in" not in address)


@contextlib.contextmanager
def demonstration(databases: Databases, template: str, browser: Browser) -> Iterator[Site]:
    """The demonstration as it stands on its first day, served."""
    with _application(databases, template, demo=True) as app, serve(app) as address:
        demo_command.show_cast(app)
        yield Site(app, address, browser)


@contextlib.contextmanager
def bare(databases: Databases, template: str, browser: Browser, **settings: Any) -> Iterator[BareSite]:
    """A copy of the database `template`, served; whoever the header X-Person names is signed in."""
    with _application(databases, template, **settings) as app:

        def answer(environ: dict[str, Any], start: Callable[..., Any]) -> Any:
            if person := environ.get("HTTP_X_PERSON"):
                environ["hmswiki.test_person"] = person
            return app(environ, start)

        with serve(answer) as address:
            yield BareSite(app, address, browser)


@contextlib.contextmanager
def _application(databases: Databases, template: str, **settings: Any) -> Iterator[Flask]:
    address = databases.copy_of(template)
    with tempfile.TemporaryDirectory() as folder:
        app = _app(address, Path(folder), **settings)
        try:
            yield app
        finally:
            _dispose(app)
            databases.drop(address)
