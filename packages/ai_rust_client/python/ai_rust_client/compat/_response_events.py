"""The events of a streamed response, typed from their JSON."""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ai_rust_client import AIClientError, ProtocolError
from ai_rust_client._surrogates import SurrogateJoiner
from ai_rust_client.compat._errors import APIResponseValidationError, provider_error
from ai_rust_client.compat._json import has_content, read_json
from ai_rust_client.compat._model import build
from ai_rust_client.compat._response import Response as CallResponse
from ai_rust_client.compat._streaming import AsyncStream, Chunks, Stream
from ai_rust_client.compat.types import ResponseStreamEvent
from ai_rust_client.responses import ENDS, WITHOUT_CONTENT, is_response

if TYPE_CHECKING:
    from ai_rust_client._native import EventStream, ReadyQueue


class EventTexts:
    """The events of a response as JSON texts, in the form in which the chunks of a completion come."""

    def __init__(self, source: "EventStream") -> None:
        self._source = source
        self.cancel = source.cancel
        self.mask = source.mask
        self.text: list[str] = []
        """What has been read of the answer's text."""

    @property
    def headers(self) -> dict[str, str]:
        return self._source.headers

    @property
    def request_id(self) -> str | None:
        return self._source.request_id

    def __iter__(self) -> Iterator[list[str]]:
        return self

    def __next__(self) -> list[str]:
        try:
            return [self._with_type(*event) for event in next(self._source)]
        except AIClientError as error:
            error.partial_text = self.mask("".join(self.text))
            raise

    def _poll(self) -> list[str] | None:
        try:
            events = self._source._poll()
        except AIClientError as error:
            error.partial_text = self.mask("".join(self.text))
            raise
        return None if events is None else [self._with_type(*event) for event in events]

    def _with_type(self, kind: str, data: str) -> str:
        """The JSON text of an event; that of a whole response is the last event of a stream."""
        if kind:
            return data
        response = read_json(data)
        if has_content(response.get("error")) and response.get("object") != "response":
            return data
        if not is_response(response):
            raise ProtocolError(f"the answer is not a response: {self._source.line(data)}", request_id=self.request_id)
        status = response.get("status")
        kind = f"response.{status}" if f"response.{status}" in ENDS else "response.completed"
        return json.dumps({"type": kind, "sequence_number": 0, "response": response})

    def _register(self, queue: "ReadyQueue") -> int | None:
        return self._source._register(queue)


class _Events(Chunks[ResponseStreamEvent]):
    """What both streams do with an event."""

    _joiner: SurrogateJoiner | None = None

    def _take(self) -> ResponseStreamEvent:
        text = self._waiting.pop()
        try:
            data = read_json(text)
        except ValueError:
            data = None
        if not isinstance(data, dict):
            response = CallResponse(200, self._source.mask(text), request=self._request)
            raise APIResponseValidationError("the stream contains an event that is not an object", response=response)
        if has_content(data.get("error")):
            error = read_json(self._source.mask(json.dumps(data["error"])))
            raise provider_error(error, self._request, None if self._has_begun else self.response)
        self._has_begun |= data.get("type") not in WITHOUT_CONTENT
        if isinstance(data.get("delta"), str):
            self._joiner = self._joiner or SurrogateJoiner()
            place = tuple(str(data.get(name)) for name in ("type", "item_id", "content_index", "summary_index"))
            data["delta"] = self._joiner.join(place, data["delta"])
            if data.get("type") in ("response.output_text.delta", "response.refusal.delta"):
                self._source.text.append(data["delta"])
        return build(ResponseStreamEvent, data)

    def _take_rest(self) -> None:
        return None


class ResponseStream(_Events, Stream[ResponseStreamEvent]):
    """The events of a response while it arrives."""


class AsyncResponseStream(_Events, AsyncStream[ResponseStreamEvent]):
    """`ResponseStream` for asyncio."""
