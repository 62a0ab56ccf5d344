"""Storing, changing and deleting exchanges."""

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from .base import HOUR, NAUGHTY, T0, ConversationSuite


class Exchanges(ConversationSuite):
    """Exchanges are stored, changed and deleted unaltered."""

    def test_an_exchange_is_returned_as_it_was_stored(self, store: Any) -> None:
        thread = store.start_thread("A title")
        id = store.add_conversation(
            "What?",
            "That.",
            "gpt",
            timestamp=T0,
            thread_id=thread,
            url="https://example.org/",
            tags=["one", "zwei drei", "one", "四"],
            metadata={"n": 1, "nested": {"list": [1.5, None, True, "ü\0"]}},
        )
        found = store.get(id)
        assert (found.id, found.thread_id, found.parent_id) == (id, thread, None)
        assert (found.prompt, found.response, found.model, found.url) == (
            "What?",
            "That.",
            "gpt",
            "https://example.org/",
        )
        assert found.tags == ("one", "zwei drei", "四")
        assert found.metadata == {"n": 1, "nested": {"list": [1.5, None, True, "ü\0"]}}
        assert found.timestamp == T0
        assert found.timestamp.utcoffset() == timedelta(0)

    def test_omitted_fields_are_empty(self, store: Any) -> None:
        before = datetime.now(UTC) - timedelta(milliseconds=1)
        found = store.get(store.add_conversation("", "", ""))
        assert (found.prompt, found.response, found.model, found.url) == ("", "", "", None)
        assert found.tags == ()
        assert found.metadata == {}
        assert before <= found.timestamp <= datetime.now(UTC)

    @pytest.mark.parametrize("text", NAUGHTY, ids=range(len(NAUGHTY)))
    def test_text_comes_back_unchanged(self, store: Any, text: str) -> None:
        found = store.get(store.add_conversation(text, text + "!", text, url=text, metadata={text: text}))
        assert (found.prompt, found.response, found.model, found.url) == (text, text + "!", text, text)
        assert found.metadata == {text: text}
        assert store.check() == []

    def test_a_time_in_another_zone_is_the_same_moment(self, store: Any) -> None:
        local = datetime(1969, 7, 20, 22, 17, 40, 1_999, tzinfo=timezone(-4 * HOUR))
        found = store.get(store.add_conversation("p", "r", "m", timestamp=local))
        assert found.timestamp == local - timedelta(microseconds=999)

    @pytest.mark.parametrize(
        ("arguments", "field"),
        [
            ({"prompt": "\ud800"}, "prompt"),
            ({"response": "ok \udfff"}, "response"),
            ({"model": None}, "model"),
            ({"prompt": b"bytes"}, "prompt"),
            ({"response": 7}, "response"),
            ({"url": 7}, "url"),
            ({"url": "\ud800"}, "url"),
            ({"tags": "text"}, "tags"),
            ({"tags": 7}, "tags"),
            ({"tags": [7]}, "tags"),
            ({"tags": [""]}, "tags"),
            ({"tags": [" "]}, "tags"),
            ({"tags": ["two\nlines"]}, "tags"),
            ({"tags": ["\udc00"]}, "tags"),
            ({"metadata": ["list"]}, "metadata"),
            ({"metadata": {1: "x"}}, "metadata"),
            ({"metadata": {"x": object()}}, "metadata"),
            ({"metadata": {"x": float("nan")}}, "metadata"),
            ({"metadata": {"x": "\ud800"}}, "metadata"),
            ({"timestamp": "today"}, "timestamp"),
            ({"timestamp": datetime(2024, 1, 1)}, "timestamp"),
            ({"thread_id": "1"}, "thread_id"),
            ({"thread_id": True}, "thread_id"),
            ({"parent_id": 1.5}, "parent_id"),
            ({"thread_id": 4711}, "thread_id"),
            ({"parent_id": 4711}, "parent_id"),
            ({"parent_id": 2**70}, "parent_id"),
        ],
    )
    def test_an_invalid_value_is_refused_by_the_name_of_its_field(
        self, store: Any, errors: Any, arguments: dict[str, Any], field: str
    ) -> None:
        with pytest.raises(errors.InvalidData, match=field) as caught:
            store.add_conversation(**({"prompt": "p", "response": "r", "model": "m"} | arguments))
        assert caught.value.code == "invalid_data"
        assert len(store) == 0
        assert store.stats()["threads"] == 0

    def test_an_unknown_id_is_none(self, store: Any) -> None:
        for id in (0, -1, 4711, 2**63 - 1, 2**63, -(2**80)):
            assert store.get(id) is None

    def test_update_replaces_only_the_given_fields(self, store: Any) -> None:
        id = store.add_conversation("p", "old words", "m", tags=["a"], metadata={"k": 1})
        assert store.update(id, response="new 言葉")
        assert store.update(id, tags=["b"])
        found = store.get(id)
        assert (found.response, found.tags, found.metadata) == ("new 言葉", ("b",), {"k": 1})
        assert store.update(id, metadata={})
        assert store.get(id).metadata == {}
        assert [len(store.search(query).hits) for query in ("old", "new", "言葉", "tag:a", "tag:b")] == [0, 1, 1, 0, 1]
        assert len(store.search("", tag="a").hits) == 0
        assert store.check() == []

    def test_an_updated_exchange_is_found_by_its_new_texts(self, store: Any) -> None:
        id = store.add_conversation("前の質問 before", "r", "first-model", url="https://old.example/")
        assert store.update(id, prompt="後の質問 after")
        assert store.update(id, model="second-model", url="https://new.example/")
        found = store.get(id)
        assert (found.prompt, found.model, found.url) == ("後の質問 after", "second-model", "https://new.example/")
        queries = ("before", "前の", "model:first*", "url:old", "after", "後の", "model:second*", "url:new")
        assert [len(store.search(query).hits) for query in queries] == [0, 0, 0, 0, 1, 1, 1, 1]
        assert [len(store.search("", url_prefix=url).hits) for url in ("https://old", "https://new")] == [0, 1]
        assert store.update(id, url="", prompt="")
        assert (store.get(id).url, store.get(id).prompt) == ("", "")
        assert store.check() == []

    @pytest.mark.parametrize("field", ["prompt", "response", "model", "url"])
    def test_update_refuses_what_is_not_text(self, store: Any, errors: Any, field: str) -> None:
        id = store.add_conversation("p", "r", "m")
        for value in (7, b"x", "\ud800"):
            with pytest.raises(errors.InvalidData, match=field):
                store.update(id, **{field: value})

    def test_stats_count_exchanges_by_model_and_by_day(self, store: Any, errors: Any) -> None:
        thread = store.start_thread()
        for model, day in (("a", 0), ("é", 1), ("é", 1), ("é", -365 * 60)):
            moment = T0 + day * 24 * HOUR
            store.add_conversation("é", "r", model, thread_id=thread, timestamp=moment)
        counts = ("conversations", "threads", "text_bytes")
        assert [(name, *(group[count] for count in counts)) for name, group in store.stats(by="model").items()] == [
            ("é", 3, 1, 9),
            ("a", 1, 1, 3),
        ]
        by_day = store.stats(by="day")
        assert list(by_day) == ["1964-03-15", "2024-02-29", "2024-03-01"]
        assert by_day["2024-03-01"]["conversations"] == 2
        assert store.stats(by=None)["conversations"] == 4
        with pytest.raises(errors.InvalidData, match="by"):
            store.stats(by="hour")

    def test_update_of_nothing_is_false(self, store: Any, errors: Any) -> None:
        assert store.update(4711, response="x") is False
        with pytest.raises(errors.InvalidData, match="response"):
            store.update(1, response=7)

    def test_delete_counts_existing_exchanges(self, store: Any) -> None:
        self.fill(store, 4)
        ids = [found.id for found in store]
        assert store.delete(ids[0]) == 1
        assert store.delete(ids[0]) == 0
        assert store.delete(iter([*ids, 4711, 2**70])) == 3
        assert store.delete([]) == 0
        assert len(store) == 0
        assert store.search("question").hits == []
        assert store.check() == []

    @pytest.mark.parametrize("ids", ["12", [1, "2"], None, [None], 1.5])
    def test_delete_takes_ids_only(self, store: Any, errors: Any, ids: Any) -> None:
        self.fill(store)
        with pytest.raises(errors.InvalidData, match="ids"):
            store.delete(ids)
        assert len(store) == 3

    def test_the_children_of_a_deleted_exchange_move_to_its_parent(self, store: Any) -> None:
        thread = store.start_thread()
        first, second, third = (store.add_conversation(f"p{n}", "r", "m", thread_id=thread) for n in range(3))
        store.delete(second)
        assert store.get(third).parent_id == first
        store.delete(first)
        assert store.get(third).parent_id is None
        assert store.check() == []

    def test_a_thread_goes_with_its_last_exchange(self, store: Any) -> None:
        kept = store.start_thread("kept: it has not been used yet")
        id = store.add_conversation("p", "r", "m")
        store.delete(id)
        assert [thread.id for thread in store.threads()] == [kept]

    def test_an_id_is_never_given_twice(self, store: Any) -> None:
        id = store.add_conversation("p", "r", "m")
        store.delete(id)
        assert store.add_conversation("p", "r", "m") > id

    def test_stats_tell_sizes_and_versions(self, store: Any, path: Path) -> None:
        self.fill(store)
        stats = store.stats()
        assert (stats["conversations"], stats["threads"], stats["not_indexed"]) == (3, 3, 0)
        assert stats["schema_version"] == 3
        assert stats["path"] == str(path)
        assert stats["database_bytes"] > 4096
        assert stats["sqlite_version"].count(".") == 2
