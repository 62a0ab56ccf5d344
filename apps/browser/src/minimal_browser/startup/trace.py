"""`--trace-startup`: measures the time and the memory of the start, until the first page is painted."""

import sys
from pathlib import Path

from PyQt6.QtCore import QObject, QTimer

from minimal_browser.startup.first_window import FirstWindow
from minimal_browser.toolkit.scripts import call
from minimal_browser_core.startup import Timeline, memory_by_process

PAINTED = Path(__file__).with_name("first_paint.js")
ASK_AGAIN_MS = 10


class StartupTrace(QObject):
    """Records the load of the first page, then writes the trace."""

    def __init__(self, timeline: Timeline, path: Path, first: FirstWindow) -> None:
        super().__init__(first)
        self._timeline, self._path, self._view = timeline, path, first.view
        self._written = False
        self._view.loadStarted.connect(lambda: timeline.moment("load started"))
        self._view.loadFinished.connect(self._loaded)

    def _loaded(self, _ok: bool) -> None:
        if not self._written:
            self._timeline.moment("load finished")
            self._ask()

    def _ask(self) -> None:
        page = self._view.page()
        if page is not None and not self._written:
            page.runJavaScript(call(PAINTED), self._painted)

    def _painted(self, moment: float) -> None:
        if not moment:
            QTimer.singleShot(ASK_AGAIN_MS, self._ask)
            return
        self._timeline.add("first contentful paint", moment / 1000, moment / 1000)
        self.write()

    def write(self) -> None:
        if self._written:
            return
        self._written = True
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
