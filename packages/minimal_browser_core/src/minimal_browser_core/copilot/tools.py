"""Actions as tools: which ones a model is offered, what its calls mean, and whether a provider refused them."""

from typing import Any

from minimal_browser_core.chat.port import ToolCall
from minimal_browser_core.copilot.actions import describe, kind_of, parse_action, tool_schemas
from minimal_browser_core.copilot.events import ActionProposed, ActionRejected
from minimal_browser_core.copilot.policy import ActionPolicy, Decision
from minimal_browser_core.errors import ActionError, AIClientError, APIStatusError


def offered_tools(policy: ActionPolicy) -> list[dict[str, Any]]:
    """The tools whose kind is not denied by the settings."""
    return [tool for tool in tool_schemas() if policy.for_kind(tool["function"]["name"]) is not Decision.DENY]


def read_tool_call(call: ToolCall, policy: ActionPolicy) -> ActionProposed | ActionRejected:
    try:
        action = parse_action(call.name, call.arguments)
    except ActionError as error:
        return ActionRejected(str(error))
    decision = policy.decide(action)
    if decision is Decision.DENY:
        return ActionRejected(f"{describe(action)}: denied by the setting copilot.actions.{kind_of(action)}.")
    return ActionProposed(action, decision)


def may_refuse_tools(error: AIClientError) -> bool:
    """Whether asking again without tools could help.

    Servers say it in many ways: 400 and 422 with any text, OpenRouter 404 "no endpoints … support tool use",
    llama.cpp 500 "tools param requires --jinja".
    """
    if not isinstance(error, APIStatusError):
        return False
    return error.status in (400, 422) or (
        error.status in (404, 500, 501) and "tool" in f"{error} {error.body}".casefold()
    )
