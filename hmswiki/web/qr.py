"""Addresses as pictures to point a phone at."""

from functools import lru_cache

import segno
from markupsafe import Markup


@lru_cache(maxsize=64)
def qr_code(address: str) -> Markup:
    """The address as a picture: dark on white, without any style of its own."""
    made = segno.make(address, error="m", micro=False)
    return Markup(
        made.svg_inline(dark="#000", light="#fff", border=4, omitsize=True, svgclass="hms-qr", lineclass=None)
    )
