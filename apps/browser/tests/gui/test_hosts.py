"""Host names that imitate others are shown and copied in ASCII everywhere. *.localhost leads to this computer."""

from typing import Any

import pytest
from PyQt6.QtCore import QUrl

from minimal_browser_core.hosts.display import display_url

IMITATION = "аррӏе"
"""Reads as apple, in Cyrillic letters."""
ASCII = "xn--80ak6aa92e"


@pytest.fixture
def browser(start: Any, site: Any) -> Any:
    return start()


def address(site: Any, path: str, host: str) -> str:
    return site.url.replace("127.0.0.1", f"{host}.localhost") + path


def test_an_imitation_is_shown_and_copied_in_ascii(browser: Any, site: Any) -> None:
    site.add("/", "text")
    url = address(site, "/", ASCII)
    browser.open(url)
    assert browser.browser.status.url.full_text == url
    assert IMITATION not in browser.window.windowTitle()
    assert all(IMITATION not in f"{tab.title} {tab.url}" for tab in browser.browser.tabs.all())
    browser.keys("y", "y")
    assert browser.browser.clipboard.text() == url
    assert IMITATION not in browser.message
    browser.command("edit-url")
    assert browser.browser.command_line.widget.edit.text() == f"open {url}"


def test_a_name_in_one_script_is_shown_in_unicode_and_copied_in_ascii(browser: Any, site: Any) -> None:
    site.add("/%C3%BC", "<title>Bücher</title>text")
    url = address(site, "/%C3%BC", "xn--bcher-kva")
    browser.open(url)
    assert browser.browser.status.url.full_text == address(site, "/ü", "bücher")
    browser.keys("y", "y")
    assert browser.browser.clipboard.text() == url


def test_a_link_to_an_imitation_is_shown_in_ascii(browser: Any, site: Any) -> None:
    for top in ("com", "de", "localhost"):
        link = f"<a id=l href='https://{IMITATION}.{top}/'>x</a><script>document.getElementById('l').focus()</script>"
        browser.open(site.add(f"/{top}", link))
        browser.until(lambda top=top: browser.browser.status.message.full_text == f"→ https://{ASCII}.{top}/")


def test_messages_and_error_pages_name_an_imitation_in_ascii(browser: Any, site: Any) -> None:
    browser.open(address(site, "/nowhere", ASCII))
    browser.until(lambda: f"{ASCII}.localhost answered with the status 404" in browser.message)
    site.close()
    browser.open(address(site, "/", ASCII))
    browser.until(lambda: f"{ASCII}.localhost" in browser.text)
    assert IMITATION not in browser.text
    assert browser.browser.status.url.full_text == address(site, "/", ASCII)
    site.open()


def test_history_and_completion_name_an_imitation_in_ascii(browser: Any, site: Any) -> None:
    site.add("/visited", "text")
    browser.wait_for_history()
    browser.open(address(site, "/visited", ASCII))
    browser.until(lambda: "visited" in browser.visited())
    browser.browser.bookmarks.add(f"https://{IMITATION}.com/", "", (), "")
    browser.open("mb://history")
    browser.until(lambda: f"{ASCII}.localhost" in browser.text)
    assert IMITATION not in browser.text
    browser.open("mb://bookmarks")
    browser.until(lambda: f"{ASCII}.com" in browser.text)
    assert IMITATION not in browser.text
    browser.browser.suggestions.load_bookmarks()
    browser.until(lambda: any(ASCII in line.label for line in browser.browser.suggestions.complete("open xn--")))
    assert not any(IMITATION in line.label for line in browser.browser.suggestions.complete("open "))


@pytest.mark.parametrize("host", ["bücher.example", "straße.de", "中国.cn", "торты.ru", "eコマース.jp", "한글han.kr"])
def test_a_shown_address_that_is_typed_leads_to_the_same_host(host: str) -> None:
    url = QUrl(f"https://{host}/")
    encoded = url.toString(QUrl.ComponentFormattingOption.FullyEncoded)
    assert display_url(encoded) == f"https://{host}/"
    assert QUrl(display_url(encoded)) == url
