"""The whole folder that the older browser left, into the stores: each file where it belongs, none of them changed.

conversations.json      conversations
bookmarks.json          bookmarks
history.db              history
sessions/<name>.json    bookmarks with the tag `session/<name>`, which lists the pages of a session again
the rest                settings, keys of models, key/value pairs and vectors: named, and left where it is
"""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from . import bookmarks, importing, visits
from ._host import InvalidData, StorageError
from .marks import Mark, clean_tags, moment
from .report import ImportReport, Losses

_OWN: Final = ("history.db", "bookmarks.json", "sessions", "config.toml", "kv.db", "vectors", "file_index", "ai")
_LEFT: Final = {
    "config.toml": "settings are not conversations: set what you need in the new browser's config.toml",
    "models.json": "its models are chosen in the settings now",
    "kv.db": "it holds values of programs, no conversations, pages or bookmarks",
    "vectors": "its index was made by a model that is not here; the search needs none",
    "file_index": "it lists files of the disk, no conversations, pages or bookmarks",
}
_NO_PLACES: Final = "name a file for bookmarks and history to take it: --places FILE"


@dataclass(frozen=True, slots=True)
class Part:
    """A file of the folder: what became of it, or why it was left."""

    path: Path
    report: ImportReport | None
    left: str = ""


def is_older_folder(path: Path) -> bool:
    return path.is_dir() and any((path / name).exists() for name in _OWN)


def import_folder(folder: Path, store: Any, marks: Any | None, history: Any | None) -> Iterator[Part]:
    """File by file; a file that cannot be read is left, and the others are taken. Any number of times."""
    if (folder / "conversations.json").is_file():
        yield _part(folder / "conversations.json", lambda file: importing.import_file(store, file, "auto", None))
    places = {"bookmarks.json": (marks, bookmarks.import_file), "history.db": (history, visits.import_file)}
    for name, (target, read) in places.items():
        if (folder / name).is_file():
            if target is None:
                yield Part(folder / name, None, _NO_PLACES)
            else:
                yield _part(folder / name, lambda file, read=read, target=target: read(target, file))
    sessions = folder / "sessions"
    for file in sorted(sessions.glob("*.json")) if sessions.is_dir() else ():
        if marks is None:
            yield Part(file, None, _NO_PLACES)
        else:
            yield _part(file, lambda file: import_session(marks, file))
    for name in ("config.toml", "models.json", "ai/models.json", "kv.db", "vectors", "file_index"):
        if (folder / name).exists():
            yield Part(folder / name, None, _LEFT[Path(name).name])


def _part(path: Path, read: Any) -> Part:
    try:
        return Part(path, read(path))
    except StorageError as error:
        if error.path not in (None, str(path)):  # of the store, which the others need as much
            raise
        return Part(path, None, str(error))


def import_session(marks: Any, path: str | os.PathLike[str]) -> ImportReport:
    """The tabs of one saved session, as bookmarks."""
    file, losses = Path(os.fspath(path)), Losses()
    try:
        with file.open("rb") as source:
            content = source.read(bookmarks.LARGEST + 1)
        session = json.loads(content.decode("utf-8-sig", errors="replace"))
    except OSError as error:
        raise StorageError(f"{file} cannot be read: {error.strerror or error}", path=str(file)) from error
    except (ValueError, RecursionError) as error:
        raise InvalidData(f"{file} is no whole JSON, so nothing was taken: {error}", path=str(file)) from None
    tabs = session.get("tabs") if isinstance(session, dict) else None
    if not isinstance(tabs, list):
        raise InvalidData(f"{file} is no saved session: it lists no tabs", path=str(file))
    name = session.get("name")
    tag = clean_tags([f"session/{name if isinstance(name, str) and name.strip() else file.stem}"])
    found = [_tab(n, tab, tag, moment(session.get("created_at")), losses) for n, tab in enumerate(tabs, 1)]
    return bookmarks.import_marks(marks, [mark for mark in found if mark is not None], losses)


def _tab(position: int, tab: object, tags: list[str], created_at: int | None, losses: Losses) -> Mark | None:
    url = tab.get("url") if isinstance(tab, dict) else None
    if not isinstance(tab, dict) or not isinstance(url, str) or not url.strip():
        losses.lose(position, "it is a tab without an address")
        return None
    title = tab.get("title")
    return Mark(
        position=position,
        url=url.strip(),
        title=title.strip() if isinstance(title, str) else "",
        tags=tags,
        created_at=created_at,
    )
