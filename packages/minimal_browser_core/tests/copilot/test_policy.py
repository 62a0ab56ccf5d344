import pytest

from minimal_browser_core.copilot.actions import Navigate, Search
from minimal_browser_core.copilot.policy import ActionPolicy, Decision


def test_the_person_is_asked_unless_a_rule_says_otherwise() -> None:
    assert ActionPolicy().decide(Navigate("https://e.org")) is Decision.ASK


def test_a_rule_holds_for_its_kind_only() -> None:
    policy = ActionPolicy({"search": "allow", "navigate": Decision.DENY})
    assert policy.decide(Search("x")) is Decision.ALLOW
    assert policy.decide(Navigate("https://e.org")) is Decision.DENY
    assert policy.for_kind("html") is Decision.ASK


@pytest.mark.parametrize("rules", [{"fly": "allow"}, {"search": "maybe"}])
def test_a_rule_that_means_nothing_is_refused(rules: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"fly|maybe"):
        ActionPolicy(rules)
