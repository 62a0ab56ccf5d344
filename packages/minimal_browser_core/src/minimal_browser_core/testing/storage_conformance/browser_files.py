"""Writes the files of other browsers as these write them, with the columns of their current versions."""

import json
import plistlib
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

SEEN = datetime(2025, 3, 9, 12, 0, 0, 123_000, tzinfo=UTC)
SECOND = timedelta(seconds=1)

FIREFOX_SCHEMA = """
CREATE TABLE moz_origins (
  id INTEGER PRIMARY KEY, prefix TEXT NOT NULL, host TEXT NOT NULL, frecency INTEGER NOT NULL, UNIQUE (prefix, host));
CREATE TABLE moz_places (   id INTEGER PRIMARY KEY, url LONGVARCHAR, title LONGVARCHAR, rev_host LONGVARCHAR,
  visit_count INTEGER DEFAULT 0, hidden INTEGER DEFAULT 0 NOT NULL, typed INTEGER DEFAULT 0 NOT NULL,
  frecency INTEGER DEFAULT -1 NOT NULL, last_visit_date INTEGER , guid TEXT, foreign_count INTEGER DEFAULT 0 NOT NULL,
  url_hash INTEGER DEFAULT 0 NOT NULL , description TEXT, preview_image_url TEXT, site_name TEXT,
  origin_id INTEGER REFERENCES moz_origins(id), recalc_frecency INTEGER NOT NULL DEFAULT 0,
  alt_frecency INTEGER, recalc_alt_frecency INTEGER NOT NULL DEFAULT 0);
CREATE TABLE moz_historyvisits (  id INTEGER PRIMARY KEY, from_visit INTEGER, place_id INTEGER, visit_date INTEGER,
  visit_type INTEGER, session INTEGER, source INTEGER DEFAULT 0 NOT NULL, triggeringPlaceId INTEGER);
CREATE TABLE moz_bookmarks (  id INTEGER PRIMARY KEY, type INTEGER, fk INTEGER DEFAULT NULL, parent INTEGER,
  position INTEGER, title LONGVARCHAR, keyword_id INTEGER, folder_type TEXT, dateAdded INTEGER, lastModified INTEGER,
  guid TEXT, syncStatus INTEGER NOT NULL DEFAULT 0, syncChangeCounter INTEGER NOT NULL DEFAULT 1);
CREATE TABLE moz_keywords (  id INTEGER PRIMARY KEY AUTOINCREMENT, keyword TEXT UNIQUE, place_id INTEGER,
  post_data TEXT);
CREATE UNIQUE INDEX moz_bookmarks_guid_uniqueindex ON moz_bookmarks (guid);
INSERT INTO moz_bookmarks (id, type, parent, title, guid) VALUES
  (1, 2, 0, '', 'root________'), (2, 2, 1, 'menu', 'menu________'), (3, 2, 1, 'toolbar', 'toolbar_____'),
  (4, 2, 1, 'tags', 'tags________'), (5, 2, 1, 'unfiled', 'unfiled_____'), (6, 2, 1, 'mobile', 'mobile______');
"""
CHROMIUM_SCHEMA = """
CREATE TABLE meta(key LONGVARCHAR NOT NULL UNIQUE PRIMARY KEY, value LONGVARCHAR);
INSERT INTO meta VALUES ('version', '70'), ('last_compatible_version', '16');
CREATE TABLE urls(id INTEGER PRIMARY KEY AUTOINCREMENT,url LONGVARCHAR,title LONGVARCHAR,
  visit_count INTEGER DEFAULT 0 NOT NULL,typed_count INTEGER DEFAULT 0 NOT NULL,last_visit_time INTEGER NOT NULL,
  hidden INTEGER DEFAULT 0 NOT NULL);
CREATE TABLE visits(id INTEGER PRIMARY KEY AUTOINCREMENT,url INTEGER NOT NULL,visit_time INTEGER NOT NULL,
  from_visit INTEGER,external_referrer_url TEXT,transition INTEGER DEFAULT 0 NOT NULL,segment_id INTEGER,
  visit_duration INTEGER DEFAULT 0 NOT NULL,incremented_omnibox_typed_score BOOLEAN DEFAULT FALSE NOT NULL,
  opener_visit INTEGER,originator_cache_guid TEXT,originator_visit_id INTEGER,originator_from_visit INTEGER,
  originator_opener_visit INTEGER,is_known_to_sync BOOLEAN DEFAULT FALSE NOT NULL,
  consider_for_ntp_most_visited BOOLEAN DEFAULT FALSE NOT NULL,visited_link_id INTEGER DEFAULT 0 NOT NULL,app_id TEXT);
CREATE INDEX visits_url_index ON visits (url);
"""
SAFARI_SCHEMA = """
CREATE TABLE history_items (id INTEGER PRIMARY KEY AUTOINCREMENT,url TEXT NOT NULL UNIQUE,domain_expansion TEXT NULL,
  visit_count INTEGER NOT NULL DEFAULT 1,daily_visit_counts BLOB,weekly_visit_counts BLOB NULL,
  autocomplete_triggers BLOB NULL,should_recompute_derived_visit_counts INTEGER NOT NULL DEFAULT 0,
  visit_count_score INTEGER NOT NULL DEFAULT 100,status_code INTEGER NOT NULL DEFAULT 0);
CREATE TABLE history_visits (id INTEGER PRIMARY KEY AUTOINCREMENT,
  history_item INTEGER NOT NULL REFERENCES history_items(id) ON DELETE CASCADE,visit_time REAL NOT NULL,
  title TEXT NULL,load_successful BOOLEAN NOT NULL DEFAULT 1,http_non_get BOOLEAN NOT NULL DEFAULT 0,
  synthesized BOOLEAN NOT NULL DEFAULT 0,
  redirect_source INTEGER NULL UNIQUE REFERENCES history_visits(id) ON DELETE CASCADE,
  redirect_destination INTEGER NULL UNIQUE REFERENCES history_visits(id) ON DELETE CASCADE,
  origin INTEGER NOT NULL DEFAULT 0,generation INTEGER NOT NULL DEFAULT 0,attributes INTEGER NOT NULL DEFAULT 0,
  score INTEGER NOT NULL DEFAULT 0);
"""
QUTEBROWSER_SCHEMA = """
CREATE TABLE History (url NOT NULL, title NOT NULL, atime NOT NULL, redirect NOT NULL);
CREATE TABLE CompletionHistory (url PRIMARY KEY, title NOT NULL, last_atime NOT NULL);
CREATE INDEX HistoryIndex ON History (url);
"""

Rows = dict[str, Sequence[tuple[Any, ...]]]


def prtime(moment: datetime = SEEN) -> int:
    """Return Firefox's microseconds since 1970."""
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def webkit(moment: datetime = SEEN) -> int:
    """Return Chromium's microseconds since 1601."""
    return (moment - datetime(1601, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def cocoa(moment: datetime = SEEN) -> float:
    """Return Safari's seconds since 2001."""
    return (moment - datetime(2001, 1, 1, tzinfo=UTC)).total_seconds()


def database(path: Path, schema: str, rows: Rows) -> Path:
    """Write a SQLite file; the keys of `rows` are tables with their columns."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path)) as db:
        db.executescript(schema)
        for table, values in rows.items():
            if values:
                db.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(values[0]))})", values)  # noqa: S608
        db.commit()
    return path


def firefox(path: Path) -> Path:
    """Write a `places.sqlite` with visits of all types and bookmarks in folders, with tags and keywords."""
    at = prtime()
    return database(
        path,
        FIREFOX_SCHEMA,
        {
            "moz_places (id, url, title, hidden)": [
                (1, "https://a.org/", "A page", 0),
                (2, "http://short.org/", None, 1),
                (3, "https://target.org/", "東京", 0),
                (4, "https://frame.org/", "Frame", 1),
                (5, "place:sort=8", None, 0),
                (6, "about:config", "Settings", 0),
                (7, "https://never.org/", "Bookmarked only", 0),
                (8, "javascript:alert(1)", None, 0),
                (9, "https://via.org/", "Redirects sometimes", 0),
            ],
            "moz_historyvisits (id, from_visit, place_id, visit_date, visit_type)": [
                (1, 0, 1, at, 2),
                (2, 1, 1, at + 60_000_000, 1),
                (3, 0, 2, at + 1_000_000, 2),  # typed, and redirected twice
                (4, 3, 9, at + 1_000_001, 5),
                (5, 4, 3, at + 1_000_002, 6),
                (6, 0, 1, at + 2_000_000, 9),  # a reload
                (7, 1, 4, at + 3_000_000, 8),
                (8, 1, 4, at + 3_000_000, 4),
                (9, 1, 1, at + 4_000_000, 7),  # a download
                (10, 0, 6, at, 2),
                (11, 0, 99, at, 1),  # its page is missing
                (12, 0, 9, 0, 1),  # without a time
                (13, 0, 9, at + 5_000_000, 3),
            ],
            "moz_bookmarks (id, type, fk, parent, position, title, dateAdded, lastModified, guid)": [
                (10, 2, None, 3, 0, "News", at, at, "g10"),
                (11, 1, 1, 10, 0, "A bookmark", at, at + 1_000_000, "g11"),
                (12, 3, None, 10, 1, "", at, at, "g12"),  # a separator
                (13, 2, None, 10, 2, "Deep", at, at, "g13"),
                (14, 1, 7, 13, 0, None, at, at, "g14"),
                (15, 1, 5, 2, 0, "Recent tags", at, at, "g15"),
                (16, 1, 1, 5, 0, "A again", at, at, "g16"),
                (17, 2, None, 4, 0, "t1", at, at, "g17"),
                (18, 1, 1, 17, 0, None, at, at, "g18"),
                (19, 1, 8, 2, 1, "Bookmarklet", at, at, "g19"),
                (20, 2, None, 2, 2, "A feed", at, at, "g20"),  # a live bookmark, which is a folder without bookmarks
            ],
            "moz_keywords (keyword, place_id)": [("aa", 1)],
        },
    )


def chromium(path: Path) -> Path:
    """Write a `History` with visits of all types."""
    at, chain = webkit(), 0x3000_0000
    start, end, client, server = 0x1000_0000, 0x2000_0000, 0x4000_0000, 0x8000_0000 - (1 << 32)
    return database(
        path,
        CHROMIUM_SCHEMA,
        {
            "urls (id, url, title, last_visit_time)": [
                (1, "https://a.org/", "A page", at),
                (2, "http://short.org/", "", at),
                (3, "https://target.org/", "東京", at),
                (4, "https://frame.org/", "", at),
                (5, "chrome://settings/", "Settings", at),
            ],
            "visits (url, visit_time, from_visit, transition)": [
                (1, at, 0, chain | 1),
                (1, at + 60_000_000, 1, chain | 0x0100_0001),  # back to a typed address
                (1, at + 61_000_000, 1, chain | 8),  # a reload
                (2, at + 1_000_000, 0, start | 1),
                (3, at + 1_000_000, 4, (server | end | 1)),
                (3, at + 2_000_000, 4, start | client),
                (4, at + 3_000_000, 1, chain | 3),
                (4, at + 3_000_000, 1, chain | 4),
                (3, at + 4_000_000, 1, chain | 10),
                (3, at + 5_000_000, 1, 0x0080_0000 | chain),  # blocked
                (5, at, 0, chain | 1),
                (99, at, 0, chain),
                (3, 0, 0, chain),
                (3, at + 6_000_000, 0, 0),  # imported into Chromium
            ],
        },
    )


def safari(path: Path) -> Path:
    """Write a `History.db`."""
    at = cocoa()
    return database(
        path,
        SAFARI_SCHEMA,
        {
            "history_items (id, url)": [
                (1, "https://a.org/"),
                (2, "http://short.org/"),
                (3, "https://target.org/"),
                (4, "https://failed.org/"),
            ],
            "history_visits (id, history_item, visit_time, title, load_successful, redirect_source, "
            "redirect_destination)": [
                (1, 1, at, "Old title", 1, None, None),
                (2, 1, at + 60, "A page", 1, None, None),
                (3, 2, at + 1, None, 1, None, 4),
                (4, 3, at + 1, "東京", 1, 3, None),
                (5, 4, at + 2, None, 0, None, None),
                (6, 99, at, None, 1, None, None),
                (7, 3, -1e12, None, 1, None, None),
            ],
        },
    )


def qutebrowser(path: Path) -> Path:
    """Write a `history.sqlite`."""
    at = int(SEEN.timestamp())
    return database(
        path,
        QUTEBROWSER_SCHEMA,
        {
            "History": [
                ("https://a.org/", "A page", at, False),
                ("https://a.org/", "A page", at + 60, False),
                ("http://short.org/", "東京", at + 1, True),
                ("https://target.org/", "東京", at + 1, False),
                ("qute://settings", "Settings", at, False),
                ("", "", at, False),
                ("https://target.org/", "", "never", False),
            ],
        },
    )


HISTORIES = {
    "places.sqlite": firefox,
    "History": chromium,
    "History.db": safari,
    "history.sqlite": qutebrowser,
}


def chromium_bookmarks() -> dict[str, Any]:
    """Return the content of Vivaldi's `Bookmarks`, which is Chromium's with more fields."""

    def page(name: str, url: str, **more: Any) -> dict[str, Any]:
        return {"type": "url", "name": name, "url": url, "date_added": str(webkit()), "id": "9", "guid": "g", **more}

    def folder(name: str, *children: dict[str, Any]) -> dict[str, Any]:
        return {"type": "folder", "name": name, "children": list(children), "date_added": str(webkit()), "id": "8"}

    extra = {"Nickname": "aa", "Description": "A note"}
    news = folder(
        "News", page("A page", "https://a.org/", meta_info=extra), folder("Deep", page("東京", "https://b.org/"))
    )
    return {
        "checksum": "0",
        "roots": {
            "bookmark_bar": folder("Bookmarks bar", news, page("Bookmarklet", "javascript:alert(1)")),
            "other": folder("Other bookmarks", page("A again", "https://a.org/")),
            "synced": folder("Mobile bookmarks"),
            "trash": folder("Trash", page("Deleted", "https://deleted.org/")),
        },
        "version": 1,
    }


def firefox_backup() -> dict[str, Any]:
    """Return the content of a file in `bookmarkbackups`."""
    place, container = "text/x-moz-place", "text/x-moz-place-container"
    times = {"dateAdded": prtime(), "lastModified": prtime()}
    a = {"type": place, "title": "A page", "uri": "https://a.org/", "tags": "t1,t2", "keyword": "aa", **times}
    b = {"type": place, "title": "東京", "uri": "https://b.org/", **times}
    query = {"type": place, "title": "Recent tags", "uri": "place:sort=8", **times}
    separator = {"type": "text/x-moz-place-separator", "title": "", **times}
    livemark = {
        "type": container,
        "title": "Feed",
        "annos": [{"name": "livemark/feedURI", "value": "https://feed.org/"}],
        "children": [],
        **times,
    }
    deep = {"type": container, "title": "Deep", "children": [b], **times}
    news = {"type": container, "title": "News", "children": [a, separator, deep, livemark], **times}
    toolbar = {
        "type": container,
        "guid": "toolbar_____",
        "title": "toolbar",
        "root": "toolbarFolder",
        "children": [news],
    }
    menu = {
        "type": container,
        "guid": "menu________",
        "title": "menu",
        "root": "bookmarksMenuFolder",
        "children": [query],
    }
    return {"type": container, "guid": "root________", "title": "", "root": "placesRoot", "children": [menu, toolbar]}


def safari_bookmarks() -> dict[str, Any]:
    """Return the content of a `Bookmarks.plist`."""

    def page(title: str, url: str, **more: Any) -> dict[str, Any]:
        return {"WebBookmarkType": "WebBookmarkTypeLeaf", "URLString": url, "URIDictionary": {"title": title}, **more}

    def folder(title: str, *children: dict[str, Any]) -> dict[str, Any]:
        return {"WebBookmarkType": "WebBookmarkTypeList", "Title": title, "Children": list(children)}

    reading = {"DateAdded": SEEN.replace(tzinfo=None, microsecond=0), "PreviewText": "It begins"}
    return {
        "WebBookmarkFileVersion": 1,
        "WebBookmarkType": "WebBookmarkTypeList",
        "Children": [
            {"WebBookmarkType": "WebBookmarkTypeProxy", "Title": "History"},
            folder(
                "BookmarksBar",
                folder("News", page("A page", "https://a.org/"), folder("Deep", page("東京", "https://b.org/"))),
            ),
            folder("com.apple.ReadingList", page("Later", "https://later.org/", ReadingList=reading)),
        ],
    }


def write_json(path: Path, content: Any) -> Path:
    """Write JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def write_plist(path: Path, content: Any, *, binary: bool) -> Path:
    """Write a property list."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(plistlib.dumps(content, fmt=plistlib.FMT_BINARY if binary else plistlib.FMT_XML))
    return path


def mozilla_lz4(content: bytes) -> bytes:
    """Return the content in the format of `.jsonlz4`, uncompressed: as one sequence of literals."""
    more, last = divmod(len(content) - 15, 255)
    return b"mozLz40\0" + len(content).to_bytes(4, "little") + b"\xf0" + b"\xff" * more + bytes([last]) + content
