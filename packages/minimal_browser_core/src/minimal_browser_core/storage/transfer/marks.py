"""One bookmark between a file and a store."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST: Final = 253_402_300_800_000  # the year 10000


@dataclass(slots=True)
class Mark:
    """Times are UTC milliseconds since 1970; `metadata` is the text of a JSON object."""

    position: int
    url: str
    title: str
    tags: list[str] = field(default_factory=list)
    note: str = ""
    keyword: str | None = None
    created_at: int | None = None
    updated_at: int | None = None
    metadata: str = "{}"


def clean_tags(tags: Iterable[str]) -> list[str]:
    """Each once, in one line."""
    lines = (" ".join("".join(" " if unicodedata.category(c) == "Cc" else c for c in tag).split()) for tag in tags)
    return list(dict.fromkeys(line for line in lines if line))


def moment(value: object) -> int | None:
    """What files call a time: seconds, milliseconds or microseconds since 1970, or ISO 8601, in UTC without a zone."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return _iso(str(value))
    if not isinstance(value, int | float) or not 0 < value < 1e18:
        return None
    for unit in (1000, 1, 0.001):  # no time before 1973 is meant, nor one after the year 5000
        milliseconds = int(value * unit)
        if milliseconds < 100_000_000_000_000:
            return milliseconds
    return None


def _iso(value: str) -> int | None:
    try:
        found = datetime.fromisoformat(value)
        found = found if found.tzinfo else found.replace(tzinfo=UTC)
        milliseconds = (found - _EPOCH) // timedelta(milliseconds=1)
    except (ValueError, OverflowError):
        return None
    return milliseconds if 0 <= milliseconds < _LATEST else None
