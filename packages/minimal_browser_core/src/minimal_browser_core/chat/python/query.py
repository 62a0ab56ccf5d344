"""The query of a URL."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote_plus, urlencode


def check_query(setting: str, query: Any) -> dict[str, list[str]]:
    """Return each name with its values, as texts. Raises `TypeError` that names the setting and the name."""
    if not isinstance(query, Mapping):
        raise TypeError(f"{setting} must be a mapping of names to values, not {type(query).__name__}")
    result = {}
    for name, value in query.items():
        if not isinstance(name, str):
            raise TypeError(f"{setting} has a name of type {type(name).__name__}; names must be strings")
        values = value if isinstance(value, list | tuple) else [value]
        result[name] = [_text(f"{setting}[{name!r}]", item) for item in values]
    return result


def merge_query(query: str, more: Mapping[str, list[str]]) -> str:
    """Return an encoded query with the values of `more`, which replace those of the same names."""
    if not more:
        return query
    parts = [part for part in query.split("&") if part and unquote_plus(part.partition("=")[0]) not in more]
    return "&".join([*parts, *filter(None, [urlencode(more, doseq=True)])])


def _text(where: str, value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str | int | float):
        raise TypeError(f"{where} must be text, a number or a boolean, or a list of these, not {type(value).__name__}")
    return str(value)
