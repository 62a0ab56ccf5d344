"""A kind of stored data that commands of a window change: bookmarks, history or conversations."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from minimal_browser.background.stores import Stores
from minimal_browser.background.tasks import Tasks
from minimal_browser_core.storage.port import ImportReport
from minimal_browser_core.window import MessageLevel, Messages


class Importing(Protocol):
    """A store that files can be imported into."""

    def import_file(self, source: Path, /) -> ImportReport: ...


class StoredData:
    """Works in the background and reports the result in a message. GUI thread only; nothing here blocks."""

    kind: str
    """The name of the items in messages."""

    def __init__(self, tasks: Tasks, messages: Messages, changed: Callable[[], None]) -> None:
        """`changed` is called after each change."""
        self._tasks = tasks
        self._messages = messages
        self._changed = changed

    def import_file(self, path: str) -> None:
        from minimal_browser_core.features.file_import import summarise

        source = Path(path).expanduser()
        self._messages.show(f"importing {self.kind} from {source} …")
        self._tasks.run_long(
            lambda stores: self._store(stores).import_file(source),
            lambda report: self._done(f"{self.kind}: {summarise(report)}"),
            self._failed,
        )

    def _store(self, stores: Stores) -> Importing:
        raise NotImplementedError

    def _done(self, text: str) -> None:
        self._messages.show(text)
        self._changed()

    def _failed(self, error: Exception) -> None:
        self._messages.show(str(error), MessageLevel.ERROR)
