"""Visited pages: frecency, completion, search, deletion."""

import math
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from .base import HOUR, NAUGHTY, T0, Open, StoreSuite

DAY = timedelta(days=1)

# (days before T0, typed) of each visit, the score by Firefox's formula at the last one, times 100
SCORES = [
    ([(0, False)], 5000),
    ([(0, True)], 10000),
    ([(0, False), (30, False)], 7500),  # one half-life: (50 + 25) / 2 * 2
    ([(0, True), (60, False)], 11250),  # 100 + 50 / 4
    ([(0, False), (300, True)], 5000 + 10000 / 1024),
    ([(n, False) for n in range(0, 12 * 30, 30)], 12 / 10 * sum(5000 / 2**n for n in range(10))),  # ten are sampled
    ([(0, False)] * 20, 20 * 5000),
]


class History(StoreSuite):
    """Visits, titles, texts, frecency, completion, search and deletion."""

    kills = 40

    @pytest.fixture
    def opener(self, open_history: Open) -> Open:
        return open_history

    def fill(self, store: Any, count: int = 3) -> None:
        for n in range(count):
            store.visit(f"https://example.org/{n}", f"title number {n}")
            store.set_text(f"https://example.org/{n}", f"the text of number {n}, of some length. " * 20)

    def read_all(self, store: Any) -> None:
        for found in [*store.search("", limit=1000).hits, *store.complete("", limit=1000), *store.complete("ti")]:
            str((found.last_visited_at, found.title, found.snippet))

    # -- visits

    def test_a_page_is_returned_as_it_was_stored(self, store: Any) -> None:
        id = store.visit("https://a.org/x?y#z", "A title\0", timestamp=T0, typed=True)
        (found,) = store.search("").hits
        assert (found.id, found.url, found.title, found.visit_count, found.last_visited_at) == (
            id,
            "https://a.org/x?y#z",
            "A title\0",
            1,
            T0,
        )

    def test_a_url_is_one_page_however_often_it_is_visited(self, store: Any) -> None:
        first = store.visit("https://a.org/", "old title", timestamp=T0)
        assert store.visit("https://a.org/", "new title", timestamp=T0 + HOUR) == first
        assert store.visit("https://a.org/", timestamp=T0 - HOUR) == first
        (found,) = store.search("").hits
        assert (found.title, found.visit_count, found.last_visited_at) == ("new title", 3, T0 + HOUR)
        assert store.search("old").hits == []
        assert (len(store), store.stats()["pages"], store.stats()["visits"]) == (1, 1, 3)
        assert store.check() == []

    def test_a_visit_is_now_by_default(self, store: Any) -> None:
        store.visit("https://a.org/")
        (found,) = store.search("").hits
        assert abs(found.last_visited_at - datetime.now(UTC)) < HOUR

    @pytest.mark.parametrize(
        ("arguments", "field"),
        [
            ({"url": None}, "url"),
            ({"url": ""}, "url"),
            ({"url": "\ud800"}, "url"),
            ({"title": 7}, "title"),
            ({"timestamp": datetime(2024, 1, 1)}, "timestamp"),
        ],
    )
    def test_an_invalid_value_is_refused_by_the_name_of_its_field(
        self, store: Any, errors: Any, arguments: dict[str, Any], field: str
    ) -> None:
        with pytest.raises(errors.InvalidData, match=field):
            store.visit(**({"url": "https://a.org/"} | arguments))
        assert len(store) == 0

    def test_a_page_is_renamed_without_a_visit(self, store: Any) -> None:
        store.visit("https://a.org/", "old title", timestamp=T0)
        before = store.complete("a.org")[0].frecency
        assert store.set_title("https://a.org/", "new 東京 title") is True
        assert store.set_title("https://a.org/", "new 東京 title") is True
        assert store.search("old").hits == []
        for found in (*store.search("京").hits, *store.complete("new")):
            assert (found.title, found.visit_count, found.frecency) == ("new 東京 title", 1, before)
        assert store.set_title("https://a.org/", "") is True
        assert store.search("").hits[0].title == ""
        assert store.set_title("https://nowhere.org/", "title") is False
        assert (len(store), store.check()) == (1, [])

    # -- frecency

    @pytest.mark.parametrize(("visits", "score"), SCORES)
    def test_frecency_is_as_firefox_reckons_it(self, store: Any, visits: list[tuple[int, bool]], score: float) -> None:
        for days, typed in visits:
            store.visit("https://a.org/", timestamp=T0 - days * DAY, typed=typed)
        (found,) = store.complete("a")
        days = (found.frecency - T0.timestamp() * 1000) / 86_400_000
        assert math.isclose(days, 30 * math.log2(score / 100), abs_tol=1e-6)

    def test_a_bookmarked_page_weighs_as_if_it_was_typed(self, path: Path, store: Any, open_places: Open) -> None:
        store.visit("https://link.org/", timestamp=T0)
        store.visit("https://typed.org/", timestamp=T0, typed=True)
        before = {found.url: found.frecency for found in store.complete("")}
        with open_places(path) as bookmarks:
            id = bookmarks.add("https://link.org/", "a bookmark")
            after = {found.url: found.frecency for found in store.complete("")}
            assert after["https://link.org/"] == after["https://typed.org/"] == before["https://typed.org/"]
            bookmarks.remove(id)
        assert {found.url: found.frecency for found in store.complete("")} == before

    # -- the address bar

    def test_completion_orders_by_frecency(self, store: Any) -> None:
        for n, times in enumerate([1, 5, 2]):
            for _ in range(times):
                store.visit(f"https://site{n}.org/", "Site", timestamp=T0)
        store.visit("https://site-old.org/", "Site", timestamp=T0 - 400 * DAY, typed=True)
        found = [hit.url for hit in store.complete("sit")]
        assert found == ["https://site1.org/", "https://site2.org/", "https://site0.org/", "https://site-old.org/"]
        assert [hit.url for hit in store.complete("sit", limit=2)] == found[:2]
        for text in ("", "https://", "HTTPS://www.", "www."):
            assert [hit.url for hit in store.complete(text)] == found

    def test_completion_matches_prefixes_of_words(self, store: Any) -> None:
        id = store.visit("https://docs.example.org/guide/foo_bar?q=1", "Élan vital: 東京 C++ 👍")
        store.visit("https://other.test/", "Other")
        typed = (
            "d|do|docs|docs.|docs.exa|docs.example.org/|https://docs|guide/foo_b|foo|bar|q=1|é|elan|ELAN VIT|vital el"
            '|東|東京|京|c++|👍|"el|-el|el*|title:|example gui'
        )
        for text in typed.split("|"):
            if text != "title:":
                assert [found.id for found in store.complete(text)] == [id], text
        for text in ("ocs", "lan", "el -vital x", "東都", "title:el", "!!!", "docs.org", "\0"):
            assert store.complete(text) == [], text

    def test_completion_highlights_the_typed_prefixes(self, store: Any) -> None:
        store.visit("https://wiki.example.org/", "The free Encyclopædia")
        (found,) = store.complete("ency fre")
        assert found.snippet == "The free Encyclopædia"
        assert [found.snippet[a:b] for a, b in found.highlights] == ["free", "Encyclopædia"]
        (found,) = store.complete("wik")
        assert found.snippet == "https://wiki.example.org/"
        assert [found.snippet[a:b] for a, b in found.highlights] == ["wiki"]

    def test_completion_finds_a_page_far_below_the_best(self, store: Any) -> None:
        rare = store.visit("https://rare.test/", "Wombat", timestamp=T0 - 1000 * DAY)
        for n in range(600):
            store.visit(f"https://common.test/{n}", "Common", timestamp=T0 + n * HOUR)
            store.visit(f"https://other.example/{n}", "Other", timestamp=T0 - n * HOUR)
        assert [found.id for found in store.complete("womb")] == [rare]
        assert [found.url for found in store.complete("com", limit=2)] == [
            "https://common.test/599",
            "https://common.test/598",
        ]
        assert [found.id for found in store.complete("test", limit=601)][-1] == rare

    def test_no_text_is_an_invalid_query(self, store: Any, search_vectors: dict[str, Any]) -> None:
        self.fill(store)
        for query in [*search_vectors["never_raise"], *NAUGHTY, "\ud800"]:
            store.search(query)
            store.complete(query)

    def test_naughty_strings_come_back_as_they_went(self, store: Any) -> None:
        for n, text in enumerate(NAUGHTY):
            store.visit(f"https://a.org/{n}?{text}", text)
            assert store.set_text(f"https://a.org/{n}?{text}", text) is True
        for n, text in enumerate(NAUGHTY):
            assert store.text(f"https://a.org/{n}?{text}") == text
        assert sorted(found.title for found in store.search("").hits) == sorted(NAUGHTY)
        assert store.check() == []

    # -- recall

    def test_the_text_of_a_page_is_found_and_shown(self, store: Any) -> None:
        store.visit("https://a.org/", "A page")
        store.visit("https://b.org/", "Another")
        assert store.search("wombats").hits == []
        assert store.set_text("https://a.org/", "Nothing here. " * 30 + "The habits of WÓMBATS; 東京都.") is True
        for query in (
            "wombats",
            "habit* wombats",
            '"of wombats"',
            "text:wombats",
            "京都",
            "page wombats",
            "wombats -x",
        ):
            (hit,) = store.search(query).hits
            assert hit.url == "https://a.org/", query
        (hit,) = store.search("wombats").hits
        assert [hit.snippet[a:b] for a, b in hit.highlights] == ["WÓMBATS"]
        assert hit.snippet.startswith("…")
        for query in ("title:wombats", "url:wombats", "wombats -habits"):
            assert store.search(query).hits == [], query
        assert store.complete("womb") == []

    def test_a_question_finds_a_page(self, store: Any) -> None:
        for n in range(12):
            store.visit(f"https://a.org/{n}", f"What is the thing {n}?", timestamp=T0)
            store.set_text(f"https://a.org/{n}", "It is the thing that it is. " * n)
        store.visit("https://wombat.org/", "Wombats", timestamp=T0 + HOUR)
        store.set_text("https://wombat.org/", "Wombats eat grass.")
        page = store.search("What do wombats eat in winter?")
        assert ([hit.url for hit in page.hits], page.match) == (["https://wombat.org/"], "any")
        assert [page.hits[0].snippet[a:b] for a, b in page.hits[0].highlights] == ["Wombats", "eat"]
        assert store.search("What do wombats eat in winter?", match="all").hits == []
        assert store.search("wombats winter", until=T0).hits == []
        assert store.search("wombats thing", match="any", limit=20).match == "any"
        assert len(store.search("wombats thing", match="any", limit=20).hits) == 13

    def test_pages_with_any_word_are_listed_once_each(self, store: Any) -> None:
        for n in range(20):
            store.visit(f"https://a.org/{n}", "apple " * (n % 3) + "pear" * (n % 2), timestamp=T0 + n * HOUR)
        seen, cursor = [], None
        while True:
            page = store.search("apple pear", match="any", limit=3, cursor=cursor)
            seen += [hit.id for hit in page.hits]
            store.visit(f"https://later.org/{len(seen)}", "apple pear", timestamp=T0)
            cursor = page.next_cursor
            if cursor is None:
                break
        assert len(seen) == len(set(seen)) == sum(n % 3 > 0 or n % 2 > 0 for n in range(20))

    def test_dates_require_a_visit_in_that_time(self, store: Any, errors: Any) -> None:
        for year in (2023, 2024, 2025):
            store.visit(f"https://a.org/{year}", "word", timestamp=datetime(year, 7, 1).astimezone())
        for query in ("word after:2024 before:2025", "after:2024 before:2025"):
            assert [hit.url for hit in store.search(query).hits] == ["https://a.org/2024"]
        with pytest.raises(errors.InvalidData, match="before:2024-13 is not a date"):
            store.search("word before:2024-13")
        with pytest.raises(errors.InvalidData, match="match"):
            store.search("word", match="some")

    def test_a_text_is_replaced_and_dropped(self, store: Any) -> None:
        store.visit("https://a.org/", "A page")
        store.set_text("https://a.org/", "first")
        store.set_text("https://a.org/", "second")
        store.visit("https://a.org/", "Retitled")
        assert store.search("first").hits == []
        assert len(store.search("second retitled").hits) == 1
        assert store.text("https://a.org/") == "second"
        store.set_text("https://a.org/", "")
        assert store.text("https://a.org/") is None
        assert store.search("second").hits == []
        assert store.check() == []

    def test_a_page_that_is_not_in_the_history_has_no_text(self, store: Any) -> None:
        assert store.set_text("https://nowhere.org/", "wombat") is False
        assert store.text("https://nowhere.org/") is None
        assert store.search("wombat").hits == []

    def test_better_matches_come_first(self, store: Any) -> None:
        for n in range(20):
            store.visit(f"https://other.org/{n}", "Something else")
        weak = store.visit("https://a.org/", "A page")
        store.set_text("https://a.org/", "wombat and " + "a long text " * 50)
        strong = store.visit("https://b.org/", "Wombat")
        hits = store.search("wombat").hits
        assert [hit.id for hit in hits] == [strong, weak]
        assert hits[0].score > hits[1].score

    def test_time_narrows_to_the_pages_visited_in_it(self, store: Any) -> None:
        old = store.visit("https://old.org/", "page", timestamp=T0 - 10 * DAY)
        both = store.visit("https://both.org/", "page", timestamp=T0 - 10 * DAY)
        store.visit("https://both.org/", timestamp=T0)
        new = store.visit("https://new.org/", "page", timestamp=T0)
        for query in ("page", "", "-x"):
            for bounds, expected in (
                ({"since": T0}, {both, new}),
                ({"until": T0}, {old, both}),
                ({"since": T0 - DAY, "until": T0}, set()),
                ({}, {old, both, new}),
            ):
                assert {hit.id for hit in store.search(query, **bounds).hits} == expected, (query, bounds)

    def test_pages_of_results_hold_everything_once(self, store: Any) -> None:
        ids = [store.visit(f"https://a.org/{n}", "page " * (n % 3 + 1), timestamp=T0 + n * HOUR) for n in range(23)]
        assert [hit.id for hit in store.search("", limit=100).hits] == ids[::-1]
        for query in ("page", ""):
            whole = [hit.id for hit in store.search(query, limit=100).hits]
            found, cursor = [], None
            while True:
                page = store.search(query, limit=5, cursor=cursor)
                found += [hit.id for hit in page.hits]
                cursor = page.next_cursor
                if cursor is None:
                    break
            assert found == whole
            assert sorted(found) == ids
            assert page.complete is True

    def test_a_cursor_of_another_listing_is_refused(self, store: Any, errors: Any) -> None:
        self.fill(store)
        cursor = store.search("", limit=1).next_cursor
        for foreign in (cursor, "nonsense", "recall:1:2:zz"):
            with pytest.raises(errors.InvalidData, match="cursor"):
                store.search("title", cursor=foreign)

    # -- deleting

    def test_a_page_goes_with_its_visits_and_its_text(self, path: Path, store: Any) -> None:
        for url in ("https://a.org/", "https://b.org/"):
            store.visit(url, "Secret title")
            store.visit(url)
            store.set_text(url, "wombat text")
        assert store.delete(url="https://a.org/") == 2
        assert [hit.url for hit in store.search("wombat").hits] == ["https://b.org/"]
        assert [hit.url for hit in store.complete("sec")] == ["https://b.org/"]
        assert store.delete(url="https://a.org/") == 0
        assert store.delete(url="https://b.org/") == 2
        assert store.check() == []
        store.close()
        with closing(sqlite3.connect(path)) as db:
            for table in ("pages", "visits", "page_texts"):
                assert db.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)  # noqa: S608  constant names

    def test_a_domain_is_a_host_and_all_below_it(self, store: Any) -> None:
        gone = ["https://a.org/", "http://www.a.org:8080/x", "https://u:p@deep.down.A.org?q", "ftp://a.org./"]
        kept = ["https://ba.org/", "https://a.org.evil.test/", "https://b.org/a.org", "https://b.org/?u=https://a.org/"]
        for url in [*gone, *kept, "about:blank", "https://[::1]:80/"]:
            store.visit(url)
        assert store.delete(domain=".A.org") == len(gone)
        assert {hit.url for hit in store.search("").hits} == {*kept, "about:blank", "https://[::1]:80/"}
        assert store.delete(domain="[::1]") == 1

    def test_time_takes_the_visits_in_it_and_leaves_the_others(self, store: Any) -> None:
        for hours in range(4):
            store.visit("https://a.org/", timestamp=T0 + hours * HOUR, typed=True)
        store.visit("https://b.org/", timestamp=T0 + 3 * HOUR)
        only_first = store.complete("a.org")[0].frecency
        assert store.delete(since=T0 + 2 * HOUR) == 3
        (found,) = store.search("").hits
        assert (found.url, found.visit_count, found.last_visited_at) == ("https://a.org/", 2, T0 + HOUR)
        assert found.frecency < only_first
        assert store.delete(url="https://a.org/", until=T0 + HOUR) == 1
        assert store.search("").hits[0].visit_count == 1
        assert store.check() == []

    @pytest.mark.parametrize("arguments", [{}, {"domain": ""}, {"domain": "."}, {"since": 7}, {"url": 7}])
    def test_a_deletion_that_names_nothing_is_refused(self, store: Any, errors: Any, arguments: dict[str, Any]) -> None:
        self.fill(store)
        with pytest.raises(errors.InvalidData):
            store.delete(**arguments)
        assert len(store) == 3

    def test_purging_takes_the_visits_before_a_time(self, store: Any) -> None:
        for hours in range(4):
            store.visit("https://a.org/", timestamp=T0 + hours * HOUR)
        store.visit("https://b.org/", timestamp=T0)
        assert store.purge(before=T0 + 2 * HOUR) == 3
        assert [(hit.url, hit.visit_count) for hit in store.search("").hits] == [("https://a.org/", 2)]
        assert store.purge() == 0
        assert (len(store), store.check()) == (1, [])

    def test_purged_text_is_nowhere_in_the_files(self, path: Path, store: Any) -> None:
        """Neither deleted, replaced nor purged words, nor their traces in the indexes."""
        for n in range(100):
            store.visit(f"https://xylophonist{n}.org/", "Quetzalcoatl", timestamp=T0)
            store.set_text(f"https://xylophonist{n}.org/", "zanzibarian " * 40)
        store.visit("https://kept.org/", "Brontosaurus")
        store.set_text("https://kept.org/", "iguanodon")
        store.set_title("https://kept.org/", "Wombats")
        store.set_text("https://kept.org/", "wallabies")
        assert store.delete(url="https://xylophonist7.org/") == 1
        assert store.purge(before=T0 + HOUR) == 99
        beside = [path.with_name(path.name + suffix) for suffix in ("", "-wal", "-shm")]
        there = b"".join(file.read_bytes() for file in beside if file.exists()).lower()
        for word in (b"xylo", b"honist", b"quetzal", b"zanzibar", b"brontos", b"iguanod"):
            assert word not in there
        assert b"wombats" in there
        assert [hit.url for hit in store.search("wombats wallabies").hits] == ["https://kept.org/"]
        assert store.check() == []
