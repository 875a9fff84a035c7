"""Whole addresses of our pages, for mail and calendars, which are written where no request is."""

from typing import Any
from urllib.parse import urlsplit

from flask import current_app

from hmswiki.web.context import settings

LOCAL = "http://127.0.0.1:8000"
"""Where the site is until base_url says otherwise: where `hmswiki serve` listens."""


def absolute(endpoint: str, *, base: str | None = None, **values: Any) -> str:
    """The whole address of a page: `absolute("guidelines.show", slug="rus")`. Begins with `base`, else `base_url`.

    What a request calls the site is never believed here: a stranger's request must not decide where mail leads.
    """
    parts = urlsplit(base or settings().base_url or LOCAL)
    adapter = current_app.url_map.bind(parts.netloc, script_name=parts.path.rstrip("/") + "/", url_scheme=parts.scheme)
    return adapter.build(f"hmswiki.{endpoint}", values, force_external=True)
