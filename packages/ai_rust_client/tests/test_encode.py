"""The requests that are sent, and the values that are rejected."""

import collections
import dataclasses
import enum
import types
from typing import Any

import pytest

from ai_rust_client import AIClient
from minimal_browser_core.testing.fake_server import FakeServer


class Role(enum.StrEnum):
    USER = "user"


class Effort(enum.IntEnum):
    HIGH = 3


@dataclasses.dataclass
class Part:
    type: str
    text: str


@dataclasses.dataclass
class Message:
    role: str
    content: list[Part]


def sent(server: FakeServer, messages: Any, **options: Any) -> Any:
    with AIClient(base_url=server.base_url) as client:
        client.chat(messages, "m", **options)
    return server.requests[-1].json


def test_a_request_contains_the_model_the_messages_and_the_options_unchanged(server: FakeServer) -> None:
    options = {"temperature": 0, "tools": [{"type": "function", "function": {"name": "f"}}], "stop": None}
    messages = [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "data:image/png;base64,AA"}}]}]
    assert sent(server, messages, **options) == {"model": "m", "messages": messages, **options}


def test_a_stream_asks_for_its_usage_by_default(server: FakeServer) -> None:
    with AIClient(base_url=server.base_url) as client:
        list(client.stream([], "m"))
        list(client.stream([], "m", stream_options=None))
    asked = [(request.json["stream"], request.json["stream_options"]) for request in server.requests]
    assert asked == [(True, {"include_usage": True}), (True, None)]


@pytest.mark.parametrize(
    ("value", "arrives"),
    [
        ('é🦀\n"\\\0', 'é🦀\n"\\\0'),
        (2**70, 2**70),
        (-(2**63), -(2**63)),
        (1.5e300, 1.5e300),
        (True, True),
        ((1, [2]), [1, [2]]),
        (Role.USER, "user"),
        (Effort.HIGH, 3),
        (collections.OrderedDict(b=1, a=2), {"b": 1, "a": 2}),
        (types.MappingProxyType({"x": None}), {"x": None}),
        (Part("text", "hi"), {"type": "text", "text": "hi"}),
        ({}, {}),
    ],
)
def test_values_arrive_as_json(server: FakeServer, value: Any, arrives: Any) -> None:
    assert sent(server, [], option=value)["option"] == arrives


def test_a_message_may_be_a_dataclass(server: FakeServer) -> None:
    assert sent(server, [Message("user", [Part("text", "hi")])])["messages"] == [
        {"role": "user", "content": [{"type": "text", "text": "hi"}]}
    ]


@pytest.mark.parametrize("unit", ["a", 'say "no"\n', "é", "„\\“\x00", "🦀\t"])
@pytest.mark.parametrize("length", [1, 255, 256, 5_000, 70_000])
def test_strings_of_every_length_arrive_unchanged(server: FakeServer, unit: str, length: int) -> None:
    text = (unit * length)[:length]
    messages = [{"role": "user", "content": text, text: [text]}]
    assert sent(server, messages, stop=text)["messages"] == messages
    assert server.requests[-1].json["stop"] == text


def test_a_subclass_of_str_is_sent_without_running_its_code(server: FakeServer) -> None:
    class Text(str):
        __slots__ = ()

        def __len__(self) -> int:
            raise AssertionError

    assert sent(server, [{"content": Text("é" * 300)}])["messages"] == [{"content": "é" * 300}]


def itself() -> list[Any]:
    value: list[Any] = []
    value.append(value)
    return value


@pytest.mark.parametrize(
    ("messages", "options", "refusal", "place"),
    [
        ([{}, {"content": [b"x"]}], {}, TypeError, r"^messages\[1\]\.content\[0\]: bytes has no JSON form"),
        ([{"content": {1, 2}}], {}, TypeError, r"^messages\[0\]\.content: set"),
        ([{"n": float("nan")}], {}, ValueError, r"^messages\[0\]\.n: NaN"),
        ([{"content": "\ud800"}], {}, ValueError, r"^messages\[0\]\.content: half of a surrogate"),
        ([{"content": "é" * 999 + "\ud800"}], {}, ValueError, r"^messages\[0\]\.content: half of a surrogate"),
        ([{"x": {b"a": "a"}}], {}, TypeError, r"^messages\[0\]\.x: a name .* not bytes"),
        (["hello"], {}, TypeError, r"^messages\[0\]: a message is a mapping, not str"),
        ({"role": "user"}, {}, TypeError, "messages must be a prompt or a list"),
        ([], {"tools": [{"f": object()}]}, TypeError, r"^tools\[0\]\.f: object"),
        ([], {"x": itself()}, ValueError, r"^x\[0\].*contain itself"),
        ([], {"stream": True}, TypeError, "stream is not an option"),
        ([], {"x": float("inf")}, ValueError, "^x: inf"),
        ([], {"x": Part}, TypeError, "^x: type"),
    ],
)
def test_a_value_without_a_json_form_is_rejected_with_its_path(
    messages: Any, options: dict[str, Any], refusal: type[Exception], place: str
) -> None:
    client = AIClient(base_url="http://127.0.0.1:1/v1")
    with pytest.raises(refusal, match=place):
        client.chat(messages, "m", **options)


@pytest.mark.parametrize(("model", "refusal"), [([], ValueError), (7, TypeError), ([7], TypeError), (None, TypeError)])
def test_a_model_must_be_named(model: Any, refusal: type[Exception]) -> None:
    with pytest.raises(refusal, match="model"):
        AIClient(base_url="http://127.0.0.1:1/v1").chat([], model)
