"""Places in an order that always has room between two: short texts, compared as bytes. Pure.

A rank never ends with the first sign, so that there is something before each.
"""

from collections.abc import Sequence

SIGNS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
"""In the order of their bytes."""

LONGEST = 180
"""Beyond it the ranks of a place are made anew; the column holds 200."""

_STEP = 4
"""Lines are mostly written one after the other: then a rank is not half of what is left, but a little further."""


def between(low: str | None, high: str | None) -> str:
    """A rank after `low` and before `high`; None: nothing on that side.

    >>> between(None, None) < between(between(None, None), None)
    True
    """
    if low is not None and high is not None and low >= high:
        raise ValueError(f"{low!r} is not before {high!r}")
    found = ""
    open_above = high is None
    for place in range(max(len(low or ""), len(high or "")) + 1):
        least = SIGNS.index(low[place]) if low is not None and place < len(low) else 0
        most = len(SIGNS) if open_above or high is None else SIGNS.index(high[place]) if place < len(high) else 0
        if most - least > 1:
            step = min(_STEP, (most - least) // 2) if open_above and low is not None else (most - least) // 2
            return found + SIGNS[least + step]
        found += SIGNS[least]
        # Beneath the sign of `high`, all that follows is free.
        open_above = open_above or most > least
    return found + SIGNS[len(SIGNS) // 2]


def spread(count: int) -> Sequence[str]:
    """So many ranks in order, far from each other."""
    width = 1
    while len(SIGNS) ** width <= 2 * count:
        width += 1
    distance = len(SIGNS) ** width // (count + 1)
    return [_written((number + 1) * distance, width) for number in range(count)]


def _written(number: int, width: int) -> str:
    signs = ""
    for _ in range(width):
        number, sign = divmod(number, len(SIGNS))
        signs = SIGNS[sign] + signs
    # It must not end with the first sign: nothing would fit before it.
    return signs + SIGNS[len(SIGNS) // 2] if signs.endswith(SIGNS[0]) else signs
