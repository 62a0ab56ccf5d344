"""Event loops: one or several, busy or closed, beside blocking calls."""

import asyncio
import contextlib
import json
import socket
import threading
from collections.abc import Callable, Iterator
from subprocess import CompletedProcess
from typing import Any

import pytest

from ai_rust_client import AIClient, APITimeoutError, ResponseStream
from minimal_browser_core.testing.fake_server import Answer, Data, FakeServer, Hang, Stream, chunk

RunScript = Callable[..., "CompletedProcess[str]"]
QUESTION = [{"role": "user", "content": "q"}]
ENDLESS = Stream((Data(chunk({"content": "first"})), Hang()))
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n"
CHUNKS = f"data: {json.dumps(chunk({'content': 'x'}))}\n\n".encode() * 100


@pytest.fixture
def fast_server() -> Iterator[str]:
    """The base URL of a server that sends chunks as fast as they are read, until the client disconnects."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            with contextlib.suppress(OSError):
                connection, _ = listening.accept()
                with connection:
                    connection.recv(65536)  # an answer before the request would be rejected
                    connection.sendall(HEAD)
                    while True:
                        connection.sendall(CHUNKS)

        serving = threading.Thread(target=serve)
        serving.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/v1"
        listening.shutdown(socket.SHUT_RDWR)
    serving.join()


async def first(stream: ResponseStream) -> str:
    return await anext(aiter(stream))


def test_a_stream_goes_on_while_its_event_loop_is_busy(server: FakeServer) -> None:
    server.default = Answer(("a", "b", "c"), delay=0.05)

    async def main(stream: ResponseStream) -> str:
        assert await first(stream) == "a"
        while stream.time_to_last_byte is None:
            pass
        return stream.text

    with AIClient(base_url=server.base_url) as client:
        assert asyncio.run(main(client.stream(QUESTION, "m"))) == "abc"


def test_a_stream_whose_event_loop_is_closed_is_read_to_its_end_without_one(server: FakeServer) -> None:
    server.default = Answer(("a", "b", "c"), delay=0.05)
    with AIClient(base_url=server.base_url) as client:
        stream = client.stream(QUESTION, "m")
        assert asyncio.run(first(stream)) == "a"
        assert list(stream) == ["b", "c"]


def test_a_stream_can_move_to_another_event_loop(server: FakeServer) -> None:
    server.default = Answer(("a", "b", "c"), delay=0.05)
    with AIClient(base_url=server.base_url) as client:
        stream = client.stream(QUESTION, "m")
        assert [asyncio.run(first(stream)) for _ in range(3)] == ["a", "b", "c"]


@pytest.mark.parametrize("end", ["closed", "busy"])
def test_cancelling_closes_the_connection_of_an_idle_event_loop(server: FakeServer, end: str) -> None:
    server.default = ENDLESS

    async def main(stream: ResponseStream) -> None:
        assert await first(stream) == "first"
        if end == "busy":
            threading.Thread(target=stream.cancel).start()
            assert server.requests[0].client_left.wait(10)

    with AIClient(base_url=server.base_url) as client:
        stream = client.stream(QUESTION, "m")
        asyncio.run(main(stream))
        stream.cancel()
        assert server.requests[0].client_left.wait(10)


def test_timeouts_expire_in_an_event_loop_that_nothing_else_wakes(server: FakeServer) -> None:
    server.default = Hang()

    async def main(client: AIClient) -> None:
        with pytest.raises(APITimeoutError):
            await client.achat(QUESTION, "m")

    with AIClient(base_url=server.base_url, idle_timeout=0.1, max_retries=0) as client:
        asyncio.run(main(client))


def test_a_fast_stream_does_not_block_its_event_loop(fast_server: str) -> None:
    async def main(client: AIClient) -> int:
        rounds = 0

        async def count() -> None:
            nonlocal rounds
            while True:
                rounds += 1
                await asyncio.sleep(0)

        stream = client.stream(QUESTION, "m")
        counting = asyncio.create_task(count())
        async for _ in stream:
            await asyncio.sleep(0)  # items that have arrived are returned without a round of the loop
            if rounds > 100:
                break
        counting.cancel()
        stream.cancel()
        return rounds

    with AIClient(base_url=fast_server) as client:
        assert asyncio.run(main(client)) > 100


def test_blocking_calls_and_an_event_loop_share_a_client(server: FakeServer) -> None:
    server.default = Answer(("a", "b"), delay=0.005)
    failures: list[str] = []
    done = threading.Event()

    def ask(client: AIClient) -> None:
        while not done.is_set():
            answers = client.chat(QUESTION, "m").text, "".join(client.stream(QUESTION, "m"))
            if answers != ("ab", "ab"):
                failures.append(str(answers))

    async def main(client: AIClient) -> None:
        async def read() -> str:
            return "".join([delta async for delta in client.stream(QUESTION, "m")])

        for _ in range(20):
            answers = await asyncio.gather(*(client.achat(QUESTION, "m") for _ in range(5)))
            assert [answer.text for answer in answers] == ["ab"] * 5
            assert client.chat(QUESTION, "m").text == "ab"
            assert await asyncio.gather(*(read() for _ in range(5))) == ["ab"] * 5

    with AIClient(base_url=server.base_url) as client:
        threads = [threading.Thread(target=ask, args=(client,)) for _ in range(2)]
        for thread in threads:
            thread.start()
        try:
            asyncio.run(main(client))
        finally:
            done.set()
            for thread in threads:
                thread.join()
    assert failures == []


def test_a_stream_can_be_watched_by_descriptor_in_an_event_loop(server: FakeServer) -> None:
    server.default = Answer(("a", "b"), delay=0.01)

    async def main(client: AIClient) -> None:
        watched = client.stream(QUESTION, "m")
        readable = asyncio.Event()
        loop = asyncio.get_running_loop()
        loop.add_reader(watched.fileno(), readable.set)
        assert (await client.achat(QUESTION, "m")).text == "ab"
        await readable.wait()
        loop.remove_reader(watched.fileno())
        assert "".join([delta async for delta in watched]) == "ab"
        assert (await client.achat(QUESTION, "m")).text == "ab"

    with AIClient(base_url=server.base_url) as client:
        asyncio.run(main(client))


def test_two_event_loops_can_run_at_the_same_time(server: FakeServer) -> None:
    server.default = Answer(("a", "b"), delay=0.01)

    async def ask(client: AIClient) -> str:
        return (await client.achat(QUESTION, "m")).text

    async def main(client: AIClient) -> None:
        for _ in range(3):
            open_here = client.stream(QUESTION, "m")
            assert await first(open_here) == "a"
            assert await asyncio.to_thread(asyncio.run, ask(client)) == "ab"
            assert await first(open_here) == "b"
            assert await ask(client) == "ab"

    with AIClient(base_url=server.base_url) as client:
        asyncio.run(main(client))
        assert asyncio.run(ask(client)) == "ab"


def test_a_blocking_call_that_fails_closes_its_connection_after_an_event_loop_ran(server: FakeServer) -> None:
    server.default = Answer("so")
    with AIClient(base_url=server.base_url, idle_timeout=0.2, max_retries=0) as client:
        asyncio.run(client.achat(QUESTION, "m"))
        assert client.chat(QUESTION, "m").text == "so"
        server.default = Hang()
        with pytest.raises(APITimeoutError):
            client.chat(QUESTION, "m")
        assert server.requests[-1].client_left.wait(10)


# -- without asyncio ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("call", ["achat", "amodels", "await", "async for"])
def test_a_loop_that_is_not_of_asyncio_is_named(server: FakeServer, call: str) -> None:
    client = AIClient(base_url=server.base_url)
    stream = client.stream(QUESTION, "m")
    coroutines: dict[str, Callable[[], Any]] = {
        "achat": lambda: client.achat(QUESTION, "m"),
        "amodels": client.amodels,
        "await": lambda: stream.__await__(),
        "async for": lambda: anext(aiter(stream)),
    }
    # What trio does, which runs coroutines itself.
    with pytest.raises(RuntimeError, match=r"need asyncio; under trio use the sync methods in trio\.to_thread"):
        coroutines[call]().send(None)
    assert list(stream)
    assert len(server.requests) == 1
    client.close()


GEVENT = """
    import select, sys, types

    waits = []

    def wait_read(fileno):
        waits.append(fileno)
        select.select([fileno], [], [], 30)
        if sys.argv[2] == "raise":
            raise KeyError("greenlet ends")

    modules = {name: types.ModuleType(name) for name in ("gevent", "gevent.monkey", "gevent.socket")}
    modules["gevent.monkey"].is_module_patched = lambda name: name == "socket"
    modules["gevent.socket"].wait_read = wait_read
    sys.modules |= modules

    import ai_rust_client
    client = ai_rust_client.AIClient(base_url=sys.argv[1], max_retries=0)
    calls = [
        lambda: client.send_request("q", "m"),
        lambda: "".join(client.stream_response("q", "m")),
        lambda: len(client.models()),
    ]
    for call in calls:
        before = len(waits)
        try:
            print(call(), len(waits) > before)
        except KeyError:
            print("raised")
"""


def test_under_gevent_only_the_greenlet_waits(run_script: RunScript, server: FakeServer) -> None:
    server.default = Answer(("so ", "it ", "is"), delay=0.02)
    run = run_script(GEVENT, server.base_url, "wait")
    assert (run.stdout.splitlines(), run.stderr) == (["so it is True", "so it is True", "2 True"], "")


def test_an_exception_of_gevent_ends_the_call(run_script: RunScript, server: FakeServer) -> None:
    server.default = Answer(("so ", "it ", "is"), delay=0.02)
    run = run_script(GEVENT, server.base_url, "raise")
    assert (run.stdout.splitlines(), run.stderr) == (["raised"] * 3, "")
    assert server.wait_for_no_connections()
