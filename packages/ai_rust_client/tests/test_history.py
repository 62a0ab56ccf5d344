"""A growing history is not encoded again in each call, and every change in it is noticed."""

import copy
import json
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ai_rust_client import AIClient
from minimal_browser_core.testing.fake_server import FakeServer

FILL = "x" * 5000
"""Long enough for a conversation to be worth keeping."""


@pytest.fixture
def client(server: FakeServer) -> Iterator[AIClient]:
    with AIClient(base_url=server.base_url) as client:
        yield client


def conversation() -> list[dict[str, Any]]:
    return [
        {"role": "system", "content": FILL},
        {
            "role": "user",
            "content": [{"type": "text", "text": "see"}, {"type": "image_url", "image_url": {"url": FILL}}],
        },
        {"role": "assistant", "content": None, "tool_calls": [{"id": "c", "function": {"arguments": '{"a": 1}'}}]},
        {"role": "tool", "content": "é🦀", "n": 1.5, "big": 2**70, "flag": True},
    ]


def append(messages: list[Any]) -> None:
    messages.append({"role": "user", "content": "and?"})


def change_text(messages: list[Any]) -> None:
    messages[0]["content"] = "other"


def change_nested(messages: list[Any]) -> None:
    messages[1]["content"][1]["image_url"]["url"] = "other"


def change_deepest(messages: list[Any]) -> None:
    messages[2]["tool_calls"][0]["function"]["arguments"] = "{}"


def add_key(messages: list[Any]) -> None:
    messages[2]["tool_calls"][0]["function"]["name"] = "f"


def replace_key(messages: list[Any]) -> None:
    messages[3]["m"] = messages[3].pop("n")


def reorder_keys(messages: list[Any]) -> None:
    messages[0]["role"] = messages[0].pop("role")


def remove_item(messages: list[Any]) -> None:
    del messages[1]["content"][0]


def none_to_text(messages: list[Any]) -> None:
    messages[2]["content"] = ""


def true_to_one(messages: list[Any]) -> None:
    messages[3]["flag"] = 1


def number(messages: list[Any]) -> None:
    messages[3]["n"] = 2.5


def list_to_tuple(messages: list[Any]) -> None:
    messages[1]["content"] = tuple(messages[1]["content"][:1])


def drop_first(messages: list[Any]) -> None:
    del messages[0]


def drop_last(messages: list[Any]) -> None:
    messages.pop()


def swap(messages: list[Any]) -> None:
    messages[0], messages[3] = messages[3], messages[0]


def empty(messages: list[Any]) -> None:
    messages.clear()


CHANGES = [
    append, change_text, change_nested, change_deepest, add_key, replace_key, reorder_keys, remove_item, none_to_text,
    true_to_one, number, list_to_tuple, drop_first, drop_last, swap, empty,
]  # fmt: skip


@pytest.mark.parametrize("rebuilt", [False, True])
@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_the_current_messages_are_sent(
    client: AIClient, server: FakeServer, change: Callable[[list[Any]], None], rebuilt: bool
) -> None:
    messages = conversation()
    client.chat(messages, "m")
    change(messages)
    for _ in range(2):
        messages = json.loads(json.dumps(messages)) if rebuilt else messages
        client.chat(messages, "m", temperature=0)
        # As text: True and 1 are equal, and so are dicts whose keys stand in another order.
        assert json.dumps(server.requests[-1].json["messages"]) == json.dumps(messages)


def test_a_long_conversation_and_its_later_calls_are_sent_completely(client: AIClient, server: FakeServer) -> None:
    messages = [{"role": "user", "content": f"{number} „é“ " * 200} for number in range(300)]
    for _ in range(3):
        client.chat(messages, "m")
        assert server.requests[-1].json["messages"] == messages
        messages += [{"role": "assistant", "content": "so"}, {"role": "user", "content": "and " * 9000}]
    del messages[150:]
    messages[140]["content"] = "another"
    client.chat(messages, "m")
    assert server.requests[-1].json["messages"] == messages


def test_two_conversations_that_begin_alike_do_not_mix(client: AIClient, server: FakeServer) -> None:
    one, two = conversation(), conversation()
    for turn in range(20):
        for name, messages in (("one", one), ("two", two)):
            messages.append({"role": "user", "content": f"{name} {turn} {FILL}"})
            client.chat(messages, "m")
            assert server.requests[-1].json["messages"] == messages


def test_many_conversations_do_not_mix(client: AIClient, server: FakeServer) -> None:
    conversations = [[{"role": "user", "content": f"{n} {FILL * 2}"}] for n in range(30)]
    for _ in range(3):
        for messages in conversations:
            messages.append({"role": "assistant", "content": "so"})
            client.chat(messages, "m")
            assert server.requests[-1].json["messages"] == messages


def test_a_message_that_cannot_be_encoded_does_not_affect_later_calls(client: AIClient, server: FakeServer) -> None:
    messages = conversation()
    client.chat(messages, "m")
    messages.append({"role": "user", "content": b"bytes"})
    for _ in range(2):
        with pytest.raises(TypeError, match=r"messages\[4\]\.content"):
            client.chat(messages, "m")
    messages[-1]["content"] = "text"
    client.chat(messages, "m")
    assert server.requests[-1].json["messages"] == messages


def test_an_option_that_cannot_be_encoded_does_not_affect_later_calls(client: AIClient, server: FakeServer) -> None:
    messages = conversation()
    with pytest.raises(TypeError, match=r"^tools\[0\]"):
        client.chat(messages, "m", tools=[b"x"])
    client.chat(messages, "m")
    assert server.requests[-1].json["messages"] == messages


def test_threads_may_share_a_history(client: AIClient, server: FakeServer) -> None:
    shared = conversation()
    failures: list[Exception] = []

    def ask(name: str) -> None:
        try:
            messages = copy.deepcopy(shared)
            for turn in range(20):
                messages.append({"role": "user", "content": f"{name} {turn}"})
                client.chat(messages, "m")
        except Exception as error:  # noqa: BLE001  asserted at the end of the test
            failures.append(error)

    threads = [threading.Thread(target=ask, args=(str(n),)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    for request in server.requests:
        messages = request.json["messages"]
        name, last = messages[-1]["content"].split()
        expected = [{"role": "user", "content": f"{name} {turn}"} for turn in range(int(last) + 1)]
        assert messages == [*json.loads(json.dumps(shared)), *expected]


def test_large_images_arrive_unchanged_among_other_parts(client: AIClient, server: FakeServer) -> None:
    images = [f"data:image/png;base64,{digit * 300_000}" for digit in "AB"] + ['"\\\n' * 100_000]
    parts = [{"type": "image_url", "image_url": {"url": url, "detail": "low"}} for url in images]
    messages = [
        {"role": "user", "content": [{"type": "text", "text": "which?"}, *parts]},
        {"role": "user", "content": "?"},
    ]
    for _ in range(2):
        client.chat(messages, "m", extra=images[0])
        assert server.requests[-1].json["messages"] == messages
        assert server.requests[-1].json["extra"] == images[0]


def test_other_threads_run_while_a_large_image_is_encoded(client: AIClient) -> None:
    """The interpreter switches threads only where it is let go: with an interval of hours, at nothing else."""
    image = "data:image/png;base64," + "A" * 10_000_000
    ran = threading.Event()
    go = threading.Event()

    def other() -> None:
        go.wait()
        ran.set()

    thread = threading.Thread(target=other)
    interval = sys.getswitchinterval()
    thread.start()
    try:
        sys.setswitchinterval(10_000)
        go.set()
        for attempt in range(50):
            # Refused behind the image, so that nothing but its encoding can have let the other thread run.
            messages: list[dict[str, Any]] = [
                {"role": "user", "content": f"{attempt}{image}"},
                {"role": "user", "content": b"x"},
            ]
            with pytest.raises(TypeError):
                client.chat(messages, "m")
            if ran.is_set():
                break
        else:
            pytest.fail("the other thread never ran")
    finally:
        sys.setswitchinterval(interval)
        thread.join()


def test_a_closed_client_keeps_no_text(client: AIClient) -> None:
    text = "y" * 10_000
    before = sys.getrefcount(text)
    client.chat([{"role": "user", "content": text}], "m")
    assert sys.getrefcount(text) > before
    client.close()
    assert sys.getrefcount(text) == before
