"""An unread stream takes a bounded amount of memory; the shared suite tests the rest."""

import json
import sys
from collections.abc import Callable
from subprocess import CompletedProcess

import pytest

from ai_rust_client import compat
from minimal_browser_core.testing.chat_conformance.backpressure import COUNT, IN_SYSTEM_BUFFERS, PIECE, Flood
from minimal_browser_core.testing.fake_server import FakeServer

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
