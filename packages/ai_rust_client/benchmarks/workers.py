"""The contenders as processes that execute orders, and their environments."""

import importlib.metadata
import json
import os
import select
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from registry import CONTENDERS, NATIVE, Contender

HERE = Path(__file__).parent
WORK_TIMEOUT = 180.0


class Worker:
    """A process that executes orders."""

    def __init__(self, name: str, command: list[str]) -> None:
        self.name = name
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=HERE)

    def execute(self, order: dict[str, Any]) -> dict[str, Any]:
        """Execute an order. Raises SystemExit if no result comes."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        with suppress(BrokenPipeError):
            self.process.stdin.write(json.dumps(order) + "\n")
            self.process.stdin.flush()
        ready, _, _ = select.select([self.process.stdout], [], [], WORK_TIMEOUT)
        if not ready:
            self.process.kill()
            raise SystemExit(f"{self.name} did not finish {order['work']} {order['url']} within {WORK_TIMEOUT:.0f} s")
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"{self.name} failed at {order['work']} {order['url']}; its error is above")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def close(self) -> None:
        if self.process.stdin is not None:
            with suppress(BrokenPipeError):
                self.process.stdin.close()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()


@dataclass(frozen=True)
class Installed:
    """A contender that can run, with its interpreter and version."""

    contender: Contender
    python: str
    version: str

    def worker(self) -> Worker:
        return Worker(self.contender.name, [self.python, str(HERE / "worker.py"), self.contender.client])


def find(names: tuple[str, ...]) -> tuple[list[Installed], list[str]]:
    """The contenders that are installed, and for each of the others the reason why it is left out."""
    found, missing = [], []
    for contender in CONTENDERS:
        if contender.name not in names:
            continue
        try:
            found.append(_find(contender))
        except (OSError, subprocess.CalledProcessError, importlib.metadata.PackageNotFoundError) as error:
            reason = (getattr(error, "stderr", None) or str(error)).strip()
            missing.append(f"{contender.name}: {reason}")
    return found, missing


def _find(contender: Contender) -> Installed:
    if contender.script is None:
        return Installed(contender, sys.executable, importlib.metadata.version(contender.distribution))
    script = ["--script", str(HERE / "contenders" / contender.script)]
    _run(["uv", "sync", "--quiet", "--locked", "--python", sys.executable, *script])
    python = _run(["uv", "python", "find", *script])
    say = f"import importlib.metadata as m; print(m.version({contender.distribution!r}))"
    return Installed(contender, python, _run([python, "-c", say]))


def _run(command: list[str]) -> str:
    environment = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    return subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout.strip()


def build_native() -> Path:
    """The folder of the programs of `native/`, which are built first. Raises SystemExit if that fails."""
    manifest = f"--manifest-path={HERE}/native/Cargo.toml"
    try:
        subprocess.run(["cargo", "build", "--release", "--quiet", "--locked", manifest], check=True)
        metadata = json.loads(_run(["cargo", "metadata", "--format-version=1", "--no-deps", manifest]))
    except (OSError, subprocess.CalledProcessError) as error:
        raise SystemExit(f"cannot build {HERE}/native, which needs Rust (https://rustup.rs): {error}") from error
    return Path(metadata["target_directory"]) / "release"


def native_worker(programs: Path) -> Worker:
    """The worker of reqwest without Python."""
    return Worker(NATIVE, [str(programs / "client")])
