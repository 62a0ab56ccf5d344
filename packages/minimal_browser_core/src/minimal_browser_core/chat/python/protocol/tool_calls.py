"""Put tool calls together from their deltas."""

import json
from dataclasses import dataclass, field
from typing import Any

from minimal_browser_core.chat.values import ToolCall

from .fields import arguments_text, as_dict, optional_count, scalar
from .merge import MergedObject
from .surrogates import printable

_CALL_FIELDS = frozenset({"index", "id", "type", "function"})
_FUNCTION_FIELDS = frozenset({"name", "arguments"})


@dataclass(slots=True)
class _PartialCall:
    index: int
    id: str = ""
    type: str = ""
    name: str = ""
    arguments: list[str] = field(default_factory=list)
    fields: MergedObject = field(default_factory=MergedObject)
    function_fields: MergedObject = field(default_factory=MergedObject)

    def add(self, delta: dict[str, Any]) -> None:
        function = as_dict(delta, "function")
        self.id = self.id or scalar(delta, "id")
        self.type = self.type or scalar(delta, "type")
        self.name = self.name or scalar(function, "name")
        self.arguments.append(arguments_text(function.get("arguments")))
        self.fields.add({name: value for name, value in delta.items() if name not in _CALL_FIELDS})
        self.function_fields.add({name: value for name, value in function.items() if name not in _FUNCTION_FIELDS})

    @property
    def is_cut(self) -> bool:
        """Whether there are arguments that are not complete."""
        text = "".join(self.arguments)
        try:
            json.loads(text)
        except (ValueError, RecursionError):
            return bool(text)
        return False

    def value(self) -> ToolCall:
        return ToolCall(self.id, self.name, printable("".join(self.arguments)))

    def message(self) -> dict[str, Any]:
        function = {"name": self.name, "arguments": self.value().arguments} | self.function_fields.get()
        return {"id": self.id, "type": self.type or "function", "function": function} | self.fields.get()


class ToolCallAssembler:
    """The tool calls of one choice."""

    def __init__(self) -> None:
        self._calls: list[_PartialCall] = []

    def add(self, delta: dict[str, Any]) -> None:
        """Add a delta to the call that it continues, or to a new one."""
        self._find(delta).add(delta)

    def add_whole(self, call: dict[str, Any]) -> None:
        """Add a call of a whole answer."""
        self._new(len(self._calls)).add(call)

    def values(self) -> list[ToolCall]:
        """Return the calls so far, in the order of their indexes."""
        return [call.value() for call in self._sorted()]

    def message(self) -> list[dict[str, Any]]:
        """Return the calls so far, as they are in the assistant message."""
        return [call.message() for call in self._sorted()]

    def _sorted(self) -> list[_PartialCall]:
        return sorted(self._calls, key=lambda call: call.index)

    def _find(self, delta: dict[str, Any]) -> _PartialCall:
        """Some servers omit the index or give every call the same one, some change the id within a call."""
        index, call_id = optional_count(delta, "index"), scalar(delta, "id")
        calls = [call for call in self._calls if index in (None, call.index)]
        for call in reversed(calls):
            if not call_id or call.id in ("", call_id):
                return call
        if calls and (not scalar(as_dict(delta, "function"), "name") or calls[-1].is_cut):
            return calls[-1]
        return self._new(len(self._calls) if index is None else index)

    def _new(self, index: int) -> _PartialCall:
        self._calls.append(_PartialCall(index))
        return self._calls[-1]
