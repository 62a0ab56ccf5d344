"""The native and the Python client read the same streams alike: random ones, with fields of any type."""

import json
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import pytest

import ai_rust_client
from minimal_browser_core import errors
from minimal_browser_core.chat.port import ChatClient, ChatResponse, ResponseStream
from minimal_browser_core.chat.python.client import PythonAIClient
from minimal_browser_core.testing.fake_server import DONE, Body, Data, FakeServer, Step, Stream

Json = dict[str, Any]
Make = Callable[[Random], Any]

STREAMS_PER_SEED = 100
QUESTION = [{"role": "user", "content": "What is it?"}]

# What a piece of text may be, also a half of an emoji.
_TEXTS = ["", "a", "It is ", "blue.", "é東", "😀", "\ud83d", "\ude00", "\ud83dx", '{"a"', ": 1}", "{}", "\\n\u2028"]
_ODD = [None, True, False, 0, 1, -1, 2.5, 1e300, 2**64, "", "odd", [], [None], [[]], ["odd"], {}, {"odd": [None]}]
_ODD += [float("nan"), float("inf"), {"type": 1}, [{"type": "odd", "text": "odd"}], {"index": 0}]


def _text(random: Random) -> str:
    return random.choice(_TEXTS)


def _part(random: Random) -> Any:
    thinking = {"type": "thinking", "thinking": random.choice([_text(random), [{"type": "text", "text": "why"}]])}
    image = {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}}
    text = {"type": random.choice(["text", "output_text"]), "text": _text(random)}
    return random.choice([text, text, thinking, image, {"type": "reference", "reference_ids": [1]}])


def _content(random: Random) -> Any:
    if random.random() < 0.8:
        return _text(random)
    return [_part(random) for _ in range(random.randrange(3))]


def _details(random: Random) -> Any:
    detail = {"type": "reasoning.text", "text": _text(random)}
    encrypted = {"type": "reasoning.encrypted", "data": "AA==", "id": "rs_1"}
    return [random.choice([detail, encrypted]) | random.choice([{}, {"index": random.randrange(2)}])]


def _call(random: Random) -> Json:
    function = _fields(random, {"name": lambda r: r.choice(["f", "g", ""]), "arguments": _text}, 0.7)
    call = _fields(
        random,
        {
            "index": lambda r: r.randrange(2),
            "id": lambda r: r.choice(["c1", "c2", ""]),
            "type": lambda _: "function",
            "extra_content": lambda _: {"google": {"thought_signature": "AbC="}},
        },
        0.6,
    )
    return call | ({"function": function} if random.random() < 0.95 else {})


def _images(random: Random) -> Any:
    url = random.choice(["data:image/png;base64,iVBORw0KGgo=", "https://example.com/a.png", "data:image/png;base64,!"])
    return [{"type": "image_url", "image_url": {"url": url}, "index": random.randrange(2)}]


_DELTA: dict[str, Make] = {
    "role": lambda _: "assistant",
    "content": _content,
    "refusal": _text,
    "reasoning": _text,
    "reasoning_content": _text,
    "reasoning_details": _details,
    "annotations": lambda _: [{"type": "url_citation", "url_citation": {"url": "https://example.com", "title": "a"}}],
    "images": _images,
    "tool_calls": lambda random: [_call(random) for _ in range(random.randrange(3))],
    "new": lambda random: {"text": _text(random), "number": random.randrange(9), "list": [1]},
}
_USAGE: dict[str, Make] = {
    "prompt_tokens": lambda random: random.randrange(9),
    "completion_tokens": lambda random: random.randrange(9),
    "total_tokens": lambda random: random.randrange(20),
    "prompt_tokens_details": lambda _: {"cached_tokens": 1},
    "completion_tokens_details": lambda _: {"reasoning_tokens": 1},
    "cost": lambda _: 0.5,
}


def _fields(random: Random, fields: dict[str, Make], chance: float) -> Json:
    """Return some of the fields, some of them with a value of the wrong type."""
    chosen = [name for name in fields if random.random() < chance]
    return {name: random.choice(_ODD) if random.random() < 0.08 else fields[name](random) for name in chosen}


def _choice(random: Random, message: str) -> Json:
    choice: Json = _fields(
        random,
        {
            "finish_reason": lambda r: r.choice([None, None, None, "stop", "tool_calls", ""]),
            "logprobs": lambda _: {"content": [{"token": "a", "logprob": -1.5}]},
            "native_finish_reason": lambda _: "STOP",
        },
        0.3,
    )
    choice["index"] = random.choice([0, 0, 0, 0, 0, 0, 1])
    if random.random() < 0.95:
        choice[message] = _fields(random, _DELTA, random.choice([0.15, 0.3]))
    return choice


def answer(random: Random, message: str = "delta") -> Json:
    """Return one chunk, or a whole answer."""
    others = _fields(
        random,
        {
            "model": lambda _: "served/model",
            "provider": lambda _: "Someone",
            "usage": lambda r: _fields(r, _USAGE, 0.7),
            "error": lambda r: r.choice([None, {}, {"message": "", "code": None}]),
        },
        0.2,
    )
    if not isinstance(others.get("error"), dict | None) or (others.get("error") or {}).keys() & {"odd", "type"}:
        others.pop("error")
    choices = [_choice(random, message) for _ in range(random.choice([1, 1, 1, 2]))]
    if message == "message":
        for index, choice in enumerate(choices):
            choice["index"] = index
    return others | {"choices": choices}


def _first_choice(chunk: Json) -> Json:
    """Return a chunk with choice 0 only: a broken stream does not show whether another one is the only one."""
    return chunk | {"choices": [choice | {"index": 0} for choice in chunk["choices"][:1]]}


def _filled(message: Json) -> Json:
    """Return the fields with anything in them: one client leaves out more of the empty ones than the other."""
    return {name: value for name, value in message.items() if not _is_empty(value)}


def _is_empty(value: Any) -> bool:
    if isinstance(value, dict | list):
        return all(map(_is_empty, value.values() if isinstance(value, dict) else value))
    return not value


def _read(answer: ChatResponse | ResponseStream) -> Json:
    usage = answer.usage
    counts = ("prompt_tokens", "completion_tokens", "total_tokens", "cached_tokens", "reasoning_tokens", "cost")
    return {
        **{name: getattr(answer, name) for name in ("text", "reasoning", "refusal", "finish_reason", "provider")},
        "message": _filled(answer.message),
        "usage": usage and {name: getattr(usage, name) for name in counts},
        "tool_calls": [(call.id, call.name, call.arguments) for call in answer.tool_calls],
        "images": [(image.mime_type, image.data, image.url) for image in answer.images],
        "choices": [
            {
                **{name: getattr(c, name) for name in ("index", "text", "reasoning", "refusal", "finish_reason")},
                "message": _filled(c.message),
                "logprobs": c.logprobs or None,
                "annotations": [each for each in c.annotations if each],
                "tool_calls": [(call.id, call.name, call.arguments) for call in c.tool_calls],
                "images": [(image.mime_type, image.data, image.url) for image in c.images],
            }
            for c in answer.choices
        ],
    }


def _stream(client: ChatClient) -> Json:
    stream = client.stream(QUESTION, "m")
    events = list(stream.events())
    texts = {kind: "".join(e.text for e in events if e.kind == kind) for kind in ("text", "reasoning")}
    return _read(stream) | {"events": texts, "model": stream.model, "last": events[-1].kind}


def _chat(client: ChatClient) -> Json:
    response = client.chat(QUESTION, "m")
    return _read(response) | {"model": response.model}


@pytest.fixture
def clients(server: FakeServer) -> Iterator[list[Any]]:
    settings: Json = {"base_url": server.base_url, "max_retries": 0}
    with ai_rust_client.AIClient(**settings) as native, PythonAIClient(**settings) as python:
        yield [native, python]


@pytest.mark.parametrize("seed", range(20))
def test_both_clients_read_the_same_from_any_stream(clients: list[Any], server: FakeServer, seed: int) -> None:
    random = Random(seed)
    for number in range(STREAMS_PER_SEED):
        chunks = [json.dumps(answer(random)) for _ in range(random.randrange(1, 8))]
        steps: tuple[Step, ...] = (*map(Data, chunks), DONE)
        server.script += [Stream(steps), Stream(steps)]
        native, python = map(_stream, clients)
        assert native == python, (number, chunks)


@pytest.mark.parametrize("seed", range(5))
def test_both_clients_read_the_same_from_any_whole_answer(clients: list[Any], server: FakeServer, seed: int) -> None:
    random = Random(seed)
    for number in range(STREAMS_PER_SEED):
        body = json.dumps(answer(random, "message"))
        server.script += [Body(body), Body(body)]
        native, python = map(_chat, clients)
        assert native == python, (number, body)


@pytest.mark.parametrize("seed", range(5))
def test_both_clients_fail_alike_if_a_stream_breaks(clients: list[Any], server: FakeServer, seed: int) -> None:
    random = Random(seed)
    for number in range(STREAMS_PER_SEED // 4):
        chunks = [json.dumps(_first_choice(answer(random))) for _ in range(random.randrange(1, 8))]
        end = random.choice([(), (Data('{"error": {"message": "overloaded", "code": 503}}'),)])
        server.script += [Stream((*map(Data, chunks), *end))] * 2
        found = []
        for client in clients:
            stream = client.stream(QUESTION, "m")
            try:
                list(stream)
                error = None
            except (ai_rust_client.AIClientError, errors.AIClientError) as raised:
                error = (type(raised).__name__, raised.code, getattr(raised, "partial_text", None))
            found.append((error, _read(stream)))
        assert found[0] == found[1], (number, chunks, end)
