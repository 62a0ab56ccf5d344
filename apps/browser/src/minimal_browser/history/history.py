"""Imports visits into the history in the background and reports the result."""

from collections.abc import Callable

from minimal_browser.background.importing import import_file
from minimal_browser.background.tasks import Tasks
from minimal_browser_core.window import Messages


class History:
    """The stored history. GUI thread only; nothing here blocks."""

    def __init__(self, tasks: Tasks, messages: Messages, changed: Callable[[], None]) -> None:
        self._tasks = tasks
        self._messages = messages
        self._changed = changed

    def import_file(self, path: str) -> None:
        import_file(
            "history",
            path,
            lambda stores, source: stores.need_history().import_file(source),
            self._tasks,
            self._messages,
            self._changed,
        )
