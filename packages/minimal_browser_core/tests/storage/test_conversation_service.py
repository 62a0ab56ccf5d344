from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from minimal_browser_core.storage.conversations import ConversationService
from minimal_browser_core.storage.python.stores.conversations import PythonConversationStore


@pytest.fixture
def store(tmp_path: Path) -> Iterator[PythonConversationStore]:
    with PythonConversationStore(tmp_path / "conversations.db") as store:
        yield store


@pytest.fixture
def memory(store: PythonConversationStore) -> ConversationService:
    return ConversationService(store)


def test_a_recorded_exchange_is_found_by_its_words(memory: ConversationService) -> None:
    id = memory.record("How hot?", "Seventy degrees for sencha.", "m", url="https://e.org", tags=("copilot",))
    memory.record("Other?", "Nothing of the kind.", "m")
    found = memory.search("sencha")
    assert [row.id for row in found.rows] == [id]
    row = found.rows[0]
    assert (row.prompt, row.url, row.tags) == ("How hot?", "https://e.org", ("copilot",))
    (start, end), *_ = row.highlights
    assert row.snippet[start:end].lower() == "sencha"


def test_a_blank_search_lists_the_newest(memory: ConversationService) -> None:
    ids = [memory.record(str(number), "r", "m") for number in range(3)]
    assert [row.id for row in memory.search("  ").rows] == ids[::-1]


def test_a_cursor_continues_the_list(memory: ConversationService) -> None:
    ids = [memory.record("same word", str(number), "m") for number in range(5)]
    first = memory.recent(limit=3)
    rest = memory.recent(limit=3, cursor=first.next_cursor)
    assert [row.id for row in (*first.rows, *rest.rows)] == ids[::-1]
    assert rest.next_cursor is None
    found = memory.search("word", limit=3)
    more = memory.search("word", limit=3, cursor=found.next_cursor)
    assert {row.id for row in (*found.rows, *more.rows)} == set(ids)


def test_rows_are_grouped_by_local_day(store: PythonConversationStore, memory: ConversationService) -> None:
    noon = datetime.now().astimezone().replace(hour=12, minute=0, second=0, microsecond=0)
    for when in (noon - timedelta(days=1), noon, noon + timedelta(minutes=1)):
        store.add_conversation("p", "r", "m", timestamp=when.astimezone(UTC))
    days = memory.recent().days
    assert [(group.day, len(group.rows)) for group in days] == [
        (noon.date(), 2),
        ((noon - timedelta(days=1)).date(), 1),
    ]


def test_a_thread_is_read_in_order(memory: ConversationService) -> None:
    thread = memory.start_thread("Tea")
    ids = [memory.record(question, "r", "m", thread_id=thread) for question in ("one", "two")]
    memory.record("elsewhere", "r", "m")
    assert [row.id for row in memory.thread(thread)] == ids


def test_deleted_exchanges_are_gone(memory: ConversationService) -> None:
    id = memory.record("p", "r", "m")
    assert memory.get(id) is not None
    assert memory.delete([id, id + 1]) == 1
    assert memory.get(id) is None


def test_an_unpaired_surrogate_is_replaced_and_the_exchange_stored(memory: ConversationService) -> None:
    row = memory.get(memory.record("p\ud83d", "r\udc00é", "m", url="https://e.org/\ud800"))
    assert row is not None
    assert (row.prompt, row.response) == ("p?", "r?é")
