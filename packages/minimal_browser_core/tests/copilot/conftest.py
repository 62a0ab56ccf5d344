import importlib.util
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from minimal_browser_core.backends import select_ai
from minimal_browser_core.chat.port import ChatClient
from minimal_browser_core.copilot.context.page import PageContext
from minimal_browser_core.copilot.events import TurnEvent
from minimal_browser_core.copilot.session import CopilotSession
from minimal_browser_core.copilot.turn import Turn
from minimal_browser_core.storage.python.stores.conversations import PythonConversationStore
from minimal_browser_core.testing.fake_server import FakeServer


@pytest.fixture
def server() -> Iterator[FakeServer]:
    with FakeServer() as server:
        yield server


@pytest.fixture
def store(tmp_path: Path) -> Iterator[PythonConversationStore]:
    with PythonConversationStore(tmp_path / "conversations.db") as store:
        yield store


@pytest.fixture(params=["python", "rust"])
def backend(request: pytest.FixtureRequest) -> str:
    if request.param == "rust" and importlib.util.find_spec("ai_rust_client") is None:
        if os.environ.get("REQUIRE_NATIVE") == "1":
            pytest.fail("ai_rust_client is not installed")
        pytest.skip("ai_rust_client is not installed")
    return str(request.param)


@pytest.fixture
def open_session(server: FakeServer, backend: str) -> Iterator[Callable[..., CopilotSession]]:
    """Makes sessions with the fake server behind a real client, the native one too."""
    clients: list[ChatClient] = []

    def make(api_key: str | None = None, base_url: str = server.base_url, **options: Any) -> CopilotSession:
        client = select_ai(cli=backend).open_chat(api_key, base_url=base_url, max_retries=0)
        clients.append(client)
        return CopilotSession(client, **{"models": ["fake/echo"], "label": "Fake", **options})

    yield make
    for client in clients:
        client.close()


@pytest.fixture
def page() -> PageContext:
    return PageContext(
        "https://example.org/lighthouse",
        "The lighthouse at Cape Orrin",
        "Menu\nHome\nAbout\n"
        "The lighthouse at Cape Orrin was built in 1868 by the engineer Margaret Alder. "
        "Its tower of granite stands 41 metres high. Keepers carried the fuel up 196 steps every evening.\n"
        "Opening hours\n"
        "Today the tower is a museum. It is open from April to October, on every day but Monday.\n"
        "Tickets\nAdults: 9 €\nChildren: 4 €\n"
        "The reef\n"
        "The reef below is a nature reserve. Dr. Ann Low, e.g. in 1921, described its corals.\n",
    )


@pytest.fixture
def events_of() -> Callable[[Turn], list[TurnEvent]]:
    """All events of a turn, once it has ended."""

    def wait(turn: Turn) -> list[TurnEvent]:
        assert turn.wait(30), "the turn did not end"
        return turn.drain()

    return wait
