"""Measurements that take turns, so that the machine's state is the same for all; compare ratios of one run."""

import random
import statistics
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, TypeVar

_T = TypeVar("_T")


class Spread(NamedTuple):
    """A median with its quartiles."""

    low: float
    median: float
    high: float


def spread(values: Sequence[float]) -> Spread:
    """The median and the quartiles; a single value is all three."""
    if len(values) < 2:
        return Spread(values[0], values[0], values[0])
    return Spread(*statistics.quantiles(values, n=4, method="inclusive"))


def ratio(costs: Sequence[float], to: Sequence[float]) -> Spread:
    """The costs divided by `to`, for each round."""
    return spread([mine / other for mine, other in zip(costs, to, strict=True)])


def in_turns(works: Mapping[str, Callable[[], _T]], rounds: int) -> dict[str, list[_T]]:
    """The results of each measurement, for each round. A warm-up round before them does not count."""
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
