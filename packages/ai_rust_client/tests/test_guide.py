"""The examples of the guide (docs/client) run unchanged, except that they ask the fake server."""

import asyncio
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any, Literal

import pytest

from minimal_browser_core.testing.fake_server import (
    Answer,
    Data,
    Error,
    FakeServer,
    Hang,
    Reply,
    Request,
    Stream,
    ToolCall,
    chunk,
    echo,
)

GUIDE = Path(__file__).resolve().parents[3] / "docs" / "client"
FENCE = re.compile(r"^```python( no-run)?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
BASE_URL = re.compile(r'\bbase_url="https?://[^"]+"')
AZURE_ENDPOINT = re.compile(r'\bazure_endpoint="https?://[^"]+"')

EVENT = Answer('{"name": "science fair", "day": "Friday", "guests": ["Alice", "Bob"]}')
RECIPE = Answer(('{"title": "Panc', 'akes", "steps": ["Mix', '", "Fry"]}'))
POPULATION = Answer(tool_calls=(ToolCall("population", '{"city": "Lima"}'),), finish_reason="tool_calls")
DELETE_FILE = Answer(tool_calls=(ToolCall("delete_file", '{"name": "old.txt"}'),), finish_reason="tool_calls")
REPLIES: dict[str, Reply] = {
    "structured_output-1": EVENT,
    "structured_output-2": RECIPE,
    "tools-1": POPULATION,
    "tools-2": DELETE_FILE,
    "tools-3": POPULATION,
}
"""What the server answers first to an example, if not the default."""


def default(request: Request) -> Reply:
    return echo(request) if request.endpoint == "embeddings" else Answer(("Because ", "of ", "Rayleigh."))


def examples(no_run: bool) -> list[Any]:
    """Each example with the name of its page."""
    found = []
    for page in sorted(GUIDE.rglob("*.md")):
        name = page.relative_to(GUIDE).with_suffix("").as_posix()
        for number, (mark, code) in enumerate(FENCE.findall(page.read_text("utf-8")), 1):
            if bool(mark) == no_run:
                found.append(pytest.param(f"{name}-{number}", code, id=f"{name}-{number}"))
    return found


def for_server(code: str, server: FakeServer) -> str:
    """The example with the addresses of providers replaced by that of the server."""
    code = BASE_URL.sub(f'base_url="{server.base_url}"', code)
    return AZURE_ENDPOINT.sub(f'azure_endpoint="http://127.0.0.1:{server.port}"', code)


@pytest.mark.parametrize(("name", "code"), examples(no_run=False))
def test_an_example_runs(server: FakeServer, name: str, code: str) -> None:
    if "import numpy" in code:
        pytest.importorskip("numpy")
    server.default = default
    server.script.extend([REPLIES[name]] if name in REPLIES else [])
    command = [sys.executable, "-W", "error", "-c", for_server(code, server)]
    environment = {**os.environ, "NO_PROXY": "*"}
    run = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env=environment)
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout.strip()
    assert server.requests, "the example asked another server"


@pytest.mark.parametrize(("name", "code"), examples(no_run=True))
def test_an_example_that_is_not_run_here_compiles(name: str, code: str) -> None:
    compile(code, name, "exec")
    assert name == "fastapi-1", "no other test runs this example"


# -- FastAPI -----------------------------------------------------------------------------------------------------------


def fastapi_app(server: FakeServer, monkeypatch: pytest.MonkeyPatch) -> Any:
    pytest.importorskip("fastapi")
    monkeypatch.setenv("OPENROUTER_API_KEY", "k")
    [code] = [value.values[1] for value in examples(no_run=True) if value.values[0] == "fastapi-1"]
    code = code.replace('os.environ["OPENROUTER_API_KEY"]', f'"k", base_url="{server.base_url}"')
    module: dict[str, Any] = {"__name__": "fastapi_example"}
    exec(compile(code, "fastapi.md", "exec"), module)
    return module["app"]


class Visitor:
    """A browser at the other end of the ASGI interface, which may leave: at once, or after a part of the answer."""

    def __init__(self, leaves: Literal["never", "at once", "after a part"]) -> None:
        self.leaves = leaves
        self.status = 0
        self.body = b""
        self.has_asked = False
        self.part_arrived = asyncio.Event()

    async def receive(self) -> dict[str, Any]:
        if not self.has_asked:
            self.has_asked = True
            return {"type": "http.request", "body": b"", "more_body": False}
        if self.leaves == "never":
            await asyncio.Event().wait()
        if self.leaves == "after a part":
            await self.part_arrived.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
        elif message.get("body"):
            self.body += message["body"]
            self.part_arrived.set()

    async def get(self, app: Any, path: str) -> None:
        path, _, query = path.partition("?")
        scope = {
            "type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"}, "http_version": "1.1", "method": "GET",
            "path": path, "raw_path": path.encode(), "query_string": query.encode(), "headers": [], "scheme": "http",
            "root_path": "", "server": ("127.0.0.1", 80), "client": ("127.0.0.1", 1),
        }  # fmt: skip
        async with app.router.lifespan_context(app), asyncio.timeout(20):
            await app(scope, self.receive, self.send)


async def test_fastapi_streams_an_answer(server: FakeServer, monkeypatch: pytest.MonkeyPatch) -> None:
    server.default = default
    visitor = Visitor("never")
    await visitor.get(fastapi_app(server, monkeypatch), "/answer?question=why")
    assert (visitor.status, visitor.body) == (200, b"Because of Rayleigh.")


async def test_fastapi_stops_the_model_if_the_visitor_leaves(
    server: FakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.default = Stream((Data(chunk({"content": "Because "})), Hang()))
    visitor = Visitor("after a part")
    await visitor.get(fastapi_app(server, monkeypatch), "/answer?question=why")
    assert visitor.body == b"Because "
    assert await asyncio.to_thread(server.wait_for_no_connections)


async def test_fastapi_stops_a_model_that_is_silent_if_the_visitor_leaves(
    server: FakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.default = Hang()
    visitor = Visitor("at once")
    await visitor.get(fastapi_app(server, monkeypatch), "/answer?question=why")
    assert await asyncio.to_thread(server.wait_for_no_connections)


async def test_fastapi_reports_a_provider_that_refuses(server: FakeServer, monkeypatch: pytest.MonkeyPatch) -> None:
    server.default = Error(401, "wrong key")
    visitor = Visitor("never")
    await visitor.get(fastapi_app(server, monkeypatch), "/answer?question=why")
    assert visitor.status == 502
    assert b"The provider answered 401." in visitor.body
