"""Measuring times in milliseconds."""

import os
import time
from collections.abc import Callable
from typing import TypeVar

CPU = "STORAGE_BENCHMARK_CPU"  # environment variable: measure the CPU time of all threads

_T = TypeVar("_T")

now = time.process_time if os.environ.get(CPU) else time.perf_counter


class Clock:
    """Adds up the seconds of some calls, without the time between them."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def time(self, work: Callable[[], _T]) -> _T:
        start = now()
        try:
            return work()
        finally:
            self.seconds += now() - start


def repeat(
    work: Callable[[], _T], samples: int, seconds: float, *, after: Callable[[], object] = lambda: None
) -> list[tuple[float, _T]]:
    """At least once, at most `samples` times, and not again after `seconds`; the time of each, and what it gave.

    `after` is called after each, out of the count.
    """
    done: list[tuple[float, _T]] = []
    until = time.perf_counter() + seconds
    while len(done) < samples and (not done or time.perf_counter() < until):
        start = now()
        found = work()
        done.append(((now() - start) * 1000, found))
        after()
    return done
