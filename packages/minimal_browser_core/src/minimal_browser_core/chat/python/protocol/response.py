"""Read whole answers."""

from typing import Any

from minimal_browser_core.chat.values import ChatResponse

from .accumulator import StreamAccumulator
from .decode import MalformedError
from .metadata import ResponseMetadata
from .surrogates import printable_json


def parse_response(
    body: dict[str, Any], model: str, request_id: str | None, metadata: ResponseMetadata
) -> ChatResponse:
    """Convert the body of a chat response; `model` is the default for its model.

    Raises `MalformedError`, or `ProviderError` if the body reports an error.
    """
    check_choices(body)
    received = StreamAccumulator(model=model, request_id=request_id, metadata=metadata)
    received.add(body, is_whole=True)
    received.finish()
    return received.response(printable_json(body))


def check_choices(body: dict[str, Any]) -> None:
    """Raise `MalformedError` if an answer has no choice."""
    choices = body.get("choices")
    if not isinstance(choices, list) or not any(isinstance(choice, dict) for choice in choices):
        raise MalformedError("JSON, but no choices in it")
