"""Measure and write the documents of figures in docs/.

    scripts/nox -s figures                       all documents
    scripts/nox -s figures -- client storage     some of them

The names are client, storage, browser, hotspots, and baseline, which also uses what the others measured.
"""

import argparse
import importlib
import os
import subprocess
import sys

NAMES = ("client", "storage", "browser", "hotspots", "baseline")


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="figures", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(NAMES)} (default: all)")
    parser.add_argument("--rounds", type=int, default=9, help="of each measurement (default: 9)")
    options = parser.parse_args()
    if unknown := set(options.names) - set(NAMES):
        parser.error(f"there is no document {', '.join(sorted(unknown))}; choose from {', '.join(NAMES)}")
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # without byte code every import compiles
    if len(options.names) == 1:
        importlib.import_module(options.names[0]).make(options.rounds)
        return
    for name in NAMES:
        if name in (options.names or NAMES):
            print(f"measuring: {name}", file=sys.stderr, flush=True)
            # In a separate process, because the packages' benchmarks have modules of the same names.
            subprocess.run([sys.executable, *sys.argv[:1], name, f"--rounds={options.rounds}"], check=True)


if __name__ == "__main__":
    main()
