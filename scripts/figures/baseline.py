"""docs/BASELINE_METRICS.md: what the browser costs today, and how that compares with the project's targets."""

import json
import os
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import NamedTuple

import document
from rounds import in_turns, ratio
from verdict import CONSIDER, GO, ROLLBACK, judge

BACKENDS = {"Python": "python", "Rust": "rust"}
BUNDLE = document.ROOT / "dist" / "minimal-browser.AppDir"

INTRODUCTION = """\
What the browser costs today: the start of a process up to its first page, its memory, and the five metrics that the
project set targets for. Other documents show where [the time goes](HOTSPOTS.md), and how the
[client](RUST_CLIENT_BENCHMARK.md), the [store](STORAGE_BENCHMARK.md) and the [whole browser](BROWSER_BENCHMARK.md)
compare."""


class Start(NamedTuple):
    """One process that starts, loads its start page and exits."""

    wall: float  # seconds
    spans: dict[str, float]  # milliseconds; for an instant, since the start of the process
    table: str


def start(backend: str) -> Start:
    """Start the browser once."""
    env = {"QT_QPA_PLATFORM": "offscreen", **os.environ}
    env |= {"MINIMAL_BROWSER_AI_BACKEND": backend, "MINIMAL_BROWSER_STORAGE_BACKEND": backend}
    with tempfile.TemporaryDirectory() as folder:
        trace = Path(folder) / "trace.json"
        command = [sys.executable, "-m", "minimal_browser", "--temp-profile", "--exit-after-load"]
        start_time = time.perf_counter()
        done = subprocess.run(
            [*command, "--trace-startup", str(trace)], check=True, env=env, capture_output=True, text=True
        )
        wall = time.perf_counter() - start_time
        events = json.loads(trace.read_text())["traceEvents"]
    spans = {event["name"]: event.get("dur", event["ts"]) / 1e3 for event in events if event["ph"] in "Xi"}
    return Start(wall, spans, done.stdout.partition("Trace saved")[0].rstrip())


def bundle_size() -> float:
    """MB of the folder; the targets of links count once."""
    if not BUNDLE.is_dir():
        raise SystemExit(f"{BUNDLE.relative_to(document.ROOT)} does not exist: run `scripts/nox -s bundle` first")
    return sum(file.lstat().st_size for file in BUNDLE.rglob("*") if not file.is_dir()) / 1e6


def packed() -> float:
    """MB of the archive next to the folder."""
    (archive,) = BUNDLE.parent.glob("minimal-browser-*.tar.xz")
    return archive.stat().st_size / 1e6


def success(size: float) -> str:
    """The table of targets: the figures before the project, the targets, and today's figures."""
    client, storage, browser = (document.load(name) for name in ("client", "storage", "browser"))
    latency, query, paint, memory = client["latency_ms"], storage["query_ms"], browser["paint_ms"], browser["memory_mb"]
    ours, native, bare = "this browser, in Python", "this browser, Rust modules", "bare QWebEngineView"

    def row(name: str, before: float, target: float, unit: str, today: dict[str, float], meaning: str) -> list[str]:
        figures = ", ".join(f"{who} {document.number(value)}".strip() for who, value in today.items())
        by = [who for who, value in today.items() if value < target]
        met = "met" if len(by) == len(today) else f"met by {by[0]}" if by else "**missed**"
        return [name, f"{before:g} {unit}", f"under {target:g} {unit}", f"{figures} {unit}: {met}", meaning]

    rows = [
        row("AI request latency", 85, 30, "ms", latency,
            "What the client adds to a request of 1,000 characters whose answer is not streamed."),
        row("Cold start", 4200, 3000, "ms", {"Python": paint[ours], "Rust": paint[native]},
            "From the start of the process to the first paint of a local page."),
        row("Memory", 165, 135, "MB", {"Python": memory[ours], "Rust": memory[native]},
            f"All processes, shared pages counted once. A bare `QWebEngineView` uses {memory[bare]:.0f} MB, "
            "which the browser cannot reduce."),
        row("Storage query", 45, 5, "ms", {name: query[name] for name in BACKENDS},
            "Searching 10,000 conversations for a word that most of them contain; minimal_browser 0.x, with a JSON log "
            "takes "
            f"{document.number(query['JSON log'])} ms."),
        row("Binary size", 285, 250, "MB", {"": size},
            "The folder that `scripts/nox -s bundle` makes, Python included; most of it is Chromium. "
            f"Packed it is {packed():.0f} MB."),
    ]  # fmt: skip
    return document.table(["metric", "before", "target", "today", "what it means"], rows, left=5)


def decisions() -> str:
    """The table of decisions on the native modules."""
    rows = []
    for module, name, page in (("ai_rust_client", "client", "RUST_CLIENT"), ("storage_rust", "storage", "STORAGE")):
        found = judge(document.load(name)["improvement"])
        rollback = "roll back" if found.rollback else "no"
        rows.append(
            [f"[`{module}`]({page}_BENCHMARK.md)", f"{document.number(found.improvement)}x", found.decision, rollback]
        )
    return document.table(["module", "better than Python, geometric mean", "decision", "roll back?"], rows, left=4)


def make(rounds: int) -> None:
    """Measure, and write the document."""
    document.refuse_editable("ai_rust_client", "storage_rust")
    size = bundle_size()
    starts = in_turns({name: partial(start, backend) for name, backend in BACKENDS.items()}, rounds)
    head = ["", *BACKENDS, "Python, of Rust"]
    walls = {name: [one.wall for one in some] for name, some in starts.items()}
    rows = [["start, load, end", *(document.cost([wall * 1e3 for wall in walls[name]]) for name in BACKENDS),
             document.times(ratio(walls["Python"], walls["Rust"]))]]  # fmt: skip
    for span in starts["Python"][-1].spans:
        took = {name: [one.spans[span] for one in some] for name, some in starts.items()}
        rows.append([span, *map(document.cost, took.values()), document.times(ratio(*took.values()))])
    middle = sorted(starts["Python"], key=lambda one: one.wall)[len(starts["Python"]) // 2]
    document.write(
        "BASELINE_METRICS",
        "The baseline",
        "scripts/nox -s figures -- baseline",
        [
            INTRODUCTION,
            "## The start",
            "Milliseconds, offscreen, with a fresh profile, counted from the start of the process.",
            document.table(head, rows),
            "The median start in Python, as `--exit-after-load --trace-startup` reports it:",
            f"```text\n{middle.table}\n```",
            "## Targets",
            success(size),
            RULE,
            decisions(),
            CONCLUSION,
        ],
        ("minimal-browser", "minimal_browser_core", "ai_rust_client", "storage_rust", "PyQt6"),
    )


RULE = f"""\
## The rule

A native module is judged by how many times better it is than its Python implementation: over {GO:g}x go, from
{CONSIDER:g}x to {GO:g}x consider, under {CONSIDER:g}x abort; independently of that, a module under {ROLLBACK:g}x is
rolled back. The figure of a module is the geometric mean of everything that its document measures, losses included
(`scripts/figures/verdict.py`)."""

CONCLUSION = """\
A rollback is a setting, not a release: `MINIMAL_BROWSER_AI_BACKEND=python` and
`MINIMAL_BROWSER_STORAGE_BACKEND=python`, or the same in [the settings](reference/settings.md), turn a module off
while it stays installed; omitting the extra has the same effect. The files do not change, since both
implementations write one format."""
