"""A progress bar for commands that can take long."""

import os
import shutil
import sys
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Final, Self

_INTERVAL: Final = 0.1  # seconds between two drawings
_WIDTH: Final = 30  # characters of the bar
_ERASE: Final = "\r\x1b[K"


class ProgressBar:
    """A line on standard error while the block runs; nothing if that is not a terminal.

    How much is done comes from `update`, or from `measure`, which the thread that draws the line calls. Without either,
    a mark moves from side to side.
    """

    def __init__(self, label: str, measure: Callable[[], tuple[int, int]] | None = None) -> None:
        self._label = label
        self._measure = measure
        self._done = self._total = 0
        self._started = time.monotonic()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="progress bar", daemon=True)
        self._is_shown = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"

    def update(self, done: int, total: int) -> None:
        """Report how much is done, in any unit."""
        self._done, self._total = done, total

    def __enter__(self) -> Self:
        if self._is_shown:
            self._thread.start()
        return self

    def __exit__(self, t: type[BaseException] | None, e: BaseException | None, tb: TracebackType | None) -> None:
        self._ended.set()
        if self._is_shown:
            self._thread.join()
            sys.stderr.write(_ERASE)
            sys.stderr.flush()

    def _run(self) -> None:
        while True:
            if self._measure is not None:
                self.update(*self._measure())
            sys.stderr.write(_ERASE + self.line(time.monotonic() - self._started))
            sys.stderr.flush()
            if self._ended.wait(_INTERVAL):
                return

    def line(self, seconds: float) -> str:
        """What the terminal shows after some seconds."""
        if self._total > 0:
            fraction = min(1.0, self._done / self._total)
            filled = round(fraction * _WIDTH)
            bar, percent = "#" * filled + " " * (_WIDTH - filled), f" {fraction:4.0%}"
        else:
            step = int(seconds / _INTERVAL) % (2 * _WIDTH - 2)
            position = min(step, 2 * _WIDTH - 2 - step)
            bar, percent = " " * position + "#" + " " * (_WIDTH - 1 - position), ""
        text = f"{self._label} [{bar}]{percent} {int(seconds)} s"
        return text[: shutil.get_terminal_size().columns - 1]
