"""Rank pages by frequency and recency in one number, like Firefox since version 147.

    visit     = weight * 2 ** (-age / 30 days)    weight: 100 if typed or bookmarked, else 50; age: to the last visit
    score     = mean of the last 10 visits * number of all visits
    frecency  = time of the last visit + 30 days * log2(score)

This is the time at which the score will have decayed to 1, so that values of different times can be compared. Firefox
counts in days since 1970, this store in milliseconds. Firefox also considers redirects, frames, reloads, the time spent
on a page, and bookmarks that were never visited; this store does not. `storage_rust` computes the same.
"""

import math
import sqlite3
from collections.abc import Mapping, Sequence
from typing import Final

SAMPLE: Final = 10
_HALF_LIFE: Final = 30 * 86_400_000.0  # milliseconds


def frecency(visits: Sequence[tuple[int, int]], visit_count: int) -> int:
    """Return the frecency for the times and weights of the last visits, the newest first."""
    reference = visits[0][0]
    total = sum(weight * math.exp2((visited_at - reference) / _HALF_LIFE) for visited_at, weight in visits)
    return reference + math.floor(math.log2(total / len(visits) * visit_count) * _HALF_LIFE + 0.5)


def rescore(db: sqlite3.Connection, sql: Mapping[str, str], page: int) -> bool:
    """Update a page's visit count, last visit and frecency; returns False if it has no visit left."""
    newest = db.execute(sql["newest_visits"], {"id": page, "sample": SAMPLE}).fetchall()
    if not newest:
        return False
    count = db.execute(sql["visit_count"], {"id": page}).fetchone()[0]
    row = {"id": page, "visit_count": count, "visited_at": newest[0][0], "frecency": frecency(newest, count)}
    db.execute(sql["score"], row)
    return True


def rescore_url(db: sqlite3.Connection, sql: Mapping[str, str], url: str) -> None:
    """Update the page of a URL that was added to or removed from the bookmarks."""
    page = db.execute(sql["page_of"], {"url": url}).fetchone()
    if page is not None:
        rescore(db, sql, page[0])
