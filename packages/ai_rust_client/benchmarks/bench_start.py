"""Import time and start to first answer, in fresh interpreters, over what a bare interpreter takes.

python benchmarks/bench_start.py [--rounds 15]
"""

import argparse
import os
import resource
import subprocess
import sys
import time

import peers
from measure import Run, load, measure, server, target

IMPORTS = {
    "bare": "pass",
    "ai_rust_client": "import ai_rust_client",
    "compat": "from ai_rust_client.compat import OpenAI",
    "pyreqwest": "import pyreqwest.client",
    "httpr": "import httpr",
    "aiohttp": "import aiohttp",
    "httpx2": "import httpx2",
    "openai": "import openai",
    "litellm": "import litellm",
}
FIRST_ANSWER = """
import ai_rust_client
print(ai_rust_client.AIClient("key", base_url={url!r}).send_request("q", "m"))
"""


def fresh(script: str) -> Run:
    def run() -> tuple[float, float]:
        before, wall = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        subprocess.run([sys.executable, "-c", script], check=True, stdout=subprocess.DEVNULL)
        wall, after = time.perf_counter() - wall, resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, wall

    return run


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=15)
    options = parser.parse_args()
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"  # its import would else ask the internet
    names = ["bare", *peers.present([name for name in IMPORTS if name != "bare"])]
    print(f"a fresh interpreter, {options.rounds} rounds, {load()}")
    with server() as address:
        runs = {name: fresh(IMPORTS[name]) for name in names}
        runs["first answer"] = fresh(FIRST_ANSWER.format(url=f"{address}/answer"))
        costs = measure(runs, 1, options.rounds)
        bare = costs["bare"]
        print(f"\nover a bare interpreter ({bare.cpu * 1e3:.1f} ms of CPU, {bare.wall * 1e3:.1f} ms of wall)")
        for name, cost in sorted(costs.items(), key=lambda item: item[1].cpu):
            if name != "bare":
                cpu, wall = (cost.cpu - bare.cpu) * 1e3, (cost.wall - bare.wall) * 1e3
                print(f"  {name:16} CPU {cpu:8.1f} ms   wall {wall:8.1f} ms")
        target("import, over bare", (costs["ai_rust_client"].cpu - bare.cpu) * 1e3, 5, unit="ms of CPU")
        target("process start to first answer", costs["first answer"].wall * 1e3, 30, unit="ms of wall")


if __name__ == "__main__":
    main()
