"""docs/BROWSER_BENCHMARK.md: first paint, memory and imports beside a bare QWebEngineView and qutebrowser."""

import contextlib
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import IO, NamedTuple

import document
import plot
from rounds import in_turns, ratio, spread
from websockets.sync.client import connect

from minimal_browser_core.startup import memory_by_process

PAGE = "<!doctype html><title>Page</title><h1>Hello</h1>" + "<p>Some text to be painted, a line or two of it.</p>" * 40
PAINTED = """(() => { const [e] = performance.getEntriesByName('first-contentful-paint');
return e ? performance.timeOrigin + e.startTime : 0 })()"""
BARE = """
import sys
from PyQt6.QtCore import QUrl
from PyQt6.QtWebEngineWidgets import QWebEngineView
from PyQt6.QtWidgets import QApplication
app = QApplication(["bare"])
view = QWebEngineView()
view.resize(1180, 800)
view.load(QUrl.fromLocalFile(sys.argv[1]))
view.show()
app.exec()
"""
OURS = ["-m", "minimal_browser", "--temp-profile"]
BARE_VIEW, QUTEBROWSER = "bare QWebEngineView", "qutebrowser"
PYTHON, RUST = "this browser, in Python", "this browser, Rust modules"
COMMANDS = {
    BARE_VIEW: ["-c", BARE],
    PYTHON: OURS,
    RUST: OURS,
    QUTEBROWSER: ["-m", "qutebrowser", "--temp-basedir"],
}
BACKENDS = {PYTHON: "python", RUST: "rust"}
PATIENCE = 60.0  # seconds for a paint
SETTLED = 3.0  # seconds after the paint, when memory is looked at

INTRODUCTION = f"""\
One local page in each browser, each a fresh process with a fresh profile, in turns. The first paint is the page's
own `first-contentful-paint` ([Paint Timing](https://www.w3.org/TR/paint-timing/)), from the moment at which the
process was started; it is asked for through Chromium's debugging port, which all of them open for this. Memory is
the proportional set size (PSS) of the process and of all that it started, {SETTLED:.0f} s after the paint. All run
on the same Qt WebEngine, which is most of what is measured: a bare `QWebEngineView` in a window of its own is the
floor under any browser made of it."""


class Look(NamedTuple):
    paint: float  # seconds
    memory: float  # MB


def environment(name: str) -> dict[str, str]:
    found = dict(os.environ)
    if not found.get("DISPLAY") and not found.get("WAYLAND_DISPLAY"):
        found["QT_QPA_PLATFORM"] = "offscreen"
    if os.geteuid() == 0:  # whom Chromium's sandbox refuses
        found["QTWEBENGINE_DISABLE_SANDBOX"] = "1"
    if name in BACKENDS:
        found["MINIMAL_BROWSER_AI_BACKEND"] = found["MINIMAL_BROWSER_STORAGE_BACKEND"] = BACKENDS[name]
    return found


class Started(NamedTuple):
    process: "subprocess.Popen[str]"
    said: IO[str]
    """Its standard error."""

    def errors(self) -> str:
        self.said.seek(0)
        return self.said.read()


@contextlib.contextmanager
def started(name: str, page: Path, port: int, *options: str) -> Iterator[Started]:
    command = [sys.executable, *options, *COMMANDS[name], str(page)]
    env = environment(name) | {"QTWEBENGINE_REMOTE_DEBUGGING": str(port)}
    with (
        tempfile.TemporaryFile("w+") as said,
        subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=said, text=True) as process,
    ):
        try:
            yield Started(process, said)
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def painted(browser: Started, page: Path, port: int) -> float:
    """When the page was painted, in seconds since 1970."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and browser.process.poll() is None:
        if address := debugger(page, port):
            with connect(address) as devtools:
                while time.monotonic() < until:
                    call = {"id": 1, "method": "Runtime.evaluate", "params": {"expression": PAINTED}}
                    devtools.send(json.dumps(call))
                    if value := json.loads(devtools.recv())["result"]["result"].get("value"):
                        return float(value) / 1000
                    time.sleep(0.005)
        time.sleep(0.01)
    raise SystemExit(f"{browser.process.args} painted nothing:\n{browser.errors()}")


def debugger(page: Path, port: int) -> str | None:
    """Of the page, once it is there."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/json/list", timeout=PATIENCE) as answer:
            targets = json.load(answer)
    except OSError:
        return None
    return next((target["webSocketDebuggerUrl"] for target in targets if target["url"] == page.as_uri()), None)


def look(name: str, page: Path) -> Look:
    port, begun = free_port(), time.time()
    with started(name, page, port) as browser:
        paint = painted(browser, page, port) - begun
        time.sleep(SETTLED)
        held = memory_by_process(browser.process.pid)
        return Look(paint, sum(one.proportional for one in held) / 1e6)


def imports(name: str, page: Path) -> int:
    """Python modules that are imported up to some seconds after the page was painted."""
    port = free_port()
    with started(name, page, port, "-X", "importtime") as browser:
        painted(browser, page, port)
        time.sleep(SETTLED)
        return browser.errors().count("import time:")


def make(rounds: int) -> None:
    document.refuse_editable("ai_rust_client", "storage_rust")
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "page.html"
        page.write_text(PAGE, encoding="utf-8")
        looks = in_turns({name: partial(look, name, page) for name in COMMANDS}, rounds)
        modules = {name: imports(name, page) for name in COMMANDS}
    paints = {name: [one.paint for one in some] for name, some in looks.items()}
    memory = {name: [one.memory for one in some] for name, some in looks.items()}
    rows = [
        [
            name,
            document.cost([seconds * 1e3 for seconds in paints[name]]),
            document.times(ratio(paints[name], paints[BARE_VIEW])),
            document.cost(memory[name]),
            document.times(ratio(memory[name], memory[BARE_VIEW])),
            f"{modules[name]:,}",
        ]
        for name, some in looks.items()
    ]
    head = ["", "first paint, ms", "of the bare view", "memory, MB", "of the bare view", "Python modules"]
    medians = {"first paint, ms": [spread(some).median * 1e3 for some in paints.values()]}
    medians["memory, MB"] = [spread(some).median for some in memory.values()]
    display = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    document.write(
        "BROWSER_BENCHMARK",
        "The browser, measured",
        "scripts/nox -s figures -- browser",
        [
            f"{INTRODUCTION} This run was {'in a window' if display else 'offscreen'}.",
            plot.bars(document.FIGURES / "browser.svg", "First paint and memory", list(COMMANDS), medians),
            document.table(head, rows),
            CONCLUSION,
        ],
        ("minimal-browser", "PyQt6", "PyQt6-WebEngine", "qutebrowser"),
    )
    document.keep(
        "browser",
        {
            "paint_ms": {name: spread(some).median * 1e3 for name, some in paints.items()},
            "memory_mb": {name: spread(some).median for name, some in memory.items()},
        },
    )


CONCLUSION = """\
The native modules are worth nothing to the first paint, since no page needs them, and hardly anything to memory,
most of which is Qt WebEngine's. They even come later here, as they are asked for by name: the browser then looks
whether it can have them before it opens a window. Left to `auto`, as they are unless somebody says otherwise, they
are loaded when first used. What they are worth stands in the documents of [the client](RUST_CLIENT_BENCHMARK.md)
and of [the store](STORAGE_BENCHMARK.md). qutebrowser sets up all of itself before its first page; this browser
shows the page and becomes itself around it ([decision 11](decisions/0011-the-window-first.md))."""
