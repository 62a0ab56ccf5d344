"""The stores that memory speaks through: conversations, history and bookmarks.

The Rust wheel and the stdlib fallback have this shape and one file format. Times are timezone-aware datetimes; every
call may block on the disk and releases the GIL while it does. Failures are the `StorageError` family.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from os import PathLike
from typing import Any, Literal, Protocol

ExportFormat = Literal["jsonl", "json", "markdown", "html"]
Progress = Callable[[int, int], object]  # (done, in all): rows, or bytes of a file


class Conversation(Protocol):
    """One exchange. A thread is a tree: two children of one parent are branches."""

    @property
    def id(self) -> int: ...
    @property
    def thread_id(self) -> int: ...
    @property
    def parent_id(self) -> int | None: ...
    @property
    def timestamp(self) -> datetime: ...
    @property
    def prompt(self) -> str: ...
    @property
    def response(self) -> str: ...
    @property
    def model(self) -> str: ...
    @property
    def url(self) -> str | None: ...
    @property
    def tags(self) -> tuple[str, ...]: ...
    @property
    def metadata(self) -> Mapping[str, Any]: ...


class SearchHit(Conversation, Protocol):
    @property
    def score(self) -> float: ...
    @property
    def snippet(self) -> str: ...
    @property
    def highlights(self) -> tuple[tuple[int, int], ...]:
        """(start, end) in `snippet`, in characters."""


class SearchPage(Protocol):
    @property
    def hits(self) -> Sequence[SearchHit]: ...
    @property
    def next_cursor(self) -> str | None: ...
    @property
    def complete(self) -> bool:
        """False when a very common query was ranked over a bounded set of its newest matches."""


class Page(Protocol):
    @property
    def conversations(self) -> Sequence[Conversation]: ...
    @property
    def next_cursor(self) -> str | None: ...


class LostRecord(Protocol):
    @property
    def position(self) -> int:
        """Of the record in the file, from 1: array elements, lines, or database rows."""

    @property
    def reason(self) -> str: ...


class ImportReport(Protocol):
    """`taken` and `skipped` count exchanges; skipped are those that had been taken before."""

    @property
    def taken(self) -> int: ...
    @property
    def skipped(self) -> int: ...
    @property
    def lost_count(self) -> int: ...
    @property
    def lost(self) -> Sequence[LostRecord]:
        """The first 1,000 of them."""

    @property
    def attachments(self) -> int:
        """Files and pictures, which are not taken."""


class ConversationStore(Protocol):
    """Thread-safe. Several processes may have one file open, one SQLite library per file and process."""

    def add_conversation(
        self,
        prompt: str,
        response: str,
        model: str,
        *,
        timestamp: datetime | None = None,
        thread_id: int | None = None,
        parent_id: int | None = None,
        url: str | None = None,
        tags: Sequence[str] = (),
        metadata: Mapping[str, Any] | None = None,
    ) -> int: ...
    def search_conversations(self, query: str, limit: int = 20) -> Sequence[tuple[int, str, str]]: ...
    def search(
        self,
        query: str,
        *,
        limit: int = 20,
        cursor: str | None = None,
        order: Literal["relevance", "recent"] = "relevance",
        model: str | None = None,
        tag: str | None = None,
        thread_id: int | None = None,
        url_prefix: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        exact: bool = False,
    ) -> SearchPage:
        """Words are ANDed; "a phrase", -word, prefix* and field:word work, the rest is literal. Nothing raises."""

    def get(self, id: int) -> Conversation | None: ...
    def recent(self, *, limit: int = 50, cursor: str | None = None, thread_id: int | None = None) -> Page: ...
    def add_many(self, rows: Iterable[Mapping[str, Any]], *, progress: Progress | None = None) -> int:
        """All or nothing. A row has the arguments of `add_conversation`; a bad one is named as in `rows[3]`."""

    def update(
        self,
        id: int,
        *,
        response: str | None = None,
        tags: Sequence[str] | None = None,
        metadata: Mapping[str, Any] | None = None,
    ) -> bool: ...
    def delete(self, ids: int | Iterable[int]) -> int:
        """The number of exchanges that were there and are gone."""

    def purge(self, *, before: datetime | None = None, keep_last: int | None = None) -> int:
        """Delete so that no deleted text is left in the file, its log or its index."""

    def import_file(
        self, path: str | PathLike[str], *, format: str = "auto", progress: Progress | None = None
    ) -> ImportReport:
        """All or nothing, and idempotent: a second import of a file adds nothing."""

    def export_file(self, path: str | PathLike[str], *, format: ExportFormat, query: str | None = None) -> int:
        """The number of exchanges written; the file appears whole or not at all, and must not exist."""

    def start_thread(self, title: str = "") -> int: ...
    def thread(self, thread_id: int) -> Sequence[Conversation]:
        """The whole tree, parents before children."""

    def stats(self) -> Mapping[str, int | str]: ...
    def __len__(self) -> int: ...
    def __iter__(self) -> Iterator[Conversation]: ...
    def interrupt(self) -> None: ...
    def close(self) -> None: ...


class HistoryHit(Protocol):
    """A visited page that was found."""

    @property
    def id(self) -> int: ...
    @property
    def url(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def visit_count(self) -> int: ...
    @property
    def last_visited_at(self) -> datetime: ...
    @property
    def frecency(self) -> int:
        """The time, in milliseconds since 1970, at which the page's score will have decayed to 1: higher is better."""

    @property
    def score(self) -> float:
        """Of a search: higher is better."""

    @property
    def snippet(self) -> str: ...
    @property
    def highlights(self) -> tuple[tuple[int, int], ...]:
        """(start, end) in `snippet`, in characters."""


class HistoryPage(Protocol):
    @property
    def hits(self) -> Sequence[HistoryHit]: ...
    @property
    def next_cursor(self) -> str | None: ...
    @property
    def complete(self) -> bool:
        """False when a very common query was ranked over a bounded set of its matches."""


class HistoryStore(Protocol):
    """Visited pages, in one file with the bookmarks. Thread-safe; several processes may have the file open."""

    def visit(self, url: str, title: str = "", *, timestamp: datetime | None = None, typed: bool = False) -> int:
        """The id of the page. An empty title leaves the known one."""

    def import_file(self, path: str | PathLike[str]) -> ImportReport:
        """The older browser's history.db. Idempotent; the source is never changed."""

    def set_title(self, url: str, title: str) -> bool:
        """Call a page anew, which is no visit. False where the page is not in the history."""

    def set_text(self, url: str, text: str) -> bool:
        """Keep the readable text of a page; an empty one drops it. False where the page is not in the history."""

    def text(self, url: str) -> str | None: ...
    def complete(self, text: str, *, limit: int = 10) -> Sequence[HistoryHit]:
        """As you type: the pages whose title or URL has a word beginning with each of those typed, by frecency."""

    def search(
        self,
        query: str,
        *,
        limit: int = 20,
        cursor: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> HistoryPage:
        """In titles, URLs and kept texts, the best first; a blank query lists the last visited first."""

    def delete(
        self,
        *,
        url: str | None = None,
        domain: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> int:
        """The number of visits that are gone, those that all of the arguments name; a page goes with its last visit."""

    def purge(self, *, before: datetime | None = None) -> int:
        """Delete so that nothing deleted, now or earlier, is left in the file, its log or its indexes."""

    def stats(self) -> Mapping[str, int | str]: ...
    def __len__(self) -> int: ...
    def interrupt(self) -> None: ...
    def close(self) -> None: ...


class Bookmark(Protocol):
    @property
    def id(self) -> int: ...
    @property
    def url(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def tags(self) -> tuple[str, ...]: ...
    @property
    def note(self) -> str: ...
    @property
    def keyword(self) -> str | None: ...
    @property
    def created_at(self) -> datetime: ...


class BookmarkStore(Protocol):
    def add(
        self, url: str, title: str, *, tags: Sequence[str] = (), note: str = "", keyword: str | None = None
    ) -> int: ...
    def remove(self, id: int) -> bool: ...
    def search(self, query: str = "", *, tag: str | None = None, limit: int = 50) -> Sequence[Bookmark]: ...
    def import_file(self, path: str | PathLike[str]) -> ImportReport:
        """Netscape's bookmark HTML or the older browser's bookmarks.json; a second import adds nothing."""

    def export_file(self, path: str | PathLike[str]) -> int:
        """Netscape's bookmark HTML; the number of bookmarks."""

    def close(self) -> None: ...
