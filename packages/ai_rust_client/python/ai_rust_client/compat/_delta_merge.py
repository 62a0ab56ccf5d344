"""How the deltas of a stream become a message.

Strings are appended, except those that identify something; numbers and booleans replace; elements of lists with the
same `index` are merged, others are appended; objects are merged. Null changes nothing.
"""

import json
from typing import Any

from ai_rust_client.compat._content import joined_parts

_IDENTIFYING = frozenset(("role", "id", "type", "name", "index", "format", "object", "url", "mime_type"))


def merge(target: dict[str, Any], delta: dict[str, Any]) -> None:
    """Add a delta to the message, the choice, or an object in it."""
    for name, value in delta.items():
        if value is None:
            target.setdefault(name, None)
        elif name == "tool_calls" and isinstance(value, list):
            _merge_tool_calls(target, value)
        elif name == "content" and isinstance(target.get(name), list) != isinstance(value, list) and target.get(name):
            target[name] = joined_parts(target[name], value)
        else:
            target[name] = _merged(name, target.get(name), value)


def _merged(name: str, old: Any, new: Any) -> Any:
    if isinstance(new, dict):
        result = dict(old) if isinstance(old, dict) else {}
        merge(result, new)
        return result
    if isinstance(new, list):
        items = list(old) if isinstance(old, list) else []
        for item in new:
            _merge_item(items, item)
        return items
    if isinstance(old, str) and isinstance(new, str):
        return (old or new) if name in _IDENTIFYING else old + new
    return new


def _merge_item(items: list[Any], item: Any) -> None:
    index = item.get("index") if isinstance(item, dict) else None
    if isinstance(index, int):
        for position, known in enumerate(items):
            if isinstance(known, dict) and known.get("index") == index:
                items[position] = _merged("", known, item)
                return
    items.append(_merged("", None, item) if isinstance(item, dict | list) else item)


def _merge_tool_calls(message: dict[str, Any], deltas: list[Any]) -> None:
    calls: list[dict[str, Any]] = list(message.get("tool_calls") or ())
    message["tool_calls"] = calls
    for delta in deltas:
        if isinstance(delta, dict):
            position = position_of(calls, delta)
            known = calls[position] if position < len(calls) else {}
            calls[position:] = [_merged("", known, delta), *calls[position + 1 :]]


def position_of(calls: list[dict[str, Any]], delta: dict[str, Any]) -> int:
    """The position of the call that a delta continues, or that of a new call.

    Some servers send a new id in each delta, or the same index for each call.
    """
    index = delta.get("index")
    same = [n for n, call in enumerate(calls) if index is None or call.get("index") == index]
    if not same:
        return len(calls)
    call = calls[same[-1]]
    if not delta.get("id") or not call.get("id") or delta["id"] == call["id"]:
        return same[-1]
    function = call.get("function") or {}
    arguments = function.get("arguments") if isinstance(function, dict) else None
    has_name = isinstance(delta.get("function"), dict) and bool(delta["function"].get("name"))
    return same[-1] if not has_name or (arguments and not _is_json(arguments)) else len(calls)


def _is_json(text: Any) -> bool:
    try:
        json.loads(text)
    except (TypeError, ValueError):
        return False
    return True
