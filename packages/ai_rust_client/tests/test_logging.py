"""Logging: times and sizes on the caller's thread, without prompts and answers."""

import logging
import threading

import pytest

from ai_rust_client import AIClient, AIClientError
from minimal_browser_core.testing.fake_server import Answer, Error, FakeServer

KEY = "sk-logged-0123456789"
SECRETS = (KEY, "the-question", "the-answer", "the-reason", "the-header")


@pytest.fixture
def client(server: FakeServer) -> AIClient:
    server.default = Answer("the-answer", headers={"x-request-id": "req-7"})
    return AIClient(KEY, base_url=server.base_url, max_retries=0, headers={"X-Token": "the-header"})


async def use(client: AIClient, server: FakeServer) -> None:
    client.send_request("the-question", "m/one")
    list(client.stream_response("the-question", "m/one"))
    await client.achat([{"role": "user", "content": "the-question"}], "m/one")
    async for _ in client.stream_response("the-question", "m/one"):
        pass
    server.script.append(Error(503, "the-reason"))
    with pytest.raises(AIClientError):
        client.send_request("the-question", "m/one")


async def test_debug_logs_times_and_sizes_of_every_call(
    client: AIClient, server: FakeServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "ai_rust_client")
    await use(client, server)
    lines = [record.getMessage() for record in caplog.records]
    assert {record.name for record in caplog.records} == {"ai_rust_client"}
    assert {record.levelname for record in caplog.records} == {"DEBUG"}
    sent = [line for line in lines if ": sending " in line]
    answered = [line for line in lines if "m/one answered, first byte after" in line]
    assert (len(sent), len(answered)) == (5, 4)
    assert all(line.endswith("request req-7") for line in answered)
    assert lines[0] == f"chat: sending {len(server.requests[0].body)} bytes to m/one"
    assert lines[-1].startswith("failed: status 503, 1 attempts")


async def test_neither_the_key_nor_prompts_and_answers_are_logged(
    client: AIClient, server: FakeServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(1, "ai_rust_client")
    await use(client, server)
    assert caplog.records
    assert not [secret for secret in SECRETS if secret in caplog.text]


async def test_log_content_logs_prompts_and_answers_but_never_the_key(
    server: FakeServer, caplog: pytest.LogCaptureFixture
) -> None:
    server.default = Answer(f"the-answer and {KEY}")
    caplog.set_level(logging.DEBUG, "ai_rust_client")
    client = AIClient(KEY, base_url=server.base_url, max_retries=0, headers={"X-Token": "the-header"}, log_content=True)
    await use(client, server)
    for kind in ("chat", "stream"):
        assert [line for line in caplog.messages if line.startswith(f"{kind}: sent ") and "the-question" in line]
        assert [line for line in caplog.messages if line.startswith(f"{kind}: text ") and "the-answer and ***" in line]
    assert KEY not in caplog.text
    assert "the-header" not in caplog.text


async def test_messages_are_logged_on_the_thread_of_the_caller(
    client: AIClient, server: FakeServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "ai_rust_client")
    await use(client, server)
    assert {record.thread for record in caplog.records} == {threading.get_ident()}


async def test_without_debug_nothing_is_logged(
    client: AIClient, server: FakeServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    await use(client, server)
    assert caplog.records == []


def test_a_failing_log_handler_does_not_lose_the_answer(
    client: AIClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            raise RuntimeError("broken handler")

    unraised: list[object] = []
    monkeypatch.setattr("sys.unraisablehook", unraised.append)
    caplog.set_level(logging.DEBUG, "ai_rust_client")
    logger, handler = logging.getLogger("ai_rust_client"), Broken()
    logger.addHandler(handler)
    try:
        assert client.send_request("q", "m") == "the-answer"
    finally:
        logger.removeHandler(handler)
    assert unraised


@pytest.mark.parametrize("log_content", [False, True])
async def test_texts_for_embeddings_and_responses_are_logged_only_with_log_content(
    server: FakeServer, caplog: pytest.LogCaptureFixture, log_content: bool
) -> None:
    caplog.set_level(logging.DEBUG, "ai_rust_client")
    with AIClient(KEY, base_url=server.base_url, log_content=log_content) as client:
        client.embed(["the-question", KEY], "m")
        client.respond("the-question", "m")
        list(client.respond("the-question", "m", stream=True))
    for endpoint, calls in (("embeddings", 1), ("responses", 2)):
        lines = [line for line in caplog.messages if line.startswith(f"{endpoint}: ")]
        assert len([line for line in lines if "bytes" in line]) == calls
        assert len([line for line in lines if "the-question" in line]) == (calls if log_content else 0)
    assert KEY not in caplog.text
