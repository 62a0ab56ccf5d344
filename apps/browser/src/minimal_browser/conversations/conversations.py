"""Deletes, continues and imports stored conversations in the background and reports the result."""

from collections.abc import Callable

from minimal_browser.background.importing import import_file
from minimal_browser.background.tasks import Tasks
from minimal_browser_core.window import MessageLevel, Messages


class Conversations:
    """The stored conversations. GUI thread only; nothing here blocks."""

    def __init__(
        self, tasks: Tasks, messages: Messages, resume: Callable[[int], None], changed: Callable[[], None]
    ) -> None:
        """`resume` shows a stored exchange in the copilot's panel; `changed` is called after each change."""
        self._tasks = tasks
        self._messages = messages
        self._changed = changed
        self._resume = resume

    def delete(self, id: int) -> None:
        def done(deleted: int) -> None:
            self._messages.show(
                f"exchange {id} deleted" if deleted else f"There is no exchange {id}. :conversations lists them."
            )
            self._changed()

        self._tasks.with_stores(
            lambda stores: stores.need_conversations().delete(id),
            done,
            lambda error: self._messages.show(str(error), MessageLevel.ERROR),
        )

    def resume(self, id: int) -> None:
        self._resume(id)

    def import_file(self, path: str) -> None:
        import_file(
            "conversations",
            path,
            lambda stores, source: stores.need_conversations().import_file(source),
            self._tasks,
            self._messages,
            self._changed,
        )
