"""`--trace-startup`: watches the first page, and tells where the time and the memory of the start went."""

import sys
from pathlib import Path

from PyQt6.QtCore import QObject, QTimer

from minimal_browser.startup.first_page import FirstPage
from minimal_browser_core.startup import Timeline, memory_by_process

# Paint Timing (W3C), on the clock of time.time(): milliseconds since 1970, 0 while nothing has been painted.
PAINTED = """(() => { const [e] = performance.getEntriesByName('first-contentful-paint');
return e ? performance.timeOrigin + e.startTime : 0 })()"""
ASK_AGAIN_MS = 10


class StartupTrace(QObject):
    def __init__(self, timeline: Timeline, path: Path, first: FirstPage) -> None:
        super().__init__(first)
        self._timeline, self._path, self._view = timeline, path, first.view
        self._is_told = False
        self._view.loadStarted.connect(lambda: timeline.moment("load started"))
        self._view.loadFinished.connect(self._loaded)

    def _loaded(self, _ok: bool) -> None:
        if not self._is_told:
            self._timeline.moment("load finished")
            self._ask()

    def _ask(self) -> None:
        page = self._view.page()
        if page is not None and not self._is_told:
            page.runJavaScript(PAINTED, self._painted)

    def _painted(self, moment: float) -> None:
        if not moment:
            QTimer.singleShot(ASK_AGAIN_MS, self._ask)
            return
        self._timeline.add("first contentful paint", moment / 1000, moment / 1000)
        self.tell()

    def tell(self) -> None:
        """Write the trace and print the tables, once."""
        if self._is_told:
            return
        self._is_told = True
        head = f"{'PSS MB':>8} {'RSS MB':>8}  memory of"
        parts = (
            f"{memory.proportional / 1e6:8.1f} {memory.resident / 1e6:8.1f}  {memory.name}"
            for memory in memory_by_process()
        )
        print("\n".join([self._timeline.table(), "", head, *parts]), flush=True)  # noqa: T201
        try:
            self._timeline.write(self._path)
        except OSError as error:
            sys.stderr.write(f"minimal-browser: {self._path}: the trace cannot be written: {error.strerror}\n")
            return
        print(f"Trace saved to {self._path}; ui.perfetto.dev opens it", flush=True)  # noqa: T201
