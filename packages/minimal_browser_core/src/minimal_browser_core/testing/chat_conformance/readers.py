"""Who may read a stream: one reader at a time."""

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import pytest

from minimal_browser_core.chat.port import ChatClient, ResponseStream
from minimal_browser_core.testing.fake_server import DONE, Answer, Data, FakeServer, Hang, Pause, Stream, chunk

from .base import MODEL, QUESTION, ChatSuite

TEXT = Data(chunk({"content": "part"}))
SLOW = Stream((TEXT, Pause(1.5), TEXT, DONE))
READS = [
    pytest.param(next, id="next"),
    pytest.param(lambda stream: next(iter(stream.events())), id="events"),
    pytest.param(lambda stream: stream.drain(), id="drain"),
]


class Readers(ChatSuite):
    """A second reader at the same time is refused, since each would get a part of the answer."""

    @pytest.mark.parametrize("read", READS)
    def test_a_second_thread_is_refused_while_the_first_one_waits(
        self, client: ChatClient, server: FakeServer, read: Callable[[ResponseStream], Any]
    ) -> None:
        server.script.append(SLOW)
        stream = client.stream(QUESTION, MODEL)
        assert next(stream) == "part"
        texts: list[str] = []
        first = threading.Thread(target=lambda: texts.extend(stream))
        first.start()
        first.join(0.3)
        with pytest.raises(RuntimeError, match="reading"):
            read(stream)
        first.join(30)
        assert texts == ["part"]

    @pytest.mark.parametrize("is_event", [False, True], ids=["text", "events"])
    def test_a_second_task_is_refused_while_the_first_one_waits(
        self, client: ChatClient, server: FakeServer, is_event: bool
    ) -> None:
        server.script.append(SLOW)

        async def read() -> list[str]:
            stream = client.stream(QUESTION, MODEL)
            assert await anext(aiter(stream)) == "part"

            async def read_rest() -> list[str]:
                return [text async for text in stream]

            first = asyncio.create_task(read_rest())
            await asyncio.sleep(0.3)
            with pytest.raises(RuntimeError, match="reading"):
                await (anext(stream.aevents()) if is_event else anext(aiter(stream)))
            with pytest.raises(RuntimeError, match="reading"):
                stream.drain()
            return await first

        assert asyncio.run(read()) == ["part"]

    def test_readers_may_take_turns(self, client: ChatClient, server: FakeServer) -> None:
        server.script.append(Answer(tuple("abcd"), delay=0.05))
        stream = client.stream(QUESTION, MODEL)
        texts = [next(stream), next(iter(stream.events())).text]
        thread = threading.Thread(target=lambda: texts.append(next(stream)))
        thread.start()
        thread.join(30)

        async def read() -> list[str]:
            return [text async for text in stream]

        assert [*texts, *asyncio.run(read())] == list("abcd")

    def test_a_stream_can_be_read_on_after_its_task_was_cancelled(self, client: ChatClient, server: FakeServer) -> None:
        server.script.append(Stream((TEXT, Hang())))

        async def read() -> str:
            stream = client.stream(QUESTION, MODEL)
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.3):
                    _ = [text async for text in stream]
            with pytest.raises(Exception, match="cancelled"):
                await anext(aiter(stream))
            return stream.text

        assert asyncio.run(read()) == "part"
