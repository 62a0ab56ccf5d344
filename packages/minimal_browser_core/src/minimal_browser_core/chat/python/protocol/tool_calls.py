"""Put tool calls together from their deltas."""

import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from minimal_browser_core.chat.values import ToolCall

from .fields import as_dict, log_ignored, optional_count, scalar, string
from .merge import MergedObject
from .surrogates import printable

_CALL_FIELDS = frozenset({"index", "id", "function"})
_FUNCTION_FIELDS = frozenset({"name", "arguments"})


def arguments_text(function: dict[str, Any]) -> str:
    """Return the arguments of a function as JSON text; some servers send an object instead."""
    arguments = function.get("arguments")
    if isinstance(arguments, str):
        return arguments
    if isinstance(arguments, dict | list):
        return json.dumps(arguments, ensure_ascii=False)
    if arguments is not None:
        log_ignored("arguments", arguments)
    return ""


@dataclass(slots=True)
class _PartialCall:
    index: int
    id: str = ""
    name: str = ""
    arguments: list[str] = field(default_factory=list)
    fields: MergedObject = field(default_factory=MergedObject)
    function_fields: MergedObject = field(default_factory=MergedObject)

    def add(self, delta: dict[str, Any]) -> None:
        function = as_dict(delta, "function")
        self.id = self.id or scalar(delta, "id")
        name = string(function, "name")
        # A name may come in pieces before the arguments; later it is only repeated.
        if name != self.name and not any(self.arguments):
            self.name += name
        self.arguments.append(arguments_text(function))
        self.fields.add({name: value for name, value in delta.items() if name not in _CALL_FIELDS})
        self.function_fields.add({name: value for name, value in function.items() if name not in _FUNCTION_FIELDS})

    def is_continued_by(self, delta: dict[str, Any]) -> bool:
        """Return whether a delta with the same index, or none, belongs to this call.

        Some servers give every call the same index, others every delta another id.
        """
        function = as_dict(delta, "function")
        name = string(function, "name")
        if not name:
            return True
        if self.id and scalar(delta, "id"):
            return any(self.arguments) and not self._is_complete()
        # Without ids, a name after complete arguments begins another call. So does, without an index, another name.
        is_repeated = name == self.name
        if not self.name:
            return True
        if self._is_complete():
            return is_repeated and not arguments_text(function)
        return is_repeated or optional_count(delta, "index") is not None or any(self.arguments)

    def _is_complete(self) -> bool:
        text = "".join(self.arguments).strip()
        if text.startswith("{") and not text.endswith("}"):
            return False  # most incomplete arguments need not be parsed for every delta
        try:
            json.loads(text)
        except (ValueError, RecursionError):
            return False
        return True

    def value(self, call_id: str) -> ToolCall:
        return ToolCall(call_id, self.name, printable("".join(self.arguments)))

    def message(self, call_id: str) -> dict[str, Any]:
        fields = self.fields.get()
        type_ = fields.pop("type", None)
        if not isinstance(type_, str) or not type_:
            type_ = "function"
        call: dict[str, Any] = {"id": call_id, "type": type_}
        if type_ == "function" or self.name:  # a call of another type has no function
            call["function"] = {
                "name": self.name,
                "arguments": self.value(call_id).arguments,
            } | self.function_fields.get()
        return call | fields


class ToolCallAssembler:
    """The tool calls of one choice.

    The call that a delta continues is looked up: searching all calls for each delta would take quadratic time.
    """

    def __init__(self) -> None:
        self._calls: list[_PartialCall] = []
        self._by_index: dict[int, _PartialCall] = {}
        self._by_id: dict[str, dict[int, _PartialCall]] = {}
        self._last_index = -1

    def add(self, delta: dict[str, Any]) -> None:
        """Add a delta to the call that it continues, or to a new one."""
        call = self._find(delta)
        had_id = bool(call.id)
        call.add(delta)
        if not had_id and call.id:
            self._by_id.setdefault(call.id, {})[call.index] = call

    def add_whole(self, call: dict[str, Any]) -> None:
        """Add a call of a whole answer."""
        self._new(len(self._calls)).add(call)

    def values(self) -> list[ToolCall]:
        """Return the calls so far, in the order of their indexes."""
        return [call.value(call_id) for call, call_id in self._identified()]

    def message(self) -> list[dict[str, Any]]:
        """Return the calls so far, as they are in the assistant message."""
        return [call.message(call_id) for call, call_id in self._identified()]

    def _identified(self) -> Iterator[tuple[_PartialCall, str]]:
        """Yield the calls with their ids. Some servers send none, but a result must name its call."""
        ids = {call.id for call in self._calls}
        free = (call_id for number in itertools.count() if (call_id := f"call_{number}") not in ids)
        return ((call, call.id or next(free)) for call in self._sorted())

    def _sorted(self) -> list[_PartialCall]:
        return sorted(self._calls, key=lambda call: call.index)

    def _find(self, delta: dict[str, Any]) -> _PartialCall:
        index = optional_count(delta, "index")
        with_id = self._by_id.get(scalar(delta, "id"), {})
        same_id = with_id.get(max(with_id, default=-1) if index is None else index)
        if same_id is not None:
            return same_id
        last = self._by_index.get(self._last_index if index is None else index)
        if last is not None and last.is_continued_by(delta):
            return last
        return self._new(self._last_index + 1 if index is None else index)

    def _new(self, index: int) -> _PartialCall:
        call = _PartialCall(index)
        self._calls.append(call)
        self._by_index[index] = call
        self._last_index = max(self._last_index, index)
        return call
