"""The clocks of browsers, converted to UTC milliseconds since 1970."""

from typing import Final

_WEBKIT_EPOCH: Final = -11_644_473_600_000  # 1601-01-01
_COCOA_EPOCH: Final = 978_307_200_000  # 2001-01-01
_LAST: Final = 253_402_300_799_999  # the end of the year 9999


def webkit_time(value: object) -> int | None:
    """Chromium's `base::Time`: microseconds since 1601, as a number or, in JSON, as text."""
    return _time(value, 0.001, _WEBKIT_EPOCH)


def prtime(value: object) -> int | None:
    """Firefox's `PRTime`: microseconds since 1970."""
    return _time(value, 0.001, 0)


def cocoa_time(value: object) -> int | None:
    """Safari's `CFAbsoluteTime`: seconds since 2001, with fractions."""
    return _time(value, 1000, _COCOA_EPOCH)


def unix_time(value: object) -> int | None:
    """Seconds since 1970."""
    return _time(value, 1000, 0)


def _time(value: object, unit: float, epoch: int) -> int | None:
    """None if `value` is not a time after 1970: browsers write 0 if they do not know it."""
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < 20:
        value = int(value)
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 < value < 1e19:
        return None
    # Whole microseconds are divided as integers: a float has too few digits for them.
    scaled = value // 1000 if isinstance(value, int) and unit < 1 else round(value * unit)
    time = int(scaled) + epoch
    return time if 0 < time <= _LAST else None
