"""An unread stream takes a bounded amount of memory; the shared suite tests the rest."""

import json
import select
import sys
import time
from collections.abc import Callable, Iterator
from subprocess import CompletedProcess

import pytest

from ai_rust_client import AIClient, ResponseStream, compat
from minimal_browser_core.testing.chat_conformance.backpressure import COUNT, IN_SYSTEM_BUFFERS, PIECE, Flood
from minimal_browser_core.testing.fake_server import DONE, Data, FakeServer, Step, chunk

RunScript = Callable[..., "CompletedProcess[str]"]

UNREAD = """
import json, os, sys, time
import ai_rust_client

def memory():
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

def settled():
    last = 0
    while memory() > last + 100_000:
        last = memory()
        time.sleep(0.5)
    return memory()

client = ai_rust_client.AIClient(base_url=sys.argv[1])
client.models()
before = memory()
stream = client.stream_response("q", "m")
next(stream)
unread = settled() - before
# The text is kept. What else is needed to read it must not grow with it.
size = 1 + sum(1 for _ in stream)
print(json.dumps({"unread": unread, "size": size, "text": len(stream.text)}))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
def test_an_unread_stream_of_200_mb_takes_a_few_mb(run_script: RunScript, server: FakeServer) -> None:
    flood = Flood(6400)
    server.script.append(flood)
    run = run_script(UNREAD, server.base_url)
    assert run.stderr == ""
    result = json.loads(run.stdout)
    assert result["unread"] < 20e6
    assert (result["size"], result["text"]) == (6400, 6400 * len(PIECE))


def test_chunks_that_compat_does_not_read_stay_with_the_server(server: FakeServer) -> None:
    flood = Flood()
    server.script.append(flood)
    with compat.OpenAI(api_key="key", base_url=server.base_url) as client:
        stream = client.chat.completions.create(messages=[{"role": "user", "content": "q"}], model="m", stream=True)
        chunks = iter(stream)
        size = len(next(chunks).choices[0].delta.content or "")
        assert flood.wait_until_blocked() < IN_SYSTEM_BUFFERS
        for chunk in chunks:
            size += len(chunk.choices[0].delta.content or "") if chunk.choices else 0
    assert size == COUNT * len(PIECE)


TOOL_CALL = Data(chunk({"tool_calls": [{"index": 0, "id": "c", "function": {"name": "f", "arguments": PIECE}}]}))
OTHER_CHOICE = Data({"choices": [{"index": 1, "delta": {"content": PIECE}}]})
UNKNOWN_FIELD = Data(chunk({"unknown": PIECE}))
END = (Data(chunk({}, finish_reason="stop")), DONE)


class SilentFlood(Flood):
    """A flood that begins with `first`, and then has no event until its end."""

    def __init__(self, *steps: Step, first: tuple[Step, ...]) -> None:
        super().__init__(1500)
        self.silent_steps = steps
        self.first = first

    def _steps(self) -> Iterator[Step]:
        yield from self.first
        for _ in range(self.count):
            yield from self.silent_steps
            self.sent += len(PIECE)
            self._changed.set()
        yield Data(chunk({"content": "last"}))
        yield from END


def read_by_iteration(stream: ResponseStream) -> list[str]:
    return list(stream)


def read_by_descriptor(stream: ResponseStream) -> list[str]:
    texts: list[str] = []
    while not texts or texts[-1] != "last":
        select.select([stream.fileno()], [], [], 30)
        texts += [event.text for event in stream.drain() if event.kind == "text"]
    return texts


def read_by_polling(stream: ResponseStream) -> list[str]:
    texts: list[str] = []
    while not texts or texts[-1] != "last":
        time.sleep(0.005)
        texts += [event.text for event in stream.drain() if event.kind == "text"]
    return texts


@pytest.mark.parametrize("step", [TOOL_CALL, OTHER_CHOICE, UNKNOWN_FIELD], ids=["tool call", "choice", "field"])
@pytest.mark.parametrize("first", [(), (Data(chunk({"content": "first"})),)], ids=["nothing", "text"])
@pytest.mark.parametrize("read", [read_by_iteration, read_by_descriptor, read_by_polling])
def test_what_comes_in_no_event_stays_with_the_server_until_a_reader_waits(
    server: FakeServer, step: Step, first: tuple[Step, ...], read: Callable[[ResponseStream], list[str]]
) -> None:
    flood = SilentFlood(step, first=first)
    server.script.append(flood)
    with AIClient(base_url=server.base_url, max_buffered_bytes=256 << 10) as client:
        stream = client.stream_response("q", "m")
        assert flood.wait_until_blocked() < IN_SYSTEM_BUFFERS
        assert read(stream) == [*(["first"] if first else []), "last"]
