"""Messages, links and addresses in the status bar."""

from typing import Any

import pytest


@pytest.fixture
def browser(start: Any) -> Any:
    return start()


def test_a_page_cannot_show_a_link_as_its_own_address(browser: Any, site: Any) -> None:
    page = "<a id=l href='https://bank.example/login'>x</a><script>document.getElementById('l').focus()</script>"
    url = site.add("/evil", page)
    browser.open(url)
    status = browser.browser.status
    browser.until(lambda: status.message.full_text == "→ https://bank.example/login", "the focused link")
    assert status.url.full_text == url
    browser.browser.messages.show("something to know")
    browser.js("document.getElementById('l').blur()")
    browser.js("document.getElementById('l').focus()")
    assert status.message.full_text == "something to know"
    browser.command("tab-new")
    browser.until(lambda: status.url.full_text == "mb://start")
    assert "bank" not in status.message.full_text


def test_a_warning_about_a_page_disappears_with_the_page(browser: Any, site: Any) -> None:
    browser.open(f"{site.url}/nowhere")
    browser.until(lambda: "status 404" in browser.message)
    browser.open(site.add("/good", "<title>Good</title>"))
    assert browser.message == ""
