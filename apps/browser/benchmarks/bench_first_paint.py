"""First contentful paint of a local page: this browser against a bare QWebEngineView, as a ratio of one run.

Both are fresh processes with a temporary profile, started in turn. The time is from the process being started until
the page's own `first-contentful-paint` entry (Paint Timing, W3C): `performance.timeOrigin + startTime` on the same
clock. Without a display it runs offscreen; `xvfb-run` gives the figures of a real window.

    python benchmarks/bench_first_paint.py [ROUNDS]
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

BUDGET = 1.3

PAGE = "<!doctype html><title>Page</title><h1>Hello</h1>" + "<p>Some text to be painted, a line or two of it.</p>" * 40

PAINTED = """(() => { const [e] = performance.getEntriesByName('first-contentful-paint');
return e ? performance.timeOrigin + e.startTime : 0 })()"""

BARE = """
import os, sys
if hasattr(os, "geteuid") and os.geteuid() == 0:
    os.environ["QTWEBENGINE_DISABLE_SANDBOX"] = "1"
from PyQt6.QtCore import QTimer, QUrl
from PyQt6.QtWebEngineWidgets import QWebEngineView
from PyQt6.QtWidgets import QApplication
app = QApplication(["bare"])
view = QWebEngineView()
view.resize(1180, 800)
view.load(QUrl.fromLocalFile(sys.argv[1]))
view.show()
def report(value):
    if value:
        print(value, flush=True)
        os._exit(0)
    QTimer.singleShot(5, ask)
def ask():
    view.page().runJavaScript(sys.argv[2], report)
view.loadFinished.connect(lambda ok: ask())
app.exec()
"""

OURS = """
import os, sys
from PyQt6.QtCore import QTimer
import minimal_browser.startup.first_window as first_window
from minimal_browser.__main__ import main
def show(*given, real=first_window.show_first_window):
    first = real(*given)
    def report(value):
        if value:
            print(value, flush=True)
            given[1].discard_if_temporary()
            os._exit(0)
        QTimer.singleShot(5, ask)
    def ask():
        first.view.page().runJavaScript(sys.argv[2], report)
    first.view.loadFinished.connect(lambda ok: ask())
    return first
first_window.show_first_window = show
main(["--temp-profile", sys.argv[1]])
"""


def measure(code: str, page: Path) -> float:
    """Seconds from the start of the process to the first contentful paint."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    if not environment.get("DISPLAY") and not environment.get("WAYLAND_DISPLAY"):
        environment.setdefault("QT_QPA_PLATFORM", "offscreen")
    began = time.time()
    command = [sys.executable, "-c", code, str(page), PAINTED]
    result = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
    if not result.stdout.strip():
        raise SystemExit(f"no paint was seen:\n{result.stderr}")
    return float(result.stdout.split()[-1]) / 1000 - began


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "page.html"
        page.write_text(PAGE, encoding="utf-8")
        for code in (BARE, OURS):  # fills the caches of disk and bytecode
            measure(code, page)
        pairs = [(measure(BARE, page), measure(OURS, page)) for _ in range(rounds)]
    bare, ours = (statistics.median(times) for times in zip(*pairs, strict=True))
    ratio = statistics.median(mine / plain for plain, mine in pairs)
    print(f"first contentful paint, median of {rounds}: bare {bare * 1000:.0f} ms, this browser {ours * 1000:.0f} ms")
    print(f"ratio {ratio:.2f} (budget {BUDGET})")
    raise SystemExit(0 if ratio <= BUDGET else 1)


if __name__ == "__main__":
    main()
