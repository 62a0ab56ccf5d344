"""Decides whether a tool runs at once, waits for the user, or never runs."""

from collections.abc import Mapping

from minimal_browser_core.copilot.tools.registry import check_tool_names, registered_tools
from minimal_browser_core.copilot.tools.tool import Approval


class ApprovalPolicy:
    """The rules of the settings; a tool without a rule keeps its own default. Immutable."""

    def __init__(self, rules: Mapping[str, Approval | str] | None = None) -> None:
        """`rules` maps the name of a tool to "ask", "allow" or "deny"; ValueError for anything else."""
        rules = rules or {}
        check_tool_names(rules)
        self._rules = {name: Approval(rule) for name, rule in rules.items()}

    def approval(self, tool_name: str) -> Approval:
        """The approval that the tool needs."""
        return self._rules.get(tool_name) or registered_tools()[tool_name].approval
