"""How the deltas of a stream become a message.

Strings are appended, except those that identify something; numbers and booleans replace; elements of lists with the
same `index` are merged, others are appended; objects are merged. Null changes nothing.
"""

import json
from itertools import count
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
            calls[position:] = [_continued(known, delta), *calls[position + 1 :]]


def _continued(call: dict[str, Any], delta: dict[str, Any]) -> dict[str, Any]:
    """The call with a delta. A name may come in pieces before the arguments; later it is only repeated."""
    result: dict[str, Any] = _merged("", call, delta)
    known, piece = _function_text(call, "name"), _function_text(delta, "name")
    if known and piece and known != piece and not _function_text(call, "arguments"):
        result["function"]["name"] = known + piece
    return result


def position_of(calls: list[dict[str, Any]], delta: dict[str, Any]) -> int:
    """The position of the call that a delta continues, or that of a new call.

    Some servers send a new id in each delta, or the same index for each call, or no ids.
    """
    index, call_id = delta.get("index"), delta.get("id")
    same = [n for n, call in enumerate(calls) if index is None or call.get("index") == index]
    if not same:
        return len(calls)
    if call_id and (known := [n for n in same if calls[n].get("id") == call_id]):
        return known[-1]
    return same[-1] if _continues(calls[same[-1]], delta) else len(calls)


def _continues(call: dict[str, Any], delta: dict[str, Any]) -> bool:
    known, name = _function_text(call, "name"), _function_text(delta, "name")
    arguments = _function_text(call, "arguments")
    if not name:
        return True
    if call.get("id") and delta.get("id"):
        return bool(arguments and not _is_json(arguments))
    if not known:
        return True
    # Without ids, a name after complete arguments begins another call, and so does, without an index, another name.
    if _is_json(arguments):
        return name == known and not _function_text(delta, "arguments")
    return bool(name == known or arguments) or delta.get("index") is not None


def _function_text(call: dict[str, Any], name: str) -> str:
    function = call.get("function")
    text = function.get(name) if isinstance(function, dict) else None
    return text if isinstance(text, str) else ""


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def add_missing_ids(calls: list[dict[str, Any]]) -> None:
    """Make up ids for calls without one, so that their results can refer to them."""
    sent = {str(call.get("id")) for call in calls}
    made_up = (made for number in count() if (made := f"call_{number}") not in sent)
    for call in calls:
        if call.get("id") in (None, ""):
            call["id"] = next(made_up)
