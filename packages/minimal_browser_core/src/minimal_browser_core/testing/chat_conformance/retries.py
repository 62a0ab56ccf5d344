"""Retries."""

import time
from typing import Any

import pytest

from minimal_browser_core.chat.port import ChatClient
from minimal_browser_core.testing.fake_server import DONE, Answer, Bytes, Cut, Data, Error, FakeServer, Stream, chunk

from .base import QUESTION, ChatSuite, Errors, MakeClient

SOON = {"retry-after-ms": "1"}


def error_data(status: int, **fields: Any) -> Data:
    """Return an event that is an error with the status."""
    return Data({"error": {"message": "not now", "code": status}, **fields})


class Retries(ChatSuite):
    """Transient failures are retried, others are not."""

    @pytest.fixture
    def patient(self, make_client: MakeClient, server: FakeServer) -> ChatClient:
        return make_client(base_url=server.base_url, max_retries=2)

    @pytest.mark.parametrize("status", [408, 409, 429, 500, 503, 529])
    def test_a_transient_failure_is_retried(self, patient: ChatClient, server: FakeServer, status: int) -> None:
        server.script += [Error(status, headers=SOON), Error(status, headers=SOON), Answer("at last")]
        assert patient.chat(QUESTION, "m").text == "at last"
        assert len(server.requests) == 3

    def test_a_stream_is_retried(self, patient: ChatClient, server: FakeServer) -> None:
        server.script += [Error(503, headers=SOON), Answer(("at ", "last"))]
        assert "".join(patient.stream(QUESTION, "m")) == "at last"

    def test_the_list_of_models_is_retried(self, patient: ChatClient, server: FakeServer) -> None:
        server.models_script.append(Error(503, headers=SOON))
        assert len(patient.models()) == len(server.models)

    @pytest.mark.parametrize("reset", [False, True])
    def test_a_connection_lost_before_the_answer_is_retried(
        self, patient: ChatClient, server: FakeServer, reset: bool
    ) -> None:
        server.script += [Cut(reset=reset), Answer("at last")]
        assert patient.chat(QUESTION, "m").text == "at last"

    def test_a_retry_waits_for_retry_after(self, patient: ChatClient, server: FakeServer) -> None:
        server.script += [Error(429, headers={"Retry-After": "0"}), Answer("at last")]
        assert patient.chat(QUESTION, "m").text == "at last"

    @pytest.mark.parametrize(
        "headers", [{"Retry-After": "0"}, {"retry-after-ms": "0"}, {"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}]
    )
    def test_a_server_that_asks_for_no_delay_is_not_called_at_once(
        self, make_client: MakeClient, server: FakeServer, errors: Errors, headers: dict[str, str]
    ) -> None:
        server.default = Error(429, headers=headers)
        began = time.monotonic()
        with pytest.raises(errors.RateLimitError):
            make_client(base_url=server.base_url, max_retries=4).chat(QUESTION, "m")
        # With jitter up to 7.5 s. It would be less than this once in 100000 times.
        assert time.monotonic() - began > 0.1

    def test_a_wait_of_more_than_a_minute_is_not_waited_for(
        self, patient: ChatClient, server: FakeServer, errors: Errors
    ) -> None:
        server.script.append(Error(429, headers={"Retry-After": "3600"}))
        with pytest.raises(errors.RateLimitError) as caught:
            patient.chat(QUESTION, "m")
        assert caught.value.retry_after == 3600
        assert len(server.requests) == 1

    @pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 422])
    def test_a_permanent_failure_is_not_retried(
        self, patient: ChatClient, server: FakeServer, errors: Errors, status: int
    ) -> None:
        server.script.append(Error(status))
        with pytest.raises(errors.APIStatusError):
            patient.chat(QUESTION, "m")
        assert len(server.requests) == 1

    def test_the_number_of_attempts_is_limited_and_the_error_lists_them(
        self, patient: ChatClient, server: FakeServer, errors: Errors
    ) -> None:
        server.default = Error(503, headers=SOON)
        with pytest.raises(errors.InternalServerError) as caught:
            patient.chat(QUESTION, "m")
        assert len(server.requests) == 3
        assert len(caught.value.attempts) == 3

    def test_without_retries_there_is_one_attempt(self, client: ChatClient, server: FakeServer, errors: Errors) -> None:
        server.default = Error(503, headers=SOON)
        with pytest.raises(errors.InternalServerError):
            client.chat(QUESTION, "m")
        assert len(server.requests) == 1

    def test_the_server_can_forbid_a_retry(self, patient: ChatClient, server: FakeServer, errors: Errors) -> None:
        server.script.append(Error(503, headers={"x-should-retry": "false"}))
        with pytest.raises(errors.InternalServerError):
            patient.chat(QUESTION, "m")
        assert len(server.requests) == 1

    def test_nothing_is_retried_after_a_delivery(self, patient: ChatClient, server: FakeServer, errors: Errors) -> None:
        server.script.append(Answer(("a", "b"), cut_after=2))
        with pytest.raises(errors.StreamInterruptedError):
            list(patient.stream(QUESTION, ["first", "second"]))
        assert len(server.requests) == 1

    # -- errors within a stream ----------------------------------------------------------------------------------------

    @pytest.mark.parametrize(
        "steps",
        [
            pytest.param((error_data(429),), id="first event"),
            pytest.param((error_data(503), DONE), id="first event, then DONE"),
            pytest.param((Data(chunk({"role": "assistant", "content": ""})), error_data(429)), id="after the role"),
            pytest.param((Data(chunk({"content": ""})), error_data(500)), id="after an empty text"),
            pytest.param((error_data(429, choices=[]),), id="beside choices"),
            pytest.param((Data({"choices": [{"error": {"code": 502, "message": "x"}}]}),), id="of a choice"),
            pytest.param((Data({"message": "not now", "code": 429}, event="error"),), id="named error event"),
            pytest.param((Bytes(b'data: {"error":{"message":"not now","code":429}}'),), id="without a blank line"),
        ],
    )
    @pytest.mark.parametrize("is_streamed", [True, False], ids=["stream", "chat"])
    def test_an_error_before_any_content_is_retried(
        self, patient: ChatClient, server: FakeServer, steps: tuple[Any, ...], is_streamed: bool
    ) -> None:
        server.script += [Stream(steps), Answer(("at ", "last"))]
        text = "".join(patient.stream(QUESTION, "m")) if is_streamed else patient.chat(QUESTION, "m").text
        assert (text, len(server.requests)) == ("at last", 2)

    @pytest.mark.parametrize(
        ("status", "name"),
        [
            (400, "BadRequestError"),
            (401, "AuthenticationError"),
            (402, "InsufficientCreditsError"),
            (403, "PermissionDeniedError"),
            (404, "NotFoundError"),
            (429, "RateLimitError"),
            (503, "InternalServerError"),
        ],
    )
    def test_an_error_before_any_content_has_the_class_of_its_status(
        self, client: ChatClient, server: FakeServer, errors: Errors, status: int, name: str
    ) -> None:
        server.script.append(Stream((error_data(status),), headers={"x-request-id": "req-1"}))
        with pytest.raises(getattr(errors, name), match="not now") as caught:
            list(client.stream(QUESTION, "m"))
        assert (caught.value.status, caught.value.request_id) == (status, "req-1")
        assert "not now" in caught.value.body

    def test_the_next_model_is_tried_after_an_error_before_any_content(
        self, client: ChatClient, server: FakeServer
    ) -> None:
        server.script += [Stream((error_data(404),)), Answer("at last")]
        assert "".join(client.stream(QUESTION, ["retries/first", "retries/second"])) == "at last"

    @pytest.mark.parametrize(
        "delta",
        [
            {"content": "part"},
            {"reasoning": "hm"},
            {"tool_calls": [{"index": 0, "id": "a", "function": {"name": "f", "arguments": ""}}]},
        ],
        ids=["text", "reasoning", "tool call"],
    )
    def test_an_error_after_content_is_not_retried(
        self, patient: ChatClient, server: FakeServer, errors: Errors, delta: dict[str, Any]
    ) -> None:
        server.script.append(Stream((Data(chunk(delta)), error_data(429))))
        with pytest.raises(errors.StreamInterruptedError, match="not now"):
            list(patient.stream(QUESTION, "m"))
        assert len(server.requests) == 1
