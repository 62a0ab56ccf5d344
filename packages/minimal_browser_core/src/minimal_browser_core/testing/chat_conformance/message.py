"""The message that has to be sent back to the provider, all choices, and images."""

import copy
import json
from typing import Any

import pytest

from minimal_browser_core.chat.port import ChatClient, ChatResponse, Image, ResponseStream
from minimal_browser_core.testing.fake_server import DONE, Body, Cut, Data, FakeServer, Hang, Stream, chunk

from .base import KEY, MODEL, QUESTION, ChatSuite, Errors

Json = dict[str, Any]
PNG = b"\x89PNG\r\n\x1a\n"
DATA_URL = "data:image/png;base64,iVBORw0KGgo="


def whole(message: Json, **choice: Any) -> Body:
    """Return a whole answer with one message."""
    return Body(json.dumps({"choices": [{"index": 0, "message": message, "finish_reason": "stop"} | choice]}))


def streamed(*deltas: Json) -> Stream:
    """Return a stream of deltas that ends well."""
    return Stream((*(Data(chunk(delta)) for delta in deltas), Data(chunk({}, finish_reason="stop")), DONE))


def _call(index: int, arguments: str, **fields: Any) -> Json:
    name = fields.pop("name", None)
    function = {"arguments": arguments} | ({"name": name} if name else {})
    return {"tool_calls": [{"index": index, "function": function} | fields]}


def _signature(text: str) -> Json:
    return {"google": {"thought_signature": text}}


MESSAGES: dict[str, tuple[list[Json], Json]] = {
    "text": (
        [{"role": "assistant", "content": ""}, {"content": "It "}, {"content": "is."}],
        {"role": "assistant", "content": "It is."},
    ),
    "a role that is missing": ([{"content": "It is."}], {"role": "assistant", "content": "It is."}),
    "Gemini: thought signatures of tool calls": (
        [
            _call(0, "{", id="c1", type="function", name="f", extra_content=_signature("AbC=")),
            _call(0, "}"),
            _call(1, "[]", id="c2", type="function", name="g"),
        ],
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [
                {
                    "id": "c1",
                    "type": "function",
                    "function": {"name": "f", "arguments": "{}"},
                    "extra_content": _signature("AbC="),
                },
                {"id": "c2", "type": "function", "function": {"name": "g", "arguments": "[]"}},
            ],
        },
    ),
    "Gemini: the thought signature of a text": (
        [{"content": "It "}, {"content": "is.", "extra_content": _signature("AbC=")}],
        {"role": "assistant", "content": "It is.", "extra_content": _signature("AbC=")},
    ),
    "OpenRouter: reasoning details, one of them encrypted": (
        [
            {
                "reasoning": "Hm, ",
                "reasoning_details": [{"type": "reasoning.text", "text": "Hm, ", "format": "x", "index": 0}],
            },
            {
                "reasoning": "yes.",
                "reasoning_details": [{"type": "reasoning.text", "text": "yes.", "format": "x", "index": 0}],
            },
            {"reasoning_details": [{"type": "reasoning.text", "signature": "sig", "format": "x", "index": 0}]},
            {"reasoning_details": [{"type": "reasoning.encrypted", "data": "gAA", "id": "rs_1", "index": 1}]},
            {"reasoning_details": [{"type": "reasoning.encrypted", "data": "AA==", "id": "rs_1", "index": 1}]},
            {"content": "Yes."},
        ],
        {
            "role": "assistant",
            "content": "Yes.",
            "reasoning": "Hm, yes.",
            "reasoning_details": [
                {"type": "reasoning.text", "text": "Hm, yes.", "format": "x", "index": 0, "signature": "sig"},
                {"type": "reasoning.encrypted", "data": "gAAAA==", "id": "rs_1", "index": 1},
            ],
        },
    ),
    "DeepSeek: reasoning_content": (
        [{"reasoning_content": "Hm, ", "content": None}, {"reasoning_content": "yes."}, {"content": "Yes."}],
        {"role": "assistant", "content": "Yes.", "reasoning_content": "Hm, yes."},
    ),
    "Mistral: thinking parts": (
        [
            {"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "Hm, "}]}]},
            {"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "yes."}]}]},
            {"content": "It "},
            {"content": "is."},
        ],
        {
            "role": "assistant",
            "content": [
                {"type": "thinking", "thinking": [{"type": "text", "text": "Hm, "}]},
                {"type": "thinking", "thinking": [{"type": "text", "text": "yes."}]},
                {"type": "text", "text": "It is."},
            ],
        },
    ),
    "OpenAI: a refusal": (
        [{"content": None, "refusal": ""}, {"refusal": "I can"}, {"refusal": "not."}],
        {"role": "assistant", "content": None, "refusal": "I cannot."},
    ),
    "OpenRouter: an image": (
        [
            {"content": "Here: "},
            {"images": [{"type": "image_url", "image_url": {"url": DATA_URL}, "index": 0}]},
        ],
        {
            "role": "assistant",
            "content": "Here: ",
            "images": [{"type": "image_url", "image_url": {"url": DATA_URL}, "index": 0}],
        },
    ),
    "annotations": (
        [
            {"content": "It ", "annotations": [{"type": "url_citation", "url_citation": {"url": "https://a.example"}}]},
            {"content": "is.", "annotations": [{"type": "url_citation", "url_citation": {"url": "https://b.example"}}]},
        ],
        {
            "role": "assistant",
            "content": "It is.",
            "annotations": [
                {"type": "url_citation", "url_citation": {"url": "https://a.example"}},
                {"type": "url_citation", "url_citation": {"url": "https://b.example"}},
            ],
        },
    ),
    "unknown fields of every type": (
        [
            {"content": "a", "new": {"text": "x", "count": 1, "on": False, "list": [1]}, "id": "m1"},
            {"new": {"text": "y", "count": 2, "on": True, "list": ["b"], "more": None}, "id": "m1"},
        ],
        {
            "role": "assistant",
            "content": "a",
            "new": {"text": "xy", "count": 2, "on": True, "list": [1, "b"]},
            "id": "m1",
        },
    ),
}
"""Deltas, and the message that they make, which is also that of the whole answer."""

_EACH_MESSAGE = pytest.mark.parametrize(("deltas", "message"), MESSAGES.values(), ids=list(MESSAGES))


class Messages(ChatSuite):
    """Nothing of an answer is lost, streamed or whole."""

    @_EACH_MESSAGE
    def test_a_stream_makes_the_message_of_the_whole_answer(
        self, client: ChatClient, server: FakeServer, deltas: list[Json], message: Json
    ) -> None:
        server.script += [streamed(*deltas), whole(message)]
        stream = client.stream(QUESTION, MODEL)
        list(stream)
        response = client.chat(QUESTION, MODEL)
        assert response.message == stream.message == message
        assert (stream.text, stream.reasoning, stream.refusal) == (response.text, response.reasoning, response.refusal)

    @_EACH_MESSAGE
    def test_the_message_can_be_sent_back(
        self, client: ChatClient, server: FakeServer, deltas: list[Json], message: Json
    ) -> None:
        server.script.append(streamed(*deltas))
        stream = client.stream(QUESTION, MODEL)
        list(stream)
        client.chat([*QUESTION, stream.message, *QUESTION], MODEL)
        assert server.requests[1].json["messages"][1] == stream.message

    def test_every_message_is_a_new_one(self, client: ChatClient, server: FakeServer) -> None:
        deltas, message = MESSAGES["Gemini: thought signatures of tool calls"]
        server.script += [streamed(*deltas), whole(message)]
        stream = client.stream(QUESTION, MODEL)
        list(stream)
        for answer in (stream, client.chat(QUESTION, MODEL)):
            first = answer.message
            first["tool_calls"][0]["function"]["name"] = "changed"
            first["tool_calls"].clear()
            assert answer.message == message

    def test_known_fields_of_the_wrong_type_are_left_out(self, client: ChatClient, server: FakeServer) -> None:
        odd = {"content": "a", "tool_calls": "", "annotations": {}, "refusal": 0, "reasoning": False, "new": 7}
        server.script += [whole(odd), streamed(odd)]
        response, stream = client.chat(QUESTION, MODEL), client.stream(QUESTION, MODEL)
        list(stream)
        assert response.message == stream.message == {"role": "assistant", "content": "a", "new": 7}

    def test_a_whole_answer_keeps_its_nulls_and_a_stream_skips_them(
        self, client: ChatClient, server: FakeServer
    ) -> None:
        message = {
            "role": "assistant",
            "content": "a",
            "refusal": None,
            "function_call": None,
            "new": {"deep": None, "n": 1},
        }
        server.script += [whole(message), streamed(message)]
        response, stream = client.chat(QUESTION, MODEL), client.stream(QUESTION, MODEL)
        list(stream)
        assert response.message == message
        assert stream.message == {"role": "assistant", "content": "a", "new": {"deep": None, "n": 1}}

    @pytest.mark.parametrize("calls", [None, [], [None], ""], ids=json.dumps)
    def test_there_are_no_empty_tool_calls_in_the_message(
        self, client: ChatClient, server: FakeServer, calls: object
    ) -> None:
        message = {"role": "assistant", "content": "a", "tool_calls": calls}
        server.script += [whole(message), streamed(message)]
        response, stream = client.chat(QUESTION, MODEL), client.stream(QUESTION, MODEL)
        list(stream)
        assert response.message == stream.message == {"role": "assistant", "content": "a"}

    def test_tool_calls_are_complete_in_the_message(self, client: ChatClient, server: FakeServer) -> None:
        call = {"index": 0, "id": "c1", "function": {"name": "f", "arguments": {"a": 1}}}
        server.script += [whole({"tool_calls": [call]}), streamed({"tool_calls": call})]
        response, stream = client.chat(QUESTION, MODEL), client.stream(QUESTION, MODEL)
        list(stream)
        for answer in (response, stream):
            (found,) = answer.message["tool_calls"]
            assert json.loads(found["function"].pop("arguments")) == {"a": 1}
            assert found == {"id": "c1", "type": "function", "function": {"name": "f"}}

    # -- what has arrived so far ---------------------------------------------------------------------------------------

    def test_the_message_of_a_cancelled_stream_is_what_arrived(self, client: ChatClient, server: FakeServer) -> None:
        parts = (Data(chunk({"content": "a"})), Data(chunk(_call(0, '{"x', id="c1", name="f"))))
        server.script.append(Stream((*parts, Data(chunk({"content": "b"})), Hang())))
        stream = client.stream(QUESTION, MODEL)
        assert [next(stream), next(stream)] == ["a", "b"]
        assert [(call.id, call.name, call.arguments) for call in stream.tool_calls] == [("c1", "f", '{"x')]
        stream.cancel()
        assert [(call.id, call.name, call.arguments) for call in stream.tool_calls] == [("c1", "f", '{"x')]
        assert stream.message["content"] == "ab"
        assert stream.message["tool_calls"][0]["function"] == {"name": "f", "arguments": '{"x'}

    def test_the_message_of_an_interrupted_stream_is_what_arrived(
        self, client: ChatClient, server: FakeServer, errors: Errors
    ) -> None:
        server.script.append(Stream((Data(chunk({"content": "a", "new": "b"})), Cut())))
        stream = client.stream(QUESTION, MODEL)
        with pytest.raises(errors.StreamInterruptedError):
            list(stream)
        assert stream.message == {"role": "assistant", "content": "a", "new": "b"}
        assert [choice.text for choice in stream.choices] == ["a"]

    def test_before_anything_arrived_there_is_an_empty_message(self, client: ChatClient, server: FakeServer) -> None:
        server.script.append(Hang())
        with client.stream(QUESTION, MODEL) as stream:
            assert stream.message == {"role": "assistant", "content": None}
            assert (stream.choices, stream.images, stream.refusal, dict(stream.headers)) == ((), (), None, {})

    # -- tool calls ----------------------------------------------------------------------------------------------------

    @pytest.mark.parametrize(
        ("deltas", "calls"),
        [
            pytest.param(
                [_call(0, '{"a"', id="1", name="f"), _call(0, ": 1", id="2"), _call(0, "}", id="3")],
                [("1", "f", '{"a": 1}')],
                id="an id that changes in every delta",
            ),
            pytest.param(
                [_call(0, '{"a"', id="1", name="f"), _call(0, ": 1}", id="2", name="f")],
                [("1", "f", '{"a": 1}')],
                id="an id that changes and a name that is repeated",
            ),
            pytest.param(
                [_call(0, "{}", id="1", name="f"), _call(0, "[]", id="2", name="g")],
                [("1", "f", "{}"), ("2", "g", "[]")],
                id="two complete calls with one index",
            ),
            pytest.param(
                [_call(0, "", id="1", name="f"), _call(0, "{}", id="", name="")],
                [("1", "f", "{}")],
                id="empty strings later",
            ),
            pytest.param(
                [_call(0, "{", id="", name="f"), _call(0, "}", id="1")], [("1", "f", "{}")], id="an id that comes late"
            ),
            pytest.param(
                [_call(1, "[", id="2", name="g"), _call(0, "{", id="1", name="f"), _call(1, "]"), _call(0, "}")],
                [("1", "f", "{}"), ("2", "g", "[]")],
                id="interleaved, in another order",
            ),
            pytest.param(
                [_call(0, '{"a": 1}', name="f"), _call(0, '{"a": 2}', name="f")],
                [("call_0", "f", '{"a": 1}'), ("call_1", "f", '{"a": 2}')],
                id="two complete calls with one index, one name and no ids",
            ),
            pytest.param(
                [
                    _call(0, "{}", id="", name="f"),
                    _call(0, "{}", id="", name="g"),
                    _call(0, "{}", id="call_0", name="h"),
                ],
                [("call_1", "f", "{}"), ("call_2", "g", "{}"), ("call_0", "h", "{}")],
                id="ids that are made up differ from the others",
            ),
            pytest.param(
                [_call(0, '{"a"', name="f"), _call(0, ": 1}", name="f"), _call(0, "", name="f")],
                [("call_0", "f", '{"a": 1}')],
                id="a name that is repeated without ids",
            ),
            pytest.param(
                [_call(0, "", name="get_"), _call(0, "", name="weather"), _call(0, "{}")],
                [("call_0", "get_weather", "{}")],
                id="a name in pieces",
            ),
            pytest.param(
                [_call(0, "", id="1", name="get_"), _call(0, "", id="1", name="weather"), _call(0, "{}", id="1")],
                [("1", "get_weather", "{}")],
                id="a name in pieces with an id",
            ),
            pytest.param(
                [{"tool_calls": [{"function": {"name": name}}]} for name in "fgg"],
                [("call_0", "f", ""), ("call_1", "g", "")],
                id="names without index and arguments",
            ),
        ],
    )
    def test_deltas_of_tool_calls_are_put_together(
        self, client: ChatClient, server: FakeServer, deltas: list[Json], calls: list[tuple[str, str, str]]
    ) -> None:
        server.script.append(streamed(*deltas))
        stream = client.stream(QUESTION, MODEL)
        events = [event.tool_call for event in stream.events() if event.tool_call is not None]
        assert [(call.id, call.name, call.arguments) for call in events] == calls
        assert [(call.id, call.name, call.arguments) for call in stream.tool_calls] == calls
        sent_back = [(c["id"], c["function"]["name"], c["function"]["arguments"]) for c in stream.message["tool_calls"]]
        assert sent_back == calls

    def test_calls_of_a_whole_answer_without_ids_get_different_ones(
        self, client: ChatClient, server: FakeServer
    ) -> None:
        call = {"type": "function", "function": {"name": "f", "arguments": "{}"}}
        server.script.append(whole({"tool_calls": [call, call | {"id": "call_1"}, call | {"id": None}]}))
        answer = client.chat(QUESTION, MODEL)
        ids = ["call_0", "call_1", "call_2"]
        assert [call.id for call in answer.tool_calls] == ids
        assert [call["id"] for call in answer.message["tool_calls"]] == ids

    # -- choices -------------------------------------------------------------------------------------------------------

    def test_all_choices_are_there(self, client: ChatClient, server: FakeServer) -> None:
        token = {"token": "a", "logprob": -0.5, "bytes": [97], "top_logprobs": []}
        body = {
            "choices": [
                {"index": 1, "message": {"content": "b", "reasoning": "r", "new": 1}, "finish_reason": "length"},
                {
                    "index": 0,
                    "message": {"content": "a", "annotations": [{"type": "x"}]},
                    "finish_reason": "stop",
                    "logprobs": {"content": [token]},
                },
            ]
        }
        deltas = copy.deepcopy(body)
        for choice in deltas["choices"]:
            choice["delta"] = choice.pop("message")
        server.script += [Body(json.dumps(body)), Stream((Data(deltas), DONE))]
        response, stream = client.chat(QUESTION, MODEL, n=2), client.stream(QUESTION, MODEL, n=2)
        assert list(stream) == ["a"]
        answers: list[ChatResponse | ResponseStream] = [response, stream]
        for answer in answers:
            first, second = answer.choices
            assert (first.index, first.text, first.reasoning, first.finish_reason) == (0, "a", "", "stop")
            assert (second.index, second.text, second.reasoning, second.finish_reason) == (1, "b", "r", "length")
            assert (first.logprobs, second.logprobs) == ({"content": [token]}, None)
            assert (list(first.annotations), list(second.annotations)) == ([{"type": "x"}], [])
            assert second.message == {"role": "assistant", "content": "b", "reasoning": "r", "new": 1}
            assert (answer.text, answer.finish_reason) == ("a", "stop")
            assert answer.message == first.message

    def test_log_probabilities_are_merged(self, client: ChatClient, server: FakeServer) -> None:
        tokens = [{"token": text, "logprob": -1.0} for text in "abc"]
        chunks = [
            {"choices": [{"index": 0, "delta": {"content": t["token"]}, "logprobs": {"content": [t], "refusal": None}}]}
            for t in tokens
        ]
        server.script.append(Stream((*map(Data, chunks), DONE)))
        stream = client.stream(QUESTION, MODEL)
        list(stream)
        assert stream.choices[0].logprobs["content"] == tokens

    def test_a_refusal_is_text_and_has_its_own_attribute(self, client: ChatClient, server: FakeServer) -> None:
        server.script += [whole({"content": None, "refusal": "No."}), streamed({"refusal": "N"}, {"refusal": "o."})]
        response, stream = client.chat(QUESTION, MODEL), client.stream(QUESTION, MODEL)
        assert "".join(stream) == response.text == "No."
        assert response.refusal == stream.refusal == response.choices[0].refusal == "No."

    # -- images --------------------------------------------------------------------------------------------------------

    @pytest.mark.parametrize(
        ("message", "expected"),
        [
            pytest.param(
                {"images": [{"type": "image_url", "image_url": {"url": DATA_URL}}]},
                [("image/png", PNG, None)],
                id="images with a data URL",
            ),
            pytest.param(
                {"images": [{"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}]},
                [(None, None, "https://example.com/a.png")],
                id="images with a URL",
            ),
            pytest.param(
                {"content": [{"type": "image_url", "image_url": {"url": DATA_URL}}]},
                [("image/png", PNG, None)],
                id="a part with a data URL",
            ),
            pytest.param(
                {"content": [{"type": "text", "text": "a"}, {"type": "image", "b64_json": "iVBORw0KGgo="}]},
                [(None, PNG, None)],
                id="a part with b64_json",
            ),
            pytest.param(
                {"content": [{"inline_data": {"mime_type": "image/png", "data": "iVBORw0KGgo="}}]},
                [("image/png", PNG, None)],
                id="a part with inline_data",
            ),
            pytest.param(
                {"images": [{"type": "image_url", "image_url": {"url": "data:image/png;base64,!!!"}}]},
                [("image/png", None, "data:image/png;base64,!!!")],
                id="a data URL that is not base64",
            ),
            pytest.param(
                {"images": ["https://example.com/a.png"]}, [(None, None, "https://example.com/a.png")], id="a URL"
            ),
            pytest.param(
                {"content": [{"type": "image", "source": {"media_type": "image/png", "data": "iVBORw0KGgo="}}]},
                [("image/png", PNG, None)],
                id="a part with a source",
            ),
            pytest.param({"images": {}}, [], id="images of the wrong type"),
            pytest.param({"images": [None, 7, {}, {"image_url": []}]}, [], id="elements of the wrong type"),
        ],
    )
    def test_images_are_decoded(
        self,
        client: ChatClient,
        server: FakeServer,
        message: Json,
        expected: list[tuple[str | None, bytes | None, str | None]],
    ) -> None:
        server.script += [whole(message), streamed(message)]
        response, stream = client.chat(QUESTION, MODEL), client.stream(QUESTION, MODEL)
        list(stream)
        answers: list[ChatResponse | ResponseStream] = [response, stream]
        for answer in answers:
            assert [_fields(image) for image in answer.images] == expected
            assert [_fields(image) for image in answer.choices[0].images] == expected

    # -- headers -------------------------------------------------------------------------------------------------------

    def test_an_answer_has_its_headers(self, client: ChatClient, server: FakeServer) -> None:
        headers = {"X-Region": "north", "X-Echo": f"Bearer {KEY}", "Set-Cookie": "session=abcdef0123456789; Path=/"}
        server.script += [
            Body('{"choices": [{"message": {"content": "a"}}]}', headers=headers),
            Stream((Data(chunk({"content": "a"})), DONE), headers=headers),
        ]
        response, stream = client.chat(QUESTION, MODEL), client.stream(QUESTION, MODEL)
        list(stream)
        answers: list[ChatResponse | ResponseStream] = [response, stream]
        for answer in answers:
            assert answer.headers["x-region"] == "north"
            assert answer.headers["content-type"]
            assert answer.headers["x-echo"] == "Bearer ***"
            assert "abcdef0123456789" not in answer.headers["set-cookie"]
            assert all(name == name.lower() for name in answer.headers)


def _fields(image: Image) -> tuple[str | None, bytes | None, str | None]:
    return image.mime_type, image.data, image.url
