"""Messages with more parts than any provider sends: reading them must not take quadratic time."""

import time
from typing import Any

import pytest

from minimal_browser_core.chat.port import ChatClient
from minimal_browser_core.testing.fake_server import DONE, Data, FakeServer, Stream

from .base import MODEL, QUESTION, ChatSuite

COUNT = 30_000
LIMIT = 15.0
"""Seconds. Quadratic time would be minutes."""


def _call(number: int, index: int | None) -> dict[str, Any]:
    call = {"id": f"call_{number}", "function": {"name": "f", "arguments": "{}"}}
    return call if index is None else call | {"index": index}


MESSAGES: dict[str, dict[str, Any]] = {
    "items with an index": {"details": [{"index": number} for number in range(COUNT)]},
    "fields of an object": {"details": {f"field {number}": number for number in range(COUNT)}},
    "fields of the message": {f"field {number}": number for number in range(COUNT)},
    "tool calls with an index": {"tool_calls": [_call(number, COUNT - number) for number in range(COUNT)]},
    "tool calls of the same index": {"tool_calls": [_call(number, 0) for number in range(COUNT)]},
    "tool calls without an index": {"tool_calls": [_call(number, None) for number in range(COUNT)]},
}


class LargeMessages(ChatSuite):
    """One request must not keep the thread of all others busy."""

    @pytest.mark.parametrize("delta", MESSAGES.values(), ids=MESSAGES)
    def test_time_is_linear(self, client: ChatClient, server: FakeServer, delta: dict[str, Any]) -> None:
        chunk = Data({"choices": [{"index": 0, "delta": {"content": "a"} | delta}]})
        end = Data({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
        server.script.append(Stream((chunk, chunk, end, DONE)))
        started = time.perf_counter()
        stream = client.stream(QUESTION, MODEL)
        assert "".join(stream) == "aa"
        message = stream.message
        assert time.perf_counter() - started < LIMIT
        for name, value in delta.items():
            assert not hasattr(value, "__len__") or len(message[name]) == len(value)

    def test_many_choices_take_linear_time(self, client: ChatClient, server: FakeServer) -> None:
        choices = [{"index": index, "delta": {"content": "a"}} for index in range(COUNT, -1, -1)]
        server.script.append(Stream((Data({"choices": choices}), DONE)))
        started = time.perf_counter()
        stream = client.stream(QUESTION, MODEL)
        assert "".join(stream) == "a"
        assert len(stream.choices) == COUNT + 1
        assert time.perf_counter() - started < LIMIT
