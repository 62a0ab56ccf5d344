"""Promotion of large segments in a real FTS5 index."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest

from minimal_browser_core.storage.python.search.segments import _structure, is_crowded, merge, promote_large_segments

_ROWS = """
WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < ?)
INSERT INTO t SELECT 'needle ' || group_concat(hex(randomblob(8)), ' ') FROM n, n AS m GROUP BY n.n
"""


@pytest.fixture
def db() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as db:
        db.execute("CREATE VIRTUAL TABLE t USING fts5 (x)")
        for setting, value in {"automerge": 0, "usermerge": 8, "crisismerge": 20, "hashsize": 64 << 20}.items():
            db.execute("INSERT INTO t (t, rank) VALUES (?, ?)", (setting, value))
        yield db


def write(db: sqlite3.Connection, *rows: int) -> None:
    """Write one segment for each number of rows."""
    for count in rows:
        db.execute(_ROWS, (count,))


def levels(db: sqlite3.Connection) -> list[list[int]]:
    structure = _structure(db, "t")
    assert structure
    return [[segment.pages for segment in level.segments] for level in structure.levels]


def is_whole(db: sqlite3.Connection, rows: int) -> bool:
    db.execute("INSERT INTO t (t, rank) VALUES ('integrity-check', 0)")
    return bool(db.execute("SELECT count(*) FROM t WHERE t MATCH 'needle'").fetchone()[0] == rows)


def test_large_segments_are_promoted_and_a_crisis_merge_does_not_touch_them(db: sqlite3.Connection) -> None:
    write(db, 1, 120, 150, 1, 1)
    before = levels(db)[0]
    promote_large_segments(db, "t")
    assert levels(db) == [before[3:], before[:3]]
    assert is_whole(db, 273)
    write(db, *[1] * 18)  # triggers a crisis merge
    assert levels(db)[1][:3] == before[:3]
    assert is_whole(db, 291)


def test_promoted_segments_are_merged_and_merging_ones_are_not_promoted(db: sqlite3.Connection) -> None:
    write(db, *[120] * 8)
    promote_large_segments(db, "t")
    assert [len(level) for level in levels(db)] == [0, 8]
    write(db, *[120] * 8)
    merge(db, "t", 1)
    before = levels(db)
    promote_large_segments(db, "t")
    assert levels(db) == before
    while merge(db, "t", 1 << 20):
        assert is_whole(db, 16 * 120)
    assert sum(map(len, levels(db))) <= 2


def test_the_first_level_is_crowded_before_a_crisis_merge(db: sqlite3.Connection) -> None:
    db.execute("INSERT INTO t (t, rank) VALUES ('crisismerge', 900)")
    write(db, *[1] * 149)
    assert not is_crowded(db, "t")
    write(db, 1)
    assert is_crowded(db, "t")


@pytest.mark.parametrize("end", [0, 3, 5, 9, 12])
def test_a_truncated_record_is_not_changed(db: sqlite3.Connection, end: int) -> None:
    write(db, 120, 120)
    block = db.execute("SELECT block FROM t_data WHERE id = 10").fetchone()[0][:end]
    db.execute("UPDATE t_data SET block = ? WHERE id = 10", (block,))
    assert _structure(db, "t") is None
    assert not is_crowded(db, "t")
