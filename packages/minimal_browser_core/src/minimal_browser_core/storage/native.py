"""`storage_rust` as the stores of `minimal_browser_core.storage.port`. Its values pass through uncopied."""

import importlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from os import PathLike
from types import ModuleType, TracebackType
from typing import Any, Literal, Self

from minimal_browser_core import errors
from minimal_browser_core.errors import BackendError, DatabaseCorrupt, StorageError
from minimal_browser_core.storage.port import (
    Bookmark,
    Conversation,
    ExportFormat,
    HistoryHit,
    HistoryPage,
    ImportReport,
    Page,
    Progress,
    SearchPage,
)

Durability = Literal["normal", "full"]


def translate(error: Exception) -> StorageError:
    """An exception of the wheel as the one of the same name here, or of its nearest base that is known here."""
    ours = next(filter(None, (_by_name(base.__name__) for base in type(error).__mro__)), StorageError)
    path: str | None = getattr(error, "path", None)
    if issubclass(ours, DatabaseCorrupt):
        return ours(
            str(error),
            path=path,
            quarantined=getattr(error, "quarantined", None),
            recovered=getattr(error, "recovered", 0),
            lost=getattr(error, "lost", 0),
        )
    return ours(str(error), path=path)


def _by_name(name: str) -> type[StorageError] | None:
    found = getattr(errors, name, None)
    return found if isinstance(found, type) and issubclass(found, StorageError) else None


def _wheel() -> ModuleType:
    try:
        return importlib.import_module("storage_rust")
    except ImportError as error:
        raise BackendError(
            f"storage_rust cannot be imported: {error}; install minimal-browser[rust-modules]"
        ) from error


class _Adapter:
    """What the two stores have in common."""

    def __init__(self, name: str, db_path: str | PathLike[str], options: Mapping[str, Any]) -> None:
        wheel = _wheel()
        self._foreign: type[Exception] = wheel.StorageError
        with self._translated():
            self._store: Any = getattr(wheel, name)(db_path, **options)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except self._foreign as error:
            raise translate(error) from error

    def stats(self) -> Mapping[str, int | str]:
        with self._translated():
            stats: Mapping[str, int | str] = self._store.stats()
        return stats

    def check(self) -> list[str]:
        """Problems found, in words; empty when sound."""
        with self._translated():
            problems: list[str] = self._store.check()
        return problems

    def backup(self, path: str | PathLike[str]) -> None:
        """A copy of this moment, while others write; `path` appears whole or not at all."""
        with self._translated():
            self._store.backup(path)

    def interrupt(self) -> None:
        self._store.interrupt()

    def close(self) -> None:
        with self._translated():
            self._store.close()

    def __len__(self) -> int:
        with self._translated():
            return len(self._store)

    def __bool__(self) -> bool:
        return True

    def __enter__(self) -> Self:
        return self

    def __exit__(self, t: type[BaseException] | None, e: BaseException | None, tb: TracebackType | None) -> None:
        self.close()


class RustConversationStore(_Adapter):
    """See `storage_rust.ConversationStore`. Raises `BackendError` where the wheel is not installed."""

    def __init__(
        self,
        db_path: str | PathLike[str],
        *,
        read_only: bool = False,
        busy_timeout: float = 5.0,
        durability: Durability = "normal",
        check_on_open: bool = False,
    ) -> None:
        options = {
            "read_only": read_only,
            "busy_timeout": busy_timeout,
            "durability": durability,
            "check_on_open": check_on_open,
        }
        super().__init__("ConversationStore", db_path, options)

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
        with self._translated():
            return int(
                self._store.add_conversation(
                    prompt,
                    response,
                    model,
                    timestamp=timestamp,
                    thread_id=thread_id,
                    parent_id=parent_id,
                    url=url,
                    tags=tags,
                    metadata=metadata,
                )
            )

    def search_conversations(self, query: str, limit: int = 20) -> list[tuple[int, str, str]]:
        with self._translated():
            found: list[tuple[int, str, str]] = self._store.search_conversations(query, limit)
        return found

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
        with self._translated():
            page: SearchPage = self._store.search(
                query,
                limit=limit,
                cursor=cursor,
                order=order,
                model=model,
                tag=tag,
                thread_id=thread_id,
                url_prefix=url_prefix,
                since=since,
                until=until,
                exact=exact,
            )
        return page

    def get(self, id: int) -> Conversation | None:
        with self._translated():
            found: Conversation | None = self._store.get(id)
        return found

    def recent(self, *, limit: int = 50, cursor: str | None = None, thread_id: int | None = None) -> Page:
        with self._translated():
            page: Page = self._store.recent(limit=limit, cursor=cursor, thread_id=thread_id)
        return page

    def update(
        self,
        id: int,
        *,
        response: str | None = None,
        tags: Sequence[str] | None = None,
        metadata: Mapping[str, Any] | None = None,
    ) -> bool:
        with self._translated():
            return bool(self._store.update(id, response=response, tags=tags, metadata=metadata))

    def delete(self, ids: int | Iterable[int]) -> int:
        with self._translated():
            return int(self._store.delete(ids))

    def add_many(self, rows: Iterable[Mapping[str, Any]], *, progress: Progress | None = None) -> int:
        with self._translated():
            return int(self._store.add_many(rows, progress=progress))

    def purge(self, *, before: datetime | None = None, keep_last: int | None = None) -> int:
        with self._translated():
            return int(self._store.purge(before=before, keep_last=keep_last))

    def import_file(
        self, path: str | PathLike[str], *, format: str = "auto", progress: Progress | None = None
    ) -> ImportReport:
        with self._translated():
            report: ImportReport = self._store.import_file(path, format=format, progress=progress)
        return report

    def export_file(self, path: str | PathLike[str], *, format: ExportFormat, query: str | None = None) -> int:
        with self._translated():
            return int(self._store.export_file(path, format=format, query=query))

    def start_thread(self, title: str = "") -> int:
        with self._translated():
            return int(self._store.start_thread(title))

    def thread(self, thread_id: int) -> Sequence[Conversation]:
        with self._translated():
            tree: Sequence[Conversation] = self._store.thread(thread_id)
        return tree

    def threads(self, *, limit: int = 50, cursor: str | None = None) -> Sequence[Any]:
        """`storage_rust.Thread` values, the last used first."""
        with self._translated():
            threads: Sequence[Any] = self._store.threads(limit=limit, cursor=cursor)
        return threads

    def __iter__(self) -> Iterator[Conversation]:
        with self._translated():
            yield from self._store


class RustHistoryStore(_Adapter):
    """See `storage_rust.HistoryStore`. Raises `BackendError` where the wheel is not installed."""

    def __init__(
        self,
        db_path: str | PathLike[str],
        *,
        read_only: bool = False,
        busy_timeout: float = 5.0,
        durability: Durability = "normal",
        check_on_open: bool = False,
    ) -> None:
        options = {
            "read_only": read_only,
            "busy_timeout": busy_timeout,
            "durability": durability,
            "check_on_open": check_on_open,
        }
        super().__init__("HistoryStore", db_path, options)

    def visit(self, url: str, title: str = "", *, timestamp: datetime | None = None, typed: bool = False) -> int:
        with self._translated():
            return int(self._store.visit(url, title, timestamp=timestamp, typed=typed))

    def import_file(self, path: str | PathLike[str]) -> ImportReport:
        with self._translated():
            report: ImportReport = self._store.import_file(path)
        return report

    def set_title(self, url: str, title: str) -> bool:
        with self._translated():
            return bool(self._store.set_title(url, title))

    def set_text(self, url: str, text: str) -> bool:
        with self._translated():
            return bool(self._store.set_text(url, text))

    def text(self, url: str) -> str | None:
        with self._translated():
            found: str | None = self._store.text(url)
        return found

    def complete(self, text: str, *, limit: int = 10) -> Sequence[HistoryHit]:
        with self._translated():
            found: Sequence[HistoryHit] = self._store.complete(text, limit=limit)
        return found

    def search(
        self,
        query: str,
        *,
        limit: int = 20,
        cursor: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> HistoryPage:
        with self._translated():
            page: HistoryPage = self._store.search(query, limit=limit, cursor=cursor, since=since, until=until)
        return page

    def delete(
        self,
        *,
        url: str | None = None,
        domain: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> int:
        with self._translated():
            return int(self._store.delete(url=url, domain=domain, since=since, until=until))

    def purge(self, *, before: datetime | None = None) -> int:
        with self._translated():
            return int(self._store.purge(before=before))


class RustBookmarkStore(_Adapter):
    """See `storage_rust.BookmarkStore`. Raises `BackendError` where the wheel is not installed."""

    def __init__(
        self,
        db_path: str | PathLike[str],
        *,
        read_only: bool = False,
        busy_timeout: float = 5.0,
        durability: Durability = "normal",
        check_on_open: bool = False,
    ) -> None:
        options = {
            "read_only": read_only,
            "busy_timeout": busy_timeout,
            "durability": durability,
            "check_on_open": check_on_open,
        }
        super().__init__("BookmarkStore", db_path, options)

    def add(self, url: str, title: str, *, tags: Sequence[str] = (), note: str = "", keyword: str | None = None) -> int:
        with self._translated():
            return int(self._store.add(url, title, tags=tags, note=note, keyword=keyword))

    def remove(self, id: int) -> bool:
        with self._translated():
            return bool(self._store.remove(id))

    def search(self, query: str = "", *, tag: str | None = None, limit: int = 50) -> Sequence[Bookmark]:
        with self._translated():
            found: Sequence[Bookmark] = self._store.search(query, tag=tag, limit=limit)
        return found

    def import_file(self, path: str | PathLike[str]) -> ImportReport:
        with self._translated():
            report: ImportReport = self._store.import_file(path)
        return report

    def export_file(self, path: str | PathLike[str]) -> int:
        with self._translated():
            return int(self._store.export_file(path))
