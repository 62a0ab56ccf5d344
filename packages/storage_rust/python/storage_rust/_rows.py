"""What makes the native rows work like frozen dataclasses, and how notebooks show them.

It is imported with the package, so it imports nothing that takes time, such as `typing`.
"""

from . import _native

_EXCHANGE = (
    "id",
    "thread_id",
    "parent_id",
    "timestamp",
    "prompt",
    "response",
    "model",
    "url",
    "tags",
    "metadata",
)
# Keyword arguments of the constructors.
_DETAILS = ("state", "prompt_tokens", "completion_tokens", "cost", "duration")
_MATCH = ("score", "snippet", "highlights")
_FIELDS: dict[type, tuple[str, ...]] = {
    _native.Conversation: (*_EXCHANGE, *_DETAILS),
    _native.SearchHit: (*_EXCHANGE, *_DETAILS, *_MATCH),
    _native.Attachment: ("name", "mime", "size", "sha256"),
    _native.SearchPage: ("hits", "next_cursor", "complete", "match"),
    _native.Page: ("conversations", "next_cursor"),
    _native.Thread: ("id", "title", "created_at", "updated_at", "count", "cursor"),
    _native.Bookmark: ("id", "url", "title", "tags", "note", "keyword", "created_at"),
    _native.HistoryHit: ("id", "url", "title", "visit_count", "last_visited_at", "frecency", *_MATCH),
    _native.HistoryPage: ("hits", "next_cursor", "complete", "match"),
}


class _DataclassFields:
    """`__dataclass_fields__`, made at its first use."""

    def __get__(self, row: object, owner: type) -> dict[str, object]:
        from dataclasses import field, make_dataclass

        specs = [(name, object, field(kw_only=name in _DETAILS)) for name in _FIELDS[owner]]
        fields: dict[str, object] = make_dataclass(owner.__name__, specs).__dict__["__dataclass_fields__"]
        setattr(owner, "__dataclass_fields__", fields)  # noqa: B010  the stub has no such attribute
        return fields


def _reduce(row: object) -> tuple[object, tuple[object, ...]]:
    values = {name: getattr(row, name) for name in _FIELDS[type(row)]}
    return _restore, (type(row), values)


def _restore(row: type, values: dict[str, object]) -> object:
    return row(**values)


def _replace(row: object, /, **changes: object) -> object:
    new: type = type(row)
    return new(**{name: getattr(row, name) for name in _FIELDS[new]} | changes)


def _repr_html(row: object) -> str:
    from ._transfer import notebook

    return notebook.table(row)


def add_row_methods() -> None:
    """Add what pickle, copy, `dataclasses`, `match` and notebooks look for to the classes of rows."""
    for row, fields in _FIELDS.items():
        for name, value in {
            "__match_args__": tuple(name for name in fields if name not in _DETAILS),
            "__dataclass_fields__": _DataclassFields(),
            "__reduce__": _reduce,
            "__replace__": _replace,
            "_repr_html_": _repr_html,
        }.items():
            setattr(row, name, value)
