"""What answers cost: from the provider, or from a table of prices.

prices = {"gpt-4o-mini": Price(prompt=0.15, completion=0.60, cached=0.075)}
cost_of(response.usage, response.model, prices)
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ai_rust_client._native import Usage

_DATE = re.compile(r"-(\d{4}-\d{2}-\d{2}|\d{8})$")


@dataclass(frozen=True)
class Price:
    """US dollars per million tokens. `cached` is the price of prompt tokens from the cache, if it is another."""

    prompt: float
    completion: float
    cached: float | None = None

    def of(self, usage: Usage) -> float:
        """The cost of an answer in US dollars."""
        cached = min(usage.cached_tokens, usage.prompt_tokens)
        cached_price = self.prompt if self.cached is None else self.cached
        tokens = (usage.prompt_tokens - cached) * self.prompt + cached * cached_price
        return (tokens + usage.completion_tokens * self.completion) / 1_000_000


Prices = Mapping[str, Price]
"""Prices by model. `openai/gpt-4o-2024-08-06` is looked up under this name, and without its provider and its date."""


def price_of(model: str, prices: Prices) -> Price | None:
    """The price of a model, or None if it is not in the table."""
    short = model.rpartition("/")[2]
    names = (model, short, _DATE.sub("", model), _DATE.sub("", short))
    return next((prices[name] for name in names if name in prices), None)


def cost_of(usage: Usage | None, model: str | None, prices: Prices) -> float | None:
    """The cost of an answer in US dollars: what the provider says, otherwise by the table; None if neither is known."""
    if usage is None or usage.cost is not None:
        return None if usage is None else usage.cost
    price = price_of(model or "", prices)
    return None if price is None else price.of(usage)
