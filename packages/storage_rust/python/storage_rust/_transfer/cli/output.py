"""Exchanges and results as they are printed."""

import json
import sys
from typing import Any


def as_json(exchange: Any) -> dict[str, Any]:
    """An exchange as JSON."""
    return {
        "id": exchange.id,
        "thread_id": exchange.thread_id,
        "parent_id": exchange.parent_id,
        "timestamp": exchange.timestamp.isoformat(timespec="milliseconds"),
        "prompt": exchange.prompt,
        "response": exchange.response,
        "model": exchange.model,
        "url": exchange.url,
        "tags": list(exchange.tags),
        "metadata": dict(exchange.metadata),
    }


def as_row(exchange: Any) -> tuple[object, ...]:
    """An exchange as a row of a table."""
    return exchange.id, exchange.timestamp.strftime("%Y-%m-%d %H:%M"), exchange.model, exchange.prompt


def print_json(value: object) -> int:
    """Print one JSON value."""
    sys.stdout.write(json.dumps(value) + "\n")  # ASCII, which every terminal can print
    return 0


def print_result(value: object, sentence: str, for_program: bool) -> int:
    """Print a value for programs, or a sentence for users."""
    if for_program:
        return print_json(value)
    sys.stdout.write(sentence + "\n")
    return 0
