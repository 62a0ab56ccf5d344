"""Many threads share one client, also on free-threaded Python."""

import contextlib
import gc
import sys
import sysconfig
import threading
from collections.abc import Callable
from subprocess import CompletedProcess
from typing import Any

import pytest

import ai_rust_client
from ai_rust_client import AIClient, compat
from minimal_browser_core.testing.fake_server import Answer, FakeServer, Hang, Request

RunScript = Callable[..., "CompletedProcess[str]"]
THREADS = 8
ROUNDS = 25


def echo(request: Request) -> Answer:
    """The last message, in pieces."""
    return Answer(tuple(request.json["messages"][-1]["content"].split("-")))


def run_together(*work: Callable[[], None]) -> None:
    """Each in a thread of its own, all started at once; what one raises is raised."""
    failures: list[BaseException] = []
    begin = threading.Barrier(len(work))

    def run(task: Callable[[], None]) -> None:
        begin.wait()
        try:
            task()
        except BaseException as error:  # noqa: BLE001  a panic of the Rust half is one
            failures.append(error)

    threads = [threading.Thread(target=run, args=(task,)) for task in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


@pytest.mark.skipif(not sysconfig.get_config_var("Py_GIL_DISABLED"), reason="this Python always has its GIL")
def test_importing_leaves_the_gil_off(run_script: RunScript) -> None:
    run = run_script("import sys, ai_rust_client, ai_rust_client.compat; print(sys._is_gil_enabled())")
    assert (run.stdout, run.stderr) == ("False\n", "")


def test_each_thread_gets_its_own_answer_from_a_shared_client(server: FakeServer) -> None:
    server.default = echo
    client = AIClient(base_url=server.base_url)
    openai = compat.OpenAI(api_key="k", base_url=server.base_url)

    def use(name: str) -> Callable[[], None]:
        def task() -> None:
            for turn in range(ROUNDS):
                words = [name, str(turn), "é🦀"]
                question = [{"role": "user", "content": "-".join(words)}]
                assert client.chat(question, "m").text == "".join(words)
                assert list(client.stream(question, "m")) == words
                stream = openai.chat.completions.create(model="m", messages=question, stream=True)
                assert [c.choices[0].delta.content for c in stream if c.choices and c.choices[0].delta.content] == words

        return task

    with client, openai:
        run_together(*(use(f"t{n}") for n in range(THREADS)))


def test_a_history_that_other_threads_change_is_sent_in_one_of_its_states(server: FakeServer) -> None:
    """The client reads the dicts and lists, and compares them with those it knows, while others write."""
    shared: list[dict[str, Any]] = [
        {"role": "user", "content": [{"type": "text", "text": "x" * 3000}], "n": 0} for _ in range(4)
    ]
    done = threading.Event()

    def change() -> None:
        turn = 0
        while not done.wait(0.0001):  # a thread that never waits would keep a GIL from the others
            turn += 1
            for message in shared:
                message["n"] = turn
                message[f"key{turn % 50}"] = turn
                message.pop(f"key{(turn + 25) % 50}", None)
            shared[0]["content"].append({"type": "text", "text": str(turn)})
            if len(shared[0]["content"]) > 20:
                del shared[0]["content"][1:]
            if turn % 50 == 0:
                gc.collect()

    def ask() -> None:
        for _ in range(ROUNDS):
            client.chat(shared, "m")

    with AIClient(base_url=server.base_url) as client:
        changers = [threading.Thread(target=change) for _ in range(2)]
        for thread in changers:
            thread.start()
        try:
            run_together(*([ask] * 4))
        finally:
            done.set()
            for thread in changers:
                thread.join()
    for request in server.requests:
        assert [message["role"] for message in request.json["messages"]] == ["user"] * 4


def test_any_thread_may_read_cancel_and_drain_one_stream(server: FakeServer) -> None:
    server.default = Answer(tuple(f"{n} " for n in range(500)))
    with AIClient(base_url=server.base_url) as client:
        for _ in range(ROUNDS):
            stream = client.stream([], "m")
            taken: list[str] = []

            def read(stream: Any = stream, taken: list[str] = taken) -> None:
                with contextlib.suppress(ai_rust_client.StreamCancelled):
                    taken.extend(stream)

            def look(stream: Any = stream) -> None:
                for _ in range(50):
                    seen = (stream.text, stream.usage, stream.model, stream.tool_calls, stream.request_id)
                    assert isinstance(seen[0], str)
                stream.cancel()

            run_together(read, read, look, look)
            assert len(taken) <= 500
            assert set(taken) <= {f"{n} " for n in range(500)}
            assert len(taken) == len(set(taken))


def test_closing_a_client_ends_the_calls_of_all_threads(server: FakeServer) -> None:
    server.default = Hang()
    client = AIClient(base_url=server.base_url, idle_timeout=None)

    def ask() -> None:
        with pytest.raises(ai_rust_client.AIClientError):
            client.send_request("q", "m")

    def close() -> None:
        assert server.wait_for_requests(THREADS)
        client.close()

    run_together(close, *([ask] * THREADS))


def test_each_thread_can_have_its_own_event_loop(server: FakeServer) -> None:
    import asyncio

    server.default = echo
    client = AIClient(base_url=server.base_url)

    def use(name: str) -> Callable[[], None]:
        async def main() -> None:
            async def one(turn: int) -> None:
                question = [{"role": "user", "content": f"{name}-{turn}"}]
                assert [delta async for delta in client.stream(question, "m")] == [name, str(turn)]
                assert (await client.achat(question, "m")).text == f"{name}{turn}"

            await asyncio.gather(*(one(turn) for turn in range(10)))

        return lambda: asyncio.run(main())

    with client:
        run_together(*(use(f"t{n}") for n in range(THREADS)))


FORKING = """
    import os, sys, threading, warnings, ai_rust_client
    warnings.simplefilter("ignore", DeprecationWarning)  # of forking with threads about: the point of this
    client = ai_rust_client.AIClient(base_url=sys.argv[1])
    history = [{"role": "user", "content": "x" * 9000, "n": 0}]
    done = threading.Event()

    def use():
        while not done.is_set():
            client.chat(history, "m")

    def change():
        while not done.is_set():
            history[0]["n"] = history[0]["n"] + 1

    threads = [threading.Thread(target=work) for work in (use, use, change)]
    for thread in threads:
        thread.start()
    for _ in range(10):
        child = os.fork()
        if child == 0:
            client.chat([{"role": "user", "content": "y" * 9000}], "m")
            os._exit(7)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
    done.set()
    for thread in threads:
        thread.join()
    print("all came back")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="fork with threads is not for other systems")
def test_a_child_forked_while_other_threads_call_can_call_too(run_script: RunScript, server: FakeServer) -> None:
    run = run_script(FORKING, server.base_url)
    assert (run.stdout, run.stderr) == ("all came back\n", "")
