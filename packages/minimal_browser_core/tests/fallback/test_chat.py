"""The fallback client, by the suite that the native one passes too, and in what is its own."""

from collections.abc import Iterator
from contextlib import ExitStack, closing
from typing import Any

import pytest

from minimal_browser_core import errors as our_errors
from minimal_browser_core.fallback.chat import PythonAIClient
from minimal_browser_core.testing.chat_conformance import ChatClientConformance
from minimal_browser_core.testing.chat_conformance.base import MakeClient


@pytest.fixture
def make_client() -> Iterator[MakeClient]:
    with ExitStack() as clients:

        def make(**settings: Any) -> PythonAIClient:
            return clients.enter_context(closing(PythonAIClient(**settings)))

        yield make


class TestPythonAIClient(ChatClientConformance):
    @pytest.fixture
    def make_client(self, make_client: MakeClient) -> MakeClient:
        return make_client

    @pytest.fixture
    def errors(self) -> Any:
        return our_errors
