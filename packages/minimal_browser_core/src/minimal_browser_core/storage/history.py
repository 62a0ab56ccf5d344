"""Visited pages as plain values: recorded by the window, completed, searched for the history page, and forgotten."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from minimal_browser_core.storage.days import DayGroup, group_by_day
from minimal_browser_core.storage.text import encodable

if TYPE_CHECKING:
    from minimal_browser_core.storage.port import HistoryHit, HistoryStore

_LONGEST_TITLE = 4_096
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One page. `when` is its last visit, in the local time zone; `highlights` are (start, end) in `snippet`."""

    id: int
    url: str
    title: str
    when: datetime
    visit_count: int
    snippet: str = ""
    highlights: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class HistoryList:
    """A part of a listing. `next_cursor` fetches the next part; `complete` is False if the ranking was cut off."""

    rows: tuple[HistoryRow, ...]
    next_cursor: str | None = None
    complete: bool = True

    @property
    def days(self) -> tuple[DayGroup[HistoryRow], ...]:
        """The rows by local day, in their order."""
        return group_by_day(self.rows)


def day_bounds(day: date) -> tuple[datetime, datetime]:
    """The first moment of a local day, and that of the next: 23 to 25 hours later."""
    return _start_of(day), _start_of(day + timedelta(days=1))


def _start_of(day: date) -> datetime:
    return datetime.combine(day, time()).astimezone()


class HistoryService:
    """As thread-safe as its store. Every call blocks on the disk and raises StorageError on failure.

    The `forget_…` methods return how many visits they deleted; nothing of those stays in the file.
    """

    def __init__(self, store: "HistoryStore") -> None:
        self._store = store

    def record(self, url: str, title: str, *, when: datetime, typed: bool) -> None:
        """Record a visit of a `recorded_address`. `typed`: the user typed or chose the address."""
        self._store.visit(url, _title(url, title), timestamp=when, typed=typed)

    def set_title(self, url: str, title: str) -> None:
        """Change the title of a recorded page. Does nothing if the page was forgotten."""
        self._store.set_title(url, _title(url, title))

    def set_text(self, url: str, text: str) -> None:
        """Store the readable text of a recorded page, for `search`."""
        self._store.set_text(url, encodable(text))

    def complete(self, text: str, *, limit: int) -> tuple[HistoryRow, ...]:
        """The pages whose address or title matches what is being typed, by frecency."""
        return tuple(map(_row, self._store.complete(text, limit=limit)))

    def search(self, query: str, *, limit: int = 50, cursor: str | None = None, day: date | None = None) -> HistoryList:
        """The pages whose title, address or stored text matches `query`; the last visited if it is blank.

        With `day`, only pages visited on that local day. Raises InvalidData if the query has a `before:` or `after:`
        that is not a date.
        """
        since, until = day_bounds(day) if day else (None, None)
        page = self._store.search(query.strip(), limit=limit, cursor=cursor, since=since, until=until)
        return HistoryList(tuple(map(_row, page.hits)), page.next_cursor, page.complete)

    def forget_page(self, url: str) -> int:
        """Delete all visits of a page."""
        return self._purge(self._store.delete(url=url))

    def forget_site(self, host: str) -> int:
        """Delete all visits of a host and of the hosts below it."""
        return self._purge(self._store.delete(domain=host))

    def forget_day(self, day: date) -> int:
        """Delete all visits of a local day."""
        since, until = day_bounds(day)
        return self._purge(self._store.delete(since=since, until=until))

    def forget_since(self, moment: datetime) -> int:
        """Delete all visits since a moment."""
        return self._purge(self._store.delete(since=moment))

    def forget_all(self) -> int:
        """Delete every visit."""
        return self._purge(self._store.delete(since=_EPOCH) + self._store.delete(until=_EPOCH))

    def expire(self, days: int) -> int:
        """Delete the visits that are more than `days` old."""
        return self._purge(self._store.delete(until=datetime.now(UTC) - timedelta(days=days)))

    def _purge(self, visits: int) -> int:
        if visits:
            self._store.purge()
        return visits


def _title(url: str, title: str) -> str:
    """Empty if `title` only repeats the address, as Chromium's does for a page without a title."""
    is_address = url.rstrip("/").endswith(title.rstrip("/"))
    return "" if is_address else encodable(title[:_LONGEST_TITLE])


def _row(hit: "HistoryHit") -> HistoryRow:
    return HistoryRow(
        id=hit.id,
        url=hit.url,
        title=hit.title,
        when=hit.last_visited_at.astimezone(),
        visit_count=hit.visit_count,
        snippet=hit.snippet,
        highlights=tuple(hit.highlights),
    )
