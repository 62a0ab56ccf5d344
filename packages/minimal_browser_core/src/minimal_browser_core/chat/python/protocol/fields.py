"""Read the fields of decoded JSON. A field of the wrong type counts as absent, and is logged."""

import logging
import math
from typing import Any

from .surrogates import printable

MAX_COUNT = 2**64 - 1

_log = logging.getLogger("minimal_browser_core.chat")


def log_ignored(name: str, value: Any) -> None:
    """Log that a field is ignored because of its type. Values are not logged: they may be private."""
    _log.debug("ignored the field %s of the answer: a %s is not expected there", name, type(value).__name__)


def is_empty(value: Any) -> bool:
    """Return whether a JSON value consists of nothing but null, false, zero and empty texts."""
    values = [value]
    while values:
        value = values.pop()
        if isinstance(value, dict | list):
            values.extend(value.values() if isinstance(value, dict) else value)
        elif value:
            return False
    return True


def as_dict(container: dict[str, Any], name: str) -> dict[str, Any]:
    """Return the object in a field, else an empty one."""
    value = container.get(name)
    if value is not None and not isinstance(value, dict):
        log_ignored(name, value)
    return value if isinstance(value, dict) else {}


def as_list(container: dict[str, Any], name: str) -> list[Any]:
    """Return the list in a field, else an empty one."""
    value = container.get(name)
    if value is not None and not isinstance(value, list):
        log_ignored(name, value)
    return value if isinstance(value, list) else []


def objects(container: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """Return the objects in the list of a field."""
    items = as_list(container, name)
    for item in items:
        if not isinstance(item, dict):
            log_ignored(f"{name}[]", item)
    return [item for item in items if isinstance(item, dict)]


def string(container: dict[str, Any], name: str) -> str:
    """Return the string in a field, else an empty one."""
    value = container.get(name)
    if value is not None and not isinstance(value, str):
        log_ignored(name, value)
    return printable(value) if isinstance(value, str) else ""


def scalar(container: dict[str, Any], name: str) -> str:
    """Return the string, or the number as text, in a field, else an empty string."""
    value = container.get(name)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return string(container, name)


def optional_count(container: dict[str, Any], name: str) -> int | None:
    """Return the number in a field, also one in a string, as an integer of at least 0; None if above `MAX_COUNT`."""
    number = optional_amount(container, name)
    if number is None:
        return None
    if number > MAX_COUNT:
        log_ignored(name, container[name])
        return None
    return max(0, int(number))


def count(container: dict[str, Any], name: str) -> int:
    """Return `optional_count`, 0 for none."""
    return optional_count(container, name) or 0


def optional_amount(container: dict[str, Any], name: str) -> float | None:
    """Return the finite number in a field, also one in a string."""
    value = container.get(name)
    if value is None:
        return None
    if isinstance(value, int | float | str) and not isinstance(value, bool):
        try:
            number = math.nan if isinstance(value, str) and "_" in value else float(value)
        except (ValueError, OverflowError):
            number = math.nan
        if math.isfinite(number):
            return number
    log_ignored(name, value)
    return None
