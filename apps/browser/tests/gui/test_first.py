"""The first page, before the browser is made around it: what happens meanwhile is not lost."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from minimal_browser.composition import Composition
from minimal_browser.profile.folder import ProfileFolder
from minimal_browser.startup.cli import Options
from minimal_browser.startup.first_page import FirstPage, begin
from minimal_browser_core.keys.modes import Mode
from minimal_browser_core.settings.schema import Config


@pytest.fixture
def compose(tmp_path: Path, qapp: QApplication) -> Iterator[Callable[[str], tuple[FirstPage, Callable[[], Any]]]]:
    """Begin with an address; the second value makes the browser around it."""
    made: list[Composition] = []

    def start(target: str) -> tuple[FirstPage, Callable[[], Any]]:
        folder = ProfileFolder(tmp_path)
        first = begin(target, folder, Config(), qapp)

        def rest() -> Composition:
            composition = Composition(Options(urls=(target,)), Config(), folder, first)
            made.append(composition)
            composition.start()
            return composition

        return first, rest

    yield start
    for composition in made:
        composition.window.close()
        composition.close()


def test_keys_pressed_too_early_are_acted_on_later(compose: Any, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("<title>Page</title>hello")
    first, rest = compose(str(tmp_path / "page.html"))
    QTest.keyClick(first.window.windowHandle(), Qt.Key.Key_I)
    assert rest().browser.keyboard.mode is Mode.INSERT


def test_a_page_that_was_loaded_meanwhile_has_its_title_on_the_tab(compose: Any, tmp_path: Path, qtbot: QtBot) -> None:
    (tmp_path / "page.html").write_text("<title>Loaded early</title>hello")
    first, rest = compose(str(tmp_path / "page.html"))
    with qtbot.waitSignal(first.view.loadFinished, timeout=20_000):
        """No browser listens yet."""
    window = rest().window
    assert window.tabs.bar.tabText(0) == "Loaded early"
    assert window.windowTitle() == "Loaded early — Minimal Browser"


def test_a_page_that_failed_meanwhile_gives_the_error_page(compose: Any, qtbot: QtBot) -> None:
    first, rest = compose("http://127.0.0.1:9/")
    with qtbot.waitSignal(first.view.loadFinished, timeout=20_000):
        """No browser listens yet."""
    composition = rest()
    with qtbot.waitSignal(composition.views.loaded, timeout=20_000) as loaded:
        """The page is written on the worker."""
    assert loaded.args == [first.view, False]
    assert first.view.address() == "http://127.0.0.1:9/"
