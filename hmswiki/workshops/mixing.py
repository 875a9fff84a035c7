"""Groups that are mixed: people dealt so that every group has of every unit and every role. Pure.

Whoever holds a role that leads is dealt first, HSE coordinators before safety representatives, so that each group has
one as far as they go; then the others, unit by unit, the largest first. Each goes to a group that is no larger than
the others, and among these to one that has fewest of the same unit.
"""

import random
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from hmswiki.foundation.permissions import Role

LEADING = (Role.HSE_COORDINATOR, Role.SAFETY_REPRESENTATIVE, Role.UNIT_LEADER, Role.AREA_OWNER)
"""The roles whose holders lead groups, the first first."""


@dataclass(frozen=True)
class Someone:
    """A person to be put in a group. `unit` is what they count as coming from."""

    id: int
    unit: int | None
    roles: frozenset[Role] = frozenset()

    @property
    def rank(self) -> int:
        """0 for those who lead first of all; the last for those without a role."""
        return next((place for place, role in enumerate(LEADING) if role in self.roles), len(LEADING))


@dataclass(frozen=True)
class Dealt:
    """Those of one group, its leader first; None where the group is empty."""

    people: tuple[Someone, ...]

    @property
    def leader(self) -> Someone | None:
        return self.people[0] if self.people else None


def mixed(
    people: Iterable[Someone], groups: int, *, turn: str = "", held: Sequence[Sequence[Someone]] = ()
) -> list[Dealt]:
    """`people` in `groups` groups, whose sizes differ by one at most. The same `turn` gives the same groups.

    `held`: who is in each of the groups already and stays; they are counted, and not given back.
    """
    chance = random.Random(turn)
    crowd = sorted({one.id: one for one in people}.values(), key=lambda one: one.id)
    chance.shuffle(crowd)
    sizes = Counter(one.unit for one in crowd)
    # Shuffled before, so that those who are alike stand in the order of chance.
    crowd.sort(key=lambda one: (one.rank, -sizes[one.unit], -1 if one.unit is None else one.unit))
    places: list[list[Someone]] = [list(held[place]) if place < len(held) else [] for place in range(groups)]
    dealt: list[list[Someone]] = [[] for _ in range(groups)]
    for one in crowd:
        place = min(range(groups), key=lambda place: (*_fit(places[place], one), chance.random()))
        places[place].append(one)
        dealt[place].append(one)
    return [with_leader(group) for group in dealt]


def _fit(group: Sequence[Someone], one: Someone) -> tuple[int, int, int]:
    """How ill it suits the group: its size, then how many of the same unit, then of the same rank it has."""
    return len(group), sum(other.unit == one.unit for other in group), sum(other.rank == one.rank for other in group)


def with_leader(group: Iterable[Someone]) -> Dealt:
    """The group with its leader first: whoever's role leads before the others'; else whoever came first."""
    return Dealt(tuple(sorted(group, key=lambda one: one.rank)))
