"""The decision rule for native modules, by how many times better than Python they are.

Over 3 times: go. From 1 to 3: consider. Under 1: abort. Independently, a module under 2 times is rolled back.
"""

import statistics
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

GO, CONSIDER, ROLLBACK = 3.0, 1.0, 2.0
Decision = Literal["go", "consider", "abort"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """`improvement` is Python's cost divided by Rust's: above 1, Rust is better."""

    improvement: float
    decision: Decision
    rollback: bool


def judge(improvement: float) -> Verdict:
    """The decision for an improvement; ValueError unless it is a positive number."""
    if not improvement > 0:
        raise ValueError(f"an improvement is Python's cost divided by Rust's and must be above 0, not {improvement}")
    decision: Decision = "go" if improvement > GO else "consider" if improvement >= CONSIDER else "abort"
    return Verdict(improvement, decision, improvement < ROLLBACK)


def judge_module(improvements: Mapping[str, float]) -> Verdict:
    """The decision for a module, by the geometric mean of its metrics: a gain of 2x and a loss of 2x cancel out."""
    return judge(statistics.geometric_mean(improvements.values()))
