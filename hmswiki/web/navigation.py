"""Addresses to come back to."""

from urllib.parse import urlsplit

from hmswiki.web.page import front_page


def local_path(given: str | None) -> str:
    """`given` if it is a path on this site, else the front page: nobody is sent elsewhere by a link of ours."""
    if given and given.startswith("/") and not given.startswith(("//", "/\\")):
        parts = urlsplit(given)
        if not parts.scheme and not parts.netloc and not any(ord(letter) < 32 for letter in given):
            return given
    return front_page()
