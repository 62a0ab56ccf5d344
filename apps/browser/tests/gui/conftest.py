"""Real windows, offscreen unless QT_QPA_PLATFORM says otherwise, driven by key events as the platform sends them."""

import contextlib
import http.server
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from minimal_browser_core.errors import ConfigError
from minimal_browser_core.keys.modes import Mode
from minimal_browser_core.settings.load import parse_settings
from minimal_browser_core.storage.port import HistoryHit

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from minimal_browser import composition
from minimal_browser.application.application import Application
from minimal_browser.background.stores import Stores
from minimal_browser.page.view import ISOLATED_WORLD, WebView
from minimal_browser.profile.folder import ProfileFolder
from minimal_browser.startup.cli import Options
from minimal_browser.startup.first_window import show_first_window
from minimal_browser.startup.qt_application import create_application
from minimal_browser.window.browser import Browser

WAIT_MS = 20_000
KEYS = {
    "<Esc>": Qt.Key.Key_Escape,
    "<CR>": Qt.Key.Key_Return,
    "<Tab>": Qt.Key.Key_Tab,
    "<BS>": Qt.Key.Key_Backspace,
    "<Space>": Qt.Key.Key_Space,
    "<Up>": Qt.Key.Key_Up,
    "<Down>": Qt.Key.Key_Down,
}


@pytest.fixture(scope="session")
def qapp() -> QApplication:
    """Replaces pytest-qt's: the URL schemes must be registered before the application is created."""
    return create_application("light")


class Site:
    """Pages on loopback; `requests` are the paths that were asked for."""

    def __init__(self) -> None:
        self.pages: dict[str, tuple[str, bytes]] = {}
        self.requests: list[str] = []
        self.locked: dict[str, str] = {}
        """Paths, and the header `Authorization` that opens each."""
        self.redirects: dict[str, str] = {}
        """Paths, and the address that each redirects to."""
        self.fallback = "not here"
        """What is sent, with the status 404, for any other path."""
        self._held = ""
        self._go_on = threading.Event()
        site = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.requests.append(self.path)
                if self.path == site._held:
                    site._go_on.wait(WAIT_MS / 1000)
                if self.path in site.locked and self.headers["Authorization"] != site.locked[self.path]:
                    self.send_response(401)
                    self.send_header("WWW-Authenticate", 'Basic realm="the vault"')
                    self.send_header("Content-Length", "6")
                    self.end_headers()
                    self.wfile.write(b"locked")
                    return
                if self.path in site.redirects:
                    self.send_response(302)
                    self.send_header("Location", site.redirects[self.path])
                    self.send_header("Content-Length", "0")
                    self.end_headers()
                    return
                kind, body = site.pages.get(self.path, ("text/html", site.fallback.encode()))
                self.send_response(200 if self.path in site.pages else 404)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                if kind == "application/octet-stream":
                    self.send_header("Content-Disposition", 'attachment; filename="../../evil\\u202etxt.sh"')
                self.end_headers()
                with contextlib.suppress(ConnectionError):  # the browser may have stopped waiting
                    self.wfile.write(body)

            def do_POST(self) -> None:
                self.do_GET()

            def log_message(self, format: str, *args: object) -> None:
                """Log nothing."""

        self._handler = Handler
        self._port = 0
        self.open()
        self.url = f"http://127.0.0.1:{self._port}"

    def open(self) -> None:
        """Again after `close`, at the same address."""
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", self._port), self._handler)
        self._port = self._server.server_port
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    def add(self, path: str, body: str, kind: str = "text/html; charset=utf-8") -> str:
        self.pages[path] = (kind, body.encode())
        return self.url + path

    @contextlib.contextmanager
    def holding(self, path: str) -> Iterator[None]:
        """Let requests for `path` wait until the end of this block."""
        self._go_on.clear()
        self._held = path
        yield
        self._held = ""
        self._go_on.set()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class Driver:
    """A user at one window."""

    def __init__(self, application: Application, browser: Browser, qtbot: QtBot) -> None:
        self.application = application
        self.browser = browser
        self.window = browser.window
        self._qtbot = qtbot

    def until(self, condition: Callable[[], Any], what: str = "") -> None:
        def holds() -> None:
            assert condition(), what

        self._qtbot.waitUntil(holds, timeout=WAIT_MS)

    def keys(self, *names: str) -> None:
        """Each a character, or a name such as `<Esc>` or `<A-y>`."""
        for name in names:
            handle = self.window.windowHandle()
            assert handle is not None
            if name in KEYS:
                QTest.keyClick(handle, KEYS[name])
            elif name.startswith("<A-"):
                QTest.keyClick(handle, name[3], Qt.KeyboardModifier.AltModifier)
            elif name.startswith("<C-"):
                QTest.keyClick(handle, name[3], Qt.KeyboardModifier.ControlModifier)
            else:
                QTest.keyClick(handle, name)

    def type(self, text: str) -> None:
        self.keys(*("<Space>" if letter == " " else letter for letter in text))

    def command(self, line: str) -> None:
        self.type(f":{line}")
        self.keys("<CR>")

    def click(self, x: int, y: int) -> None:
        """At a place of the page, in its pixels."""
        handle = self.window.windowHandle()
        assert handle is not None
        place = self.view.mapTo(self.window, QPoint(x, y))
        QTest.mouseClick(handle, Qt.MouseButton.LeftButton, pos=place)

    @property
    def view(self) -> WebView:
        return self.browser.view()

    @property
    def mode(self) -> Mode:
        return self.browser.modes.mode

    @property
    def message(self) -> str:
        return self.browser.messages.text

    def open(self, url: str) -> None:
        """And wait for it, or for our error page; that another tab has loaded is not enough."""
        with self._qtbot.waitSignal(
            self.browser.tabs.loaded, timeout=WAIT_MS, check_params_cb=lambda tab, _ok: tab.view is self.view
        ):
            self.browser.navigation.open(url)

    @property
    def titles(self) -> list[str]:
        """Of all tabs, left to right."""
        return [tab.title for tab in self.browser.tabs.all()]

    @property
    def text(self) -> str:
        """What the page shows."""
        return str(self.js("document.body ? document.body.innerText : ''"))

    @property
    def labels(self) -> list[str]:
        """Of the suggestions on show."""
        return [suggestion.label for suggestion in self.browser.command_line.widget.suggestions]

    def wait_for_history(self) -> None:
        """The stores are opened a moment after the first page."""
        self.until(lambda: self.application.parts.history.started, "visits to be stored")

    def visited(self) -> dict[str, HistoryHit]:
        """The stored visits by path, once everything submitted before is stored."""
        found: list[Sequence[HistoryHit]] = []

        def read(stores: Stores) -> Sequence[HistoryHit]:
            assert stores.history is not None
            return stores.history.search("", limit=1000).hits

        self.application.parts.background.with_stores(read, found.append)
        self.until(lambda: found, "the history to be read")
        return {hit.url.split("/", 3)[3] if hit.url.startswith("http") else hit.url: hit for hit in found[0]}

    def ready(self) -> "Driver":
        """Wait until the window has the focus and its page is painted: Chromium drops keys before the first frame."""
        self.window.activateWindow()
        self.until(lambda: self.window.isAncestorOf(QApplication.focusWidget()), "the window to have the focus")
        self.until(lambda: self.js("performance.getEntriesByType('paint').length"), "the first frame")
        return self

    def js(self, script: str, view: WebView | None = None, world: int = ISOLATED_WORLD) -> Any:
        answers: list[Any] = []
        (view or self.view).web_page.runJavaScript(script, world, answers.append)
        self.until(lambda: answers, f"an answer to {script}")
        return answers[0]


@pytest.fixture
def site() -> Iterator[Site]:
    made = Site()
    yield made
    made.close()


@pytest.fixture
def start(qapp: QApplication, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Start a browser with a profile in the test's folder; it ends with the test, or earlier by `end`."""
    for variable in ("OPENROUTER_API_KEY", "OPENAI_API_KEY", "MINIMAL_BROWSER_API_KEY"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    running: list[Application] = []

    def launch(*urls: str, config: str = "", folder: Path | None = None, **options: Any) -> Driver:
        settings = parse_settings(config)
        path = folder or tmp_path / "profile"
        path.mkdir(exist_ok=True)
        profile = ProfileFolder(path)
        first = show_first_window(next(iter(urls), "mb://start"), profile, settings, qapp)
        given = Options(urls=urls, **options)
        try:
            application = composition.compose(given, settings, profile, first)
        except ConfigError:
            first.discard()
            raise
        running.append(application)
        loaded: list[bool] = []
        application.opened.connect(lambda browser: browser.tabs.loaded.connect(lambda _tab, ok: loaded.append(ok)))
        composition.start(application, first, given)
        qtbot.waitUntil(lambda: bool(loaded), timeout=WAIT_MS)
        return Driver(application, application.windows[0], qtbot).ready()

    def end(driver: Driver) -> None:
        running.remove(driver.application)
        driver.application.close()

    launch.end = end  # type: ignore[attr-defined]
    yield launch
    for application in running:
        application.close()
