import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from minimal_browser_core.storage.history import HistoryService, day_bounds
from minimal_browser_core.storage.python.stores.history import PythonHistoryStore

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "places.db"


@pytest.fixture
def store(path: Path) -> Iterator[PythonHistoryStore]:
    with PythonHistoryStore(path) as store:
        yield store


@pytest.fixture
def history(store: PythonHistoryStore) -> HistoryService:
    return HistoryService(store)


@pytest.fixture
def berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def test_a_visit_is_found_completed_and_renamed(history: HistoryService) -> None:
    history.record("https://a.test/", "Old name", when=NOW, typed=True)
    history.set_title("https://a.test/", "Lighthouse \ud800")
    history.set_title("https://forgotten.test/", "never there")
    (row,) = history.search("  ").rows
    assert (row.url, row.title, row.visit_count, row.when) == ("https://a.test/", "Lighthouse ?", 1, NOW)
    assert [found.url for found in history.complete("light", limit=5)] == ["https://a.test/"]
    history.set_text("https://a.test/", "The wombat digs. \ud800")
    (row,) = history.search("wombat").rows
    assert [row.snippet[start:end] for start, end in row.highlights] == ["wombat"]


def test_a_title_that_only_repeats_the_address_is_dropped(history: HistoryService) -> None:
    for path in ("", "page"):
        history.record(f"https://a.test/{path}", f"a.test/{path}".rstrip("/"), when=NOW, typed=False)
    assert {row.title for row in history.search("").rows} == {""}


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="the time zone cannot be set here")
@pytest.mark.usefixtures("berlin")
def test_a_day_is_a_local_one_however_long(history: HistoryService) -> None:
    for day, hours in ((date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 11, 23), 24)):
        since, until = day_bounds(day)
        assert until - since == timedelta(hours=hours)
        history.record(f"https://{day}.test/first", "", when=since, typed=False)
        history.record(f"https://{day}.test/last", "", when=until - timedelta(milliseconds=1), typed=False)
        history.record("https://other.test/", "", when=until, typed=False)
        assert {row.url for row in history.search("", day=day).rows} == {
            f"https://{day}.test/first",
            f"https://{day}.test/last",
        }
    assert [group.day for group in history.search("2026-10-25").days] == [date(2026, 10, 25)]
    assert history.forget_day(date(2026, 10, 25)) == 2


def test_what_is_forgotten_is_gone_from_the_file(
    history: HistoryService, store: PythonHistoryStore, path: Path
) -> None:
    urls = ("https://xylophone.test/", "https://quetzal.test/a", "https://www.quetzal.test/b", "https://kept.test/")
    for url in urls:
        history.record(url, "", when=NOW, typed=False)
    assert history.forget_page(urls[0]) == 1
    assert history.forget_site("quetzal.test") == 2
    assert history.forget_page(urls[0]) == 0
    there = b"".join(file.read_bytes() for file in path.parent.glob("places.db*"))
    assert b"xylophone" not in there
    assert b"quetzal" not in there
    assert [row.url for row in history.search("").rows] == [urls[3]]
    assert store.check() == []


def test_the_last_visits_the_old_ones_and_all_are_forgotten(history: HistoryService) -> None:
    now = datetime.now(UTC)
    for age in (timedelta(minutes=1), 2 * DAY, 40 * DAY, timedelta(days=365 * 60)):
        history.record("https://a.test/", "", when=now - age, typed=False)
    assert history.expire(30) == 2
    assert history.forget_since(now - timedelta(hours=1)) == 1
    assert history.search("").rows[0].visit_count == 1
    history.record("https://old.test/", "", when=datetime(1960, 1, 1, tzinfo=UTC), typed=False)
    assert history.forget_all() == 2
    assert history.search("").rows == ()
