"""The two servers, each in its own process, so that their cost is separate from the clients'."""

import contextlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from answers import AT_ONCE, CHAT

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Used:
    """What a server has used so far: CPU seconds, and requests of each protocol."""

    cpu: float
    http1: int
    http2: int


@dataclass(frozen=True)
class Server:
    """A running server."""

    url: str
    ca: str | None
    process: "subprocess.Popen[str]"

    def used(self) -> Used:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return Used(**json.loads(self.process.stdout.readline()))


@contextlib.contextmanager
def _started(command: list[str], first: str, ca: str | None) -> Iterator[Server]:
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(first)
        process.stdin.flush()
        url = process.stdout.readline().strip()
        if not url:
            raise SystemExit(f"the server {command[0]} exited; its error is above")
        try:
            yield Server(url, ca, process)
        finally:
            process.communicate()


@contextlib.contextmanager
def plain() -> Iterator[Server]:
    """HTTP/1.1 without TLS."""
    with _started([sys.executable, str(HERE / "server.py")], "", None) as server:
        yield server


@contextlib.contextmanager
def encrypted(program: Path) -> Iterator[Server]:
    """TLS with HTTP/2, or HTTP/1.1 for clients without HTTP/2. `program` is built from `native/`."""
    parts = [part.decode() for part in CHAT.parts]
    answers = {"whole": CHAT.whole.decode(), "parts": parts, "end": CHAT.end.decode(), "at_once": AT_ONCE}
    with tempfile.TemporaryDirectory() as folder:
        ca = str(Path(folder) / "ca.pem")
        with _started([str(program), folder], json.dumps(answers) + "\n", ca) as server:
            yield server
