"""The suite that every chat client passes."""

import contextlib
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest

import ai_rust_client
from minimal_browser_core.testing.chat_conformance import ChatClientConformance


class TestAIClient(ChatClientConformance):
    @pytest.fixture
    def make_client(self) -> Iterator[Any]:
        with contextlib.ExitStack() as clients:
            yield lambda **kwargs: clients.enter_context(ai_rust_client.AIClient(**kwargs))

    @pytest.fixture
    def errors(self) -> ModuleType:
        return ai_rust_client
