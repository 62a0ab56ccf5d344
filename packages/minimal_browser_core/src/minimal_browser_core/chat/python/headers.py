"""HTTP headers of requests: checks, and which values are secrets."""

import re
from collections.abc import Mapping
from typing import Any

_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(r"[\x20-\x7e\t\x80-\ud7ff\ue000-\U0010ffff]*")
_FRAMING = ("content-length", "transfer-encoding")


def check_headers(setting: str, headers: Any) -> dict[str, str]:
    """Return the headers. Raises `TypeError` or `ValueError` that names the setting and the header, never a value."""
    if not isinstance(headers, Mapping):
        raise TypeError(f"{setting} must be a mapping of names to values, not {type(headers).__name__}")
    for name, value in headers.items():
        if not isinstance(name, str):
            raise TypeError(f"{setting} has a name of type {type(name).__name__}; names must be strings")
        if not isinstance(value, str):
            raise TypeError(f"{setting}[{name!r}] must be a string, not {type(value).__name__}")
        if not _NAME.fullmatch(name):
            raise ValueError(f"{setting}: {name!r} is not a name that an HTTP header can have")
        if not is_header_value(value):
            raise ValueError(f"{setting}[{name!r}] holds a character that no HTTP header can carry")
        if name.lower() in _FRAMING:
            raise ValueError(f"{setting}: {name!r} follows from the body and cannot be set")
    return dict(headers)


def is_header_value(text: str) -> bool:
    """Return whether an HTTP header can carry `text` in UTF-8."""
    return _VALUE.fullmatch(text) is not None


def encode_headers(headers: Mapping[str, str]) -> dict[bytes, bytes]:
    """Return the headers in UTF-8, without the white space around values."""
    return {name.encode("ascii"): value.strip(" \t").encode() for name, value in headers.items()}


def merge_headers(headers: Mapping[str, str], more: Mapping[str, str]) -> dict[str, str]:
    """Return both; a header of `more` replaces the one of the same name, in upper or lower case."""
    replaced = {name.lower() for name in more}
    return {name: value for name, value in headers.items() if name.lower() not in replaced} | dict(more)
