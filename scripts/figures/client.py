"""docs/RUST_CLIENT_BENCHMARK.md: the native client compared with the Python implementation."""

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
CLIENT_PROCESS = str(Path(__file__).with_name("client_process.py"))
KINDS = {False: ("answer", "whole answer"), True: (f"stream-{CHUNKS}", f"streamed, {CHUNKS} chunks")}
METRICS = {"wall": "Latency, ms a call", "cpu": "CPU, ms a call"}

INTRODUCTION = """\
`ai_rust_client` and `minimal_browser_core.chat.python` make the same calls to a server on this machine, which answers
at once with prepared bytes: the rest is the cost of the client. A model takes seconds for what takes milliseconds
here, so a user who waits for one answer does not notice the difference; the CPU time, which a window needs too, is
noticeable. [The benchmarks of `ai_rust_client`](../packages/ai_rust_client/benchmarks/README.md) compare it with other
libraries.

Each client runs in a separate process, and they take turns. Times are medians of the rounds, with half of the
interquartile range; a ratio is taken within each round and followed by its quartiles."""


MEMORY = """\
The heap is measured by [memray](https://bloomberg.github.io/memray/), minus that of a process that imports neither
client."""


@contextmanager
def workers(url: str) -> Iterator[dict[str, Worker]]:
    """A process for each client."""
    with ExitStack() as stack:
        made = {}
        for name, client in CLIENTS.items():
            made[name] = Worker(name, [sys.executable, CLIENT_PROCESS, client, url])
            stack.callback(made[name].close)
        yield made


class Taken(NamedTuple):
    """Seconds per call, by client, for each round."""

    wall: dict[str, list[float]]
    cpu: dict[str, list[float]]


def calls(server: str, rounds: int) -> dict[tuple[bool, int], Taken]:
    """Times by kind of answer (streamed or not) and length of the prompt in characters."""
    found = {}
    for stream, (path, _) in KINDS.items():
        with workers(f"{server}/{path}") as made:
            for characters in PROMPTS:
                order = {"work": "call", "url": path, "stream": stream, "characters": characters, "calls": 30}
                took = in_turns({name: partial(worker.execute, order) for name, worker in made.items()}, rounds)
                found[stream, characters] = Taken(
                    *({name: [one[metric] for one in some] for name, some in took.items()} for metric in Taken._fields)
                )
    return found


def heap(client: str, url: str, order: dict[str, object]) -> float:
    """The peak heap of the process in MB, as memray measures it."""
    with tempfile.TemporaryDirectory() as folder:
        trace = Path(folder) / "trace.bin"
        command = [
            sys.executable,
            "-m",
            "memray",
            "run",
            "--quiet",
            "--output",
            str(trace),
            CLIENT_PROCESS,
            client,
            url,
        ]
        subprocess.run([*command, json.dumps(order)], check=True, stdout=subprocess.DEVNULL)
        return float(memray.FileReader(trace).metadata.peak_memory) / 1e6


def memory(server: str) -> dict[str, dict[str, float]]:
    """Peak heap in MB above that of an idle process, by kind of answer and client."""
    bare = heap("none", server, {})
    return {
        title: {
            name: heap(client, f"{server}/{path}", {"stream": stream, "characters": 1_000, "calls": 100}) - bare
            for name, client in CLIENTS.items()
        }
        for stream, (path, title) in KINDS.items()
    }


def first_answer(url: str, client: str) -> float:
    """Seconds that a process takes to start, get one answer and exit."""
    order = json.dumps({"stream": False, "characters": 100, "calls": 1})
    start_time = time.perf_counter()
    subprocess.run([sys.executable, CLIENT_PROCESS, client, url, order], check=True)
    return time.perf_counter() - start_time


def make(rounds: int) -> None:
    """Measure, and write the document."""
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
        rows.append([f"peak heap, 100 calls, {what} (MB)", *map(document.number, heaps.values()),
                     f"{document.number(heaps[PYTHON] / heaps[RUST])}x"])  # fmt: skip
    better["start"] = ratio(started[PYTHON], started[RUST])
    rows.append(["a fresh process: start, first answer, exit (ms)", *in_ms(started), document.times(better["start"])])
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
            f"Its smallest gain of {len(better)} metrics is {worst}: {document.times(better[worst])}.",
        ],
        ("ai_rust_client", "minimal_browser_core", "httpx2", "memray"),
    )
    latency = {name: spread(took[False, 1_000].wall[name]).median * 1e3 for name in CLIENTS}
    document.save("client", {"improvement": verdict.improvement, "latency_ms": latency})


def in_ms(seconds: dict[str, list[float]]) -> list[str]:
    """The cells of a row of times."""
    return [document.cost([value * 1e3 for value in seconds[name]]) for name in CLIENTS]
