"""Record a timeline of the program's start, as a table and as a trace.

The trace has Chrome's trace event format (JSON), which ui.perfetto.dev and chrome://tracing open. This module imports
little, so that it can be imported first.
"""

import contextlib
import os
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Span:
    """A named period. `start` and `end` are in seconds since the start of the process; equal for a point in time."""

    name: str
    start: float
    end: float
    thread: str

    @property
    def duration(self) -> float:
        """Seconds from start to end."""
        return self.end - self.start


class Timeline:
    """The spans of one process. Thread-safe."""

    def __init__(self, started: float | None = None) -> None:
        """`started` is the start of the process as in `time.time()`; it is determined if omitted."""
        self.started = process_start() if started is None else started
        self._spans: list[Span] = []
        self._lock = threading.Lock()

    def add(self, name: str, start: float, end: float) -> None:
        """Add a span between two times of `time.time()`; equal times make a point in time."""
        span = Span(name, start - self.started, end - self.started, threading.current_thread().name)
        with self._lock:
            self._spans.append(span)

    def moment(self, name: str) -> None:
        """Add the current time as a point."""
        now = time.time()
        self.add(name, now, now)

    @contextlib.contextmanager
    def span(self, name: str) -> Iterator[None]:
        """Add the duration of a `with` block."""
        began = time.time()
        try:
            yield
        finally:
            self.add(name, began, time.time())

    @property
    def spans(self) -> list[Span]:
        """All spans by their start, the longer first."""
        with self._lock:
            return sorted(self._spans, key=lambda span: (span.start, -span.end))

    def table(self) -> str:
        """Return a line for each span: start and duration in milliseconds, name and thread."""
        lines = [f"{'at ms':>8} {'took ms':>8}  what (thread)"]
        for span in self.spans:
            took = f"{span.duration * 1000:8.1f}" if span.duration else " " * 8
            lines.append(f"{span.start * 1000:8.1f} {took}  {span.name} ({span.thread})")
        return "\n".join(lines)

    def write(self, path: str | os.PathLike[str]) -> Path:
        """Write the trace and return its path. Raises `OSError`."""
        import json

        threads: dict[str, int] = {}
        events: list[dict[str, object]] = []
        for span in self.spans:
            event: dict[str, object] = {
                "name": span.name,
                "pid": os.getpid(),
                "tid": threads.setdefault(span.thread, len(threads) + 1),
                "ts": round(span.start * 1e6),
            }
            kind = {"ph": "X", "dur": round(span.duration * 1e6)} if span.duration else {"ph": "i", "s": "p"}
            events.append(event | kind)
        for name, number in threads.items():
            arguments = {"name": name}
            events.append({"name": "thread_name", "ph": "M", "pid": os.getpid(), "tid": number, "args": arguments})
        target = Path(path)
        target.write_text(json.dumps({"traceEvents": events, "displayTimeUnit": "ms"}), encoding="utf-8")
        return target


def process_start() -> float:
    """Return the start of this process as in `time.time()`: on Linux to 10 ms, elsewhere the current time."""
    try:
        stat = Path("/proc/self/stat").read_text(encoding="utf-8")
        ticks = int(stat.rpartition(")")[2].split()[19])
        age = time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK")
    except (AttributeError, OSError, ValueError, IndexError):
        return time.time()
    return time.time() - age


@dataclass(frozen=True, slots=True)
class Memory:
    """The memory of one process in bytes. `proportional` (PSS) divides shared memory by the number of its processes."""

    name: str
    resident: int
    proportional: int


def memory_by_process(root: int | None = None) -> list[Memory]:
    """Return the memory of process `root` (default: this one) and of its descendants, the largest first.

    Empty on systems without /proc.
    """
    processes = []
    root = os.getpid() if root is None else root
    for process in [root, *_descendants(root)]:
        try:
            rollup = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="utf-8")
            command = Path(f"/proc/{process}/cmdline").read_bytes().split(b"\0")
        except OSError:
            continue  # it has ended, or belongs to another user
        sizes = {line.split(":")[0]: int(line.split()[1]) * 1024 for line in rollup.splitlines() if line.endswith("kB")}
        processes.append(Memory(_process_name(command), sizes.get("Rss", 0), sizes.get("Pss", 0)))
    return sorted(processes, key=lambda memory: -memory.proportional)


def _descendants(process: int) -> list[int]:
    children: list[int] = []
    for tasks in Path(f"/proc/{process}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            children += map(int, tasks.read_text(encoding="utf-8").split())
    return [*children, *(below for child in children for below in _descendants(child))]


def _process_name(command: list[bytes]) -> str:
    """Return the type of a Chromium process (`--type=renderer`), or the name of the program."""
    kinds = [word.partition(b"=")[2].decode(errors="replace") for word in command if word.startswith(b"--type=")]
    return kinds[0] if kinds else Path(command[0].decode(errors="replace")).name
