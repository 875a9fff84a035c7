"""HmsWiki: mounts the wiki in a Flask application.

Nothing of an application is kept on the extension: only its registries, which features and plugins fill.
What belongs to one application is in `app.extensions["hmswiki"]`, so one process may hold several.
"""

import importlib
import logging
import os
import stat
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path
from secrets import token_urlsafe
from typing import Any

import click
from flask import Flask, Response, abort, current_app, g, request, url_for
from flask_babel import Babel
from flask_sqlalchemy import SQLAlchemy
from markupsafe import Markup
from sqlalchemy.orm import Session
from werkzeug.exceptions import HTTPException

from hmswiki import config
from hmswiki.foundation.bundles import RecordKind
from hmswiki.foundation.errors import Refusal, SetupProblem
from hmswiki.foundation.permissions import Pass, Permission
from hmswiki.foundation.reminding import Waiting
from hmswiki.foundation.submissions import AlreadyDone
from hmswiki.organisation.queries import actor as load_actor
from hmswiki.web import assets, failures, page, words
from hmswiki.web.access import access, allowed, close_the_door, may_take_files
from hmswiki.web.blueprint import FeatureBlueprint, RootBlueprint
from hmswiki.web.context import KEY, State, close_read_session, settings, state
from hmswiki.web.engines import engines_over, ensure_folder, plain_postgresql, prepare_sqlite

log = logging.getLogger("hmswiki")

# In order: a feature may build on those before it, never on those after.
FEATURES = (
    "organisation", "accounts", "guidelines", "acknowledgements", "actions", "checklists", "schedules", "rounds",
    "workshops", "notes", "plenary", "outcomes", "reminders",
)  # fmt: skip

CONTENT_SECURITY_POLICY = "; ".join((
    "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self'", "font-src 'self'",
    "connect-src 'self'", "manifest-src 'self'", "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'",
))  # fmt: skip


@dataclass(frozen=True)
class MenuItem:
    """An entry of the main menu: an endpoint relative to the wiki, and who it is shown to."""

    endpoint: str
    label: str
    permission: Permission
    order: int


@dataclass(frozen=True)
class Panel:
    """Something a feature shows on another's page. `render` gives its HTML, or None for nothing."""

    render: Callable[..., Markup | str | None]
    order: int


class HmsWiki:
    """The extension. `HmsWiki().init_app(app)`, in an application factory or not."""

    def __init__(self) -> None:
        self.blueprints: list[FeatureBlueprint] = []
        self.record_kinds: list[RecordKind] = []
        self.commands: list[click.Command] = []
        self.plugin_names: list[str] = []
        self._menu: list[MenuItem] = []
        self._personal: list[MenuItem] = []
        self._panels: dict[str, list[Panel]] = {}
        self._readers: list[Callable[..., Any]] = []
        self._pass_sources: list[Callable[[], Iterable[Pass]]] = []
        self._nudges: list[Callable[..., None]] = []
        self.reminders: list[Callable[..., Iterable[Waiting]]] = []
        self._task_counts: list[Callable[..., int]] = []
        self._app_setups: list[Callable[[Flask], None]] = []
        self._registered: set[str] = set()

    # Registries: features and plugins fill them in their `register(wiki)`.

    def add_blueprint(self, blueprint: FeatureBlueprint) -> None:
        """A feature's pages; `hmswiki.<name>.<view>` are its endpoints."""
        self.blueprints.append(blueprint)

    def add_menu_item(
        self, endpoint: str, label: str, *, permission: Permission = Permission.SIGNED_IN, order: int = 50
    ) -> None:
        """An entry of the main menu. `label` is a text marked by `N_`, translated when shown."""
        self._menu.append(MenuItem(endpoint, label, permission, order))

    def add_personal_item(
        self, endpoint: str, label: str, *, permission: Permission = Permission.SIGNED_IN, order: int = 50
    ) -> None:
        """An entry of the menu under the person's own name."""
        self._personal.append(MenuItem(endpoint, label, permission, order))

    def add_panel(self, place: str, render: Callable[..., Markup | str | None], *, order: int = 50) -> None:
        """Show `render(**context)` at `place`; the places and their contexts are in docs/extending.md."""
        self._panels.setdefault(place, []).append(Panel(render, order))

    def add_reader(self, known: Callable[..., Any]) -> None:
        """Tell guidelines what their reader knows: `known(guideline=…, edition=…)` gives the earlier edition that
        the person who reads has seen last, or None. What differs from it is marked in the margin."""
        self._readers.append(known)

    def add_reminder(self, source: Callable[..., Iterable[Waiting]]) -> None:
        """Tell the reminders what waits for whom: `source(session, today=…, known_at=…)` gives all of it, also what
        is not due for long. Reads only, and few selects: it is asked for everybody at once."""
        self.reminders.append(source)

    def add_task_count(self, count: Callable[..., int]) -> None:
        """Tell Min side how many things a feature has for the person to do: `count(today=…)`, for who is looking.
        Its headline says so; what they are is shown by a panel at `home`."""
        self._task_counts.append(count)

    def add_pass_source(self, source: Callable[[], Iterable[Pass]]) -> None:
        """Tell the door which passes a request shows: `source()` reads them from the request, in few selects. It is
        asked only where a permission is given by pass."""
        self._pass_sources.append(source)

    def add_nudge(self, nudge: Callable[..., None]) -> None:
        """Tell groups of a workshop that their note is missed: `nudge(session, groups=…, task=…, by=…, at=…)`, in the
        transaction in which the organiser reminds them. A refusal stops it all, so what is only sent is sent later."""
        self._nudges.append(nudge)

    def add_record_kind(self, kind: RecordKind) -> None:
        """A file of the bundle, imported in the order of registration."""
        self.record_kinds.append(kind)

    def add_command(self, command: click.Command) -> None:
        """A command of `hmswiki …` and `flask hms …`; it runs inside an application context."""
        self.commands.append(command)

    def on_mount(self, setup: Callable[[Flask], None]) -> None:
        """Something to do to each application the wiki is mounted in."""
        self._app_setups.append(setup)

    # Mounting

    def init_app(
        self,
        app: Flask,
        *,
        db: SQLAlchemy | None = None,
        url_prefix: str | None = "/hms",
        identify: Callable[[], str | None] | None = None,
        accounts: bool | None = None,
        sign_in_url: str | Callable[[str], str | None] | None = None,
        **overrides: Any,
    ) -> None:
        """Mount the wiki in `app`.

        `db`: the Flask-SQLAlchemy object whose engine to use; left out, the host's own
        (`app.extensions["sqlalchemy"]`), or one made here from the settings.
        `identify`: gives the employer's id of who is signed in, or None; left out, the wiki has its own accounts.
        `sign_in_url`: where the host signs people in; a callable is given the path to come back to.
        `overrides`: settings by name (see hmswiki/config.py); they win over `app.config["HMSWIKI_…"]`.

        Raises SetupProblem for a second mounting, and for `accounts=False` without `identify`.
        """
        if KEY in app.extensions:
            raise SetupProblem(
                "hmswiki is mounted in this application already. Mount it once; "
                "for a second wiki make a second Flask application."
            )
        own_accounts = identify is None if accounts is None else accounts
        if not own_accounts and identify is None:
            raise SetupProblem("Without accounts of its own the wiki must be told who is signed in: pass identify=…")
        current = config.from_app_config(app.config, **overrides)
        if not app.secret_key:
            app.secret_key = current.secret_key or kept_secret(current.instance)
        self.register_features(own_accounts=own_accounts, plugins=current.plugins)
        database, own_database = _database(app, db, current)
        with app.app_context():
            engine = database.engine
        if own_database:
            prepare_sqlite(engine)
        app.extensions[KEY] = State(
            wiki=self, settings=current, engines=engines_over(engine),
            identify=identify or (lambda: None), load_actor=load_actor,
            sign_in_url=_sign_in(sign_in_url), own_accounts=own_accounts, own_database=own_database,
        )  # fmt: skip
        if "babel" not in app.extensions:
            Babel(app)
        app.teardown_appcontext(close_read_session)
        for setup in self._app_setups:
            setup(app)
        app.register_blueprint(self._root(url_prefix, own_accounts))
        from hmswiki.cli import flask_group  # imports this module

        app.cli.add_command(flask_group(self))

    def register_features(self, *, own_accounts: bool = True, plugins: list[str] | None = None) -> None:
        """Let every feature and plugin fill the registries, once each."""
        for name in FEATURES:
            if name == "accounts" and not own_accounts:
                continue
            if name not in self._registered:
                self._registered.add(name)
                importlib.import_module(f"hmswiki.{name}.feature").register(self)
        for point in entry_points(group="hmswiki.plugins"):
            wanted = plugins is None or point.name in plugins
            if wanted and point.name not in self._registered:
                self._registered.add(point.name)
                self.plugin_names.append(point.name)
                point.load()(self)

    def _root(self, url_prefix: str | None, own_accounts: bool) -> RootBlueprint:
        root = RootBlueprint(
            "hmswiki",
            "hmswiki.web",
            url_prefix=url_prefix,
            static_folder=str(assets.STATIC),
            static_url_path="/static",
        )
        root.before_request(_prepare)
        root.before_request(close_the_door)
        root.after_request(_protect)
        root.teardown_request(words.hush)
        root.context_processor(page.context)
        root.register_error_handler(Refusal, failures.refused)
        root.register_error_handler(AlreadyDone, failures.already_done)
        root.register_error_handler(HTTPException, failures.http_failed)
        root.add_url_rule("/hms.css", "stylesheet", _stylesheet)
        for blueprint in self.blueprints:
            if blueprint.name != "accounts" or own_accounts:
                root.register_blueprint(blueprint)
        return root

    # What templates ask for

    def menu(self) -> list[page.MenuEntry]:
        """The main menu for who is looking."""
        return self._entries(self._menu)

    def personal_menu(self) -> list[page.MenuEntry]:
        """The menu under the name of who is looking."""
        return self._entries(self._personal)

    def _entries(self, items: list[MenuItem]) -> list[page.MenuEntry]:
        here = g.get("hmswiki_section") or (request.endpoint or "").removeprefix("hmswiki.")
        entries = []
        for item in sorted(items, key=lambda item: item.order):
            # The registries are shared: another application of this wiki may have accounts, and this one not.
            absent = item.endpoint.startswith("accounts.") and not state().own_accounts
            if not absent and allowed(item.permission):
                href = url_for(f"hmswiki.{item.endpoint}")
                entries.append(page.MenuEntry(words.t(item.label), href, here == item.endpoint))
        return entries

    def known_to_reader(self, **context: Any) -> Any:
        """The first answer of what `add_reader` brought; None where nobody knows."""
        answers = (known(**context) for known in self._readers)
        return next((answer for answer in answers if answer is not None), None)

    def passes_shown(self) -> tuple[Pass, ...]:
        """The passes that this request shows, as `add_pass_source` brought them."""
        return tuple(shown for source in self._pass_sources for shown in source())

    def nudge(self, session: Session, **context: Any) -> None:
        """Remind groups of a workshop, as `add_nudge` brought it."""
        for nudge in self._nudges:
            nudge(session, **context)

    def tasks_waiting(self, **context: Any) -> int:
        """How many things there are to do for who is looking, as `add_task_count` brought them."""
        return sum(count(**context) for count in self._task_counts)

    def render_panels(self, place: str, **context: Any) -> list[Markup]:
        """The panels at `place` that have something to show."""
        shown = []
        for panel in sorted(self._panels.get(place, ()), key=lambda panel: panel.order):
            html = panel.render(**context)
            if html:
                shown.append(Markup(html))
        return shown


def shipped_commands() -> list[click.Command]:
    """The commands of all features and plugins, for the command line of the standalone wiki."""
    wiki = HmsWiki()
    wiki.register_features()
    return wiki.commands


def kept_secret(instance: Path) -> str:
    """The site's secret key: made once, kept in the instance folder, readable by the owner alone."""
    file = instance / "secret-key"
    instance.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        kept = file.read_text(encoding="ascii").strip()
        if kept:
            if stat.S_IMODE(file.stat().st_mode) & 0o077:
                log.warning("%s can be read by others; `chmod 600` it", file)
            return kept
        raise SetupProblem(("%(file)s is empty. Remove it, and a new key is made."), file=str(file)) from None
    with os.fdopen(descriptor, "w", encoding="ascii") as opened:
        secret = token_urlsafe(48)
        opened.write(secret + "\n")
        opened.flush()
        os.fsync(opened.fileno())
    return secret


def _database(app: Flask, db: SQLAlchemy | None, current: config.Settings) -> tuple[SQLAlchemy, bool]:
    if db is not None:
        if "sqlalchemy" not in app.extensions:
            db.init_app(app)
        return db, False
    if "sqlalchemy" in app.extensions:
        return app.extensions["sqlalchemy"], False
    address = current.database_url or f"sqlite:///{(current.instance / 'hmswiki.sqlite').resolve()}"
    address = plain_postgresql(address)
    ensure_folder(address)
    app.config["SQLALCHEMY_DATABASE_URI"] = address
    made = SQLAlchemy()
    made.init_app(app)
    return made, True


def _sign_in(given: str | Callable[[str], str | None] | None) -> Callable[[str], str | None]:
    if callable(given):
        return given
    if given is not None:
        return lambda back: given
    return lambda back: None


def _prepare() -> None:
    view = current_app.view_functions.get(request.endpoint or "")
    current = settings()
    request.max_content_length = max(current.max_request_bytes, current.max_photo_bytes if may_take_files(view) else 0)
    request.max_form_memory_size = current.max_request_bytes
    if may_take_files(view):
        request.max_form_parts = 10_000  # a round has a dozen fields an item
    words.speak(words.reader_language())


def _protect(response: Response) -> Response:
    headers = response.headers
    headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
    headers["X-Content-Type-Options"] = "nosniff"
    headers.setdefault("Referrer-Policy", "same-origin")  # a page whose address is a secret says less
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    if not (request.endpoint or "").endswith((".static", ".stylesheet")):
        # Private pages: no shared cache keeps them, and the browser asks before showing one again.
        if "no-store" not in headers.get("Cache-Control", ""):
            headers["Cache-Control"] = "private, no-cache"
        headers.add("Vary", "Cookie")
    elif request.args.get("v") and response.status_code == 200:
        headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


@access(Permission.ANYONE)
def _stylesheet() -> Response:
    if request.args.get("v") not in (None, assets.fingerprint("hms.css")):
        abort(404)
    response = Response(assets.stylesheet(), content_type="text/css; charset=utf-8")
    response.set_etag(assets.fingerprint("hms.css"))
    response.make_conditional(request)
    return response
