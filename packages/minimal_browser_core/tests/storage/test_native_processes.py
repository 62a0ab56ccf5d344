"""Two implementations use one file, each in its own process."""

import importlib.util
import json
import os
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from minimal_browser_core.testing.resources import resource

if importlib.util.find_spec("storage_rust") is None and os.environ.get("REQUIRE_NATIVE") != "1":
    pytest.skip("storage_rust is not installed", allow_module_level=True)

VECTORS = resource("vectors", "search.json")

_PROGRAM = """
import json, sys
from datetime import UTC, datetime, timedelta
name, step, path, vectors = sys.argv[1:]
if name == "native":
    from minimal_browser_core.storage.native import RustConversationStore as Store, RustBookmarkStore as Bookmarks
else:
    from minimal_browser_core.storage.python.stores.conversations import PythonConversationStore as Store
    from minimal_browser_core.storage.python.stores.bookmarks import PythonBookmarkStore as Bookmarks
vectors = json.load(open(vectors, encoding="utf-8"))

def as_dict(found):
    return [found.id, found.thread_id, found.parent_id, found.timestamp.isoformat(), found.prompt, found.response,
            found.model, found.url, list(found.tags), dict(found.metadata)]

def write():
    with Store(path) as store, Bookmarks(path + ".places") as places:
        moment = datetime(2024, 2, 29, 12, 0, 0, 123000, tzinfo=UTC)
        for n, row in enumerate(vectors["corpus"]):
            when, metadata = moment + timedelta(hours=n), {"n": [n, "\\u00fc\\0"]}
            root = store.add_conversation(**row, timestamp=when, metadata=metadata)
            store.add_conversation("branch", "r", "m", parent_id=root)
        gone = store.add_conversation("gone", "gone", "m")
        store.delete(gone)
        store.update(1, tags=["changed", "\\U0001f980"])
        for row in vectors["corpus"]:
            places.add("", row["prompt"], note=row["response"], tags=row.get("tags", ()))

def read():
    with Store(path) as store, Bookmarks(path + ".places") as places:
        searches = {}
        for case in vectors["queries"]:
            pages, cursor = [], None
            while True:
                page = store.search(case["query"], limit=3, cursor=cursor)
                pages.append([[h.id, round(h.score, 9), h.snippet, list(map(list, h.highlights))] for h in page.hits])
                cursor = page.next_cursor
                if cursor is None:
                    break
            searches[case["query"]] = pages
        marks = {case["query"]: [found.id for found in places.search(case["query"])] for case in vectors["queries"]}
        print(json.dumps({
            "rows": [as_dict(found) for found in store],
            "threads": [[t.id, t.title, t.count, t.updated_at.isoformat()] for t in store.threads(limit=1000)],
            "recent": [found.id for found in store.recent(limit=1000).conversations],
            "searches": searches, "marks": marks,
            "tag": [hit.id for hit in store.search("", tag="changed").hits],
            "check": [store.check(), places.check()],
        }))

def hammer():
    with Store(path, busy_timeout=60) as store:
        for n in range(150):
            store.add_conversation(f"{name} number {n}", "hammered", "m")
            if n % 10 == 0:
                store.search("hammered")

def recover():
    from minimal_browser_core.errors import DatabaseCorrupt, DatabaseLocked, StorageError
    while True:
        try:
            with Store(path, check_on_open=True) as store:
                print(len(store))
            return
        except (DatabaseCorrupt, DatabaseLocked):
            pass
        except StorageError as error:  # another process has recovered the file since this one opened it
            if "replaced" not in str(error):
                raise

{"write": write, "read": read, "hammer": hammer, "recover": recover}[step]()
"""


def run(implementation: str, step: str, path: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", _PROGRAM, implementation, step, str(path), str(VECTORS)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=os.environ | {"PYTHONIOENCODING": "utf-8"},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("writer", ["native", "fallback"])
def test_both_read_the_same_from_a_file_of_either(tmp_path: Path, writer: str) -> None:
    path = tmp_path / "store.db"
    run(writer, "write", path)
    native: dict[str, Any] = json.loads(run("native", "read", path))
    fallback: dict[str, Any] = json.loads(run("fallback", "read", path))
    assert native == fallback
    assert native["check"] == [[], []]
    assert len(native["rows"]) == 2 * 13
    assert native["tag"] == [1]


def test_both_write_the_same_rows(tmp_path: Path) -> None:
    """All columns are equal, except the times of branches and bookmarks."""
    dumps = []
    for writer in ("native", "fallback"):
        path = tmp_path / f"{writer}.db"
        run(writer, "write", path)
        with closing(sqlite3.connect(path)) as db, closing(sqlite3.connect(f"{path}.places")) as places:
            columns = (
                "id, thread_id, parent_id, prompt, response, model, url, tags, metadata, "
                "prompt_grams, response_grams, model_grams, tags_grams, url_grams"
            )
            dumps.append(
                [
                    db.execute(f"SELECT {columns} FROM conversations").fetchall(),
                    db.execute("SELECT timestamp FROM conversations WHERE prompt <> 'branch'").fetchall(),
                    db.execute("SELECT * FROM conversation_tags").fetchall(),
                    db.execute("SELECT sql FROM sqlite_master").fetchall(),
                    places.execute(
                        "SELECT id, url, title, tags, note, keyword, metadata, "
                        "title_grams, url_grams, tags_grams, note_grams FROM bookmarks"
                    ).fetchall(),
                    places.execute("SELECT sql FROM sqlite_master").fetchall(),
                ]
            )
    assert dumps[0] == dumps[1]


def test_both_write_one_file_concurrently_and_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda name: run(name, "hammer", path), ["native", "fallback", "native", "fallback"]))
    report = json.loads(run("native", "read", path))
    assert len(report["rows"]) == 600
    assert report["check"] == [[], []]


def test_several_processes_recover_one_file_at_once_and_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    run("native", "hammer", path)
    path.write_bytes(b"\x7f" * 64 + path.read_bytes()[64:])
    with ThreadPoolExecutor(4) as pool:
        seen = list(pool.map(lambda name: run(name, "recover", path), ["native"] * 4))
    assert [int(count) for count in seen] == [150] * 4
    names = {file.name for file in tmp_path.iterdir() if not file.name.endswith(("-wal", "-shm"))}
    assert len(names) == 2  # the store, and the damaged one next to it
