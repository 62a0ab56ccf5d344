"""One client in a process of its own: CPU and memory are this process's, and of nothing else.

    python exchange.py MODULE:CLASS URL           orders on standard input, a line of JSON each, answered in a line
    python exchange.py MODULE:CLASS URL ORDER     that order alone: {"stream": true, "characters": 1000, "calls": 100}

MODULE:CLASS may be `none`: a process that only waits, to compare with.
"""

import importlib
import json
import statistics
import sys
import time
from typing import Any

MODEL = "figures/model"


def obey(client: Any, order: dict[str, Any]) -> dict[str, float]:
    """Of a call: wall seconds, their median; and CPU seconds of all threads."""
    prompt = ("word " * (order["characters"] // 5 + 1))[: order["characters"]]
    messages = [{"role": "user", "content": prompt}]
    walls = []
    cpu = time.process_time()
    for _ in range(order["calls"]):
        begun = time.perf_counter()
        text = "".join(client.stream(messages, MODEL)) if order["stream"] else client.chat(messages, MODEL).text
        walls.append(time.perf_counter() - begun)
        if not text:
            raise SystemExit("an answer was empty")
    return {"wall": statistics.median(walls), "cpu": (time.process_time() - cpu) / order["calls"]}


def main(name: str, url: str, order: str | None = None) -> None:
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
