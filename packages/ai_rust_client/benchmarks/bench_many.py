"""A hundred streams of 200 chunks at once in one event loop.

python benchmarks/bench_many.py [--rounds 7] [--streams 100] [--chunks 200]
"""

import argparse
import asyncio

import peers
from measure import Run, compare, load, measure, server, table


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--streams", type=int, default=100)
    parser.add_argument("--chunks", type=int, default=200)
    options = parser.parse_args()
    native = peers.native()
    print(f"{options.streams} streams of {options.chunks} chunks at once, {options.rounds} rounds, {load()}")
    with server() as address, asyncio.Runner() as runner:
        url = f"{address}/stream-{options.chunks}"

        def together(name: str, read: peers.AsyncAsk) -> Run:
            async def all_() -> None:
                got = await asyncio.gather(*(read(peers.QUESTION) for _ in range(options.streams)))
                if got != [options.chunks] * options.streams:
                    raise SystemExit(f"{name} lost chunks")

            return lambda: runner.run(all_())

        runs = {name: together(name, peers.AREAD[name](url)) for name in peers.present(peers.AREAD)}
        if native:
            runs["native"] = lambda: native.run("many", url, options.streams)
        costs = measure(runs, 1, options.rounds)
        runner.run(peers.close())
        table("all of them", costs, "ms", 1e3)
        compare(costs, "wall, of native", "ai_rust_client", "native", 2.5, kind="wall")
        compare(costs, "wall of openai, of ours", "openai", "ai_rust_client", 20, kind="wall", least=True)
    if native:
        native.close()


if __name__ == "__main__":
    main()
