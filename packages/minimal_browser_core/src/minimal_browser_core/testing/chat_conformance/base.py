"""Fixtures and constants for all parts of the suite."""

from collections.abc import Callable, Iterator
from typing import Any, Protocol

import pytest

from minimal_browser_core.chat.port import ChatClient
from minimal_browser_core.testing.fake_server import FakeServer

MODEL = "test/model"
QUESTION = [{"role": "user", "content": "What is it?"}]
KEY = "sk-conformance-0123456789"

MakeClient = Callable[..., ChatClient]


class Errors(Protocol):
    """A module or namespace with the exception classes."""

    AIClientError: type[Any]
    APIConnectionError: type[Any]
    APITimeoutError: type[Any]
    APIStatusError: type[Any]
    BadRequestError: type[Any]
    AuthenticationError: type[Any]
    PermissionDeniedError: type[Any]
    InsufficientCreditsError: type[Any]
    NotFoundError: type[Any]
    RateLimitError: type[Any]
    InternalServerError: type[Any]
    ProtocolError: type[Any]
    StreamInterruptedError: type[Any]
    StreamCancelled: type[Any]


class ChatSuite:
    """The fixtures of every part of the suite."""

    @pytest.fixture
    def make_client(self) -> MakeClient:
        raise NotImplementedError("supply make_client: a factory of clients, which closes them afterwards")

    @pytest.fixture
    def errors(self) -> Errors:
        raise NotImplementedError("supply errors: what holds the exception classes")

    @pytest.fixture
    def server(self) -> Iterator[FakeServer]:
        with FakeServer() as server:
            yield server

    @pytest.fixture
    def client(self, make_client: MakeClient, server: FakeServer) -> ChatClient:
        return make_client(api_key=KEY, base_url=server.base_url, max_retries=0)
