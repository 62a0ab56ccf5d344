"""docs/HOTSPOTS.md: where the time goes at start-up and in repeated operations, in Python and in Rust."""

import cProfile
import os
import pstats
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import document
from rounds import Spread, in_turns, ratio, spread

sys.path.append(str(document.ROOT / "packages" / "ai_rust_client" / "benchmarks"))
sys.path.append(str(document.ROOT / "packages" / "storage_rust" / "benchmarks"))
import corpus
from servers import plain

import ai_rust_client
import storage_rust
from minimal_browser.toolkit import markdown
from minimal_browser_core.chat.python.client import PythonAIClient
from minimal_browser_core.storage.python.stores.conversations import PythonConversationStore

PYTHON, RUST = "Python", "Rust"
SLOW = 0.1  # seconds
LISTED = 8  # functions of a profile
STORED = 10_000  # conversations
CHUNKS = 2_000
MODEL = "figures/model"
Work = Callable[[], object]

INTRODUCTION = """\
The four operations that were candidates for Rust, as the browser uses them: both implementations run each in turns,
without a profiler; `cProfile` then profiles the Python implementation, which makes it slower."""


class Operation(NamedTuple):
    """A repeated operation; `rust` is None if no native module implements it."""

    title: str
    python: Work
    rust: Work | None
    repeated: int = 1


class Result(NamedTuple):
    """The measurements of an operation."""

    seconds: Spread
    improvement: Spread | None
    profile: pstats.Stats


def seconds(work: Work, repeated: int) -> float:
    """The mean time of a call."""
    start_time = time.perf_counter()
    for _ in range(repeated):
        work()
    return (time.perf_counter() - start_time) / repeated


def measure(operation: Operation, rounds: int) -> Result:
    """Time both implementations, and profile the one in Python."""
    works = {PYTHON: operation.python} | ({RUST: operation.rust} if operation.rust else {})
    took = in_turns({name: partial(seconds, work, operation.repeated) for name, work in works.items()}, rounds)
    profile = cProfile.Profile()
    for _ in range(operation.repeated):
        profile.runcall(operation.python)
    better = ratio(took[PYTHON], took[RUST]) if RUST in took else None
    return Result(spread(took[PYTHON]), better, pstats.Stats(profile))


def operations(folder: Path, url: str) -> list[Operation]:
    """The operations, with stores in `folder` and a server at `url`."""
    clients: dict[str, Any] = {
        PYTHON: PythonAIClient("key", base_url=url),
        RUST: ai_rust_client.AIClient("key", base_url=url),
    }
    streams = {
        name: type(client)("key", base_url=url.replace("answer", f"stream-{CHUNKS}"))
        for name, client in clients.items()
    }
    stores: dict[str, Any] = {
        PYTHON: PythonConversationStore(folder / "python.db"),
        RUST: storage_rust.ConversationStore(folder / "rust.db"),
    }
    rows = [{"prompt": row.prompt, "response": row.response, "model": row.model} for row in corpus.rows(STORED)]
    for store in stores.values():
        store.add_many(rows)
    question = [{"role": "user", "content": "Why is the sky blue?"}]
    history = [{"role": "user", "content": row["response"]} for row in rows[:500]]
    answer = "\n\n".join(
        f"## {row['prompt'][:30]}\n\n- **{row['response'][:300]}**\n\n```py\nx = 1\n```" for row in rows[:40]
    )

    def of_both(title: str, work: Callable[[str], object], repeated: int = 1) -> Operation:
        return Operation(title, partial(work, PYTHON), partial(work, RUST), repeated)

    return [
        of_both("AI HTTP client: a request and its answer", lambda name: clients[name].chat(question, MODEL), 50),
        of_both(
            f"JSON: a streamed answer of {CHUNKS:,} chunks", lambda name: "".join(streams[name].stream(question, MODEL))
        ),
        of_both("JSON: a question after 500 messages", lambda name: clients[name].chat(history, MODEL), 5),
        of_both(
            f"storage: search for a common word in {STORED:,}", lambda name: stores[name].search(corpus.WORDS[0]), 5
        ),
        of_both(
            "storage: one more conversation",
            lambda name: stores[name].add_conversation("a prompt", "its answer", MODEL),
            50,
        ),
        Operation("HTML: an answer of 40 sections, from Markdown", partial(markdown.render, answer), None),
    ]


def start_up(folder: Path) -> pstats.Stats:
    """The profile that the browser itself writes with PROFILE=1."""
    env = {"QT_QPA_PLATFORM": "offscreen", **os.environ, "PROFILE": "1"}
    command = [sys.executable, "-m", "minimal_browser", "--temp-profile", "--exit-after-load"]
    subprocess.run(command, check=True, cwd=folder, env=env, stdout=subprocess.DEVNULL)
    return pstats.Stats(str(folder / "profile.stats"))


class Function(NamedTuple):
    """A function in a profile."""

    name: str
    calls: int
    own: float
    """Seconds, without what it calls."""
    whole: float


def functions(profile: pstats.Stats) -> list[Function]:
    """Every function of a profile."""
    entries: dict[tuple[str, int, str], Any] = profile.stats  # type: ignore[attr-defined]
    return [Function(named(place), calls, own, whole) for place, (_, calls, own, whole, _) in entries.items()]


def named(place: tuple[str, int, str]) -> str:
    """The last two parts of the file name, and the function; a C function has no file."""
    file, line, function = place
    return f"`{'/'.join(Path(file).parts[-2:])}: {function}`" if line else f"`{function}`"


def listed(profile: pstats.Stats) -> str:
    """A table of the functions that take the most time themselves."""
    some = functions(profile)
    total = sum(function.own for function in some)
    most = sorted(some, key=lambda function: -function.own)[:LISTED]
    rows = [[one.name, f"{one.calls:,}", document.number(one.own * 1e3), f"{one.own / total:.0%}"] for one in most]
    return document.table(["function", "calls", "own time, ms", "share"], rows)


def slow(profile: pstats.Stats) -> str:
    """A table of the functions whose cumulative time is above `SLOW`."""
    some = [one for one in functions(profile) if one.whole > SLOW]
    rows = [
        [one.name, document.number(one.whole * 1e3)] for one in sorted(some, key=lambda one: -one.whole)[: 2 * LISTED]
    ]
    return document.table(["function", "cumulative time, ms"], rows)


def make(rounds: int) -> None:
    """Measure, and write the document."""
    document.refuse_editable("ai_rust_client", "storage_rust")
    with tempfile.TemporaryDirectory() as folder, plain() as server:
        started = start_up(Path(folder))
        found = {one.title: measure(one, rounds) for one in operations(Path(folder), f"{server.url}/answer")}
    rows = [
        [
            title,
            document.number(one.seconds.median * 1e3),
            document.number(one.seconds.median / one.improvement.median * 1e3) if one.improvement else "",
            document.times(one.improvement) if one.improvement else "no such module",
        ]
        for title, one in found.items()
    ]
    parts = [f"### {title}\n\n{listed(one.profile)}" for title, one in found.items()]
    document.write(
        "HOTSPOTS",
        "Where the time goes",
        "scripts/nox -s figures -- hotspots",
        [
            INTRODUCTION,
            "## Repeated operations",
            document.table(["", "Python, ms", "Rust, ms", "Python, of Rust"], rows),
            "## The start",
            f"Offscreen, under the profiler: the functions above {SLOW * 1e3:.0f} ms, including what they call:",
            slow(started),
            "and those that take the most time themselves:",
            listed(started),
            START,
            "## Inside the operations, in Python",
            *parts,
        ],
        ("minimal_browser_core", "ai_rust_client", "storage_rust"),
    )


START = """\
`join` and `close` wait for threads at the end of so short a run, which complete work they have started, such as
creating the copilot. Loading and starting Qt and Chromium are single calls. The same as a timeline, with memory by
process: `minimal-browser --temp-profile --exit-after-load --trace-startup trace.json`."""
