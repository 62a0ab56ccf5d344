"""Importing the visits in the databases of other browsers.

    firefox         places.sqlite of Firefox, LibreWolf and others
    chromium        History of Chrome, Chromium, Edge, Brave, Vivaldi and Opera
    safari          History.db
    qutebrowser     history.sqlite
    older-browser   history.db of minimal_browser 0.x

Redirects, frames, downloads and reloads are not visits of the user, and pages of the browser itself are left out. A
page has the visits of all files together: a visit at the same time as a stored one is not added again.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, Protocol

from ._host import Interrupted, InvalidData, UnknownFormat
from .browser_profiles import find_profiles
from .formats import chromium_history, firefox_history, minimal_browser_0, qutebrowser_history, safari_history
from .report import ImportReport, LossLog
from .sqlite_copy import open_copy, read_error, refuse_open_store
from .sqlite_files import MAGIC, DamagedFileError, ForeignFile
from .visited_pages import Page, VisitedPages

_Reader = Callable[[ForeignFile, VisitedPages], None]

_FORMATS: Final[dict[str, tuple[Callable[[ForeignFile], bool], _Reader]]] = {
    "firefox": (firefox_history.is_history, firefox_history.read),
    "chromium": (chromium_history.is_history, chromium_history.read),
    "safari": (safari_history.is_history, safari_history.read),
    "qutebrowser": (qutebrowser_history.is_history, qutebrowser_history.read),
    "older-browser": (minimal_browser_0.is_history, minimal_browser_0.read_history),
}
FORMATS: Final = ("auto", *_FORMATS)
TRIED: Final = (
    "places.sqlite of Firefox",
    "History of Chromium",
    "History.db of Safari",
    "history.sqlite of qutebrowser",
    "history.db of minimal_browser 0.x",
)

Progress = Callable[[int, int], object]


class Store(Protocol):
    """What an import needs from a store of history."""

    def _import_visits(self, batches: Iterator[list[Page]], epoch: int, /) -> tuple[int, int]: ...
    def _interrupt_epoch(self) -> int: ...


def import_file(
    store: Store, path: str | os.PathLike[str], format: str = "auto", progress: Progress | None = None
) -> ImportReport:
    """Import a database, all or nothing. `progress` is called with the number of pages read and in total."""
    if format not in FORMATS:
        raise InvalidData(f"format must be one of {', '.join(FORMATS)}, not {format!r:.50}")
    file = Path(os.fspath(path))
    losses = LossLog(file, format)
    return _import(store, [(file, "")], losses, progress)


def import_browser(store: Store, name: str, profile: str | None, progress: Progress | None) -> ImportReport:
    """Import the visits of the profiles of a browser on this computer, all or nothing."""
    files = [(each.history, each.name) for each in find_profiles(name, profile) if each.history is not None]
    losses = LossLog(os.pathsep.join(str(path) for path, _ in files), "auto")
    return _import(store, files, losses, progress)


def _import(store: Store, files: list[tuple[Path, str]], losses: LossLog, progress: Progress | None) -> ImportReport:
    epoch = store._interrupt_epoch()

    def is_interrupted() -> bool:
        return store._interrupt_epoch() != epoch

    pages = VisitedPages(losses)
    for path, profile in files:
        losses.part = profile if len(files) > 1 else ""
        _read(path, pages, is_interrupted)
    batches = pages.batches()
    total, done = sum(map(len, batches)), 0
    for batch in batches:
        done += len(batch)
        if progress is not None:
            progress(done, total)
        if is_interrupted():
            raise Interrupted("The import was interrupted")
    return losses.report(*store._import_visits(iter(batches), epoch))


def _read(path: Path, pages: VisitedPages, is_interrupted: Callable[[], bool]) -> None:
    refuse_open_store(path)
    try:
        with path.open("rb") as content:
            is_database = content.read(len(MAGIC)) == MAGIC
    except OSError as error:
        raise read_error(path, error) from error
    if not is_database:
        raise _unknown(path, "it is not a SQLite database")
    with open_copy(path, is_interrupted) as file:
        format = pages.losses.format
        readers = [
            (name, read)
            for name, (is_history, read) in _FORMATS.items()
            if format in ("auto", name) and is_history(file)
        ]
        if not readers:
            reason = "it has no history" if format == "auto" else f"it is not in the format {format}"
            raise _unknown(path, reason, *TRIED if format == "auto" else [format])
        pages.begin_file()
        try:
            readers[0][1](file, pages)
        except DamagedFileError as error:  # what was read before the damage counts
            pages.losses.add(pages.position + 1, f"the file is damaged from here on: {error}")


def _unknown(path: Path, reason: str, *tried: str) -> UnknownFormat:
    names = tried or TRIED
    message = f"{path} cannot be imported: {reason}. Looked for: {', '.join(names)}"
    return UnknownFormat(message, path=str(path), tried=names)
