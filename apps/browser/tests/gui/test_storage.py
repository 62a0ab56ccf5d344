"""Stored data across restarts, and databases that are damaged or of another version."""

from pathlib import Path
from typing import Any


def test_conversations_and_cookies_are_there_after_a_restart(start: Any, site: Any) -> None:
    page = "<title>p</title>The lens was lit in 1823.<script>document.cookie = 'kept=1; max-age=9999'</script>"
    browser = start(site.add("/", page))
    browser.command("ask When was the lens lit?")
    browser.until(lambda: not browser.browser.copilot.is_answering)
    start.end(browser)

    browser = start("mb://conversations?q=lens")
    browser.until(lambda: "When was the lens lit?" in browser.text)
    assert "1823" in browser.text
    browser.open(site.add("/cookie", "<title>c</title>"))
    assert browser.js("document.cookie", world=0) == "kept=1"


def test_a_damaged_database_is_moved_aside_and_the_browser_works(start: Any, tmp_path: Path) -> None:
    profile = tmp_path / "damaged"
    profile.mkdir()
    (profile / "conversations.db").write_bytes(b"SQLite format 3\0" + b"\xff" * 5000)
    browser = start(folder=profile)
    browser.until(lambda: "conversations.db" in browser.message)
    kept = [path for path in profile.glob("conversations.db*") if path.read_bytes().endswith(b"\xff" * 100)]
    assert kept, "the damaged bytes are kept"
    browser.command("ask What is this page?")
    browser.until(lambda: not browser.browser.copilot.is_answering)


def test_a_database_of_a_newer_version_is_not_changed_but_reported(start: Any, tmp_path: Path) -> None:
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
    browser.until(lambda: "newer" in browser.text)


def test_bookmarks_of_an_earlier_version_are_still_there(start: Any, tmp_path: Path) -> None:
    from minimal_browser_core.storage.python.stores.bookmarks import PythonBookmarkStore

    profile = tmp_path / "earlier"
    profile.mkdir()
    with PythonBookmarkStore(profile / "bookmarks.db") as store:
        store.add("https://kept.test/", "Kept")
    browser = start(folder=profile)
    browser.open("mb://bookmarks")
    browser.until(lambda: "Kept" in browser.text)
    assert not (profile / "bookmarks.db").exists()


def test_a_file_that_is_not_a_database_is_not_changed_and_reported_once(start: Any, site: Any, tmp_path: Path) -> None:
    profile = tmp_path / "foreign"
    profile.mkdir()
    foreign = b"SQLite format 3\0" + b"\xff" * 5000
    (profile / "places.db").write_bytes(foreign)
    browser = start(site.add("/one", "<title>One</title>one"), folder=profile)
    browser.until(lambda: "places.db" in browser.message)
    assert len(browser.application.parts.background.stores().problems) == 1
    browser.command("history")
    browser.until(lambda: "places.db" in browser.text)
    browser.type(":open one")
    browser.until(lambda: browser.labels[:1] == [f"{site.url}/one"], "the open tab to be suggested")
    browser.keys("<Esc>")
    assert (profile / "places.db").read_bytes() == foreign
