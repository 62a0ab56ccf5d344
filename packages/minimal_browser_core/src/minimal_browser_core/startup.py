"""A timeline of the program's start: spans from the start of the process on, as a table and as a trace.

The trace is Chrome's trace event format (JSON), which ui.perfetto.dev and chrome://tracing open. Light enough to be
imported first; a timeline that was not asked for is not made, and costs nothing.
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
    """`start` and `end` in seconds since the start of the process; equal for a moment."""

    name: str
    start: float
    end: float
    thread: str

    @property
    def length(self) -> float:
        return self.end - self.start


class Timeline:
    """Spans of one process. Threads may add to it at the same time."""

    def __init__(self, started: float | None = None) -> None:
        """`started` is when the process began, as `time.time()`; found out where it is left out."""
        self.started = process_start() if started is None else started
        self._spans: list[Span] = []
        self._lock = threading.Lock()

    def add(self, name: str, start: float, end: float) -> None:
        """A span between two times as `time.time()` gives them; the same twice is a moment."""
        span = Span(name, start - self.started, end - self.started, threading.current_thread().name)
        with self._lock:
            self._spans.append(span)

    def moment(self, name: str) -> None:
        now = time.time()
        self.add(name, now, now)

    @contextlib.contextmanager
    def span(self, name: str) -> Iterator[None]:
        began = time.time()
        try:
            yield
        finally:
            self.add(name, began, time.time())

    @property
    def spans(self) -> list[Span]:
        """By their start, the longer first."""
        with self._lock:
            return sorted(self._spans, key=lambda span: (span.start, -span.end))

    def table(self) -> str:
        """A line for each span: when it began, how long it took (milliseconds), where it ran."""
        lines = [f"{'at ms':>8} {'took ms':>8}  what (thread)"]
        for span in self.spans:
            took = f"{span.length * 1000:8.1f}" if span.length else " " * 8
            lines.append(f"{span.start * 1000:8.1f} {took}  {span.name} ({span.thread})")
        return "\n".join(lines)

    def write(self, path: str | os.PathLike[str]) -> Path:
        """Write the trace; OSError where the file cannot be written."""
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
            kind = {"ph": "X", "dur": round(span.length * 1e6)} if span.length else {"ph": "i", "s": "p"}
            events.append(event | kind)
        for name, number in threads.items():
            arguments = {"name": name}
            events.append({"name": "thread_name", "ph": "M", "pid": os.getpid(), "tid": number, "args": arguments})
        target = Path(path)
        target.write_text(json.dumps({"traceEvents": events, "displayTimeUnit": "ms"}), encoding="utf-8")
        return target


def process_start() -> float:
    """When this process began, as `time.time()`. From /proc on Linux, to 10 ms; elsewhere, the present moment."""
    try:
        stat = Path("/proc/self/stat").read_text(encoding="utf-8")
        ticks = int(stat.rpartition(")")[2].split()[19])
        age = time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK")
    except (AttributeError, OSError, ValueError, IndexError):
        return time.time()
    return time.time() - age


@dataclass(frozen=True, slots=True)
class Memory:
    """Of one process, in bytes. `proportional` (PSS) counts what n processes share for an nth in each."""

    name: str
    resident: int
    proportional: int


def memory_by_process(root: int | None = None) -> list[Memory]:
    """The process of the number `root`, this one unless told, and all that it started, the largest first.

    Empty where there is no /proc (outside Linux).
    """
    found = []
    root = os.getpid() if root is None else root
    for process in [root, *_descendants(root)]:
        try:
            rollup = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="utf-8")
            command = Path(f"/proc/{process}/cmdline").read_bytes().split(b"\0")
        except OSError:
            continue  # it has ended meanwhile, or is not ours to look at
        sizes = {line.split(":")[0]: int(line.split()[1]) * 1024 for line in rollup.splitlines() if line.endswith("kB")}
        found.append(Memory(_part(command), sizes.get("Rss", 0), sizes.get("Pss", 0)))
    return sorted(found, key=lambda memory: -memory.proportional)


def _descendants(process: int) -> list[int]:
    children: list[int] = []
    for tasks in Path(f"/proc/{process}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            children += map(int, tasks.read_text(encoding="utf-8").split())
    return [*children, *(below for child in children for below in _descendants(child))]


def _part(command: list[bytes]) -> str:
    """Chromium's processes say what they are for (`--type=renderer`); all others by their program."""
    kinds = [word.partition(b"=")[2].decode(errors="replace") for word in command if word.startswith(b"--type=")]
    return kinds[0] if kinds else Path(command[0].decode(errors="replace")).name
