"""The memory of processes in MB: after one, 100 and 10,000 requests, and with 100 paced streams open."""

import statistics
import subprocess
import sys

from servers import Server
from workers import HERE, Installed

PACED_CHUNKS = 1000
BARE = "bare"


def _held(python: str, kind: str, client: str, url: str) -> float:
    command = [python, str(HERE / "held.py"), kind, client, url]
    return float(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.split()[-1])


def after_requests(installed: list[Installed], server: Server, rounds: int, kind: str = "requests") -> dict[str, float]:
    """Relative to a bare interpreter, which is included under its name. `kind` is one of those of `held.CALLS`."""
    url = f"{server.url}/answer"
    bare = statistics.median(_held(sys.executable, kind, BARE, url) for _ in range(rounds))
    held = {BARE: bare}
    for one in installed:
        if "ask" in one.contender.can:
            values = [_held(one.python, kind, one.contender.client, url) for _ in range(rounds)]
            held[one.contender.name] = statistics.median(values) - bare
    return held


def of_streams(installed: list[Installed], server: Server, rounds: int) -> dict[str, float]:
    """Relative to the same process before it opened the streams."""
    url = f"{server.url}/paced-{PACED_CHUNKS}"
    held = {}
    for one in installed:
        if {"ask", "aask"} & set(one.contender.can) and "aread" in one.contender.can:
            values = [_held(one.python, "streams", one.contender.client, url) for _ in range(rounds)]
            held[one.contender.name] = statistics.median(values)
    return held
