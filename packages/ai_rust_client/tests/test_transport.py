"""Compressed bodies, proxies, connections that are used again."""

import gzip
import json
import zlib

import pytest

from ai_rust_client import AIClient
from minimal_browser_core.testing.fake_server import Answer, Body, Bytes, FakeServer, Hang, Raw

EVENTS = b"".join(
    b"data: %s\n\n" % json.dumps({"choices": [{"delta": {"content": word}}]}).encode() for word in ("It ", "is ", "so.")
)


def test_a_compressed_stream_is_read(server: FakeServer) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\n"
    server.script.append(Raw((Bytes(head), Bytes(gzip.compress(EVENTS + b"data: [DONE]\n\n")))))
    assert list(AIClient(base_url=server.base_url).stream_response("q", "m")) == ["It ", "is ", "so."]
    assert "gzip" in server.requests[0].headers["accept-encoding"]


def test_a_delta_is_handed_over_though_the_compressed_stream_goes_on(server: FakeServer) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\n"
    packer = zlib.compressobj(wbits=31)
    first = packer.compress(EVENTS) + packer.flush(zlib.Z_SYNC_FLUSH)
    server.script.append(Raw((Bytes(head + first), Hang())))
    with AIClient(base_url=server.base_url).stream_response("q", "m") as stream:
        assert next(stream) == "It "


def test_a_compressed_answer_is_read(server: FakeServer) -> None:
    body = json.dumps({"choices": [{"message": {"content": "so"}}]}).encode()
    server.script.append(Body(gzip.compress(body), headers={"Content-Encoding": "gzip"}))
    assert AIClient(base_url=server.base_url).send_request("q", "m") == "so"


def test_requests_go_through_the_proxy(server: FakeServer) -> None:
    proxy = server.base_url.removesuffix("/v1")
    server.script.append(Answer("by proxy"))
    client = AIClient(base_url="http://provider.invalid/v1", proxy=proxy.replace("//", "//user:word@"))
    assert client.send_request("q", "m") == "by proxy"
    request = server.requests[0]
    assert request.path == "http://provider.invalid/v1/chat/completions"
    assert request.headers["proxy-authorization"].startswith("Basic ")


def test_the_environment_names_a_proxy(server: FakeServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", server.base_url.removesuffix("/v1"))
    monkeypatch.setenv("no_proxy", "")
    server.script.append(Answer("by proxy"))
    assert AIClient(base_url="http://provider.invalid/v1").send_request("q", "m") == "by proxy"


def test_one_connection_serves_call_after_call(server: FakeServer) -> None:
    with AIClient(base_url=server.base_url) as client:
        for _ in range(5):
            client.send_request("q", "m")
            list(client.stream_response("q", "m"))
    assert {request.connection for request in server.requests} == {1}


def test_a_base_url_may_end_in_a_slash(server: FakeServer) -> None:
    assert AIClient(base_url=f"{server.base_url}/").send_request("q", "m")
