"""The size of the page."""

from typing import Any

import pytest


@pytest.fixture
def browser(start: Any, site: Any) -> Any:
    return start(site.add("/one", "<title>One</title>one"))


def test_zoom_steps(browser: Any) -> None:
    browser.keys("z", "i")
    assert "110" in browser.message
    browser.keys("z", "z")
    assert "100" in browser.message
