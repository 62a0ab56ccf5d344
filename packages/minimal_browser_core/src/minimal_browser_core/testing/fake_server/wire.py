"""Encode replies to the bytes that are sent."""

import json
import zlib
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any, Protocol

from .replies import CREATED, DONE, Answer, Body, Bytes, Comment, Cut, Data, Error, Hang, Pause, Step, Stream, Usage
from .replies import ToolCall as ScriptedCall
from .replies import chunk as make_chunk

Payload = bytes | Pause | Cut | Hang


class Encoder(Protocol):
    """Compresses a body piece by piece."""

    def __call__(self, data: bytes, *, last: bool = False) -> bytes: ...


def dumps(value: Any) -> bytes:
    """Encode JSON; unpaired surrogates are kept."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


def head(status: int, headers: Mapping[str, str]) -> bytes:
    """Return the status line and headers."""
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:
        phrase = "Unknown"
    lines = [f"HTTP/1.1 {status} {phrase}", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
    return "\r\n".join(lines).encode("latin-1")


def document(reply: Body) -> Iterator[Payload]:
    """Yield head and body of one document."""
    body = reply.body.encode() if isinstance(reply.body, str) else reply.body
    headers = {"Content-Type": reply.content_type}
    if reply.gzip:
        body = gzip_encoder()(body, last=True)
        headers["Content-Encoding"] = "gzip"
    headers["Content-Length"] = str(len(body))
    yield from pause(reply.head_delay)
    yield head(reply.status, headers | dict(reply.headers))
    if reply.cut_after is None:
        yield body
    else:
        yield body[: reply.cut_after]
        yield Cut(reset=reply.reset)


def event_stream(reply: Stream) -> Iterator[Payload]:
    """Yield the head and the events, one write per step."""
    chunked = reply.framing == "chunked"
    headers = {"Content-Type": reply.content_type, "Cache-Control": "no-cache"}
    headers |= {"Transfer-Encoding": "chunked"} if chunked else {"Connection": "close"}
    if reply.gzip:
        headers["Content-Encoding"] = "gzip"
    encode = gzip_encoder() if reply.gzip else identity
    yield from pause(reply.head_delay)
    yield head(reply.status, headers | dict(reply.headers))
    for step in reply.steps:
        if isinstance(step, Pause | Cut | Hang):
            yield step
        else:
            yield from framed(encode(sse(step)), chunked=chunked)
    yield from framed(encode(b"", last=True), chunked=chunked)
    yield b"0\r\n\r\n" if chunked else Cut()


def sse(step: Data | Comment | Bytes) -> bytes:
    """Encode one step of an event stream."""
    if isinstance(step, Bytes):
        return step.data
    if isinstance(step, Comment):
        return f": {step.text}\n\n".encode()
    payload = step.payload.encode() if isinstance(step.payload, str) else dumps(step.payload)
    event = f"event: {step.event}\n".encode() if step.event else b""
    return event + b"".join(b"data: " + line + b"\n" for line in payload.split(b"\n")) + b"\n"


def framed(data: bytes, *, chunked: bool) -> Iterator[bytes]:
    """Yield the data in its transfer encoding; nothing if it is empty."""
    if data:
        yield b"%x\r\n%b\r\n" % (len(data), data) if chunked else data


def identity(data: bytes, *, last: bool = False) -> bytes:
    """Return the data unchanged, as the encoder without compression."""
    return data


def gzip_encoder() -> Encoder:
    """Return an encoder that flushes after every piece."""
    compressor = zlib.compressobj(wbits=31)

    def encode(data: bytes, *, last: bool = False) -> bytes:
        return compressor.compress(data) + compressor.flush(zlib.Z_FINISH if last else zlib.Z_SYNC_FLUSH)

    return encode


def pause(seconds: float) -> Iterator[Pause]:
    """Yield a pause unless it is empty."""
    if seconds > 0:
        yield Pause(seconds)


# -- answers -----------------------------------------------------------------------------------------------------------


def error_document(reply: Error) -> Body:
    """Return the body of an error."""
    error = {"message": reply.message, "type": reply.type, "code": reply.code}
    return Body(dumps({"error": error}), reply.status, headers=reply.headers, head_delay=reply.head_delay)


def answer_document(reply: Answer, model: str) -> Body:
    """Return an answer as one JSON object."""
    message: dict[str, Any] = {"role": "assistant", "content": "".join(reply.text)}
    if reply.reasoning:
        message[reply.reasoning_key] = "".join(reply.reasoning)
    if reply.tool_calls:
        message["content"] = message["content"] or None
        message["tool_calls"] = [_call(call) for call in reply.tool_calls]
    result: dict[str, Any] = {
        "id": reply.id,
        "object": "chat.completion",
        "created": CREATED,
        "model": reply.model or model,
        "choices": [{"index": 0, "message": message, "finish_reason": reply.finish_reason}],
    }
    if reply.usage:
        result["usage"] = _usage(reply.usage)
    return Body(
        dumps(result | dict(reply.extra)),
        headers=reply.headers,
        head_delay=reply.head_delay,
        cut_after=reply.cut_after,
        reset=reply.reset,
        gzip=reply.gzip,
    )


def answer_stream(reply: Answer, model: str) -> Stream:
    """Return an answer as an event stream."""
    common: dict[str, Any] = {"model": reply.model or model, "id": reply.id} | dict(reply.extra)
    events: list[Step] = [Data(make_chunk(delta, **common)) for delta in _deltas(reply)]
    if reply.finish_reason is not None:
        events.append(Data(make_chunk({}, finish_reason=reply.finish_reason, **common)))
    if reply.usage:
        events.append(Data(make_chunk(usage=_usage(reply.usage), **common)))
    if reply.done:
        events.append(DONE)
    if reply.cut_after is not None:
        events = [*events[: reply.cut_after], Cut(reset=reply.reset)]
    if reply.delay > 0:
        events = [step for event in events for step in (Pause(reply.delay), event)]
    steps = (*(Comment() for _ in range(reply.comments)), *events)
    return Stream(steps, headers=reply.headers, head_delay=reply.head_delay, gzip=reply.gzip)


def _deltas(reply: Answer) -> Iterator[dict[str, Any]]:
    yield {"role": "assistant", "content": ""}
    for part in _parts(reply.reasoning):
        yield {reply.reasoning_key: part}
    for part in _parts(reply.text):
        yield {"content": part}
    for index, call in enumerate(reply.tool_calls):
        yield {"tool_calls": [{"index": index} | _call(call, arguments="")]}
        size = max(1, -(-len(call.arguments) // max(1, call.pieces)))
        for start in range(0, len(call.arguments), size):
            piece = call.arguments[start : start + size]
            yield {"tool_calls": [{"index": index, "function": {"arguments": piece}}]}


def _parts(text: str | tuple[str, ...]) -> tuple[str, ...]:
    if isinstance(text, str):
        return (text,) if text else ()
    return text


def _call(call: ScriptedCall, arguments: str | None = None) -> dict[str, Any]:
    function = {"name": call.name, "arguments": call.arguments if arguments is None else arguments}
    return {"id": call.id, "type": "function", "function": function}


def _usage(usage: Usage) -> dict[str, Any]:
    result: dict[str, Any] = {
        "prompt_tokens": usage.prompt_tokens,
        "completion_tokens": usage.completion_tokens,
        "total_tokens": usage.prompt_tokens + usage.completion_tokens,
        "prompt_tokens_details": {"cached_tokens": usage.cached_tokens},
        "completion_tokens_details": {"reasoning_tokens": usage.reasoning_tokens},
    }
    return result if usage.cost is None else result | {"cost": usage.cost}
