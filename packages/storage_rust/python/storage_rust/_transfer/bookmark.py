"""One bookmark of an imported or exported file."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field

from .times import parse_time


@dataclass(slots=True)
class Bookmark:
    """Times are UTC milliseconds since 1970; `metadata` is a JSON object; `position` counts the records of a file."""

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
    """Distinct tags, each in one line."""
    lines = (" ".join("".join(" " if unicodedata.category(c) == "Cc" else c for c in tag).split()) for tag in tags)
    return list(dict.fromkeys(line for line in lines if line))


def bookmark_time(value: object) -> int | None:
    """A time after 1970: browsers write 0 if they do not know it."""
    time = parse_time(value)
    return time if time is not None and time > 0 else None
