"""Visited pages as the window records them, as the address line completes them and as the history page shows them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

from minimal_browser_core.memory.conversations import encodable
from minimal_browser_core.memory.days import DayGroup, by_day

if TYPE_CHECKING:
    from minimal_browser_core.storage.port import HistoryHit, HistoryStore

_KEPT_SCHEMES = ("http", "https", "file")
_LONGEST_URL = 65_536
_LONGEST_TITLE = 4_096
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


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
    """Part of a listing. `next_cursor` fetches the next part; `complete` is False for a bounded ranking."""

    rows: tuple[HistoryRow, ...]
    next_cursor: str | None = None
    complete: bool = True

    @property
    def days(self) -> tuple[DayGroup[HistoryRow], ...]:
        """The rows by local day, in the order they stand in."""
        return by_day(self.rows)


def kept_address(url: str, exclude: Sequence[str] = ()) -> str | None:
    """The address that a visit of `url` is recorded under; None for one that is not recorded.

    Recorded are pages of the web and files, without a user name or password in the address, unless their host is one of
    `exclude` or below one. Data, blobs, sources and our own pages are not.
    """
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").rstrip(".")
    except ValueError:
        return None
    if parts.scheme not in _KEPT_SCHEMES or len(url) > _LONGEST_URL or (parts.scheme != "file" and not host):
        return None
    if any(host == site or host.endswith(f".{site}") for site in map(_site, exclude)):
        return None
    if "@" in parts.netloc:
        parts = parts._replace(netloc=parts.netloc.rpartition("@")[2])
        url = urlunsplit(parts)
    return encodable(url)


def _site(name: str) -> str:
    return name.strip(".[]").lower()


def day_bounds(day: date) -> tuple[datetime, datetime]:
    """The first moment of a local day, and that of the next: 23 to 25 hours later."""
    return _begins(day), _begins(day + timedelta(days=1))


def _begins(day: date) -> datetime:
    return datetime.combine(day, time()).astimezone()


class HistoryService:
    """Thread-safe as its store is. Every call blocks on the disk; failures are StorageErrors."""

    def __init__(self, store: "HistoryStore") -> None:
        self._store = store

    def record(self, url: str, title: str, *, when: datetime, typed: bool) -> None:
        """A visit of what `kept_address` gave. `typed` says that the person typed or chose the address."""
        self._store.visit(url, _title(url, title), timestamp=when, typed=typed)

    def retitle(self, url: str, title: str) -> None:
        """A page that changed its title after it was recorded. Does nothing where it is forgotten already."""
        self._store.set_title(url, _title(url, title))

    def keep_text(self, url: str, text: str) -> None:
        """The readable text of a recorded page, found by `search`."""
        self._store.set_text(url, encodable(text))

    def complete(self, text: str, *, limit: int) -> tuple[HistoryRow, ...]:
        """The pages that what is being typed may mean, by frecency."""
        return tuple(map(_row, self._store.complete(text, limit=limit)))

    def search(self, query: str, *, limit: int = 50, cursor: str | None = None, day: date | None = None) -> HistoryList:
        """Matches of `query`, any text at all, in titles, addresses and kept texts; the last visited where it is blank.

        With `day`, only of the pages visited on that local day.
        """
        since, until = day_bounds(day) if day else (None, None)
        page = self._store.search(query.strip(), limit=limit, cursor=cursor, since=since, until=until)
        return HistoryList(tuple(map(_row, page.hits)), page.next_cursor, page.complete)

    def forget_page(self, url: str) -> int:
        """As the others below: the number of visits that are gone, and stand nowhere in the file any more."""
        return self._forgotten(self._store.delete(url=url))

    def forget_site(self, host: str) -> int:
        """All pages of a host and of those below it."""
        return self._forgotten(self._store.delete(domain=host))

    def forget_day(self, day: date) -> int:
        since, until = day_bounds(day)
        return self._forgotten(self._store.delete(since=since, until=until))

    def forget_since(self, moment: datetime) -> int:
        return self._forgotten(self._store.delete(since=moment))

    def forget_all(self) -> int:
        return self._forgotten(self._store.delete(since=_BEGINNING) + self._store.delete(until=_BEGINNING))

    def expire(self, days: int) -> int:
        """Forget the visits that are more than `days` old."""
        return self._forgotten(self._store.delete(until=datetime.now(UTC) - timedelta(days=days)))

    def _forgotten(self, visits: int) -> int:
        if visits:
            self._store.purge()
        return visits


def _title(url: str, title: str) -> str:
    """Empty for one that only repeats the address, as Chromium gives to a page without a title."""
    is_address = url.rstrip("/").endswith(title.rstrip("/"))
    return "" if is_address else encodable(title[:_LONGEST_TITLE])


def _row(found: "HistoryHit") -> HistoryRow:
    return HistoryRow(
        id=found.id,
        url=found.url,
        title=found.title,
        when=found.last_visited_at.astimezone(),
        visit_count=found.visit_count,
        snippet=found.snippet,
        highlights=tuple(found.highlights),
    )
