"""Complete and interrupted streams."""

import select
from typing import Any

import pytest

from minimal_browser_core.chat.port import ChatClient
from minimal_browser_core.testing.fake_server import (
    DONE,
    Body,
    Bytes,
    Comment,
    Cut,
    Data,
    FakeServer,
    Hang,
    Pause,
    Stream,
    chunk,
)

from .base import MODEL, QUESTION, ChatSuite, Errors, MakeClient

TEXT = Data(chunk({"content": "part"}))
FINISH = Data(chunk({}, finish_reason="stop"))
TEXT_AND_FINISH = Data(chunk({"content": "part"}, finish_reason="stop"))
USAGE = Data(chunk(usage={"prompt_tokens": 1, "completion_tokens": 1}))


def call_chunk(arguments: str, **fields: str) -> Data:
    """Return one piece of a tool call, with a finish reason."""
    call = {"index": 0, "function": {"arguments": arguments, **fields}}
    return Data(chunk({"tool_calls": [call]}, finish_reason="tool_calls"))


class StreamEnd(ChatSuite):
    """A stream ends well, or raises an error that holds what had arrived."""

    @pytest.mark.parametrize(
        "stream",
        [
            pytest.param(Stream((TEXT, FINISH, DONE)), id="finish reason and DONE"),
            pytest.param(Stream((TEXT, FINISH)), id="no DONE"),
            pytest.param(Stream((TEXT, DONE)), id="no finish reason"),
            pytest.param(Stream((TEXT, Bytes(b"data: [DONE]"))), id="DONE without its blank line"),
            pytest.param(
                Stream((TEXT, Bytes(b'data: {"choices":[{"delta":{},"finish_reason":"stop"}]}'))),
                id="finish reason without its blank line",
            ),
            pytest.param(Stream((TEXT, FINISH), framing="close"), id="ended by closing the connection"),
            pytest.param(Stream((TEXT, FINISH, Cut())), id="closed in the middle of the framing"),
            pytest.param(Stream((TEXT, FINISH, DONE), content_type="text/plain"), id="another content type"),
            pytest.param(Stream((TEXT, FINISH, DONE, Data("rubbish"))), id="rubbish after DONE"),
        ],
    )
    def test_a_complete_answer_ends_well(self, client: ChatClient, server: FakeServer, stream: Stream) -> None:
        server.script.append(stream)
        reply = client.stream(QUESTION, MODEL)
        assert list(reply) == ["part"]

    def test_usage_may_come_after_the_finish_reason(self, make_client: MakeClient, server: FakeServer) -> None:
        server.script.append(Stream((TEXT, FINISH, Pause(0.3), USAGE, Hang())))
        reply = make_client(base_url=server.base_url, end_timeout=0.6).stream(QUESTION, MODEL)
        assert list(reply) == ["part"]
        assert reply.usage is not None
        assert reply.usage.total_tokens == 2

    def test_a_choice_without_content_is_not_waited_for(self, make_client: MakeClient, server: FakeServer) -> None:
        unused = Data('{"choices": [{"index": 1, "delta": {"role": "assistant"}}]}')
        server.script.append(Stream((unused, TEXT, FINISH, Hang())))
        reply = make_client(base_url=server.base_url, end_timeout=0.3, idle_timeout=20).stream(QUESTION, MODEL)
        assert list(reply) == ["part"]

    @pytest.mark.parametrize("timeouts", [{"end_timeout": 0.3}, {"idle_timeout": 0.3}], ids=["end", "idle"])
    def test_silence_after_the_finish_reason_ends_the_answer(
        self, make_client: MakeClient, server: FakeServer, timeouts: dict[str, float]
    ) -> None:
        server.script.append(Stream((TEXT, FINISH, Hang())))
        client = make_client(base_url=server.base_url, **timeouts)
        assert list(client.stream(QUESTION, MODEL)) == ["part"]
        assert server.requests[0].client_left.wait(10)

    def test_comments_do_not_extend_an_answer_after_its_finish_reason(
        self, make_client: MakeClient, server: FakeServer
    ) -> None:
        server.script.append(Stream((TEXT, FINISH, *(Comment(), Pause(0.02)) * 200)))
        client = make_client(base_url=server.base_url, end_timeout=0.3)
        assert list(client.stream(QUESTION, MODEL)) == ["part"]
        assert server.requests[0].client_left.wait(10)

    @pytest.mark.parametrize(
        "heartbeat",
        [
            pytest.param({"choices": []}, id="no choices"),
            pytest.param({"choices": [{"index": 0, "delta": {}, "finish_reason": None}]}, id="empty delta"),
            pytest.param({"choices": [{"index": 0, "delta": {"role": "assistant", "content": ""}}]}, id="empty text"),
            pytest.param({"id": "x", "object": "chat.completion.chunk"}, id="only names"),
        ],
    )
    def test_empty_chunks_do_not_extend_an_answer_after_its_finish_reason(
        self, make_client: MakeClient, server: FakeServer, heartbeat: dict[str, Any]
    ) -> None:
        server.script.append(Stream((TEXT, FINISH, *(Data(heartbeat), Pause(0.02)) * 200)))
        client = make_client(base_url=server.base_url, end_timeout=0.3)
        assert list(client.stream(QUESTION, MODEL)) == ["part"]
        assert server.requests[0].client_left.wait(10)

    def test_chunks_with_usage_extend_an_answer_after_its_finish_reason(
        self, make_client: MakeClient, server: FakeServer
    ) -> None:
        server.script.append(Stream((TEXT, FINISH, *(USAGE, Pause(0.1)) * 8, TEXT, FINISH, DONE)))
        client = make_client(base_url=server.base_url, end_timeout=0.6)
        assert list(client.stream(QUESTION, MODEL)) == ["part", "part"]

    def test_each_chunk_extends_an_answer_that_has_a_finish_reason_in_every_chunk(
        self, make_client: MakeClient, server: FakeServer
    ) -> None:
        server.script.append(Stream((TEXT_AND_FINISH, Pause(0.1)) * 10))
        client = make_client(base_url=server.base_url, end_timeout=0.6)
        assert list(client.stream(QUESTION, MODEL)) == ["part"] * 10

    def test_by_default_content_may_come_seconds_after_a_finish_reason(
        self, client: ChatClient, server: FakeServer
    ) -> None:
        early = Data(chunk({"reasoning_content": "hm"}, finish_reason="stop"))
        server.script.append(Stream((early, Pause(2.5), TEXT, FINISH, USAGE, DONE)))
        reply = client.stream(QUESTION, MODEL)
        assert list(reply) == ["part"]
        assert reply.usage is not None

    def test_content_after_a_finish_reason_is_waited_for_like_any_content(
        self, make_client: MakeClient, server: FakeServer
    ) -> None:
        server.script.append(Stream((FINISH, TEXT, Pause(0.8), TEXT, FINISH, DONE)))
        client = make_client(base_url=server.base_url, end_timeout=0.3)
        assert list(client.stream(QUESTION, MODEL)) == ["part", "part"]

    def test_the_answer_ends_with_the_last_of_several_choices(
        self, make_client: MakeClient, server: FakeServer
    ) -> None:
        other = Data({"choices": [{"index": 1, "delta": {"content": "other"}}]})
        other_finish = Data({"choices": [{"index": 1, "delta": {}, "finish_reason": "stop"}]})
        steps = (TEXT, other, FINISH, Pause(0.8), other, other_finish, USAGE, Hang())
        server.script.append(Stream(steps))
        reply = make_client(base_url=server.base_url, end_timeout=0.3).stream(QUESTION, MODEL, n=2)
        assert list(reply) == ["part"]
        assert reply.usage is not None

    def test_the_finish_reason_of_another_choice_does_not_complete_the_first(
        self, client: ChatClient, server: FakeServer, errors: Errors
    ) -> None:
        other = Data({"choices": [{"index": 1, "delta": {"content": "other"}, "finish_reason": "stop"}]})
        server.script.extend([Stream((TEXT, other)), Stream((TEXT, other, FINISH))])
        with pytest.raises(errors.StreamInterruptedError):
            list(client.stream(QUESTION, MODEL, n=2))
        assert list(client.stream(QUESTION, MODEL, n=2)) == ["part"]

    @pytest.mark.parametrize(
        "delta", [{"content": "oth"}, {"reasoning": "hm"}, {"tool_calls": [{"id": "c", "function": {"name": "f"}}]}]
    )
    @pytest.mark.parametrize("framing", ["chunked", "close"])
    def test_the_finish_reason_of_the_first_choice_does_not_complete_another(
        self, client: ChatClient, server: FakeServer, errors: Errors, delta: dict[str, Any], framing: Any
    ) -> None:
        other = Data({"choices": [{"index": 1, "delta": delta}]})
        server.script.extend([Stream((TEXT, other, FINISH), framing=framing), Stream((TEXT, other, FINISH, DONE))])
        stream = client.stream(QUESTION, MODEL, n=2)
        with pytest.raises(errors.StreamInterruptedError) as caught:
            list(stream)
        assert (stream.text, caught.value.partial_text) == ("part", "part")
        # The provider says that this is all.
        assert list(client.stream(QUESTION, MODEL, n=2)) == ["part"]

    def test_content_of_other_choices_restarts_the_stall_timeout(
        self, make_client: MakeClient, server: FakeServer
    ) -> None:
        other = Data({"choices": [{"index": 1, "delta": {"content": "other"}}]})
        server.script.append(Stream((TEXT, *(other, Pause(0.1)) * 10, FINISH, DONE)))
        reply = make_client(base_url=server.base_url, stall_timeout=0.6).stream(QUESTION, MODEL, n=2)
        assert list(reply) == ["part"]

    def test_an_answer_that_breaks_after_content_behind_a_finish_reason_is_interrupted(
        self, client: ChatClient, server: FakeServer, errors: Errors
    ) -> None:
        server.script.append(Stream((FINISH, TEXT, Cut())))
        with pytest.raises(errors.StreamInterruptedError):
            list(client.stream(QUESTION, MODEL))

    def test_a_tool_call_is_complete_although_every_chunk_has_a_finish_reason(
        self, client: ChatClient, server: FakeServer
    ) -> None:
        server.script.append(Stream((call_chunk('{"x"', name="f"), call_chunk(": 1}"), DONE)))
        events = list(client.stream(QUESTION, MODEL).events())
        calls = [event.tool_call.arguments for event in events if event.tool_call is not None]
        assert calls == ['{"x": 1}']

    @pytest.mark.parametrize(
        "stream",
        [
            pytest.param(Stream((TEXT,)), id="neither finish reason nor DONE"),
            pytest.param(Stream((TEXT,), framing="close"), id="the connection closed"),
            pytest.param(Stream((TEXT, Cut())), id="closed in the middle of the framing"),
            pytest.param(Stream((TEXT, Data('{"error": {"message": "overloaded", "code": 503}}'))), id="error event"),
            pytest.param(Stream((TEXT, Data('{"message": "overloaded"}', event="error"))), id="named error event"),
            pytest.param(Stream((TEXT, Bytes(b'data: {"choices": [{"del'))), id="half an event"),
        ],
    )
    def test_an_interrupted_answer_raises_and_holds_what_had_arrived(
        self, client: ChatClient, server: FakeServer, errors: Errors, stream: Stream
    ) -> None:
        server.script.append(stream)
        reply = client.stream(QUESTION, MODEL)
        seen: list[str] = []
        with pytest.raises(errors.StreamInterruptedError) as caught:
            seen.extend(reply)
        assert (seen, reply.text, caught.value.partial_text) == (["part"], "part", "part")

    def test_a_reset_connection_raises(self, client: ChatClient, server: FakeServer, errors: Errors) -> None:
        # A reset may overtake data that was sent before it, so any part of the text may arrive.
        server.script.append(Stream((TEXT, Cut(reset=True))))
        with pytest.raises(errors.AIClientError):
            list(client.stream(QUESTION, MODEL))

    def test_an_event_that_is_not_json_raises(self, client: ChatClient, server: FakeServer, errors: Errors) -> None:
        server.script.append(Stream((TEXT, Data("{oops"), FINISH, DONE)))
        reply = client.stream(QUESTION, MODEL)
        with pytest.raises((errors.StreamInterruptedError, errors.ProtocolError)):
            list(reply)
        assert reply.text == "part"

    def test_the_provider_message_is_in_the_error(self, client: ChatClient, server: FakeServer, errors: Errors) -> None:
        error = Data('{"error": {"message": "the GPU is on fire", "code": 502}}')
        usage = Data(chunk(usage={"prompt_tokens": 1, "completion_tokens": 2}))
        server.script.append(Stream((TEXT, usage, error), headers={"x-request-id": "req-9"}))
        with pytest.raises(errors.StreamInterruptedError, match="the GPU is on fire") as caught:
            list(client.stream(QUESTION, MODEL))
        assert caught.value.request_id == "req-9"
        assert caught.value.usage.total_tokens == 3

    def test_drain_raises_as_iteration_would(self, client: ChatClient, server: FakeServer, errors: Errors) -> None:
        server.script.append(Stream((TEXT,)))
        stream = client.stream(QUESTION, MODEL)
        texts: list[str] = []

        def read_on() -> None:
            while select.select([stream.fileno()], [], [], 30)[0]:
                texts.extend(event.text for event in stream.drain())

        with pytest.raises(errors.StreamInterruptedError):
            read_on()
        assert texts == ["part"]

    @pytest.mark.parametrize(
        "body",
        [
            pytest.param(Body('{"error": {"message": "no such luck", "code": "oops"}}'), id="JSON error"),
            pytest.param(Body('{"detail": "no such luck"}'), id="JSON of another API"),
            pytest.param(
                Body("<!DOCTYPE html><html><body>no such luck</body></html>", content_type="text/html"), id="HTML"
            ),
            pytest.param(Body("", content_type="text/plain"), id="nothing"),
        ],
    )
    def test_an_invalid_answer_with_status_200_raises(
        self, client: ChatClient, server: FakeServer, errors: Errors, body: Body
    ) -> None:
        server.script += [body, body]
        with pytest.raises(errors.AIClientError) as streamed:
            list(client.stream(QUESTION, MODEL))
        with pytest.raises(errors.AIClientError) as whole:
            client.chat(QUESTION, MODEL)
        if body.body:
            assert "no such luck" in str(streamed.value)
            assert "no such luck" in str(whole.value)

    def test_a_response_without_streaming_becomes_a_stream(self, client: ChatClient, server: FakeServer) -> None:
        message = '{"choices": [{"message": {"content": "whole"}, "finish_reason": "stop"}]}'
        server.script.append(Body(message))
        assert "".join(client.stream(QUESTION, MODEL)) == "whole"
