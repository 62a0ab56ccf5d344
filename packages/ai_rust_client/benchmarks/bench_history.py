"""A long conversation: 490 messages, 1 MB of JSON. The first turn, and later turns that add two messages.

    python benchmarks/bench_history.py [--rounds 7]

The messages of a first turn are objects that no client has seen before. `native` sends a body made beforehand.
"""

import argparse
import copy

import peers
from measure import Run, compare, load, measure, server, table

TURNS = 245
LATER = 5


def conversation() -> peers.Messages:
    text = 'The quick brown fox „jumps“ over the lazy dog, "twice"; then it rests.\n' * 28
    roles = ("user", "assistant")
    return [{"role": roles[n % 2], "content": f"{n}: {text}"} for n in range(2 * TURNS)]


def first_turn(ask: peers.Ask, supply: list[peers.Messages]) -> Run:
    def run() -> None:
        ask(supply.pop())

    return run


def later_turns(ask: peers.Ask, messages: peers.Messages) -> Run:
    ask(messages)

    def run() -> None:
        for _ in range(LATER):
            messages.extend(({"role": "assistant", "content": "It rests."}, {"role": "user", "content": "And then?"}))
            ask(messages)

    return run


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    native = peers.native()
    messages = conversation()
    size = len(peers.body(messages))
    print(f"a history of {len(messages)} messages, {size / 1e6:.2f} MB, {options.rounds} rounds, {load()}")
    names = peers.present(peers.ASK)
    with server() as address:
        url = f"{address}/answer"
        asks = {name: peers.ASK[name](url) for name in names}
        for first in (True, False):
            runs: dict[str, Run] = {}
            for name, ask in asks.items():
                if first:
                    runs[name] = first_turn(ask, [copy.deepcopy(messages) for _ in range(options.rounds + 1)])
                else:
                    runs[name] = later_turns(ask, copy.deepcopy(messages))
            turns = 1 if first else LATER
            if native:
                runs["native"] = lambda turns=turns: native.run("history", url, turns, size)  # type: ignore[misc]
            costs = measure(runs, turns, options.rounds)
            table("first turn" if first else "later turns, each", costs, "ms", 1e3)
            if first:
                compare(costs, "CPU of openai, of ours", "openai", "ai_rust_client", 50, least=True)
            else:
                compare(costs, "CPU of openai, of ours", "openai", "ai_rust_client", 150, least=True)
                compare(costs, "CPU, of native with a body made beforehand", "ai_rust_client", "native", 1.5)
    if native:
        native.close()


if __name__ == "__main__":
    main()
