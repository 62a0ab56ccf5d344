"""What an exchange has besides its texts: the messages and attachments of the conversation store."""

import hashlib
import sqlite3
import unicodedata
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from minimal_browser_core.errors import InvalidData
from minimal_browser_core.storage.python import convert
from minimal_browser_core.storage.python.records import Attachment
from minimal_browser_core.storage.python.stores.base import SqliteStore
from minimal_browser_core.storage.transfer.message_text import decode

if TYPE_CHECKING:
    from typing_extensions import Buffer

MAX_SIZE: Final = 100 << 20  # bytes
_MAX_NAME: Final = 1000
_HASH_DIGITS: Final = 64


class Contents(SqliteStore):
    """The part of the conversation store that keeps messages and attachments."""

    def messages(self, id: int) -> list[dict[str, Any]]:
        """Return the messages of an exchange as they were stored; an empty list if it has none or does not exist."""
        with self._db.read() as db:
            row = db.execute(self._sql["messages"], {"id": convert.identifier("id", id)}).fetchone()
        return decode(row and row[0])

    def attach(self, id: int, name: str, data: "Buffer", *, mime: str) -> str:
        """Attach a file of at most 100 MiB to an exchange, and return the SHA-256 of its content.

        A content is stored once, however many exchanges have it, and deleted with the last one. A file of the same name
        is replaced. Raises `InvalidData` if there is no such exchange.
        """
        id = convert.identifier("id", id)
        name = _line("name", name, f"one line of 1 to {_MAX_NAME} characters")
        mime = _line("mime", mime, "a media type, such as image/png,")
        try:
            content = bytes(memoryview(data))
        except TypeError:
            raise InvalidData(f"data must be bytes, not {type(data).__name__}") from None
        if len(content) > MAX_SIZE:
            raise InvalidData(f"data has {len(content)} bytes: an attachment may have {MAX_SIZE}")
        with self._db.write() as db:
            if db.execute(self._sql["exists"], {"id": id}).fetchone() is None:
                raise InvalidData(f"id {id}: there is no such conversation", path=self._db.path)
            return store_attachment(db, self._sql, id, name, mime, content).hex()

    def attachment(self, sha256: str) -> bytes | None:
        """Return the content with this hash, of any exchange; None if there is none."""
        digits = convert.text("sha256", sha256)
        try:
            digest = bytes.fromhex(digits) if len(digits) == _HASH_DIGITS else b""
        except ValueError:
            digest = b""
        if len(digest) != _HASH_DIGITS // 2:
            raise InvalidData(f"sha256 must be {_HASH_DIGITS} hexadecimal digits, not {sha256!r:.80}")
        with self._db.read() as db:
            row = db.execute(self._sql["attachment"], {"sha256": digest}).fetchone()
        return None if row is None else row[0]

    def attachments(self, id: int) -> list[Attachment]:
        """Return the files of an exchange, by name, without their contents."""
        with self._db.read() as db:
            rows = db.execute(self._sql["attachments"], {"id": convert.identifier("id", id)}).fetchall()
        return [Attachment(*row) for row in rows]


def store_attachment(
    db: sqlite3.Connection, sql: Mapping[str, str], id: int, name: str, mime: str, content: bytes
) -> bytes:
    """Store an attachment in the open transaction, and return the hash of its content."""
    digest = hashlib.sha256(content).digest()
    db.execute(sql["detach"], {"id": id, "name": name})
    db.execute(sql["store_content"], {"sha256": digest, "size": len(content), "data": content})
    db.execute(sql["attach"], {"id": id, "name": name, "mime": mime, "sha256": digest})
    return digest


def _line(field: str, value: object, expected: str) -> str:
    text = convert.text(field, value)
    if not 1 <= len(text) <= _MAX_NAME or any(unicodedata.category(char) == "Cc" for char in text):
        raise InvalidData(f"{field} must be {expected} not {text!r:.50}")
    return text
