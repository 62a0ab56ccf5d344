"""What pages ask for, and do not get."""

from typing import Any

import pytest


@pytest.fixture
def browser(start: Any) -> Any:
    return start()


def test_permissions_are_denied_with_a_message(browser: Any, site: Any) -> None:
    browser.open(site.add("/where", "<title>where</title>"))
    browser.js(
        "navigator.geolocation.getCurrentPosition(() => document.title = 'told', () => document.title = 'denied')",
        world=0,
    )
    browser.until(lambda: browser.browser.page.title() == "denied")
    assert "geolocation" in browser.message
