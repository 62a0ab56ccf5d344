"""Frequency and recency of a page in one number, as Firefox has it since version 147.

    visit     = weight * 2 ** (-age / 30 days)    weight: 100 typed or bookmarked, 50 else; age: before the last visit
    score     = mean of the last 10 visits * number of all visits
    frecency  = time of the last visit + 30 days * log2(score)

That is the time at which the score will have decayed to 1: it is comparable as it stands, whenever it was reckoned.
Firefox counts it in days since 1970, we in milliseconds, and leave out what it makes of redirects, frames, reloads and
time spent on a page, which the store is not told, and of bookmarks that were never visited. `storage_rust` has the same
in `frecency.rs`.
"""

import math
import sqlite3
from collections.abc import Mapping, Sequence
from typing import Final

SAMPLE: Final = 10
_HALF_LIFE: Final = 30 * 86_400_000.0  # milliseconds


def frecency(visits: Sequence[tuple[int, int]], visit_count: int) -> int:
    """`visits` are the time and weight of the last ones, the newest first."""
    reference = visits[0][0]
    total = sum(weight * math.exp2((visited_at - reference) / _HALF_LIFE) for visited_at, weight in visits)
    return reference + math.floor(math.log2(total / len(visits) * visit_count) * _HALF_LIFE + 0.5)


def rescore(db: sqlite3.Connection, sql: Mapping[str, str], page: int) -> bool:
    """Reckon a page's count, last visit and frecency anew; False where it has no visit left."""
    newest = db.execute(sql["newest_visits"], {"id": page, "sample": SAMPLE}).fetchall()
    if not newest:
        return False
    count = db.execute(sql["visit_count"], {"id": page}).fetchone()[0]
    row = {"id": page, "visit_count": count, "visited_at": newest[0][0], "frecency": frecency(newest, count)}
    db.execute(sql["score"], row)
    return True


def rescore_url(db: sqlite3.Connection, sql: Mapping[str, str], url: str) -> None:
    """For a URL that has become a bookmark, or is one no longer."""
    page = db.execute(sql["page_of"], {"url": url}).fetchone()
    if page is not None:
        rescore(db, sql, page[0])
