"""One contender in a separate process, because two SQLite libraries must not share a file within a process.

Each line of standard input is a call (JSON: a method and its arguments), which it answers in one line. Times are in
milliseconds. `run.py` starts it.
"""

import contextlib
import importlib
import itertools
import json
import os
import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from clock import repeat
from contenders import MODULES
from row import Row


class Worker:
    """Measures the operations of a contender."""

    def __init__(self, name: str, folder: str, kind: str, count: int) -> None:
        """`kind` is "rows" or "cjk"."""
        self.name, self.cjk, self.count = name, kind == "cjk", count
        self.store = importlib.import_module(f"contenders.{MODULES[name]}").Store(Path(folder))
        self.made: list[Row] = []
        self.appended = 0

    def build(self) -> dict[str, Any]:
        import corpus  # here, so that it is not in the memory of processes that only search

        shutil.rmtree(self.store.folder, ignore_errors=True)
        self.store.folder.mkdir(parents=True)
        rows = (corpus.cjk_rows if self.cjk else corpus.rows)(self.count)
        size = 0

        def weighed() -> Iterator[Row]:
            nonlocal size
            for row in rows:
                size += len(row.prompt.encode()) + len(row.response.encode())
                yield row

        rates = self.store.build(weighed(), cjk=self.cjk)
        os.sync()
        return {"rates": rates, "over_text": self.bytes() / size, "peak_mb": peak_mb()}

    def bytes(self) -> int:
        return sum(path.stat().st_size for path in self.store.files())

    def durabilities(self) -> list[str]:
        return list(self.store.DURABILITIES)

    def open(self, durability: str = "normal") -> None:
        self.store.open(durability)

    def close(self) -> None:
        self.store.close()

    def forget(self) -> bool:
        """Drop the files from the page cache and reopen the store; False if the system cannot do that."""
        if not hasattr(os, "posix_fadvise"):
            return False
        self.store.close()
        for path in self.store.files():
            with path.open("rb") as file:
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        self.store.open()
        return True

    def search(self, queries: list[str], samples: int, seconds: float, **how: bool) -> list[float]:
        turn = itertools.cycle(queries)
        times = repeat(lambda: self.store.search(next(turn), cjk=self.cjk, **how), samples, seconds)
        return [spent for spent, _ in times]

    def hits(self, query: str) -> int:
        return int(self.store.search(query, cjk=self.cjk))

    def append(self, samples: int, seconds: float) -> list[float]:
        fresh = iter(self.fresh(samples))
        return [spent for spent, _ in repeat(lambda: self.store.append(next(fresh)), samples, seconds)]

    def fresh(self, count: int) -> list[Row]:
        """New rows with the current time, created before the measurement."""
        import corpus

        if not self.made:
            self.made = list(corpus.rows(2000))
        now = time.time_ns() // 1_000_000
        taken = range(self.appended, self.appended + count)
        self.appended += count
        return [self.made[n % len(self.made)]._replace(timestamp=now) for n in taken]

    def recent(self, samples: int, seconds: float) -> list[float]:
        times = repeat(self.store.recent, samples, seconds)
        assert all(found == 50 for _, found in times)
        return [spent for spent, _ in times]

    def opened(self, samples: int, seconds: float) -> list[float]:
        """Open a closed store and read its first page. Closing it is not measured."""

        def work() -> None:
            self.store.open()
            self.store.recent()

        times = repeat(work, samples, seconds, after=self.store.close)
        return [spent for spent, _ in times]

    def memory(self) -> float:
        return peak_mb()


def peak_mb() -> float:
    """The peak memory of this process."""
    if sys.platform == "linux":
        status = Path("/proc/self/status").read_text()
        return int(status.partition("VmHWM:")[2].split()[0]) / 1024
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10)


def main() -> None:
    answers = sys.stdout
    with contextlib.redirect_stdout(sys.stderr):
        worker = Worker(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]))
        print(json.dumps("ready"), file=answers, flush=True)
        for line in sys.stdin:
            name, arguments = json.loads(line)
            print(json.dumps(getattr(worker, name)(**arguments)), file=answers, flush=True)


if __name__ == "__main__":
    main()
