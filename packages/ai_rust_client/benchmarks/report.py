"""Formats a run as Markdown, for the terminal and for the README."""

import statistics
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from cases import CASES, Case
from measure import Costs
from registry import NAMES, NATIVE, OURS, RUST_BACKED
from start import BARE
from targets import Judged, Results, judge

BEGIN, END = "<!-- results: begin -->", "<!-- results: end -->"
SCALE = {"us": 1e6, "ms": 1e3}
OVER_HTTP1 = "¹"


def number(value: float) -> str:
    """Three significant digits."""
    size = abs(value)
    return f"{value:,.0f}" if size >= 100 else f"{value:.1f}" if size >= 10 else f"{value:.2f}"


def table(head: list[str], rows: Iterable[list[str]], left: int = 1) -> str:
    """A Markdown table whose first `left` columns are left-aligned."""
    lines = [head, *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]

    def row(cells: list[str]) -> str:
        padded = (
            cell.ljust(width) if column < left else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(cells, widths, strict=True))
        )
        return f"| {' | '.join(padded)} |"

    rule = ["-" * width if column < left else "-" * (width - 1) + ":" for column, width in enumerate(widths)]
    return "\n".join([row(head), row(rule), *(row(cells) for cells in lines[1:])])


def _cells(values: Mapping[str, float], columns: list[str], mark: Callable[[str], str] = lambda _: "") -> list[str]:
    """The smallest value is bold."""
    least = min(values.values())
    shown = {name: f"**{number(value)}**" if value == least else number(value) for name, value in values.items()}
    return [shown[name] + mark(name) if name in shown else "" for name in columns]


def _costs(results: Results, kind: str) -> str:
    measured = [case for case in CASES if case.name in results.costs]
    columns = [name for name in NAMES if any(name in results.costs[case.name] for case in measured)]
    extra = ["server", "spread"] if kind == "cpu" else ["spread"]

    def row(case: Case) -> list[str]:
        costs, scale = results.costs[case.name], SCALE[case.unit]
        values = {name: cost.median(kind) * scale for name, cost in costs.items()}
        cells = _cells(values, columns, lambda name: OVER_HTTP1 if case.tls and not costs[name].http2 else "")
        server = [number(statistics.median(cost.median("server") for cost in costs.values()) * scale)]
        return [f"{case.title} ({case.unit})", *cells, *(server if kind == "cpu" else []), _spread(costs, kind)]

    return table(["", *columns, *extra], [row(case) for case in measured])


def _spread(costs: dict[str, Costs], kind: str) -> str:
    spreads = [cost.spread(kind) for cost in costs.values()]
    return f"{statistics.median(spreads):.0%}, {max(spreads):.0%}"


def _processes(results: Results) -> str:
    rows: dict[str, dict[str, float]] = {}
    if results.imports:
        for kind in ("cpu", "wall"):
            bare = results.imports[BARE].median(kind)
            rows[f"import, over bare Python: {kind.replace('cpu', 'CPU')} (ms)"] = {
                name: (took.median(kind) - bare) * 1e3 for name, took in results.imports.items() if name != BARE
            }
    if results.first_answers:
        rows["process start to first answer and end: wall (ms)"] = {
            name: took.median("wall") * 1e3 for name, took in results.first_answers.items()
        }
    for title, memory in (
        ("memory of an idle client, after one request", results.idle_memory),
        ("memory after 100 requests", results.requests_memory),
        ("memory after 10,000 requests", results.run_memory),
    ):
        if memory:
            rows[f"{title}, over bare Python (MB)"] = {name: held for name, held in memory.items() if name != BARE}
    if results.streams_memory:
        rows["memory of 100 streams with a chunk every 5 ms (MB)"] = results.streams_memory
    columns = [name for name in NAMES if any(name in values for values in rows.values())]
    return table(["", *columns], [[title, *_cells(values, columns)] for title, values in rows.items()])


def _target(one: Judged) -> list[str]:
    titles = {case.name: case.title for case in CASES}
    limit = f"{'at least' if one.least else 'at most'} {one.limit:g} {one.unit}".replace(" x", "x")
    unit = one.unit if one.unit == "x" else f" {one.unit}"
    quartiles = f" ({number(one.low)} to {number(one.high)})" if one.low < one.high else ""
    verdict = ("met" if one.met else "**missed**") + (", close" if one.close else "")
    return [one.text, titles.get(one.case, ""), limit, f"{number(one.value)}{unit}{quartiles}", verdict]


def _targets(results: Results) -> str:
    judged = judge(results)
    met = sum(one.met for one in judged)
    rows = table(["target", "where", "limit", "measured (quartiles)", ""], [_target(one) for one in judged], left=2)
    return f"{met} of {len(judged)} are met.\n\n{rows}"


def markdown(results: Results, intro: str) -> str:
    """The whole report."""
    sections = [intro]
    if results.costs:
        sections += ["### CPU", _costs(results, "cpu"), "### Wall", _costs(results, "wall")]
    if results.imports or results.requests_memory:
        sections += ["### Start, and memory", _processes(results)]
    return "\n\n".join([*sections, "### Targets", _targets(results)])


SUMMARY = ("request", "arequest", "bulk", "varied", "apart", "tls_bulk", "first", "later", "many")


def summary(results: Results) -> str:
    """The CPU of a few cases, for the package's README."""

    def row(case: Case) -> list[str]:
        costs, scale = results.costs[case.name], SCALE[case.unit]
        best = min((costs[name].median(), name) for name in RUST_BACKED if name in costs)
        ours, openai, native = (costs[name].median() for name in (OURS, "openai", NATIVE))
        peer = f"{number(best[0] * scale)} ({best[1]})"
        values = [number(value * scale) for value in (ours, native)]
        return [f"{case.title} ({case.unit})", *values, peer, number(openai * scale), f"{openai / ours:.0f}x"]

    head = [
        "CPU",
        "ai_rust_client",
        "reqwest without Python",
        "best other Rust client",
        "openai",
        "openai / ai_rust_client",
    ]
    return table(head, [row(case) for case in CASES if case.name in SUMMARY])


def replace(path: Path, text: str) -> None:
    """Replace the text between the markers of the file."""
    whole = path.read_text(encoding="utf-8")
    before, begin, rest = whole.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise SystemExit(f"{path} has no {BEGIN} and {END} to write the results between")
    path.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{after}", encoding="utf-8")
