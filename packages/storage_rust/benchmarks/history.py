"""Completion in the address bar over 200,000 visited pages, each implementation in a separate process."""

import itertools
import json
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from clock import repeat
from processes import environment
from results import Key, Results
from worker import peak_mb

PAGES = 200_000
FIRST = "three letters"  # the first completion of a process
LIKE = """SELECT id, url, title, visit_count, last_visit_at, frecency FROM pages
WHERE {} ORDER BY frecency DESC LIMIT 10"""

ADD_PAGE = """INSERT INTO pages (id, url, host, title, visit_count, last_visit_at, frecency, title_grams, url_grams)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"""
ADD_VISIT = "INSERT INTO visits (page_id, visited_at, typed) VALUES (?, ?, ?)"
TRIGGER = "SELECT sql FROM sqlite_schema WHERE name = 'pages_insert_fts'"


def store(name: str, path: Path) -> Any:
    if name == "storage_rust":
        from storage_rust import HistoryStore

        return HistoryStore(path)
    if name == "core":
        from minimal_browser_core.storage.python.stores.history import PythonHistoryStore

        return PythonHistoryStore(path)
    return Like(path)


class Like:
    """What one writes first: each word somewhere in title or URL, by LIKE, on the same table."""

    def __init__(self, path: Path) -> None:
        self.db = sqlite3.connect(path)

    def complete(self, text: str) -> list[Any]:
        words = [f"%{word}%" for word in text.split()]
        where = " AND ".join("(title LIKE ? OR url LIKE ?)" for _ in words)
        return self.db.execute(LIKE.format(where), [word for word in words for _ in range(2)]).fetchall()

    def close(self) -> None:
        self.db.close()


def build(path: Path, pages: int) -> None:
    """At once, into the tables: `visit` commits each, which would take minutes. Every fifth page was visited twice."""
    import corpus

    from minimal_browser_core.storage.python.search.grams import grams
    from minimal_browser_core.storage.python.stores.frecency import frecency
    from minimal_browser_core.storage.python.stores.history import PythonHistoryStore

    PythonHistoryStore(path).close()
    db = sqlite3.connect(path)
    trigger = db.execute(TRIGGER).fetchone()[0]
    db.execute("DROP TRIGGER pages_insert_fts")
    for n, visit in enumerate(corpus.pages(pages), 1):
        weight = 100 if n % 20 == 0 else 50
        times = [visit.timestamp + corpus.DAY, visit.timestamp] if n % 5 == 0 else [visit.timestamp]
        score = frecency([(at, weight) for at in times], len(times))
        texts = (visit.url, visit.host, visit.title)
        db.execute(ADD_PAGE, (n, *texts, len(times), times[0], score, grams(visit.title), grams(visit.url)))
        db.executemany(ADD_VISIT, [(n, at, weight == 100) for at in times])
    db.execute(trigger)
    for index in ("pages_fts", "recall_fts"):
        db.execute(f"INSERT INTO {index} ({index}) VALUES ('rebuild')")
    db.commit()
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()


def measure(name: str, path: Path, samples: int, seconds: float) -> dict[str, Any]:
    """The first completion of the process by itself, then all after each has been asked for once."""
    given = json.load(sys.stdin)
    history = store(name, path)
    ((first, _),) = repeat(lambda: len(history.complete(given[FIRST][0])), 1, 0)
    found: dict[str, Any] = {"the first of a process": [first]}
    for what, typed in given.items():
        for text in typed:
            history.complete(text)
        turn = itertools.cycle(typed)
        times = repeat(lambda turn=turn: len(history.complete(next(turn))), samples, seconds)
        found[what] = [spent for spent, _ in times]
    history.close()
    return {"times": found, "peak_mb": peak_mb()}


def complete(results: Results, folder: Path, rounds: int, samples: int, seconds: float, pages: int = PAGES) -> None:
    import corpus

    path = folder / f"places-{pages}.db"
    if not path.is_file():
        print(f"building the history, {pages:,} pages", flush=True)
        ask("build", path, pages, given={})
    for _ in range(rounds):
        for name in ("storage_rust", "core", "LIKE"):
            answer = ask(name, path, samples, seconds, given=corpus.TYPED)
            for what, times in answer["times"].items():
                results.add(Key(pages, f"complete: {what}", name), times)
            results.values[Key(pages, "memory of completing", name)] = answer["peak_mb"]


def ask(what: str, path: Path, *arguments: float, given: dict[str, list[str]]) -> Any:
    command = [sys.executable, __file__, what, str(path), *map(str, arguments)]
    text = json.dumps(given).encode()
    return json.loads(subprocess.run(command, input=text, stdout=subprocess.PIPE, check=True, env=environment()).stdout)


def main() -> None:
    what, path = sys.argv[1], Path(sys.argv[2])
    if what == "build":
        unfinished = path.with_suffix(".unfinished")
        unfinished.unlink(missing_ok=True)
        start = time.perf_counter()
        build(unfinished, int(sys.argv[3]))
        unfinished.rename(path)
        print(json.dumps({"seconds": time.perf_counter() - start}))
    else:
        print(json.dumps(measure(what, path, int(sys.argv[3]), float(sys.argv[4]))))


if __name__ == "__main__":
    main()
