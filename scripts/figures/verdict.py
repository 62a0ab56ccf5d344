"""The customer's decision rule: whether a native module is worth having, from how many times better it is.

Over 3 times: go. From 1 to 3: consider. Under 1: abort. And whatever was decided, under 2 times it is rolled back.
"""

import statistics
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

GO, CONSIDER, ROLLBACK = 3.0, 1.0, 2.0
Decision = Literal["go", "consider", "abort"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """`improvement` is Python's cost over Rust's: above 1, Rust is the better."""

    improvement: float
    decision: Decision
    rollback: bool


def judge(improvement: float) -> Verdict:
    """ValueError for what is no ratio of two costs: zero, less than it, or not a number."""
    if not improvement > 0:
        raise ValueError(f"an improvement is Python's cost over Rust's, above 0, not {improvement}")
    decision: Decision = "go" if improvement > GO else "consider" if improvement >= CONSIDER else "abort"
    return Verdict(improvement, decision, improvement < ROLLBACK)


def judge_module(improvements: Mapping[str, float]) -> Verdict:
    """A module by the geometric mean of its metrics, so that twice as good here and half as good there is no gain."""
    return judge(statistics.geometric_mean(improvements.values()))
