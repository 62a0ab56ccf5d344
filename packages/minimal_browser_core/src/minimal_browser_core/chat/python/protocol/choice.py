"""Assemble one choice of an answer, from deltas or from a whole message."""

import json
from collections.abc import Iterator
from typing import Any

from minimal_browser_core.chat.values import Choice, StreamEvent, ToolCall

from .content import content_text, reasoning_text
from .fields import as_dict, is_empty, log_ignored, objects, string
from .images import images_of
from .merge import MergedObject, MergedParts
from .surrogates import SurrogateJoiner, printable_json
from .tool_calls import ToolCallAssembler

_KNOWN_FIELDS: dict[str, tuple[type, ...]] = {
    "role": (str,),
    "content": (str, list, dict),
    "refusal": (str,),
    "reasoning": (str, list, dict),
    "reasoning_content": (str, list, dict),
    "reasoning_details": (list,),
    "annotations": (list,),
    "images": (list,),
    "tool_calls": (list, dict),
}
_OWN_FIELDS = frozenset({"role", "content", "refusal", "tool_calls"})
_CONTENT_FIELDS = ("content", "images", "audio")
"""Fields whose values are for the user."""

_CHOICE_FIELDS = frozenset({"index", "delta", "message", "text", "finish_reason", "error"})


class _Text:
    """A text that arrives in pieces, each of which is one event."""

    __slots__ = ("_joiner", "pieces")

    def __init__(self) -> None:
        self._joiner = SurrogateJoiner()
        self.pieces: list[str] = []

    def add(self, piece: str) -> str:
        piece = self._joiner.add(piece)
        if piece:
            self.pieces.append(piece)
        return piece

    def finish(self) -> str:
        piece = self._joiner.finish()
        if piece:
            self.pieces.append(piece)
        return piece


class ChoiceAssembler:
    """What has arrived of one choice."""

    def __init__(self, index: int) -> None:
        self.index = index
        self.finish_reason: str | None = None
        self.is_finished = False
        """Whether there is a finish reason and no content after it. Some providers send a finish reason early."""
        self.has_started = False
        """Whether there was content or a finish reason."""
        self._text: list[str] = []
        self._texts = {"content": _Text(), "refusal": _Text()}
        self._reasoning = _Text()
        self._role = ""
        self._parts = MergedParts()
        self._calls = ToolCallAssembler()
        self._fields = MergedObject()
        self._logprobs = MergedObject()
        self._other: dict[str, Any] = {}
        self._whole_message: dict[str, Any] | None = None
        """The message of a whole answer, as it was sent."""

    def add(self, choice: dict[str, Any], *, is_whole: bool = False) -> tuple[list[StreamEvent], bool]:
        """Add a choice of a chunk or of a whole answer. Returns its events and whether it had content."""
        events: list[StreamEvent] = []
        if is_whole and isinstance(message := choice.get("message"), dict):
            self._whole_message = {name: value for name, value in message.items() if _is_valid(name, value)}
        text = None if is_whole else _only_text(choice.get("delta"))
        if text is not None:
            self._role = self._role or "assistant"
            self._add_content(text, events)
            has_content = bool(text)
        else:
            has_content = self._add_message(_message_of(choice, is_whole=is_whole), events, is_whole=is_whole)
        reason = string(choice, "finish_reason")
        if reason:
            self.finish_reason = reason
        if has_content or reason:
            self.has_started, self.is_finished = True, bool(reason)
        if not choice.keys() <= _CHOICE_FIELDS:
            self._logprobs.add(as_dict(choice, "logprobs"))
            self._other |= {name: choice[name] for name in choice.keys() - _CHOICE_FIELDS if choice[name] is not None}
        return events, has_content

    def _add_message(self, message: dict[str, Any], events: list[StreamEvent], *, is_whole: bool) -> bool:
        self._role = self._role or message.get("role", "")
        reasoning = reasoning_text(message)
        if piece := self._reasoning.add(reasoning):
            events.append(StreamEvent("reasoning", piece))
        self._add_content(message.get("content", ""), events)
        refusal = message.get("refusal", "")
        self._add_text("refusal", refusal, events)
        events += _annotation_events(message)
        calls = objects(message, "tool_calls")
        for call in calls:
            self._calls.add_whole(call) if is_whole else self._calls.add(call)
        self._fields.add({name: value for name, value in message.items() if _is_merged(name, value)})
        return bool(reasoning or refusal or calls or not is_empty([message.get(name) for name in _CONTENT_FIELDS]))

    def _add_content(self, content: str | list[Any], events: list[StreamEvent]) -> None:
        """Add a text, or a list of parts. Once there was a part, a text is one, too."""
        if self._parts and isinstance(content, str):
            self._parts.add_text(content)
        elif content and isinstance(content, list):
            if not self._parts:
                self._parts.add_text("".join(self._texts["content"].pieces))
            self._parts.add(content)
        self._add_text("content", content_text(content), events)

    def _add_text(self, name: str, text: str, events: list[StreamEvent]) -> None:
        if piece := self._texts[name].add(text):
            self._text.append(piece)
            events.append(StreamEvent("text", piece))

    def finish(self) -> list[StreamEvent]:
        """Return the last pieces of text, once the answer has ended."""
        events = []
        if piece := self._reasoning.finish():
            events.append(StreamEvent("reasoning", piece))
        for text in self._texts.values():
            if piece := text.finish():
                self._text.append(piece)
                events.append(StreamEvent("text", piece))
        return events

    def all_events(self) -> list[StreamEvent]:
        """Return the events of everything that arrived."""
        events = [StreamEvent("reasoning", self.reasoning), StreamEvent("text", self.text)]
        return [event for event in events if event.text] + _annotation_events(self._fields.get())

    @property
    def text(self) -> str:
        """The text so far, including a refusal."""
        return "".join(self._text)

    @property
    def reasoning(self) -> str:
        """The reasoning so far."""
        return "".join(self._reasoning.pieces)

    @property
    def refusal(self) -> str | None:
        """The refusal so far."""
        return "".join(self._texts["refusal"].pieces) or None

    @property
    def tool_calls(self) -> list[ToolCall]:
        """The tool calls so far."""
        return self._calls.values()

    def message(self) -> dict[str, Any]:
        """Return the assistant message so far."""
        message = self._merged_message() if self._whole_message is None else printable_json(self._whole_message)
        message["role"] = self._role or "assistant"
        message.setdefault("content", None)
        message.pop("tool_calls", None)
        if calls := self._calls.message():
            message["tool_calls"] = calls
        return message

    def _merged_message(self) -> dict[str, Any]:
        content = self._parts.get() or "".join(self._texts["content"].pieces) or None
        message: dict[str, Any] = {"role": self._role, "content": content}
        if self.refusal is not None:
            message["refusal"] = self.refusal
        return message | self._fields.get()

    def value(self) -> Choice:
        """Return what has arrived so far."""
        message = self.message()
        return Choice(
            index=self.index,
            text=self.text,
            reasoning=self.reasoning,
            refusal=self.refusal,
            tool_calls=self.tool_calls,
            finish_reason=self.finish_reason,
            message=message,
            logprobs=self._logprobs.get() or None,
            annotations=message.get("annotations") or [],
            images=images_of(message),
        )

    def raw(self) -> dict[str, Any]:
        """Return the choice as it would be in a whole answer."""
        choice = {"index": self.index, "message": self.message(), "finish_reason": self.finish_reason}
        return self._other | choice | {"logprobs": self._logprobs.get() or None}


def _annotation_events(message: dict[str, Any]) -> list[StreamEvent]:
    return [StreamEvent("annotation", json.dumps(each)) for each in message.get("annotations", ())]


def _only_text(delta: Any) -> str | None:
    """Return the text of a delta that has nothing else: most of them, which need not go the long way."""
    if isinstance(delta, dict) and isinstance(text := delta.get("content"), str):
        is_only_text = len(delta) == 1 or (len(delta) == 2 and delta.get("role") == "assistant")
        return text if is_only_text else None
    return None


def _message_of(choice: dict[str, Any], *, is_whole: bool) -> dict[str, Any]:
    """Return the known and unknown fields of a choice's message."""
    names = ("message", "delta") if is_whole else ("delta", "message")
    for name in names:
        if isinstance(choice.get(name), dict):
            return dict(_valid_fields(choice[name]))
        as_dict(choice, name)  # logs what is there instead
    return {"content": text} if isinstance(text := choice.get("text"), str) else {}  # the legacy completions API


def _is_valid(name: str, value: Any) -> bool:
    types = _KNOWN_FIELDS.get(name)
    return types is None or value is None or isinstance(value, types)


def _is_merged(name: str, value: Any) -> bool:
    # Many providers repeat the known fields in each delta, although they are empty.
    return name not in _OWN_FIELDS and not (name in _KNOWN_FIELDS and is_empty(value))


def _valid_fields(message: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield the fields of a message that are not null and not of the wrong type."""
    for name, value in message.items():
        if value is None:
            continue
        if not _is_valid(name, value):
            log_ignored(name, value)
        elif isinstance(value, dict) and name in ("content", "tool_calls"):
            # Text Generation Inference streams a single tool call instead of a list.
            yield name, [value]
        elif isinstance(value, list) and name == "content":
            yield name, [item for item in value if item is not None]
        else:
            yield name, value
