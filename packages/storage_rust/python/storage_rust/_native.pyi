from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from os import PathLike
from types import TracebackType
from typing import Any, Literal, Self, final

from typing_extensions import Buffer, disjoint_base

from ._transfer.report import ImportReport

__all__ = [
    "API_VERSION",
    "CAPABILITIES",
    "SCHEMA_VERSION",
    "Attachment",
    "Bookmark",
    "BookmarkStore",
    "Conversation",
    "ConversationStore",
    "HistoryHit",
    "HistoryPage",
    "HistoryStore",
    "Page",
    "SearchHit",
    "SearchPage",
    "Thread",
    "__version__",
]

API_VERSION: int
CAPABILITIES: frozenset[str]
SCHEMA_VERSION: int
__version__: str

def _salvage(db_path: str | PathLike[str], target: str | PathLike[str]) -> tuple[int, str]: ...

@disjoint_base
class Conversation:
    """One exchange. A thread is a tree: two children of one parent are branches."""

    def __new__(
        cls,
        id: int,
        thread_id: int,
        parent_id: int | None,
        timestamp: datetime,
        prompt: str,
        response: str,
        model: str,
        url: str | None,
        tags: Sequence[str],
        metadata: Mapping[str, Any],
        *,
        state: Literal["complete", "writing", "interrupted"] | None = None,
        prompt_tokens: int | None = None,
        completion_tokens: int | None = None,
        cost: float | None = None,
        duration: float | None = None,
    ) -> Self: ...
    @property
    def id(self) -> int:
        """In the order of insertion; never used twice."""

    @property
    def thread_id(self) -> int: ...
    @property
    def parent_id(self) -> int | None: ...
    @property
    def timestamp(self) -> datetime:
        """In UTC, with milliseconds."""

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
    def metadata(self) -> Mapping[str, Any]:
        """A new dict at each access."""

    @property
    def state(self) -> Literal["complete", "writing", "interrupted"]:
        """`writing` between `begin` and `finish`; `interrupted` if the program that wrote the answer ended first."""

    @property
    def prompt_tokens(self) -> int | None:
        """As the provider counted them; None if it was not stored."""

    @property
    def completion_tokens(self) -> int | None:
        """With the reasoning tokens, as most providers count them."""

    @property
    def cost(self) -> float | None:
        """In US dollars."""

    @property
    def duration(self) -> float | None:
        """In seconds."""

    def __eq__(self, other: object, /) -> bool: ...
    def __ne__(self, other: object, /) -> bool: ...

@final
class Attachment:
    """A file that belongs to an exchange."""

    def __new__(cls, name: str, mime: str, size: int, sha256: str) -> Self: ...
    @property
    def name(self) -> str: ...
    @property
    def mime(self) -> str:
        """Its media type, such as image/png."""

    @property
    def size(self) -> int:
        """In bytes."""

    @property
    def sha256(self) -> str:
        """The hash of its content, in lower-case hexadecimal."""

    def __eq__(self, other: object, /) -> bool: ...
    def __ne__(self, other: object, /) -> bool: ...

@final
class SearchHit(Conversation):
    """An exchange that a search found."""

    def __new__(
        cls,
        id: int,
        thread_id: int,
        parent_id: int | None,
        timestamp: datetime,
        prompt: str,
        response: str,
        model: str,
        url: str | None,
        tags: Sequence[str],
        metadata: Mapping[str, Any],
        score: float,
        snippet: str,
        highlights: Sequence[tuple[int, int]],
        *,
        state: Literal["complete", "writing", "interrupted"] | None = None,
        prompt_tokens: int | None = None,
        completion_tokens: int | None = None,
        cost: float | None = None,
        duration: float | None = None,
    ) -> Self: ...
    @property
    def score(self) -> float:
        """Higher is better; comparable within one page."""

    @property
    def snippet(self) -> str:
        """At most 200 characters around the match, with an ellipsis where text was cut and spaces for white space."""

    @property
    def highlights(self) -> tuple[tuple[int, int], ...]:
        """(start, end) in `snippet`, in characters; in order and without overlaps."""

@final
class SearchPage:
    """One page of the results of a search."""

    def __new__(
        cls,
        hits: list[SearchHit],
        next_cursor: str | None,
        complete: bool,
        match: Literal["all", "any"],
    ) -> Self: ...
    @property
    def hits(self) -> list[SearchHit]: ...
    @property
    def next_cursor(self) -> str | None:
        """For `search(cursor=…)`, or None at the end. Exchanges added after the first page are not in later ones."""

    @property
    def complete(self) -> bool:
        """False if only the newest matches of a very common query were ranked, at most 10,000."""

    @property
    def match(self) -> Literal["all", "any"]:
        """Whether all hits have all words of the query, or some have only some of them ("any")."""

    def __eq__(self, other: object, /) -> bool: ...
    def __ne__(self, other: object, /) -> bool: ...

@final
class Page:
    """One page of a listing."""

    def __new__(
        cls,
        conversations: list[Conversation],
        next_cursor: str | None,
    ) -> Self: ...
    @property
    def conversations(self) -> list[Conversation]: ...
    @property
    def next_cursor(self) -> str | None: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __ne__(self, other: object, /) -> bool: ...

@final
class Thread:
    """A tree of exchanges."""

    def __new__(
        cls,
        id: int,
        title: str,
        created_at: datetime,
        updated_at: datetime,
        count: int,
        cursor: str,
    ) -> Self: ...
    @property
    def id(self) -> int: ...
    @property
    def title(self) -> str: ...
    @property
    def created_at(self) -> datetime: ...
    @property
    def updated_at(self) -> datetime:
        """The time of its newest exchange."""

    @property
    def count(self) -> int:
        """The number of its exchanges."""

    @property
    def cursor(self) -> str:
        """For `threads(cursor=…)`, to continue after this thread."""

    def __eq__(self, other: object, /) -> bool: ...
    def __ne__(self, other: object, /) -> bool: ...

@final
class Bookmark:
    """A bookmark, or a note if the URL is empty."""

    def __new__(
        cls,
        id: int,
        url: str,
        title: str,
        tags: Sequence[str],
        note: str,
        keyword: str | None,
        created_at: datetime,
    ) -> Self: ...
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
    def __eq__(self, other: object, /) -> bool: ...
    def __ne__(self, other: object, /) -> bool: ...

@disjoint_base
class _Store:
    """What the stores have in common. Thread-safe; several processes may have the file open.

    Every call may block on the disk. It releases the GIL while it does, and Ctrl-C ends it. Errors are `StorageError`s.
    A store cannot be used after a fork: the child must open its own, on a file that the parent did not have open.
    """

    def stats(self) -> dict[str, int | str]:
        """Counts, sizes in bytes, `schema_version`, and the version of the SQLite library."""

    def check(self) -> list[str]:
        """Descriptions of the problems found, and of what others have added to the schema; empty if there are none.

        Reads the whole file, and waits for the write lock once.
        """

    def backup(self, path: str | PathLike[str]) -> None:
        """Copy the current state while others write. The file appears complete or not at all, replacing another one."""

    def _interrupt_epoch(self) -> int: ...
    def interrupt(self) -> None:
        """End the running searches and other reads of all threads with Interrupted; later calls are not affected."""

    def close(self) -> None:
        """Wait for running calls and close the file. May be called several times."""

    def __len__(self) -> int: ...
    def __bool__(self) -> Literal[True]: ...
    def __enter__(self) -> Self: ...
    def __exit__(self, t: type[BaseException] | None, e: BaseException | None, tb: TracebackType | None) -> None: ...

@final
class ConversationStore(_Store):
    """Conversations in one SQLite file.

    `db_path` may be ":memory:". A file that does not exist is created, readable by its owner alone. `busy_timeout` is
    in seconds. A write that has returned survives a crash of the process, and with `durability="full"` power loss.
    `check_on_open` reads the whole file first.

    Raises DatabaseCorrupt if the file is damaged, after moving it aside (`quarantined`) and copying what can be read
    to a new file (`recovered` rows), which the next call opens. After ForeignDatabase, SchemaTooNew and SecondEngine
    the file is unchanged.
    """

    def __new__(
        cls,
        db_path: str | PathLike[str],
        *,
        read_only: bool = False,
        busy_timeout: float = 5.0,
        durability: Literal["normal", "full"] = "normal",
        check_on_open: bool = False,
    ) -> Self: ...
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
        messages: Sequence[Mapping[str, Any]] | None = None,
        prompt_tokens: int | None = None,
        completion_tokens: int | None = None,
        cost: float | None = None,
        duration: float | None = None,
    ) -> int:
        """Store an exchange and return its id.

        `timestamp` must have a time zone, is stored in milliseconds and is by default the current time. `parent_id` is
        the exchange that this one continues, by default the newest of the thread. Without either, a new thread is
        started.

        `messages` are those of a provider's API, of any form that is JSON: `messages(id)` returns them as they were,
        and a search finds their text. Tokens, `cost` in US dollars and `duration` in seconds are what it took.
        """

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
        """Store an exchange whose answer is streamed, and return its id. See `add_conversation`.

        `append` adds to the answer and `finish` ends it. Until then, all readers see the text so far, and the `state`
        of the exchange is `writing`. If the store is closed or its process ends first, it is `interrupted`, with all
        that was appended. The search finds the prompt at once, and the answer after `finish`.
        """

    def append(self, id: int, text: str) -> None:
        """Add to an answer that `begin` started. The text survives the end of the process, not that of the system.

        It is written to a file next to the database, `<database>-answer-<id>`, so it costs no more than its size.
        InvalidData if this store is not writing that answer.
        """

    def finish(
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
        """End an answer, and store the given values with it. False if the exchange was deleted.

        `response` replaces what was appended. InvalidData if this store is not writing that answer.
        """

    def messages(self, id: int) -> list[dict[str, Any]]:
        """The messages of an exchange as they were stored; an empty list if it has none or does not exist."""

    def attach(self, id: int, name: str, data: Buffer, *, mime: str) -> str:
        """Attach a file of at most 100 MiB to an exchange, and return the SHA-256 of its content.

        A content is stored once, however many exchanges have it, and deleted with the last one. A file of the same name
        is replaced. InvalidData if there is no such exchange.
        """

    def attachment(self, sha256: str) -> bytes | None:
        """The content with this hash, of any exchange; None if there is none."""

    def attachments(self, id: int) -> list[Attachment]:
        """The files of an exchange, by name, without their contents."""

    def update(
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
        """Replace the given values. False if there is no such exchange.

        InvalidData for a `response` that is being written: `finish` sets it.
        """

    def delete(self, ids: int | Iterable[int]) -> int:
        """Delete exchanges, all or nothing, and return how many existed.

        Children of a deleted exchange become children of its parent. A thread is deleted with its last exchange.
        """

    def add_many(
        self, rows: Iterable[Mapping[str, Any]], *, progress: Callable[[int, int], object] | None = None
    ) -> int:
        """Store many exchanges, all or nothing, and return how many. A row has the arguments of `add_conversation`.

        InvalidData names the first invalid row by its index, as in `rows[3]`. All rows are read before the first one is
        stored. `progress(stored, total)` is called regularly inside the transaction: it must not use this store, and if
        it raises, nothing is stored. Afterwards the rows are indexed in batches, between which others can write. If
        Ctrl-C or `interrupt` ends that, the rows are stored, and they are indexed in the background.
        """

    def purge(self, *, before: datetime | None = None, keep_last: int | None = None) -> int:
        """Delete the exchanges older than `before` that are not among the newest `keep_last`; returns how many.

        Afterwards no deleted or replaced text is in the file, its log or its index; without arguments, nothing else
        happens. The file is rewritten, which needs as much free space as its size. Raises DatabaseLocked, after the
        deletion, if a reader prevents the log from being truncated.
        """

    def import_file(
        self,
        path: str | PathLike[str],
        *,
        format: str = "auto",
        progress: Callable[[int, int], object] | None = None,
    ) -> ImportReport:
        """Import the exchanges of another program's file, or of an export, all or nothing.

        Idempotent: exchanges that were imported before are skipped, even if they were deleted since. The README lists
        the formats; UnknownFormat is raised if none is recognised. The report lists what cannot be read; the file is
        not changed. `progress(bytes_read, total_bytes)` is called while the file is read, before anything is stored; an
        exception in it ends the import, as `interrupt` does. Other writers wait only while the rows are stored.
        """

    def merge(self, path: str | PathLike[str], *, progress: Callable[[int, int], object] | None = None) -> ImportReport:
        """Merge the exchanges and threads of another store's file, all or nothing.

        Idempotent. An exchange is the same in both stores if its time, prompt, response and model are equal; then this
        store's version stays. Exchanges that were deleted in one of the stores are deleted in this one, but not those
        that were purged, which leave no trace. Empty threads are not merged. The other file is not changed.
        `progress(rows_read, total_rows)` is called while the file is read, before anything is stored; an exception
        in it ends the merge, as `interrupt` does.
        """

    def export_file(
        self,
        path: str | PathLike[str],
        *,
        format: Literal["jsonl", "json", "markdown", "html"],
        query: str | None = None,
    ) -> int:
        """Write all exchanges, or the matches of `query`, in the order of insertion; returns how many.

        The file appears complete or not at all, readable by its owner alone. An existing file is an error. `jsonl` and
        `json` are lossless: an import into a new store creates the same rows.
        """

    def _interrupt_epoch(self) -> int: ...
    def _import_rows(self, batches: Iterable[list[tuple[Any, Any]]], epoch: int) -> tuple[int, int]: ...
    def _merge_rows(
        self, batches: Iterable[list[tuple[Any, Any]]], deletions: list[bytes], epoch: int
    ) -> tuple[int, int, int]: ...
    def _deletions(self) -> list[bytes]: ...
    def _export_rows(self, first: int, limit: int) -> list[tuple[Any, ...]]: ...
    def start_thread(self, title: str = "") -> int:
        """Create an empty thread and return its id."""

    def rename_thread(self, thread_id: int, title: str) -> bool:
        """Replace the title of a thread. False if there is no such thread."""

    def stats(self, by: Literal["model", "day", "site"] | None = None) -> dict[str, Any]:
        """Counts, sizes in bytes, `schema_version`, and the version of the SQLite library.

        With `by`, for each model, the most used first, for each day of UTC, in order, or for each site, the host of the
        URL, the most used first: `conversations`, `threads`, `text_bytes`, the size of the prompts and responses, and
        the sums of `prompt_tokens`, `completion_tokens`, `cost` and `duration`. That reads the whole file.
        """

    def get(self, id: int) -> Conversation | None:
        """An exchange, or None if there is no such exchange."""

    def recent(self, *, limit: int = 50, cursor: str | None = None, thread_id: int | None = None) -> Page:
        """Newest first, by timestamp. `limit` is from 1 to 10,000, as in all methods."""

    def thread(self, thread_id: int) -> list[Conversation]:
        """The whole tree, parents before children; empty if there is no such thread."""

    def threads(self, *, limit: int = 50, cursor: str | None = None) -> list[Thread]:
        """Last used first. `cursor` is that of the thread after which to continue."""

    def search_conversations(self, query: str, limit: int = 20) -> list[tuple[int, str, str]]:
        """(id, prompt, response), best first."""

    def search(
        self,
        query: str,
        *,
        limit: int = 20,
        cursor: str | None = None,
        order: Literal["relevance", "recent"] = "relevance",
        match: Literal["auto", "all", "any"] = "auto",
        model: str | None = None,
        tag: str | None = None,
        thread_id: int | None = None,
        url_prefix: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        exact: bool = False,
    ) -> SearchPage:
        """One page of the matches of `query`. The README describes the language.

        Every text is a valid query, unless it has a `before:` or `after:` that is not a date: that is InvalidData.

        `match="auto"` finds the rows with all words first; if they are fewer than `limit`, rows with most of the
        informative words follow. `"all"` finds only the former, `"any"` every row with a word. Phrases in quotes, words
        of a field and excluded words are never optional.

        The other arguments are filters: equal model, tag and thread, `since` <= timestamp < `until`. With
        `order="recent"`, and for a query without required words, the order is newest first, by timestamp. `exact` ranks
        every match; otherwise see `SearchPage.complete`.
        """

    def more_like(self, id: int, *, limit: int = 20) -> SearchPage:
        """The exchanges that share informative words with the exchange `id`, best first, on one page.

        Without that exchange and its exact copies. InvalidData if there is no such exchange.
        """

    def __iter__(self) -> Iterator[Conversation]:
        """In the order of the ids. Exchanges added during the iteration are included; no transaction stays open."""

@final
class HistoryHit:
    """A visited page."""

    def __new__(
        cls,
        id: int,
        url: str,
        title: str,
        visit_count: int,
        last_visited_at: datetime,
        frecency: int,
        score: float,
        snippet: str,
        highlights: Sequence[tuple[int, int]],
    ) -> Self: ...
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
        """Higher is better. It is the time in milliseconds since 1970 at which the page's score will decay to 1."""

    @property
    def score(self) -> float:
        """Relevance in a search: higher is better; comparable within one page."""

    @property
    def snippet(self) -> str:
        """At most 200 characters around the match, with an ellipsis where text was cut and spaces for white space."""

    @property
    def highlights(self) -> tuple[tuple[int, int], ...]:
        """(start, end) in `snippet`, in characters; in order and without overlaps."""

    def __eq__(self, other: object, /) -> bool: ...
    def __ne__(self, other: object, /) -> bool: ...

@final
class HistoryPage:
    """One page of the results of a search."""

    def __new__(
        cls,
        hits: list[HistoryHit],
        next_cursor: str | None,
        complete: bool,
        match: Literal["all", "any"],
    ) -> Self: ...
    @property
    def hits(self) -> list[HistoryHit]: ...
    @property
    def next_cursor(self) -> str | None: ...
    @property
    def complete(self) -> bool:
        """False if only some matches of a very common query were ranked: the 20,000 most recently first visited."""

    @property
    def match(self) -> Literal["all", "any"]:
        """Whether all hits have all words of the query, or some have only some of them ("any")."""

    def __eq__(self, other: object, /) -> bool: ...
    def __ne__(self, other: object, /) -> bool: ...

@final
class HistoryStore(_Store):
    """Visited pages, in one file with the bookmarks. The arguments are those of `ConversationStore`."""

    def __new__(
        cls,
        db_path: str | PathLike[str],
        *,
        read_only: bool = False,
        busy_timeout: float = 5.0,
        durability: Literal["normal", "full"] = "normal",
        check_on_open: bool = False,
    ) -> Self: ...
    def visit(self, url: str, title: str = "", *, timestamp: datetime | None = None, typed: bool = False) -> int:
        """Store a visit and return the id of its page. An empty title keeps the stored one.

        `timestamp` is by default the current time. `typed` says that the user typed or chose the URL instead of
        following a link.
        """

    def import_file(
        self,
        path: str | PathLike[str],
        *,
        format: str = "auto",
        progress: Callable[[int, int], object] | None = None,
    ) -> ImportReport:
        """Import the visits in another browser's database, all or nothing. The report counts pages.

        Reads Firefox's `places.sqlite`, Chromium's `History`, Safari's `History.db`, qutebrowser's `history.sqlite` and
        `history.db` of minimal_browser 0.x; UnknownFormat is raised for other files. Idempotent; stored pages keep
        their titles. A copy of the file is read, with its log, so that the other browser may be running; the file is
        not changed. `progress(pages_read, total_pages)` is called before anything is stored; an exception in it ends
        the import, as `interrupt` does.
        """

    def import_browser(
        self,
        name: str,
        *,
        profile: str | None = None,
        progress: Callable[[int, int], object] | None = None,
    ) -> ImportReport:
        """Import the visits of all profiles of a browser on this computer, or of one profile, all or nothing.

        `name` is firefox, librewolf, chrome, chromium, edge, brave, vivaldi, opera, safari or qutebrowser; the rest as
        in `import_file`. StorageError is raised if there is no such profile.
        """

    def _import_visits(
        self, batches: Iterator[list[tuple[str, str, list[tuple[int, bool]]]]], epoch: int
    ) -> tuple[int, int]: ...
    def set_title(self, url: str, title: str) -> bool:
        """Replace the title of a page without a visit. False if the page is not in the history."""

    def set_text(self, url: str, text: str) -> bool:
        """Replace the readable text of a page, which `search` finds. An empty text deletes it.

        False if the page is not in the history; then nothing is stored.
        """

    def text(self, url: str) -> str | None:
        """The stored text of a page, or None."""

    def complete(self, text: str, *, limit: int = 10) -> list[HistoryHit]:
        """The pages that have, for each word of `text`, a word with that prefix in their title or URL, by frecency.

        An empty text returns the best pages. If fewer than `limit` of the 1,000 best pages match, the 1,000 most
        recently first visited matches are added.
        """

    def search(
        self,
        query: str,
        *,
        limit: int = 20,
        cursor: str | None = None,
        match: Literal["auto", "all", "any"] = "auto",
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> HistoryPage:
        """One page of the matches of `query` in titles, URLs and texts, best first.

        The language is that of the conversations, with the fields title:, url: and text:. A query without required
        words returns the last visited pages first. With `since` and `until`, pages with a visit in that time.
        """

    def delete(
        self,
        *,
        url: str | None = None,
        domain: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> int:
        """Delete the visits that meet all given conditions, all or nothing, and return how many.

        `domain` is a host with all its subdomains; `since` <= time of the visit < `until`. A page is deleted with its
        last visit.
        """

    def purge(self, *, before: datetime | None = None) -> int:
        """Delete the visits before `before`; returns how many.

        Afterwards no deleted data is in the file, its log or its indexes; without `before`, nothing else happens. The
        file is rewritten, which needs as much free space as its size. Raises DatabaseLocked, after the deletion, if a
        reader prevents the log from being truncated.
        """

    def __len__(self) -> int:
        """The number of pages."""

@final
class BookmarkStore(_Store):
    """Bookmarks, in one file with the history. The arguments are those of `ConversationStore`."""

    def __new__(
        cls,
        db_path: str | PathLike[str],
        *,
        read_only: bool = False,
        busy_timeout: float = 5.0,
        durability: Literal["normal", "full"] = "normal",
        check_on_open: bool = False,
    ) -> Self: ...
    def add(self, url: str, title: str, *, tags: Sequence[str] = (), note: str = "", keyword: str | None = None) -> int:
        """Store a bookmark and return its id. A bookmark with the same URL keeps its id and gets the new values.

        A bookmark without a URL is a note. A keyword belongs to one bookmark and has no spaces.
        """

    def remove(self, id: int) -> bool:
        """Delete a bookmark. False if there is no such bookmark."""

    def search(self, query: str = "", *, tag: str | None = None, limit: int = 50) -> list[Bookmark]:
        """The matches of `query`, best first; without required words, last added first. `tag` must be equal.

        The language is that of the conversations, with the fields title:, url:, tag:, note: and keyword:.
        """

    def import_file(
        self,
        path: str | PathLike[str],
        *,
        format: str = "auto",
        progress: Callable[[int, int], object] | None = None,
    ) -> ImportReport:
        """Import a browser's bookmarks, all or nothing.

        Reads Netscape's HTML, Firefox's `places.sqlite` and backups, Chromium's `Bookmarks`, Safari's
        `Bookmarks.plist`, qutebrowser's `quickmarks` and `bookmarks/urls`, Pinboard's JSON and `bookmarks.json` of
        minimal_browser 0.x; UnknownFormat is raised for other files. Folders become tags. A stored bookmark gets the
        tags that it does not have, and the note and the keyword if it has none; otherwise it is skipped. The file is
        not changed. `progress(bookmarks_read, total_bookmarks)` is called before anything is stored; an exception in it
        ends the import.
        """

    def import_browser(
        self,
        name: str,
        *,
        profile: str | None = None,
        progress: Callable[[int, int], object] | None = None,
    ) -> ImportReport:
        """Import the bookmarks of all profiles of a browser on this computer, or of one profile, all or nothing.

        `name` is firefox, librewolf, chrome, chromium, edge, brave, vivaldi, opera, safari or qutebrowser; the rest as
        in `import_file`. StorageError is raised if there is no such profile.
        """

    def export_file(self, path: str | PathLike[str]) -> int:
        """Write all bookmarks as Netscape's HTML, which browsers import, and return how many."""
