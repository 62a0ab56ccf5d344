"""CPU and wall time of a streamed chunk of text, in two loads: in writes of 16 KiB, and a write for each chunk.

python benchmarks/bench_chunks.py [--rounds 9] [--chunks 2000]
"""

import argparse

import peers
from measure import Cost, Run, compare, load, measure, server, table

RUST_PEERS = ("pyreqwest", "httpr")


def runs(url: str, chunks: int, native: peers.Native | None) -> dict[str, Run]:
    def once(name: str, read: peers.Ask) -> Run:
        def run() -> None:
            got = read(peers.QUESTION)
            if got != chunks:
                raise SystemExit(f"{name} gave {got} chunks of {chunks}")

        return run

    made = {name: once(name, peers.READ[name](url)) for name in peers.present(peers.READ)}
    if native:
        made["native"] = lambda: native.run("stream", url, 1)
    return made


def targets(costs: dict[str, Cost]) -> None:
    compare(costs, "CPU, of native", "ai_rust_client", "native", 1.6)
    compare(costs, "CPU of openai, of ours", "openai", "ai_rust_client", 30, least=True)
    compare(costs, "CPU of openai, of our events", "openai", "as events", 15, least=True)
    if best := min(((costs[name].cpu, name) for name in RUST_PEERS if name in costs), default=None):
        compare(
            costs, f"CPU of {best[1]}, the best Rust-backed peer, of ours", best[1], "ai_rust_client", 2, least=True
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--chunks", type=int, default=2000, help="chunks a stream")
    options = parser.parse_args()
    native = peers.native()
    print(f"a chunk: streams of {options.chunks}, {options.rounds} rounds, {load()}")
    with server() as address:
        for kind, what in (("stream", "in writes of 16 KiB"), ("apart", "a write for each chunk")):
            made = runs(f"{address}/{kind}-{options.chunks}", options.chunks, native)
            costs = measure(made, options.chunks, options.rounds)
            table(f"{what}, per chunk", costs)
            targets(costs)
    if native:
        native.close()


if __name__ == "__main__":
    main()
