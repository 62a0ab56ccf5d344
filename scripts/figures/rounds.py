"""Works that take turns, so that the machine's mood is the same for all; what counts are the ratios of one run."""

import random
import statistics
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, TypeVar

_T = TypeVar("_T")


class Spread(NamedTuple):
    low: float
    median: float
    high: float


def spread(values: Sequence[float]) -> Spread:
    """The median between its quartiles; of one value, that value thrice."""
    if len(values) < 2:
        return Spread(values[0], values[0], values[0])
    return Spread(*statistics.quantiles(values, n=4, method="inclusive"))


def ratio(costs: Sequence[float], to: Sequence[float]) -> Spread:
    """How many times `to` each of the costs is, round by round."""
    return spread([mine / other for mine, other in zip(costs, to, strict=True)])


def in_turns(works: Mapping[str, Callable[[], _T]], rounds: int) -> dict[str, list[_T]]:
    """What each work gave, round by round. One round before them, which fills caches, does not count."""
    shuffled = random.Random(len(works))  # noqa: S311  an order, not a secret
    names = list(works)
    found: dict[str, list[_T]] = {name: [] for name in names}
    for number in range(rounds + 1):
        shuffled.shuffle(names)
        for name in names:
            value = works[name]()
            if number:
                found[name].append(value)
    return found
