"""Ten thousand calls leak nothing, and a thousand streams run at once."""

import itertools
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from minimal_browser_core.testing.chat_conformance.backpressure import Flood
from minimal_browser_core.testing.fake_server import Answer, Body, Cut, Data, Error, FakeServer, Hang, Stream, chunk

RunScript = Callable[..., "subprocess.CompletedProcess[str]"]

COUNTING = """
import asyncio, gc, os, sys, threading, time
import ai_rust_client

def counted():
    gc.collect()
    with open("/proc/self/statm") as statm:
        pages = int(statm.read().split()[1])
    return len(os.listdir("/proc/self/fd")), len(os.listdir("/proc/self/task")), pages * os.sysconf("SC_PAGE_SIZE")

def check(before):
    # A connection that was closed is let go of by its own task, a moment later. A few others may wait in the pool.
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        files, threads, memory = counted()
        if files <= before[0] + POOLED and threads <= before[1]:
            break
        time.sleep(0.01)
    leaks_no_files = files <= before[0] + POOLED
    print("files", leaks_no_files, "threads", threads <= before[1], "memory", memory - before[2] < 8_000_000)

POOLED = 4
client = ai_rust_client.AIClient(base_url=sys.argv[1])
QUESTION = [{"role": "user", "content": "q"}]
"""

NOTHING_LEFT = "files True threads True memory True"

CANCELLED = """
async def main():
    async def open_and_leave():
        stream = client.stream(QUESTION, "m")
        if number % 4 == 0:
            await stream
        elif number % 4 == 1:
            stream.fileno()
        elif number % 4 == 2:
            stream.cancel()
        del stream

    async def cancelled():
        task = asyncio.ensure_future(client.achat(QUESTION, "m"))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    global number
    for number in range(200):
        await open_and_leave()
    before = counted()
    for number in range(9_000):
        await open_and_leave()
    for number in range(1_000):
        await cancelled()
    check(before)
    print("tasks", len(asyncio.all_tasks()))

asyncio.run(main())
"""

FINISHED = """
def some(count):
    for _ in range(count):
        client.chat(QUESTION, "m")
        list(client.stream(QUESTION, "m"))

some(100)
before = counted()
some(5_000)
check(before)
"""

UNREAD = """
client = ai_rust_client.AIClient(base_url=sys.argv[1], max_buffered_bytes=65536)

def leave_unread(count):
    for number in range(count):
        stream = client.stream(QUESTION, "m")
        next(stream)
        if number % 100 == 0:
            time.sleep(0.02)
        if number % 2:
            stream.cancel()
        del stream

leave_unread(50)
before = counted()
leave_unread(10_000)
check(before)
"""

FAILED = """
client = ai_rust_client.AIClient(base_url=sys.argv[1], max_retries=0)

def fail(count):
    for _ in range(count):
        try:
            list(client.stream(QUESTION, "m"))
        except ai_rust_client.AIClientError:
            continue
        raise SystemExit("the stream did not fail")

fail(100)
before = counted()
fail(10_002)
check(before)
"""

FAILURES = (
    Error(400, "no"),
    Error(503, "overloaded"),
    Stream((Data(chunk({"content": "a"})), Cut())),
    Stream((Data(chunk({"content": "a"})), Data({"error": {"message": "no"}}))),
    Stream((Data("not JSON"),)),
    Body("<html>", content_type="text/html"),
)

CONCURRENT = """
async def read():
    return [delta async for delta in client.stream_response("q", "m")]

async def main():
    threads = []
    async def watch():
        while True:
            threads.append(len(os.listdir("/proc/self/task")))
            await asyncio.sleep(0.05)
    watching = asyncio.ensure_future(watch())
    answers = await asyncio.gather(*(read() for _ in range(1_000)))
    watching.cancel()
    print(answers == [["a", "b", "c"]] * 1_000, max(threads) <= 3)

asyncio.run(main())
"""


def printed(run: "subprocess.CompletedProcess[str]") -> str:
    assert (run.returncode, run.stderr) == (0, "")
    return run.stdout.strip()


@pytest.mark.parametrize(
    ("script", "left"),
    [
        pytest.param(CANCELLED, f"{NOTHING_LEFT}\ntasks 1", id="cancelled"),
        pytest.param(FINISHED, NOTHING_LEFT, id="finished"),
        pytest.param(UNREAD, NOTHING_LEFT, id="unread"),
        pytest.param(FAILED, NOTHING_LEFT, id="failed"),
    ],
)
def test_thousands_of_calls_leave_nothing_behind(
    run_script: RunScript, server: FakeServer, script: str, left: str
) -> None:
    waiting = Stream((Data(chunk({"content": "a"})), Hang()))
    failures = itertools.cycle(FAILURES)
    server.default = {
        CANCELLED: waiting,
        FINISHED: Answer("a"),
        UNREAD: lambda request: Flood(100)(request),
        FAILED: lambda request: next(failures),
    }[script]
    assert printed(run_script(COUNTING + script, server.base_url)) == left
    assert server.wait_for_no_connections()


def test_a_thousand_streams_run_in_one_loop(run_script: RunScript, server: FakeServer) -> None:
    server.default = Answer(("a", "b", "c"), delay=0.05)
    assert printed(run_script(COUNTING + CONCURRENT, server.base_url)) == "True True"


def test_a_thousand_streams_run_under_uvloop(run_script: RunScript, server: FakeServer) -> None:
    pytest.importorskip("uvloop", reason="uvloop is not installed")
    server.default = Answer(("a", "b", "c"), delay=0.05)
    script = CONCURRENT.replace("asyncio.run(main())", "import uvloop\nuvloop.run(main())")
    assert printed(run_script(COUNTING + script, server.base_url)) == "True True"


@pytest.mark.parametrize("method", ["spawn", "fork"])
def test_worker_processes_use_their_own_clients(server: FakeServer, method: str, tmp_path: Path) -> None:
    server.default = Answer("so")
    script = """
        import multiprocessing, sys, ai_rust_client

        def ask(url):
            with ai_rust_client.AIClient(base_url=url) as client:
                return client.send_request("q", "m") + "".join(client.stream_response("q", "m"))

        if __name__ == "__main__":
            assert ask(sys.argv[1]) == "soso"
            with multiprocessing.get_context(sys.argv[2]).Pool(2) as pool:
                print(pool.map(ask, [sys.argv[1]] * 8) == ["soso"] * 8)
                pool.close()
                pool.join()
    """
    # Spawned processes import the main module: it has to be a file.
    path = tmp_path / "work.py"
    path.write_text(textwrap.dedent(script), "utf-8")
    command = [sys.executable, "-W", "error", str(path), server.base_url, method]
    run = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert printed(run) == "True"
