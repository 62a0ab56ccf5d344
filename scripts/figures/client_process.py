"""One client in a separate process, so that CPU and memory are those of the client alone.

    python client_process.py MODULE:CLASS URL         read orders from standard input, one JSON object per line
    python client_process.py MODULE:CLASS URL ORDER   run one order: {"stream": true, "characters": 1000, "calls": 100}

MODULE:CLASS may be `none` for an idle process to compare with.
"""

import importlib
import json
import statistics
import sys
import time
from typing import Any

MODEL = "figures/model"


def obey(client: Any, order: dict[str, Any]) -> dict[str, float]:
    """Run an order; gives the median wall time and the mean CPU time of all threads, in seconds per call."""
    prompt = ("word " * (order["characters"] // 5 + 1))[: order["characters"]]
    messages = [{"role": "user", "content": prompt}]
    walls = []
    cpu = time.process_time()
    for _ in range(order["calls"]):
        start_time = time.perf_counter()
        text = "".join(client.stream(messages, MODEL)) if order["stream"] else client.chat(messages, MODEL).text
        walls.append(time.perf_counter() - start_time)
        if not text:
            raise SystemExit("an answer was empty")
    return {"wall": statistics.median(walls), "cpu": (time.process_time() - cpu) / order["calls"]}


def main(name: str, url: str, order: str | None = None) -> None:
    """Make the client, and run the orders."""
    if name == "none":
        return
    module, _, attribute = name.partition(":")
    client = getattr(importlib.import_module(module), attribute)("key", base_url=url)
    if order is not None:
        obey(client, json.loads(order))
        return
    for line in sys.stdin:
        print(json.dumps(obey(client, json.loads(line))), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
