"""The rule by which a native module is kept."""

import math

import pytest
from figures.verdict import judge, judge_module


@pytest.mark.parametrize(
    ("improvement", "decision", "rollback"),
    [
        (43.0, "go", False),
        (3.01, "go", False),
        (3.0, "consider", False),
        (2.0, "consider", False),
        (1.99, "consider", True),
        (1.0, "consider", True),
        (0.99, "abort", True),
        (0.001, "abort", True),
    ],
)
def test_the_thresholds_of_the_rule(improvement: float, decision: str, rollback: bool) -> None:
    verdict = judge(improvement)
    assert (verdict.decision, verdict.rollback) == (decision, rollback)


def test_a_module_is_judged_by_all_its_metrics_and_losses_weigh_as_much_as_gains() -> None:
    assert judge_module({"latency": 8.0, "memory": 0.5}).improvement == pytest.approx(2.0)
    assert judge_module({"latency": 8.0, "memory": 0.5}).decision == "consider"
    assert judge_module({"latency": 2.0, "memory": 0.25}).decision == "abort"


@pytest.mark.parametrize("nonsense", [0.0, -1.0, math.nan])
def test_an_improvement_must_be_positive(nonsense: float) -> None:
    with pytest.raises(ValueError, match="above 0"):
        judge(nonsense)
