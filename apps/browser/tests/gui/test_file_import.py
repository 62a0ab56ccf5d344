"""Importing the files of other browsers."""

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def browser(start: Any, site: Any) -> Any:
    return start(site.add("/one", "<title>One</title>one"))


def test_files_of_other_browsers_are_imported_by_command(browser: Any, tmp_path: Path) -> None:
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(tmp_path / "history.db")) as db:
        db.execute("CREATE TABLE history (id INTEGER PRIMARY KEY, url, title, visit_time, visit_count)")
        db.execute("INSERT INTO history VALUES (1, 'https://old.test/lens', 'Old lens', '2024-05-01 10:00:00', 3)")
        db.commit()
    (tmp_path / "marks.html").write_text(
        "<!DOCTYPE NETSCAPE-Bookmark-file-1><DL><DT><A HREF='https://marked.test/'>Marked</A></DL>"
    )
    (tmp_path / "talk.json").write_text('{"conversations": [{"prompt": "Why?", "response": "So.", "model": "m"}]}')
    for what, name in (("history", "history.db"), ("bookmarks", "marks.html"), ("conversations", "talk.json")):
        browser.command(f"import {what} {tmp_path / name}")
        browser.until(lambda what=what: browser.message == f"{what}: 1 imported", what)
        browser.command(f"import {what} '{tmp_path / name}'")
        browser.until(lambda what=what: browser.message == f"{what}: 0 imported, 1 there already", what)
    browser.type(":open old lens")
    browser.until(lambda: browser.labels == ["https://old.test/lens"])
    browser.keys("<Esc>")
    browser.command(f"import history {tmp_path}/nothing.db")
    browser.until(lambda: "nothing.db" in browser.message and "importing" not in browser.message)
    browser.command("import photos x")
    assert "bookmarks, conversations, history" in browser.message
