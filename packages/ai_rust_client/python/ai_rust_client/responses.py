"""The Responses API: `AIClient.respond` and `arespond`.

    response = client.respond("Why is the sky blue?", "gpt-5")
    print(response.text)
    for event in client.respond("And at dawn?", "gpt-5", previous_response_id=response.id, stream=True):
        if event.type == "response.output_text.delta":
            print(event.delta, end="")

Without stored responses, the items of an answer are part of the next input: `[*input, *response.items, …]`.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from ai_rust_client._errors import (
    AIClientError,
    APIStatusError,
    AuthenticationError,
    BadRequestError,
    InsufficientCreditsError,
    InternalServerError,
    NotFoundError,
    PermissionDeniedError,
    ProtocolError,
    RateLimitError,
    StreamInterruptedError,
)
from ai_rust_client._native import ToolCall, Usage, open_events, request, start_request
from ai_rust_client._surrogates import REPLACEMENT, SurrogateJoiner, replace_surrogates

if TYPE_CHECKING:
    from types import TracebackType

    from ai_rust_client._native import AIClient, EventStream, Reply

Input = str | Sequence[Mapping[str, Any]]

_PATH = ("responses",)
ENDS = ("response.completed", "response.incomplete", "response.failed")
"""The types of events that end a stream."""
WITHOUT_CONTENT = ("response.created", "response.queued", "response.in_progress", "keepalive", "ping")
"""The types of events that are not content, for the timeouts."""
_STATUSES = ("cancelled", "completed", "failed", "in_progress", "incomplete", "queued")
_ERRORS: dict[int, type[APIStatusError]] = {
    400: BadRequestError,
    401: AuthenticationError,
    402: InsufficientCreditsError,
    403: PermissionDeniedError,
    404: NotFoundError,
    413: BadRequestError,
    422: BadRequestError,
    429: RateLimitError,
}
_RETRYABLE = (408, 409, 429, *range(500, 600))


@dataclass(frozen=True, repr=False)
class Response:
    """A response. `raw` is its JSON; fields of a wrong type count as absent."""

    raw: Mapping[str, Any]
    headers: Mapping[str, str] = field(default_factory=dict)
    request_id: str | None = None

    @property
    def id(self) -> str:
        """The id, for `previous_response_id`."""
        return _text(self.raw, "id")

    @property
    def status(self) -> str:
        """ "completed", "incomplete", or with `background=True` also "queued", "in_progress" and "cancelled"."""
        return _text(self.raw, "status") or "completed"

    @property
    def model(self) -> str:
        """The model that answered."""
        return _text(self.raw, "model")

    @property
    def text(self) -> str:
        """The text of all messages, including a refusal."""
        return "".join(_text(part, "text") or _text(part, "refusal") for part in self._parts())

    @property
    def refusal(self) -> str | None:
        """The text of the refusal, if the model refuses."""
        return "".join(_text(part, "refusal") for part in self._parts()) or None

    @property
    def reasoning(self) -> str:
        """The reasoning, or its summary, that the model shows."""
        items = [item for item in self.output if item.get("type") == "reasoning"]
        parts = [part for item in items for name in ("summary", "content") for part in _objects(item.get(name))]
        return "\n\n".join(filter(None, (_text(part, "text") for part in parts)))

    @property
    def tool_calls(self) -> list[ToolCall]:
        """The calls of your functions, in their order. The `id` of each is the `call_id` of its result."""
        return [_tool_call(item) for item in self.output if item.get("type") == "function_call"]

    @property
    def output(self) -> list[dict[str, Any]]:
        """All items of the answer: messages, reasoning, calls of functions and of the provider's tools."""
        return _objects(self.raw.get("output"))

    @property
    def items(self) -> list[dict[str, Any]]:
        """A copy of `output`, to be appended to the next input unless `previous_response_id` refers to it."""
        return deepcopy(self.output)

    @property
    def usage(self) -> Usage | None:
        """The number of tokens, if the provider reports it."""
        return _usage(self.raw.get("usage"))

    @property
    def incomplete_reason(self) -> str | None:
        """Why the response is incomplete, such as "max_output_tokens"."""
        details = self.raw.get("incomplete_details")
        return _text(details, "reason") or None if isinstance(details, dict) else None

    def __repr__(self) -> str:
        return f"Response(id={self.id!r}, status={self.status!r}, text={self.text!r})"

    def _parts(self) -> list[dict[str, Any]]:
        messages = [item for item in self.output if item.get("type") == "message"]
        return [part for item in messages for part in _objects(item.get("content"))]


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
        return _text(self._latest, "id")

    @property
    def status(self) -> str:
        """ "in_progress" until the end, then "completed", "incomplete" or "failed"."""
        return _text(self._latest, "status") or "in_progress"

    @property
    def model(self) -> str:
        """The model that answers; empty until the response has started."""
        return _text(self._latest, "model")

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
        return [_tool_call(item) for item in self._calls.values()]

    @property
    def usage(self) -> Usage | None:
        """The number of tokens, once the provider has reported it at the end."""
        return _usage(self._latest.get("usage"))

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
        response = Response(_checked(raw, data, self._source))
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
        self._calls |= {_text(item, "id"): item for item in self.response.output if item.get("type") == "function_call"}
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
        self._text.append(_text(raw, "delta"))

    def _add_reasoning(self, raw: dict[str, Any]) -> None:
        self._reasoning.append(_text(raw, "delta"))

    def _separate_reasoning(self, raw: dict[str, Any]) -> None:
        if self._reasoning:
            self._reasoning.append("\n\n")

    def _add_item(self, raw: dict[str, Any]) -> None:
        item = raw.get("item")
        if isinstance(item, dict) and item.get("type") == "function_call":
            self._calls[_text(item, "id")] = dict(item)

    def _add_arguments(self, raw: dict[str, Any]) -> None:
        call = self._calls.get(_text(raw, "item_id"))
        if call is not None:
            call["arguments"] = _text(call, "arguments") + _text(raw, "delta")

    # -- failures ------------------------------------------------------------------------------------------------------

    def _reported(self, error: Any) -> AIClientError:
        """The exception for an error that the provider reports; before any content, that of its status."""
        message, status = _reason(error)
        if status is not None and not self._has_content:
            return _failure(error, self._source)
        return StreamInterruptedError(
            f"the provider reported an error in the middle of the stream: {self._source.line(message)}",
            retryable=status is None or status in _RETRYABLE,
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


# -- calls -------------------------------------------------------------------------------------------------------------


def respond(
    client: "AIClient", input: Input, model: str, *, stream: bool = False, **options: Any
) -> Response | ResponseEvents:
    """See `AIClient.respond`."""
    fields = _fields(input, model, options)
    if stream:
        return ResponseEvents(open_events(client, _PATH, ENDS, WITHOUT_CONTENT, **fields))
    return _response(request(client, "POST", _PATH, **fields))


async def arespond(
    client: "AIClient", input: Input, model: str, *, stream: bool = False, **options: Any
) -> Response | ResponseEvents:
    """See `AIClient.arespond`."""
    from ai_rust_client._aio import call, head

    fields = _fields(input, model, options)
    if stream:
        return ResponseEvents(await head(open_events(client, _PATH, ENDS, WITHOUT_CONTENT, **fields)))
    return _response(await call(start_request, client, "POST", _PATH, **fields))


def _fields(input: Input, model: str, options: dict[str, Any]) -> dict[str, Any]:
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
    return Response(_checked(raw, reply.text, reply), reply.headers, reply.request_id)


def is_response(raw: object) -> bool:
    """Whether a JSON value is a response; providers differ in the fields that they send."""
    return isinstance(raw, dict) and (
        raw.get("object") == "response" or isinstance(raw.get("output"), list) or raw.get("status") in _STATUSES
    )


def _checked(raw: Any, text: str, source: "Reply | EventStream") -> dict[str, Any]:
    """`raw`, which was read from `text`. Raises an error that it contains, and ProtocolError if it is no response."""
    if isinstance(raw, dict) and (raw.get("status") == "failed" or (raw.get("error") and "output" not in raw)):
        raise _failure(raw.get("error"), source)
    if is_response(raw):
        response: dict[str, Any] = raw
        return response
    shown = source.line(text)
    raise ProtocolError(
        f"the answer is not a response; does the provider have the Responses API? {shown}", request_id=source.request_id
    )


def _failure(error: Any, source: "Reply | EventStream") -> APIStatusError:
    """The exception for an error before any content."""
    message, status = _reason(error)
    kind = _ERRORS.get(status or 0, InternalServerError if status and status >= 500 else APIStatusError)
    return kind(
        f"the provider answered with an error: {source.line(message)}",
        status=status,
        retryable=status in _RETRYABLE,
        request_id=source.request_id,
        body=source.mask(json.dumps(error, ensure_ascii=False)),
    )


def _reason(error: Any) -> tuple[str, int | None]:
    """The message of a provider's error, and the HTTP status that its code corresponds to."""
    if isinstance(error, str):
        return error, None
    if not isinstance(error, dict):
        return "no reason given", None
    code = error.get("code")
    message = _text(error, "message") or _text(error, "code") or "no reason given"
    if isinstance(code, int) and 400 <= code < 600:
        return message, code
    if not isinstance(code, str):
        return message, None
    return message, {"rate_limit_exceeded": 429, "server_error": 500, "vector_store_timeout": 500}.get(code, 400)


# -- JSON --------------------------------------------------------------------------------------------------------------


def _wrap(value: Any) -> Any:
    if isinstance(value, dict):
        return Event(value)
    return [_wrap(item) for item in value] if isinstance(value, list) else value


def _text(fields: Mapping[str, Any], name: str) -> str:
    value = fields.get(name)
    return replace_surrogates(value) if isinstance(value, str) else ""


def _objects(value: Any) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _tool_call(item: dict[str, Any]) -> ToolCall:
    return ToolCall(_text(item, "call_id") or _text(item, "id"), _text(item, "name"), _text(item, "arguments"))


def _usage(usage: Any) -> Usage | None:
    if not isinstance(usage, dict):
        return None

    def count(fields: Any, name: str) -> int:
        value = fields.get(name) if isinstance(fields, dict) else None
        return int(value) if isinstance(value, int | float) and 0 <= value < 2**63 else 0

    sent, received = count(usage, "input_tokens"), count(usage, "output_tokens")
    cost = usage.get("cost")
    return Usage(
        prompt_tokens=sent,
        completion_tokens=received,
        total_tokens=count(usage, "total_tokens") or sent + received,
        cached_tokens=count(usage.get("input_tokens_details"), "cached_tokens"),
        reasoning_tokens=count(usage.get("output_tokens_details"), "reasoning_tokens"),
        cost=cost if isinstance(cost, float) else None,
    )
