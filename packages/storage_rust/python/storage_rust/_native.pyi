from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from os import PathLike
from types import TracebackType
from typing import Any, Literal, Self, final

from typing_extensions import disjoint_base

from ._transfer.report import ImportReport

__all__ = [
    "API_VERSION",
    "CAPABILITIES",
    "SCHEMA_VERSION",
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

@disjoint_base
class Conversation:
    """One exchange. A thread is a tree: two children of one parent are branches."""

    @property
    def id(self) -> int:
        """In the order of arrival; never given twice."""

    @property
    def thread_id(self) -> int: ...
    @property
    def parent_id(self) -> int | None: ...
    @property
    def timestamp(self) -> datetime:
        """In UTC, to the millisecond."""

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
        """A new dict at every access."""

    def __eq__(self, other: object, /) -> bool: ...
    def __ne__(self, other: object, /) -> bool: ...

@final
class SearchHit(Conversation):
    @property
    def score(self) -> float:
        """Higher is better; comparable within one page."""

    @property
    def snippet(self) -> str:
        """At most 200 characters around the match, and an ellipsis where it was cut; white space is spaces."""

    @property
    def highlights(self) -> tuple[tuple[int, int], ...]:
        """(start, end) in `snippet`, in characters; in order, apart from each other."""

@final
class SearchPage:
    @property
    def hits(self) -> list[SearchHit]: ...
    @property
    def next_cursor(self) -> str | None:
        """For `search(cursor=…)`, or None at the end. What is added meanwhile is not in later pages."""

    @property
    def complete(self) -> bool:
        """False when a very common query was ranked over its newest matches, at most 10,000."""

@final
class Page:
    @property
    def conversations(self) -> list[Conversation]: ...
    @property
    def next_cursor(self) -> str | None: ...

@final
class Thread:
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
        """Of its exchanges."""

    @property
    def cursor(self) -> str:
        """For `threads(cursor=…)`: continues after this thread."""

@final
class Bookmark:
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

@final
class ConversationStore:
    """Conversations in one SQLite file. Thread-safe; several processes may have the file open.

    Every call may block on the disk; it releases the interpreter while it does, and Ctrl-C breaks it off. Failures are
    `StorageError`s. A store does not outlive a fork: the child opens its own, on a file that the parent did not have
    open.
    """

    def __new__(
        cls,
        db_path: str | PathLike[str],
        *,
        read_only: bool = False,
        busy_timeout: float = 5.0,
        durability: Literal["normal", "full"] = "normal",
        check_on_open: bool = False,
    ) -> Self:
        """`db_path` may be ":memory:"; a file is made where there is none, readable by its owner alone.

        `busy_timeout` is in seconds. A write that has returned survives a crash of the process, and with
        `durability="full"` power loss. `check_on_open` reads the whole file first.

        Raises DatabaseCorrupt for a damaged file of ours, after moving it aside (`quarantined`) and putting what
        can be read into a new one (`recovered` rows), which the next opening finds. ForeignDatabase, SchemaTooNew and
        SecondEngine leave the file as it was.
        """

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
    ) -> int:
        """Store one exchange and return its id.

        `timestamp` is aware and kept to the millisecond; now, if left out. `parent_id` is the exchange that this one
        continues: the newest of the thread, if left out. Without either it begins a thread of its own.
        """

    def update(
        self,
        id: int,
        *,
        response: str | None = None,
        tags: Sequence[str] | None = None,
        metadata: Mapping[str, Any] | None = None,
    ) -> bool:
        """Replace what is given; False where there is no such conversation."""

    def delete(self, ids: int | Iterable[int]) -> int:
        """The number of exchanges that were there and are gone; what continued one continues the one before it.

        A thread goes with its last exchange. All or nothing.
        """

    def add_many(
        self, rows: Iterable[Mapping[str, Any]], *, progress: Callable[[int, int], object] | None = None
    ) -> int:
        """Store many exchanges, all or nothing, and return how many; a row has the arguments of `add_conversation`.

        InvalidData names the first bad row by its position, as in `rows[3]`. All rows are read before the first is
        stored. `progress(stored, total)` is called now and then inside the transaction: it must not use this store,
        and what it raises undoes everything. Then the rows are indexed, in batches between which others write; who
        breaks that off, by Ctrl-C or `interrupt`, has the rows stored, and the index follows in the background.
        """

    def purge(self, *, before: datetime | None = None, keep_last: int | None = None) -> int:
        """Delete for good what is older than `before`, and not among the newest `keep_last`; returns how many.

        Gone means gone: afterwards no deleted text is in the file, its log or its index, nor what was deleted or
        replaced earlier; without arguments that is all it does. The file is written anew, which takes its size again
        in free space. DatabaseLocked, after the deletion, where a reader kept the log from being emptied.
        """

    def import_file(
        self,
        path: str | PathLike[str],
        *,
        format: str = "auto",
        progress: Callable[[int, int], object] | None = None,
    ) -> ImportReport:
        """Take the exchanges of another program's file, or of an export, all or nothing.

        Idempotent: what was taken before is skipped, even if it was deleted since. The formats stand in the README;
        what cannot be read is named in the report, and the file is never changed. `progress(bytes read, bytes in all)`
        is called inside the transaction: it must not use this store, and what it raises undoes everything. Other
        writers wait meanwhile. `interrupt` ends it.
        """

    def export_file(
        self,
        path: str | PathLike[str],
        *,
        format: Literal["jsonl", "json", "markdown", "html"],
        query: str | None = None,
    ) -> int:
        """Write the exchanges that `query` finds, or all, in the order of arrival; returns how many.

        The file appears whole or not at all, readable by its owner alone; one that is there already is an error.
        `jsonl` and `json` hold everything, and an import into a new store makes the same rows of them.
        """

    def _import_rows(self, batches: Iterable[list[tuple[Any, Any]]]) -> tuple[int, int]: ...
    def _export_rows(self, first: int, limit: int) -> list[tuple[Any, ...]]: ...
    def start_thread(self, title: str = "") -> int: ...
    def get(self, id: int) -> Conversation | None: ...
    def recent(self, *, limit: int = 50, cursor: str | None = None, thread_id: int | None = None) -> Page:
        """The newest first, by their timestamps. `limit` is from 1 to 10,000, here as elsewhere."""

    def thread(self, thread_id: int) -> list[Conversation]:
        """The whole tree, parents before children; empty where there is no such thread."""

    def threads(self, *, limit: int = 50, cursor: str | None = None) -> list[Thread]:
        """The last used first. `cursor` is that of the thread after which to go on."""

    def search_conversations(self, query: str, limit: int = 20) -> list[tuple[int, str, str]]:
        """(id, prompt, response), best first."""

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
        """One page of what `query` finds; the language stands in the README, and no text is an error.

        The other arguments narrow the search: equal model, tag and thread, `since` <= timestamp < `until`.
        `order="recent"` gives the newest first, by their timestamps, as a query without a word that must be there does.
        `exact` ranks every match however many there are; otherwise see `SearchPage.complete`.
        """

    def stats(self) -> dict[str, int | str]:
        """Counts, sizes in bytes, `schema_version`, and the version of the SQLite inside."""

    def check(self) -> list[str]:
        """Problems found, in words; empty when sound. Reads the whole file, and waits for the write lock once."""

    def backup(self, path: str | PathLike[str]) -> None:
        """A copy of this moment, while others write; `path` appears whole or not at all, replacing what was there."""

    def interrupt(self) -> None:
        """From any thread: the searches and other reads under way end with Interrupted; later calls are untouched."""

    def close(self) -> None:
        """Any number of times; calls under way finish first."""

    def __len__(self) -> int: ...
    def __bool__(self) -> Literal[True]: ...
    def __iter__(self) -> Iterator[Conversation]:
        """In the order of arrival; what is added meanwhile comes, and nothing is held between two."""

    def __enter__(self) -> Self: ...
    def __exit__(self, t: type[BaseException] | None, e: BaseException | None, tb: TracebackType | None) -> None: ...

@final
class HistoryHit:
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
        """Of a search: higher is better, comparable within one page."""

    @property
    def snippet(self) -> str:
        """At most 200 characters around the match, and an ellipsis where it was cut; white space is spaces."""

    @property
    def highlights(self) -> tuple[tuple[int, int], ...]:
        """(start, end) in `snippet`, in characters; in order, apart from each other."""

    def __eq__(self, other: object, /) -> bool: ...
    def __ne__(self, other: object, /) -> bool: ...

@final
class HistoryPage:
    @property
    def hits(self) -> list[HistoryHit]: ...
    @property
    def next_cursor(self) -> str | None: ...
    @property
    def complete(self) -> bool:
        """False when a very common query was ranked over those 20,000 of its matches that were first visited last."""

@final
class HistoryStore:
    """Visited pages, in one file with the bookmarks. As `ConversationStore` in all that concerns files and threads."""

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
        """Store a visit and return the id of its page. An empty title leaves the one that is known.

        `timestamp` is now, if left out. `typed` says that the address was typed or chosen, not reached by a link.
        """

    def import_file(self, path: str | PathLike[str]) -> ImportReport:
        """Take the visited pages of the older browser's history.db, all or nothing; its counts are of pages.

        Idempotent, and what is here already keeps its title. The file is never changed.
        """

    def _import_visits(self, rows: list[tuple[str, str, int, int]]) -> list[bool]: ...
    def set_title(self, url: str, title: str) -> bool:
        """Call a page anew, which is no visit. False where the page is not in the history: then nothing is kept."""

    def set_text(self, url: str, text: str) -> bool:
        """Keep the readable text of a page for `search`, in place of the one that is kept; an empty one drops it.

        False where the page is not in the history, or no longer: then nothing is kept.
        """

    def text(self, url: str) -> str | None:
        """The text that is kept of a page, or None."""

    def complete(self, text: str, *, limit: int = 10) -> list[HistoryHit]:
        """The pages whose title or URL has a word that begins with each of those typed, by frecency.

        Nothing typed gives the best of all. Sought among the 200 best; where these do not fill `limit`, also among the
        1,000 matches that were first visited last.
        """

    def search(
        self,
        query: str,
        *,
        limit: int = 20,
        cursor: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> HistoryPage:
        """One page of what `query` finds in titles, URLs and kept texts, the best first.

        The language is that of the conversations, with the fields title:, url: and text:. Without a word that must be
        there, the last visited comes first. `since` and `until` ask for a visit in that time.
        """

    def delete(
        self,
        *,
        url: str | None = None,
        domain: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> int:
        """The number of visits that are gone: those that all of the arguments name. A page goes with its last visit.

        `domain` is a host and all below it; `since` <= time of the visit < `until`. All or nothing.
        """

    def purge(self, *, before: datetime | None = None) -> int:
        """Delete the visits that were earlier than `before` for good; returns how many.

        Afterwards nothing that was deleted, now or earlier, is in the file, its log or its indexes; without `before`
        that is all it does. The file is written anew, which takes its size again in free space. DatabaseLocked, after
        the deletion, where a reader kept the log from being emptied.
        """

    def stats(self) -> dict[str, int | str]: ...
    def check(self) -> list[str]:
        """Problems found, in words; empty when sound."""

    def backup(self, path: str | PathLike[str]) -> None:
        """A copy of this moment, while others write; `path` appears whole or not at all."""

    def interrupt(self) -> None: ...
    def close(self) -> None: ...
    def __len__(self) -> int:
        """The number of pages."""

    def __bool__(self) -> Literal[True]: ...
    def __enter__(self) -> Self: ...
    def __exit__(self, t: type[BaseException] | None, e: BaseException | None, tb: TracebackType | None) -> None: ...

@final
class BookmarkStore:
    """Bookmarks in the places file. As `ConversationStore` in all that concerns files, threads and processes."""

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
        """Store a bookmark and return its id. A URL that is there already keeps its id and takes the new values.

        An empty URL is a snippet of its own. A keyword belongs to one bookmark and holds no spaces.
        """

    def remove(self, id: int) -> bool:
        """Whether it was there."""

    def search(self, query: str = "", *, tag: str | None = None, limit: int = 50) -> list[Bookmark]:
        """The best first; without a word that must be there, the last added first. `tag` must be equal.

        The language is that of the conversations, with the fields title:, url:, tag:, note: and keyword:.
        """

    def import_file(self, path: str | PathLike[str]) -> ImportReport:
        """Take the bookmarks of a file: Netscape's HTML, or the older browser's JSON. All or nothing.

        Folders become tags. A bookmark that is there already is skipped, unless the file has tags that it lacks, or a
        note or a keyword where it has none: then it takes those, and only those. The file is not changed.
        """

    def export_file(self, path: str | PathLike[str]) -> int:
        """Write all bookmarks as Netscape's HTML, which browsers read, and return their number."""

    def stats(self) -> dict[str, int | str]: ...
    def check(self) -> list[str]:
        """Problems found, in words; empty when sound."""

    def backup(self, path: str | PathLike[str]) -> None:
        """A copy of this moment, while others write; `path` appears whole or not at all."""

    def interrupt(self) -> None: ...
    def close(self) -> None: ...
    def __len__(self) -> int: ...
    def __bool__(self) -> Literal[True]: ...
    def __enter__(self) -> Self: ...
    def __exit__(self, t: type[BaseException] | None, e: BaseException | None, tb: TracebackType | None) -> None: ...
