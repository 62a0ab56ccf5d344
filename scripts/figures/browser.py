"""docs/BROWSER_BENCHMARK.md: first paint, memory and imports compared with a bare QWebEngineView and qutebrowser."""

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
FIRST_PAINT = Path(__file__).with_name("first_paint.js").read_text(encoding="utf-8")
OURS = ["-m", "minimal_browser", "--temp-profile"]
BARE_VIEW, QUTEBROWSER = "bare QWebEngineView", "qutebrowser"
PYTHON, RUST = "this browser, in Python", "this browser, Rust modules"
COMMANDS = {
    BARE_VIEW: [str(Path(__file__).with_name("bare_view.py"))],
    PYTHON: OURS,
    RUST: OURS,
    QUTEBROWSER: ["-m", "qutebrowser", "--temp-basedir"],
}
BACKENDS = {PYTHON: "python", RUST: "rust"}
TIMEOUT = 60.0  # seconds for a paint
SETTLED = 3.0  # seconds after the paint, when memory is measured

INTRODUCTION = f"""\
Each browser loads one local page, in a fresh process with a fresh profile, in turns. The first paint is the page's
own `first-contentful-paint` ([Paint Timing](https://www.w3.org/TR/paint-timing/)), counted from the start of the
process and read through Chromium's debugging port, which all of them open for this. Memory is
the proportional set size (PSS) of the process and all its children, {SETTLED:.0f} s after the paint. All run
on the same Qt WebEngine, which is most of what is measured: a bare `QWebEngineView` in a window is the lower bound
for any browser made of it."""


class Measurement(NamedTuple):
    """One start of a browser."""

    paint: float  # seconds
    memory: float  # MB


def environment(name: str) -> dict[str, str]:
    """The environment for one of the browsers."""
    found = dict(os.environ)
    if not found.get("DISPLAY") and not found.get("WAYLAND_DISPLAY"):
        found["QT_QPA_PLATFORM"] = "offscreen"
    if os.geteuid() == 0:  # Chromium's sandbox refuses to run as root
        found["QTWEBENGINE_DISABLE_SANDBOX"] = "1"
    if name in BACKENDS:
        found["MINIMAL_BROWSER_AI_BACKEND"] = found["MINIMAL_BROWSER_STORAGE_BACKEND"] = BACKENDS[name]
    return found


class Started(NamedTuple):
    """A running browser."""

    process: "subprocess.Popen[str]"
    stderr: IO[str]

    def errors(self) -> str:
        self.stderr.seek(0)
        return self.stderr.read()


@contextlib.contextmanager
def started(name: str, page: Path, port: int, *options: str) -> Iterator[Started]:
    """Run a browser on the page, and terminate it afterwards."""
    command = [sys.executable, *options, *COMMANDS[name], str(page)]
    env = environment(name) | {"QTWEBENGINE_REMOTE_DEBUGGING": str(port)}
    with (
        tempfile.TemporaryFile("w+") as stderr,
        subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=stderr, text=True) as process,
    ):
        try:
            yield Started(process, stderr)
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()


def free_port() -> int:
    """A TCP port that nothing listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def painted(browser: Started, page: Path, port: int) -> float:
    """When the page was painted, in seconds since 1970."""
    until = time.monotonic() + TIMEOUT
    while time.monotonic() < until and browser.process.poll() is None:
        if address := debugger(page, port):
            with connect(address) as devtools:
                while time.monotonic() < until:
                    call = {"id": 1, "method": "Runtime.evaluate", "params": {"expression": FIRST_PAINT}}
                    devtools.send(json.dumps(call))
                    if value := json.loads(devtools.recv())["result"]["result"].get("value"):
                        return float(value) / 1000
                    time.sleep(0.005)
        time.sleep(0.01)
    raise SystemExit(f"{browser.process.args} painted nothing within the time limit:\n{browser.errors()}")


def debugger(page: Path, port: int) -> str | None:
    """The address of the page's debugger, or None before the page exists."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/json/list", timeout=TIMEOUT) as answer:
            targets = json.load(answer)
    except OSError:
        return None
    return next((target["webSocketDebuggerUrl"] for target in targets if target["url"] == page.as_uri()), None)


def measure(name: str, page: Path) -> Measurement:
    """Start a browser once, and measure its first paint and memory."""
    port, start_time = free_port(), time.time()
    with started(name, page, port) as browser:
        paint = painted(browser, page, port) - start_time
        time.sleep(SETTLED)
        held = memory_by_process(browser.process.pid)
        return Measurement(paint, sum(one.proportional for one in held) / 1e6)


def imports(name: str, page: Path) -> int:
    """Count the Python modules imported until a few seconds after the page was painted."""
    port = free_port()
    with started(name, page, port, "-X", "importtime") as browser:
        painted(browser, page, port)
        time.sleep(SETTLED)
        return browser.errors().count("import time:")


def make(rounds: int) -> None:
    """Measure, and write the document."""
    document.refuse_editable("ai_rust_client", "storage_rust")
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "page.html"
        page.write_text(PAGE, encoding="utf-8")
        measurements = in_turns({name: partial(measure, name, page) for name in COMMANDS}, rounds)
        modules = {name: imports(name, page) for name in COMMANDS}
    paints = {name: [one.paint for one in some] for name, some in measurements.items()}
    memory = {name: [one.memory for one in some] for name, some in measurements.items()}
    rows = [
        [
            name,
            document.cost([seconds * 1e3 for seconds in paints[name]]),
            document.times(ratio(paints[name], paints[BARE_VIEW])),
            document.cost(memory[name]),
            document.times(ratio(memory[name], memory[BARE_VIEW])),
            f"{modules[name]:,}",
        ]
        for name, some in measurements.items()
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
    document.save(
        "browser",
        {
            "paint_ms": {name: spread(some).median * 1e3 for name, some in paints.items()},
            "memory_mb": {name: spread(some).median for name, some in memory.items()},
        },
    )


CONCLUSION = """\
The native modules do not help the first paint, since no page needs them, and hardly change memory, most of which is
Qt WebEngine's. Here they even delay it, because they are selected by name: the browser then checks that it can import
them before it opens a window. With the default, `auto`, they are loaded when first used. The documents of
[the client](RUST_CLIENT_BENCHMARK.md) and [the store](STORAGE_BENCHMARK.md) show what they are good for. qutebrowser
loads completely before its first page; this browser shows the page first and loads the rest around it
([decision 11](decisions/0011-the-window-first.md))."""
