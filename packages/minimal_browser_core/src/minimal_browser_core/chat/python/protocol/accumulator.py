"""Assemble an answer from the chunks of a stream, or from a whole one."""

import threading
from typing import Any

from minimal_browser_core.chat.values import ChatResponse, Choice, Image, StreamEvent, ToolCall, Usage

from .choice import ChoiceAssembler
from .decode import has_error, parse_usage
from .error_report import error_report
from .fields import objects, optional_count, string
from .metadata import ResponseMetadata
from .surrogates import printable_json


class ProviderError(Exception):
    """The provider reported an error inside the stream."""

    def __init__(self, source: dict[str, Any]) -> None:
        """`source` is the object that is the error, or has it."""
        self.report = error_report(source)
        super().__init__(self.report.message)
        self.source = source


def _without_nulls(chunk: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in chunk.items() if value is not None}


class StreamAccumulator:
    """Turns chunks into events and collects what has arrived so far. Any thread may read its attributes.

    `model` is the requested one, until the provider names another.
    """

    def __init__(
        self, *, model: str | None = None, request_id: str | None = None, metadata: ResponseMetadata | None = None
    ) -> None:
        self.usage: Usage | None = None
        self.model = model
        self.provider: str | None = None
        self.request_id = request_id
        self.metadata = metadata or ResponseMetadata()
        self.chunks = 0
        self.content_deltas = 0
        """How many deltas had text, reasoning, an image or a piece of a tool call, of any choice."""
        # Readers copy objects that the receiving thread changes.
        self._lock = threading.RLock()
        self._choices: dict[int, ChoiceAssembler] = {}
        self._other: dict[str, Any] = {}

    @property
    def is_finished(self) -> bool:
        """Whether every choice with content has its finish reason and no content after it."""
        started = self._started()
        return bool(started) and all(choice.is_finished for choice in started)

    @property
    def was_finished(self) -> bool:
        """Whether every choice with content ever had a finish reason."""
        started = self._started()
        return bool(started) and all(choice.finish_reason is not None for choice in started)

    def _started(self) -> list[ChoiceAssembler]:
        return [choice for choice in self._choices.values() if choice.has_started]

    @property
    def id(self) -> str | None:
        """The provider's id of the answer."""
        return string(self._other, "id") or None

    @property
    def text(self) -> str:
        """The text received so far."""
        return first.text if (first := self._first) else ""

    @property
    def reasoning(self) -> str:
        """The reasoning received so far."""
        return first.reasoning if (first := self._first) else ""

    @property
    def refusal(self) -> str | None:
        """The refusal received so far."""
        return first.refusal if (first := self._first) else None

    @property
    def finish_reason(self) -> str | None:
        """The last finish reason."""
        return first.finish_reason if (first := self._first) else None

    @property
    def tool_calls(self) -> list[ToolCall]:
        """The tool calls received so far, also incomplete ones."""
        with self._lock:
            return first.tool_calls if (first := self._first) else []

    @property
    def message(self) -> dict[str, Any]:
        """The assistant message received so far."""
        with self._lock:
            return first.message() if (first := self._first) else {"role": "assistant", "content": None}

    @property
    def choices(self) -> tuple[Choice, ...]:
        """All choices so far, sorted by index."""
        with self._lock:
            return tuple(choice.value() for _, choice in sorted(self._choices.items()))

    @property
    def images(self) -> tuple[Image, ...]:
        """The images received so far."""
        choices = self.choices
        return choices[0].images if choices else ()

    @property
    def _first(self) -> ChoiceAssembler | None:
        with self._lock:
            return self._choices[min(self._choices)] if self._choices else None

    def add(self, chunk: dict[str, Any], *, is_whole: bool = False) -> list[StreamEvent]:
        """Add one chunk, or a whole answer, and return its events. Raises `ProviderError` if it is an error."""
        with self._lock:
            self.chunks += 1
            self.usage = parse_usage(chunk) or self.usage
            self.model = string(chunk, "model") or self.model
            self.provider = string(chunk, "provider") or self.provider
            if ("error" in chunk and has_error(chunk)) or chunk.get("object") == "error":
                raise ProviderError(chunk)
            self._other.update(chunk if None not in chunk.values() else _without_nulls(chunk))
            events: list[StreamEvent] = []
            for position, choice in enumerate(objects(chunk, "choices")):
                events += self._add_choice(choice, position, is_whole=is_whole)
            return events

    def finish(self) -> list[StreamEvent]:
        """Return the last events of a stream that ended well. Only then are the arguments of a tool call complete."""
        with self._lock:
            events: list[StreamEvent] = []
            for choice in self._choices.values():
                last = choice.finish()
                events += last if choice.index == 0 else []
            if (first := self._first) is not None:
                if first.index != 0:
                    events += first.all_events()
                events += [StreamEvent("tool_call", tool_call=call) for call in first.tool_calls]
            if self.usage:
                events.append(StreamEvent("usage", usage=self.usage))
            return [*events, StreamEvent("finish")]

    def response(self, raw: dict[str, Any] | None = None) -> ChatResponse:
        """Return what has arrived as a response. `raw` defaults to the JSON that a whole answer would have."""
        with self._lock:
            return ChatResponse(
                text=self.text,
                reasoning=self.reasoning,
                tool_calls=self.tool_calls,
                usage=self.usage,
                model=self.model or "",
                provider=self.provider,
                finish_reason=self.finish_reason,
                request_id=self.request_id,
                raw=self._raw() if raw is None else raw,
                rate_limits=self.metadata.rate_limits,
                time_to_first_byte=self.metadata.first_byte,
                time_to_last_byte=self.metadata.last_byte,
                choices=self.choices,
                headers=self.metadata.headers,
            )

    def _raw(self) -> dict[str, Any]:
        choices = [choice.raw() for _, choice in sorted(self._choices.items())]
        # Values that deltas are merged into are in the choices: the rest is that of the last chunk which has it.
        raw: dict[str, Any] = printable_json(self._other | {"object": "chat.completion", "choices": choices})
        return raw

    def _add_choice(self, choice: dict[str, Any], position: int, *, is_whole: bool) -> list[StreamEvent]:
        if "error" in choice and has_error(choice):
            raise ProviderError(choice)
        index = optional_count(choice, "index")
        index = position if index is None else index
        if is_whole and index in self._choices:
            # Each choice of a whole answer is one of its own, whatever its index.
            index = max(self._choices) + 1
        assembler = self._choices.get(index) or self._choices.setdefault(index, ChoiceAssembler(index))
        events, has_content = assembler.add(choice, is_whole=is_whole)
        self.content_deltas += has_content
        # The events of other choices would mix with those of choice 0.
        return events if index == 0 else []
