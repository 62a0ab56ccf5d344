"""The body of an answer decides what it is, whatever was requested and whatever its content type says."""

from collections.abc import Callable

import pytest

from minimal_browser_core.chat.port import ChatClient
from minimal_browser_core.testing.fake_server import (
    DONE,
    Answer,
    Body,
    Bytes,
    Comment,
    Cut,
    Data,
    FakeServer,
    Pause,
    Raw,
    Reply,
    Stream,
    ToolCall,
    Usage,
    chunk,
)
from minimal_browser_core.testing.fake_server.requests import Request
from minimal_browser_core.testing.fake_server.wire import answer_document, answer_stream

from .base import MODEL, QUESTION, ChatSuite, Errors, MakeClient

LABELS = ["text/event-stream", "application/json", "text/html", "text/plain", "application/octet-stream", ""]
every_label = pytest.mark.parametrize("label", LABELS)
TEXT = Data(chunk({"content": "part"}))
ANSWER = Answer(
    ("Hel", "lo"),
    reasoning=("th", "ink"),
    tool_calls=(ToolCall("f", '{"x": 1}'),),
    usage=Usage(3, 4),
    finish_reason="tool_calls",
    headers={"x-request-id": "r1"},
)


def _whole(client: ChatClient) -> str:
    return client.chat(QUESTION, MODEL).text


def _streamed(client: ChatClient) -> str:
    return "".join(client.stream(QUESTION, MODEL))


both_ways = pytest.mark.parametrize("ask", [_whole, _streamed], ids=["whole", "streamed"])


class BodyFormats(ChatSuite):
    """JSON, event streams and web pages are recognised by their first character."""

    @both_ways
    @every_label
    @pytest.mark.parametrize("start", [(), (Comment(), Comment())], ids=["at once", "after comments"])
    def test_an_event_stream_is_read_with_any_label(
        self, client: ChatClient, server: FakeServer, ask: Callable[[ChatClient], str], label: str, start: tuple[()]
    ) -> None:
        server.script.append(Stream((*start, TEXT, TEXT, DONE), content_type=label))
        assert ask(client) == "partpart"

    @both_ways
    @every_label
    @pytest.mark.parametrize("start", ["", " \r\n\n"], ids=["at once", "after space"])
    def test_json_is_read_with_any_label(
        self, client: ChatClient, server: FakeServer, ask: Callable[[ChatClient], str], label: str, start: str
    ) -> None:
        document = answer_document(Answer("whole"), MODEL).body
        assert isinstance(document, bytes)
        server.script.append(Body(start.encode() + document, content_type=label))
        assert ask(client) == "whole"

    def test_a_byte_order_mark_is_skipped(self, client: ChatClient, server: FakeServer) -> None:
        document = answer_document(Answer("whole"), MODEL).body
        assert isinstance(document, bytes)
        server.script.append(Body(b"\xef\xbb\xbf" + document))
        assert client.chat(QUESTION, MODEL).text == "whole"

    @both_ways
    @every_label
    def test_a_web_page_is_named_with_any_label(
        self, client: ChatClient, server: FakeServer, errors: Errors, ask: Callable[[ChatClient], str], label: str
    ) -> None:
        page = "\n<!doctype html><html><head><title>Log in to the network</title></head><body>data: x</body></html>"
        server.script.append(Body(page, content_type=label))
        with pytest.raises(errors.ProtocolError, match="Log in to the network"):
            ask(client)

    @pytest.mark.parametrize("text", ["upstream is away", '"a text"', "0", "data"])
    def test_what_is_neither_is_an_error(
        self, client: ChatClient, server: FakeServer, errors: Errors, text: str
    ) -> None:
        server.script += [Body(text, content_type="text/plain")] * 2
        with pytest.raises(errors.AIClientError, match=text.strip('"')):
            client.chat(QUESTION, MODEL)
        with pytest.raises(errors.AIClientError):
            list(client.stream(QUESTION, MODEL))

    def test_a_stream_that_was_not_requested_is_the_whole_answer(self, client: ChatClient, server: FakeServer) -> None:
        def reply(request: Request) -> Reply:
            assert not request.wants_stream
            return answer_stream(ANSWER, request.model)

        server.script += [reply, ANSWER]
        assembled, expected = (client.chat(QUESTION, MODEL) for _ in range(2))
        for name in ("text", "reasoning", "tool_calls", "usage", "model", "finish_reason", "request_id", "message"):
            assert getattr(assembled, name) == getattr(expected, name), name
        assert assembled.raw["object"] == "chat.completion"
        assert assembled.raw["choices"][0]["message"] == expected.message
        assert assembled.time_to_last_byte is not None

    def test_a_stream_that_was_not_requested_is_verified(
        self, client: ChatClient, server: FakeServer, errors: Errors
    ) -> None:
        failed = Data({"error": {"message": "the GPU is on fire", "code": 502}})
        server.script += [Stream((TEXT, Cut())), Stream((TEXT,)), Stream((TEXT, failed))]
        for message in ("", "", "the GPU is on fire"):
            with pytest.raises(errors.AIClientError) as caught:
                client.chat(QUESTION, MODEL)
            assert message in str(caught.value)

    def test_the_connection_of_such_a_stream_is_used_again(self, client: ChatClient, server: FakeServer) -> None:
        server.default = Stream((TEXT, DONE))
        for _ in range(3):
            client.chat(QUESTION, MODEL)
        assert {request.connection for request in server.requests} == {1}

    def test_the_first_byte_of_a_whole_answer_is_its_first_content(
        self, make_client: MakeClient, server: FakeServer, errors: Errors
    ) -> None:
        # Some providers send white space to keep a connection alive.
        spaces = Stream((*(Bytes(b"\n"), Pause(0.02)) * 200,), content_type="application/json")
        server.script += [Body("{}", head_delay=10), spaces]
        client = make_client(base_url=server.base_url, first_token_timeout=0.3, max_retries=0)
        for _ in range(2):
            with pytest.raises(errors.APITimeoutError) as caught:
                client.chat(QUESTION, MODEL)
            assert caught.value.phase == "first_token"

    def test_after_its_first_byte_a_whole_answer_may_take_longer(
        self, make_client: MakeClient, server: FakeServer
    ) -> None:
        document = answer_document(Answer("whole"), MODEL).body
        assert isinstance(document, bytes)
        steps = (Bytes(document[:1]), Pause(0.8), Bytes(document[1:]))
        server.script.append(Stream(steps, content_type="application/json"))
        client = make_client(base_url=server.base_url, first_token_timeout=0.4, max_retries=0)
        assert client.chat(QUESTION, MODEL).text == "whole"

    @pytest.mark.parametrize(
        ("body", "problem"),
        [("", "empty"), (" \n", "empty"), ("null", "not an object"), ("7", "not an object"), ("{oops", "not JSON")],
    )
    @pytest.mark.parametrize("status", [200, 201])
    def test_a_body_that_is_no_answer_is_described_with_its_url_and_status(
        self, client: ChatClient, server: FakeServer, errors: Errors, body: str, problem: str, status: int
    ) -> None:
        server.script.append(Body(body, status=status))
        with pytest.raises(errors.ProtocolError, match=f"{server.base_url}.* {status} .*{problem}"):
            client.chat(QUESTION, MODEL)

    def test_an_answer_without_content_is_described(
        self, client: ChatClient, server: FakeServer, errors: Errors
    ) -> None:
        head = b"HTTP/1.1 204 No Content\r\n\r\n"
        server.script += [Raw((Bytes(head),)), Raw((Bytes(head),))]
        with pytest.raises(errors.ProtocolError, match=r"204 No Content.*empty"):
            client.chat(QUESTION, MODEL)
        with pytest.raises(errors.AIClientError, match="empty"):
            list(client.stream(QUESTION, MODEL))
