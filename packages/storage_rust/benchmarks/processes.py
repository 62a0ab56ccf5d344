"""Starting and calling the processes of the contenders."""

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
    """The process of a contender ended before it answered; its standard error shows why."""


class Process:
    """A running `worker.py`, which answers one call after the other."""

    def __init__(self, name: str, folder: Path, kind: str, count: int) -> None:
        self.name = name
        command = [sys.executable, str(WORKER), name, str(folder), kind, str(count)]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, env=environment())
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
def running(names: Sequence[str], folder: Path, kind: str, count: int) -> Iterator[list[Process]]:
    """Run a process for each contender. One that shares a file with another works in the folder of that one."""
    with contextlib.ExitStack() as stack:
        yield [stack.enter_context(Process(name, place(folder, name), kind, count)) for name in names]


def place(folder: Path, name: str) -> Path:
    return folder / BORROWS.get(name, name).replace(" ", "-")


def environment() -> dict[str, str]:
    """The environment without the variable that doubles the time of an import."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
