"""The longest time for which the GUI thread was blocked: during a long streamed answer, a search, and a store.

A timer of the GUI thread is due every 2 ms; a gap between two of its ticks is time in which no key and no frame would
have been handled. The answer, 20,000 pieces of Markdown, comes as fast as the fake server can send it from a process of
its own.

    python benchmarks/bench_gui_block.py
"""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

if not os.environ.get("DISPLAY") and not os.environ.get("WAYLAND_DISPLAY"):
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PyQt6.QtCore import QEventLoop, QTimer

from minimal_browser import composition
from minimal_browser.background.stores import Stores
from minimal_browser.profile.folder import ProfileFolder
from minimal_browser.startup.cli import Options
from minimal_browser.startup.first_window import show_first_window
from minimal_browser.startup.qt_application import create_application
from minimal_browser_core.settings.observe import Settings

BUDGET_MS = 50
PIECES = 20_000
STORED = 2_000


class Gaps:
    """The longest gap between ticks since `reset`."""

    def __init__(self) -> None:
        self._timer = QTimer()
        self._timer.timeout.connect(self._tick)
        self._timer.start(2)
        self.reset()

    def reset(self) -> None:
        self._last = time.perf_counter()
        self.longest = 0.0

    def _tick(self) -> None:
        now = time.perf_counter()
        self.longest = max(self.longest, now - self._last)
        self._last = now


def pieces() -> tuple[str, ...]:
    made = []
    for number in range(PIECES):
        made.append(f"word{number} ")
        if number % 400 == 0:
            made.append("\n\n## A heading\n\n")
        elif number % 400 == 100:
            made.append("\n\n```python\nx = 1\ny = 2\n```\n\n")
        elif number % 40 == 0:
            made.append("\n\n- item **bold** `code`\n- ")
    return tuple(made)


@contextlib.contextmanager
def provider(folder: Path) -> Iterator[str]:
    """The fake server's command; gives its base URL."""
    script = folder / "script.json"
    replies = [{"reply": "answer", "text": ["Warm."]}, {"reply": "answer", "text": pieces()}]
    script.write_text(json.dumps({"replies": replies}), encoding="utf-8")
    command = [sys.executable, "-m", "minimal_browser_core.testing.fake_server", "--script", str(script)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            yield server.stdout.readline().strip() if server.stdout else ""
        finally:
            server.terminate()


def main() -> None:
    application = create_application("light")
    results: list[tuple[str, float]] = []
    with tempfile.TemporaryDirectory() as folder, provider(Path(folder)) as base_url:
        options = Options(base_url=base_url)
        profile = ProfileFolder(Path(folder))
        settings = Settings()
        first = show_first_window("mb://start", profile, settings, application)
        process = composition.compose(options, settings, profile, first)

        def until(done: Callable[[], bool], seconds: float = 120) -> None:
            deadline = time.monotonic() + seconds
            while not done():
                if time.monotonic() > deadline:
                    raise SystemExit("it did not come to its end")
                application.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)

        loaded: list[bool] = []
        process.opened.connect(lambda opened: opened.tabs.loaded.connect(lambda _tab, ok: loaded.append(ok)))
        composition.start(process, first, options)
        browser = process.windows[0]
        until(lambda: bool(loaded))
        # As much time as a person needs to reach for the space bar.
        reached = time.monotonic() + 2
        ticks = QTimer()
        ticks.start(50)
        until(lambda: time.monotonic() > reached)
        gaps = Gaps()

        def ask(text: str) -> None:
            browser.copilot.ask(text)
            until(lambda: not browser.copilot.is_answering)

        gaps.reset()
        ask("first")
        results.append(("the first question, panel and all", gaps.longest))

        gaps.reset()
        ask("long")
        results.append((f"an answer of {PIECES:,} pieces", gaps.longest))

        stored: list[int] = []

        def store(stores: Stores) -> int:
            number = len(stored)
            return stores.need_conversations().add_conversation(
                f"question {number} about a lens", "an answer " * 50, "model"
            )

        def go_on(id: int) -> None:
            stored.append(id)
            if len(stored) < STORED:
                process.parts.background.with_stores(store, go_on)

        gaps.reset()
        process.parts.background.with_stores(store, go_on)
        until(lambda: len(stored) == STORED)
        results.append((f"{STORED:,} exchanges stored, one after the other", gaps.longest))

        loaded.clear()
        gaps.reset()
        browser.navigation.open("mb://conversations?q=lens")
        until(lambda: bool(loaded))
        results.append((f"a search of {STORED:,} exchanges, shown", gaps.longest))
        process.close()
    for name, seconds in results:
        print(f"{seconds * 1000:7.1f} ms  {name}")
    worst = max(seconds for _, seconds in results) * 1000
    print(f"longest block {worst:.1f} ms (budget {BUDGET_MS} ms)")
    raise SystemExit(0 if worst <= BUDGET_MS else 1)


if __name__ == "__main__":
    main()
