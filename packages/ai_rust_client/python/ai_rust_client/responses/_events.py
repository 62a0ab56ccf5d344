"""`ResponseEvents`: a response while it arrives."""

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Self

from ai_rust_client._errors import AIClientError, ProtocolError, StreamInterruptedError
from ai_rust_client._native import ToolCall, Usage
from ai_rust_client._surrogates import REPLACEMENT, SurrogateJoiner
from ai_rust_client.responses._failures import RETRYABLE, checked, failure_of, reason_of
from ai_rust_client.responses._fields import text_of, tool_call_of, usage_of
from ai_rust_client.responses._response import Response

if TYPE_CHECKING:
    from types import TracebackType

    from ai_rust_client._native import EventStream

ENDS = ("response.completed", "response.incomplete", "response.failed")
"""The types of events that end a stream."""
WITHOUT_CONTENT = ("response.created", "response.queued", "response.in_progress", "keepalive", "ping")
"""The types of events that are not content, for the timeouts."""


def _wrap(value: Any) -> Any:
    if isinstance(value, dict):
        return Event(value)
    return [_wrap(item) for item in value] if isinstance(value, list) else value


class Event:
    """One event of a streamed response, with its JSON fields as attributes. `raw` is the JSON."""

    __slots__ = ("raw",)

    raw: dict[str, Any]

    def __init__(self, raw: dict[str, Any]) -> None:
        self.raw = raw

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name == "raw":
            raise AttributeError(name)
        try:
            return _wrap(self.raw[name])
        except KeyError:
            kind, fields = self.raw.get("type"), ", ".join(self.raw)
            raise AttributeError(f"an event of the type {kind!r} has no field {name!r}; it has {fields}") from None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Event) and self.raw == other.raw

    __hash__ = None  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]

    def __reduce__(self) -> tuple[type[Self], tuple[dict[str, Any]]]:
        return type(self), (self.raw,)

    def __repr__(self) -> str:
        return f"Event({self.raw!r})"


class ResponseEvents:
    """A response while it arrives: an iterator and an async iterator over its events.

    It ends well after `response.completed` or `response.incomplete`. After `response.failed`, an `error` event or a
    broken connection it raises StreamInterruptedError, with the text so far in `partial_text`; for an error before any
    content that has a status, it raises the class of the status, such as RateLimitError. The attributes contain
    what has been read so far; `response` is the whole response, once it has ended. Leaving the `with` block or dropping
    the object closes the connection.
    """

    def __init__(self, source: "EventStream") -> None:
        self._source = source
        self._waiting: list[Event] = []
        """In reverse order."""
        self._failure: AIClientError | None = None
        self._has_content = False
        self._joiner = SurrogateJoiner()
        self._text: list[str] = []
        self._reasoning: list[str] = []
        self._calls: dict[str, dict[str, Any]] = {}
        self._started: dict[str, Any] = {}
        self.response: Response | None = None

    # -- reading -------------------------------------------------------------------------------------------------------

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Event:
        while not self._waiting:
            self._check_end(StopIteration)
            try:
                self._receive(next(self._source))
            except AIClientError as error:
                raise self._with_partial_answer(error) from None
        return self._take()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Event:
        from ai_rust_client._aio import next_item

        while not self._waiting:
            self._check_end(StopAsyncIteration)
            try:
                self._receive(await next_item(self._source))
            except AIClientError as error:
                raise self._with_partial_answer(error) from None
        return self._take()

    def cancel(self) -> None:
        """Close the connection. A waiting reader gets StreamCancelled. May be called more than once."""
        self._source.cancel()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, t: type[BaseException] | None, e: BaseException | None, tb: "TracebackType | None") -> None:
        self.cancel()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, t: type[BaseException] | None, e: BaseException | None, tb: "TracebackType | None"
    ) -> None:
        self.cancel()

    def __repr__(self) -> str:
        return f"ResponseEvents(id={self.id!r}, status={self.status!r}, {len(self.text)} characters of text)"

    # -- what has been read so far -------------------------------------------------------------------------------------

    @property
    def id(self) -> str:
        """The id of the response; empty until it has started."""
        return text_of(self._latest, "id")

    @property
    def status(self) -> str:
        """ "in_progress" until the end, then "completed", "incomplete" or "failed"."""
        return text_of(self._latest, "status") or "in_progress"

    @property
    def model(self) -> str:
        """The model that answers; empty until the response has started."""
        return text_of(self._latest, "model")

    @property
    def text(self) -> str:
        """The text so far, including a refusal."""
        return "".join(self._text)

    @property
    def reasoning(self) -> str:
        """The reasoning, or its summary, so far."""
        return "".join(self._reasoning)

    @property
    def tool_calls(self) -> list[ToolCall]:
        """The calls of your functions so far; the last may be incomplete."""
        return [tool_call_of(item) for item in self._calls.values()]

    @property
    def usage(self) -> Usage | None:
        """The number of tokens, once the provider has reported it at the end."""
        return usage_of(self._latest.get("usage"))

    @property
    def request_id(self) -> str | None:
        """The provider's id of the request, from the response headers."""
        return self._source.request_id

    @property
    def headers(self) -> Mapping[str, str]:
        """The response headers, masked; empty until the response head has arrived."""
        return self._source.headers

    @property
    def _latest(self) -> Mapping[str, Any]:
        return self.response.raw if self.response else self._started

    # -- events --------------------------------------------------------------------------------------------------------

    def _check_end(self, end: type[Exception]) -> None:
        if self._failure is not None:
            raise self._failure
        if self.response is not None:
            raise end

    def _receive(self, batch: list[tuple[str, str]]) -> None:
        events = [event for kind, data in batch for event in self._decode(kind, data)]
        self._waiting = events[::-1]

    def _decode(self, kind: str, data: str) -> list[Event]:
        try:
            raw = json.loads(data)
        except ValueError:
            raw = None
        if not isinstance(raw, dict):
            self._source.cancel()
            shown = self._source.line(data)
            raise ProtocolError(f"the stream contains an event that is not a JSON object: {shown}")
        if kind:
            return [Event(raw if isinstance(raw.get("type"), str) else raw | {"type": kind})]
        # A server that does not stream answers with the whole response.
        response = Response(checked(raw, data, self._source))
        status = response.status if f"response.{response.status}" in ENDS else "completed"
        events = [Event({"type": "response.output_text.delta", "delta": response.text})] if response.text else []
        return [*events, Event({"type": f"response.{status}", "response": raw})]

    def _take(self) -> Event:
        event = self._waiting.pop()
        kind, raw = event.raw["type"], event.raw
        if kind.endswith(".delta") and isinstance(raw.get("delta"), str):
            place = (kind, *(str(raw.get(name)) for name in ("item_id", "content_index", "summary_index")))
            raw["delta"] = self._joiner.join(place, raw["delta"])
        if kind == "error":
            # The message is masked already.
            self._failure = self._reported(raw.get("error") or raw)
        elif kind in ENDS:
            self._end(kind, raw.get("response"))
        elif update := _UPDATES.get(kind):
            update(self, raw)
        self._has_content |= kind not in WITHOUT_CONTENT
        return event

    def _end(self, kind: str, response: Any) -> None:
        self.response = Response(
            response if isinstance(response, dict) else self._started, self.headers, self.request_id
        )
        self._calls |= {
            text_of(item, "id"): item for item in self.response.output if item.get("type") == "function_call"
        }
        if not self._text:
            self._text.append(self.response.text)
        elif self._joiner.is_waiting:
            self._text.append(REPLACEMENT)
        if kind == "response.failed":
            self._failure = self._reported(self.response.raw.get("error"))

    def _begin(self, raw: dict[str, Any]) -> None:
        response = raw.get("response")
        self._started = response if isinstance(response, dict) else {}

    def _add_text(self, raw: dict[str, Any]) -> None:
        self._text.append(text_of(raw, "delta"))

    def _add_reasoning(self, raw: dict[str, Any]) -> None:
        self._reasoning.append(text_of(raw, "delta"))

    def _separate_reasoning(self, raw: dict[str, Any]) -> None:
        if self._reasoning:
            self._reasoning.append("\n\n")

    def _add_item(self, raw: dict[str, Any]) -> None:
        item = raw.get("item")
        if isinstance(item, dict) and item.get("type") == "function_call":
            self._calls[text_of(item, "id")] = dict(item)

    def _add_arguments(self, raw: dict[str, Any]) -> None:
        call = self._calls.get(text_of(raw, "item_id"))
        if call is not None:
            call["arguments"] = text_of(call, "arguments") + text_of(raw, "delta")

    # -- failures ------------------------------------------------------------------------------------------------------

    def _reported(self, error: Any) -> AIClientError:
        """The exception for an error that the provider reports; before any content, that of its status."""
        message, status = reason_of(error)
        if status is not None and not self._has_content:
            return failure_of(error, self._source)
        return StreamInterruptedError(
            f"the provider reported an error in the middle of the stream: {self._source.line(message)}",
            retryable=status is None or status in RETRYABLE,
            status=status,
            request_id=self.request_id,
            partial_text=self._source.mask(self.text),
            usage=self.usage,
        )

    def _with_partial_answer(self, error: AIClientError) -> AIClientError:
        error.partial_text = self._source.mask(self.text)
        self._failure = error
        return error


_UPDATES: dict[str, Callable[[ResponseEvents, dict[str, Any]], None]] = {
    "response.created": ResponseEvents._begin,
    "response.in_progress": ResponseEvents._begin,
    "response.queued": ResponseEvents._begin,
    "response.output_text.delta": ResponseEvents._add_text,
    "response.refusal.delta": ResponseEvents._add_text,
    "response.reasoning_text.delta": ResponseEvents._add_reasoning,
    "response.reasoning_summary_part.added": ResponseEvents._separate_reasoning,
    "response.reasoning_summary_text.delta": ResponseEvents._add_reasoning,
    "response.output_item.added": ResponseEvents._add_item,
    "response.output_item.done": ResponseEvents._add_item,
    "response.function_call_arguments.delta": ResponseEvents._add_arguments,
}
