"""Timeouts: which one ends a call."""

import socket
import sys

import pytest

from minimal_browser_core.testing.fake_server import Body, Comment, Data, Error, FakeServer, Hang, Pause, Stream, chunk

from .base import MODEL, QUESTION, ChatSuite, Errors, MakeClient

SHORT = 0.3
TEXT = Data(chunk({"content": "part"}))
COMMENTS = (Comment(), Pause(0.02)) * 200


class Timeouts(ChatSuite):
    """The right timeout ends a call."""

    def test_a_server_that_never_answers_runs_into_the_idle_timer(
        self, make_client: MakeClient, server: FakeServer, errors: Errors
    ) -> None:
        server.default = Hang()
        client = make_client(base_url=server.base_url, idle_timeout=SHORT, max_retries=0)
        for ask in (lambda: client.chat(QUESTION, MODEL), lambda: list(client.stream(QUESTION, MODEL))):
            with pytest.raises(errors.APITimeoutError) as caught:
                ask()
            assert caught.value.phase == "idle"
            assert caught.value.retryable is True

    def test_a_stream_that_falls_silent_runs_into_the_idle_timer(
        self, make_client: MakeClient, server: FakeServer, errors: Errors
    ) -> None:
        server.script.append(Stream((TEXT, Hang())))
        stream = make_client(base_url=server.base_url, idle_timeout=SHORT).stream(QUESTION, MODEL)
        with pytest.raises(errors.APITimeoutError) as caught:
            list(stream)
        assert (caught.value.phase, stream.text) == ("idle", "part")
        assert server.requests[0].client_left.wait(10)

    def test_comments_keep_the_idle_timer_from_running_out(self, make_client: MakeClient, server: FakeServer) -> None:
        steps = ((Comment(), Pause(0.1)) * 8, (TEXT, Data("[DONE]")))
        server.script.append(Stream((*steps[0], *steps[1])))
        client = make_client(base_url=server.base_url, idle_timeout=0.6)
        assert list(client.stream(QUESTION, MODEL)) == ["part"]

    def test_comments_do_not_hide_that_no_content_comes(
        self, make_client: MakeClient, server: FakeServer, errors: Errors
    ) -> None:
        server.script.append(Stream(COMMENTS))
        client = make_client(base_url=server.base_url, first_token_timeout=SHORT, max_retries=0)
        with pytest.raises(errors.APITimeoutError) as caught:
            list(client.stream(QUESTION, MODEL))
        assert caught.value.phase == "first_token"

    def test_comments_do_not_hide_that_content_stalls(
        self, make_client: MakeClient, server: FakeServer, errors: Errors
    ) -> None:
        server.script.append(Stream((TEXT, *COMMENTS)))
        stream = make_client(base_url=server.base_url, stall_timeout=SHORT).stream(QUESTION, MODEL)
        with pytest.raises(errors.APITimeoutError) as caught:
            list(stream)
        assert (caught.value.phase, stream.text) == ("stall", "part")

    def test_continuous_content_ends_with_the_total_timeout(
        self, make_client: MakeClient, server: FakeServer, errors: Errors
    ) -> None:
        server.script.append(Stream((TEXT, Pause(0.02)) * 200))
        client = make_client(base_url=server.base_url, total_timeout=SHORT)
        with pytest.raises(errors.APITimeoutError) as caught:
            list(client.stream(QUESTION, MODEL))
        assert caught.value.phase == "total"

    def test_the_total_timeout_covers_a_response(
        self, make_client: MakeClient, server: FakeServer, errors: Errors
    ) -> None:
        server.script.append(Body("{}", head_delay=60))
        with pytest.raises(errors.APITimeoutError) as caught:
            make_client(base_url=server.base_url, total_timeout=SHORT).chat(QUESTION, MODEL)
        assert caught.value.phase == "total"

    def test_no_retry_waits_beyond_the_total_timeout(
        self, make_client: MakeClient, server: FakeServer, errors: Errors
    ) -> None:
        server.script.append(Error(503, headers={"Retry-After": "30"}))
        with pytest.raises(errors.AIClientError):
            make_client(base_url=server.base_url, total_timeout=SHORT).chat(QUESTION, MODEL)
        assert len(server.requests) == 1

    @pytest.mark.skipif(sys.platform != "linux", reason="only Linux leaves a connection waiting when the queue is full")
    def test_a_server_that_accepts_nobody_runs_into_the_connect_timer(
        self, make_client: MakeClient, errors: Errors
    ) -> None:
        waiting = []
        with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
            try:
                for _ in range(4):
                    waiting.append(socket.socket())
                    waiting[-1].setblocking(False)
                    waiting[-1].connect_ex(listener.getsockname())
                url = f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
                with pytest.raises(errors.APITimeoutError) as caught:
                    make_client(base_url=url, connect_timeout=SHORT, max_retries=0).chat(QUESTION, MODEL)
                assert caught.value.phase == "connect"
            finally:
                for sock in waiting:
                    sock.close()

    @pytest.mark.parametrize("seconds", [0, -1, float("nan")])
    def test_a_timeout_that_is_none_is_refused(self, make_client: MakeClient, seconds: float) -> None:
        with pytest.raises(ValueError, match="timeout"):
            make_client(base_url="http://127.0.0.1:1/v1", connect_timeout=seconds)

    def test_the_total_timeout_names_what_sets_it(
        self, make_client: MakeClient, server: FakeServer, errors: Errors
    ) -> None:
        server.default = Hang()
        with pytest.raises(errors.APITimeoutError, match="option timeout of the call"):
            make_client(base_url=server.base_url).chat(QUESTION, MODEL, timeout=0.1)
        with pytest.raises(errors.APITimeoutError, match="total_timeout sets"):
            make_client(base_url=server.base_url, total_timeout=0.1).chat(QUESTION, MODEL)
