"""create_app: the standalone wiki, with its own database and its own sign-in."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Flask, redirect
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.wrappers import Response

from hmswiki import config
from hmswiki.extension import HmsWiki, _prepare, _protect, kept_secret
from hmswiki.foundation.errors import Refusal
from hmswiki.web import failures, page, words


def create_app(settings: config.Settings | None = None, **overrides: Any) -> Flask:
    """The wiki as an application of its own.

    `settings`: ready-made; left out, they are read from `hmswiki.toml` and HMSWIKI_* (see hmswiki/config.py),
    and `overrides` win over both. Raises SetupProblem where they cannot be read.
    """
    current = settings or config.load(**overrides)
    app = Flask("hmswiki", instance_path=str(Path(current.instance).resolve()), static_folder=None)
    app.secret_key = current.secret_key or kept_secret(current.instance)
    for setting in config.setting_fields():
        app.config[config.PREFIX + setting.name.upper()] = getattr(current, setting.name)
    secure = (current.base_url or "").startswith("https://")
    app.config.update(
        SESSION_COOKIE_NAME="hmswiki", SESSION_COOKIE_HTTPONLY=True, SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=secure, WTF_CSRF_TIME_LIMIT=None,
        PERMANENT_SESSION_LIFETIME=timedelta(days=current.session_days), SESSION_REFRESH_EACH_REQUEST=False,
        MAX_CONTENT_LENGTH=current.max_request_bytes, MAX_FORM_MEMORY_SIZE=current.max_request_bytes,
    )  # fmt: skip
    if current.trusted_proxies:
        hops = current.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    HmsWiki().init_app(app, url_prefix=None, accounts=True)
    _own_error_pages(app)
    return app


def _own_error_pages(app: Flask) -> None:
    """Standing alone, also addresses outside every blueprint are ours to answer."""

    def failed(error: HTTPException) -> Response:
        _prepare()
        return _protect(app.make_response(failures.http_failed(error)))

    def refused(error: Refusal) -> Response:
        _prepare()
        return _protect(app.make_response(failures.refused(error)))

    app.register_error_handler(HTTPException, failed)
    app.register_error_handler(Refusal, refused)
    app.context_processor(page.context)
    app.teardown_request(words.hush)

    @app.get("/favicon.ico")
    def favicon() -> Response:
        from hmswiki.web.page import Hms

        return redirect(Hms().asset("favicon.svg"), 301)
