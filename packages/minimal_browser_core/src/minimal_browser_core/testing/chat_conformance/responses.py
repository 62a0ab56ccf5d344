"""Requests and responses without faults."""

import select
from collections.abc import Iterable

import pytest

from minimal_browser_core.chat.port import ChatClient, Message, StreamEvent
from minimal_browser_core.chat.port import ToolCall as AnyToolCall
from minimal_browser_core.testing.fake_server import (
    DONE,
    Answer,
    Body,
    Bytes,
    Data,
    FakeServer,
    Model,
    Pause,
    Stream,
    ToolCall,
    Usage,
    chunk,
)

from .base import KEY, MODEL, QUESTION, ChatSuite, Errors, MakeClient

UNICODE = "naïve 東京 שלום 👩🏽‍🚀 \u2028 e\u0301 \x7f\x01"


def parts_of(calls: Iterable[AnyToolCall]) -> list[tuple[str, str, str]]:
    """Return the fields of tool calls for comparison."""
    return [(call.id, call.name, call.arguments) for call in calls]


class Responses(ChatSuite):
    # -- requests ------------------------------------------------------------------------------------------------------

    """Requests contain what the caller passed; responses what the provider sent."""

    def test_send_request_gives_the_text_of_the_answer(self, client: ChatClient, server: FakeServer) -> None:
        server.script.append(Answer("It is blue."))
        assert client.send_request("What is it?", MODEL) == "It is blue."

    def test_stream_response_gives_the_text_in_pieces(self, client: ChatClient, server: FakeServer) -> None:
        server.script.append(Answer(("It ", "is ", "blue.")))
        assert "".join(client.stream_response("What is it?", MODEL)) == "It is blue."

    def test_a_request_contains_model_messages_and_key(self, client: ChatClient, server: FakeServer) -> None:
        client.chat(QUESTION, MODEL)
        request = server.requests[0]
        assert (request.method, request.path) == ("POST", "/v1/chat/completions")
        assert request.headers["authorization"] == f"Bearer {KEY}"
        assert request.headers["content-type"] == "application/json"
        assert request.json["model"] == MODEL
        assert request.json["messages"] == QUESTION
        assert not request.json.get("stream")

    def test_a_streaming_request_has_stream_set(self, client: ChatClient, server: FakeServer) -> None:
        list(client.stream(QUESTION, MODEL))
        assert server.requests[0].json["stream"] is True

    def test_without_a_key_none_is_sent(self, make_client: MakeClient, server: FakeServer) -> None:
        make_client(base_url=server.base_url).chat(QUESTION, MODEL)
        assert "authorization" not in server.requests[0].headers

    def test_headers_of_the_caller_are_sent(self, make_client: MakeClient, server: FakeServer) -> None:
        make_client(base_url=server.base_url, headers={"X-Title": "Browser"}).chat(QUESTION, MODEL)
        assert server.requests[0].headers["x-title"] == "Browser"

    @pytest.mark.parametrize("base", ["/v1", "/v1/"])
    def test_a_slash_at_the_end_of_the_base_url_does_not_matter(
        self, make_client: MakeClient, server: FakeServer, base: str
    ) -> None:
        client = make_client(base_url=server.base_url.removesuffix("/v1") + base)
        assert client.chat(QUESTION, MODEL).text

    def test_options_go_to_the_wire_as_they_are(self, client: ChatClient, server: FakeServer) -> None:
        tools = [{"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}]
        options = {"temperature": 0.25, "max_tokens": 7, "tools": tools, "provider": {"order": ["a"]}, "stop": None}
        client.chat(QUESTION, MODEL, **options)
        sent = server.requests[0].json
        assert {name: sent[name] for name in options} == options

    def test_a_stream_requests_its_usage_by_default(self, client: ChatClient, server: FakeServer) -> None:
        list(client.stream(QUESTION, MODEL))
        list(client.stream(QUESTION, MODEL, stream_options={"include_usage": False}))
        asked = [request.json["stream_options"] for request in server.requests]
        assert asked == [{"include_usage": True}, {"include_usage": False}]

    @pytest.mark.parametrize("option", ["stream", "messages", "model"])
    def test_arguments_of_the_call_are_not_accepted_as_options(self, client: ChatClient, option: str) -> None:
        with pytest.raises(TypeError, match=option):
            client.chat(QUESTION, MODEL, **{option: None})

    def test_messages_of_every_kind_arrive_as_they_are(self, client: ChatClient, server: FakeServer) -> None:
        parts = [
            {"type": "text", "text": UNICODE},
            {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA"}},
        ]
        call = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": '{"a": "é"}'}}
        messages: list[Message] = [
            {"role": "system", "content": 'quotes " and \\ and \n'},
            {"role": "user", "content": parts},
            {"role": "assistant", "content": None, "tool_calls": [call]},
            {"role": "tool", "tool_call_id": "c1", "content": "1"},
        ]
        client.chat(messages, MODEL)
        assert server.requests[0].json["messages"] == messages

    @pytest.mark.parametrize(
        ("messages", "place"),
        [
            ([{"role": "user", "content": "a"}, {"role": "user", "content": b"bytes"}], r"messages\[1\]\.content"),
            (
                [{"role": "user", "content": [{"type": "text", "text": float("nan")}]}],
                r"messages\[0\]\.content\[0\]\.text",
            ),
            ([{"role": "user", "content": [object()]}], r"messages\[0\]\.content\[0\]"),
        ],
    )
    def test_a_message_that_is_not_json_is_refused_with_its_place(
        self, client: ChatClient, server: FakeServer, messages: list[dict[str, object]], place: str
    ) -> None:
        with pytest.raises((TypeError, ValueError), match=place):
            client.chat(messages, MODEL)
        with pytest.raises((TypeError, ValueError), match=place):
            list(client.stream(messages, MODEL))
        assert server.requests == []

    def test_no_model_is_refused(self, client: ChatClient) -> None:
        with pytest.raises(ValueError, match="model"):
            client.chat(QUESTION, [])

    # -- whole answers -------------------------------------------------------------------------------------------------

    def test_a_response_has_all_its_parts(self, client: ChatClient, server: FakeServer) -> None:
        calls = (ToolCall("open", '{"url": "x"}', "c1"), ToolCall("search", '{"q": "é"}', "c2"))
        usage = Usage(3, 5, cached_tokens=2, reasoning_tokens=4, cost=0.25)
        server.script.append(
            Answer(
                "Text",
                reasoning="Because",
                tool_calls=calls,
                usage=usage,
                finish_reason="tool_calls",
                model="served/model",
                extra={"provider": "Someone", "unknown": [1]},
                headers={"x-request-id": "req-1"},
            )
        )
        response = client.chat(QUESTION, MODEL)
        assert (response.text, response.reasoning) == ("Text", "Because")
        assert parts_of(response.tool_calls) == [("c1", "open", '{"url": "x"}'), ("c2", "search", '{"q": "é"}')]
        counted = response.usage
        assert counted is not None
        assert (counted.prompt_tokens, counted.completion_tokens, counted.total_tokens) == (3, 5, 8)
        assert (counted.cached_tokens, counted.reasoning_tokens, counted.cost) == (2, 4, 0.25)
        assert (response.model, response.provider) == ("served/model", "Someone")
        assert (response.finish_reason, response.request_id) == ("tool_calls", "req-1")
        assert response.raw["unknown"] == [1]

    def test_an_answer_without_its_optional_parts_is_an_answer(self, client: ChatClient, server: FakeServer) -> None:
        server.script.append(Body('{"choices": [{"message": {"content": null}}]}'))
        response = client.chat(QUESTION, MODEL)
        assert (response.text, response.reasoning, list(response.tool_calls)) == ("", "", [])
        assert (response.usage, response.provider, response.finish_reason, response.request_id) == (None,) * 4
        assert response.model == MODEL

    def test_a_compressed_answer_is_read(self, client: ChatClient, server: FakeServer) -> None:
        server.script += [Answer("plain " * 1000, gzip=True), Answer(("a", "b", "c"), gzip=True)]
        assert client.chat(QUESTION, MODEL).text == "plain " * 1000
        assert "".join(client.stream(QUESTION, MODEL)) == "abc"

    def test_unicode_survives_both_ways(self, client: ChatClient, server: FakeServer) -> None:
        server.script += [Answer(UNICODE), Answer(tuple(UNICODE))]
        assert client.send_request(UNICODE, MODEL) == UNICODE
        assert "".join(client.stream_response(UNICODE, MODEL)) == UNICODE
        assert [r.json["messages"][0]["content"] for r in server.requests] == [UNICODE, UNICODE]

    def test_models_are_listed(self, make_client: MakeClient) -> None:
        with FakeServer(models=["a", Model("b", "Bee", 4096)]) as server:
            models = make_client(base_url=server.base_url).models()
        assert [(m.id, m.name, m.context_length) for m in models] == [("a", None, None), ("b", "Bee", 4096)]

    # -- streams -------------------------------------------------------------------------------------------------------

    def test_a_stream_has_all_its_parts_at_its_end(self, client: ChatClient, server: FakeServer) -> None:
        answer = Answer(
            ("Te", "xt"),
            reasoning=("Be", "cause"),
            tool_calls=(ToolCall("open", '{"url": "x"}', "c1"),),
            usage=Usage(3, 5, cost=0.5),
            finish_reason="tool_calls",
            model="served/model",
            extra={"provider": "Someone"},
            headers={"x-request-id": "req-1"},
        )
        server.script.append(answer)
        stream = client.stream(QUESTION, MODEL)
        assert list(stream) == ["Te", "xt"]
        assert (stream.text, stream.reasoning) == ("Text", "Because")
        assert parts_of(stream.tool_calls) == [("c1", "open", '{"url": "x"}')]
        assert stream.usage is not None
        assert (stream.usage.total_tokens, stream.usage.cost) == (8, 0.5)
        assert (stream.model, stream.provider) == ("served/model", "Someone")
        assert (stream.finish_reason, stream.request_id) == ("tool_calls", "req-1")

    def test_events_come_in_order_and_finish_is_the_last(self, client: ChatClient, server: FakeServer) -> None:
        server.script.append(Answer(("a", "b"), reasoning=("r",), tool_calls=(ToolCall("f"),), comments=2))
        events = list(client.stream(QUESTION, MODEL).events())
        assert [event.kind for event in events] == ["reasoning", "text", "text", "tool_call", "usage", "finish"]
        assert [event.text for event in events[:3]] == ["r", "a", "b"]
        assert events[3].tool_call is not None
        assert events[4].usage is not None

    def test_a_stream_that_was_read_stays_at_its_end(self, client: ChatClient, server: FakeServer) -> None:
        server.script.append(Answer("a"))
        stream = client.stream(QUESTION, MODEL)
        assert list(stream) == ["a"]
        assert list(stream) == []
        assert list(stream.events()) == []
        assert list(stream.drain()) == []

    @pytest.mark.parametrize("key", ["reasoning", "reasoning_content"])
    def test_reasoning_is_separate_from_text(self, client: ChatClient, server: FakeServer, key: str) -> None:
        answer = Answer("blue", reasoning=("Let me ", "think"), reasoning_key=key)  # type: ignore[arg-type]
        server.script += [answer, answer]
        stream = client.stream(QUESTION, MODEL)
        assert (list(stream), stream.reasoning) == (["blue"], "Let me think")
        assert client.chat(QUESTION, MODEL).reasoning == "Let me think"

    def test_parallel_tool_calls_are_put_together_by_index(self, client: ChatClient, server: FakeServer) -> None:
        def delta(index: int, arguments: str, **more: object) -> Data:
            function = {"arguments": arguments} | ({"name": more["id"]} if more else {})
            return Data(chunk({"tool_calls": [{"index": index, "function": function, **more}]}))

        steps = (delta(0, '{"a', id="first"), delta(1, "[1", id="second"), delta(0, '": 1}'), delta(1, ", 2]"))
        server.script.append(Stream((*steps, Data(chunk({}, finish_reason="tool_calls")), DONE)))
        stream = client.stream(QUESTION, MODEL)
        calls = [event.tool_call for event in stream.events() if event.tool_call]
        assert parts_of(calls) == [("first", "first", '{"a": 1}'), ("second", "second", "[1, 2]")]
        assert parts_of(stream.tool_calls) == parts_of(calls)

    def test_tool_calls_with_the_same_index_are_separated_by_id(self, client: ChatClient, server: FakeServer) -> None:
        def delta(call: str, arguments: str) -> Data:
            function = {"name": call, "arguments": arguments}
            return Data(chunk({"tool_calls": [{"index": 0, "id": call, "function": function}]}))

        steps = (delta("first", "{}"), delta("second", "[]"), Data(chunk({}, finish_reason="tool_calls")), DONE)
        server.script.append(Stream(steps))
        stream = client.stream(QUESTION, MODEL)
        list(stream)
        assert [(c.id, c.arguments) for c in stream.tool_calls] == [("first", "{}"), ("second", "[]")]

    def test_deviations_of_providers_are_understood(self, client: ChatClient, server: FakeServer) -> None:
        thinking = {"type": "thinking", "thinking": [{"type": "text", "text": "hmm"}]}
        steps = (
            Data('{"choices": null}'),
            Data('{"choices": [{"delta": {"role": null, "content": null}, "finish_reason": null}]}'),
            Data('{"choices": [{"delta": {}, "finish_reason": ""}], "some": {"new": "thing"}}'),
            Data(chunk({"content": [thinking]})),
            Data(chunk({"content": [{"type": "text", "text": "one "}]})),
            Data('{"choices": [{"index": "0", "delta": {"content": "two"}}], "usage": null}'),
            Data('{"choices": [{"index": 1, "delta": {"content": "another choice"}}]}'),
            Data('{"choices": [{"delta": null, "finish_reason": "stop"}]}'),
            Data('{"choices": [{"index": 1, "finish_reason": "stop"}]}'),
            Data('{"choices": [], "usage": {"prompt_tokens": "3", "completion_tokens": 4.0, "total_tokens": null}}'),
        )
        server.script.append(Stream(steps))
        stream = client.stream(QUESTION, MODEL)
        assert list(stream) == ["one ", "two"]
        assert stream.reasoning == "hmm"
        assert stream.usage is not None
        assert (stream.usage.prompt_tokens, stream.usage.completion_tokens, stream.usage.total_tokens) == (3, 4, 7)

    def test_annotations_are_events(self, client: ChatClient, server: FakeServer) -> None:
        citation = {"type": "url_citation", "url_citation": {"url": "https://example.com"}}
        server.script.append(
            Stream((Data(chunk({"content": "a", "annotations": [citation]}, finish_reason="stop")), DONE))
        )
        kinds = [event.kind for event in client.stream(QUESTION, MODEL).events()]
        assert kinds == ["text", "annotation", "finish"]

    @pytest.mark.parametrize("size", [1, 7])
    def test_a_stream_cut_into_small_reads_is_the_same(self, client: ChatClient, server: FakeServer, size: int) -> None:
        whole = "".join(f'data: {{"choices":[{{"delta":{{"content":"{c}"}}}}]}}\r\n\r\n' for c in "é東👩").encode()
        whole += b"data: [DONE]\n\n"
        pieces = tuple(
            step for at in range(0, len(whole), size) for step in (Bytes(whole[at : at + size]), Pause(0.0002))
        )
        server.script.append(Stream(pieces))
        assert list(client.stream(QUESTION, MODEL)) == ["é", "東", "👩"]

    def test_a_long_stream_arrives_completely(self, client: ChatClient, server: FakeServer) -> None:
        words = tuple(f"word{i} " for i in range(3000))
        server.script.append(Answer(words))
        stream = client.stream(QUESTION, MODEL)
        assert tuple(stream) == words
        assert stream.text == "".join(words)

    def test_one_delta_of_a_megabyte_arrives_completely(self, client: ChatClient, server: FakeServer) -> None:
        text = "0123456789é" * 100_000
        server.script.append(Answer(text))
        assert "".join(client.stream(QUESTION, MODEL)) == text

    def test_half_a_surrogate_pair_in_an_answer_gives_text_that_can_be_stored(
        self, client: ChatClient, server: FakeServer, errors: Errors
    ) -> None:
        # It is either replaced or refused, so that writing or showing the text never fails later.
        server.script.append(
            Stream((Data('{"choices":[{"delta":{"content":"a\\ud83d"},"finish_reason":"stop"}]}'), DONE))
        )
        stream = client.stream(QUESTION, MODEL)
        try:
            list(stream)
        except errors.AIClientError:
            return
        assert stream.text.encode().startswith(b"a")

    # -- readiness -----------------------------------------------------------------------------------------------------

    def test_a_loop_on_the_descriptor_reads_the_whole_stream(self, client: ChatClient, server: FakeServer) -> None:
        server.script.append(Answer(tuple("abcdef"), delay=0.01))
        stream = client.stream(QUESTION, MODEL)
        events: list[StreamEvent] = []
        while not events or events[-1].kind != "finish":
            assert select.select([stream.fileno()], [], [], 30)[0]
            events += stream.drain()
        assert "".join(event.text for event in events if event.kind == "text") == "abcdef"

    def test_drain_gives_nothing_while_nothing_has_arrived(self, client: ChatClient, server: FakeServer) -> None:
        server.script.append(Stream((Data(chunk({"content": "a"})), Pause(60))))
        with client.stream(QUESTION, MODEL) as stream:
            assert select.select([stream.fileno()], [], [], 30)[0]
            assert [event.text for event in stream.drain()] == ["a"]
            assert list(stream.drain()) == []
            assert not select.select([stream.fileno()], [], [], 0.05)[0]

    def test_a_descriptor_requested_late_is_readable(self, client: ChatClient, server: FakeServer) -> None:
        server.script.append(Answer(("a", "b")))
        stream = client.stream(QUESTION, MODEL)
        iterator = stream.events()
        assert next(iterator).text == "a"
        rest: list[StreamEvent] = []
        while not rest or rest[-1].kind != "finish":
            assert select.select([stream.fileno()], [], [], 30)[0]
            rest += stream.drain()
        assert [event.kind for event in rest] == ["text", "usage", "finish"]

    # -- connections ---------------------------------------------------------------------------------------------------

    def test_connections_are_used_again(self, client: ChatClient, server: FakeServer) -> None:
        for _ in range(5):
            client.chat(QUESTION, MODEL)
        assert {request.connection for request in server.requests} == {1}

    def test_prewarming_opens_a_connection_before_it_is_needed(self, client: ChatClient, server: FakeServer) -> None:
        client.prewarm()
        assert server.wait_for_requests(1) or server.open_connections
        assert client.chat(QUESTION, MODEL).text

    def test_prewarming_towards_nothing_shows_on_the_first_call_only(
        self, make_client: MakeClient, errors: Errors
    ) -> None:
        with FakeServer() as gone:
            url = gone.base_url
        client = make_client(base_url=url, max_retries=0)
        client.prewarm()
        with pytest.raises(errors.APIConnectionError):
            client.chat(QUESTION, MODEL)
