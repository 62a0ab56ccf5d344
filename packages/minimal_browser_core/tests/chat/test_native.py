"""The adapter for `ai_rust_client`. Skipped without the wheel, unless REQUIRE_NATIVE=1."""

import importlib
import importlib.util
import os
from collections.abc import Iterator
from contextlib import ExitStack, closing
from typing import Any

import pytest

from minimal_browser_core import errors as our_errors
from minimal_browser_core.chat.native import RustAIClient
from minimal_browser_core.chat.port import ChatClient
from minimal_browser_core.native_proxy import translate
from minimal_browser_core.secrets import Secret
from minimal_browser_core.testing.chat_conformance import ChatClientConformance
from minimal_browser_core.testing.chat_conformance.base import MODEL, QUESTION, MakeClient
from minimal_browser_core.testing.fake_server import Answer, Error, FakeServer

if importlib.util.find_spec("ai_rust_client") is None and os.environ.get("REQUIRE_NATIVE") != "1":
    pytest.skip("ai_rust_client is not installed", allow_module_level=True)


@pytest.fixture
def wheel() -> Any:
    return importlib.import_module("ai_rust_client")


@pytest.fixture
def make_client(wheel: Any) -> Iterator[MakeClient]:
    with ExitStack() as clients:

        def make(**settings: Any) -> RustAIClient:
            return clients.enter_context(closing(RustAIClient(**settings)))

        yield make


class TestRustAIClient(ChatClientConformance):
    @pytest.fixture
    def make_client(self, make_client: MakeClient) -> MakeClient:
        return make_client

    @pytest.fixture
    def errors(self) -> Any:
        return our_errors


def exception_classes(wheel: Any) -> list[type[Exception]]:
    named = (getattr(wheel, name) for name in dir(wheel))
    return [each for each in named if isinstance(each, type) and issubclass(each, Exception)]


ONLY_NATIVE = {"InvalidStructureError"}
"""Errors of methods of the wheel that core does not use; they become their nearest known base."""


def test_every_exception_of_the_wheel_is_mapped_to_the_one_of_its_name(wheel: Any) -> None:
    classes = exception_classes(wheel)
    assert wheel.AIClientError in classes
    for foreign in classes:
        assert issubclass(foreign, wheel.AIClientError)
        ours = translate(foreign("what happened"))
        name = "AIClientError" if foreign.__name__ in ONLY_NATIVE else foreign.__name__
        assert type(ours) is getattr(our_errors, name)
        assert str(ours) == "what happened"


def test_every_chat_error_exists_in_the_wheel(wheel: Any) -> None:
    ours = {name for name, each in vars(our_errors).items() if isinstance(each, type)}
    ours = {name for name in ours if issubclass(getattr(our_errors, name), our_errors.AIClientError)}
    assert ours | ONLY_NATIVE == {each.__name__ for each in exception_classes(wheel)}


def test_the_attributes_of_an_exception_are_copied(wheel: Any) -> None:
    common = {"code": "c", "retryable": True, "status": 429, "request_id": "r", "attempts": ("one", "two")}
    common |= {"partial_text": "part", "usage": 7, "body": "b", "headers": {"x-a": "c"}, "retry_after": 3.0}
    assert vars(translate(wheel.RateLimitError("m", **common))) == common
    late = translate(wheel.APITimeoutError("m", phase="stall"))
    assert isinstance(late, our_errors.APITimeoutError)
    assert late.phase == "stall"
    broken = translate(wheel.StreamInterruptedError("m", partial_text="part", usage=7))
    assert isinstance(broken, our_errors.StreamInterruptedError)
    assert (broken.partial_text, broken.usage) == ("part", 7)


def test_an_unknown_exception_becomes_its_nearest_known_base(wheel: Any) -> None:
    newer = type("QuotaError", (wheel.RateLimitError,), {})
    assert type(translate(newer("m"))) is our_errors.RateLimitError


def test_the_exception_of_the_wheel_is_not_in_the_chain(make_client: MakeClient) -> None:
    with FakeServer([Error(401)]) as server, pytest.raises(our_errors.AuthenticationError) as caught:
        make_client(base_url=server.base_url).chat(QUESTION, MODEL)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_events_are_passed_on_unchanged(make_client: MakeClient, wheel: Any) -> None:
    with FakeServer([Answer(("a", "b"))]) as server:
        events = list(make_client(base_url=server.base_url).stream(QUESTION, MODEL).events())
    assert {type(event) for event in events} == {wheel.StreamEvent}


def test_a_secret_is_accepted_as_api_key(make_client: MakeClient) -> None:
    with FakeServer(api_key="sk-1") as server:
        client = make_client(api_key=Secret("sk-1"), base_url=server.base_url)
        assert isinstance(client, ChatClient)
        assert client.chat(QUESTION, MODEL).text
    assert "sk-1" not in repr(client)
