"""The effects of the client on its process: imports, threads, forks, signals, exit."""

import signal
import subprocess
import sys
from collections.abc import Callable

import pytest

from minimal_browser_core.testing.fake_server import Answer, Data, FakeServer, Hang, Stream, chunk

RunScript = Callable[..., "subprocess.CompletedProcess[str]"]
ENDLESS = Stream((Data(chunk({"content": "first"})), Hang()))


def printed(run: "subprocess.CompletedProcess[str]") -> str:
    assert (run.returncode, run.stderr) == (0, "")
    return run.stdout.strip()


def test_importing_starts_no_thread_and_imports_no_asyncio(run_script: RunScript) -> None:
    script = """
        import sys, os, ai_rust_client
        heavy = {"asyncio", "json", "typing", "ssl", "socket", "importlib.metadata"} & set(sys.modules)
        print(len(os.listdir("/proc/self/task")), sorted(heavy))
    """
    assert printed(run_script(script)) == "1 []"


def test_sync_use_imports_no_asyncio(run_script: RunScript, server: FakeServer) -> None:
    server.default = Answer(("a", "b"))
    script = """
        import sys, ai_rust_client
        with ai_rust_client.AIClient(base_url=sys.argv[1]) as client:
            print(client.send_request("q", "m"), list(client.stream_response("q", "m")), "asyncio" in sys.modules)
    """
    assert printed(run_script(script, server.base_url)) == "ab ['a', 'b'] False"


@pytest.mark.parametrize("call", ["chat([], 'm')", "stream([], 'm').__next__()", "models()"])
def test_ctrl_c_ends_a_blocking_call_and_closes_its_connection(server: FakeServer, call: str) -> None:
    server.default = Hang()
    server.models_script.append(Hang())
    # A test run that a shell put into the background ignores the signal, and its children inherit that.
    script = f"""if True:
        import signal, sys, ai_rust_client
        signal.signal(signal.SIGINT, signal.default_int_handler)
        client = ai_rust_client.AIClient(base_url=sys.argv[1], idle_timeout=None)
        try:
            client.{call}
        except KeyboardInterrupt:
            print("interrupted", flush=True)
            sys.stdin.read()
    """
    command = [sys.executable, "-c", script, server.base_url]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert server.wait_for_requests(1)
        process.send_signal(signal.SIGINT)
        assert process.stdout.readline() == "interrupted\n"
        assert server.requests[0].client_left.wait(10)
        process.stdin.close()
    assert process.returncode == 0


def test_a_signal_handler_that_returns_does_not_end_the_call(run_script: RunScript, server: FakeServer) -> None:
    server.script.append(Answer("late", head_delay=0.5))
    script = """
        import signal, sys, ai_rust_client
        signal.signal(signal.SIGALRM, lambda *_: print("alarm"))
        signal.setitimer(signal.ITIMER_REAL, 0.1)
        print(ai_rust_client.AIClient(base_url=sys.argv[1]).send_request("q", "m"))
    """
    assert printed(run_script(script, server.base_url)) == "alarm\nlate"


FORKING = """
    import os, sys, ai_rust_client
    client = ai_rust_client.AIClient(base_url=sys.argv[1])
    assert client.send_request("q", "m") == "answer"
    stream = client.stream_response("q", "m")
    assert next(stream) == "answer"
    child = os.fork()
    if child == 0:
        try:
            next(stream)
        except RuntimeError as error:
            print(error, flush=True)
        print(client.send_request("q", "m"), list(client.stream_response("q", "m")), flush=True)
        del stream
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    print(client.send_request("q", "m"), list(stream), stream.text)
"""


def test_a_forked_child_opens_its_own_connections(server: FakeServer) -> None:
    server.default = Answer("answer")
    # From 3.12 on Python warns of a fork with threads about: the point of this test.
    script = "\n".join(line.removeprefix("    ") for line in FORKING.splitlines())
    command = [sys.executable, "-c", script, server.base_url]
    run = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert run.returncode == 0, run.stderr
    assert run.stdout.splitlines() == [
        "this stream belongs to the process that opened it; open a new one after a fork",
        "answer ['answer']",
        "answer [] answer",
    ]


@pytest.mark.parametrize("end", ["", "sys.exit(0)", "import gc; stream = None; gc.collect()"])
def test_the_interpreter_exits_cleanly_with_an_open_stream(run_script: RunScript, server: FakeServer, end: str) -> None:
    server.script.append(ENDLESS)
    script = f"""
        import sys, ai_rust_client
        stream = ai_rust_client.AIClient(base_url=sys.argv[1]).stream_response("q", "m")
        print(next(stream), flush=True)
        {end}
    """
    assert printed(run_script(script, server.base_url)) == "first"
    assert server.requests[0].client_left.wait(10)


def test_the_interpreter_exits_cleanly_while_other_threads_wait(run_script: RunScript, server: FakeServer) -> None:
    server.default = ENDLESS
    script = """
        import sys, threading, ai_rust_client
        client = ai_rust_client.AIClient(base_url=sys.argv[1])
        streams = [client.stream_response("q", "m") for _ in range(4)]
        print([next(stream) for stream in streams], flush=True)
        for stream in streams:
            threading.Thread(target=next, args=(stream,), daemon=True).start()
    """
    assert printed(run_script(script, server.base_url)) == str(["first"] * 4)


@pytest.mark.parametrize("ways", ["cancelled", "dropped", "finished", "async"])
def test_streams_leave_no_descriptor_and_no_thread_behind(run_script: RunScript, server: FakeServer, ways: str) -> None:
    server.default = Answer(("a", "b")) if ways == "finished" else ENDLESS
    script = """
        import asyncio, gc, os, sys, time, ai_rust_client

        def counted():
            return len(os.listdir("/proc/self/fd")), len(os.listdir("/proc/self/task"))

        def use(client):
            stream = client.stream_response("q", "m")
            if ways == "finished":
                assert list(stream) == ["a", "b"]
                return
            next(stream)
            assert stream.fileno() >= 0
            if ways == "cancelled":
                stream.cancel()

        async def use_async(client):
            async def read():
                async for _ in client.stream_response("q", "m"):
                    pass
            tasks = [asyncio.ensure_future(read()) for _ in range(10)]
            await asyncio.sleep(0.05)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

        ways = sys.argv[2]

        def rounds(count):
            with ai_rust_client.AIClient(base_url=sys.argv[1]) as client:
                for _ in range(count):
                    asyncio.run(use_async(client)) if ways == "async" else use(client)
            gc.collect()

        rounds(3)
        before = counted()
        rounds(10 if ways == "async" else 100)
        # A closed connection is let go of by its own task, a moment later.
        while counted()[0] > before[0] or counted()[1] > before[1]:
            time.sleep(0.01)
        print("nothing left")
    """
    assert printed(run_script(script, server.base_url, ways)) == "nothing left"


def test_many_async_streams_need_one_thread(run_script: RunScript, server: FakeServer) -> None:
    server.default = Answer(("a", "b"), delay=0.01)
    script = """
        import asyncio, os, sys, ai_rust_client
        client = ai_rust_client.AIClient(base_url=sys.argv[1])
        threads = []

        async def read():
            deltas = [delta async for delta in client.stream_response("q", "m")]
            threads.append(len(os.listdir("/proc/self/task")))
            return deltas

        async def main():
            return await asyncio.gather(*(read() for _ in range(200)))

        print(asyncio.run(main()) == [["a", "b"]] * 200, max(threads) <= 3)
    """
    assert printed(run_script(script, server.base_url)) == "True True"
