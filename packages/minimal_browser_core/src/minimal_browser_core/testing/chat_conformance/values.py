"""Values that are pickled and copied, as process pools, caches and tests do."""

import copy
import json
import pickle
from collections.abc import Callable
from typing import Any

import pytest

from minimal_browser_core.chat.port import ChatClient, ChatResponse, ResponseStream
from minimal_browser_core.testing.fake_server import Body, Cut, Data, Error, FakeServer, Hang, Reply, Stream, chunk

from .base import MODEL, QUESTION, ChatSuite, Errors, MakeClient
from .lenient_decoding import FULL_ANSWER, TEXT, streamed

Duplicate = Callable[[Any], Any]

_ATTRIBUTES = (
    *("text", "reasoning", "refusal", "finish_reason", "model", "provider", "request_id", "message"),
    *("rate_limits", "headers", "time_to_first_byte", "time_to_last_byte"),
)

_EACH_WAY = pytest.mark.parametrize(
    "duplicate",
    [
        pytest.param(lambda value: pickle.loads(pickle.dumps(value)), id="pickle"),  # noqa: S301  our own bytes
        pytest.param(lambda value: pickle.loads(pickle.dumps(value, 2)), id="pickle, protocol 2"),  # noqa: S301
        pytest.param(copy.copy, id="copy"),
        pytest.param(copy.deepcopy, id="deepcopy"),
    ],
)


def _read(answer: ChatResponse | ResponseStream) -> dict[str, Any]:
    """Return everything that an answer has."""
    usage = answer.usage
    counts = ("prompt_tokens", "completion_tokens", "total_tokens", "cached_tokens", "reasoning_tokens", "cost")
    return {
        **{name: getattr(answer, name) for name in _ATTRIBUTES},
        "usage": usage and [getattr(usage, name) for name in counts],
        "tool_calls": [(call.id, call.name, call.arguments) for call in answer.tool_calls],
        "images": [(image.mime_type, image.data, image.url) for image in answer.images],
        "choices": [
            (c.index, c.text, c.reasoning, c.refusal, c.finish_reason, c.message, c.logprobs, list(c.annotations))
            for c in answer.choices
        ],
    }


class Values(ChatSuite):
    """Every value and every error can be pickled and copied, and stays what it was."""

    @_EACH_WAY
    def test_the_duplicate_of_an_answer_equals_it(
        self, client: ChatClient, server: FakeServer, duplicate: Duplicate
    ) -> None:
        server.default = Body(json.dumps(FULL_ANSWER))
        answer = client.chat(QUESTION, MODEL)
        assert duplicate(answer) == answer
        assert client.chat(QUESTION, MODEL, n=2) != answer

    @_EACH_WAY
    def test_a_response_can_be_duplicated(self, client: ChatClient, server: FakeServer, duplicate: Duplicate) -> None:
        server.script.append(Body(json.dumps(FULL_ANSWER), headers={"x-request-id": "r1", "x-ratelimit-limit": "9"}))
        response = client.chat(QUESTION, MODEL)
        again = duplicate(response)
        assert type(again) is type(response)
        assert _read(again) == _read(response)
        assert again.raw == response.raw

    @_EACH_WAY
    def test_an_ended_stream_is_duplicated_as_a_response(
        self, client: ChatClient, server: FakeServer, duplicate: Duplicate
    ) -> None:
        server.script += [streamed(FULL_ANSWER), Body(json.dumps(FULL_ANSWER))]
        stream = client.stream(QUESTION, MODEL)
        list(stream)
        response = duplicate(stream)
        assert type(response) is type(client.chat(QUESTION, MODEL))
        assert _read(response) == _read(stream)
        assert response.raw["object"] == "chat.completion"
        assert response.raw["choices"][0]["message"]["content"] == TEXT

    @_EACH_WAY
    def test_an_interrupted_stream_is_duplicated_as_what_arrived(
        self, client: ChatClient, server: FakeServer, errors: Errors, duplicate: Duplicate
    ) -> None:
        server.script.append(Stream((Data(chunk({"content": "part"})), Cut())))
        stream = client.stream(QUESTION, MODEL)
        with pytest.raises(errors.StreamInterruptedError):
            list(stream)
        assert duplicate(stream).text == "part"

    @_EACH_WAY
    def test_a_running_stream_cannot_be_duplicated(
        self, client: ChatClient, server: FakeServer, duplicate: Duplicate
    ) -> None:
        server.script.append(Stream((Data(chunk({"content": "a"})), Hang())))
        with client.stream(QUESTION, MODEL) as stream:
            next(stream)
            with pytest.raises(TypeError, match="stream"):
                duplicate(stream)

    @_EACH_WAY
    def test_small_values_can_be_duplicated(self, client: ChatClient, server: FakeServer, duplicate: Duplicate) -> None:
        server.script.append(streamed(FULL_ANSWER))
        stream = client.stream(QUESTION, MODEL)
        events = list(stream.events())
        again = duplicate(events) if duplicate is not copy.copy else [copy.copy(event) for event in events]
        assert [(event.kind, event.text) for event in again] == [(event.kind, event.text) for event in events]
        assert [event.tool_call.arguments for event in again if event.tool_call] == ['{"at": "sky"}']
        assert [event.usage.total_tokens for event in again if event.usage] == [3]
        for value in (*stream.choices, *stream.images, *stream.tool_calls, *client.models()):
            assert type(duplicate(value)) is type(value)
        assert duplicate(stream.images[0]).data == stream.images[0].data
        assert duplicate(stream.choices[0]).message == stream.choices[0].message

    @_EACH_WAY
    def test_every_error_can_be_duplicated(
        self, make_client: MakeClient, server: FakeServer, errors: Errors, duplicate: Duplicate
    ) -> None:
        replies: list[Reply] = [
            *(Error(status, "said the provider", headers={"x-request-id": "r1"}) for status in (400, 401, 404, 500)),
            Error(429, headers={"Retry-After": "7"}),
            Body("[]"),
            Cut(),
            Stream((Data(chunk({"content": "part"}, usage={"prompt_tokens": 1, "completion_tokens": 1})), Cut())),
            Hang(),
        ]
        for reply in replies:
            # A new connection: one that is lost when it is reused would be replaced.
            client = make_client(base_url=server.base_url, max_retries=0, total_timeout=0.5)
            server.script.append(reply)
            with pytest.raises(errors.AIClientError) as caught:
                client.chat(QUESTION, MODEL) if not isinstance(reply, Stream) else list(client.stream(QUESTION, MODEL))
            error, again = caught.value, duplicate(caught.value)
            assert type(again) is type(error)
            assert str(again) == str(error)
            for name in ("code", "retryable", "status", "request_id", "attempts", "body", "phase", "retry_after"):
                assert getattr(again, name, None) == getattr(error, name, None)
            if isinstance(reply, Stream):
                assert (again.partial_text, again.usage.total_tokens) == ("part", error.usage.total_tokens)
