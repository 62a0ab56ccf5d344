"""What all documents of figures have in common: where they are, how they came about, and their tables."""

import contextlib
import importlib.metadata
import json
import os
import platform
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from rounds import Spread, spread
from verdict import Verdict

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
FIGURES = DOCS / "figures"
RULE = "By the [rule](BASELINE_METRICS.md#the-rule) of the project's checklist:"


def write(name: str, title: str, command: str, parts: Iterable[str], distributions: Sequence[str]) -> None:
    """docs/NAME.md, with the command and the circumstances of the run on top."""
    head = f"# {title}\n\nWritten by `{command}`: change that, not this page. {circumstances(distributions)}"
    (DOCS / f"{name}.md").write_text("\n\n".join([head, *parts]) + "\n", encoding="utf-8")


def circumstances(distributions: Sequence[str]) -> str:
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in distributions)
    kernel = f"{platform.system()} {platform.release().partition('-')[0]}"
    load = f"; load {os.getloadavg()[0]:.1f} at its end" if hasattr(os, "getloadavg") else ""
    return (
        f"{time.strftime('%Y-%m-%d')}, {kernel}, {processor()}, {os.cpu_count()} cores, CPython "
        f"{platform.python_version()}{load}. {versions}."
    )


def processor() -> str:
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def refuse_editable(*distributions: str) -> None:
    """An editable build of a native module is not optimised: SystemExit."""
    for name in distributions:
        origin = json.loads(importlib.metadata.distribution(name).read_text("direct_url.json") or "{}")
        if origin.get("dir_info", {}).get("editable"):
            raise SystemExit(f"{name} is an editable build, which is not optimised: use scripts/nox -s figures")


def number(value: float) -> str:
    """Three digits that count."""
    size = abs(value)
    return f"{value:,.0f}" if size >= 100 else f"{value:.1f}" if size >= 10 else f"{value:.2f}"


def cost(values: Sequence[float]) -> str:
    """A median, and half of the range between the quartiles as a share of it."""
    low, median, high = spread(values)
    return f"{number(median)} ± {(high - low) / 2 / median:.0%}" if median else number(median)


def times(one: Spread) -> str:
    return f"{number(one.median)}x ({number(one.low)} to {number(one.high)})"


def verdict(module: str, one: Verdict) -> str:
    what = {"go": "**go** (over 3x)", "consider": "**consider** (1x to 3x)", "abort": "**abort** (under 1x)"}
    rollback = "under 2x: **roll back**" if one.rollback else "2x or more: no rollback"
    return f"{module}: {number(one.improvement)}x on the whole (geometric mean). {what[one.decision]}; {rollback}."


def table(head: Sequence[str], rows: Iterable[Sequence[str]], left: int = 1) -> str:
    """Markdown; the first `left` columns hold words, the others figures."""
    lines = [list(head), ["---" if column < left else "--:" for column in range(len(head))], *map(list, rows)]
    return "\n".join("|" + "|".join(f" {cell} " if cell else " " for cell in line) + "|" for line in lines)


def keep(name: str, values: dict[str, Any]) -> None:
    """What another document takes up; `date` is added."""
    FIGURES.mkdir(exist_ok=True)
    text = json.dumps({"date": time.strftime("%Y-%m-%d"), **values}, indent=2)
    (FIGURES / f"{name}.json").write_text(text + "\n", encoding="utf-8")


def kept(name: str) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads((FIGURES / f"{name}.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SystemExit(f"docs/figures/{name}.json is missing: run `scripts/nox -s figures -- {name}` first") from None
    return found
