"""The curve of coverage as a picture: an SVG of its own, loaded as an image. Pure.

An image sees neither the page's stylesheet nor its colour scheme, and the content security policy allows it no
style of its own: colours are attributes, and there is one picture for light and one for dark.
"""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum

from markupsafe import Markup

from hmswiki.acknowledgements.coverage import Count

WIDTH, HEIGHT = 1000, 100


class Scheme(StrEnum):
    LIGHT = "light"
    DARK = "dark"


# As in tokens.css: line, area, edition.
COLOURS = {
    Scheme.LIGHT: ("oklch(0.468 0.092 168)", "oklch(0.918 0.003 260)", "oklch(0.475 0.007 260)"),
    Scheme.DARK: ("oklch(0.752 0.085 168)", "oklch(0.352 0.006 260)", "oklch(0.745 0.004 260)"),
}

_SVG = Markup(
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" preserveAspectRatio="none" fill="none">'
    "{body}</svg>\n"
)
_AREA = Markup('<path fill="{colour}" fill-opacity="0.6" d="{path}"/>')
_LINE = Markup('<path stroke="{colour}" stroke-width="2" vector-effect="non-scaling-stroke" d="{path}"/>')
_FORECAST = Markup(
    '<path stroke="{colour}" stroke-width="2" stroke-dasharray="6 4" vector-effect="non-scaling-stroke" d="{path}"/>'
)
_EDITIONS = Markup(
    '<path stroke="{colour}" stroke-width="1" stroke-dasharray="2 3" vector-effect="non-scaling-stroke" d="{path}"/>'
)


def draw(points: Sequence[tuple[date, Count]], editions: Sequence[date], *, today: date, scheme: Scheme) -> Markup:
    """The curve from 0 to 100 per cent, the area beneath it, a dashed upright for each edition.

    What lies after `today` is drawn dashed. Where nobody was in the audience the curve has a gap.
    """
    line, area, upright = COLOURS[scheme]
    first, last = points[0][0], points[-1][0]
    span = max((last - first).days, 1)

    def x(day: date) -> str:
        return f"{(day - first).days * WIDTH / span:g}"

    def y(count: Count) -> str:
        # One unit of room at either end, so that a line at 100 or 0 per cent is not cut in half.
        return f"{1 + (HEIGHT - 2) * (1 - count.reached / count.total):.2f}"

    parts: list[Markup] = []
    for run in _runs(points):
        corners = [f"{x(day)} {y(count)}" for day, count in run]
        outline = f"M{x(run[0][0])} {HEIGHT}L{'L'.join(corners)}L{x(run[-1][0])} {HEIGHT}z"
        parts.append(_AREA.format(colour=area, path=outline))
    if editions:
        uprights = "".join(f"M{x(day)} 0V{HEIGHT}" for day in editions)
        parts.append(_EDITIONS.format(colour=upright, path=uprights))
    for run in _runs(points):
        known = [point for point in run if point[0] <= today]
        ahead = run[max(len(known) - 1, 0) :] if run[-1][0] > today else []
        for template, part in ((_LINE, known), (_FORECAST, ahead)):
            if part:
                path = "M" + "L".join(f"{x(day)} {y(count)}" for day, count in part)
                parts.append(template.format(colour=line, path=path))
    return _SVG.format(width=WIDTH, height=HEIGHT, body=Markup("").join(parts))


def _runs(points: Sequence[tuple[date, Count]]) -> list[list[tuple[date, Count]]]:
    """Neighbouring points that have a number."""
    runs: list[list[tuple[date, Count]]] = [[]]
    for day, count in points:
        if count.total:
            runs[-1].append((day, count))
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if run]
