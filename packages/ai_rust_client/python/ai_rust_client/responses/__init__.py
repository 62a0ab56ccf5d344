"""The Responses API: `AIClient.respond` and `arespond`.

    response = client.respond("Why is the sky blue?", "gpt-5")
    print(response.text)
    for event in client.respond("And at dawn?", "gpt-5", previous_response_id=response.id, stream=True):
        if event.type == "response.output_text.delta":
            print(event.delta, end="")

Without stored responses, the items of an answer are part of the next input: `[*input, *response.items, …]`.
"""

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ai_rust_client._native import open_events, request, start_request
from ai_rust_client.responses._events import ENDS, WITHOUT_CONTENT, Event, ResponseEvents
from ai_rust_client.responses._failures import checked, is_response
from ai_rust_client.responses._response import Response

if TYPE_CHECKING:
    from ai_rust_client._native import AIClient, Reply

__all__ = [
    "ENDS",
    "WITHOUT_CONTENT",
    "Event",
    "Input",
    "Response",
    "ResponseEvents",
    "arespond",
    "is_response",
    "respond",
]

Input = str | Sequence[Mapping[str, Any]]
_PATH = ("responses",)


def respond(
    client: "AIClient", input: Input, model: str | Sequence[str], *, stream: bool = False, **options: Any
) -> Response | ResponseEvents:
    """See `AIClient.respond`."""
    fields = _fields(input, model, options)
    if stream:
        return ResponseEvents(open_events(client, _PATH, ENDS, WITHOUT_CONTENT, True, **fields))
    return _response(request(client, "POST", _PATH, **fields))


async def arespond(
    client: "AIClient", input: Input, model: str | Sequence[str], *, stream: bool = False, **options: Any
) -> Response | ResponseEvents:
    """See `AIClient.arespond`."""
    from ai_rust_client._aio import call, head

    fields = _fields(input, model, options)
    if stream:
        return ResponseEvents(await head(open_events(client, _PATH, ENDS, WITHOUT_CONTENT, True, **fields)))
    return _response(await call(start_request, client, "POST", _PATH, **fields))


def _fields(input: Input, model: str | Sequence[str], options: dict[str, Any]) -> dict[str, Any]:
    if not isinstance(input, str) and (isinstance(input, Mapping) or not isinstance(input, Sequence)):
        raise TypeError(f"input must be a text or a list of items, not {type(input).__name__}")
    if not input:
        raise ValueError("input is empty; pass a text or at least one item")
    if options.get("previous_response_id", "") is None:
        del options["previous_response_id"]
    return {"model": model, "input": input} | options


def _response(reply: "Reply") -> Response:
    """The response in a reply. Raises what the provider reports in place of one."""
    try:
        raw = json.loads(reply.text)
    except ValueError:
        raw = None
    return Response(checked(raw, reply.text, reply), reply.headers, reply.request_id)
