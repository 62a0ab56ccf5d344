"""Import and export of bookmark files: Netscape HTML, and the JSON of minimal_browser 0.x."""

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from .base import NAUGHTY, Open, StoreSuite

FIREFOX = """<!DOCTYPE NETSCAPE-Bookmark-file-1>
<!-- This is an automatically generated file. <DT><A HREF="https://comment.test/">no</A> -->
<META HTTP-EQUIV="Content-Type" CONTENT="text/html; charset=UTF-8">
<TITLE>Bookmarks</TITLE>
<H1>Bookmarks Menu</H1>

<DL><p>
    <DT><H3 ADD_DATE="1700000000" PERSONAL_TOOLBAR_FOLDER="true">Bookmarks Toolbar</H3>
    <DL><p>
        <DT><A HREF="https://a.org/?x=1&amp;y=2" ADD_DATE="1700000000" LAST_MODIFIED="1700000001" SHORTCUTURL="aa"
            TAGS="t1,t2">A &amp; &lt;B&gt;</A>
        <DD>A note &amp; more
of two lines
        <DT><H3>News &#8212; daily</H3>
        <DD>about the folder
        <DL><p>
            <DT><A HREF="https://b.org/" ADD_DATE="1700000000000000">東京</A>
            <DT><H3>Deep</H3>
            <DL><p><DT><a href='https://c.org/?q=">"' add_date=1700000000>c</a></DL><p>
        </DL><p>
        <HR>
    </DL><p>
    <DT><A HREF="place:sort=8">Recent Tags</A>
    <DT><A></A>
    <DT><A HREF="javascript:alert(1)">bookmarklet</A>
</DL>
"""


class BookmarkFiles(StoreSuite):
    """Import and export of bookmark files."""

    @pytest.fixture
    def opener(self, open_bookmarks: Open) -> Open:
        return open_bookmarks

    def rows(self, store: Any) -> list[tuple[Any, ...]]:
        found = store.search(limit=1000)[::-1]
        return [(b.url, b.title, b.tags, b.note, b.keyword, b.created_at) for b in found]

    def test_a_netscape_file_is_read(self, store: Any, tmp_path: Path) -> None:
        file = tmp_path / "bookmarks.html"
        file.write_text(FIREFOX, encoding="utf-8")
        report = store.import_file(file)
        assert (report.taken, report.skipped, report.lost) == (4, 0, 2)
        assert [(lost.position, "query" in lost.reason) for lost in report.reasons] == [(4, True), (5, False)]
        moment = datetime.fromtimestamp(1_700_000_000, UTC)
        rows = self.rows(store)
        assert rows[:3] == [
            ("https://a.org/?x=1&y=2", "A & <B>", ("t1", "t2"), "A note & more\nof two lines", "aa", moment),
            ("https://b.org/", "東京", ("News — daily",), "", None, moment),
            ('https://c.org/?q=">"', "c", ("News — daily", "Deep"), "", None, moment),
        ]
        assert rows[3][:2] == ("javascript:alert(1)", "bookmarklet")
        assert [found.title for found in store.search("tag:deep")] == ["c"]
        assert store.check() == []
        assert file.read_text(encoding="utf-8") == FIREFOX

    def test_a_second_import_adds_nothing(self, store: Any, tmp_path: Path) -> None:
        file = tmp_path / "bookmarks.html"
        file.write_text(FIREFOX, encoding="utf-8")
        store.import_file(file)
        before = self.rows(store)
        again = store.import_file(file)
        assert (again.taken, again.skipped, again.lost) == (0, 4, 2)
        assert self.rows(store) == before

    def test_an_import_adds_to_existing_bookmarks_and_replaces_nothing(self, store: Any, tmp_path: Path) -> None:
        store.add("https://a.org/?x=1&y=2", "Mine", tags=["mine"], keyword="k")
        store.add("https://z.org/", "Has the keyword", keyword="aa")
        file = tmp_path / "bookmarks.html"
        file.write_text(FIREFOX, encoding="utf-8")
        report = store.import_file(file)
        assert (report.taken, report.skipped) == (4, 0)
        assert [lost.position for lost in report.reasons] == [4, 5, 1]
        assert "'aa'" in report.reasons[2].reason
        mine = self.rows(store)[0]
        assert mine[1:5] == ("Mine", ("mine", "t1", "t2"), "A note & more\nof two lines", "k")

    def test_the_bookmarks_of_minimal_browser_0_are_imported(self, path: Path, store: Any, tmp_path: Path) -> None:
        records = [
            {
                "id": "1",
                "title": "Page",
                "url": "https://a.org/",
                "content": "note",
                "tags": ["x", " y\nz ", 7],
                "created_at": "2024-02-29T12:00:00.123",
                "updated_at": "2024-03-01T12:00:00",
                "bookmark_type": "url",
                "metadata": {},
            },
            {"id": "2", "title": "Snippet", "url": "", "content": "print(1)", "bookmark_type": "snippet"},
            {"id": "3", "title": "Snippet", "url": None, "content": "print(2)", "metadata": {"language": "py"}},
            "no record",
            {"id": "5"},
            {"title": "\ud800"},
        ]
        as_list, by_id = tmp_path / "list.json", tmp_path / "by_id.json"
        as_list.write_text(json.dumps(records), encoding="utf-8")
        by_id.write_text(json.dumps({str(n): record for n, record in enumerate(records)}), encoding="utf-8")
        report = store.import_file(as_list)
        assert (report.taken, report.skipped, [lost.position for lost in report.reasons]) == (3, 0, [4, 5, 6])
        first, *rest = self.rows(store)
        moment = datetime(2024, 2, 29, 12, 0, 0, 123_000, tzinfo=UTC)
        assert first == ("https://a.org/", "Page", ("x", "y z"), "note", None, moment)
        assert [row[:4] for row in rest] == [("", "Snippet", (), "print(1)"), ("", "Snippet", (), "print(2)")]
        assert (store.import_file(by_id).taken, len(store)) == (0, 3)
        store.close()
        with closing(sqlite3.connect(path)) as db:
            kept = [json.loads(row[0]) for row in db.execute("SELECT metadata FROM bookmarks ORDER BY id")]
        assert kept == [{}, {"bookmark_type": "snippet"}, {"language": "py"}]

    def test_an_export_can_be_imported(self, store: Any, opened: Open, tmp_path: Path) -> None:
        store.add(
            "https://a.org/?a=1&b=\"'<>", "T & <i>\"'</i>", tags=["one, two", "🦀"], note="n <DT> & n", keyword="k"
        )
        store.add("", "A snippet", note="text")
        store.add("https://b.org/", "plain")
        file = tmp_path / "out.html"
        assert store.export_file(file) == 3
        other = opened(tmp_path / "other.db")
        report = other.import_file(file)
        assert (report.taken, report.skipped, report.lost) == (3, 0, 0)
        assert [row[:5] for row in self.rows(other)] == [row[:5] for row in self.rows(store)]
        for ours, theirs in zip(self.rows(store), self.rows(other), strict=True):
            assert abs((ours[5] - theirs[5]).total_seconds()) < 1
        assert store.export_file(file) == 3
        assert sorted(entry.name for entry in tmp_path.iterdir() if "partial" in entry.name) == []

    @pytest.mark.parametrize(
        "content",
        [
            "<DL>" + "<DT><H3>folder</H3><DL>" * 5000 + '<DT><A HREF="https://a.org/">deep</A>',
            "<DT><A HREF='https://a.org/' ADD_DATE=99999999999999999999999>a</A>" + "<a " * 100_000,
            '<DT><A HREF="https://a.org/">a</A><DD>' + 'x="><a "' * 50_000,
            "<DT><A HREF=https://a.org/ TAGS='" + "," * 100_000 + "' SHORTCUTURL='two words'>a</A>",
            "<DT><A HREF=https://a.org/ ADD_DATE=nan LAST_MODIFIED=-inf DATA-TAGS='[[[[' >a\0</A></DL></DL></H3></A>",
            "<DT><A HREF=https://a.org/>" + "\u202e" * 1000 + "</A>" + "<!--" * 100_000,
        ],
        ids=["deep", "unclosed tags", "unclosed quotes", "commas", "nonsense", "comments"],
    )
    def test_hostile_html_is_only_read(self, store: Any, tmp_path: Path, content: str) -> None:
        file = tmp_path / "hostile.html"
        file.write_text(content, encoding="utf-8")
        assert store.import_file(file).taken == 1
        (found,) = store.search()
        assert found.url == "https://a.org/"
        assert len(found.tags) <= 32
        assert store.check() == []

    @pytest.mark.parametrize(
        "content",
        [b"", b"plain text", b'[{"title": "cut off', b"[" * 100_000, b"\xff\xfe\0\0", b"<html><body>no</body></html>"],
    )
    def test_a_file_that_holds_no_bookmarks_is_refused(
        self, store: Any, errors: Any, tmp_path: Path, content: bytes
    ) -> None:
        file = tmp_path / "other"
        file.write_bytes(content)
        with pytest.raises(errors.UnknownFormat, match=r"other.*Looked for: ") as caught:
            store.import_file(file)
        assert caught.value.tried
        assert len(store) == 0

    def test_a_file_that_is_not_there_is_named(self, store: Any, errors: Any, tmp_path: Path) -> None:
        with pytest.raises(errors.StorageError, match="nowhere"):
            store.import_file(tmp_path / "nowhere.html")
        with pytest.raises(errors.StorageError, match="nowhere"):
            store.export_file(tmp_path / "nowhere" / "out.html")

    def test_naughty_strings_survive_a_file(self, store: Any, opened: Open, tmp_path: Path) -> None:
        for n, text in enumerate(NAUGHTY):
            store.add(f"https://a.org/{n}", f"<{text}>", note=f"<{text}>")
        store.export_file(tmp_path / "out.html")
        other = opened(tmp_path / "other.db")
        other.import_file(tmp_path / "out.html")
        assert [row[:4] for row in self.rows(other)] == [row[:4] for row in self.rows(store)]
