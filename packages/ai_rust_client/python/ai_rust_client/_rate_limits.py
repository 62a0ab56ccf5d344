"""What providers say about their rate limits, in the headers of answers and errors."""

import datetime
import re
import time
from collections.abc import Mapping

_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|h|m|s)")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}


def seconds_until_allowed(headers: Mapping[str, str]) -> float | None:
    """How long to wait before the next request: the longest reset of a limit with nothing remaining, or None."""
    waits = [
        _seconds(headers.get(name.replace("remaining", "reset"), ""))
        for name, value in headers.items()
        if "remaining" in name and value.strip() == "0"
    ]
    return max((wait for wait in waits if wait is not None), default=None)


def retry_delay(headers: Mapping[str, str]) -> float | None:
    """The delay of a `Retry-After` or `retry-after-ms` in seconds, or None."""
    milliseconds = headers.get("retry-after-ms", "")
    if re.fullmatch(r"\d+(\.\d+)?", milliseconds):
        return float(milliseconds) / 1000
    return _seconds(headers.get("retry-after", ""))


def _seconds(text: str) -> float | None:
    """A duration (`6m0s`, `120ms`, `1.5`) or a point in time (seconds or milliseconds since 1970, ISO 8601)."""
    text = text.strip()
    if re.fullmatch(r"\d+(\.\d+)?", text):
        number = float(text)
        if number > 1e11:
            number /= 1000
        return max(0.0, number - time.time()) if number > 1e9 else number
    if text and _PART.sub("", text) == "":
        return sum(float(number) * _SECONDS[unit] for number, unit in _PART.findall(text))
    try:
        moment = datetime.datetime.fromisoformat(text).timestamp()
    except (ValueError, OverflowError, OSError):  # not a date, or one that the system's clock does not have
        return None
    return max(0.0, moment - time.time())
