"""How long importing core takes in a fresh interpreter, next to a bare one.

    python benchmarks/bench_import.py [--runs 15] [--budget 60]

Prints the best and the median of several runs in milliseconds; exits with 1 when the best of "start-up modules" is over
the budget. Byte code is written, as in an installed package.
"""

import argparse
import os
import statistics
import subprocess
import sys
import time

STARTUP = (
    "backends",
    "commands.chain",
    "copilot.context.page",
    "features.catalogue",
    "keys.dispatcher",
    "keys.keymap",
    "profiling",
    "settings.load",
    "urls",
)
COPILOT = (*STARTUP, "copilot.providers.routing", "copilot.session")

CASES = {
    "bare python": "pass",
    "import minimal_browser_core": "import minimal_browser_core",
    "start-up modules": "import " + ", ".join(f"minimal_browser_core.{name}" for name in STARTUP),
    "and the copilot": "import " + ", ".join(f"minimal_browser_core.{name}" for name in COPILOT),
    "and the offline default": "import "
    + ", ".join(f"minimal_browser_core.{name}" for name in (*COPILOT, "copilot.offline.client")),
}


def run(code: str) -> tuple[float, float]:
    """Milliseconds of the import alone, and of the whole process."""
    script = f"import time\nbegan = time.perf_counter()\n{code}\nprint((time.perf_counter() - began) * 1000)"
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    began = time.perf_counter()
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, env=environ)
    return float(ran.stdout), (time.perf_counter() - began) * 1000


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=15)
    parser.add_argument("--budget", type=float, default=60.0, help="milliseconds")
    options = parser.parse_args()
    for code in CASES.values():
        run(code)  # writes the byte code
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in CASES}
    for _ in range(options.runs):  # in turn, so that a busy machine slows all alike
        for name, code in CASES.items():
            taken[name].append(run(code))
    bare = min(process for _, process in taken["bare python"])
    print(f"{'':<28}{'best':>8}{'median':>8}   process, times bare python")
    for name, times in taken.items():
        imports, processes = zip(*times, strict=True)
        ratio = min(processes) / bare
        print(f"{name:<28}{min(imports):>8.1f}{statistics.median(imports):>8.1f}   {ratio:.2f}")
    best = min(imported for imported, _ in taken["start-up modules"])
    print(f"start-up modules: {best:.1f} ms of {options.budget:.0f} ms")
    return 0 if best <= options.budget else 1


if __name__ == "__main__":
    sys.exit(main())
