"""The stores for asyncio."""

import asyncio
import threading
from pathlib import Path
from typing import Any

import pytest

from .base import Open, StoreSuite


class AsyncStores(StoreSuite):
    """The stores for asyncio. Supply the fixtures `open_async`, `open_async_history` and `open_async_bookmarks`."""

    def test_methods_are_awaited(self, open_async: Open, path: Path) -> None:
        async def work() -> None:
            async with open_async(path) as store:
                id = await store.add_conversation("question", "answer", "m", tags=["t"])
                thread = (await store.get(id)).thread_id
                assert await store.rename_thread(thread, "title")
                assert [hit.id for hit in (await store.search("question", limit=1)).hits] == [id]
                assert [found.title for found in await store.threads()] == ["title"]
                assert await store.add_many([{"prompt": "p", "response": "r", "model": "m"}] * 300) == 300
                assert await store.count() == 301
                assert len([found.id async for found in store]) == 301
                assert (await store.stats(by="model"))["m"]["conversations"] == 301
                assert await store.check() == []

        asyncio.run(work())

    def test_history_and_bookmarks_are_awaited(
        self, open_async_history: Open, open_async_bookmarks: Open, path: Path
    ) -> None:
        async def work() -> None:
            async with open_async_history(path) as history, open_async_bookmarks(path) as bookmarks:
                await asyncio.gather(
                    history.visit("https://a.example/", "title"), bookmarks.add("https://a.example/", "title")
                )
                assert [hit.title for hit in await history.complete("tit")] == ["title"]
                assert [found.title for found in await bookmarks.search("title")] == ["title"]

        asyncio.run(work())

    def test_errors_are_those_of_the_store(self, open_async: Open, path: Path, errors: Any) -> None:
        async def work() -> None:
            store = open_async(path)
            with pytest.raises(errors.InvalidData, match="limit"):
                await store.recent(limit=0)
            await store.close()
            await store.close()
            with pytest.raises(errors.StorageError, match="closed"):
                await store.recent()
            with pytest.raises(errors.StorageError, match="folder"):
                await open_async(path / "none" / "x.db").recent()

        asyncio.run(work())

    def test_a_cancelled_import_stores_nothing_and_the_next_call_works(
        self, open_async: Open, path: Path, tmp_path: Path
    ) -> None:
        source = tmp_path / "rows.jsonl"
        source.write_text('{"prompt": "p", "response": "r", "model": "m", "id": %d}\n' * 2000 % tuple(range(2000)))
        is_running, go_on = threading.Event(), threading.Event()

        def wait(done: int, total: int) -> None:
            is_running.set()
            go_on.wait(10)

        async def work() -> None:
            async with open_async(path) as store:
                importing = asyncio.create_task(store.import_file(source, progress=wait))
                queued = asyncio.create_task(store.add_conversation("queued", "r", "m"))
                following = asyncio.create_task(store.add_conversation("following", "r", "m"))
                await asyncio.to_thread(is_running.wait, 10)
                queued.cancel()
                importing.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await importing
                with pytest.raises(asyncio.CancelledError):
                    await queued
                go_on.set()
                await following
                assert [found.prompt async for found in store] == ["following"]

        asyncio.run(work())

    def test_a_cancelled_call_in_the_queue_does_not_interrupt_the_running_one(
        self, open_async: Open, path: Path
    ) -> None:
        async def work() -> None:
            async with open_async(path) as store:
                rows = [{"prompt": "p", "response": "r", "model": "m"}] * 1000
                go_on = threading.Event()
                adding = asyncio.create_task(store.add_many(rows, progress=lambda done, total: go_on.wait(10)))
                queued = asyncio.create_task(store.search("p"))
                await asyncio.sleep(0.05)
                queued.cancel()
                await asyncio.gather(queued, return_exceptions=True)
                go_on.set()
                assert await adding == 1000

        asyncio.run(work())
