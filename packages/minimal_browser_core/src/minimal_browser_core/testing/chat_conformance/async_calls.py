"""The asyncio API. Each test runs its own event loop, so that the suite needs no plugin."""

import asyncio

import pytest

from minimal_browser_core.chat.port import ChatClient
from minimal_browser_core.testing.fake_server import Answer, Data, Error, FakeServer, Hang, Stream, chunk

from .base import MODEL, QUESTION, ChatSuite, Errors


class AsyncCalls(ChatSuite):
    """The asyncio API behaves like the blocking one."""

    def test_a_stream_is_an_async_iterator_of_text(self, client: ChatClient, server: FakeServer) -> None:
        server.script.append(Answer(("It ", "is ", "blue."), delay=0.01))

        async def read() -> list[str]:
            return [delta async for delta in client.stream(QUESTION, MODEL)]

        assert asyncio.run(read()) == ["It ", "is ", "blue."]

    def test_async_events_come_in_order(self, client: ChatClient, server: FakeServer) -> None:
        server.script.append(Answer(("a", "b"), reasoning="r"))

        async def read() -> list[str]:
            return [event.kind async for event in client.stream(QUESTION, MODEL).aevents()]

        assert asyncio.run(read()) == ["reasoning", "text", "text", "usage", "finish"]

    def test_awaiting_a_stream_waits_for_its_head(self, client: ChatClient, server: FakeServer) -> None:
        server.script.append(Answer("a", headers={"x-request-id": "req-2"}, head_delay=0.05))

        async def read() -> tuple[str | None, str]:
            stream = await client.stream(QUESTION, MODEL)
            request_id = stream.request_id
            return request_id, "".join([delta async for delta in stream])

        assert asyncio.run(read()) == ("req-2", "a")

    def test_awaiting_a_refused_stream_raises(self, client: ChatClient, server: FakeServer, errors: Errors) -> None:
        server.script.append(Error(401))

        async def read() -> None:
            await client.stream(QUESTION, MODEL)

        with pytest.raises(errors.AuthenticationError):
            asyncio.run(read())

    def test_achat_and_amodels_answer(self, client: ChatClient, server: FakeServer) -> None:
        server.script.append(Answer("blue"))

        async def ask() -> tuple[str, int]:
            response = await client.achat(QUESTION, MODEL)
            return response.text, len(await client.amodels())

        assert asyncio.run(ask()) == ("blue", len(server.models))

    def test_achat_raises_the_errors_of_chat(self, client: ChatClient, server: FakeServer, errors: Errors) -> None:
        server.script.append(Error(402, "no money"))
        with pytest.raises(errors.InsufficientCreditsError, match="no money"):
            asyncio.run(client.achat(QUESTION, MODEL))

    def test_many_streams_run_in_one_loop(self, client: ChatClient, server: FakeServer) -> None:
        server.default = Answer(tuple("abcdefgh"), delay=0.005)

        async def read() -> str:
            return "".join([delta async for delta in client.stream(QUESTION, MODEL)])

        async def read_all() -> list[str]:
            return await asyncio.gather(*(read() for _ in range(40)))

        assert asyncio.run(read_all()) == ["abcdefgh"] * 40

    def test_the_loop_stays_free_while_a_stream_is_awaited(self, client: ChatClient, server: FakeServer) -> None:
        server.script.append(Answer(("a", "b"), delay=0.2))

        async def run() -> bool:
            reading = asyncio.ensure_future(anext(aiter(client.stream(QUESTION, MODEL))))
            ticks = 0
            while not reading.done():
                await asyncio.sleep(0.01)
                ticks += 1
            return ticks > 1 and reading.result() == "a"

        assert asyncio.run(run())

    @pytest.mark.parametrize("reply", [Hang(), Stream((Data(chunk({"content": "a"})), Hang()))])
    def test_cancelling_the_task_closes_the_connection(
        self, client: ChatClient, server: FakeServer, reply: Hang | Stream
    ) -> None:
        server.script.append(reply)

        async def run() -> None:
            async def read() -> None:
                async for _ in client.stream(QUESTION, MODEL):
                    pass

            task = asyncio.create_task(read())
            await asyncio.to_thread(server.wait_for_requests, 1)
            await asyncio.sleep(0.05)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

        asyncio.run(run())
        assert server.requests[0].client_left.wait(10)

    def test_cancelling_achat_closes_the_connection(self, client: ChatClient, server: FakeServer) -> None:
        server.script.append(Hang())

        async def run() -> None:
            task = asyncio.create_task(client.achat(QUESTION, MODEL))
            await asyncio.to_thread(server.wait_for_requests, 1)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

        asyncio.run(run())
        assert server.requests[0].client_left.wait(10)

    def test_an_interrupted_stream_raises_after_its_last_delta(
        self, client: ChatClient, server: FakeServer, errors: Errors
    ) -> None:
        server.script.append(Answer(("a", "b"), finish_reason=None, done=False))
        seen = []

        async def read() -> None:
            async for delta in client.stream(QUESTION, MODEL):
                seen.append(delta)  # noqa: PERF401  keeps what came before the error

        with pytest.raises(errors.StreamInterruptedError):
            asyncio.run(read())
        assert seen == ["a", "b"]
