"""Search by questions: which words must match, dates in a query, and exchanges like another one."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from minimal_browser_core.testing.resources import resource

from .base import T0, ConversationSuite, Open

CORPUS = [
    ("capital of Peru", "Lima is the capital of Peru."),
    ("weather in Peru", "Warm on the coast."),
    ("capital letters", "Use them at the beginning of a sentence."),
    ("Python lists", "list.sort sorts a list in place."),
]


class Questions(ConversationSuite):
    """Modes of matching, dates and similar exchanges."""

    @pytest.fixture
    def filled(self, store: Any) -> Any:
        store.add_many({"prompt": prompt, "response": response, "model": "m"} for prompt, response in CORPUS)
        return store

    def test_natural_questions_find_their_answers(self, store: Any) -> None:
        vectors = json.loads(resource("vectors", "questions.json").read_text(encoding="utf-8"))
        ids = [store.add_conversation(*exchange, "m") for exchange in vectors["exchanges"]]
        wrong = []
        for question, answer in vectors["questions"]:
            hits = store.search(question).hits
            if not hits or hits[0].id != ids[answer]:
                wrong.append((question, [hit.prompt for hit in hits[:3]]))
            assert ids[answer] in [hit.id for hit in store.search(question, order="recent").hits], question
            assert store.search_conversations(question)[:1] == [(ids[answer], *vectors["exchanges"][answer])]
        assert wrong == []
        for question in vectors["unrelated"]:
            page = store.search(question)
            assert (page.hits, page.next_cursor, page.match) == ([], None, "all"), question

    def test_rows_with_all_words_come_first_and_the_page_says_what_was_used(self, filled: Any) -> None:
        def found(query: str, **options: Any) -> tuple[list[int], str]:
            page = filled.search(query, **options)
            return [hit.id for hit in page.hits], page.match

        assert found("capital Peru") == ([1, 3, 2], "any") or found("capital Peru") == ([1, 2, 3], "any")
        assert found("capital Peru", match="all") == ([1], "all")
        assert found("capital Peru", limit=1) == ([1], "all")
        assert sorted(found("capital python", match="any")[0]) == [1, 3, 4]
        assert found("capital Peru", order="recent") == ([3, 2, 1], "any")
        assert found("Peru") == ([2, 1], "all") or found("Peru") == ([1, 2], "all")
        assert found("", match="any") == ([4, 3, 2, 1], "all")
        assert found("nothing here", match="any") == ([], "any")

    def test_function_words_do_not_decide(self, store: Any) -> None:
        wanted = store.add_conversation("Peru", "Lima", "m")
        for n in range(40):
            store.add_conversation(
                f"What is the thing of {n}?", "It is what it is, and the rest of it is the rest.", "m"
            )
        for question in ("What is the capital of Peru?", "Mikä on Perun pääkaupunki, siis Peru?"):
            for order in ("relevance", "recent"):
                assert [hit.id for hit in store.search(question, order=order).hits] == [wanted]
        # A word that most rows have says nothing, whatever its language.
        for n in range(40):
            store.add_conversation(f"onko {n}", f"onko tämä {n}", "m")
        assert [hit.id for hit in store.search("onko peru suuri", limit=5).hits] == [wanted]

    def test_what_is_not_a_plain_word_is_never_optional(self, filled: Any) -> None:
        for order in ("relevance", "recent"):
            for match in ("auto", "any"):

                def found(query: str, *, order: str = order, match: str = match, **filters: Any) -> list[int]:
                    return sorted(hit.id for hit in filled.search(query, order=order, match=match, **filters).hits)

                assert found('"capital of" Peru python') == [1]
                assert found("capital Peru -letters") == [1, 2]
                assert found('capital Peru -"weather in"') == [1, 3]
                assert found("prompt:capital Peru beginning") == [1, 3]
                assert found("wea* pyth*") == [2, 4]
                assert found("capital Peru", model="other") == []
                assert found("capital Peru model:other") == []
                assert found("capital Peru", until=T0) == []

    def test_a_phrase_in_a_question_is_enough_if_the_rest_says_nothing(self, filled: Any) -> None:
        for order in ("relevance", "recent"):
            page = filled.search('What is "of Peru", please?', order=order)
            assert ([hit.id for hit in page.hits], page.match) == ([1], "any")
            first = filled.search("where is it, model:m", order=order, limit=3)
            rest = filled.search("where is it, model:m", order=order, limit=3, cursor=first.next_cursor)
            assert sorted(hit.id for hit in first.hits + rest.hits) == [1, 2, 3, 4]
            assert filled.search('zebra "of Peru"', order=order).hits == []

    def test_highlights_show_the_words_that_matched(self, filled: Any) -> None:
        (hit, *_) = filled.search("What is the capital of Peru?").hits
        assert [hit.snippet[start:end] for start, end in hit.highlights] == ["capital", "Peru"]

    @pytest.mark.parametrize("order", ["relevance", "recent"])
    @pytest.mark.parametrize("match", ["auto", "any"])
    def test_pages_are_whole_while_rows_are_added_in_another_process(
        self, path: Any, opened: Open, order: str, match: str
    ) -> None:
        store = opened()
        rows = [f"{'apple' * (n % 2)} {'pear ' * (n % 3)} {'plum' * (n % 5 == 0)} filler {n}" for n in range(60)]
        ids = [store.add_conversation(prompt, "word " * (n % 4), "m") for n, prompt in enumerate(rows)]
        wanted = {
            id for id, row in zip(ids, rows, strict=True) if any(word in row for word in ("apple", "pear", "plum"))
        }
        if match == "auto":  # every second row has the other words
            wanted = {id for id, row in zip(ids, rows, strict=True) if "plum" in row}
        seen: list[int] = []
        cursor = None
        while True:
            reader = opened(path)
            page = reader.search("an apple, a pear or a plum?", order=order, match=match, limit=7, cursor=cursor)
            seen += [hit.id for hit in page.hits]
            for _ in range(5):
                store.add_conversation("apple apple plum", "pear", "m")
            cursor = page.next_cursor
            assert page.match == "any"
            if cursor is None:
                break
        assert len(seen) == len(set(seen))
        assert set(seen) == wanted

    @pytest.mark.parametrize(
        "cursor", ["some", "some:1:2", "some:0:9:1:1:1:99.1:", "some:0:9:1:0:1:0.1:", "some:a:9:1:1:1:0.1:"]
    )
    def test_a_cursor_of_something_else_is_refused(self, filled: Any, errors: Any, cursor: str) -> None:
        with pytest.raises(errors.InvalidData, match="cursor"):
            filled.search("capital Peru", cursor=cursor)
        used = filled.search("capital Peru", limit=2).next_cursor
        with pytest.raises(errors.InvalidData, match="cursor"):
            filled.search("capital Peru", match="all", cursor=used)
        with pytest.raises(errors.InvalidData, match="match"):
            filled.search("capital Peru", match="most")

    # -- dates

    @pytest.mark.parametrize(
        ("query", "years"),
        [
            ("word after:2024", [2024, 2025]),
            ("word before:2024", [2023]),
            ("word after:2024 before:2025", [2024]),
            ("word AFTER:2024-07-01", [2024, 2025]),
            ("word after:2024-07-02", [2025]),
            ("word before:2024-7", [2023]),
            ("word -before:2025", [2025]),
            ("after:2025-01", [2025]),
            ("before:2024-07-02 -nothing", [2023, 2024]),
            ("word before:9999 after:0001", [2023, 2024, 2025]),
            ('"before:2024"', []),
            ("before: 2024", []),
        ],
    )
    def test_dates_are_the_beginnings_of_local_years_months_and_days(
        self, store: Any, query: str, years: list[int]
    ) -> None:
        for year in (2023, 2024, 2025):
            store.add_conversation(f"word {year % 100}", "r", "m", timestamp=datetime(year, 7, 1).astimezone())
        for order in ("relevance", "recent"):
            hits = store.search(query, order=order).hits
            assert sorted(hit.timestamp.astimezone().year for hit in hits) == years

    def test_dates_narrow_the_other_filters(self, store: Any) -> None:
        for day in range(1, 6):
            store.add_conversation("word", "r", "m", timestamp=datetime(2025, 3, day, 12).astimezone())
        since, until = datetime(2025, 3, 2).astimezone(), datetime(2025, 3, 5).astimezone()
        hits = store.search("word after:2025-03-03 before:2026", since=since, until=until).hits
        assert sorted(hit.timestamp.astimezone().day for hit in hits) == [3, 4]

    @pytest.mark.parametrize("date", ["2025-13", "2025-02-30", "25", "yesterday", "2025-03-01-01", "２０２５", "0000"])
    def test_a_wrong_date_is_an_error_that_shows_the_right_form(self, store: Any, errors: Any, date: str) -> None:
        for name in ("before", "after"):
            with pytest.raises(errors.InvalidData, match=f"{name}:{date} is not a date.*{name}:2025-03"):
                store.search(f"word {name}:{date}")

    # -- similar exchanges

    def test_more_like_finds_what_shares_informative_words(self, store: Any) -> None:
        original = store.add_conversation("How do I prune apple trees?", "Prune apple trees in late winter.", "m")
        near = store.add_conversation("pruning pear and apple trees", "In winter, as apple trees.", "m")
        far = store.add_conversation("What do I do in winter?", "Go skiing.", "m")
        store.add_conversation("How do I use it?", "As you like.", "m")
        store.add_conversation("How do I prune apple trees?", "Prune apple trees in late winter.", "n")
        page = store.more_like(original)
        assert [hit.id for hit in page.hits] == [near, far]
        assert (page.match, page.next_cursor) == ("any", None)
        assert "apple" in [page.hits[0].snippet[start:end] for start, end in page.hits[0].highlights]
        assert [hit.id for hit in store.more_like(original, limit=1).hits] == [near]

    def test_more_like_of_something_unique_is_empty(self, filled: Any, errors: Any) -> None:
        id = filled.add_conversation("zyzzyva", "quokka", "m")
        blank = filled.add_conversation("", "", "m")
        assert filled.more_like(id).hits == filled.more_like(blank).hits == []
        with pytest.raises(errors.InvalidData, match="99"):
            filled.more_like(99)
        with pytest.raises(errors.InvalidData, match="limit"):
            filled.more_like(id, limit=0)

    def test_a_bounded_search_is_incomplete(self, store: Any) -> None:
        store.add_many(
            {
                "prompt": "common",
                "response": "shared" if n % 2 else "usual",
                "model": "m",
                "timestamp": T0 + timedelta(n),
            }
            for n in range(12_000)
        )
        page = store.search("common shared", match="any", limit=3)
        assert not page.complete
        assert store.search("common shared usual", match="any", limit=3, exact=True).complete
