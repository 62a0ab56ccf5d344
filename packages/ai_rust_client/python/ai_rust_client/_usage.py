"""The tokens of several answers together."""

from collections.abc import Iterable
from dataclasses import dataclass

from ai_rust_client._native import Usage as NativeUsage


@dataclass(frozen=True, slots=True)
class TotalUsage:
    """The number of tokens that several answers used, with the attributes of `Usage`."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    total_tokens: int = 0
    cached_tokens: int = 0
    reasoning_tokens: int = 0
    cost: float | None = None


Usage = NativeUsage | TotalUsage


def total_usage(usages: Iterable[Usage | None]) -> TotalUsage:
    """The sum of `usages`; `cost` is the sum of the known costs, or None if none is known."""
    known = [usage for usage in usages if usage is not None]
    costs = [usage.cost for usage in known if usage.cost is not None]
    return TotalUsage(
        sum(usage.prompt_tokens for usage in known),
        sum(usage.completion_tokens for usage in known),
        sum(usage.total_tokens for usage in known),
        sum(usage.cached_tokens for usage in known),
        sum(usage.reasoning_tokens for usage in known),
        sum(costs) if costs else None,
    )
