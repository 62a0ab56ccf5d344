"""Convert between the values of callers and those in the file. Raises `InvalidData` that names an invalid field."""

import json
import math
import time
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from minimal_browser_core.errors import DatabaseCorrupt, InvalidData

MAX_ID: Final = 2**63 - 1
MAX_LIMIT: Final = 10_000
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)


def text(field: str, value: object) -> str:
    """Check that a value is text without lone surrogates."""
    if not isinstance(value, str):
        raise InvalidData(f"{field} must be text, not {type(value).__name__}")
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError as error:
            raise InvalidData(
                f"{field} has a lone surrogate at character {error.start}, which is not Unicode text: "
                "decode it properly, or replace it"
            ) from None
    return value


def optional_text(field: str, value: object) -> str | None:
    """Check like `text`, and accept None."""
    return None if value is None else text(field, value)


def query_text(value: object) -> str:
    """Return a query with its lone surrogates replaced: they match nothing."""
    if not isinstance(value, str):
        raise InvalidData(f"query must be text, not {type(value).__name__}")
    return value if value.isascii() else value.encode(errors="replace").decode()


def identifier(field: str, value: object) -> int:
    """Check that a value is an integer, and clamp it to the range of ids."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise InvalidData(f"{field} must be a whole number, not {type(value).__name__}")
    return max(-1, min(value, MAX_ID))  # no row has an id outside of this range


def limit(value: object) -> int:
    """Check the size of a page."""
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= MAX_LIMIT:
        raise InvalidData(f"limit must be a whole number from 1 to {MAX_LIMIT}, not {value!r:.50}")
    return value


def milliseconds(field: str, value: object) -> int:
    """Convert a timezone-aware datetime to milliseconds since 1970."""
    if not isinstance(value, datetime):
        raise InvalidData(f"{field} must be a datetime, not {type(value).__name__}")
    if value.utcoffset() is None:
        raise InvalidData(f"{field} has no time zone: give it one, such as datetime.now(timezone.utc)")
    try:
        value.astimezone(UTC)
    except OverflowError:
        raise InvalidData(f"{field} is {value}, which is before the year 1 or after 9999 in UTC") from None
    return (value - _EPOCH) // _MILLISECOND


def optional_milliseconds(field: str, value: object) -> int | None:
    """Convert like `milliseconds`, and accept None."""
    return None if value is None else milliseconds(field, value)


def moment(stored: int) -> datetime:
    """Convert stored milliseconds to a datetime. Raises `DatabaseCorrupt`."""
    try:
        return _EPOCH + timedelta(milliseconds=stored)
    except (OverflowError, TypeError):
        raise _damaged(f"the time {stored}, which is not a valid date") from None


def now() -> int:
    """Return the current time in milliseconds since 1970."""
    return time.time_ns() // 1_000_000


def tags_json(value: object) -> str:
    """Convert tags to a JSON array without duplicates."""
    if isinstance(value, str | bytes | Mapping) or not isinstance(value, Iterable):
        raise InvalidData(f"tags must be a list of texts, not {type(value).__name__}")
    unique: dict[str, None] = {}
    for tag in value:
        clean = text("tags", tag)
        if not clean.strip() or any(unicodedata.category(char) == "Cc" for char in clean):
            raise InvalidData(f"tags must be one line of text each, not {clean!r:.50}")
        unique[clean] = None
    return _compact(list(unique)) if unique else "[]"


def metadata_json(value: object) -> str:
    """Convert metadata to a JSON object."""
    if value is None:
        return "{}"
    if not isinstance(value, Mapping):
        raise InvalidData(f"metadata must be a mapping, not {type(value).__name__}")
    plain = dict(value)
    if not plain:
        return "{}"
    for key in plain:
        if not isinstance(key, str):
            raise InvalidData(f"metadata has the key {key!r:.50}: keys must be text")
    try:
        return text("metadata", _compact(plain))
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidData(f"metadata cannot be written as JSON: {error}") from None


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def tags(stored: str) -> tuple[str, ...]:
    """Convert stored tags. Raises `DatabaseCorrupt`."""
    return () if stored == "[]" else tuple(_loaded(stored, list, "tags that are no JSON array"))


def metadata(stored: str) -> dict[str, Any]:
    """Convert stored metadata. Raises `DatabaseCorrupt`."""
    return {} if stored == "{}" else _loaded(stored, dict, "metadata that is not a JSON object")


def _loaded(stored: object, kind: type, what: str) -> Any:
    try:
        value = json.loads(stored)  # type: ignore[arg-type]
    except (ValueError, TypeError, RecursionError):
        value = None
    if not isinstance(value, kind):
        raise _damaged(what)
    return value


def _damaged(what: str) -> DatabaseCorrupt:
    return DatabaseCorrupt(f"The file has {what}, so it is damaged: `check` tells more; restore a backup")


def tokens(field: str, value: object) -> int | None:
    """Check a number of tokens, and accept None."""
    if value is not None and (not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= MAX_ID):
        raise InvalidData(f"{field} must be a whole number of 0 or more, not {value!r:.50}")
    return value


def amount(field: str, value: object) -> float | None:
    """Check a finite number that is not negative, and accept None."""
    if value is None:
        return None
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value < math.inf:
        raise InvalidData(f"{field} must be a finite number of 0 or more, not {value!r:.50}")
    return float(value)


def url_range(prefix: str | None) -> tuple[str | None, str | None]:
    """Return the range of the URLs that begin with `prefix`."""
    return (None, None) if prefix is None else (prefix, prefix + "\U0010ffff")
