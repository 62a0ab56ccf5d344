"""Starting Chromium while Python imports what comes next: each takes about 100 ms, and neither needs the other."""

import contextlib
import threading
from collections.abc import Callable

from PyQt6 import sip
from PyQt6.QtCore import QTimer
from PyQt6.QtWebEngineWidgets import QWebEngineView
from PyQt6.QtWidgets import QApplication


def start_engine(application: QApplication, meanwhile: Callable[[], None]) -> None:
    """Blocks until Chromium runs; `meanwhile` imports, on a thread of its own. Before anything else of WebEngine.

    PyQt gives the interpreter up in the event loop only, so Chromium is started from there: by a view that nobody sees,
    whose slot is C++ and needs no interpreter. What `meanwhile` cannot import, the import that follows will tell.
    """
    view = QWebEngineView()
    timer = QTimer()
    timer.setSingleShot(True)
    timer.timeout.connect(view.reload)
    timer.start(0)

    def work() -> None:
        with contextlib.suppress(ImportError):
            meanwhile()

    thread = threading.Thread(target=work, name="imports")
    thread.start()
    application.processEvents()
    thread.join()
    sip.delete(view)
