"""Answers as JSON, for files."""

from typing import Any

from ai_rust_client._native import ChatResponse, Usage, _restore_response

_COUNTS = ("prompt_tokens", "completion_tokens", "total_tokens", "cached_tokens", "reasoning_tokens", "cost")


def response_record(response: ChatResponse) -> dict[str, Any]:
    """What to store of an answer: the provider's JSON, and what a pickle has besides."""
    reduced: Any = response.__reduce__()
    body, state = reduced[1]
    usage: Usage | None = state["usage"]
    counts = None if usage is None else {name: getattr(usage, name) for name in _COUNTS}
    return {"body": body, "state": {**state, "usage": counts}}


def response_of(record: dict[str, Any]) -> ChatResponse:
    """The answer that was stored. Raises KeyError, TypeError or ValueError for another record."""
    state = record["state"]
    counts = state["usage"]
    return _restore_response(record["body"], {**state, "usage": None if counts is None else Usage(**counts)})
