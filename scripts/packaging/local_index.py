"""A package index on this machine: the wheels and sdists of some folders, served by pypiserver."""

import contextlib
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def local_index(*folders: Path, fallback: str = "") -> Iterator[str]:
    """Serve the folders on loopback while the block runs; yields the address that pip and uv take as an index.

    Packages that are not in them come from `fallback`, another index, if one is named.
    """
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    options = ["--interface=127.0.0.1", f"--port={port}", "--hash-algo=sha256"]
    options.append(f"--fallback-url={fallback}" if fallback else "--disable-fallback")
    command = [sys.executable, "-m", "pypiserver", "run", *options, *map(str, folders)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            url = f"http://127.0.0.1:{port}/simple"
            wait_until_it_answers(url, server)
            yield url
        finally:
            server.terminate()


def wait_until_it_answers(url: str, server: "subprocess.Popen[bytes]") -> None:
    """Return once the server answers; SystemExit if it ends or does not answer in 10 seconds."""
    for _ in range(200):
        if server.poll() is not None:
            sys.exit(f"pypiserver ended with exit code {server.returncode} before it answered")
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{url}/", timeout=5):  # noqa: S310
            return
        time.sleep(0.05)
    sys.exit(f"{url}: pypiserver did not answer within 10 seconds")
