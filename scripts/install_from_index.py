"""Install each package alone from a local index into an empty environment, and run the first example of its README.

usage: install_from_index.py DIST [PACKAGE ...]

DIST holds the built wheels. They are served as a simple repository (PEP 503) over HTTP on loopback; what the packages
depend on comes from the registry that uv is set up for. Examples that speak to a chat server reach our own fake one,
through AI_BASE_URL.
"""

import contextlib
import functools
import http.server
import os
import re
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

from minimal_browser_core.testing.fake_server import FakeServer

ROOT = Path(__file__).resolve().parent.parent
READMES = {
    name: ROOT / "packages" / name / "README.md" for name in ("ai_rust_client", "storage_rust", "minimal_browser_core")
}


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """An index that works has nothing to say."""


def normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@contextlib.contextmanager
def index(dist: Path) -> Iterator[str]:
    """The wheels of `dist` as a simple repository; yields its URL."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "files").symlink_to(dist.resolve())
        for wheel in sorted(dist.glob("*.whl")):
            project = root / "simple" / normalised(wheel.name.split("-")[0])
            project.mkdir(parents=True, exist_ok=True)
            with (project / "index.html").open("a") as page:
                page.write(f'<a href="/files/{wheel.name}">{wheel.name}</a><br>\n')
        handler = functools.partial(QuietHandler, directory=folder)
        with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
            thread = threading.Thread(target=server.serve_forever)
            thread.start()
            try:
                yield f"http://127.0.0.1:{server.server_port}/simple"
            finally:
                server.shutdown()
                thread.join()


def first_example(readme: Path) -> str:
    found = re.search(r"^```python\n(.*?)^```", readme.read_text(), re.M | re.S)
    if not found:
        sys.exit(f"{readme}: no ```python example to run")
    return found.group(1)


def check(name: str, index_url: str, chat_url: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        python = f"{folder}/env/bin/python"
        subprocess.run(["uv", "venv", "--quiet", f"--python={sys.executable}", f"{folder}/env"], check=True)
        install = ["uv", "pip", "install", "--quiet", "--no-cache", f"--python={python}", f"--index={index_url}", name]
        subprocess.run(install, check=True)
        environment = {**os.environ, "AI_BASE_URL": chat_url}
        command = [python, "-I", "-c", first_example(READMES[name])]
        example = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
        print(f"== {name}\n{example.stdout}{example.stderr}", flush=True)
        if example.returncode:
            sys.exit(f"{name}: the first example of its README ended with exit code {example.returncode}")


def main() -> None:
    dist, names = Path(sys.argv[1]), sys.argv[2:] or list(READMES)
    if not list(dist.glob("*.whl")):
        sys.exit(f"{dist}: no wheels; build them first with: scripts/nox -t wheels")
    with index(dist) as url, FakeServer() as server:
        for name in names:
            check(name, url, server.base_url)


if __name__ == "__main__":
    main()
