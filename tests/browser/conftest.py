"""One browser and one demonstration for each module: starting them is what takes time."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.sites import BareSite, Site, bare, demonstration
from tests.cast import Cast
from tests.conftest import Databases
from tests.support.browser import launch

expect.set_options(timeout=20_000)  # a machine may be busy; what is there is found at once


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launch() as started:
        yield started


@pytest.fixture(scope="module")
def demo(databases: Databases, demo_database: str, browser: Browser) -> Iterator[Site]:
    """The demonstration, for all tests of the module: what one does must not be in another's way."""
    with demonstration(databases, demo_database, browser) as site:
        yield site


@pytest.fixture
def fresh_demo(databases: Databases, demo_database: str, browser: Browser) -> Iterator[Site]:
    """The demonstration as on its first day, for one test alone."""
    with demonstration(databases, demo_database, browser) as site:
        yield site


@pytest.fixture(scope="module")
def bare_site(databases: Databases, cast_database: tuple[str, Cast], browser: Browser) -> Iterator[BareSite]:
    """The organisation of the tests' cast, and nothing published."""
    with bare(databases, cast_database[0], browser) as site:
        yield site
