"""What can be read of a damaged file, put into a new one.

The file is read page by page and without SQLite, which gives up at the first page that makes no sense to it. First the
trees are walked whose roots the file still names; where anything on the way is damaged, every other page that holds
rows is looked at, too. A row counts as one of ours by its shape, so that neither the list of tables nor a tree is
needed for it. The search index is never read: it is built anew.

A text that a damaged page cuts short is kept as far as it goes, and bytes that are no text are replaced by U+FFFD; such
rows are counted as `partly`. What was deleted stays deleted, as long as the list of free pages can be read.
"""

import json
import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from minimal_browser_core.storage.python.btree import Row, Text, Trees
from minimal_browser_core.storage.python.db.migration import rebuild
from minimal_browser_core.storage.python.db.statements import script, statements
from minimal_browser_core.storage.python.pages import Pages
from minimal_browser_core.storage.python.search.grams import grams

_EARLIEST: Final = -62_135_596_800_000  # the years that a calendar has, in milliseconds
_LATEST: Final = 253_402_300_799_999

# The columns of a row, which may be followed by others: `-` the key, which stands outside of the row, `k` a key, `i` a
# whole number, `m` a time, `t` a text, `a` a JSON array of texts, `o` a JSON object, `b` bytes; a capital may be NULL.
# A shape of which the key stands in the row is that of a table without rowid.
SHAPES: Final = {
    "conversations": {"threads": "-tmm", "conversations": "-kKmtttTao", "import_fingerprints": "bK"},
    "places": {"bookmarks": "-ttatTomm", "pages": "-tttimi", "visits": "-kmi", "page_texts": "-t"},
}
_EXACT: Final = {"threads": 4, "visits": 4, "import_fingerprints": 2, "page_texts": 3}  # that nothing follows


@dataclass(slots=True)
class Rescue:
    """Rows by table; `partly` are among them, `lost` are rows that were seen and could not be read."""

    taken: dict[str, int]
    partly: int = 0
    lost: int = 0
    lost_pages: int = 0
    may_be_deleted: bool = False

    @property
    def recovered(self) -> int:
        return sum(count for table, count in self.taken.items() if table != "import_fingerprints")

    def __str__(self) -> str:
        counts = {table: count for table, count in self.taken.items() if count and table != "import_fingerprints"}
        told = ", ".join(f"{count} {table.replace('_', ' ')}" for table, count in counts.items())
        if self.partly:
            told += f"; {self.partly} of these only in part"
        if self.lost or self.lost_pages:
            told += f"; lost: {self.lost} rows that were seen, {self.lost_pages} pages"
        if self.may_be_deleted:
            told += "; some of it may have been deleted before, which could not be told any more"
        return told


def salvage(path: str, name: str, indexes: tuple[str, ...], target: str) -> Rescue:
    """Make `target`, a new database of the kind `name`; it is gone again where that fails. `path` is only read.

    Reads and closes `path`, which drops this process's locks on it: only for a file that nobody here has open.
    """
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    try:
        with closing(Pages(path)) as pages, closing(sqlite3.connect(target, isolation_level=None)) as db:
            # It is thrown away where anything fails, so it needs no journal.
            db.execute("PRAGMA journal_mode = OFF")
            db.execute("PRAGMA synchronous = OFF")
            db.execute("PRAGMA foreign_keys = OFF")  # rows come in any order
            db.create_function("grams", 1, grams)
            db.execute("BEGIN")
            rescue = _fill(db, pages, name)
            rebuild(db, indexes)
            _run_schema(db, name)
            db.execute("COMMIT")
            db.execute("PRAGMA journal_mode = WAL").fetchall()
        descriptor = os.open(target, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except BaseException:
        discard(target)
        raise
    return rescue


def publish(target: str, path: str) -> bool:
    """Give the new file its name; False where another process was faster and began one of its own."""
    try:
        os.link(target, path)
    except FileExistsError:
        return False
    except OSError:  # a file system without links
        if Path(path).exists():
            return False
        Path(target).rename(path)
        return True
    Path(target).unlink()
    return True


def partial_name(path: str) -> str:
    return f"{path}.recovering-{os.getpid()}-{threading.get_ident()}"


def discard(target: str) -> None:
    for suffix in ("", "-wal", "-shm", "-journal"):
        with suppress(OSError):
            Path(target + suffix).unlink()


def _run_schema(db: sqlite3.Connection, name: str) -> None:
    for statement in script(f"{name}.schema"):
        db.execute(statement)


def _fill(db: sqlite3.Connection, pages: Pages, name: str) -> Rescue:
    _run_schema(db, name)
    for (trigger,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        db.execute(f"DROP TRIGGER {trigger}")
    sql = statements(f"{name}.salvage")
    rescue = Rescue(dict.fromkeys(SHAPES[name], 0))
    for table, values in _rows(pages, SHAPES[name], rescue):
        rescue.taken[table] += db.execute(sql[table], {str(n): value for n, value in enumerate(values, 1)}).rowcount
    for step, statement in sql.items():
        if step.startswith("finish_"):
            db.execute(statement)
    return rescue


def _rows(pages: Pages, shapes: dict[str, str], rescue: Rescue) -> Iterator[tuple[str, list[Any]]]:
    trees = Trees(pages)
    roots = dict(_roots(trees, shapes))
    for root in roots.values():
        for row in trees.walk(root):
            found = _recognised(row, shapes, rescue)
            if found is None:
                rescue.lost += 1
            else:
                yield found
    rescue.lost_pages = trees.lost
    if trees.lost or len(roots) < len(shapes):
        rescue.may_be_deleted = not pages.knows_free
        for row in trees.others():
            found = _recognised(row, shapes, rescue)
            if found is not None:
                yield found


def _roots(trees: Trees, shapes: dict[str, str]) -> Iterator[tuple[str, int]]:
    """The first pages of the tables, as far as the list of tables can be read."""
    for row in trees.walk(1):
        match row.values:
            case [Text(raw=b"table"), Text() as name, Text(), int(root), *_]:
                table = name.raw.decode(errors="replace")
                if table in shapes:
                    yield table, root


def _recognised(row: Row, shapes: dict[str, str], rescue: Rescue) -> tuple[str, list[Any]] | None:
    if row.values is None:
        return None
    for table, shape in shapes.items():
        if len(row.values) < len(shape) or len(row.values) > _EXACT.get(table, 99):
            continue
        if row.from_index == shape.startswith("-"):
            continue
        values, whole = [], True
        for letter, value in zip(shape, row.values, strict=False):
            fits, read, unharmed = _read(letter, row.rowid if letter == "-" and value is None else value)
            if not fits:
                break
            values.append(read)
            whole = whole and unharmed
        else:
            rescue.partly += not whole
            return table, values
    return None


def _read(letter: str, value: object) -> tuple[bool, Any, bool]:
    """(whether it can be that, what it is, whether it is whole)."""
    if value is None:
        return letter.isupper(), None, True
    match letter.lower():
        case "-" | "k":
            return isinstance(value, int) and value > 0, value, True
        case "i":
            return isinstance(value, int), value, True
        case "m":
            return isinstance(value, int) and _EARLIEST <= value <= _LATEST, value, True
        case "b":
            return isinstance(value, bytes), value, True
    if not isinstance(value, Text):
        return False, None, False
    text = value.raw.decode(errors="replace")
    whole = not value.cut and text.encode() == value.raw
    if letter in "ao":
        empty, kind = ("[]", list) if letter == "a" else ("{}", dict)
        try:
            parsed = json.loads(text)
        except (ValueError, RecursionError):
            parsed = None
        if not isinstance(parsed, kind) or (letter == "a" and not all(isinstance(tag, str) for tag in parsed)):
            return True, empty, False
    return True, text, whole
