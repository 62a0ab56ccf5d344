import pytest

from minimal_browser_core.copilot.approval.policy import ApprovalPolicy
from minimal_browser_core.copilot.tools.tool import Approval


def test_the_person_is_asked_unless_a_rule_says_otherwise() -> None:
    assert ApprovalPolicy().approval("navigate") is Approval.ASK


def test_a_rule_holds_for_its_kind_only() -> None:
    policy = ApprovalPolicy({"search": "allow", "navigate": Approval.DENY})
    assert policy.approval("search") is Approval.ALLOW
    assert policy.approval("navigate") is Approval.DENY
    assert policy.approval("html") is Approval.ASK


@pytest.mark.parametrize("rules", [{"fly": "allow"}, {"search": "maybe"}])
def test_a_rule_that_means_nothing_is_refused(rules: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"fly|maybe"):
        ApprovalPolicy(rules)
