"""One store used by many threads."""

import threading
from typing import Any

import pytest

from .base import ConversationSuite


class Concurrency(ConversationSuite):
    """Many threads use one store."""

    def test_many_threads_write_and_read_at_once(self, store: Any) -> None:
        failures: list[BaseException] = []

        def work(n: int) -> None:
            try:
                for k in range(40):
                    id = store.add_conversation(f"worker {n} step {k}", "r", "m")
                    assert store.get(id).prompt == f"worker {n} step {k}"
                    store.search(f"worker step {k}")
            except BaseException as error:  # noqa: BLE001  reported below
                failures.append(error)

        workers = [threading.Thread(target=work, args=(n,)) for n in range(8)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        assert failures == []
        assert len(store) == 320
        assert store.check() == []

    @pytest.mark.parametrize("exact", [False, True])
    def test_interrupt_ends_the_searches_under_way_and_no_later_one(self, store: Any, errors: Any, exact: bool) -> None:
        self.fill(store, 1500)
        outcome: list[BaseException] = []

        def search_on() -> None:
            try:
                while True:
                    store.search("answer", limit=100, exact=exact)
            except BaseException as error:  # noqa: BLE001  checked below
                outcome.append(error)

        worker = threading.Thread(target=search_on)
        worker.start()
        while worker.is_alive():
            store.interrupt()
            worker.join(0.002)
        assert isinstance(outcome[0], errors.Interrupted)
        store.interrupt()
        assert len(store.search("answer").hits) == 20

    def test_close_waits_for_readers(self, store: Any, errors: Any) -> None:
        self.fill(store, 300)
        outcome: list[BaseException] = []

        def read_on() -> None:
            try:
                while True:
                    store.search("answer", limit=50)
            except BaseException as error:  # noqa: BLE001  checked below
                outcome.append(error)

        workers = [threading.Thread(target=read_on) for _ in range(6)]
        for worker in workers:
            worker.start()
        store.close()
        for worker in workers:
            worker.join()
        assert [type(error) for error in outcome] == [errors.StorageError] * 6
