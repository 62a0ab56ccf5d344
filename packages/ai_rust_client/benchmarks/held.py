"""The memory of a process, in MB. Linux only, since it reads /proc. Imports little, since that counts too.

python held.py idle|requests|run|streams MODULE:CLASS|bare URL
"""

import os
import sys

from contenders.basics import QUESTION
from contenders.loading import load

CALLS = {"idle": 1, "requests": 100, "run": 10_000, "streams": 100}
SETTLED = 1.5
"""Seconds after which all streams are open and receive chunks."""


def resident() -> float:
    """The resident memory of this process."""
    with open("/proc/self/statm", encoding="ascii") as statm:  # noqa: PTH123  pathlib is more than all of this file
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def requests(client: type, url: str, count: int) -> None:
    """Print the memory after some requests."""
    contender = client(url, None)
    for _ in range(count):
        contender.ask(QUESTION)
    print(resident())


def streams(client: type, url: str, count: int) -> None:
    """Print the memory that open streams add. Exits before they end."""
    import asyncio

    async def together() -> float:
        contender = client(url, None)
        before = resident()
        reading = [asyncio.create_task(contender.aread(QUESTION)) for _ in range(count)]
        done, _ = await asyncio.wait(reading, timeout=SETTLED)
        if done:
            raise SystemExit(f"{len(done)} of {count} streams have ended, but all should be open")
        return resident() - before

    with asyncio.Runner() as runner:
        print(runner.run(together()), flush=True)
        os._exit(0)


def main(kind: str, client: str, url: str) -> None:
    """Measure one contender, or a bare interpreter."""
    if client == "bare":
        print(resident())
    else:
        (streams if kind == "streams" else requests)(load(client), url, CALLS[kind])


if __name__ == "__main__":
    main(*sys.argv[1:])
