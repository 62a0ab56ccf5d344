"""Memory: after 100 requests, and with 100 paced streams open, over a bare interpreter; each peer in its own process.

python benchmarks/bench_memory.py
"""

import argparse
import asyncio
import subprocess
import sys
from pathlib import Path

import peers
from measure import load, server, target


def resident() -> float:
    """MB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 1e6


def inside(kind: str, name: str, url: str) -> None:
    """What a process of its own does; prints what it holds."""
    if kind == "requests" and name != "bare":
        ask = peers.ASK[name](url)
        for _ in range(100):
            ask(peers.QUESTION)
    if kind == "streams" and name != "bare":
        asyncio.run(streams(peers.AREAD[name](url)))
    else:
        print(resident())


async def streams(read: peers.AsyncAsk) -> None:
    before = resident()
    reading = [asyncio.create_task(read(peers.QUESTION)) for _ in range(100)]
    await asyncio.sleep(1)
    print(resident() - before)
    await asyncio.gather(*reading)
    await peers.close()


def outside(kind: str, name: str, url: str) -> float:
    command = [sys.executable, __file__, "--inside", kind, name, url]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()[-1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--inside", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inside:
        inside(*options.inside)
        return
    if not Path("/proc/self/statm").exists():
        raise SystemExit("bench_memory reads /proc, which this system does not have")
    print(f"memory, {load()}")
    with server() as address:
        bare = outside("requests", "bare", "")
        print(f"\nafter 100 requests, over a bare interpreter with this script ({bare:.1f} MB)")
        held = {name: outside("requests", name, f"{address}/answer") - bare for name in peers.present(peers.ASK)}
        for name, megabytes in sorted(held.items(), key=lambda item: item[1]):
            print(f"  {name:16} {megabytes:8.1f} MB")
        target("after 100 requests", held["ai_rust_client"], 10, unit="MB")
        print("\n100 streams open, a chunk every 5 ms, over the same process before")
        held = {name: outside("streams", name, f"{address}/paced-400") for name in peers.present(peers.AREAD)}
        for name, megabytes in sorted(held.items(), key=lambda item: item[1]):
            print(f"  {name:16} {megabytes:8.1f} MB")
        target("100 paced streams", held["ai_rust_client"], 20, unit="MB")


if __name__ == "__main__":
    main()
