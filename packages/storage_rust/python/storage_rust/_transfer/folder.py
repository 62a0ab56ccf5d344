"""Importing the whole folder of minimal_browser 0.x, each file into its store; no file is changed.

conversations.json      conversations
bookmarks.json          bookmarks
history.db              history
sessions/<name>.json    bookmarks with the tag `session/<name>`, which lists the pages of the session
other files             settings, models, key/value pairs and vectors: reported, but not imported
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from . import bookmarks, history, import_conversations
from ._host import StorageError
from .bookmark_file import read_content
from .formats.minimal_browser_0 import read_session
from .report import ImportReport, LossLog

_FILES: Final = ("history.db", "bookmarks.json", "sessions", "config.toml", "kv.db", "vectors", "file_index", "ai")
_NOT_IMPORTED: Final = {
    "config.toml": "settings are not imported: set what you need in the new config.toml",
    "models.json": "models are chosen in the settings now",
    "kv.db": "it has values of programs, but no conversations, pages or bookmarks",
    "vectors": "its index was made by a model that is not available; the search needs none",
    "file_index": "it lists files of the disk, but no conversations, pages or bookmarks",
}
_NO_PLACES: Final = "name a file for bookmarks and history to import it: --places FILE"


@dataclass(frozen=True, slots=True)
class ImportedFile:
    """A file with its report, or why it was not imported; `error` if it cannot be read.

    `kind` is "bookmarks" or "history" if a file can have both.
    """

    path: Path
    report: ImportReport | None
    reason: str = ""
    error: StorageError | None = None
    kind: str = ""


def is_minimal_browser_0_folder(path: Path) -> bool:
    """Whether the folder has files that only minimal_browser 0.x wrote."""
    return path.is_dir() and any((path / name).exists() for name in _FILES)


def import_folder(
    folder: Path, conversations: Any, bookmark_store: Any | None, history_store: Any | None
) -> Iterator[ImportedFile]:
    """Import file by file. A file that cannot be read is reported, and the others are imported."""
    path = folder / "conversations.json"
    if path.is_file():
        yield _import(path, lambda file: import_conversations.import_file(conversations, file, "auto", None))
    sessions = folder / "sessions"
    for path, store, import_file in (
        (folder / "bookmarks.json", bookmark_store, bookmarks.import_file),
        (folder / "history.db", history_store, history.import_file),
        *((path, bookmark_store, import_session) for path in sorted(sessions.glob("*.json")) if sessions.is_dir()),
    ):
        if not path.is_file():
            continue
        if store is None:
            yield ImportedFile(path, None, _NO_PLACES)
        else:
            yield _import(path, lambda file, read=import_file, store=store: read(store, file))  # type: ignore[misc]
    for name in ("config.toml", "models.json", "ai/models.json", "kv.db", "vectors", "file_index"):
        if (folder / name).exists():
            yield ImportedFile(folder / name, None, _NOT_IMPORTED[Path(name).name])


def _import(path: Path, import_file: Callable[[Path], ImportReport]) -> ImportedFile:
    try:
        return ImportedFile(path, import_file(path))
    except StorageError as error:
        if error.path not in (None, str(path)):  # an error of the store, which the other files need, too
            raise
        return ImportedFile(path, None, str(error))


def import_session(store: bookmarks.Store, path: str | os.PathLike[str]) -> ImportReport:
    """Import the tabs of one saved session as bookmarks."""
    file = Path(os.fspath(path))
    losses = LossLog(file, "older-browser")
    text = (read_content(file) or b"").decode("utf-8-sig", errors="replace")
    return bookmarks.import_bookmarks(store, read_session(text, file, losses), losses)
