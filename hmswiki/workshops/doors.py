"""Who has come in: the passes that a request shows, by its cookies and by who is signed in."""

from flask import g, request

from hmswiki.foundation import clock
from hmswiki.foundation.permissions import Pass
from hmswiki.web.context import actor, read_session
from hmswiki.workshops import queries
from hmswiki.workshops.models import Opens, Seat, Workshop

COOKIE = "hms-seat-"
"""Begins the name of a cookie that holds a seat's token (`cookie_name`)."""


def seats() -> tuple[Seat, ...]:
    """The seats that this request has; read once. One select, and none without a cookie."""
    if "hmswiki_seats" not in g:
        tokens = [value for name, value in request.cookies.items() if name.startswith(COOKIE)]
        g.hmswiki_seats = tuple(queries.seats(read_session(), tokens, now=clock.now()))
    return tuple(g.hmswiki_seats)


def cookie_name(workshop: Workshop, opens: Opens) -> str:
    """Where a browser keeps its token. A machine that shows the wall may write for a group too."""
    return f"{COOKIE}{workshop.key}{'-wall' if opens is Opens.WALL else ''}"


def seat_in(workshop: Workshop, opens: Opens = Opens.GROUPS) -> Seat | None:
    """The seat that this request has in the workshop's groups, or at its wall; or None."""
    found = (seat for seat in reversed(seats()) if seat.workshop_id == workshop.id and seat.opens is opens)
    return next(found, None)


def passes_shown() -> list[Pass]:
    """What the seats and who is signed in open."""
    passes = queries.passes_of_seats(seats())
    who = actor()
    if who is not None:
        passes += queries.passes_of_person(read_session(), who.person_id)
    return passes
