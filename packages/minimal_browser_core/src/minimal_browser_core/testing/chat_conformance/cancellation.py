"""Cancel streams, explicitly or by dropping them."""

import gc
import select
import threading

import pytest

from minimal_browser_core.chat.port import ChatClient
from minimal_browser_core.testing.fake_server import Answer, Data, FakeServer, Hang, Stream, chunk

from .base import MODEL, QUESTION, ChatSuite, Errors

TEXT = Data(chunk({"content": "part"}))


class Cancellation(ChatSuite):
    """A cancelled stream ends at once and closes its connection."""

    @pytest.mark.parametrize(
        "reply", [pytest.param(Hang(), id="before the head"), pytest.param(Stream((TEXT, Hang())), id="in the middle")]
    )
    def test_cancelling_ends_a_waiting_reader_and_closes_the_connection(
        self, client: ChatClient, server: FakeServer, errors: Errors, reply: Hang | Stream
    ) -> None:
        server.script.append(reply)
        stream = client.stream(QUESTION, MODEL)
        outcome: list[BaseException] = []

        def read() -> None:
            try:
                list(stream)
            except BaseException as error:  # noqa: BLE001  the outcome is checked below
                outcome.append(error)

        reader = threading.Thread(target=read)
        reader.start()
        assert server.wait_for_requests(1)
        stream.cancel()
        stream.cancel()
        reader.join(30)
        assert not reader.is_alive()
        assert isinstance(outcome[0], errors.StreamCancelled)
        assert server.requests[0].client_left.wait(10)

    def test_received_text_stays_after_cancelling(self, client: ChatClient, server: FakeServer, errors: Errors) -> None:
        server.script.append(Stream((TEXT, Hang())))
        stream = client.stream(QUESTION, MODEL)
        assert next(stream) == "part"
        stream.cancel()
        assert stream.text == "part"
        with pytest.raises(errors.StreamCancelled):
            next(stream)

    def test_a_cancelled_stream_is_readable_and_raises_on_drain(
        self, client: ChatClient, server: FakeServer, errors: Errors
    ) -> None:
        server.script.append(Hang())
        stream = client.stream(QUESTION, MODEL)
        assert server.wait_for_requests(1)
        descriptor = stream.fileno()
        stream.cancel()
        assert select.select([descriptor], [], [], 30)[0]
        with pytest.raises(errors.StreamCancelled):
            stream.drain()

    def test_cancelling_at_once_is_safe(self, client: ChatClient, server: FakeServer, errors: Errors) -> None:
        server.default = Stream((TEXT, Hang()))
        for _ in range(10):
            stream = client.stream(QUESTION, MODEL)
            stream.cancel()
            with pytest.raises(errors.StreamCancelled):
                list(stream)
        assert server.wait_for_no_connections()

    def test_cancelling_after_the_end_changes_nothing(self, client: ChatClient, server: FakeServer) -> None:
        server.script.append(Answer("whole"))
        stream = client.stream(QUESTION, MODEL)
        assert list(stream) == ["whole"]
        stream.cancel()
        assert list(stream) == []
        assert stream.text == "whole"

    def test_leaving_the_with_block_closes_the_connection(self, client: ChatClient, server: FakeServer) -> None:
        server.script.append(Stream((TEXT, Hang())))
        with client.stream(QUESTION, MODEL) as stream:
            assert next(iter(stream)) == "part"
        assert server.requests[0].client_left.wait(10)

    def test_dropping_the_stream_closes_the_connection(self, client: ChatClient, server: FakeServer) -> None:
        server.script.append(Stream((TEXT, Hang())))
        stream = client.stream(QUESTION, MODEL)
        assert next(iter(stream)) == "part"
        del stream
        gc.collect()
        assert server.requests[0].client_left.wait(10)

    def test_other_streams_of_the_client_go_on(self, client: ChatClient, server: FakeServer) -> None:
        server.script += [Stream((TEXT, Hang())), Answer(tuple("abcdef"), delay=0.02)]
        doomed = client.stream(QUESTION, MODEL)
        assert next(iter(doomed)) == "part"
        other = client.stream(QUESTION, MODEL)
        doomed.cancel()
        assert "".join(other) == "abcdef"

    def test_closing_the_client_ends_its_streams(self, client: ChatClient, server: FakeServer, errors: Errors) -> None:
        server.script.append(Stream((TEXT, Hang())))
        stream = client.stream(QUESTION, MODEL)
        assert next(iter(stream)) == "part"
        client.close()
        client.close()
        with pytest.raises(errors.AIClientError):
            list(stream)
        assert server.wait_for_no_connections()

    def test_a_closed_client_refuses_calls(self, client: ChatClient, errors: Errors) -> None:
        client.close()
        with pytest.raises((errors.AIClientError, RuntimeError), match="closed"):
            client.chat(QUESTION, MODEL)
