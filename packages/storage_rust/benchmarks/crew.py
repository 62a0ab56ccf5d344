"""The processes of the contenders, seen from the process that conducts them."""

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from contenders import BORROWS

WORKER = Path(__file__).with_name("worker.py")


class ContenderError(Exception):
    """A contender's process ended before it answered; what it said stands above, on standard error."""


class Process:
    """One `worker.py`. It answers one call after the other."""

    def __init__(self, name: str, folder: Path, kind: str, count: int) -> None:
        self.name = name
        command = [sys.executable, str(WORKER), name, str(folder), kind, str(count)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=clean())
        self._answer()

    def __call__(self, method: str, **arguments: Any) -> Any:
        assert self.process.stdin
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.write(json.dumps([method, arguments]) + "\n")
            self.process.stdin.flush()
        return self._answer()

    def _answer(self) -> Any:
        assert self.process.stdout
        line = self.process.stdout.readline()
        if not line:
            raise ContenderError(f"{self.name} ended with status {self.process.wait()}")
        return json.loads(line)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, t: type[BaseException] | None, e: BaseException | None, tb: TracebackType | None) -> None:
        assert self.process.stdin
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()
        self.process.wait()


@contextlib.contextmanager
def crew(names: Sequence[str], folder: Path, kind: str, count: int) -> Iterator[list[Process]]:
    """A process for each; a contender that works on another's file is sent to its folder."""
    with contextlib.ExitStack() as stack:
        yield [stack.enter_context(Process(name, place(folder, name), kind, count)) for name in names]


def place(folder: Path, name: str) -> Path:
    return folder / BORROWS.get(name, name).replace(" ", "-")


def clean() -> dict[str, str]:
    """The environment without what doubles the time of an import."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
