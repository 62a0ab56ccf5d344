"""Deletes, continues and imports stored conversations."""

from collections.abc import Callable

from minimal_browser.background.stored_data import StoredData
from minimal_browser.background.stores import Stores
from minimal_browser.background.tasks import Tasks
from minimal_browser_core.storage.port import ConversationStore
from minimal_browser_core.window import Messages


class Conversations(StoredData):
    """The stored conversations."""

    kind = "conversations"

    def __init__(
        self, tasks: Tasks, messages: Messages, resume: Callable[[int], None], changed: Callable[[], None]
    ) -> None:
        """`resume` shows a stored exchange in the copilot's panel."""
        super().__init__(tasks, messages, changed)
        self.resume = resume

    def delete(self, id: int) -> None:
        self._tasks.with_stores(
            lambda stores: stores.need_conversations().delete(id),
            lambda deleted: self._done(
                f"exchange {id} deleted" if deleted else f"There is no exchange {id}. :conversations lists them."
            ),
            self._failed,
        )

    def _store(self, stores: Stores) -> ConversationStore:
        return stores.need_conversations()
