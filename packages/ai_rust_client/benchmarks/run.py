"""All benchmarks in one run, in which the contenders take turns.

    python benchmarks/run.py             prints machine, versions, CPU, wall, start, memory and targets
    python benchmarks/run.py --write     also writes them to benchmarks/README.md and README.md
    python benchmarks/run.py --quick     two rounds only, for a first impression
    python benchmarks/run.py --only bulk apart --with openai pyreqwest

It measures the installed ai_rust_client: install a wheel, since an editable build is not optimised.
"""

import argparse
import contextlib
import importlib.metadata
import io
import json
import os
import platform
import sys
import time
import tomllib
import zipfile
from pathlib import Path

import memory
import start
from cases import CASES, TOO_SLOW, Case
from measure import measure
from registry import NAMES, NATIVE, OURS
from report import OVER_HTTP1, markdown, replace, summary
from servers import encrypted, plain
from targets import Results
from workers import HERE, Installed, Worker, build_native, find, native_worker

PROCESSES = ("start", "memory")
START_ROUNDS, MEMORY_ROUNDS = 9, 3


def is_editable(name: str) -> bool:
    """Whether the distribution is an editable install."""
    origin = json.loads(importlib.metadata.distribution(name).read_text("direct_url.json") or "{}")
    return bool(origin.get("dir_info", {}).get("editable"))


def wheel_size() -> float:
    """The size of the package in MB, packed like a wheel."""
    import ai_rust_client

    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        folder = Path(ai_rust_client.__file__).parent
        for path in folder.rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts:
                archive.write(path)
    return len(packed.getvalue()) / 1e6


def processor() -> str:
    """The name of the processor."""
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def reqwest_version() -> str:
    """The locked version of reqwest in `native/`."""
    packages = tomllib.loads((HERE / "native" / "Cargo.lock").read_text(encoding="utf-8"))["package"]
    return next(str(package["version"]) for package in packages if package["name"] == "reqwest")


def introduction(
    cases: list[Case], installed: list[Installed], missing: list[str], before: float, seconds: float
) -> str:
    """The machine, the versions, and what was left out."""
    names = {one.contender.name for one in installed}
    versions = {one.contender.distribution: one.version for one in installed}
    versions["reqwest (native)"] = reqwest_version()
    slow = sorted({f"{name} ({case.title})" for case in cases for name in case.without if name in names})
    kernel = f"{platform.system()} {platform.release().partition('-')[0]}"
    lines = [
        f"{time.strftime('%Y-%m-%d')}. {kernel}, {processor()}, {os.cpu_count()} cores, CPython "
        f"{platform.python_version()}; load {before:.1f} before the run and {os.getloadavg()[0]:.1f} after its "
        f"{seconds / 60:.0f} minutes.",
        ", ".join(f"{name} {version}" for name, version in versions.items()) + ".",
    ]
    if missing:
        lines.append(f"Not installed: {'; '.join(missing)}.")
    if slow:
        lines.append(f"Left out, since they take minutes: {', '.join(slow)}.")
    if any(case.tls for case in cases):
        lines.append(f"TLS is with HTTP/2, or with HTTP/1.1 ({OVER_HTTP1}) if the client's default has no HTTP/2.")
    return "\n".join(lines)


def run_cases(cases: list[Case], installed: list[Installed], programs: Path | None, results: Results) -> None:
    """Measure the cases. `programs` is the folder of the native programs."""
    workers: dict[str, Worker] = {}
    try:
        if programs is not None:
            workers[NATIVE] = native_worker(programs)
        workers |= {one.contender.name: one.worker() for one in installed}
        able = {one.contender.name: one.contender for one in installed}
        with contextlib.ExitStack() as stack:
            servers = {False: stack.enter_context(plain())}
            if programs is not None:
                servers[True] = stack.enter_context(encrypted(programs / "tls_server"))
            for case in cases:
                if case.tls not in servers:
                    continue
                taking_part = {
                    name: worker
                    for name, worker in workers.items()
                    if name not in case.without and (name == NATIVE or case.needs in able[name].can)
                }
                results.costs[case.name] = measure(case, taking_part, servers[case.tls])
    finally:
        for worker in workers.values():
            worker.close()


def parse_options() -> argparse.Namespace:
    """The command line. Raises SystemExit if `--write` is combined with a part of the run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    names = [*(case.name for case in CASES), *PROCESSES]
    parser.add_argument("--quick", action="store_true", help="two rounds of each, for a first impression")
    parser.add_argument("--write", action="store_true", help="write the results to the READMEs")
    parser.add_argument("--only", nargs="+", choices=names, metavar="CASE", default=names, help=", ".join(names))
    parser.add_argument("--with", dest="others", nargs="+", choices=NAMES, metavar="NAME", default=list(NAMES),
                        help=f"besides {OURS}: {', '.join(NAMES)}")  # fmt: skip
    options = parser.parse_args()
    if options.write and (options.quick or options.only != names or options.others != list(NAMES)):
        raise SystemExit("--write needs a complete run: without --quick, --only and --with")
    if options.write and is_editable(OURS):
        raise SystemExit("ai_rust_client is an editable install, which is not optimised; install a wheel")
    return options


def main() -> None:
    """Run, print and write the benchmarks."""
    options = parse_options()
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # without bytecode every import compiles
    before, began = os.getloadavg()[0], time.monotonic()
    installed, missing = find((OURS, *options.others))
    if options.write and missing:
        raise SystemExit(f"--write needs a complete run; not installed: {'; '.join(missing)}")
    results = Results(wheel=wheel_size())
    cases = [case.quick() if options.quick else case for case in CASES if case.name in options.only]
    if cases:
        needs_native = NATIVE in options.others or any(case.tls for case in cases)
        run_cases(cases, installed, build_native() if needs_native else None, results)
    with plain() as server:
        if "start" in options.only:
            rounds = 1 if options.quick else START_ROUNDS
            results.imports = start.imports(installed, rounds)
            results.first_answers = start.first_answers(installed, server, rounds)
            print(f"start: after {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
        if "memory" in options.only:
            rounds = 1 if options.quick else MEMORY_ROUNDS
            results.idle_memory = memory.after_requests(installed, server, rounds, "idle")
            results.requests_memory = memory.after_requests(installed, server, rounds)
            fast = [one for one in installed if one.contender.name not in TOO_SLOW]
            results.run_memory = memory.after_requests(fast, server, 1, "run")
            results.streams_memory = memory.of_streams(installed, server, rounds)
    text = markdown(results, introduction(cases, installed, missing, before, time.monotonic() - began))
    print(text)
    if is_editable(OURS):
        print("\nai_rust_client is an editable install, which is not optimised unless it was built with --release.")
    if options.write:
        replace(HERE / "README.md", text)
        replace(HERE.parent / "README.md", summary(results))


if __name__ == "__main__":
    main()
