"""The interfaces of the stores: conversations, history and bookmarks.

The native and the Python implementation share one file format. Times are timezone-aware datetimes. Every call may block
on the disk and releases the GIL while it does. Failures raise the `StorageError` family.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from os import PathLike
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypedDict

if TYPE_CHECKING:
    from typing_extensions import Buffer

ExportFormat = Literal["jsonl", "json", "markdown", "html"]
Durability = Literal["normal", "full"]
MatchMode = Literal["auto", "all", "any"]
"""Which words of a query must match. `auto`: all, and if few rows have all, then most of the informative words."""
Progress = Callable[[int, int], object]
"""Called with what is done and the total: rows, or bytes of a file."""


class StoreOptions(TypedDict, total=False):
    """How to open a store.

    `busy_timeout` is in seconds. `durability="full"` survives a power loss, `"normal"` a crash of the process.
    `check_on_open` reads the whole file, to find damage before it is met.
    """

    read_only: bool
    busy_timeout: float
    durability: Durability
    check_on_open: bool


class Store(Protocol):
    """What all stores have in common. Thread-safe; several processes may open one file."""

    def stats(self) -> Mapping[str, int | str]: ...
    def check(self) -> list[str]:
        """Return the problems of the file, and what others have added to its schema, in words; empty if it is sound."""

    def backup(self, path: str | PathLike[str]) -> None:
        """Write a consistent copy while others write. `path` is replaced atomically."""

    def interrupt(self) -> None:
        """End the searches and imports that are running in any thread; they raise `Interrupted`."""

    def close(self) -> None: ...
    def __len__(self) -> int: ...


class Conversation(Protocol):
    """One exchange. A thread is a tree of exchanges: two children of one parent are branches."""

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
    @property
    def state(self) -> Literal["complete", "writing", "interrupted"]: ...
    @property
    def prompt_tokens(self) -> int | None: ...
    @property
    def completion_tokens(self) -> int | None: ...
    @property
    def cost(self) -> float | None:
        """In US dollars."""

    @property
    def duration(self) -> float | None:
        """In seconds."""


class Attachment(Protocol):
    """A file that belongs to an exchange."""

    @property
    def name(self) -> str: ...
    @property
    def mime(self) -> str: ...
    @property
    def size(self) -> int:
        """In bytes."""

    @property
    def sha256(self) -> str: ...


class SearchHit(Conversation, Protocol):
    """An exchange that matches a search."""

    @property
    def score(self) -> float: ...
    @property
    def snippet(self) -> str: ...
    @property
    def highlights(self) -> tuple[tuple[int, int], ...]:
        """The matches in `snippet`, as (start, end) in characters."""


class SearchPage(Protocol):
    """One page of a search. Pass `next_cursor` for the next one; None on the last page."""

    @property
    def hits(self) -> Sequence[SearchHit]: ...
    @property
    def next_cursor(self) -> str | None: ...
    @property
    def complete(self) -> bool:
        """False if the query has so many matches that only the newest were ranked."""

    @property
    def match(self) -> Literal["all", "any"]:
        """Return "all" if all hits have all words of the query, otherwise "any"."""


class Page(Protocol):
    """One page of a list. Pass `next_cursor` for the next one; None on the last page."""

    @property
    def conversations(self) -> Sequence[Conversation]: ...
    @property
    def next_cursor(self) -> str | None: ...


class LostRecord(Protocol):
    """A record that could not be imported."""

    @property
    def position(self) -> int:
        """The number of the record in the file, from 1: an array element, a line or a database row."""

    @property
    def reason(self) -> str: ...


class ImportReport(Protocol):
    """`taken` counts what was imported, `skipped` what was stored already, or deleted after an earlier import."""

    @property
    def taken(self) -> int: ...
    @property
    def skipped(self) -> int: ...
    @property
    def lost(self) -> int:
        """The number of records of the file that could not be imported."""

    @property
    def reasons(self) -> Sequence[LostRecord]:
        """The first 1,000 lost records."""

    @property
    def attachments(self) -> int:
        """The number of files and pictures, which are not imported."""

    @property
    def deleted(self) -> int:
        """The number of exchanges that a merge deleted because they were deleted in the other store."""

    @property
    def format(self) -> str:
        """The name of the format, as far as one was named."""

    @property
    def source(self) -> str:
        """The path of the file."""


class ThreadSummary(Protocol):
    """A thread in a list. Pass `cursor` to continue the list after it."""

    @property
    def id(self) -> int: ...
    @property
    def title(self) -> str: ...
    @property
    def created_at(self) -> datetime: ...
    @property
    def updated_at(self) -> datetime: ...
    @property
    def cursor(self) -> str: ...


class ConversationStore(Store, Protocol):
    """Stores the exchanges with the copilot."""

    def add_conversation(  # noqa: PLR0913  the public API
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
        messages: Sequence[Mapping[str, Any]] | None = None,
        prompt_tokens: int | None = None,
        completion_tokens: int | None = None,
        cost: float | None = None,
        duration: float | None = None,
    ) -> int:
        """Store one exchange and return its id. It begins a new thread unless a thread or a parent is given."""

    def begin(
        self,
        prompt: str,
        model: str,
        *,
        timestamp: datetime | None = None,
        thread_id: int | None = None,
        parent_id: int | None = None,
        url: str | None = None,
        tags: Sequence[str] = (),
        metadata: Mapping[str, Any] | None = None,
    ) -> int:
        """Store an exchange whose answer is streamed, and return its id."""

    def append(self, id: int, text: str) -> None:
        """Add to an answer that this store is writing."""

    def finish(  # noqa: PLR0913  the public API
        self,
        id: int,
        *,
        response: str | None = None,
        model: str | None = None,
        tags: Sequence[str] | None = None,
        metadata: Mapping[str, Any] | None = None,
        messages: Sequence[Mapping[str, Any]] | None = None,
        prompt_tokens: int | None = None,
        completion_tokens: int | None = None,
        cost: float | None = None,
        duration: float | None = None,
    ) -> bool:
        """End an answer, and store the given values with it; returns False if the exchange was deleted."""

    def messages(self, id: int) -> list[dict[str, Any]]:
        """Return the messages of an exchange as they were stored."""

    def attach(self, id: int, name: str, data: "Buffer", *, mime: str) -> str:
        """Attach a file to an exchange, and return the SHA-256 of its content."""

    def attachment(self, sha256: str) -> bytes | None: ...
    def attachments(self, id: int) -> Sequence[Attachment]: ...

    def search_conversations(self, query: str, limit: int = 20) -> Sequence[tuple[int, str, str]]:
        """Return (id, prompt, response), the best match first."""

    def search(  # noqa: PLR0913  the public API
        self,
        query: str,
        *,
        limit: int = 20,
        cursor: str | None = None,
        order: Literal["relevance", "recent"] = "relevance",
        match: MatchMode = "auto",
        model: str | None = None,
        tag: str | None = None,
        thread_id: int | None = None,
        url_prefix: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        exact: bool = False,
    ) -> SearchPage:
        """Find the rows with all words, and if they are few, those with most of the informative words.

        "a phrase", -word, prefix* and field:word work. Any string is a valid query.
        """

    def more_like(self, id: int, *, limit: int = 20) -> SearchPage:
        """Find the exchanges that share informative words with another one, without it and its exact copies."""

    def get(self, id: int) -> Conversation | None: ...
    def recent(self, *, limit: int = 50, cursor: str | None = None, thread_id: int | None = None) -> Page: ...
    def add_many(self, rows: Iterable[Mapping[str, Any]], *, progress: Progress | None = None) -> int:
        """Store all rows or none. A row has the arguments of `add_conversation`; errors name it as in `rows[3]`."""

    def update(  # noqa: PLR0913  the public API
        self,
        id: int,
        *,
        prompt: str | None = None,
        response: str | None = None,
        model: str | None = None,
        url: str | None = None,
        tags: Sequence[str] | None = None,
        metadata: Mapping[str, Any] | None = None,
        messages: Sequence[Mapping[str, Any]] | None = None,
        prompt_tokens: int | None = None,
        completion_tokens: int | None = None,
        cost: float | None = None,
        duration: float | None = None,
    ) -> bool:
        """Replace the given fields; returns False if there is no such exchange."""

    def delete(self, ids: int | Iterable[int]) -> int:
        """Delete exchanges and return how many existed."""

    def purge(self, *, before: datetime | None = None, keep_last: int | None = None) -> int:
        """Delete so that no deleted text is left in the file, its write-ahead log or its index."""

    def import_file(
        self, path: str | PathLike[str], *, format: str = "auto", progress: Progress | None = None
    ) -> ImportReport:
        """Import all exchanges of a file or none. A second import of the same file adds nothing.

        Raises `UnknownFormat` if nothing in the file is recognised.
        """

    def merge(self, path: str | PathLike[str], *, progress: Progress | None = None) -> ImportReport:
        """Merge another store's file, deletions included, all or nothing. A second merge changes nothing."""

    def export_file(self, path: str | PathLike[str], *, format: ExportFormat, query: str | None = None) -> int:
        """Write a new file atomically and return the number of exchanges. `path` must not exist."""

    def start_thread(self, title: str = "") -> int: ...
    def rename_thread(self, thread_id: int, title: str) -> bool:
        """Replace the title of a thread; returns False if there is no such thread."""

    def stats(self, by: Literal["model", "day", "site"] | None = None) -> Mapping[str, Any]:
        """Return counts; with `by`, `conversations`, `threads` and `text_bytes` of each model or day of UTC."""

    def thread(self, thread_id: int) -> Sequence[Conversation]:
        """Return the whole tree, parents before children."""

    def threads(self, *, limit: int = 50, cursor: str | None = None) -> Sequence[ThreadSummary]:
        """Return threads, the most recently used first."""

    def __iter__(self) -> Iterator[Conversation]: ...


class HistoryHit(Protocol):
    """A visited page that matches a search or completion."""

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
        """Higher is better: when the page's score will have decayed to 1, in milliseconds since 1970."""

    @property
    def score(self) -> float:
        """The rank in a search; higher is better."""

    @property
    def snippet(self) -> str: ...
    @property
    def highlights(self) -> tuple[tuple[int, int], ...]:
        """The matches in `snippet`, as (start, end) in characters."""


class HistoryPage(Protocol):
    """One page of a search. Pass `next_cursor` for the next one; None on the last page."""

    @property
    def hits(self) -> Sequence[HistoryHit]: ...
    @property
    def next_cursor(self) -> str | None: ...
    @property
    def complete(self) -> bool:
        """False if the query has so many matches that only some were ranked."""

    @property
    def match(self) -> Literal["all", "any"]:
        """Return "all" if all hits have all words of the query, otherwise "any"."""


class HistoryStore(Store, Protocol):
    """Stores the visited pages, in one file with the bookmarks."""

    def visit(self, url: str, title: str = "", *, timestamp: datetime | None = None, typed: bool = False) -> int:
        """Record a visit and return the id of the page. An empty title does not replace a known one."""

    def import_file(
        self, path: str | PathLike[str], *, format: str = "auto", progress: Progress | None = None
    ) -> ImportReport:
        """Import the visits in another browser's database, all or nothing. Idempotent; the source is never changed.

        Raises `UnknownFormat` if nothing in the file is recognised.
        """

    def import_browser(
        self, name: str, *, profile: str | None = None, progress: Progress | None = None
    ) -> ImportReport:
        """Import the visits of all profiles of a browser on this computer, or of one profile."""

    def set_title(self, url: str, title: str) -> bool:
        """Rename a page without a visit. Returns False if the page is not in the history."""

    def set_text(self, url: str, text: str) -> bool:
        """Store the readable text of a page; an empty text deletes it. Returns False if the page is unknown."""

    def text(self, url: str) -> str | None: ...
    def complete(self, text: str, *, limit: int = 10) -> Sequence[HistoryHit]:
        """Return the pages whose title or URL has words with all the typed prefixes, by frecency."""

    def search(
        self,
        query: str,
        *,
        limit: int = 20,
        cursor: str | None = None,
        match: MatchMode = "auto",
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> HistoryPage:
        """Search titles, URLs and texts, the best match first. A blank query lists the last visited pages."""

    def delete(
        self,
        *,
        url: str | None = None,
        domain: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> int:
        """Delete the visits that match all arguments and return how many. A page goes with its last visit."""

    def purge(self, *, before: datetime | None = None) -> int:
        """Delete so that nothing deleted, now or earlier, is left in the file, its log or its indexes."""


class Bookmark(Protocol):
    """A bookmarked page."""

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


class BookmarkStore(Store, Protocol):
    """Stores the bookmarks, in one file with the history."""

    def add(
        self, url: str, title: str, *, tags: Sequence[str] = (), note: str = "", keyword: str | None = None
    ) -> int: ...
    def remove(self, id: int) -> bool: ...
    def search(self, query: str = "", *, tag: str | None = None, limit: int = 50) -> Sequence[Bookmark]: ...
    def import_file(
        self, path: str | PathLike[str], *, format: str = "auto", progress: Progress | None = None
    ) -> ImportReport:
        """Import another browser's bookmarks, all or nothing. A second import adds nothing.

        Raises `UnknownFormat` if nothing in the file is recognised.
        """

    def import_browser(
        self, name: str, *, profile: str | None = None, progress: Progress | None = None
    ) -> ImportReport:
        """Import the bookmarks of all profiles of a browser on this computer, or of one profile."""

    def export_file(self, path: str | PathLike[str]) -> int:
        """Write Netscape bookmark HTML and return the number of bookmarks."""
