"""The documents of figures in docs/, each measured and written by one command.

    scripts/nox -s figures                       all of them
    scripts/nox -s figures -- client storage     some

What a name stands for: client, storage, browser, hotspots, and baseline, which takes up what the others measured.
"""

import argparse
import importlib
import os
import subprocess
import sys

NAMES = ("client", "storage", "browser", "hotspots", "baseline")


def main() -> None:
    parser = argparse.ArgumentParser(prog="figures", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(NAMES)}; all unless told")
    parser.add_argument("--rounds", type=int, default=9, help="of each measurement; 9 unless told")
    options = parser.parse_args()
    if unknown := set(options.names) - set(NAMES):
        parser.error(f"there is no {', '.join(sorted(unknown))}; there are {', '.join(NAMES)}")
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # without byte code an import compiles each time
    if len(options.names) == 1:
        importlib.import_module(options.names[0]).make(options.rounds)
        return
    for name in NAMES:
        if name in (options.names or NAMES):
            print(f"measuring: {name}", file=sys.stderr, flush=True)
            # In a process of its own: the packages' benchmarks have modules of the same names.
            subprocess.run([sys.executable, *sys.argv[:1], name, f"--rounds={options.rounds}"], check=True)


if __name__ == "__main__":
    main()
