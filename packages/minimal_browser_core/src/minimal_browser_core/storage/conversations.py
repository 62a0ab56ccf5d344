"""Stored conversations as plain values: recorded by the copilot, listed and searched for the conversations page."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from minimal_browser_core.errors import InvalidData
from minimal_browser_core.storage.days import DayGroup, group_by_day
from minimal_browser_core.storage.text import encodable

if TYPE_CHECKING:
    from minimal_browser_core.storage.port import Conversation, ConversationStore, MatchMode


@dataclass(frozen=True, slots=True)
class ConversationRow:
    """One exchange. `when` is in the local time zone; `highlights` are (start, end) in `snippet`, in characters."""

    id: int
    thread_id: int
    when: datetime
    prompt: str
    response: str
    model: str
    url: str | None
    tags: tuple[str, ...]
    snippet: str = ""
    highlights: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class ConversationList:
    """A part of a listing. `next_cursor` fetches the next part; `complete` is False if the ranking was cut off."""

    rows: tuple[ConversationRow, ...]
    next_cursor: str | None = None
    complete: bool = True

    @property
    def days(self) -> tuple[DayGroup[ConversationRow], ...]:
        """The rows by local day, in their order."""
        return group_by_day(self.rows)


class ConversationService:
    """As thread-safe as its store. Every call blocks on the disk and raises StorageError on failure."""

    def __init__(self, store: "ConversationStore") -> None:
        self._store = store

    def start_thread(self, title: str = "") -> int:
        """The id of a new, empty thread."""
        return self._store.start_thread(title)

    def record(
        self,
        prompt: str,
        response: str,
        model: str,
        *,
        thread_id: int | None = None,
        parent_id: int | None = None,
        url: str | None = None,
        tags: Sequence[str] = (),
        metadata: Mapping[str, Any] | None = None,
    ) -> int:
        """Store one exchange and return its id. Lone surrogates, which no store takes, become "?"."""
        return self._store.add_conversation(
            encodable(prompt),
            encodable(response),
            model,
            thread_id=thread_id,
            parent_id=parent_id,
            url=encodable(url) if url is not None else None,
            tags=tags,
            metadata=metadata,
        )

    def search(
        self,
        query: str,
        *,
        limit: int = 20,
        cursor: str | None = None,
        order: Literal["relevance", "recent"] = "relevance",
        match: "MatchMode" = "auto",
        url_prefix: str | None = None,
    ) -> ConversationList:
        """The exchanges that match `query`, a question or words; the newest ones if it is blank.

        Raises InvalidData if it has a `before:` or `after:` that is not a date.
        """
        if not query.strip():
            return self.recent(limit=limit, cursor=cursor)
        page = self._store.search(query, limit=limit, cursor=cursor, order=order, match=match, url_prefix=url_prefix)
        rows = tuple(_row(hit, hit.snippet, tuple(hit.highlights)) for hit in page.hits)
        return ConversationList(rows, page.next_cursor, page.complete)

    def recent(self, *, limit: int = 50, cursor: str | None = None) -> ConversationList:
        """All exchanges, newest first."""
        page = self._store.recent(limit=limit, cursor=cursor)
        return ConversationList(tuple(map(_row, page.conversations)), page.next_cursor)

    def thread(self, thread_id: int) -> tuple[ConversationRow, ...]:
        """The exchanges of a thread, oldest first."""
        return tuple(map(_row, self._store.thread(thread_id)))

    def path(self, id: int) -> tuple[ConversationRow, ...]:
        """An exchange and those that led to it, first one first. Raises InvalidData if there is no such exchange."""
        last = self._store.get(id)
        if last is None:
            raise InvalidData(f"There is no exchange {id}. :conversations lists them.")
        thread = {row.id: row for row in self._store.thread(last.thread_id)}
        rows = [last]
        while (parent := rows[-1].parent_id) is not None and parent in thread:
            rows.append(thread[parent])
        return tuple(map(_row, reversed(rows)))

    def get(self, id: int) -> ConversationRow | None:
        """One exchange, or None if it does not exist."""
        conversation = self._store.get(id)
        return _row(conversation) if conversation is not None else None

    def delete(self, ids: int | Iterable[int]) -> int:
        """Delete exchanges, and return how many of them existed."""
        return self._store.delete(ids)


def _row(
    conversation: "Conversation", snippet: str = "", highlights: tuple[tuple[int, int], ...] = ()
) -> ConversationRow:
    return ConversationRow(
        id=conversation.id,
        thread_id=conversation.thread_id,
        when=conversation.timestamp.astimezone(),
        prompt=conversation.prompt,
        response=conversation.response,
        model=conversation.model,
        url=conversation.url,
        tags=tuple(conversation.tags),
        snippet=snippet,
        highlights=highlights,
    )
