"""The Responses API: an `Answer` as a response object, or as the events of a stream."""

from collections.abc import Iterator, Mapping
from typing import Any

from .replies import CREATED, Answer, Body, Comment, Cut, Data, Pause, Step, Stream
from .replies import ToolCall as ScriptedCall
from .wire import dumps

_STATUS = {"length": ("incomplete", "max_output_tokens"), "content_filter": ("incomplete", "content_filter")}


def response_object(reply: Answer, request: Mapping[str, Any], id: str) -> dict[str, Any]:
    """Return the finished response."""
    status, reason = _STATUS.get(reply.finish_reason or "", ("completed", None))
    result = _base(reply, request, id)
    result |= {"status": status, "output": list(_output(reply))}
    if reason:
        result["incomplete_details"] = {"reason": reason}
    if reply.usage:
        usage = reply.usage
        result["usage"] = {
            "input_tokens": usage.prompt_tokens,
            "input_tokens_details": {"cached_tokens": usage.cached_tokens},
            "output_tokens": usage.completion_tokens,
            "output_tokens_details": {"reasoning_tokens": usage.reasoning_tokens},
            "total_tokens": usage.prompt_tokens + usage.completion_tokens,
        }
    return result


def response_document(reply: Answer, response: Mapping[str, Any]) -> Body:
    """Return the response as one JSON object."""
    return Body(
        dumps(response),
        headers=reply.headers,
        head_delay=reply.head_delay,
        cut_after=reply.cut_after,
        reset=reply.reset,
        gzip=reply.gzip,
    )


def response_stream(reply: Answer, request: Mapping[str, Any], response: Mapping[str, Any]) -> Stream:
    """Return the response as an event stream; without a finish reason, it ends before the last event."""
    started = _base(reply, request, response["id"])
    events: list[dict[str, Any]] = [
        {"type": "response.created", "response": started},
        {"type": "response.in_progress", "response": started},
        *(event for index, item in enumerate(response["output"]) for event in _item_events(reply, index, item)),
    ]
    if reply.finish_reason is not None:
        events.append({"type": f"response.{response['status']}", "response": response})
    numbered = [event | {"sequence_number": number} for number, event in enumerate(events)]
    steps: list[Step] = [Data(event, event["type"]) for event in numbered]
    if reply.cut_after is not None:
        steps = [*steps[: reply.cut_after], Cut(reset=reply.reset)]
    if reply.delay > 0:
        steps = [step for event in steps for step in (Pause(reply.delay), event)]
    steps = [*(Comment() for _ in range(reply.comments)), *steps]
    return Stream(tuple(steps), headers=reply.headers, head_delay=reply.head_delay, gzip=reply.gzip)


def _base(reply: Answer, request: Mapping[str, Any], id: str) -> dict[str, Any]:
    return {
        "id": id,
        "object": "response",
        "created_at": CREATED,
        "status": "in_progress",
        "error": None,
        "incomplete_details": None,
        "instructions": request.get("instructions"),
        "metadata": request.get("metadata") or {},
        "model": reply.model or request.get("model"),
        "output": [],
        "parallel_tool_calls": True,
        "previous_response_id": request.get("previous_response_id"),
        "temperature": request.get("temperature", 1.0),
        "tool_choice": request.get("tool_choice", "auto"),
        "tools": request.get("tools") or [],
        "usage": None,
    } | dict(reply.extra)


def _output(reply: Answer) -> Iterator[dict[str, Any]]:
    if reply.reasoning:
        summary = [{"type": "summary_text", "text": "".join(reply.reasoning)}]
        yield {"id": "rs_1", "type": "reasoning", "summary": summary}
    if reply.text or not reply.tool_calls:
        content = [_text_part("".join(reply.text))]
        yield {"id": "msg_1", "type": "message", "status": "completed", "role": "assistant", "content": content}
    for number, call in enumerate(reply.tool_calls, 1):
        yield {
            "id": f"fc_{number}",
            "type": "function_call",
            "status": "completed",
            "call_id": call.id,
            "name": call.name,
            "arguments": call.arguments,
        }


def _text_part(text: str) -> dict[str, Any]:
    return {"type": "output_text", "text": text, "annotations": [], "logprobs": []}


def _item_events(reply: Answer, index: int, item: dict[str, Any]) -> Iterator[dict[str, Any]]:
    empty: dict[str, dict[str, Any]] = {
        "reasoning": {"summary": []},
        "message": {"content": []},
        "function_call": {"arguments": ""},
    }
    status = {"status": "in_progress"} if "status" in item else {}
    yield {"type": "response.output_item.added", "output_index": index, "item": item | empty[item["type"]] | status}
    place = {"item_id": item["id"], "output_index": index}
    if item["type"] == "reasoning":
        yield from _reasoning_events(reply, place, item["summary"][0])
    elif item["type"] == "message":
        yield from _text_events(reply, place, item["content"][0])
    else:
        call = next(call for call in reply.tool_calls if call.id == item["call_id"])
        yield from _call_events(call, place)
    yield {"type": "response.output_item.done", "output_index": index, "item": item}


def _reasoning_events(reply: Answer, place: dict[str, Any], part: dict[str, Any]) -> Iterator[dict[str, Any]]:
    place = place | {"summary_index": 0}
    yield {"type": "response.reasoning_summary_part.added", **place, "part": part | {"text": ""}}
    for piece in _pieces(reply.reasoning):
        yield {"type": "response.reasoning_summary_text.delta", **place, "delta": piece}
    yield {"type": "response.reasoning_summary_text.done", **place, "text": part["text"]}
    yield {"type": "response.reasoning_summary_part.done", **place, "part": part}


def _text_events(reply: Answer, place: dict[str, Any], part: dict[str, Any]) -> Iterator[dict[str, Any]]:
    place = place | {"content_index": 0}
    yield {"type": "response.content_part.added", **place, "part": part | {"text": ""}}
    for piece in _pieces(reply.text):
        yield {"type": "response.output_text.delta", **place, "delta": piece, "logprobs": []}
    yield {"type": "response.output_text.done", **place, "text": part["text"], "logprobs": []}
    yield {"type": "response.content_part.done", **place, "part": part}


def _call_events(call: ScriptedCall, place: dict[str, Any]) -> Iterator[dict[str, Any]]:
    size = max(1, -(-len(call.arguments) // max(1, call.pieces)))
    for start in range(0, len(call.arguments), size):
        piece = call.arguments[start : start + size]
        yield {"type": "response.function_call_arguments.delta", **place, "delta": piece}
    yield {"type": "response.function_call_arguments.done", **place, "arguments": call.arguments}


def _pieces(text: str | tuple[str, ...]) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else text
