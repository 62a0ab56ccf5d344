"""Imports of the bookmarks of other browsers."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from .base import Open, StoreSuite
from .browser_files import (
    SEEN,
    chromium,
    chromium_bookmarks,
    database,
    firefox,
    firefox_backup,
    mozilla_lz4,
    safari_bookmarks,
    write_json,
    write_plist,
)

NOT_BOOKMARKS: dict[str, bytes] = {
    "empty": b"",
    "blank": b" \n",
    "text": b"Dear diary,\ntoday I read https://a.org/\n",
    "passwd": b"root:x:0:0:root:/root:/bin/bash\n",
    "binary": b"\0\xff" * 5000,
    "json of another program": b'{"name": "package", "dependencies": {"a": "1"}}',
    "list of other objects": b'[{"name": "package"}]',
    "conversations": b'[{"title": "A chat", "mapping": {}}]',
    "numbers": b"[1, 2, 3]",
    "text in json": b'"text"',
    "cut off": b'{"roots": {"bookmark_bar": {"children": [',
    "deep": b'{"roots":' * 50_000,
    "html": b"<!doctype html><title>x</title>",
    "not compressed": b"mozLz40\0\xff\xff\xff\xff\xf0",
    "cut compression": b"mozLz40\0\x20\0\0\0\xf0\xff\xff",
    "wrong match": b"mozLz40\0\x20\0\0\0\x1fa\x09\0\xff\xff\x01",
    "another plist": b'<?xml version="1.0"?><plist version="1.0"><dict><key>a</key><string>b</string></dict></plist>',
    "cut plist": b"bplist00\xd1\x01",
    "entities": b'<?xml version="1.0"?><!DOCTYPE p [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><plist>&b;</plist>',
}


class BrowserBookmarks(StoreSuite):
    """Import of the bookmarks of Firefox, Chromium, Safari, qutebrowser and Pinboard."""

    @pytest.fixture
    def opener(self, open_bookmarks: Open) -> Open:
        return open_bookmarks

    def by_url(self, store: Any) -> dict[str, tuple[Any, ...]]:
        return {b.url: (b.title, b.tags, b.note, b.keyword) for b in store.search(limit=1000)}

    def imported_once(self, store: Any, source: Path, lost: int = 0) -> dict[str, tuple[Any, ...]]:
        """Import a file twice, and return the bookmarks."""
        before = source.read_bytes()
        report = store.import_file(source)
        rows = self.by_url(store)
        assert (report.taken, report.skipped, report.lost) == (len(rows), 0, lost), report.reasons
        again = store.import_file(source)
        assert (again.taken, again.skipped, again.lost) == (0, len(rows), lost)
        assert self.by_url(store) == rows
        assert store.check() == []
        assert source.read_bytes() == before
        return rows

    def test_places_of_firefox(self, store: Any, tmp_path: Path) -> None:
        rows = self.imported_once(store, firefox(tmp_path / "places.sqlite"))
        assert rows == {
            "https://a.org/": ("A bookmark", ("News", "t1"), "", "aa"),
            "https://never.org/": ("Bookmarked only", ("News", "Deep"), "", None),
            "javascript:alert(1)": ("Bookmarklet", (), "", None),
        }
        assert {found.created_at for found in store.search()} == {SEEN}

    @pytest.mark.parametrize("name", ["bookmarks-2025-03-09_7_x.json", "bookmarks-2025-03-09_7_x.jsonlz4"])
    def test_backups_of_firefox(self, store: Any, tmp_path: Path, name: str) -> None:
        content = json.dumps(firefox_backup(), ensure_ascii=False).encode()
        source = tmp_path / name
        source.write_bytes(mozilla_lz4(content) if name.endswith("lz4") else content)
        rows = self.imported_once(store, source)
        assert rows == {
            "https://a.org/": ("A page", ("News", "t1", "t2"), "", "aa"),
            "https://b.org/": ("東京", ("News", "Deep"), "", None),
        }
        assert {found.created_at for found in store.search()} == {SEEN}

    def test_bookmarks_of_chromium(self, store: Any, tmp_path: Path) -> None:
        rows = self.imported_once(store, write_json(tmp_path / "Bookmarks", chromium_bookmarks()))
        assert rows == {
            "https://a.org/": ("A page", ("News",), "A note", "aa"),
            "https://b.org/": ("東京", ("News", "Deep"), "", None),
            "javascript:alert(1)": ("Bookmarklet", (), "", None),
        }
        assert {found.created_at for found in store.search()} == {SEEN}

    @pytest.mark.parametrize("binary", [True, False])
    def test_bookmarks_of_safari(self, store: Any, tmp_path: Path, binary: bool) -> None:
        rows = self.imported_once(store, write_plist(tmp_path / "Bookmarks.plist", safari_bookmarks(), binary=binary))
        assert rows == {
            "https://a.org/": ("A page", ("News",), "", None),
            "https://b.org/": ("東京", ("News", "Deep"), "", None),
            "https://later.org/": ("Later", ("Reading List",), "It begins", None),
        }
        (later,) = store.search("later")
        assert later.created_at == SEEN - timedelta(microseconds=SEEN.microsecond)

    def test_bookmarks_of_qutebrowser(self, store: Any, tmp_path: Path) -> None:
        quickmarks, urls = tmp_path / "quickmarks", tmp_path / "bookmarks" / "urls"
        quickmarks.write_text("aa https://a.org/\ntwo words https://b.org/\n\n", encoding="utf-8")
        urls.parent.mkdir()
        urls.write_text("https://c.org/ A title of 東京\nhttps://d.org/\nno address\n", encoding="utf-8")
        assert self.imported_once(store, quickmarks) == {
            "https://a.org/": ("aa", (), "", "aa"),
            "https://b.org/": ("two words", (), "", None),
        }
        report = store.import_file(urls)
        assert (report.taken, [lost.position for lost in report.reasons]) == (2, [3])
        assert self.by_url(store)["https://c.org/"][0] == "A title of 東京"
        assert self.by_url(store)["https://d.org/"][0] == "https://d.org/"

    def test_export_of_pinboard(self, store: Any, tmp_path: Path) -> None:
        post = {
            "href": "https://a.org/",
            "description": "A page",
            "extended": "A note",
            "meta": "x",
            "hash": "y",
            "time": "2025-03-09T12:00:00Z",
            "shared": "no",
            "toread": "yes",
            "tags": "t1 t2",
        }
        source = write_json(tmp_path / "pinboard.json", [post, {"description": "no address"}])
        rows = self.imported_once(store, source, lost=1)
        assert rows == {"https://a.org/": ("A page", ("t1", "t2", "toread"), "A note", None)}
        assert store.search()[0].created_at == SEEN.replace(microsecond=0)

    @pytest.mark.parametrize("kind", NOT_BOOKMARKS)
    def test_a_file_that_is_not_recognised_raises(self, store: Any, errors: Any, tmp_path: Path, kind: str) -> None:
        source = tmp_path / "source"
        source.write_bytes(NOT_BOOKMARKS[kind])
        with pytest.raises(errors.UnknownFormat, match="Looked for: ") as caught:
            store.import_file(source)
        assert caught.value.tried
        assert caught.value.path == str(source)
        assert len(store) == 0

    def test_a_database_without_bookmarks_raises(self, store: Any, errors: Any, tmp_path: Path) -> None:
        for source in (
            chromium(tmp_path / "History"),
            database(tmp_path / "x.db", "CREATE TABLE moz_places (url)", {}),
        ):
            with pytest.raises(errors.UnknownFormat, match="a SQLite database without bookmarks"):
                store.import_file(source)

    def test_a_named_format_must_be_that_of_the_file(self, store: Any, errors: Any, tmp_path: Path) -> None:
        source = write_json(tmp_path / "Bookmarks", chromium_bookmarks())
        with pytest.raises(errors.UnknownFormat, match="Looked for: pinboard"):
            store.import_file(source, format="pinboard")
        with pytest.raises(errors.InvalidData, match="format must be one of"):
            store.import_file(source, format="nothing")
        done: list[tuple[int, int]] = []
        report = store.import_file(source, format="chromium", progress=lambda *counts: done.append(counts))
        assert (report.taken, report.format, done) == (3, "chromium", [(3, 3)])

    def test_deep_and_circular_files_are_only_read(self, store: Any, tmp_path: Path) -> None:
        """Without an end of their folders."""
        deep: dict[str, Any] = {"type": "url", "name": "deep", "url": "https://deep.org/"}
        for n in range(300):
            deep = {"type": "folder", "name": f"f{n}", "children": [deep]}
        store.import_file(write_json(tmp_path / "Bookmarks", {"roots": {"other": deep}}))
        (found,) = store.search("deep.org")
        assert len(found.tags) <= 32
        source = firefox(tmp_path / "places.sqlite")
        database(source, "UPDATE moz_bookmarks SET parent = 13 WHERE id = 10", {})  # folders in a circle
        assert store.import_file(source).taken == 3
        assert store.check() == []
