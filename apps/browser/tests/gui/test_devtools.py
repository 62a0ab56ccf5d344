"""Chromium's developer tools."""

from typing import Any

import pytest
from PyQt6.QtWidgets import QApplication


@pytest.fixture
def browser(start: Any) -> Any:
    return start()


def test_the_tools_close_with_the_window(browser: Any) -> None:
    browser.browser.devtools.toggle()
    tools = [w for w in QApplication.topLevelWidgets() if w.windowTitle().startswith("Developer tools")]
    assert [tool.isVisible() for tool in tools] == [True]
    browser.window.close()
    browser.until(lambda: not any(w.isVisible() for w in QApplication.topLevelWidgets()), "every window to close")
