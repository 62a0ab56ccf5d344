"""CPU per streamed chunk, ai_rust_client against the OpenAI library.

    python benchmarks/bench_stream_cpu.py [--chunks 1000] [--rounds 20]

Both read the same streams from one fake server on loopback, which runs in a process of its own, in turns, in one run.
What counts is the CPU time of this process, all of its threads, per chunk of text handed to Python: the median of the
rounds. Two loads: "apart", where each chunk is a write of its own (each may cost a wake-up), and "in bulk", where 32
chunks are one write. Exits with 1 where the OpenAI library takes less than 10 times as much. Needs openai and
minimal_browser_core, and an optimised build of ai_rust_client.
"""

import argparse
import contextlib
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import openai

import ai_rust_client
from minimal_browser_core.testing.fake_server import chunk

TARGET = 10
QUESTION = "Tell me a long story."
MODEL = "bench/model"
WORD = "word "

Read = Callable[[str], int]


def script(chunks: int, per_write: int) -> dict[str, object]:
    event = f"data: {json.dumps(chunk({'content': WORD}, model=MODEL))}\n\n"
    last = f"data: {json.dumps(chunk({}, finish_reason='stop', model=MODEL))}\n\ndata: [DONE]\n\n"
    steps = [{"step": "bytes", "data": event * per_write}] * (chunks // per_write)
    return {"default": {"reply": "stream", "steps": [*steps, {"step": "bytes", "data": last}]}}


@contextlib.contextmanager
def server(replies: dict[str, object]) -> Iterator[str]:
    """The base URL of a server in another process."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "script.json"
        path.write_text(json.dumps(replies))
        command = [sys.executable, "-m", "minimal_browser_core.testing.fake_server", "--script", str(path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            try:
                yield process.stdout.readline().strip()
            finally:
                process.terminate()


def native(base_url: str) -> Read:
    client = ai_rust_client.AIClient("key", base_url=base_url)
    return lambda prompt: sum(1 for _ in client.stream_response(prompt, MODEL))


def native_events(base_url: str) -> Read:
    client = ai_rust_client.AIClient("key", base_url=base_url)
    return lambda prompt: sum(event.text != "" for event in client.stream_response(prompt, MODEL).events())


def openai_library(base_url: str) -> Read:
    client = openai.OpenAI(api_key="key", base_url=base_url)

    def read(prompt: str) -> int:
        messages: list[openai.types.chat.ChatCompletionMessageParam] = [{"role": "user", "content": prompt}]
        stream = client.chat.completions.create(messages=messages, model=MODEL, stream=True)
        return sum(1 for part in stream if part.choices and part.choices[0].delta.content)

    return read


READERS = {"native": native, "native, as events": native_events, "openai": openai_library}


def measure(base_url: str, chunks: int, rounds: int) -> dict[str, float]:
    """Microseconds of CPU per chunk."""
    readers = {name: make(base_url) for name, make in READERS.items()}
    seconds: dict[str, list[float]] = {name: [] for name in readers}
    for number in range(rounds + 1):
        for name, read in readers.items():
            before = time.process_time()
            count = read(QUESTION)
            used = time.process_time() - before
            if count != chunks:
                raise SystemExit(f"{name} gave {count} chunks of {chunks}")
            if number > 0:  # the first round connects
                seconds[name].append(used)
    return {name: statistics.median(used) / chunks * 1e6 for name, used in seconds.items()}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--chunks", type=int, default=992, help="chunks a stream; a multiple of 32")
    parser.add_argument("--rounds", type=int, default=20)
    options = parser.parse_args()
    chunks = max(32, options.chunks - options.chunks % 32)
    missed = False
    for load, per_write in (("apart", 1), ("in bulk", 32)):
        with server(script(chunks, per_write)) as base_url:
            microseconds = measure(base_url, chunks, options.rounds)
        for name, value in microseconds.items():
            ratio = microseconds["openai"] / value
            print(f"{load:8} {name:18} {value:8.2f} us a chunk   openai takes {ratio:5.1f} times as much")
        missed |= microseconds["openai"] < TARGET * microseconds["native"]
    print(f"target: openai takes at least {TARGET} times as much as native: {'missed' if missed else 'met'}")
    return int(missed)


if __name__ == "__main__":
    raise SystemExit(main())
