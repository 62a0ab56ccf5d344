"""CPU and wall time of a small request, sync and async, one after the other on one connection.

python benchmarks/bench_requests.py [--rounds 9] [--count 50]
"""

import argparse
import asyncio

import peers
from measure import Run, compare, load, measure, server, table


def sync_runs(url: str, count: int, native: peers.Native | None) -> dict[str, Run]:
    def repeat(ask: peers.Ask) -> Run:
        def run() -> None:
            for _ in range(count):
                ask(peers.QUESTION)

        return run

    runs = {name: repeat(peers.ASK[name](url)) for name in peers.present(peers.ASK)}
    if native:
        runs["native"] = lambda: native.run("request", url, count)
    return runs


def async_runs(url: str, count: int, native: peers.Native | None, runner: asyncio.Runner) -> dict[str, Run]:
    def repeat(ask: peers.AsyncAsk) -> Run:
        async def all_() -> None:
            for _ in range(count):
                await ask(peers.QUESTION)

        return lambda: runner.run(all_())

    runs = {name: repeat(peers.AASK[name](url)) for name in peers.present(peers.AASK)}
    if native:
        runs["native"] = lambda: native.run("request", url, count)
    return runs


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--count", type=int, default=50, help="requests a round")
    options = parser.parse_args()
    native = peers.native()
    print(f"a request: {options.count} a round, {options.rounds} rounds, {load()}")
    with server() as address:
        url = f"{address}/answer"
        costs = measure(sync_runs(url, options.count, native), options.count, options.rounds)
        table("sync, per request", costs)
        compare(costs, "CPU, of native", "ai_rust_client", "native", 1.5)
        compare(costs, "CPU of openai, of ours", "openai", "ai_rust_client", 15, least=True)
        compare(costs, "wall, of native", "ai_rust_client", "native", 1.5, kind="wall")
        with asyncio.Runner() as runner:
            costs = measure(async_runs(url, options.count, native, runner), options.count, options.rounds)
            runner.run(peers.close())
        table("async, per request", costs)
        compare(costs, "CPU, of native", "ai_rust_client", "native", 2.5)
        compare(costs, "CPU of openai, of ours", "openai", "ai_rust_client", 15, least=True)
    if native:
        native.close()


if __name__ == "__main__":
    main()
