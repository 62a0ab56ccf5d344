"""The exceptions: one tree, each with its code, all picklable."""

import copy
import pickle

import pytest

import ai_rust_client
from ai_rust_client import AIClient, _errors
from minimal_browser_core.testing.fake_server import Answer, Error, FakeServer

CLASSES = [
    value for value in vars(_errors).values() if isinstance(value, type) and issubclass(value, _errors.AIClientError)
]


def test_every_exception_is_exported_and_has_its_own_code() -> None:
    assert all(getattr(ai_rust_client, cls.__name__) is cls for cls in CLASSES)
    assert len({cls.code for cls in CLASSES}) == len(CLASSES)


def test_every_name_in_all_exists() -> None:
    assert [name for name in ai_rust_client.__all__ if not hasattr(ai_rust_client, name)] == []


@pytest.mark.parametrize("cls", CLASSES)
def test_an_exception_survives_copying_and_pickling(cls: type[_errors.AIClientError]) -> None:
    error = cls("what happened", retryable=True, status=429, attempts=["one"], partial_text="so far")
    for restored in (copy.copy(error), pickle.loads(pickle.dumps(error))):
        assert (type(restored), str(restored), vars(restored)) == (cls, "what happened", vars(error))


def test_an_error_lists_each_attempt(server: FakeServer) -> None:
    soon = {"retry-after-ms": "1", "x-request-id": "req-7"}
    server.default = Error(429, "slow down", headers=soon)
    with pytest.raises(ai_rust_client.RateLimitError) as caught:
        AIClient(base_url=server.base_url, max_retries=1).send_request("q", "some/model")
    error = caught.value
    assert (error.code, error.status, error.retryable, error.request_id) == ("rate_limit", 429, True, "req-7")
    assert len(error.attempts) == 2
    assert all(line.startswith("some/model: ") and "slow down" in line for line in error.attempts)


def test_a_closed_client_raises(server: FakeServer) -> None:
    client = AIClient(base_url=server.base_url)
    client.close()
    client.close()
    with pytest.raises(ai_rust_client.AIClientError, match="closed") as caught:
        client.send_request("q", "m")
    assert caught.value.code == "closed"


def test_closing_the_client_ends_its_streams(server: FakeServer) -> None:
    server.script.append(Answer(("a",) * 1000, delay=0.05))
    client = AIClient(base_url=server.base_url)
    stream = client.stream_response("q", "m")
    assert next(stream) == "a"
    client.close()
    with pytest.raises(ai_rust_client.StreamCancelled):
        list(stream)
    assert server.requests[0].client_left.wait(10)


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("base_url", "openrouter.ai/api"),
        ("base_url", "ftp://example.com"),
        ("headers", {"a b": "c"}),
        ("headers", {"a": "b\n"}),
        ("max_retries", -1),
        ("idle_timeout", 0),
        ("total_timeout", float("inf")),
        ("proxy", "::"),
    ],
)
def test_an_invalid_setting_is_named(setting: str, value: object) -> None:
    with pytest.raises(ValueError, match=setting):
        AIClient(**{setting: value})  # type: ignore[arg-type]


def test_a_ca_bundle_that_cannot_be_read_is_named() -> None:
    with pytest.raises(OSError, match="no-such-file"):
        AIClient(ca_bundle="no-such-file.pem")
    with pytest.raises(ValueError, match="ca_bundle: no PEM certificate"):
        AIClient(ca_bundle=__file__)
