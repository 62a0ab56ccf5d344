"""Search: matches, ranking, snippets."""

import random
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from .base import HOUR, NAUGHTY, T0, ConversationSuite, Open


class Search(ConversationSuite):
    """Matches, ranking and snippets."""

    def test_the_vector_queries_have_the_expected_matches(self, store: Any, search_vectors: dict[str, Any]) -> None:
        ids = [store.add_conversation(**row) for row in search_vectors["corpus"]]
        for order in ("relevance", "recent"):
            wrong = []
            for case in search_vectors["queries"]:
                found = sorted(
                    ids.index(hit.id) for hit in store.search(case["query"], match="all", limit=100, order=order).hits
                )
                if found != case["matches"]:
                    wrong.append((case["query"], case["why"], case["matches"], found))
            assert wrong == []

    def test_no_text_is_an_invalid_query(self, store: Any, search_vectors: dict[str, Any]) -> None:
        for row in search_vectors["corpus"]:
            store.add_conversation(**row)
        for query in [*search_vectors["never_raise"], *NAUGHTY, "\ud800", "a\udfff*"]:
            store.search(query)
            store.search(query, order="recent")
            store.search_conversations(query)

    def test_highlights_cover_the_matches(self, store: Any) -> None:
        filler = "Nothing of note is in this sentence. " * 30
        store.add_conversation("irrelevant", f"{filler}Then 👍🏽 the ZÜRICH lake,\nnear Zürich; 東京都.\n{filler}", "m")
        (hit,) = store.search("zurich lak* 京都").hits
        marked = [hit.snippet[start:end] for start, end in hit.highlights]
        assert marked == ["ZÜRICH", "lake", "Zürich", "京都"]
        assert len(hit.snippet) <= 202
        assert hit.snippet.startswith("…")
        assert hit.snippet.endswith("…")
        assert "\n" not in hit.snippet

    def test_the_snippet_contains_the_match(self, store: Any) -> None:
        store.add_conversation("a needle in the prompt", "an answer of straw", "m")
        (hit,) = store.search("needle").hits
        assert hit.snippet == "a needle in the prompt"
        (hit,) = store.search("needle -nothing model:m").hits
        assert [hit.snippet[start:end] for start, end in hit.highlights] == ["needle"]
        (hit,) = store.search("model:m").hits
        assert (hit.snippet, hit.highlights) == ("an answer of straw", ())

    def test_better_matches_come_first(self, store: Any) -> None:
        for n in range(20):
            store.add_conversation(f"something else {n}", "filler text without the word", "m")
        weak = store.add_conversation("q", "one wombat in " + "a long text " * 50, "m")
        strong = store.add_conversation("wombat wombat", "wombat", "m")
        hits = store.search("wombat").hits
        assert [hit.id for hit in hits] == [strong, weak]
        assert hits[0].score > hits[1].score
        assert [hit.id for hit in store.search("wombat", order="recent").hits] == [strong, weak]
        assert store.search_conversations("wombat", 1) == [(strong, "wombat wombat", "wombat")]

    def test_filters_narrow_a_search(self, store: Any) -> None:
        thread = store.start_thread()
        first = store.add_conversation("word", "r", "m/1", timestamp=T0, url="https://a.org/x%_y", tags=["T", "🦀"])
        second = store.add_conversation("word", "r", "m/2", timestamp=T0 + HOUR, url="https://a.org/", thread_id=thread)
        third = store.add_conversation("word", "r", "m/1", timestamp=T0 + 2 * HOUR, tags=["t"])
        cases: list[tuple[dict[str, Any], list[int]]] = [
            ({"model": "m/1"}, [first, third]),
            ({"model": "m"}, []),
            ({"tag": "T"}, [first]),
            ({"tag": "🦀"}, [first]),
            ({"thread_id": thread}, [second]),
            ({"url_prefix": "https://a.org/"}, [first, second]),
            ({"url_prefix": "https://a.org/x%_"}, [first]),
            ({"url_prefix": "https://a.org/%"}, []),
            ({"since": T0 + HOUR}, [second, third]),
            ({"until": T0 + HOUR}, [first]),
            ({"since": T0, "until": T0 + 2 * HOUR, "model": "m/1"}, [first]),
        ]
        for query in ("word", "", "-nothing"):
            for order in ("relevance", "recent"):
                for filters, expected in cases:
                    page = store.search(query, order=order, **filters)
                    assert sorted(hit.id for hit in page.hits) == expected, (query, order, filters)

    @pytest.mark.parametrize(("query", "order"), [("word", "relevance"), ("word", "recent"), ("", "relevance")])
    def test_pages_of_a_search_hold_each_hit_once_while_rows_are_added(
        self, store: Any, query: str, order: str
    ) -> None:
        ids = {store.add_conversation("word " * (n % 4 + 1), "filler " * (n % 3), "m") for n in range(25)}
        seen, cursor = [], None
        while True:
            page = store.search(query, order=order, limit=4, cursor=cursor)
            seen += [hit.id for hit in page.hits]
            store.add_conversation("word word", "a later one", "m")
            cursor = page.next_cursor
            if cursor is None:
                break
        assert len(seen) == len(set(seen))
        assert set(seen) == ids

    def test_a_search_for_a_common_word_ranks_only_its_newest_matches_and_is_incomplete(
        self, path: Path, opened: Open
    ) -> None:
        opened().close()
        with closing(sqlite3.connect(path)) as db, db:
            db.executescript(_MANY_ROWS)
        store, oldest = opened(), 1
        bounded = store.search("common", limit=1)
        assert not bounded.complete
        assert bounded.hits[0].id != oldest
        exact = store.search("common", limit=1, exact=True)
        assert exact.complete
        assert exact.hits[0].id == oldest

    def test_a_rare_word_is_ranked_completely(self, store: Any) -> None:
        self.fill(store)
        assert store.search("question").complete
        assert store.search("nowhere").complete

    @pytest.mark.parametrize(
        "arguments",
        [{"order": "best"}, {"model": 7}, {"tag": b"x"}, {"since": "now"}, {"thread_id": "x"}, {"url_prefix": 1}],
    )
    def test_a_senseless_filter_is_named(self, store: Any, errors: Any, arguments: dict[str, Any]) -> None:
        with pytest.raises(errors.InvalidData, match=next(iter(arguments))):
            store.search("x", **arguments)
        with pytest.raises(errors.InvalidData, match="query"):
            store.search(b"x")

    @pytest.mark.parametrize("word", ["everywhere", "seldom", "everywhere -seldom", ""])
    def test_old_chats_that_were_imported_late_are_not_the_newest(self, store: Any, word: str) -> None:
        """So many matches that they cannot be sorted at once, with timestamps in random order."""
        chance = random.Random(7)  # noqa: S311  an order, not secrets
        minutes = chance.sample(range(5000), 2500)
        store.add_many(
            {
                "prompt": f"everywhere {n}",
                "response": "seldom" if n % 400 == 3 else "often",
                "model": "m" if n % 3 else "n",
                "timestamp": T0 + timedelta(minutes=minute),
            }
            for n, minute in enumerate(minutes)
        )
        for model in (None, "n"):
            seen: list[Any] = []
            cursor = None
            while True:
                page = store.search(word, order="recent", limit=900, cursor=cursor, model=model)
                seen += page.hits
                cursor = page.next_cursor
                if cursor is None:
                    break
            wanted = [
                row
                for row in store
                if (word != "seldom" or row.response == "seldom")
                and not ("-" in word and row.response == "seldom")
                and model in (None, row.model)
            ]
            wanted.sort(key=lambda row: (row.timestamp, row.id), reverse=True)
            assert [hit.id for hit in seen] == [row.id for row in wanted]

    def test_the_newest_come_first_even_if_some_were_stored_out_of_order(self, store: Any) -> None:
        """So few that the last stored are the newest on some pages and not on others."""
        minutes = list(range(300))
        for place, minute in ((290, 3), (270, 1000), (200, 269), (150, 149), (90, 120), (40, 40)):
            minutes.insert(place, minute)
        store.add_many(
            {
                "prompt": "everywhere" if n % 2 else "everywhere half",
                "response": "r",
                "model": "m",
                "timestamp": T0 + timedelta(minutes=minute),
            }
            for n, minute in enumerate(minutes)
        )
        store.delete(123)
        rows = sorted(store, key=lambda row: (row.timestamp, row.id), reverse=True)
        for word, wanted in (("everywhere", rows), ("half", [row for row in rows if "half" in row.prompt])):
            for limit in (1, 7, 30):
                seen: list[int] = []
                cursor = None
                while not seen or cursor:
                    page = store.search(word, order="recent", limit=limit, cursor=cursor)
                    seen += [hit.id for hit in page.hits]
                    cursor = page.next_cursor
                assert seen == [row.id for row in wanted]

    def test_a_cursor_of_the_recent_order_stays_valid_while_rows_are_added(self, store: Any) -> None:
        for n in range(6):
            store.add_conversation(f"word {n}", "r", "m", timestamp=T0 + timedelta(hours=n))
        first = store.search("word", order="recent", limit=2)
        store.add_conversation("word, newer", "r", "m", timestamp=T0 + timedelta(hours=50))
        store.add_conversation("word, older", "r", "m", timestamp=T0 + timedelta(hours=2, minutes=30))
        rest = store.search("word", order="recent", limit=20, cursor=first.next_cursor)
        assert [hit.prompt for hit in first.hits + rest.hits] == [
            "word 5",
            "word 4",
            "word 3",
            "word, older",
            "word 2",
            "word 1",
            "word 0",
        ]


_MANY_ROWS = """
INSERT INTO threads (id, title, created_at, updated_at) VALUES (1, '', 0, 0);
INSERT INTO conversations (thread_id, timestamp, prompt, response, model)
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20002)
SELECT 1, i, CASE i WHEN 1 THEN 'common common common' ELSE 'common' END, 'word', 'm' FROM n;
"""
