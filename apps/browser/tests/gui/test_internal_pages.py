"""The mb:// pages, and what web pages may not do with them."""

from typing import Any

import pytest


@pytest.fixture
def browser(start: Any) -> Any:
    return start()


def test_the_help_page_lists_keys_and_commands(browser: Any) -> None:
    browser.keys("?")
    browser.until(lambda: browser.browser.page.url().startswith("mb://help"))
    browser.until(lambda: "tab-close" in browser.text)


def test_the_version_page_says_what_was_selected_and_why(browser: Any) -> None:
    browser.command("version")
    browser.until(lambda: "Chromium" in browser.text)
    assert "ai backend" in browser.text
    assert "offline, no model" in browser.text
    assert "sandbox" in browser.text


def test_an_internal_page_is_shown_once(browser: Any) -> None:
    browser.command("help")
    browser.until(lambda: browser.browser.page.url().startswith("mb://help"))
    browser.command("tab 1")
    browser.command("help")
    assert [tab.url for tab in browser.browser.tabs.all()] == ["mb://start", "mb://help"]
    assert browser.browser.page.url() == "mb://help"


def test_an_internal_page_that_does_not_exist_is_reported(browser: Any) -> None:
    browser.open("mb://nonsense")
    browser.until(lambda: "There is no page" in browser.text)


def test_a_web_page_cannot_reach_internal_pages(browser: Any, site: Any, qtbot: Any) -> None:
    page = (
        "<title>web</title><script>"
        "fetch('mb://version').then(() => document.title = 'leaked', () => 0);"
        "const f = document.createElement('iframe'); f.src = 'mb://version'; document.head.append(f);"
        "location = 'mb://conversations';</script>"
    )
    browser.open(site.add("/evil", page))
    qtbot.wait(300)
    assert browser.browser.page.title() == "web"
    assert browser.browser.page.url() == site.url + "/evil"
    browser.until(lambda: "may not" in browser.message)
