"""Who decides on an action: the person each time (the default), or a setting, per kind."""

from collections.abc import Mapping
from enum import Enum

from minimal_browser_core.copilot.actions import ACTION_TYPES, Action, kind_of


class Decision(Enum):
    ASK = "ask"
    ALLOW = "allow"
    DENY = "deny"


class ActionPolicy:
    """Immutable. Kinds without a rule are asked about."""

    def __init__(self, rules: Mapping[str, Decision | str] | None = None) -> None:
        """`rules` maps a kind (navigate, search, html, bookmark, webapp) to a decision; ValueError for others."""
        rules = rules or {}
        if unknown := rules.keys() - ACTION_TYPES.keys():
            raise ValueError(f"there are no actions {sorted(unknown)}; there are {', '.join(ACTION_TYPES)}")
        self._rules = {kind: Decision(rule) for kind, rule in rules.items()}

    def for_kind(self, kind: str) -> Decision:
        return self._rules.get(kind, Decision.ASK)

    def decide(self, action: Action) -> Decision:
        return self.for_kind(kind_of(action))
