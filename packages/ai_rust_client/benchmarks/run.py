"""All benchmarks, one after the other.

python benchmarks/run.py [--quick]
"""

import argparse
import importlib.metadata
import os
import platform
import subprocess
import sys
import time
from pathlib import Path

BENCHMARKS = ("requests", "chunks", "history", "many", "start", "memory")
LIBRARIES = ("ai_rust_client", "openai", "httpx2", "aiohttp", "pyreqwest", "httpr", "litellm")


def version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return "absent"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="three rounds of each: a look, not a measurement")
    options = parser.parse_args()
    machine = f"{platform.platform()}, {os.cpu_count()} cores"
    print(f"{time.strftime('%Y-%m-%d')}, {machine}, CPython {platform.python_version()}")
    print(", ".join(f"{name} {version(name)}" for name in LIBRARIES))
    failed = 0
    for name in BENCHMARKS:
        rounds = ["--rounds", "3"] if options.quick and name != "memory" else []
        print(f"\n== {name} ==", flush=True)
        script = Path(__file__).with_name(f"bench_{name}.py")
        failed |= subprocess.run([sys.executable, str(script), *rounds]).returncode
    return failed


if __name__ == "__main__":
    raise SystemExit(main())
