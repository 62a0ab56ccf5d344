"""The branch of a thread that a session is on: the exchanges that lead to its next question."""

import threading
from collections.abc import Iterator
from contextlib import suppress

from minimal_browser_core.chat.port import Message
from minimal_browser_core.copilot.context.text import clean_line
from minimal_browser_core.copilot.exchange import Exchange
from minimal_browser_core.errors import InvalidData
from minimal_browser_core.storage.conversations import ConversationService


class Branch:
    """The exchanges so far, and the thread's id in the store once one of them is stored."""

    def __init__(self) -> None:
        self.exchanges: list[Exchange] = []
        self._thread_id: int | None = None
        self._parent_id: int | None = None
        """What the next stored exchange follows, unless that is the thread's last one."""
        self._lock = threading.Lock()

    @classmethod
    def stored(cls, conversations: ConversationService, id: int) -> "Branch":
        """The branch that ends in a stored exchange. InvalidData if there is no such exchange."""
        rows = conversations.path(id)
        branch = cls()
        branch._thread_id, branch._parent_id = rows[-1].thread_id, id
        branch.exchanges = [
            Exchange(row.prompt, row.url, parts=[row.response], model=row.model, stored_id=row.id) for row in rows
        ]
        return branch

    def messages(self, budget: int) -> Iterator[Message]:
        """The newest exchanges that fit `budget` characters, oldest first."""
        fitting: list[tuple[str, str]] = []
        for exchange in reversed(self.exchanges):
            response = exchange.response
            budget -= len(exchange.question) + len(response)
            if budget < 0:
                break
            fitting.append((exchange.question, response))
        for question, response in reversed(fitting):
            yield {"role": "user", "content": question}
            yield {"role": "assistant", "content": response}

    def record(self, conversations: ConversationService, exchange: Exchange) -> int:
        """Store an exchange of this branch and return its id; once, however often it is called."""
        with self._lock:
            if exchange.stored_id is None and self._thread_id is not None:
                # If the user has deleted the thread, the exchange starts a new one.
                with suppress(InvalidData):
                    exchange.stored_id = self._store(conversations, exchange)
            if exchange.stored_id is None:
                self._thread_id = conversations.start_thread(clean_line(exchange.question, 100))
                self._parent_id = None
                exchange.stored_id = self._store(conversations, exchange)
            self._parent_id = None
            return exchange.stored_id

    def _store(self, conversations: ConversationService, exchange: Exchange) -> int:
        return conversations.record(
            exchange.question,
            exchange.response,
            exchange.model,
            thread_id=self._thread_id,
            parent_id=self._parent_id,
            url=exchange.url,
            tags=exchange.tags,
            metadata=exchange.metadata,
        )
