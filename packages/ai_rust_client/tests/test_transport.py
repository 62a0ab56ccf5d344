"""Compressed bodies, proxies and the reuse of connections."""

import base64
import contextlib
import datetime
import gzip
import ipaddress
import json
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from ai_rust_client import AIClient, APIConnectionError, StreamInterruptedError
from minimal_browser_core.testing.chat_conformance.stale_connections import ClosingServer
from minimal_browser_core.testing.fake_server import Answer, Body, Bytes, FakeServer, Hang, Raw

EVENTS = b"".join(
    b"data: %s\n\n" % json.dumps({"choices": [{"delta": {"content": word}}]}).encode() for word in ("It ", "is ", "so.")
)


def test_a_compressed_stream_is_read(server: FakeServer) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\n"
    server.script.append(Raw((Bytes(head), Bytes(gzip.compress(EVENTS + b"data: [DONE]\n\n")))))
    assert list(AIClient(base_url=server.base_url).stream_response("q", "m")) == ["It ", "is ", "so."]
    assert "gzip" in server.requests[0].headers["accept-encoding"]


def test_headers_of_a_client_replace_the_default_ones(server: FakeServer) -> None:
    headers = {"Content-Type": "application/json; charset=utf-8", "Accept": "application/x-json"}
    with AIClient(base_url=server.base_url, headers=headers) as client:
        client.send_request("q", "m")
    assert {name: server.requests[0].headers[name.lower()] for name in headers} == headers


@pytest.mark.parametrize("name", ["Content-Length", "content-length", "Transfer-Encoding"])
def test_headers_that_follow_from_the_body_are_refused(server: FakeServer, name: str) -> None:
    with pytest.raises(ValueError, match=f"^headers: {name} follows from the body"):
        AIClient(base_url=server.base_url, headers={name: "5"})
    with pytest.raises(ValueError, match=f"^extra_headers: {name} follows from the body"):
        AIClient(base_url=server.base_url).send_request("q", "m", extra_headers={name: "5"})
    assert server.requests == []


def test_a_delta_is_returned_before_the_compressed_stream_ends(server: FakeServer) -> None:
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


def test_a_proxy_may_be_reached_by_https(tls_proxy: tuple[FakeServer, Path]) -> None:
    proxy, authority = tls_proxy
    proxy.script.append(Answer("by proxy"))
    url = proxy.base_url.removesuffix("/v1").replace("//", "//user:word@")
    client = AIClient(base_url="http://provider.invalid/v1", proxy=url, ca_bundle=authority)
    assert client.send_request("q", "m") == "by proxy"
    (request,) = proxy.requests
    assert request.headers["proxy-authorization"].startswith("Basic ")


@pytest.fixture
def tls_proxy(tmp_path: Path) -> Iterator[tuple[FakeServer, Path]]:
    """A server behind TLS, and the authority that signed its certificate."""
    chain, authority = tmp_path / "chain.pem", tmp_path / "authority.pem"
    write_certificates(chain, authority)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain)
    with FakeServer(tls=context) as server:
        yield server, authority


def write_certificates(chain: Path, authority: Path) -> None:
    """An authority, and a certificate of 127.0.0.1 that it signed, with its key; for an hour."""
    now = datetime.datetime.now(datetime.UTC)

    def sign(name: str, issuer: str, key: Any, by: Any, extension: x509.ExtensionType) -> bytes:
        names = [x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)]) for text in (issuer, name)]
        builder = x509.CertificateBuilder(*names, key.public_key(), x509.random_serial_number())
        builder = builder.not_valid_before(now).not_valid_after(now + datetime.timedelta(hours=1))
        signed = builder.add_extension(extension, critical=True).sign(by, hashes.SHA256())
        return signed.public_bytes(serialization.Encoding.PEM)

    root, own = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    authority.write_bytes(sign("root", "root", root, root, x509.BasicConstraints(ca=True, path_length=None)))
    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    forms = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    chain.write_bytes(own.private_bytes(*forms) + sign("proxy", "root", own, root, address))


def test_a_proxy_is_read_from_the_environment(server: FakeServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", server.base_url.removesuffix("/v1"))
    monkeypatch.setenv("no_proxy", "")
    server.script.append(Answer("by proxy"))
    assert AIClient(base_url="http://provider.invalid/v1").send_request("q", "m") == "by proxy"


def test_calls_reuse_one_connection(server: FakeServer) -> None:
    with AIClient(base_url=server.base_url) as client:
        for _ in range(5):
            client.send_request("q", "m")
            list(client.stream_response("q", "m"))
    assert {request.connection for request in server.requests} == {1}


def test_a_base_url_may_end_in_a_slash(server: FakeServer) -> None:
    assert AIClient(base_url=f"{server.base_url}/").send_request("q", "m")


# -- compression -------------------------------------------------------------------------------------------------------

SSE_HEAD = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n"
PACKED = {
    "br": "G6kAGCwOeJMvQfHgW+GhvoPgNFUbodJTZGsvFbr6Oiltrk/quIgkyBudU26BSFumbUmA9wNdwJ8WPMDqESSqdGGWLQ9aviWCjzDfINm0"
    "brd4Ag==",
    "zstd": "KLUv/SCqHQIAwgMNEaDtgRyZZ68R+es5BPCECuigqkeQEgyAMTbVeeb89vjy+61+8KjdUpdm+XGlBlm6XEaNVAQA4BiDCHsVsLWdYw==",
}
"""EVENTS and `[DONE]`, compressed by the formats' own tools."""


@pytest.mark.parametrize("coding", ["br", "zstd"])
def test_every_accepted_compression_is_decoded(server: FakeServer, coding: str) -> None:
    body = base64.b64decode(PACKED[coding])
    head = f"{SSE_HEAD}Content-Encoding: {coding}\r\n\r\n"
    # Byte by byte: what is compressed may be split anywhere too.
    server.script.append(Raw((Bytes(head.encode()), *(Bytes(bytes([byte])) for byte in body))))
    assert list(AIClient(base_url=server.base_url).stream_response("q", "m")) == ["It ", "is ", "so."]
    assert coding in server.requests[0].headers["accept-encoding"]


@pytest.mark.parametrize("coding", ["br", "zstd"])
def test_a_truncated_compressed_stream_is_interrupted(server: FakeServer, coding: str) -> None:
    body = base64.b64decode(PACKED[coding])[:-20]
    head = f"{SSE_HEAD}Content-Encoding: {coding}\r\n\r\n"
    server.script.append(Raw((Bytes(head.encode() + body),)))
    with pytest.raises(StreamInterruptedError):
        list(AIClient(base_url=server.base_url, max_retries=0).stream_response("q", "m"))


# -- SOCKS -------------------------------------------------------------------------------------------------------------


class SocksProxy:
    """A SOCKS 5 proxy (RFC 1928, 1929) that leads every connection to one port, and remembers where it was to go."""

    def __init__(self, port: int, password: bytes | None = None) -> None:
        self.asked: list[tuple[str, int]] = []
        self.users: list[tuple[bytes, bytes]] = []
        self._port = port
        self._password = password
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._listener.getsockname()[1]}"
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                sock, _ = self._listener.accept()
                self._threads.append(threading.Thread(target=self._serve, args=(sock,)))
                self._threads[-1].start()

    def _serve(self, client: socket.socket) -> None:
        with client, contextlib.suppress(OSError), client.makefile("rb") as sent:
            methods = sent.read(sent.read(2)[1])
            client.sendall(bytes([5, 2 if self._password is not None and 2 in methods else 0]))
            if self._password is not None:
                user = sent.read(sent.read(2)[1])
                password = sent.read(sent.read(1)[0])
                self.users.append((user, password))
                client.sendall(bytes([1, password != self._password]))
                if password != self._password:
                    return
            _, _, _, kind = sent.read(4)
            host = sent.read(sent.read(1)[0]).decode() if kind == 3 else socket.inet_ntoa(sent.read(4))
            self.asked.append((host, int.from_bytes(sent.read(2))))
            with socket.create_connection(("127.0.0.1", self._port)) as server:
                client.sendall(bytes([5, 0, 0, 1, 0, 0, 0, 0, 0, 0]))
                back = threading.Thread(target=self._relay, args=(server, client))
                back.start()
                self._relay(client, server)
                back.join()

    @staticmethod
    def _relay(source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)


def test_a_socks_proxy_gets_the_user_name_and_the_password(server: FakeServer) -> None:
    server.script.append(Answer("by proxy"))
    with contextlib.closing(SocksProxy(server.port, b"word")) as proxy:
        url = f"socks5h://user:word@{proxy.address}"
        with AIClient(base_url="http://provider.invalid/v1", proxy=url) as client:
            assert client.send_request("q", "m") == "by proxy"
    assert proxy.asked == [("provider.invalid", 80)]
    assert proxy.users == [(b"user", b"word")]


def test_a_socks_proxy_gets_an_address_that_was_resolved_locally(server: FakeServer) -> None:
    with contextlib.closing(SocksProxy(server.port)) as proxy:
        client = AIClient(base_url="http://127.0.0.1:9/v1", proxy=f"socks5://{proxy.address}")
        assert client.send_request("q", "m")
        client.close()
    assert proxy.asked == [("127.0.0.1", 9)]


def test_the_error_of_a_socks_proxy_does_not_show_its_password(server: FakeServer) -> None:
    with contextlib.closing(SocksProxy(server.port, b"other")) as proxy:
        url = f"socks5h://user:secret-word@{proxy.address}"
        client = AIClient(base_url=server.base_url, proxy=url, max_retries=0)
        with pytest.raises(APIConnectionError) as caught:
            client.send_request("q", "m")
    assert "secret-word" not in str(caught.value) + repr(caught.value.attempts)
    assert server.requests == []


def test_a_unix_socket_that_closes_after_each_answer_costs_no_failure(tmp_path: Path) -> None:
    path = tmp_path / "socket"
    closing = ClosingServer()
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen(64)

        def accept() -> None:
            for _ in range(50):
                closing.serve(listener.accept()[0])

        threading.Thread(target=accept, daemon=True).start()
        with AIClient(base_url="http://localhost/v1", unix_socket=path, max_retries=0) as client:
            assert {client.send_request("q", "m") for _ in range(50)} == {"so"}


def test_two_hundred_calls_to_a_server_that_closes_after_each_answer() -> None:
    with ClosingServer(on_request=True).running() as server:
        client = AIClient(base_url=server.base_url, max_retries=0)
        begin = time.monotonic()
        assert {client.send_request("q", "m") for _ in range(200)} == {"so"}
        # Each call needs a connection of its own, but no delay.
        assert (time.monotonic() - begin) / 200 < 0.02
        client.close()
