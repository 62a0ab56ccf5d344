"""JSON of providers: lenient where Python's own reader is not."""

import json
from json import JSONDecoder
from typing import Any

from ai_rust_client._native import readable_json


def _no_number(name: str) -> None:
    """NaN and Infinity are no JSON; browsers and other servers write null for them."""


def _int(digits: str) -> int | float:
    """Python refuses integers of more than 4300 digits."""
    return int(digits) if len(digits) < 1000 else float(digits)


_read = JSONDecoder(parse_constant=_no_number).decode
_read_large_numbers = JSONDecoder(parse_constant=_no_number, parse_int=_int).decode


def read_json(text: str) -> Any:
    """The value of a JSON text. Raises ValueError if it is not JSON."""
    try:
        return _read(text)
    except json.JSONDecodeError:
        raise
    except ValueError:
        return _read_large_numbers(text)
    except RecursionError:
        return _read_large_numbers(readable_json(text) or "null")


def has_content(value: object) -> bool:
    """Whether any value in it is not empty; some providers send an empty `error` in each answer."""
    if isinstance(value, dict):
        return any(has_content(item) for item in value.values())
    if isinstance(value, list):
        return any(has_content(item) for item in value)
    return bool(value)
