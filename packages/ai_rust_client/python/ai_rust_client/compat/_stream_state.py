"""The completion that a stream adds up to, and the events on the way."""

from copy import deepcopy
from typing import Any, Self

from ai_rust_client.compat._content import text_of
from ai_rust_client.compat._delta_merge import add_missing_ids, merge, position_of
from ai_rust_client.compat._errors import ContentFilterFinishReasonError, LengthFinishReasonError
from ai_rust_client.compat._model import BaseModel, build
from ai_rust_client.compat._options import is_omitted
from ai_rust_client.compat._parsing import OutputParser
from ai_rust_client.compat.types import (
    ChatCompletionChunk,
    ContentDeltaEvent,
    ContentDoneEvent,
    FunctionToolCallArgumentsDeltaEvent,
    FunctionToolCallArgumentsDoneEvent,
    LogprobsContentDeltaEvent,
    LogprobsContentDoneEvent,
    LogprobsRefusalDeltaEvent,
    LogprobsRefusalDoneEvent,
    ParsedChatCompletion,
    RefusalDeltaEvent,
    RefusalDoneEvent,
)
from ai_rust_client.compat.types._events import chunk_event

_LOGPROBS: tuple[tuple[str, type[BaseModel], type[BaseModel]], ...] = (
    ("content", LogprobsContentDeltaEvent, LogprobsContentDoneEvent),
    ("refusal", LogprobsRefusalDeltaEvent, LogprobsRefusalDoneEvent),
)
_OF_FIRST_CHUNK = ("id", "created", "model")


class _Choice:
    """One choice so far, and which events about it have been reported."""

    def __init__(self, index: int, parser: OutputParser) -> None:
        self.fields: dict[str, Any] = {"index": index, "message": {}, "finish_reason": None, "logprobs": None}
        self._parser = parser
        self._partial = _partial() if parser.has_type else None
        self._partial_arguments: dict[int, Any] = {}
        self._reported: set[Any] = set()
        self._call: int | None = None

    @property
    def message(self) -> dict[str, Any]:
        """The message so far."""
        message: dict[str, Any] = self.fields["message"]
        return message

    @property
    def calls(self) -> list[dict[str, Any]]:
        """The tool calls so far."""
        return self.message.get("tool_calls") or []

    def add(self, choice: dict[str, Any]) -> list[BaseModel]:
        """Add a choice of a chunk; the events that it causes."""
        delta = choice.pop("delta", None) or {}
        if not isinstance(choice.get("finish_reason"), str) or not choice["finish_reason"]:
            choice.pop("finish_reason", None)
        else:
            self.fields["finish_reason"] = choice.pop("finish_reason")
        choice.pop("message", None)  # Perplexity repeats the whole message beside each delta
        logprobs = choice.pop("logprobs", None)
        merge(self.fields, {"logprobs": logprobs})
        self.fields |= {name: value for name, value in choice.items() if value is not None}
        events: list[BaseModel] = []
        calls = delta.pop("tool_calls", None)
        merge(self.message, delta)
        self._add_text(delta, events)
        for call in calls if isinstance(calls, list) else ():
            if isinstance(call, dict):
                self._add_call(call, events)
        self._add_logprobs(logprobs, events)
        return events

    def _add_text(self, delta: dict[str, Any], events: list[BaseModel]) -> None:
        text = text_of(delta.get("content"))
        if text is not None:
            if self._partial is not None:
                self._partial.feed(text)
            parsed = self._partial and self._partial.value
            snapshot = text_of(self.message["content"])
            events.append(ContentDeltaEvent(type="content.delta", delta=text, snapshot=snapshot, parsed=parsed))
        refusal = delta.get("refusal")
        if isinstance(refusal, str):
            snapshot = self.message["refusal"]
            events.append(RefusalDeltaEvent(type="refusal.delta", delta=refusal, snapshot=snapshot))

    def _add_call(self, delta: dict[str, Any], events: list[BaseModel]) -> None:
        position = position_of(self.calls, delta)
        merge(self.message, {"tool_calls": [delta]})
        previous, self._call = self._call, position
        self._report_arguments(position, delta, events)
        if position != previous:
            events += self.done_events(previous) if previous is not None else self._content_done()

    def _report_arguments(self, position: int, delta: dict[str, Any], events: list[BaseModel]) -> None:
        function = self.calls[position].get("function")
        if not isinstance(function, dict):
            return
        piece = (delta.get("function") or {}).get("arguments") or ""
        parsed = None
        if self._parser.strict_function(function.get("name")):
            partial = self._partial_arguments.setdefault(position, _partial())
            partial.feed(piece)
            parsed = partial.value
        events.append(
            FunctionToolCallArgumentsDeltaEvent(
                type="tool_calls.function.arguments.delta",
                name=function.get("name"),
                index=position,
                arguments=function.get("arguments"),
                parsed_arguments=parsed,
                arguments_delta=piece,
            )
        )

    def _add_logprobs(self, logprobs: Any, events: list[BaseModel]) -> None:
        for name, event, _ in _LOGPROBS:
            if isinstance(logprobs, dict) and logprobs.get(name):
                snapshot = self.fields["logprobs"][name]
                events.append(
                    event(type=f"logprobs.{name}.delta", snapshot=deepcopy(snapshot), **{name: logprobs[name]})
                )

    def done_events(self, call: int | None = None) -> list[BaseModel]:
        """The events about what is complete: the text, and a tool call, by default the last one."""
        events = self._content_done()
        call = self._call if call is None else call
        if call is None or call in self._reported:
            return events
        self._reported.add(call)
        function = self.calls[call].get("function")
        if isinstance(function, dict):
            name, arguments = function.get("name"), function.get("arguments")
            events.append(
                FunctionToolCallArgumentsDoneEvent(
                    type="tool_calls.function.arguments.done",
                    name=name,
                    index=call,
                    arguments=arguments,
                    parsed_arguments=self._parser.arguments(name, arguments),
                )
            )
        return events

    def _content_done(self) -> list[BaseModel]:
        events: list[BaseModel] = []
        text, refusal = text_of(self.message.get("content")), self.message.get("refusal")
        if text and self._is_new("content"):
            parsed = self._parser.content(self.message)
            events.append(ContentDoneEvent(type="content.done", content=text, parsed=parsed))
        if isinstance(refusal, str) and self._is_new("refusal"):
            events.append(RefusalDoneEvent(type="refusal.done", refusal=refusal))
        for name, _, event in _LOGPROBS:
            logprobs = (self.fields["logprobs"] or {}).get(name)
            if logprobs is not None and self._is_new(f"logprobs.{name}"):
                events.append(event(type=f"logprobs.{name}.done", **{name: deepcopy(logprobs)}))
        return events

    def _is_new(self, name: str) -> bool:
        is_new = name not in self._reported
        self._reported.add(name)
        return is_new

    def completed(self) -> dict[str, Any]:
        """The choice of the completion."""
        fields = deepcopy(self.fields)
        calls = fields["message"].get("tool_calls") or []
        add_missing_ids(calls)
        for call in calls:
            call.pop("index", None)
            call["type"] = call.get("type") or "function"
        if self._partial is not None:
            fields["message"]["parsed"] = self._partial.value
        return fields


class ChatCompletionStreamState:
    """Adds up the chunks of a stream that `create(stream=True)` returned; `chat.completions.stream` uses it too."""

    def __init__(self, *, input_tools: Any = None, response_format: Any = None) -> None:
        self._parser = OutputParser(None if is_omitted(response_format) else response_format, input_tools or ())
        self._fields: dict[str, Any] = {}
        self._choices: dict[int, _Choice] = {}
        self._snapshot: ParsedChatCompletion[Any] | None = None

    @classmethod
    def _of(cls, parser: OutputParser) -> Self:
        state = cls()
        state._parser = parser
        return state

    @property
    def current_completion_snapshot(self) -> ParsedChatCompletion[Any]:
        """The completion so far. Raises RuntimeError before the first chunk."""
        if not self._fields:
            raise RuntimeError("the stream has no chunk so far")
        if self._snapshot is None:
            choices = [choice.completed() for _, choice in sorted(self._choices.items())]
            fields = deepcopy(self._fields) | {"object": "chat.completion", "choices": choices}
            self._snapshot = build(ParsedChatCompletion, fields)
        return self._snapshot

    def handle_chunk(self, chunk: ChatCompletionChunk) -> list[BaseModel]:
        """Add a chunk; the events that it causes. What is complete is reported with the next chunk, or by `finish`."""
        fields: dict[str, Any] = chunk.to_dict()
        choices = [choice for choice in fields.pop("choices", None) or () if isinstance(choice, dict)]
        busy = {_index(choice) for choice in choices if _has_content(choice)}
        events = self._finished_events(busy)
        fields.pop("obfuscation", None)
        for name, value in fields.items():
            if self._fields.get(name) is None or (value is not None and name not in _OF_FIRST_CHUNK):
                self._fields[name] = value
        self._snapshot = None
        caused: list[BaseModel] = []
        for choice in choices:
            index = _index(choice)
            caused += self._choices.setdefault(index, _Choice(index, self._parser)).add(choice)
            self._refuse_cut(index)
        return [*events, chunk_event(chunk, self), *caused]

    def finish(self) -> list[BaseModel]:
        """The last events, after the end of the stream."""
        return self._finished_events(set())

    def get_final_completion(self) -> ParsedChatCompletion[Any]:
        """The whole completion, parsed. Does not check that the stream has ended."""
        return self._parser.parse(self.current_completion_snapshot)

    def _finished_events(self, busy: set[int]) -> list[BaseModel]:
        """Of choices with a finish reason that do not go on: some servers send one in every chunk."""
        finished = [
            choice for index, choice in self._choices.items() if choice.fields["finish_reason"] and index not in busy
        ]
        return [event for choice in finished for event in choice.done_events()]

    def _refuse_cut(self, index: int) -> None:
        reason = self._choices[index].fields["finish_reason"]
        if self._parser.is_strict and reason == "length":
            raise LengthFinishReasonError(completion=self.current_completion_snapshot)
        if self._parser.is_strict and reason == "content_filter":
            raise ContentFilterFinishReasonError(completion=self.current_completion_snapshot)


def _index(choice: dict[str, Any]) -> int:
    index = choice.get("index")
    return index if isinstance(index, int) else 0


def _has_content(choice: dict[str, Any]) -> bool:
    delta = choice.get("delta")
    return isinstance(delta, dict) and any(value for name, value in delta.items() if name != "role")


def _partial() -> Any:
    from ai_rust_client._schema import PartialJson

    return PartialJson()
