"""The first window, before the rest of the browser exists: keys and signals that come early are not lost."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from minimal_browser import composition
from minimal_browser.application.application import Application
from minimal_browser.profile.folder import ProfileFolder
from minimal_browser.startup.cli import Options
from minimal_browser.startup.first_window import FirstWindow, show_first_window
from minimal_browser.window.browser import Browser
from minimal_browser_core.keys.modes import Mode
from minimal_browser_core.settings.observe import Settings


@pytest.fixture
def show(tmp_path: Path, qapp: QApplication) -> Iterator[Callable[[str], tuple[FirstWindow, Callable[[], Browser]]]]:
    """Show a window with an address; the second value creates the browser in it."""
    created: list[Application] = []

    def start(target: str) -> tuple[FirstWindow, Callable[[], Browser]]:
        folder = ProfileFolder(tmp_path)
        settings, options = Settings(), Options(urls=(target,))
        first = show_first_window(target, folder, settings, qapp)

        def create() -> Browser:
            application = composition.compose(options, settings, folder, first)
            created.append(application)
            composition.start(application, first, options)
            return application.windows[0]

        return first, create

    yield start
    for application in created:
        application.close()


def test_keys_pressed_too_early_are_handled_later(show: Any, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("<title>Page</title>hello")
    first, create = show(str(tmp_path / "page.html"))
    QTest.keyClick(first.window.windowHandle(), Qt.Key.Key_I)
    assert create().modes.mode is Mode.INSERT


def test_a_page_that_loaded_too_early_has_its_title_on_the_tab(show: Any, tmp_path: Path, qtbot: QtBot) -> None:
    (tmp_path / "page.html").write_text("<title>Loaded early</title>hello")
    first, create = show(str(tmp_path / "page.html"))
    with qtbot.waitSignal(first.view.loadFinished, timeout=20_000):
        """No browser listens yet."""
    browser = create()
    assert browser.tabs.bar.tabText(0) == "Loaded early"
    assert browser.window.windowTitle() == "Loaded early — Minimal Browser"


def test_a_page_that_failed_too_early_gives_the_error_page(show: Any, qtbot: QtBot) -> None:
    first, create = show("http://127.0.0.1:9/")
    with qtbot.waitSignal(first.view.loadFinished, timeout=20_000):
        """No browser listens yet."""
    browser = create()
    with qtbot.waitSignal(browser.tabs.loaded, timeout=20_000) as loaded:
        """The page is written in the background."""
    tab, ok = loaded.args
    assert tab.view is first.view
    assert not ok
    assert first.view.address() == "http://127.0.0.1:9/"
