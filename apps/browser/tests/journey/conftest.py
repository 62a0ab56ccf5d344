"""A screen (Xvfb), a person's hands (xdotool), and two looks at what is shown: screenshots and DevTools."""

import contextlib
import functools
import http.server
import importlib.util
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import mss
import mss.tools
import pytest
from websockets.sync.client import connect

T = TypeVar("T")
SIZE = (1280, 800)


def until(condition: Callable[[], T], what: str, seconds: float = 30) -> T:
    """The first true value of `condition`; fails naming `what` where none comes in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if value := condition():
            return value
        time.sleep(0.05)
    pytest.fail(f"waited {seconds:.0f} s in vain for: {what}")


class Screen:
    """One X display with one window on it."""

    size = SIZE

    def __init__(self, display: str) -> None:
        self.display = display
        self._env = {**os.environ, "DISPLAY": display}

    def xdotool(self, *arguments: str) -> str:
        command = ["xdotool", *arguments]
        return subprocess.run(command, env=self._env, capture_output=True, text=True, check=True).stdout

    def focus(self, title: str) -> None:
        window = until(lambda: self._windows(title), f"a window titled {title}")[-1]
        self.xdotool("windowfocus", "--sync", window)

    def _windows(self, title: str) -> list[str]:
        with contextlib.suppress(subprocess.CalledProcessError):
            return self.xdotool("search", "--onlyvisible", "--name", title).split()
        return []

    def keys(self, *names: str) -> None:
        """Press keys by their X names: `space`, `Return`, `Escape`, `colon`, `alt+y`."""
        self.xdotool("key", "--delay", "30", *names)

    def type(self, text: str) -> None:
        self.xdotool("type", "--delay", "15", text)

    def settle(self) -> None:
        """Return once two looks at the screen, a fifth of a second apart, show the same."""

        def still() -> bool:
            with mss.MSS(display=self.display) as camera:
                before = camera.grab(camera.monitors[0]).rgb
                time.sleep(0.2)
                return before == camera.grab(camera.monitors[0]).rgb

        until(still, "the screen to be still")

    def shot(self, path: Path) -> mss.screenshot.ScreenShot:
        """The whole screen, kept as a PNG for people to look at."""
        with mss.MSS(display=self.display) as camera:
            image = camera.grab(camera.monitors[0])
        path.parent.mkdir(parents=True, exist_ok=True)
        mss.tools.to_png(image.rgb, image.size, output=str(path))
        return image


class Browser:
    """The program as a person starts it, in a process of its own."""

    def __init__(self, screen: Screen, home: Path, *arguments: str) -> None:
        self.screen = screen
        self._port = _free_port()
        environment = {name: value for name, value in os.environ.items() if not name.endswith("_API_KEY")}
        environment |= {
            "DISPLAY": screen.display,
            "HOME": str(home),
            "XDG_CONFIG_HOME": str(home / "config"),
            "XDG_DATA_HOME": str(home / "data"),
            "XDG_CACHE_HOME": str(home / "cache"),
            "XDG_RUNTIME_DIR": str(home),
            "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
            "QTWEBENGINE_REMOTE_DEBUGGING": f"127.0.0.1:{self._port}",
            "QT_QPA_PLATFORM": "xcb",
        }
        # The first a person seldom has, the second is left by windows of this process.
        for name in ("PROFILE", "QTWEBENGINE_CHROMIUM_FLAGS"):
            environment.pop(name, None)
        self._log = (home / "browser.log").open("ab+")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "minimal_browser", "-v", *arguments],
            env=environment,
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )
        self.log_path = home / "browser.log"

    def pages(self) -> list[dict[str, Any]]:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self._port}/json/list", timeout=5) as answer:
                return [page for page in json.load(answer) if page["type"] == "page"]
        except OSError:
            assert self._process.poll() is None, f"the browser ended:\n{self.log()}"
            return []

    def page(self, *, url: str = "", title: str = "") -> dict[str, Any]:
        """The page whose address starts with `url` and whose title holds `title`, once it is there."""

        def find() -> dict[str, Any] | None:
            return next((p for p in self.pages() if p["url"].startswith(url) and title in p["title"]), None)

        return until(find, f"a page at {url or 'any address'} titled {title or 'anything'}")

    def evaluate(self, page: dict[str, Any], expression: str) -> Any:
        with connect(page["webSocketDebuggerUrl"], max_size=None, proxy=None) as devtools:
            request = {
                "id": 1,
                "method": "Runtime.evaluate",
                "params": {"expression": expression, "returnByValue": True},
            }
            devtools.send(json.dumps(request))
            return json.loads(devtools.recv())["result"]["result"].get("value")

    def log(self) -> str:
        return self.log_path.read_text(errors="replace")

    def quit(self) -> None:
        """`:q` as a person types it; fails where the program does not end well."""
        self.screen.keys("Escape")
        self.screen.type(":quit")
        self.screen.keys("Return")
        code = self._process.wait(timeout=30)
        self._log.close()
        assert code == 0, f"exit code {code}:\n{self.log()}"
        assert "Traceback" not in self.log(), self.log()

    def kill(self) -> None:
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
        self._log.close()


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """The test says what it needs to say."""


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def colours(image: Any) -> int:
    """How many different colours a screenshot shows: one where nothing was painted."""
    pixels = image.rgb
    return len({pixels[at : at + 3] for at in range(0, len(pixels), 3 * 97)})


@pytest.fixture(name="colours")
def _colours() -> Callable[..., int]:
    return colours


@pytest.fixture(name="until")
def _until() -> Callable[..., Any]:
    return until


@pytest.fixture(params=["python", "rust"])
def backend(request: pytest.FixtureRequest) -> str:
    wheels = [name for name in ("ai_rust_client", "storage_rust") if importlib.util.find_spec(name) is None]
    if request.param == "rust" and wheels:
        message = f"not installed: {', '.join(wheels)}"
        if os.environ.get("REQUIRE_NATIVE") == "1":
            pytest.fail(message)
        pytest.skip(message)
    return str(request.param)


@pytest.fixture
def screen() -> Iterator[Screen]:
    read, write = os.pipe()
    size = f"{SIZE[0]}x{SIZE[1]}x24"
    command = ["Xvfb", "-displayfd", str(write), "-screen", "0", size, "-nolisten", "tcp", "-noreset"]
    server = subprocess.Popen(command, pass_fds=[write], stderr=subprocess.DEVNULL)
    os.close(write)
    with os.fdopen(read) as answer:
        display = f":{answer.readline().strip()}"
    yield Screen(display)
    server.terminate()
    server.wait()


@pytest.fixture
def start(screen: Screen, tmp_path: Path) -> Iterator[Callable[..., Browser]]:
    started: list[Browser] = []

    def launch(*arguments: str) -> Browser:
        browser = Browser(screen, tmp_path, *arguments)
        started.append(browser)
        return browser

    yield launch
    for browser in started:
        browser.kill()


@pytest.fixture
def site(tmp_path: Path) -> Iterator[str]:
    """The pages of `site/` beside this file, over HTTP on loopback; gives their address."""
    handler = functools.partial(_Quiet, directory=str(Path(__file__).parent / "site"))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture
def artifacts() -> Path:
    """Where screenshots are kept after the run."""
    return Path(os.environ.get("MINIMAL_BROWSER_ARTIFACTS", "artifacts/journey")).absolute()
