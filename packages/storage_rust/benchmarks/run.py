"""Run all benchmarks of the store, in which the contenders take turns, and print tables and targets.

python benchmarks/run.py                      # 10k, 100k and 1M conversations
python benchmarks/run.py --quick              # 10k and few rounds: not a measurement
python benchmarks/run.py --dir DIR --write    # keep the stores for the next run; write the results to README.md
python benchmarks/run.py --sizes 1M --only steady --steady 60
"""

import argparse
import contextlib
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import report
import startup
from clock import CPU
from contenders import MODULES
from history import complete
from results import Results
from stages import Effort, append, open_and_look, search
from steady import steady
from stores import build, made_by

STAGES = ("search", "open", "append", "history", "startup", "steady")
# The others would take hours or too much memory with a million conversations.
LARGE, ABOVE = ("storage_rust", "sqlite3", "apsw", "sqlite-utils", "tantivy"), 100_000
CJK, CJK_SIZE = ("storage_rust", "sqlite3", "tantivy", "JSON log"), 100_000
UNITS = {"k": 1_000, "M": 1_000_000}


def size(text: str) -> int:
    number, unit = (text[:-1], UNITS[text[-1]]) if text[-1:] in UNITS else (text, 1)
    if not number.isdigit() or int(number) * unit < 100:
        raise argparse.ArgumentTypeError(f"{text!r} is not a size: use 10k, 100k or 1M, at least 100")
    return int(number) * unit


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", metavar="SIZE,SIZE", help="default 10k,100k,1M")
    parser.add_argument("--quick", action="store_true", help="10k unless --sizes says otherwise, and few rounds")
    parser.add_argument("--dir", type=Path, help="keep the stores here (about 15 GB); default: a temporary folder")
    parser.add_argument("--only", default=",".join(STAGES), help=f"some of {','.join(STAGES)}; default all")
    parser.add_argument("--contenders", default=",".join(MODULES), help=f"some of {','.join(MODULES)}; default all")
    parser.add_argument("--steady", type=float, default=0, metavar="MINUTES", help="how long to write; default 0")
    parser.add_argument("--cpu", action="store_true", help="measure CPU time, for a busy machine")
    parser.add_argument("--write", action="store_true", help="write the results to README.md")
    options = parser.parse_args()
    options.only, options.contenders = options.only.split(","), options.contenders.split(",")
    for name, known in (("only", STAGES), ("contenders", tuple(MODULES))):
        if unknown := set(getattr(options, name)) - set(known):
            parser.error(f"--{name}: there is no {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    try:
        options.sizes = [
            size(text) for text in (options.sizes or ("10k" if options.quick else "10k,100k,1M")).split(",")
        ]
    except argparse.ArgumentTypeError as error:
        parser.error(str(error))
    return options


@contextlib.contextmanager
def working_folder(chosen: Path | None) -> Iterator[Path]:
    if chosen is None:
        with tempfile.TemporaryDirectory(prefix="storage_rust-benchmarks-") as folder:
            yield Path(folder)
    else:
        chosen.mkdir(parents=True, exist_ok=True)
        yield chosen.resolve()


def measure_stores(options: argparse.Namespace, found: Results, folder: Path, count: int, effort: Effort) -> None:
    names = [name for name in options.contenders if count <= ABOVE or name in LARGE]
    rows, cjk = folder / f"rows-{count}", folder / f"cjk-{count}"
    rows.mkdir(exist_ok=True)
    if set(options.only) & {"search", "open", "append"} or ("steady" in options.only and options.steady):
        build(found, names, rows, "rows", count)
    if "search" in options.only:
        print(f"searching {count:,}", flush=True)
        search(found, names, rows, "rows", count, effort)
        if count == CJK_SIZE or options.quick:
            cjk.mkdir(exist_ok=True)
            able = [name for name in names if name in CJK]
            build(found, able, cjk, "cjk", count)
            search(found, able, cjk, "cjk", count, effort)
    if "open" in options.only:
        open_and_look(found, names, rows, count, effort)
    if "append" in options.only:
        print(f"appending to {count:,}", flush=True)
        append(found, names, rows, count, effort)
    if "steady" in options.only and options.steady:
        print(f"writing steadily to {count:,} for {options.steady:g} minutes", flush=True)
        steady(found, rows, count, options.steady)


def check_write(options: argparse.Namespace) -> None:
    """Only results of a release build on an idle machine may be written to the README."""
    if options.write and (options.cpu or options.quick):
        raise SystemExit("--write excludes --cpu and --quick: the targets are wall-clock times, and p99 needs samples")
    if options.write and not startup.is_release():
        raise SystemExit(
            "storage_rust is an editable build, which is not optimised: install it as a wheel, then --write"
        )


def measure(options: argparse.Namespace, found: Results) -> None:
    effort = Effort(2, 20, 0.1) if options.quick else Effort(5, 80, 0.2)
    with working_folder(options.dir) as folder:
        for count in options.sizes:
            measure_stores(options, found, folder, count, effort)
        if "history" in options.only:
            complete(found, folder, *effort)
    if "startup" in options.only:
        startup.imports(found, 5 if options.quick else 21)
        startup.wheel(found)


def main() -> None:
    options = arguments()
    check_write(options)
    found, start = Results(), time.monotonic()
    header = f"{report.machine()} Load at the start {report.load()}"
    if options.cpu:
        os.environ[CPU] = "1"
        header += ", CPU time"
    print(header, flush=True)
    measure(options, found)
    header += f", at the end {report.load()}; {(time.monotonic() - start) / 60:.0f} minutes."
    if options.dir and not options.cpu and not options.quick:
        file, version = options.dir / "results.json", made_by()
        if found.complete_from(file, version):
            header += " Missing values are from earlier runs with the same versions."
        found.save(file, version)
    text = report.report(found, header)
    print(f"\n{text}")
    if options.write:
        report.write(text)


if __name__ == "__main__":
    main()
