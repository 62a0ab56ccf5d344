"""Merge the deltas of JSON objects, field by field, also of fields that this client does not know.

Null is skipped. Strings are concatenated, except for names and types, which keep their first value. Numbers and
booleans are replaced. Objects are merged. An element of a list is merged into the element with the same `index`, or
appended.
"""

from typing import Any

from .surrogates import printable

_CONSTANT_FIELDS = frozenset({"role", "id", "type", "name", "index", "format", "object", "url", "mime_type"})
"""Fields that keep their first value: every delta repeats them."""


class _Pieces:
    """A string in pieces: concatenating each one would take quadratic time."""

    __slots__ = ("pieces",)

    def __init__(self, piece: str) -> None:
        self.pieces = [piece]


class _Items(list[Any]):
    """A list with the place of the last element of each `index`: searching for it would take quadratic time."""

    __slots__ = ("places",)

    def __init__(self) -> None:
        super().__init__()
        self.places: dict[int, int] = {}

    def add(self, value: Any) -> None:
        """Append a value, which is converted to a node."""
        index = _index_of(value)
        if index is not None:
            self.places[index] = len(self)
        self.append(_to_node(value))


class MergedObject:
    """A JSON object that is merged from deltas."""

    __slots__ = ("_fields",)

    def __init__(self) -> None:
        self._fields: dict[str, Any] = {}

    def add(self, delta: dict[str, Any]) -> None:
        """Merge one delta."""
        _merge_object(self._fields, delta)

    def get(self) -> dict[str, Any]:
        """Return the object so far, as a new one."""
        value: dict[str, Any] = _to_json(self._fields)
        return value


class MergedParts:
    """The content of a message as a list of parts."""

    __slots__ = ("_is_open", "_parts")

    def __init__(self) -> None:
        self._parts = _Items()
        self._is_open = False
        """Whether the last part was made of a text."""

    def __bool__(self) -> bool:
        return bool(self._parts)

    def add(self, parts: list[Any]) -> None:
        """Add parts."""
        self._is_open = False
        _merge_list(self._parts, parts)

    def add_text(self, text: str) -> None:
        """Add a piece of text to the part that the last piece made, or in a new part."""
        if not text:
            return
        if not self._is_open:
            self._parts.append({"type": "text"})
            self._is_open = True
        _merge_object(self._parts[-1], {"text": text})

    def get(self) -> list[Any]:
        """Return the parts so far, as new ones."""
        parts: list[Any] = _to_json(self._parts)
        return parts


def _merge_object(target: dict[str, Any], delta: dict[str, Any]) -> None:
    for name, value in delta.items():
        if value is not None:
            target[name] = _merged(name, target[name], value) if name in target else _to_node(value)


def _merged(name: str, old: Any, new: Any) -> Any:
    """Return the merged value of a field. Changes and returns `old` if the types fit, else replaces it."""
    if name in _CONSTANT_FIELDS:
        is_vacant = old is None or (isinstance(old, _Pieces) and not any(old.pieces))
        return _to_node(new) if is_vacant else old
    if isinstance(old, _Pieces) and isinstance(new, str):
        old.pieces.append(new)
    elif isinstance(old, dict) and isinstance(new, dict):
        _merge_object(old, new)
    elif isinstance(old, _Items) and isinstance(new, list):
        _merge_list(old, new)
    else:
        return _to_node(new)
    return old


def _merge_list(target: _Items, delta: list[Any]) -> None:
    for item in delta:
        index = _index_of(item)
        place = None if index is None else target.places.get(index)
        if place is None:
            target.add(item)
        else:
            _merge_object(target[place], item)


def _index_of(value: Any) -> int | None:
    index = value.get("index") if isinstance(value, dict) else None
    return index if isinstance(index, int) and not isinstance(index, bool) else None


def _to_node(value: Any) -> Any:
    """Return a value as one that can be merged into: a copy with strings in pieces."""
    if isinstance(value, str):
        return _Pieces(value)
    if isinstance(value, dict):
        return {name: _to_node(item) for name, item in value.items()}
    if isinstance(value, list):
        items = _Items()
        for item in value:
            items.add(item)
        return items
    return value


def _to_json(node: Any) -> Any:
    if isinstance(node, _Pieces):
        return printable("".join(node.pieces))
    if isinstance(node, dict):
        return {printable(name): _to_json(item) for name, item in node.items()}
    if isinstance(node, list):
        return [_to_json(item) for item in node]
    return node
