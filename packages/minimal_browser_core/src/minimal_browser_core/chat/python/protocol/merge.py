"""Merge the deltas of JSON objects, field by field, also of fields that this client does not know.

Null is skipped. Strings are concatenated, except for names and types, which keep their first value. Numbers and
booleans are replaced. Objects are merged. An element of a list is merged into the element with the same `index`, or
appended.
"""

from typing import Any

from .surrogates import printable

_CONSTANT_FIELDS = frozenset({"role", "id", "type", "name", "index", "format", "object", "url", "mime_type"})
"""Fields that keep their first value: every delta repeats them."""

_MAX_DEPTH = 200  # levels of objects and lists; deeper values are dropped


class _Pieces:
    """A string in pieces: concatenating each one would take quadratic time."""

    __slots__ = ("pieces",)

    def __init__(self, piece: str) -> None:
        self.pieces = [piece]


class MergedObject:
    """A JSON object that is merged from deltas."""

    __slots__ = ("_fields",)

    def __init__(self) -> None:
        self._fields: dict[str, Any] = {}

    def add(self, delta: dict[str, Any]) -> None:
        """Merge one delta."""
        _merge_object(self._fields, delta, 0)

    def get(self) -> dict[str, Any]:
        """Return the object so far, as a new one."""
        value: dict[str, Any] = _to_json(self._fields)
        return value


class MergedContent:
    """The content of a message: a text, or a list of parts once there was one."""

    __slots__ = ("_parts", "_text")

    def __init__(self) -> None:
        self._text: list[str] = []
        self._parts: list[Any] | None = None

    def add(self, delta: Any) -> None:
        """Add a text or a list of parts."""
        if isinstance(delta, str):
            self._add_text(delta)
        elif isinstance(delta, list):
            if self._parts is None:
                self._parts = [{"type": "text", "text": _Pieces("".join(self._text))}] if any(self._text) else []
            for part in delta:
                if isinstance(part, str):
                    self._add_text(part)
                elif isinstance(part, dict):
                    _merge_list(self._parts, [part], 0)

    def _add_text(self, text: str) -> None:
        if self._parts is None:
            self._text.append(text)
        elif text:
            if not self._parts or self._parts[-1].get("type") != "text":
                self._parts.append({"type": "text"})
            _merge_object(self._parts[-1], {"text": text}, 0)

    def get(self) -> str | list[Any] | None:
        """Return the content so far, as a new value; None if there is none."""
        if self._parts is None:
            return printable("".join(self._text)) or None
        parts: list[Any] = _to_json(self._parts)
        return parts


def _merge_object(target: dict[str, Any], delta: dict[str, Any], depth: int) -> None:
    if depth > _MAX_DEPTH:
        return
    for name, value in delta.items():
        if value is None:
            continue
        target[name] = _merged(name, target.get(name), value, depth + 1)


def _merged(name: str, old: Any, new: Any, depth: int) -> Any:
    """Return the merged value of a field. Changes and returns `old` if the types fit, else replaces it."""
    if name in _CONSTANT_FIELDS and not isinstance(new, dict | list):
        return new if old in (None, "") else old
    if isinstance(new, str):
        if not isinstance(old, _Pieces):
            return _Pieces(new)
        old.pieces.append(new)
        return old
    if isinstance(new, dict):
        target = old if isinstance(old, dict) else {}
        _merge_object(target, new, depth)
        return target
    if isinstance(new, list):
        elements = old if isinstance(old, list) else []
        _merge_list(elements, new, depth)
        return elements
    return new


def _merge_list(target: list[Any], delta: list[Any], depth: int) -> None:
    if depth > _MAX_DEPTH:
        return
    for item in delta:
        index = index_of(item)
        old = next((each for each in target if index is not None and index_of(each) == index), None)
        if old is not None:
            _merge_object(old, item, depth + 1)
        else:
            target.append(_merged("", None, item, depth + 1))


def index_of(value: Any) -> int | None:
    """Return the `index` of an object, if it is an integer."""
    index = value.get("index") if isinstance(value, dict) else None
    return index if isinstance(index, int) and not isinstance(index, bool) else None


def _to_json(node: Any) -> Any:
    if isinstance(node, _Pieces):
        return printable("".join(node.pieces))
    if isinstance(node, str):
        return printable(node)
    if isinstance(node, dict):
        return {printable(name): _to_json(item) for name, item in node.items()}
    if isinstance(node, list):
        return [_to_json(item) for item in node]
    return node
