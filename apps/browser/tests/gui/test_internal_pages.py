"""mb:// pages, the error page, and what pages of the web may not do."""

import os
import signal
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def browser(start: Any) -> Any:
    return start()


def text(browser: Any) -> str:
    return str(browser.js("document.body ? document.body.innerText : ''"))


def test_the_help_page_lists_keys_and_commands(browser: Any) -> None:
    browser.keys("?")
    browser.until(lambda: browser.browser.page.url().startswith("mb://help"))
    browser.until(lambda: "tab-close" in text(browser))


def test_the_version_page_says_what_was_selected_and_why(browser: Any) -> None:
    browser.command("version")
    browser.until(lambda: "Chromium" in text(browser))
    assert "ai backend" in text(browser)
    assert "offline, no model" in text(browser)
    assert "sandbox" in text(browser)


def test_an_own_page_is_shown_once(browser: Any) -> None:
    browser.command("help")
    browser.until(lambda: browser.browser.page.url().startswith("mb://help"))
    browser.command("tab 1")
    browser.command("help")
    assert [tab.url for tab in browser.browser.tabs.all()] == ["mb://start", "mb://help"]
    assert browser.browser.page.url() == "mb://help"


def test_an_own_page_that_is_not_there_is_said(browser: Any) -> None:
    browser.open("mb://nonsense")
    browser.until(lambda: "There is no page" in text(browser))


def test_a_server_that_is_not_there_gets_our_error_page_and_reload_tries_again(browser: Any, site: Any) -> None:
    url = site.add("/late", "<title>Late</title>here now")
    site.close()
    browser.open(url)
    browser.until(lambda: "did not open" in text(browser))
    assert "refused" in text(browser)
    assert browser.browser.page.url() == url
    assert browser.browser.status.url_text == url
    browser.keys("r")
    browser.until(lambda: "Tried again: net::ERR_CONNECTION_REFUSED" in browser.message)
    assert "did not open" in text(browser)
    site.open()
    browser.keys("r")
    browser.until(lambda: browser.browser.page.title() == "Late")
    browser.keys("H")
    browser.until(lambda: browser.browser.page.url() == "mb://start", "the page before the error")


def test_a_page_whose_process_ended_is_loaded_anew(browser: Any, site: Any) -> None:
    browser.open(site.add("/fragile", "<title>Fragile</title>here"))
    os.kill(browser.view.web_page.renderProcessPid(), signal.SIGKILL)
    browser.until(lambda: browser.browser.page.title() == "The page stopped working")
    assert "did not open" not in text(browser)
    browser.keys("r")
    browser.until(lambda: browser.browser.page.title() == "Fragile")


def test_a_page_cannot_pass_a_link_for_its_own_address(browser: Any, site: Any) -> None:
    page = "<a id=l href='https://bank.example/login'>x</a><script>document.getElementById('l').focus()</script>"
    url = site.add("/evil", page)
    browser.open(url)
    status = browser.browser.status
    browser.until(lambda: status.message_text == "→ https://bank.example/login", "the focused link")
    assert status.url_text == url
    browser.browser.messages.show("something to know")
    browser.js("document.getElementById('l').blur()")
    browser.js("document.getElementById('l').focus()")
    assert status.message_text == "something to know"
    browser.command("tab-new")
    browser.until(lambda: status.url_text == "mb://start")
    assert "bank" not in status.message_text


def test_what_is_said_of_a_page_goes_with_it(browser: Any, site: Any) -> None:
    browser.open(f"{site.url}/nowhere")
    browser.until(lambda: "status 404" in browser.message)
    browser.open(site.add("/good", "<title>Good</title>"))
    assert browser.message == ""


def test_a_file_that_is_not_there_gets_our_error_page(browser: Any, tmp_path: Path) -> None:
    browser.open(str(tmp_path / "nothing.html"))
    browser.until(lambda: "no such file" in text(browser))


def test_a_page_of_the_web_cannot_reach_our_pages(browser: Any, site: Any, qtbot: Any) -> None:
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


def test_permissions_are_denied_with_a_message(browser: Any, site: Any) -> None:
    browser.open(site.add("/where", "<title>where</title>"))
    browser.js(
        "navigator.geolocation.getCurrentPosition(() => document.title = 'told', () => document.title = 'denied')",
        world=0,
    )
    browser.until(lambda: browser.browser.page.title() == "denied")
    assert "geolocation" in browser.message


def test_a_download_gets_a_harmless_name_in_the_download_folder(start: Any, site: Any, tmp_path: Path) -> None:
    folder = tmp_path / "downloads"
    browser = start(config=f"[browser]\ndownload_folder = '{folder}'\n")
    browser.browser.navigation.open(site.add("/file", "data", "application/octet-stream"))
    browser.until(lambda: "Downloaded" in browser.message)
    (found,) = folder.iterdir()
    assert found.read_text() == "data"
    assert "\u202e" not in found.name
    assert found.suffix == ".sh"


def test_conversations_and_cookies_are_there_after_a_restart(start: Any, site: Any) -> None:
    page = "<title>p</title>The lens was lit in 1823.<script>document.cookie = 'kept=1; max-age=9999'</script>"
    browser = start(site.add("/", page))
    browser.command("ask When was the lens lit?")
    browser.until(lambda: not browser.browser.copilot.is_answering)
    start.end(browser)

    browser = start("mb://conversations?q=lens")
    browser.until(lambda: "When was the lens lit?" in text(browser))
    assert "1823" in text(browser)
    browser.open(site.add("/cookie", "<title>c</title>"))
    assert browser.js("document.cookie", world=0) == "kept=1"


def test_a_damaged_database_is_put_aside_and_told_and_the_browser_goes_on(start: Any, tmp_path: Path) -> None:
    profile = tmp_path / "damaged"
    profile.mkdir()
    (profile / "conversations.db").write_bytes(b"SQLite format 3\0" + b"\xff" * 5000)
    browser = start(folder=profile)
    browser.until(lambda: "conversations.db" in browser.message)
    kept = [path for path in profile.glob("conversations.db*") if path.read_bytes().endswith(b"\xff" * 100)]
    assert kept, "the damaged bytes are kept"
    browser.command("ask What is this page?")
    browser.until(lambda: not browser.browser.copilot.is_answering)


def test_a_database_of_a_newer_version_is_left_alone_and_told(start: Any, tmp_path: Path) -> None:
    import sqlite3

    from minimal_browser_core.storage.python.stores.conversations import PythonConversationStore

    profile = tmp_path / "newer"
    profile.mkdir()
    path = profile / "conversations.db"
    PythonConversationStore(path).close()
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.commit()
    connection.close()
    browser = start(folder=profile)
    browser.until(lambda: "newer" in browser.message)
    browser.open("mb://conversations")
    browser.until(lambda: "newer" in text(browser))
