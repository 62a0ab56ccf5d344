"""Imports of files in which nothing can be recognised."""

import json
import sqlite3
import zipfile
from collections.abc import Callable
from contextlib import closing
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from .base import ConversationSuite, Open

PASSWD = b"root:x:0:0:root:/root:/bin/bash\ndaemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin\n" * 14
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)) * 40
OTHER_JSON = {"name": "package", "version": "1.0", "dependencies": {"a": "1"}, "scripts": {"test": "x"}}


def sqlite_file(*statements: str) -> Callable[[Path], None]:
    """Return a function that writes a SQLite file."""

    def write(path: Path) -> None:
        with closing(sqlite3.connect(path)) as db:
            for statement in ("PRAGMA user_version = 1", *statements):
                db.execute(statement)
            db.commit()

    return write


def content(data: bytes) -> Callable[[Path], object]:
    """Return a function that writes a file."""
    return lambda path: path.write_bytes(data)


def archive(**members: str) -> bytes:
    """Return a ZIP archive."""
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as written:
        for name, text in members.items():
            written.writestr(f"{name}.json", text)
    return file.getvalue()


UNKNOWN: dict[str, Callable[[Path], object]] = {
    "empty": content(b""),
    "blank": content(b" \n\n"),
    "passwd": content(PASSWD),
    "binary": content(b"\0\xff" * 5000),
    "picture": content(PNG),
    "json of another program": content(json.dumps(OTHER_JSON).encode()),
    "pretty json": content(json.dumps(OTHER_JSON, indent=2).encode()),
    "list of other objects": content(json.dumps([OTHER_JSON] * 3).encode()),
    "list of numbers": content(b"[1, 2, 3]"),
    "json lines of another program": content(b'{"level": "info", "msg": "started"}\n' * 20),
    "brackets": content(b"[[[["),
    "deep brackets": content(b"[" * 99999),
    "text": content(b"Dear diary,\ntoday I asked a model.\n"),
    "html": content(b"<!doctype html><title>x</title>"),
    "not an archive": content(b"PK\3\4nonsense"),
    "archive without exports": content(archive(users="[]", projects="[]")),
    "archive of another program": content(archive(conversations=json.dumps([OTHER_JSON]))),
    "damaged archive": content(archive(conversations="[]")[:-30]),
    "empty database": sqlite_file(),
    "database of another program": sqlite_file("CREATE TABLE notes (id, text)"),
    "database with other responses": sqlite_file("CREATE TABLE responses (id, body)"),
    "folder": lambda path: path.mkdir(),
    "many lines": content(b"2024-01-01 INFO nothing to see\n" * 30_000),
}


class UnknownFiles(ConversationSuite):
    """A file that is not recognised raises `UnknownFormat`, and nothing is stored."""

    @pytest.mark.parametrize("kind", UNKNOWN)
    def test_a_file_that_is_not_recognised_raises(self, store: Any, errors: Any, tmp_path: Path, kind: str) -> None:
        source = tmp_path / "source"
        UNKNOWN[kind](source)
        with pytest.raises(errors.UnknownFormat, match="Looked for: ") as caught:
            store.import_file(source)
        assert caught.value.tried
        assert all(isinstance(name, str) for name in caught.value.tried)
        assert caught.value.path == str(source)
        assert caught.value.code == "unknown_format"
        assert len(store) == 0
        assert store.threads() == []

    def test_a_named_format_that_a_file_cannot_have_raises(self, store: Any, errors: Any, tmp_path: Path) -> None:
        source = tmp_path / "source"
        sqlite_file("CREATE TABLE t (x)")(source)
        with pytest.raises(errors.UnknownFormat, match="not in the format claude"):
            store.import_file(source, format="claude")
        source.write_text("[]")
        with pytest.raises(errors.UnknownFormat, match="not in the format llm"):
            store.import_file(source, format="llm")

    @pytest.mark.parametrize("text", ["[]", " [ ]\n", '{"conversations": []}', '{"a": 1, "conversations": [\n]}'])
    def test_an_export_without_conversations_is_recognised(self, store: Any, tmp_path: Path, text: str) -> None:
        source = tmp_path / "conversations.json"
        source.write_text(text)
        report = store.import_file(source)
        assert (report.taken, report.skipped, report.lost) == (0, 0, 0)

    @pytest.mark.parametrize("text", ['[1, {"prompt": "p", "response": "r"}]', '{"prompt": "p"}\nnonsense\n'])
    def test_a_file_with_one_known_record_is_recognised(self, store: Any, tmp_path: Path, text: str) -> None:
        source = tmp_path / "some.json"
        source.write_text(text)
        report = store.import_file(source)
        assert report.taken + report.lost == 2

    def test_what_precedes_the_damage_of_an_archive_is_imported(self, opened: Open, tmp_path: Path) -> None:
        source = tmp_path / "export.zip"
        one = json.dumps([{"prompt": "p", "response": "r"}])
        other = json.dumps([{"prompt": "q" * 2000, "response": "r"}])
        data = bytearray(archive(conversations=one, conversations_2=other))
        data[data.rindex(b"q" * 100) + 5] ^= 1  # its checksum is wrong now
        source.write_bytes(data)
        report = opened().import_file(source)
        assert (report.taken, report.lost) == (1, 1)
        assert "archive" in report.reasons[0].reason
