"""Conversations as the copilot records them and as the conversations page shows them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from minimal_browser_core.errors import InvalidData
from minimal_browser_core.memory.days import DayGroup, by_day

if TYPE_CHECKING:
    from minimal_browser_core.storage.port import Conversation, ConversationStore


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
    """Part of a listing. `next_cursor` fetches the next part; `complete` is False for a bounded ranking."""

    rows: tuple[ConversationRow, ...]
    next_cursor: str | None = None
    complete: bool = True

    @property
    def days(self) -> tuple[DayGroup[ConversationRow], ...]:
        """The rows by local day, in the order they stand in."""
        return by_day(self.rows)


class ConversationService:
    """Thread-safe as its store is. Every call blocks on the disk; failures are StorageErrors."""

    def __init__(self, store: "ConversationStore") -> None:
        self._store = store

    def start_thread(self, title: str = "") -> int:
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
        """Store one exchange. Half characters, which no store takes, become "?"."""
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
        url_prefix: str | None = None,
    ) -> ConversationList:
        """Matches of `query`, any text at all; the newest exchanges where it is blank."""
        if not query.strip():
            return self.recent(limit=limit, cursor=cursor)
        page = self._store.search(query, limit=limit, cursor=cursor, order=order, url_prefix=url_prefix)
        rows = tuple(_row(hit, hit.snippet, tuple(hit.highlights)) for hit in page.hits)
        return ConversationList(rows, page.next_cursor, page.complete)

    def recent(self, *, limit: int = 50, cursor: str | None = None) -> ConversationList:
        """Newest first."""
        page = self._store.recent(limit=limit, cursor=cursor)
        return ConversationList(tuple(map(_row, page.conversations)), page.next_cursor)

    def thread(self, thread_id: int) -> tuple[ConversationRow, ...]:
        return tuple(map(_row, self._store.thread(thread_id)))

    def path(self, id: int) -> tuple[ConversationRow, ...]:
        """What led to an exchange, and it: the first one first. InvalidData where there is no such exchange."""
        found = self._store.get(id)
        if found is None:
            raise InvalidData(f"There is no exchange number {id}: it was deleted or never was.")
        before = {row.id: row for row in self._store.thread(found.thread_id)}
        rows = [found]
        while (parent := rows[-1].parent_id) is not None and parent in before:
            rows.append(before[parent])
        return tuple(map(_row, reversed(rows)))

    def get(self, id: int) -> ConversationRow | None:
        found = self._store.get(id)
        return _row(found) if found is not None else None

    def delete(self, ids: int | Iterable[int]) -> int:
        """The number of exchanges that were there and are gone."""
        return self._store.delete(ids)


def _row(found: "Conversation", snippet: str = "", highlights: tuple[tuple[int, int], ...] = ()) -> ConversationRow:
    return ConversationRow(
        id=found.id,
        thread_id=found.thread_id,
        when=found.timestamp.astimezone(),
        prompt=found.prompt,
        response=found.response,
        model=found.model,
        url=found.url,
        tags=tuple(found.tags),
        snippet=snippet,
        highlights=highlights,
    )


def encodable(text: str) -> str:
    """`text` with lone surrogates, which UTF-8 cannot carry and a page can produce, as "?"."""
    return text.encode("utf-8", "replace").decode("utf-8") if not text.isascii() else text
