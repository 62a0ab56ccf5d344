"""What a fake server can be told to answer: values, without behaviour of their own.

A reply is `Answer` (the usual one), `Error`, `Body` (any one document), `Stream` (server-sent events, step by step)
or `Raw` (bytes on the socket). Steps are what a stream or a raw reply is made of, done in order.
Times are in seconds.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

CREATED = 1_700_000_000
"""The `created` of every answer: the same input gives the same bytes."""


# -- steps -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Data:
    """One server-sent event: an object becomes JSON, a string goes as it is, one `data:` line for each of its lines."""

    payload: Mapping[str, Any] | str
    event: str = ""


DONE = Data("[DONE]")


@dataclass(frozen=True, slots=True)
class Comment:
    """A keep-alive comment, as providers send while a model thinks."""

    text: str = "PROCESSING"


@dataclass(frozen=True, slots=True)
class Bytes:
    """Bytes as they are, in one write."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Pause:
    """Wait; ends early when the client leaves."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Cut:
    """Close the connection here: in order (FIN), or with a reset (RST)."""

    reset: bool = False


@dataclass(frozen=True, slots=True)
class Hang:
    """Send nothing more until the client leaves. As a reply of its own: not even a head."""


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
    prompt_tokens: int = 1
    completion_tokens: int = 1
    cached_tokens: int = 0
    reasoning_tokens: int = 0
    cost: float | None = None


@dataclass(frozen=True, slots=True)
class Model:
    id: str
    name: str | None = None
    context_length: int | None = None


# -- replies -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Answer:
    """A chat answer: server-sent events where the request says `"stream": true`, else one JSON object.

    `text` and `reasoning` given as tuples are one delta per item. `model` is the request's where it is None.
    In a stream `comments` keep-alive comments come first, `delay` passes before each event, `[DONE]` ends it if `done`.
    After `cut_after` events (bytes, where it is one object) the connection closes, with RST if `reset`.
    `extra` goes into every chunk, or into the one object.
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
class Error:
    """An error as OpenAI-compatible servers report it: JSON with an `error` object. `status` may be 200 too."""

    status: int = 500
    message: str = "fake failure"
    type: str = "server_error"
    code: str | int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    head_delay: float = 0.0


@dataclass(frozen=True, slots=True)
class Body:
    """One document of any type and status; after `cut_after` bytes of it the connection closes."""

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
    """Server-sent events, step by step. Framing `close` has no length: only the end of the connection ends the body."""

    steps: tuple[Step, ...]
    status: int = 200
    content_type: str = "text/event-stream"
    headers: Mapping[str, str] = field(default_factory=dict)
    head_delay: float = 0.0
    framing: Literal["chunked", "close"] = "chunked"
    gzip: bool = False


@dataclass(frozen=True, slots=True)
class Raw:
    """Bytes on the socket, status line and all; the connection closes at the end unless it is to be kept alive."""

    steps: tuple[Bytes | Pause | Cut | Hang, ...]
    keep_alive: bool = False


Reply = Answer | Error | Body | Stream | Raw | Hang | Cut


def chunk(
    delta: Mapping[str, Any] | None = None,
    *,
    finish_reason: str | None = None,
    usage: Mapping[str, Any] | None = None,
    model: str = "fake/model",
    id: str = "chatcmpl-fake",
    **extra: Any,
) -> dict[str, Any]:
    """One `chat.completion.chunk`; without a delta and a finish reason its `choices` are empty."""
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
