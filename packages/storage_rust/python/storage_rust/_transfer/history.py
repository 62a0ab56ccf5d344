"""Importing history from `history.db` of minimal_browser 0.x."""

import os
from pathlib import Path
from typing import Protocol

from .formats.minimal_browser_0 import Visits, read_history
from .report import ImportReport, LossLog
from .sqlite_files import open_read_only


class Store(Protocol):
    """What an import needs from a store of history."""

    def _import_visits(self, rows: list[Visits], /) -> list[bool]: ...
    def _interrupt_epoch(self) -> int: ...


def import_file(store: Store, path: str | os.PathLike[str]) -> ImportReport:
    """Import the visited pages, all or nothing."""
    file = Path(os.fspath(path))
    losses = LossLog(file, "older-browser")
    epoch = store._interrupt_epoch()
    with open_read_only(file, lambda: store._interrupt_epoch() != epoch) as source:
        pages = read_history(source, file, losses)
    changed = store._import_visits(pages)
    return losses.report(sum(changed), len(changed) - sum(changed))
