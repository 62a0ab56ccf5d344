"""Answers that one release could not read, each as it was sent.

In `vectors/client_cases.json`, an entry has a `body` (an event stream), optionally sent event by event with
`pause_between_chunks_s` between, or `chunks` (texts and pauses in seconds), and what is expected.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from minimal_browser_core.chat.port import ChatClient
from minimal_browser_core.testing.fake_server import Bytes, Cut, FakeServer, Pause, Step, Stream
from minimal_browser_core.testing.resources import resource

from .base import MODEL, QUESTION, ChatSuite, Errors

Case = dict[str, Any]

_CASES: list[Case] = json.loads(resource("vectors", "client_cases.json").read_text("utf-8"))


def _steps(case: Case) -> Iterator[Step]:
    chunks = case.get("chunks")
    if chunks is None:
        events = [event + "\n\n" for event in case["body"].split("\n\n") if event]
        pause = case.get("pause_between_chunks_s")
        chunks = [step for event in events for step in (event, pause)] if pause else events
    for step in chunks:
        yield Bytes(step.encode()) if isinstance(step, str) else Pause(step)
    if case.get("then") == "reset":
        # A reset may overtake what was sent before it.
        yield Pause(0.2)
        yield Cut(reset=True)


def _reply(case: Case) -> Stream:
    return Stream(tuple(_steps(case)), content_type=case.get("content_type", "text/event-stream"))


def _cases(field: str) -> pytest.MarkDecorator:
    cases = [case for case in _CASES if field in case]
    return pytest.mark.parametrize("case", cases, ids=lambda case: case["name"])


class ClientCases(ChatSuite):
    """Streams of real servers that deviate from the usual format are read."""

    @_cases("expect_text")
    def test_a_deviating_stream_gives_its_text(self, client: ChatClient, server: FakeServer, case: Case) -> None:
        server.script.append(_reply(case))
        stream = client.stream(QUESTION, MODEL)
        assert "".join(stream) == stream.text == case["expect_text"]
        if "expect_usage_total" in case:
            assert stream.usage is not None
            assert stream.usage.total_tokens == case["expect_usage_total"]

    @_cases("expect_in_message")
    def test_the_message_has_what_must_be_sent_back(self, client: ChatClient, server: FakeServer, case: Case) -> None:
        server.script.append(_reply(case))
        stream = client.stream(QUESTION, MODEL)
        list(stream)
        assert case["expect_in_message"] in json.dumps(stream.message)

    @_cases("expect_error")
    def test_a_broken_stream_raises_with_its_partial_text(
        self, client: ChatClient, server: FakeServer, errors: Errors, case: Case
    ) -> None:
        server.script.append(_reply(case))
        with pytest.raises(getattr(errors, case["expect_error"])) as caught:
            list(client.stream(QUESTION, MODEL))
        assert caught.value.partial_text == case["expect_partial_text"]
