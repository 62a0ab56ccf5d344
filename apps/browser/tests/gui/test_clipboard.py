"""Copying addresses."""

from typing import Any

import pytest


@pytest.fixture
def browser(start: Any, site: Any) -> Any:
    return start(site.add("/one", "<title>One</title>one"))


def test_yy_copies_the_address(browser: Any, site: Any) -> None:
    browser.keys("y", "y")
    assert browser.browser.clipboard.text() == f"{site.url}/one"
