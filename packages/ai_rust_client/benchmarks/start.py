"""Fresh interpreters: the cost of an import, and the time to the first answer."""

import resource
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass, field

from servers import Server
from workers import HERE, Installed

BARE = "bare"
_FIRST = """
import sys
sys.path.insert(0, {here!r})
from contenders.{module} import {attribute} as Client
print(Client({url!r}, None).ask([{{"role": "user", "content": "q"}}]))
"""
_FIRST_ASYNC = """
import sys
sys.path.insert(0, {here!r})
import asyncio
from contenders.{module} import {attribute} as Client
async def main():
    client = Client({url!r}, None)
    print(await client.aask([{{"role": "user", "content": "q"}}]))
    await client.aclose()
asyncio.run(main())
"""


@dataclass
class Started:
    """Seconds of each round."""

    cpu: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)

    def median(self, kind: str) -> float:
        return statistics.median(self.cpu if kind == "cpu" else self.wall)


def _fresh(python: str, script: str) -> tuple[float, float]:
    before, wall = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run([python, "-c", script], check=True, stdout=subprocess.DEVNULL, cwd=HERE)
    wall, after = time.perf_counter() - wall, resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, wall


def _interleaved(scripts: dict[str, tuple[str, str]], rounds: int) -> dict[str, Started]:
    took = {name: Started() for name in scripts}
    for number in range(rounds + 1):
        for name, (python, script) in scripts.items():
            cpu, wall = _fresh(python, script)
            if number > 0:  # the first one writes bytecode
                took[name].cpu.append(cpu)
                took[name].wall.append(wall)
    return took


def imports(installed: list[Installed], rounds: int) -> dict[str, Started]:
    """A process that only imports, for each contender, and a bare one."""
    scripts = {one.contender.name: (one.python, one.contender.imports) for one in installed if one.contender.imports}
    return _interleaved({BARE: (sys.executable, "pass"), **scripts}, rounds)


def first_answers(installed: list[Installed], server: Server, rounds: int) -> dict[str, Started]:
    """A process that gets one answer, from its start to its end."""
    scripts = {}
    for one in installed:
        module, _, attribute = one.contender.client.partition(":")
        if one.contender.imports:
            text = _FIRST if "ask" in one.contender.can else _FIRST_ASYNC
            url = f"{server.url}/answer"
            script = text.format(here=str(HERE), module=module, attribute=attribute, url=url)
            scripts[one.contender.name] = (one.python, script)
    return _interleaved(scripts, rounds)
