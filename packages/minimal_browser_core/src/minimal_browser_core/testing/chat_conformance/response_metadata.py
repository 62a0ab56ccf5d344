"""Rate limits and times of responses."""

import time

import pytest

from minimal_browser_core.chat.port import ChatClient
from minimal_browser_core.testing.fake_server import Answer, Data, Error, FakeServer, Hang, Stream, chunk

from .base import MODEL, QUESTION, ChatSuite, MakeClient

HEADERS = {
    "X-RateLimit-Limit-Requests": "60",
    "x-ratelimit-reset-tokens": "6m0s",
    "RateLimit": '"default";r=50;t=30',
    "Retry-After": "3",
    "X-Other": "other",
}
LIMITS = {name.lower(): value for name, value in HEADERS.items() if name != "X-Other"}


class ResponseMetadata(ChatSuite):
    """Responses have rate limits and times."""

    def test_the_rate_limit_headers_are_on_the_response(self, client: ChatClient, server: FakeServer) -> None:
        server.script += [Answer("so", headers=HEADERS), Answer("so")]
        assert dict(client.chat(QUESTION, MODEL).rate_limits) == LIMITS
        assert dict(client.chat(QUESTION, MODEL).rate_limits) == {}

    def test_the_rate_limit_headers_are_on_the_stream(self, client: ChatClient, server: FakeServer) -> None:
        server.script.append(Answer("so", headers=HEADERS))
        stream = client.stream(QUESTION, MODEL)
        assert "".join(stream) == "so"
        assert dict(stream.rate_limits) == LIMITS

    def test_the_times_to_the_first_and_the_last_byte_are_on_the_response(
        self, client: ChatClient, server: FakeServer
    ) -> None:
        server.script.append(Answer("so", head_delay=0.2))
        response = client.chat(QUESTION, MODEL)
        assert response.time_to_first_byte is not None
        assert response.time_to_last_byte is not None
        assert 0.2 <= response.time_to_first_byte <= response.time_to_last_byte

    def test_the_times_of_a_stream_are_there_as_soon_as_their_bytes_are(
        self, client: ChatClient, server: FakeServer
    ) -> None:
        server.script.append(Answer(("s", "o"), delay=0.1))
        stream = client.stream(QUESTION, MODEL)
        assert next(stream) == "s"
        assert stream.time_to_first_byte is not None
        assert list(stream) == ["o"]
        assert stream.time_to_last_byte is not None
        # Five events follow the head.
        assert stream.time_to_last_byte >= stream.time_to_first_byte + 0.3

    def test_a_stream_under_way_has_no_last_byte(self, client: ChatClient, server: FakeServer) -> None:
        server.script.append(Stream((Data(chunk({"content": "first"})), Hang())))
        with client.stream(QUESTION, MODEL) as stream:
            assert next(stream) == "first"
            assert stream.time_to_last_byte is None

    def test_the_times_are_those_of_the_successful_attempt(self, make_client: MakeClient, server: FakeServer) -> None:
        server.script += [Error(503, headers={"retry-after-ms": "400"}), Answer("so")]
        started = time.monotonic()
        response = make_client(base_url=server.base_url).chat(QUESTION, MODEL)
        assert response.time_to_last_byte is not None
        # Without the wait between the attempts.
        assert response.time_to_last_byte <= time.monotonic() - started - 0.4

    @pytest.mark.parametrize("refused", [False, True])
    def test_before_the_head_nothing_is_known(self, client: ChatClient, server: FakeServer, refused: bool) -> None:
        server.script.append(Error(404) if refused else Hang())
        with client.stream(QUESTION, MODEL) as stream:
            assert server.wait_for_requests(1)
            assert (dict(stream.rate_limits), stream.time_to_first_byte, stream.time_to_last_byte) == ({}, None, None)
