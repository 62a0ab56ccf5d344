"""Pinboard's JSON: a list of `{"href", "description", "extended", "time", "tags", "toread", "shared"}`."""

import json
from collections.abc import Iterator
from typing import Any

from ..bookmark import Bookmark, bookmark_time, clean_tags
from ..exchange import text_of
from ..report import LossLog


def is_export(data: Any) -> bool:
    """Whether a JSON value is a list with posts."""
    return isinstance(data, list) and any(isinstance(post, dict) and "href" in post for post in data)


def read(data: Any, losses: LossLog) -> Iterator[Bookmark]:
    """The posts. "description" is the title; those to be read have the tag "toread"."""
    for position, post in enumerate(data, 1):
        if not isinstance(post, dict) or not text_of(post.get("href")):
            losses.add(position, "it has no URL")
            continue
        to_read = ["toread"] if post.get("toread") == "yes" else []
        yield Bookmark(
            position=position,
            url=text_of(post["href"]).strip(),
            title=text_of(post.get("description")).strip(),
            tags=clean_tags([*text_of(post.get("tags")).split(), *to_read]),
            note=text_of(post.get("extended")),
            created_at=bookmark_time(post.get("time")),
            metadata=json.dumps({"shared": False}, separators=(",", ":")) if post.get("shared") == "no" else "{}",
        )
