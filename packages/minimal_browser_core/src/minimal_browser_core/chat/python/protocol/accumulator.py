"""Assemble a streamed response from its chunks."""

import json
from dataclasses import dataclass, field
from typing import Any

from minimal_browser_core.chat.values import StreamEvent, ToolCall, Usage

from .decode import (
    ErrorReport,
    arguments_text,
    as_dict,
    as_list,
    contains_content,
    content_text,
    count,
    error_report,
    parse_usage,
    reasoning_text,
    scalar,
    tool_calls_of,
)
from .metadata import ResponseMetadata


class ProviderError(Exception):
    """The provider reported an error inside the stream."""

    def __init__(self, report: ErrorReport) -> None:
        super().__init__(report.message)
        self.report = report


@dataclass(slots=True)
class _PartialCall:
    index: int
    id: str = ""
    name: str = ""
    arguments: list[str] = field(default_factory=list)


@dataclass(slots=True)
class StreamAccumulator:
    """Turns chunks into events and collects what has arrived so far. Any thread may read its attributes."""

    text_parts: list[str] = field(default_factory=list)
    reasoning_parts: list[str] = field(default_factory=list)
    tool_calls: list[ToolCall] = field(default_factory=list)
    usage: Usage | None = None
    model: str | None = None
    provider: str | None = None
    finish_reason: str | None = None
    request_id: str | None = None
    metadata: ResponseMetadata = field(default_factory=ResponseMetadata)
    chunks: int = 0
    content_deltas: int = 0
    """How many deltas had text, reasoning or a piece of a tool call, of any choice."""
    was_finished: bool = False
    """Whether any choice ever had a finish reason."""
    _finished: dict[int, bool] = field(default_factory=dict)
    """Each choice by its index. Some providers send a finish reason early: content without one opens it again."""
    _calls: list[_PartialCall] = field(default_factory=list)

    @property
    def is_finished(self) -> bool:
        """Whether every choice so far has its finish reason and no content after it."""
        return bool(self._finished) and all(self._finished.values())

    @property
    def text(self) -> str:
        """The text received so far."""
        return "".join(self.text_parts)

    @property
    def reasoning(self) -> str:
        """The reasoning received so far."""
        return "".join(self.reasoning_parts)

    def add(self, chunk: dict[str, Any]) -> list[StreamEvent]:
        """Add one chunk and return its events. Raises `ProviderError` if the chunk is an error."""
        self.chunks += 1
        self.usage = parse_usage(chunk) or self.usage
        self.model = scalar(chunk.get("model")) or self.model
        self.provider = scalar(chunk.get("provider")) or self.provider
        if chunk.get("error") or chunk.get("object") == "error":
            raise ProviderError(error_report(chunk))
        events: list[StreamEvent] = []
        for choice in as_list(chunk.get("choices")):
            if isinstance(choice, dict):
                self._add_choice(choice, events)
        return events

    def finish(self) -> list[StreamEvent]:
        """Return the last events of a stream that ended well. Only then are the arguments of a tool call complete."""
        events = self._complete_calls()
        if self.usage:
            events.append(StreamEvent("usage", usage=self.usage))
        return [*events, StreamEvent("finish")]

    def _add_choice(self, choice: dict[str, Any], events: list[StreamEvent]) -> None:
        index = count(choice.get("index"))
        message = as_dict(choice.get("delta")) or as_dict(choice.get("message"))
        reason = scalar(choice.get("finish_reason"))
        self._note_progress(index, message, reason)
        if index != 0:
            return
        if choice.get("error"):
            raise ProviderError(error_report(choice))
        if reasoning := reasoning_text(message):
            self.reasoning_parts.append(reasoning)
            events.append(StreamEvent("reasoning", reasoning))
        for text in (content_text(message.get("content")), content_text(message.get("refusal"))):
            if text:
                self.text_parts.append(text)
                events.append(StreamEvent("text", text))
        annotations = as_list(message.get("annotations"))
        events.extend(StreamEvent("annotation", json.dumps(annotation)) for annotation in annotations)
        for delta in tool_calls_of(message):
            self._add_call(delta)
        self.finish_reason = reason or self.finish_reason

    def _note_progress(self, index: int, message: dict[str, Any], reason: str) -> None:
        has_content = contains_content(message)
        self.content_deltas += has_content
        if has_content or reason:
            self._finished[index] = bool(reason)
            self.was_finished = self.was_finished or bool(reason)

    def _add_call(self, delta: dict[str, Any]) -> None:
        call = self._find_call(delta)
        function = as_dict(delta.get("function"))
        call.id = call.id or scalar(delta.get("id"))
        call.name = call.name or scalar(function.get("name"))
        call.arguments.append(arguments_text(function.get("arguments")))

    def _find_call(self, delta: dict[str, Any]) -> _PartialCall:
        """Some servers omit the index or give every call the same one: then a new id starts a new call."""
        index = None if delta.get("index") is None else count(delta["index"])
        call_id = scalar(delta.get("id"))
        for call in reversed(self._calls):
            if index in (None, call.index) and (not call_id or not call.id or call.id == call_id):
                return call
        self._calls.append(_PartialCall(len(self._calls) if index is None else index))
        return self._calls[-1]

    def _complete_calls(self) -> list[StreamEvent]:
        calls = sorted(self._calls, key=lambda call: call.index)
        self._calls.clear()
        complete = [ToolCall(call.id, call.name, "".join(call.arguments)) for call in calls]
        # A new list: readers may hold the old one.
        self.tool_calls = [*self.tool_calls, *complete]
        return [StreamEvent("tool_call", tool_call=call) for call in complete]
