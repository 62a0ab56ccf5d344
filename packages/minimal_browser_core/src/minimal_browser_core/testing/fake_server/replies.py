"""The replies of a fake server, as values.

A reply is an `Answer` (the usual one), `Vectors` (embeddings), `Error`, `Body` (a single document), `Stream`
(server-sent events) or `Raw` (bytes on the socket). A stream or raw reply consists of steps, in order. Times are in
seconds.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

CREATED = 1_700_000_000
"""The `created` of every answer, so that the same input gives the same bytes."""


# -- steps -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Data:
    """One server-sent event. An object is sent as JSON, a string unchanged; each line becomes a `data:` line."""

    payload: Mapping[str, Any] | str
    event: str = ""


DONE = Data("[DONE]")


@dataclass(frozen=True, slots=True)
class Comment:
    """A keep-alive comment, as providers send while a model thinks."""

    text: str = "PROCESSING"


@dataclass(frozen=True, slots=True)
class Bytes:
    """Bytes that are sent unchanged, in one write."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Pause:
    """Wait. Ends early if the client disconnects."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Cut:
    """Close the connection here: in order (FIN), or with a reset (RST)."""

    reset: bool = False


@dataclass(frozen=True, slots=True)
class Hang:
    """Send nothing more until the client disconnects. As a reply, it sends not even a head."""


Step = Data | Comment | Bytes | Pause | Cut | Hang


# -- parts of answers --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A tool call; a stream splits `arguments` (JSON text) over `pieces` deltas."""

    name: str
    arguments: str = "{}"
    id: str = "call_1"
    pieces: int = 3


@dataclass(frozen=True, slots=True)
class Usage:
    """The token counts of an answer."""

    prompt_tokens: int = 1
    completion_tokens: int = 1
    cached_tokens: int = 0
    reasoning_tokens: int = 0
    cost: float | None = None


@dataclass(frozen=True, slots=True)
class Model:
    """An entry of the list of models."""

    id: str
    name: str | None = None
    context_length: int | None = None


# -- replies -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer: server-sent events if the request has `"stream": true`, else one JSON object.

    It is sent as a chat completion; as the answer to `/responses` in the form of the Responses API, without `id`,
    `reasoning_key` and `done`. Each item of a tuple in `text` or `reasoning` is one delta. `model` defaults to that of
    the request. A stream begins with `comments` keep-alive comments, waits `delay` before each event, and ends with
    `[DONE]` if `done`. After `cut_after` events (bytes of a JSON object) the connection closes, with RST if `reset`.
    `extra` is added to every chunk, or to the object.
    """

    text: str | tuple[str, ...] = ""
    reasoning: str | tuple[str, ...] = ()
    reasoning_key: Literal["reasoning", "reasoning_content"] = "reasoning"
    tool_calls: tuple[ToolCall, ...] = ()
    finish_reason: str | None = "stop"
    usage: Usage | None = field(default_factory=Usage)
    model: str | None = None
    id: str = "chatcmpl-fake"
    extra: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    head_delay: float = 0.0
    delay: float = 0.0
    comments: int = 0
    done: bool = True
    cut_after: int | None = None
    reset: bool = False
    gzip: bool = False


@dataclass(frozen=True, slots=True)
class Vectors:
    """Embeddings, one vector for each text: base64 if the request asks for it, otherwise lists of numbers.

    `model` defaults to that of the request.
    """

    vectors: tuple[tuple[float, ...], ...]
    usage: Usage | None = field(default_factory=Usage)
    model: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    head_delay: float = 0.0


@dataclass(frozen=True, slots=True)
class Error:
    """An error of an OpenAI-compatible server: JSON with an `error` object. `status` may also be 200."""

    status: int = 500
    message: str = "fake failure"
    type: str = "server_error"
    code: str | int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    head_delay: float = 0.0


@dataclass(frozen=True, slots=True)
class Body:
    """One document of any type and status. The connection closes after `cut_after` bytes of it."""

    body: str | bytes
    status: int = 200
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
    head_delay: float = 0.0
    cut_after: int | None = None
    reset: bool = False
    gzip: bool = False


@dataclass(frozen=True, slots=True)
class Stream:
    """Server-sent events, step by step. With framing `close` the body ends with the connection."""

    steps: Iterable[Step]
    status: int = 200
    content_type: str = "text/event-stream"
    headers: Mapping[str, str] = field(default_factory=dict)
    head_delay: float = 0.0
    framing: Literal["chunked", "close"] = "chunked"
    gzip: bool = False


@dataclass(frozen=True, slots=True)
class Raw:
    """Bytes on the socket, including the status line. The connection then closes unless `keep_alive` is set."""

    steps: tuple[Bytes | Pause | Cut | Hang, ...]
    keep_alive: bool = False


Reply = Answer | Vectors | Error | Body | Stream | Raw | Hang | Cut


def chunk(
    delta: Mapping[str, Any] | None = None,
    *,
    finish_reason: str | None = None,
    usage: Mapping[str, Any] | None = None,
    model: str = "fake/model",
    id: str = "chatcmpl-fake",
    **extra: Any,
) -> dict[str, Any]:
    """Return one `chat.completion.chunk`. Without a delta and a finish reason, its `choices` are empty."""
    choices: list[dict[str, Any]] = []
    if delta is not None or finish_reason is not None:
        choices.append({"index": 0, "delta": dict(delta or {}), "finish_reason": finish_reason})
    result: dict[str, Any] = {
        "id": id,
        "object": "chat.completion.chunk",
        "created": CREATED,
        "model": model,
        "choices": choices,
    }
    if usage is not None:
        result["usage"] = dict(usage)
    return result | extra
