import pytest

from minimal_browser_core.copilot.approval.policy import ApprovalPolicy
from minimal_browser_core.copilot.tools.tool import Approval


def test_the_user_is_asked_unless_a_rule_says_otherwise() -> None:
    assert ApprovalPolicy().approval("navigate") is Approval.ASK


def test_a_rule_applies_to_its_tool_only() -> None:
    policy = ApprovalPolicy({"search": "allow", "navigate": Approval.DENY})
    assert policy.approval("search") is Approval.ALLOW
    assert policy.approval("navigate") is Approval.DENY
    assert policy.approval("html") is Approval.ASK


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        ({"fly": "allow"}, r"no tool “fly”\. There are bookmark, "),
        ({"navigat": "allow"}, r"Did you mean navigate\?"),
        ({"search": "maybe"}, "maybe"),
    ],
)
def test_an_unknown_tool_or_rule_is_refused(rules: dict[str, str], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ApprovalPolicy(rules)
