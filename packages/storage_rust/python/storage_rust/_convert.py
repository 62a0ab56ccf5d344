"""Conversions in Python: datetimes, which the stable ABI does not have, and JSON of any object."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from ._errors import DatabaseCorrupt, InvalidData

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DATE = re.compile("[0-9]{4}(-[0-9]{1,2}){0,2}")
_MILLISECOND = timedelta(milliseconds=1)


def milliseconds(field: str, value: object) -> int:
    """The milliseconds since 1970 of an argument that must be an aware datetime."""
    if not isinstance(value, datetime):
        raise InvalidData(f"{field} must be a datetime, not {type(value).__name__}")
    if value.utcoffset() is None:
        raise InvalidData(f"{field} has no time zone: give it one, such as datetime.now(timezone.utc)")
    try:
        value.astimezone(UTC)
    except OverflowError:
        raise InvalidData(f"{field} is {value}, which is before the year 1 or after 9999 in UTC") from None
    return (value - _EPOCH) // _MILLISECOND


def query_date(name: str, value: str) -> int:
    """The milliseconds since 1970 at which the date in a query, such as before:2025-03, begins in local time."""
    try:
        year, month, day = [*map(int, value.split("-")), 1, 1][:3]
        if not _DATE.fullmatch(value):
            raise ValueError
        date = datetime(year, month, day)
    except ValueError:
        raise InvalidData(
            f"{name}:{value:.50} is not a date: write a year, a month or a day, as in {name}:2025, {name}:2025-03 or "
            f"{name}:2025-03-09. In quotes it is searched as text."
        ) from None
    try:
        local = date.astimezone()
    except (OverflowError, OSError, ValueError):  # beyond what the system's time zones cover
        local = date.replace(tzinfo=UTC)
    return (local - _EPOCH) // _MILLISECOND


def moment(stored: int) -> datetime:
    """The time of stored milliseconds."""
    try:
        return _EPOCH + timedelta(milliseconds=stored)
    except OverflowError:
        raise DatabaseCorrupt(f"The file has the time {stored}, which is not a valid date") from None


def metadata_json(value: object) -> str:
    """An argument that must be a mapping, as JSON."""
    if not isinstance(value, Mapping):
        raise InvalidData(f"metadata must be a mapping, not {type(value).__name__}")
    plain = dict(value)
    for key in plain:
        if not isinstance(key, str):
            raise InvalidData(f"metadata has the key {key!r:.50}: keys must be text")
    try:
        text = json.dumps(plain, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        text.encode()
    except UnicodeEncodeError:
        raise InvalidData("metadata has a lone surrogate, which is not Unicode text") from None
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidData(f"metadata cannot be written as JSON: {error}") from None
    return text


def metadata(stored: str) -> dict[str, Any]:
    """The mapping of stored JSON."""
    try:
        value = json.loads(stored)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise DatabaseCorrupt("The file has metadata that is not a JSON object")
    return value
