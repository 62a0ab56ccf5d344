"""Dates as users write them on the command line."""

import argparse
import re
from datetime import UTC, datetime, timedelta


def parse_date(text: str) -> datetime:
    """`2026-01-31`, `today`, `yesterday`, `7d`, `12h` or an ISO time; UTC if it names no zone."""
    now = datetime.now(UTC)
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    try:
        if text in ("today", "yesterday"):
            return midnight - timedelta(days=text == "yesterday")
        if ago := re.fullmatch(r"(\d{1,6})([hdw])", text, re.ASCII):
            return (
                now - int(ago[1]) * {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}[ago[2]]
            )
        time = datetime.fromisoformat(text)
        return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        message = f"{text!r} is not a date: write 2026-01-31, yesterday, 7d or an ISO time"
        raise argparse.ArgumentTypeError(message) from None
