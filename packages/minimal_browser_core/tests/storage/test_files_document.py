"""docs/reference/files.md describes the files correctly."""

import re
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from minimal_browser_core.storage.python.stores import bookmarks, conversations, formats
from minimal_browser_core.testing.resources import resource

ROOT = next((folder for folder in Path(__file__).parents if (folder / "docs/reference/files.md").exists()), None)
pytestmark = pytest.mark.skipif(ROOT is None, reason="the documents are in the repository, and this test is not")

STORES = {
    "conversations": (conversations.PythonConversationStore, formats.CONVERSATIONS),
    "places": (bookmarks.PythonBookmarkStore, formats.PLACES),
}


def document() -> str:
    assert ROOT is not None
    return (ROOT / "docs/reference/files.md").read_text(encoding="utf-8")


def drawn(kind: str) -> dict[str, list[tuple[str, str, bool, bool]]]:
    """Tables of the diagram: (name, type, is a key, refers to another table) of each column."""
    diagrams = re.findall(r"erDiagram\n(.*?)```", document(), re.DOTALL)
    tables = re.findall(r"^ {4}(\w+) \{\n(.*?)^ {4}\}", diagrams[list(STORES).index(kind)], re.DOTALL | re.MULTILINE)
    found = {}
    for table, body in tables:
        columns = [line.partition('"')[0].split() for line in body.splitlines()]
        found[table] = [(c[1], c[0], "PK" in "".join(c[2:]), "FK" in "".join(c[2:])) for c in columns]
    return found


@pytest.mark.parametrize("kind", STORES)
def test_the_diagram_shows_every_table_and_column(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    STORES[kind][0](path).close()
    real = {}
    with closing(sqlite3.connect(path)) as db:
        names = db.execute(
            "SELECT name FROM sqlite_master "
            "WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE '%_fts_%'"
        ).fetchall()
        for (table,) in names:
            refers = {row[3] for row in db.execute(f"PRAGMA foreign_key_list({table})")}
            columns = db.execute(f"PRAGMA table_xinfo({table})").fetchall()
            # An FTS5 table has hidden columns of its own, and types for none.
            shown = [column for column in columns if column[6] != 1]
            real[table] = [(c[1], c[2] or "TEXT", c[5] > 0, c[1] in refers) for c in shown]
    assert drawn(kind) == real


@pytest.mark.parametrize("kind", STORES)
def test_the_numbers_that_identify_a_file_are_right(kind: str) -> None:
    expected = STORES[kind][1]
    row = next(line for line in document().splitlines() if line.startswith(f"| {kind} |"))
    _, application_id, version = (cell.strip() for cell in row.strip("|").split("|"))
    assert int(application_id.split("`")[1], 16) == expected.application_id
    assert int(version) == expected.version


def test_the_queries_run(tmp_path: Path) -> None:
    assert ROOT is not None
    path = tmp_path / "store.db"
    shutil.copy(resource("frozen", "conversations-1.db"), path)
    conversations.PythonConversationStore(path).close()
    (block,) = re.findall(r"```sql\n(.*?)```", document(), re.DOTALL)
    with closing(sqlite3.connect(path)) as db:
        newest, tree, search, days = (db.execute(query).fetchall() for query in block.split(";\n")[:4])
    assert newest[0][1] == "2024-03-01 12:00:00"
    assert tree == [(" What is C++?",), ("  And C#?",), ("  And D?",)]
    assert search == [(1, "A language with [templates].")]
    assert sum(count for _, count in days) == 6
