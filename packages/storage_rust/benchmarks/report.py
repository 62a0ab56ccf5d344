"""The results as Markdown, for the terminal and for the README."""

import importlib.metadata
import os
import platform
import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import corpus
from contenders import DISTRIBUTIONS, MODULES
from history import PAGES
from results import OURS, Key, Results, shown, table
from stages import queries
from startup import is_release
from steady import PARTS
from targets import verdicts

README = Path(__file__).with_name("README.md")
BEGIN, END = "<!-- results -->", "<!-- end of results -->"
LOADS = {
    "rows readable": "rows readable",
    "rows alone": "rows alone, not searchable",
    "with the index": "rows and index",
    "with triggers": "rows and index, by triggers",
    "rows, then a rebuild": "rows and index, by a rebuild at the end",
    "past its API": "rows and index, past its API",
    "one writing of the file": "one writing of the file",
}


def machine() -> str:
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in DISTRIBUTIONS)
    build = "release" if is_release() else "EDITABLE: NOT OPTIMISED, MEANS NOTHING"
    return (
        f"{time.strftime('%Y-%m-%d')}, {platform.platform(terse=True)}, {platform.machine()}, {os.cpu_count()} cores, "
        f"CPython {platform.python_version()} with SQLite {sqlite3.sqlite_version}. {versions}. "
        f"storage_rust as a {build} build."
    )


def load() -> str:
    return " / ".join(f"{value:.1f}" for value in os.getloadavg()) if hasattr(os, "getloadavg") else "unknown"


def report(found: Results, header: str) -> str:
    return "\n\n".join([header, *sections(found), "### Targets", verdicts(found)])


def sections(found: Results) -> Iterator[str]:
    names = list(MODULES)
    for size in found.sizes():
        if size == PAGES:
            continue
        yield f"### {size:,} conversations"
        times = [f"search: {query.name}" for query in queries("rows")]
        times += [f"search: {query.name}, from the disk" for query in queries("rows")]
        times += ["first search of a process (rows)", "open and first page"]
        times += [f"append: {how}{when}" for how in ("normal", "full") for when in ("", ", just opened")]
        yield f"Milliseconds, p50 / p99.\n\n{table('', names, [(name, both(found, size, name)) for name in times])}"
        rates = [(text, value(found, size, f"load: {how}")) for how, text in LOADS.items()]
        yield f"Bulk loading, rows a second.\n\n{table('', names, rates)}"
        weights = {
            "files over the raw text": "size",
            "of the file free after loading, %": "free",
            "memory of searching, MiB": "memory of searching (rows)",
            "memory of loading, MiB": "memory of the load",
        }
        yield table("", names, [(text, value(found, size, what)) for text, what in weights.items()])
        chinese = [
            (query.name + when, both(found, size, f"search: {query.name}{when}"))
            for when in ("", ", from the disk")
            for query in queries("cjk")
        ]
        chinese.append(("files over the raw text", value(found, size, "size of Chinese")))
        if found.p50(Key(size, f"search: {queries('cjk')[0].name}")) is not None:
            yield f"Chinese, {size:,} conversations; milliseconds, p50 / p99.\n\n{table('', names, chinese)}"
        if found.p50(Key(size, "steady append")) is not None:
            parts = [f"{part} of {PARTS}" for part in range(1, PARTS + 1)]
            steady = [
                ("appends", lambda name, size=size: f"{len(found.samples[Key(size, 'steady append', name)]):,}"),
                ("p50 / p99, ms", both(found, size, "steady append")),
                ("worst, ms", lambda name, size=size: shown(max(found.samples[Key(size, "steady append", name)]))),
                *((f"p50 / p99, ms, {part}", both(found, size, f"steady append, {part}")) for part in parts),
                *(
                    (f"segments of the index, after {part}", value(found, size, f"index segments: after {part}"))
                    for part in parts
                ),
                ("segments of the index, most", value(found, size, "index segments: most")),
                ("segments of the index, at the end", value(found, size, "index segments: at the end")),
            ]
            yield f"Steady writing.\n\n{table('', [OURS, 'sqlite3'], steady)}"
    if PAGES in found.sizes():
        names_typed = [*corpus.TYPED, "the first of a process"]
        typed = [(name, both(found, PAGES, f"complete: {name}")) for name in names_typed]
        typed.append(("memory, MiB", value(found, PAGES, "memory of completing")))
        text = f"### Address bar, {PAGES:,} pages\n\nMilliseconds, p50 / p99."
        yield f"{text}\n\n{table('typed', [OURS, 'core', 'LIKE'], typed)}"
    if found.values.get(Key(0, "import")) is not None:
        importing = table("", names, [("import over bare Python, ms", value(found, 0, "import"))])
        yield f"### Start and size\n\n{importing}\n\nThe wheel has {shown(found.values.get(Key(0, 'wheel')))} MB."


def both(found: Results, size: int, what: str) -> Callable[[str], str]:
    def cell(name: str) -> str:
        key = Key(size, what, name)
        count = len(found.samples.get(key, ()))
        if not count:
            return ""
        return f"{shown(found.p50(key))} / {shown(found.p99(key))}" if count > 1 else shown(found.p50(key))

    return cell


def value(found: Results, size: int, what: str) -> Callable[[str], str]:
    return lambda name: shown(found.values.get(Key(size, what, name)))


def write(text: str) -> None:
    """Into the README, between its two marks."""
    before, _, rest = README.read_text().partition(BEGIN)
    _, mark, after = rest.partition(END)
    if not mark:
        raise SystemExit(f"{README} has lost its marks {BEGIN} and {END}")
    README.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{after}")
