"""The tokens of several answers together."""

from collections.abc import Iterable

from ai_rust_client._native import Usage


def total_usage(usages: Iterable[Usage | None]) -> Usage:
    """The sum of `usages`; `cost` is the sum of the known costs, or None if none is known."""
    known = [usage for usage in usages if usage is not None]
    costs = [usage.cost for usage in known if usage.cost is not None]
    return Usage(
        sum(usage.prompt_tokens for usage in known),
        sum(usage.completion_tokens for usage in known),
        sum(usage.total_tokens for usage in known),
        sum(usage.cached_tokens for usage in known),
        sum(usage.reasoning_tokens for usage in known),
        sum(costs) if costs else None,
    )
