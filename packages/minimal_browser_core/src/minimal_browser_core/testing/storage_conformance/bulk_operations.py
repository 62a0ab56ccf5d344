"""Adding, deleting and purging many rows."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from .base import HOUR, T0, ConversationSuite, Open


def rows(count: int) -> list[dict[str, Any]]:
    """Return arguments for `add_many`."""
    return [{"prompt": f"question {n}", "response": "answer", "model": "m", "timestamp": T0} for n in range(count)]


class BulkOperations(ConversationSuite):
    """`add_many`, `delete` and `purge`."""

    def test_many_rows_are_stored_as_each_alone_would_be(self, store: Any) -> None:
        thread = store.start_thread("kept together")
        full = {
            "prompt": "p\0",
            "response": "東京",
            "model": "m",
            "timestamp": T0,
            "thread_id": thread,
            "url": "https://a.org/",
            "tags": ["one", "two"],
            "metadata": {"n": [1, None]},
        }
        plain = {"prompt": "q", "response": "r", "model": "m", "parent_id": 1, "tags": None, "metadata": None}
        assert store.add_many([full, plain]) == 2
        first, second = store
        assert (first.prompt, first.response, first.timestamp) == ("p\0", "東京", T0)
        assert (first.thread_id, first.url, first.tags) == (thread, "https://a.org/", ("one", "two"))
        assert first.metadata == {"n": [1, None]}
        assert (second.parent_id, second.thread_id) == (first.id, thread)
        assert [hit.id for hit in store.search("京").hits] == [first.id]
        assert store.check() == []

    def test_adding_no_rows_adds_nothing(self, store: Any) -> None:
        assert store.add_many([]) == 0
        assert store.add_many(iter(rows(3))) == 3

    @pytest.mark.parametrize(
        ("bad", "reason"),
        [
            ({"prompt": 7, "response": "r", "model": "m"}, r"^rows\[2\]: prompt must be text, not int"),
            ({"prompt": "p", "response": "r"}, r"^rows\[2\]: model is missing"),
            ({"prompt": "p", "response": "r", "model": "m", "colour": "red"}, r"^rows\[2\]: .*'colour'"),
            ({"prompt": "p", "response": "r", "model": "m", "tags": ["a\nb"]}, r"^rows\[2\]: tags"),
            ({"prompt": "p", "response": "r", "model": "m", "parent_id": 77}, r"^rows\[2\]: parent_id 77"),
            ("text", r"^rows\[2\]: a row must be a mapping, not str"),
        ],
        ids=["type", "missing", "unknown", "tag", "parent", "no mapping"],
    )
    def test_a_bad_row_is_named_and_nothing_is_stored(self, store: Any, errors: Any, bad: Any, reason: str) -> None:
        with pytest.raises(errors.InvalidData, match=reason):
            store.add_many([*rows(2), bad, *rows(2)])
        assert len(store) == 0
        assert store.threads() == []

    @pytest.mark.parametrize("wrong", [None, 7, "text", {"prompt": "p"}])
    def test_an_argument_that_is_not_a_list_of_rows_is_refused(self, store: Any, errors: Any, wrong: Any) -> None:
        with pytest.raises(errors.InvalidData, match="rows must be"):
            store.add_many(wrong)

    def test_an_exception_of_the_iterable_is_raised_and_nothing_is_stored(self, store: Any) -> None:
        def broken() -> Any:
            yield from rows(3)
            raise LookupError("the source broke")

        with pytest.raises(LookupError, match="the source broke"):
            store.add_many(broken())
        assert len(store) == 0

    def test_progress_is_reported_and_can_stop_the_load(self, store: Any) -> None:
        reported: list[tuple[int, int]] = []
        store.add_many(rows(2500), progress=lambda done, total: reported.append((done, total)))
        assert reported == [(1000, 2500), (2000, 2500), (2500, 2500)]

        def stop(done: int, total: int) -> None:
            raise TimeoutError("enough")

        with pytest.raises(TimeoutError, match="enough"):
            store.add_many(rows(10), progress=stop)
        assert len(store) == 2500

    def test_purging_by_age_and_number(self, store: Any, errors: Any) -> None:
        store.add_many([row | {"timestamp": T0 + n * HOUR} for n, row in enumerate(rows(10))])
        assert store.purge(before=T0 + 3 * HOUR) == 3
        assert store.purge(keep_last=5) == 2
        assert store.purge(before=T0 + timedelta(days=9), keep_last=4) == 1
        assert [found.prompt for found in store] == [f"question {n}" for n in range(6, 10)]
        assert store.purge() == 0
        assert store.purge(keep_last=0) == 4
        assert (len(store), store.threads(), store.check()) == (0, [], [])
        with pytest.raises(errors.InvalidData, match="keep_last"):
            store.purge(keep_last=-1)
        with pytest.raises(errors.InvalidData, match="time zone"):
            store.purge(before=T0.replace(tzinfo=None))

    def test_purged_text_is_nowhere_in_the_files(self, path: Path, opened: Open) -> None:
        """Neither deleted, replaced nor purged words, nor their traces in the index."""
        store = opened()
        reader = opened()
        for n in range(300):
            store.add_conversation(f"xylophonist{n} plays", "quetzalcoatl " * 40, "m", timestamp=T0)
        kept = store.add_conversation("wombats are kept", "zanzibarian", "m")
        store.update(kept, response="replaced")
        store.delete(range(1, 100))
        assert len(reader) == 202
        assert store.purge(before=T0 + HOUR) == 201
        beside = [path.with_name(path.name + suffix) for suffix in ("", "-wal", "-shm")]
        there = b"".join(file.read_bytes() for file in beside if file.exists()).lower()
        for word in (b"xylo", b"honist", b"quetzal", b"zanzibar"):
            assert word not in there
        assert b"wombats" in there
        assert [hit.id for hit in reader.search("wombats").hits] == [kept]
        assert store.check() == []

    def test_a_read_only_store_is_not_purged(self, opened: Open, errors: Any) -> None:
        self.fill(opened())
        with pytest.raises(errors.ReadOnly):
            opened(read_only=True).purge(keep_last=0)
