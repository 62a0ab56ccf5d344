"""Bookmarks."""

from datetime import UTC, datetime
from typing import Any

import pytest

from .base import HOUR, NAUGHTY, Open, StoreSuite


class Bookmarks(StoreSuite):
    """Adding, finding and removing bookmarks."""

    kills = 40

    @pytest.fixture
    def opener(self, open_bookmarks: Open) -> Open:
        return open_bookmarks

    def fill(self, store: Any, count: int = 3) -> None:
        for n in range(count):
            store.add(f"https://example.org/{n}", f"title {n}", note="a note of some length " * 40, tags=["tag"])

    def read_all(self, store: Any) -> None:
        for found in store.search(limit=1000):
            str((found.created_at, found.tags, found.note))

    def test_a_bookmark_is_returned_as_it_was_stored(self, store: Any) -> None:
        id = store.add("https://a.org/", "A title", tags=["x", "y z"], note="note\0", keyword="a")
        (found,) = store.search()
        assert (found.id, found.url, found.title, found.note, found.keyword) == (
            id,
            "https://a.org/",
            "A title",
            "note\0",
            "a",
        )
        assert found.tags == ("x", "y z")
        assert abs(found.created_at - datetime.now(UTC)) < HOUR

    def test_a_url_is_stored_once(self, store: Any) -> None:
        first = store.add("https://a.org/", "old title", tags=["x"], keyword="k")
        assert store.add("https://a.org/", "new title", note="n", keyword="k") == first
        (found,) = store.search()
        assert (found.title, found.tags, found.note, found.keyword) == ("new title", (), "n", "k")
        assert store.search("old") == []
        assert store.check() == []

    def test_snippets_without_a_url_stay_separate(self, store: Any) -> None:
        assert store.add("", "one") != store.add("", "two")
        assert len(store) == 2

    def test_the_last_added_comes_first(self, store: Any) -> None:
        self.fill(store, 5)
        assert [found.title for found in store.search(limit=2)] == ["title 4", "title 3"]

    def test_words_are_found_in_every_field(self, store: Any) -> None:
        id = store.add(
            "https://docs.example/guide", "Élan 東京 C++", tags=["reading list"], note="ทองคำ 👍", keyword="gd"
        )
        store.add("https://other.test/", "Other")
        found = "elan 東京 京 C++ reading ทอง 👍 gd guide gui* url:docs title:elan tag:list note:ทอง keyword:gd -other"
        for query in found.split():
            assert [bookmark.id for bookmark in store.search(query)] == [id], query
        for query in ("title:guide", "url:elan", "C#", "東都", "tag:gd", "!!!"):
            assert store.search(query) == [], query

    def test_a_tag_narrows(self, store: Any) -> None:
        id = store.add("https://a.org/", "a", tags=["T", "🦀"])
        store.add("https://b.org/", "a", tags=["t"])
        for query in ("", "a", "-b"):
            assert [found.id for found in store.search(query, tag="🦀")] == [id]
            assert [found.id for found in store.search(query, tag="T")] == [id]

    def test_a_keyword_belongs_to_one(self, store: Any, errors: Any) -> None:
        first = store.add("https://a.org/", "The first", keyword="k")
        with pytest.raises(errors.InvalidData, match="The first"):
            store.add("https://b.org/", "b", keyword="k")
        assert store.remove(first)
        store.add("https://b.org/", "b", keyword="k")

    def test_remove_tells_whether_it_was_there(self, store: Any) -> None:
        id = store.add("https://a.org/", "a")
        assert store.remove(id) is True
        assert store.remove(id) is False
        assert store.search("a") == []
        assert store.check() == []

    def test_no_text_is_an_invalid_query(self, store: Any, search_vectors: dict[str, Any]) -> None:
        self.fill(store)
        for query in [*search_vectors["never_raise"], *NAUGHTY, "\ud800"]:
            store.search(query)

    @pytest.mark.parametrize(
        ("arguments", "field"),
        [
            ({"url": None}, "url"),
            ({"title": "\ud800"}, "title"),
            ({"tags": "x"}, "tags"),
            ({"note": 7}, "note"),
            ({"keyword": "two words"}, "keyword"),
            ({"keyword": ""}, "keyword"),
        ],
    )
    def test_an_invalid_value_is_refused_by_the_name_of_its_field(
        self, store: Any, errors: Any, arguments: dict[str, Any], field: str
    ) -> None:
        with pytest.raises(errors.InvalidData, match=field):
            store.add(**({"url": "https://a.org/", "title": "a"} | arguments))
        assert len(store) == 0

    def test_stats_tell_sizes_and_versions(self, store: Any) -> None:
        self.fill(store)
        assert store.stats()["bookmarks"] == 3
        assert store.stats()["schema_version"] == 3
