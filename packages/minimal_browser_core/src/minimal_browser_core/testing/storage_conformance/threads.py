"""Threads of exchanges, and lists."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from .base import HOUR, T0, ConversationSuite


class Threads(ConversationSuite):
    """Threads of exchanges, and lists."""

    def test_exchanges_without_a_thread_begin_one_each(self, store: Any) -> None:
        first, second = (store.get(store.add_conversation("p", "r", "m")) for _ in range(2))
        assert first.thread_id != second.thread_id
        assert first.parent_id is None

    def test_an_exchange_continues_the_newest_of_its_thread(self, store: Any) -> None:
        thread = store.start_thread()
        ids = [store.add_conversation(f"p{n}", "r", "m", thread_id=thread) for n in range(3)]
        assert [store.get(id).parent_id for id in ids] == [None, ids[0], ids[1]]

    def test_two_children_of_one_parent_are_branches(self, store: Any) -> None:
        root = store.add_conversation("root", "r", "m")
        left = store.add_conversation("left", "r", "m", parent_id=root)
        right = store.add_conversation("right", "r", "m", parent_id=root)
        leaf = store.add_conversation("leaf", "r", "m", parent_id=left)
        tree = store.thread(store.get(root).thread_id)
        assert {found.id: found.parent_id for found in tree} == {root: None, left: root, right: root, leaf: left}
        seen: set[int | None] = {None}
        for found in tree:
            assert found.parent_id in seen
            seen.add(found.id)

    def test_a_parent_of_another_thread_is_refused(self, store: Any, errors: Any) -> None:
        elsewhere = store.add_conversation("p", "r", "m")
        with pytest.raises(errors.InvalidData, match="parent_id"):
            store.add_conversation("p", "r", "m", thread_id=store.start_thread(), parent_id=elsewhere)

    def test_an_unknown_thread_is_empty(self, store: Any) -> None:
        assert list(store.thread(4711)) == []

    def test_threads_come_last_used_first_and_in_pages(self, store: Any) -> None:
        ids = [store.start_thread(f"thread {n}") for n in range(5)]
        future = datetime.now(UTC) + HOUR
        for n in (3, 0, 4):
            future += HOUR
            store.add_conversation("p", "r", "m", thread_id=ids[n], timestamp=future)
        threads = store.threads()
        assert [thread.id for thread in threads][:3] == [ids[4], ids[0], ids[3]]
        assert threads[0].title == "thread 4"
        assert (threads[0].count, threads[4].count) == (1, 0)
        assert abs(threads[0].updated_at - future) < timedelta(milliseconds=1)
        assert threads[0].created_at <= datetime.now(UTC)
        paged, cursor = [], None
        while page := store.threads(limit=2, cursor=cursor):
            paged += [thread.id for thread in page]
            cursor = page[-1].cursor
        assert paged == [thread.id for thread in threads]

    def test_a_thread_is_as_old_as_its_newest_exchange(self, store: Any) -> None:
        old, new = store.start_thread("old"), store.start_thread("new")
        for thread, day in ((new, 2), (old, 1), (old, 0)):
            store.add_conversation("p", "r", "m", thread_id=thread, timestamp=T0 + day * 24 * HOUR)
        assert [(thread.id, thread.updated_at) for thread in store.threads()] == [
            (new, store.search("p", thread_id=new).hits[0].timestamp),
            (old, store.recent(thread_id=old, limit=1).conversations[0].timestamp),
        ]

    def test_a_thread_is_renamed(self, store: Any, errors: Any) -> None:
        thread = store.start_thread("before")
        assert store.rename_thread(thread, "after ✓")
        assert [found.title for found in store.threads()] == ["after ✓"]
        assert not store.rename_thread(thread + 1, "nobody")
        with pytest.raises(errors.InvalidData, match="title"):
            store.rename_thread(thread, None)

    def test_recent_is_newest_first_by_time(self, store: Any) -> None:
        ids = [store.add_conversation("p", "r", "m", timestamp=T0 + n * HOUR) for n in (1, 3, 0, 2)]
        assert [found.id for found in store.recent().conversations] == [ids[1], ids[3], ids[0], ids[2]]

    def test_pages_of_recent_hold_each_row_once_while_rows_are_added(self, store: Any) -> None:
        ids = [store.add_conversation("p", "r", "m", timestamp=T0) for _ in range(7)]
        seen, cursor = [], None
        while True:
            page = store.recent(limit=3, cursor=cursor)
            seen += [found.id for found in page.conversations]
            store.add_conversation("later", "r", "m")
            cursor = page.next_cursor
            if cursor is None:
                break
        assert seen == ids[::-1]

    def test_recent_of_one_thread(self, store: Any) -> None:
        thread = store.start_thread()
        mine = [store.add_conversation("p", "r", "m", thread_id=thread) for _ in range(3)]
        store.add_conversation("p", "r", "m")
        page = store.recent(thread_id=thread, limit=2)
        assert [found.id for found in page.conversations] == mine[:0:-1]
        rest = store.recent(thread_id=thread, limit=2, cursor=page.next_cursor)
        assert [found.id for found in rest.conversations] == mine[:1]
        assert rest.next_cursor is None

    def test_iteration_gives_all_in_order_of_arrival(self, store: Any) -> None:
        self.fill(store, 450)
        assert [found.prompt for found in store] == [f"question {n}" for n in range(450)]
        assert len(store) == 450

    def test_a_store_may_be_written_while_it_is_iterated(self, store: Any) -> None:
        self.fill(store, 5)
        for found in store:
            if found.prompt != "more":
                store.delete(found.id)
                if found.prompt == "question 0":
                    store.add_conversation("more", "r", "m")
        assert [found.prompt for found in store] == ["more"]

    @pytest.mark.parametrize("limit", [0, -1, 10_001, 2**70, "3", None, 1.5, True])
    def test_a_senseless_limit_is_refused(self, store: Any, errors: Any, limit: Any) -> None:
        for listing in (store.recent, store.threads, lambda limit: store.search("x", limit=limit)):
            with pytest.raises(errors.InvalidData, match="limit"):
                listing(limit=limit)

    @pytest.mark.parametrize(
        "cursor",
        ["", "x", "recent", "recent:1", "recent:a:b", "search:1:2:3", "ranked:1:1:zz", "recent:1:" + "9" * 40, 7],
    )
    def test_a_cursor_of_another_list_is_refused(self, store: Any, errors: Any, cursor: Any) -> None:
        for listing in (store.recent, store.threads, lambda cursor: store.search("x", cursor=cursor)):
            with pytest.raises(errors.InvalidData, match="cursor"):
                listing(cursor=cursor)
