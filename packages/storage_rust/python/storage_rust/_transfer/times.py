"""Times in imported and exported files."""

from datetime import UTC, datetime, timedelta
from typing import Final

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)
_FIRST: Final = -62_135_596_800_000  # the years 1 to 9999, in milliseconds
_LAST: Final = 253_402_300_799_999


def parse_time(value: object) -> int | None:
    """Milliseconds since 1970, or None if `value` is not a time.

    `value` is an ISO 8601 text, in UTC if it names no zone, or a number of seconds, milliseconds or microseconds.
    """
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return _parse_iso(str(value))
    if not isinstance(value, int | float) or isinstance(value, bool) or not abs(value) < 1e18:
        return None
    milliseconds = round(_milliseconds(value))
    return milliseconds if _FIRST <= milliseconds <= _LAST else None


def _milliseconds(number: float) -> float:
    """The unit follows from the size: nobody means a time before 1973 or after the year 5000."""
    if abs(number) < 1e11:
        return number * 1000
    return number if abs(number) < 1e14 else number / 1000


def _parse_iso(value: str) -> int | None:
    try:
        time = datetime.fromisoformat(value.strip())
        time = time if time.tzinfo else time.replace(tzinfo=UTC)
        return (time - _EPOCH) // _MILLISECOND
    except (ValueError, OverflowError):
        return None


def format_time(milliseconds: int) -> str:
    """ISO 8601 with milliseconds, in UTC."""
    return (_EPOCH + timedelta(milliseconds=milliseconds)).isoformat(timespec="milliseconds")
