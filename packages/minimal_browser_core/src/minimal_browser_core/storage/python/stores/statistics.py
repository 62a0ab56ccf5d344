"""Counts of the exchanges, grouped by model, by day or by site."""

import sqlite3
from collections.abc import Mapping
from typing import Any, Final

from minimal_browser_core.errors import InvalidData
from minimal_browser_core.storage.python.db.paths import host_of

_COUNTS: Final = (
    *("conversations", "threads", "text_bytes"),
    *("prompt_tokens", "completion_tokens", "cost", "duration"),
)


def grouped(db: sqlite3.Connection, sql: Mapping[str, str], by: str) -> dict[str, dict[str, Any]]:
    """Return the counts of each group, in order. Raises `InvalidData` for another `by`."""
    if by == "site":
        return _by_site(db, sql)
    if by not in ("model", "day"):
        raise InvalidData(f"by must be 'model', 'day' or 'site', not {by!r:.50}")
    return {name: dict(zip(_COUNTS, counts, strict=True)) for name, *counts in db.execute(sql[f"stats_by_{by}"])}


def _by_site(db: sqlite3.Connection, sql: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    sites: dict[str, dict[str, Any]] = {}
    threads: dict[str, set[int]] = {}
    for url, thread, conversations, *sums in db.execute(sql["stats_by_address"]):
        host = host_of(url)
        site = sites.setdefault(host, dict.fromkeys(_COUNTS, 0) | {"cost": 0.0, "duration": 0.0})
        threads.setdefault(host, set()).add(thread)
        site["conversations"] += conversations
        for name, value in zip(_COUNTS[2:], sums, strict=True):
            site[name] += value
    for host, site in sites.items():
        site["threads"] = len(threads[host])
    return dict(sorted(sites.items(), key=lambda entry: (-entry[1]["conversations"], entry[0])))
