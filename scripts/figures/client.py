"""docs/RUST_CLIENT_BENCHMARK.md: the native client beside its twin in Python, for what the browser asks of it."""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import NamedTuple

import document
import memray
import plot
from rounds import Spread, in_turns, ratio, spread
from verdict import judge_module

BENCHMARKS = document.ROOT / "packages" / "ai_rust_client" / "benchmarks"
sys.path.append(str(BENCHMARKS))
from servers import plain  # noqa: E402
from workers import Worker  # noqa: E402

PYTHON, RUST = "Python", "Rust"
CLIENTS = {PYTHON: "minimal_browser_core.chat.python.client:PythonAIClient", RUST: "ai_rust_client:AIClient"}
PROMPTS = (100, 1_000, 10_000)  # characters
CHUNKS = 200  # of a streamed answer
HEAD = ["", PYTHON, RUST, "Python, of Rust"]
EXCHANGE = str(Path(__file__).with_name("exchange.py"))
KINDS = {False: ("answer", "whole answer"), True: (f"stream-{CHUNKS}", f"streamed, {CHUNKS} chunks")}
METRICS = {"wall": "Latency, ms a call", "cpu": "CPU, ms a call"}

INTRODUCTION = """\
The same calls of one interface, `send_request` and `stream_response` in all but name, by `ai_rust_client` and by
`minimal_browser_core.chat.python`, against a server on this machine that answers at once with bytes made beforehand:
what is left is what the client costs. A model takes seconds for what is milliseconds here, so that a person who
waits for one answer notices none of this; what is noticed is the processor that a window shares with it. How
`ai_rust_client` compares with other libraries stands in [its
benchmarks](../packages/ai_rust_client/benchmarks/README.md).

Each client has a process of its own, and they take turns. Times are medians of the rounds, with half of the range
between the quartiles; a ratio is taken within each round, and its quartiles stand behind it."""


MEMORY = """\
The heap is what [memray](https://bloomberg.github.io/memray/) counts, over a process that imports neither client."""


@contextmanager
def workers(url: str) -> Iterator[dict[str, Worker]]:
    with ExitStack() as stack:
        made = {}
        for name, client in CLIENTS.items():
            made[name] = Worker(name, [sys.executable, EXCHANGE, client, url])
            stack.callback(made[name].close)
        yield made


class Taken(NamedTuple):
    """Seconds of a call, by client, round by round."""

    wall: dict[str, list[float]]
    cpu: dict[str, list[float]]


def calls(server: str, rounds: int) -> dict[tuple[bool, int], Taken]:
    """By whether the answer is streamed, and the characters of the prompt."""
    found = {}
    for stream, (path, _) in KINDS.items():
        with workers(f"{server}/{path}") as made:
            for characters in PROMPTS:
                order = {"work": "call", "url": path, "stream": stream, "characters": characters, "calls": 30}
                took = in_turns({name: partial(worker.obey, order) for name, worker in made.items()}, rounds)
                found[stream, characters] = Taken(
                    *({name: [one[metric] for one in some] for name, some in took.items()} for metric in Taken._fields)
                )
    return found


def heap(client: str, url: str, order: dict[str, object]) -> float:
    """The most that the process had allocated at once, in MB, as memray counts it."""
    with tempfile.TemporaryDirectory() as folder:
        trace = Path(folder) / "trace.bin"
        command = [sys.executable, "-m", "memray", "run", "--quiet", "--output", str(trace), EXCHANGE, client, url]
        subprocess.run([*command, json.dumps(order)], check=True, stdout=subprocess.DEVNULL)
        return float(memray.FileReader(trace).metadata.peak_memory) / 1e6


def memory(server: str) -> dict[str, dict[str, float]]:
    """MB over a process that does nothing, by what was done and by client."""
    bare = heap("none", server, {})
    return {
        title: {
            name: heap(client, f"{server}/{path}", {"stream": stream, "characters": 1_000, "calls": 100}) - bare
            for name, client in CLIENTS.items()
        }
        for stream, (path, title) in KINDS.items()
    }


def first_answer(url: str, client: str) -> float:
    """Seconds from the start of a process to its end, with one answer between."""
    order = json.dumps({"stream": False, "characters": 100, "calls": 1})
    begun = time.perf_counter()
    subprocess.run([sys.executable, EXCHANGE, client, url, order], check=True)
    return time.perf_counter() - begun


def make(rounds: int) -> None:
    document.refuse_editable("ai_rust_client")
    with plain() as server:
        took = calls(server.url, rounds)
        held = memory(server.url)
        started = in_turns(
            {name: partial(first_answer, f"{server.url}/answer", it) for name, it in CLIENTS.items()}, rounds
        )
    better: dict[str, Spread] = {}
    tables = []
    for metric, title in METRICS.items():
        rows = []
        for (stream, characters), taken in took.items():
            seconds = getattr(taken, metric)
            what = f"{KINDS[stream][1]}, prompt of {characters:,}"
            better[f"{metric}, {what}"] = ratio(seconds[PYTHON], seconds[RUST])
            rows.append([what, *in_ms(seconds), document.times(better[f"{metric}, {what}"])])
        tables.append(f"## {title}\n\n{document.table(HEAD, rows)}")
    rows = []
    for what, heaps in held.items():
        better[f"heap, {what}"] = ratio([heaps[PYTHON]], [heaps[RUST]])
        rows.append([f"heap at its most, 100 calls, {what} (MB)", *map(document.number, heaps.values()),
                     f"{document.number(heaps[PYTHON] / heaps[RUST])}x"])  # fmt: skip
    better["start"] = ratio(started[PYTHON], started[RUST])
    rows.append(["a fresh process to its first answer and end (ms)", *in_ms(started), document.times(better["start"])])
    groups = [f"{KINDS[stream][1]}, prompt of {characters:,}" for stream, characters in took]
    series = {name: [spread(taken.cpu[name]).median * 1e3 for taken in took.values()] for name in CLIENTS}
    chart = "CPU of a call, by length of the prompt"
    verdict = judge_module({metric: times.median for metric, times in better.items()})
    worst = min(better, key=lambda metric: better[metric].median)
    document.write(
        "RUST_CLIENT_BENCHMARK",
        "The native client, measured",
        "scripts/nox -s figures -- client",
        [
            INTRODUCTION,
            plot.bars(document.FIGURES / "client.svg", chart, groups, series, "ms"),
            *tables,
            f"## Memory and start\n\n{document.table(HEAD, rows)}\n\n{MEMORY}",
            f"## The decision\n\n{document.RULE} {document.verdict('`ai_rust_client`', verdict)}\n\n"
            f"The least of its {len(better)} metrics is {worst}: {document.times(better[worst])}.",
        ],
        ("ai_rust_client", "minimal_browser_core", "httpx2", "memray"),
    )
    latency = {name: spread(took[False, 1_000].wall[name]).median * 1e3 for name in CLIENTS}
    document.keep("client", {"improvement": verdict.improvement, "latency_ms": latency})


def in_ms(seconds: dict[str, list[float]]) -> list[str]:
    return [document.cost([value * 1e3 for value in seconds[name]]) for name in CLIENTS]
