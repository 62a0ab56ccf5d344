"""Large loads: others can write, all rows appear at once, and a killed load leaves all or nothing."""

import json
import random
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from .base import ConversationSuite, Open

ROWS = 2000  # more than are stored in one transaction
KILLS = 4

_LOADER = """
import sys, importlib
module, name, how, path, source = sys.argv[1:]
Store = getattr(importlib.import_module(module), name)
print(flush=True)
store = Store(path, busy_timeout=60)
getattr(store, how)(source)
store.close()
"""


def row(n: int) -> dict[str, str]:
    """Return one exchange."""
    return {"prompt": f"needle {n}", "response": "answer " * 40, "model": "m"}


class UnfinishedLoads(ConversationSuite):
    """A load of many rows while other processes use the file."""

    def load(self, store_class: type[Any], how: str, path: Path, source: Path) -> subprocess.Popen[str]:
        """Start a process that loads `source`."""
        arguments = [store_class.__module__, store_class.__name__, how, str(path), str(source)]
        command = [sys.executable, "-c", _LOADER, *arguments]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603  our own program
        assert process.stdout is not None
        process.stdout.readline()
        process.stdout.close()
        return process

    def source(self, how: str, path: Path, opened: Open) -> Path:
        """Create a file to import, or a store to merge."""
        source = path.with_name(f"source-{how}")
        if how == "import_file":
            source.write_text("\n".join(json.dumps(row(n)) for n in range(ROWS)), encoding="utf-8")
        else:
            store = opened(source)
            store.add_many([row(n) for n in range(ROWS)])
            store.close()
        return source

    def test_others_write_during_a_load_and_see_all_of_it_or_nothing(
        self, path: Path, opened: Open, store_class: type[Any]
    ) -> None:
        store, source = opened(path), self.source("import_file", path, opened)
        process = self.load(store_class, "import_file", path, source)
        own, seen = 0, set()
        while process.poll() is None:
            store.add_conversation("other", "r", "m")
            own += 1
            seen.add(len(store) - own)
        assert process.returncode == 0
        assert seen <= {0, ROWS}
        ids = [row.id for row in store if row.prompt == "other"]
        loaded = [row.id for row in store if row.prompt != "other"]
        assert len(loaded) == ROWS
        assert any(loaded[0] < id < loaded[-1] for id in ids)  # one transaction would have lasted that long
        assert store.check() == []

    @pytest.mark.parametrize("how", ["import_file", "merge"])
    def test_a_killed_load_leaves_all_or_nothing(
        self, path: Path, opened: Open, store_class: type[Any], how: str
    ) -> None:
        source = self.source(how, path, opened)
        for n in range(KILLS):
            file = path.with_name(f"killed-{n}.db")
            store = opened(file)
            store.add_conversation("first", "r", "m")
            store.close()
            process = self.load(store_class, how, file, source)
            time.sleep(random.uniform(0, 0.8))  # noqa: S311
            process.kill()
            process.wait()
            store = opened(file)
            assert len(store) - 1 in (0, ROWS)
            assert len(store.threads(limit=10_000)) == store.stats()["threads"] == len(store)
            assert store.check() == []
            getattr(store, how)(source)
            assert len(store) == ROWS + 1
            assert store.check() == []
            store.close()

    def test_a_failed_load_leaves_nothing(self, store: Any, path: Path) -> None:
        store.start_thread("empty")
        rows = [row(n) for n in range(ROWS)]
        with pytest.raises(Exception, match="there is no such thread"):
            store.add_many([*rows, row(0) | {"thread_id": 77_777}])
        assert len(store) == 0
        assert [thread.title for thread in store.threads()] == ["empty"]
        assert store.check() == []
        store.add_many(rows)
        assert [hit.id for hit in store.recent(limit=10_000).conversations] == list(range(ROWS, 0, -1))

    def test_a_load_continues_threads_and_dates_them_at_its_end(self, store: Any) -> None:
        first = store.add_conversation("first", "r", "m")
        thread = store.get(first).thread_id
        store.add_many([row(n) | {"thread_id": thread} for n in range(ROWS)])
        (listed,) = store.threads()
        assert listed.count == ROWS + 1
        assert listed.updated_at == max(found.timestamp for found in store.thread(thread))
        assert [found.parent_id for found in store.thread(thread)] == [None, *range(1, ROWS + 1)]
