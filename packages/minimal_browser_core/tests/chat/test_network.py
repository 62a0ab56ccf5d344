"""The Python client with TLS and proxies."""

import base64
import datetime
import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from typing import Any

import pytest

from minimal_browser_core import errors as our_errors
from minimal_browser_core.chat.python.client import PythonAIClient
from minimal_browser_core.testing.chat_conformance.base import MODEL, QUESTION, MakeClient
from minimal_browser_core.testing.fake_server import Answer, Data, FakeServer, Hang, Stream, chunk

TEXT = Data(chunk({"content": "part"}))


@pytest.fixture
def make_client() -> Iterator[MakeClient]:
    with ExitStack() as clients:

        def make(**settings: Any) -> PythonAIClient:
            return clients.enter_context(closing(PythonAIClient(**settings)))

        yield make


# -- TLS ---------------------------------------------------------------------------------------------------------------


DAY = datetime.timedelta(days=1)


def write_certificate(path: Path, address: str = "127.0.0.1", end: datetime.timedelta = DAY) -> Path:
    """Write a self-signed certificate with its key as PEM; it is valid since two days ago."""
    x509 = pytest.importorskip("cryptography.x509")
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "fake server")])
    now = datetime.datetime.now(datetime.UTC)
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - 2 * DAY)
        .not_valid_after(now + end)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + signed.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_certificate(tmp_path_factory.mktemp("tls") / "certificate.pem")


def serving(certificate: Path) -> FakeServer:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return FakeServer(tls=context)


@pytest.fixture
def tls_server(certificate: Path) -> Iterator[FakeServer]:
    with serving(certificate) as server:
        yield server


def test_https_works_with_a_server_of_the_given_authority(
    make_client: MakeClient, tls_server: FakeServer, certificate: Path
) -> None:
    client = make_client(base_url=tls_server.base_url, ca_bundle=certificate)
    tls_server.script += [Answer("whole"), Answer(("a", "b"))]
    assert client.chat(QUESTION, MODEL).text == "whole"
    assert list(client.stream(QUESTION, MODEL)) == ["a", "b"]
    assert {request.connection for request in tls_server.requests} == {1}


def test_cancelling_cuts_an_encrypted_connection_too(
    make_client: MakeClient, tls_server: FakeServer, certificate: Path
) -> None:
    tls_server.script.append(Stream((TEXT, Hang())))
    stream = make_client(base_url=tls_server.base_url, ca_bundle=certificate).stream(QUESTION, MODEL)
    assert next(stream) == "part"
    stream.cancel()
    assert tls_server.requests[0].client_left.wait(10)


def test_a_server_of_an_unknown_authority_is_refused_with_advice(
    make_client: MakeClient, tls_server: FakeServer
) -> None:
    with pytest.raises(our_errors.APIConnectionError, match="ca_bundle"):
        make_client(base_url=tls_server.base_url, max_retries=0).chat(QUESTION, MODEL)
    assert tls_server.requests == []


@pytest.mark.parametrize(
    ("wrong", "message"),
    [({"address": "127.0.0.2"}, "not valid for"), ({"end": -DAY}, "expired")],
    ids=["another name", "expired"],
)
def test_an_invalid_certificate_of_a_known_authority_is_refused(
    make_client: MakeClient, tmp_path: Path, wrong: dict[str, Any], message: str
) -> None:
    certificate = write_certificate(tmp_path / "wrong.pem", **wrong)
    with serving(certificate) as server:
        client = make_client(base_url=server.base_url, ca_bundle=certificate, max_retries=0)
        with pytest.raises(our_errors.APIConnectionError, match=message):
            client.chat(QUESTION, MODEL)
        assert server.requests == []


def test_a_ca_bundle_without_certificates_is_named(make_client: MakeClient, tmp_path: Path) -> None:
    bundle = tmp_path / "empty.pem"
    bundle.write_text("nothing\n")
    with pytest.raises(our_errors.APIConnectionError, match=r"empty\.pem"):
        make_client(base_url="https://127.0.0.1:1/v1", ca_bundle=bundle, max_retries=0).chat(QUESTION, MODEL)


def test_a_server_without_tls_raises_without_an_endless_wait(make_client: MakeClient) -> None:
    with FakeServer() as server:
        url = server.base_url.replace("http:", "https:")
        with pytest.raises(our_errors.APIConnectionError):
            make_client(base_url=url, max_retries=0, connect_timeout=0.5).chat(QUESTION, MODEL)


# -- proxies -----------------------------------------------------------------------------------------------------------


def test_the_proxy_of_the_environment_is_used_unless_it_is_excluded(monkeypatch: pytest.MonkeyPatch) -> None:
    # An HTTP proxy gets the whole URL as its target: a path that the fake server does not know.
    with FakeServer() as proxy, FakeServer() as server:
        monkeypatch.setenv("http_proxy", proxy.base_url.removesuffix("/v1"))
        monkeypatch.delenv("no_proxy", raising=False)
        monkeypatch.delenv("NO_PROXY", raising=False)
        with PythonAIClient(base_url=server.base_url) as client:
            client.chat(QUESTION, MODEL)
        assert (len(proxy.requests), server.requests) == (1, [])
        assert proxy.requests[0].path == f"{server.base_url}/chat/completions"
        monkeypatch.setenv("no_proxy", "localhost,127.0.0.1")
        with PythonAIClient(base_url=server.base_url) as client:
            client.chat(QUESTION, MODEL)
        assert (len(proxy.requests), len(server.requests)) == (1, 1)


def test_the_configured_proxy_is_used_and_its_password_hidden() -> None:
    with FakeServer() as proxy, FakeServer() as server:
        url = proxy.base_url.removesuffix("/v1").replace("//", "//me:hunter2@")
        with PythonAIClient(base_url=server.base_url, proxy=url) as client:
            client.chat(QUESTION, MODEL)
            assert "hunter2" not in repr(client) + repr(client._config)
        credentials = base64.b64encode(b"me:hunter2").decode()
        assert proxy.requests[0].headers["proxy-authorization"] == f"Basic {credentials}"


class Relay:
    """A tunnelling proxy: SOCKS5 without a password, or CONNECT. Records the requested addresses."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, int]] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._sockets: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def close(self) -> None:
        # A client that sends nothing ends the accepting thread.
        socket.create_connection(("127.0.0.1", self.port)).close()
        self._threads[0].join()
        self._listener.close()
        for sock in self._sockets:
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
        for thread in self._threads[1:]:
            thread.join()
        for sock in self._sockets:
            sock.close()

    def _accept(self) -> None:
        while True:
            client, _ = self._listener.accept()
            self._sockets.append(client)
            first = client.recv(1)
            if not first:
                return
            host, port = self._socks(client) if first == b"\x05" else self._connect(client)
            self.asked.append((host, port))
            server = socket.create_connection((host, port))
            self._sockets.append(server)
            client.sendall(b"\x05\0\0\x01\0\0\0\0\0\0" if first == b"\x05" else b"HTTP/1.1 200 OK\r\n\r\n")
            for pair in ((client, server), (server, client)):
                self._threads.append(threading.Thread(target=self._pump, args=pair))
                self._threads[-1].start()

    def _socks(self, client: socket.socket) -> tuple[str, int]:
        client.recv(client.recv(1)[0])
        client.sendall(b"\x05\0")
        kind = client.recv(4)[3]
        host = socket.inet_ntoa(client.recv(4)) if kind == 1 else client.recv(client.recv(1)[0]).decode()
        return host, int.from_bytes(client.recv(2), "big")

    def _connect(self, client: socket.socket) -> tuple[str, int]:
        head = b"C"
        while b"\r\n\r\n" not in head:
            head += client.recv(4096)
        host, _, port = head.split(b" ")[1].decode().partition(":")
        return host, int(port)

    def _pump(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                target.sendall(data)
            target.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def relay() -> Iterator[Relay]:
    with closing(Relay()) as relay:
        yield relay


def test_a_socks_proxy_is_used(make_client: MakeClient, relay: Relay) -> None:
    with FakeServer([Answer(("a", "b"))]) as server:
        client = make_client(base_url=server.base_url, proxy=f"socks5://127.0.0.1:{relay.port}")
        assert list(client.stream(QUESTION, MODEL)) == ["a", "b"]
        assert relay.asked == [("127.0.0.1", server.port)]


def test_https_goes_through_a_proxy_encrypted(
    make_client: MakeClient, relay: Relay, tls_server: FakeServer, certificate: Path
) -> None:
    proxy = f"http://127.0.0.1:{relay.port}"
    client = make_client(base_url=tls_server.base_url, proxy=proxy, ca_bundle=certificate)
    assert client.chat(QUESTION, MODEL).text
    assert relay.asked == [("127.0.0.1", tls_server.port)]


def test_a_proxy_may_be_reached_by_https(make_client: MakeClient, tls_server: FakeServer, certificate: Path) -> None:
    tls_server.script.append(Answer("by proxy"))
    proxy = tls_server.base_url.removesuffix("/v1").replace("//", "//user:word@")
    client = make_client(base_url="http://provider.invalid/v1", proxy=proxy, ca_bundle=certificate)
    assert client.chat(QUESTION, MODEL).text == "by proxy"
    (request,) = tls_server.requests
    assert request.headers["proxy-authorization"].startswith("Basic ")


def test_an_unreachable_proxy_raises_before_anything_is_sent(make_client: MakeClient) -> None:
    with FakeServer() as gone:
        proxy = f"http://127.0.0.1:{gone.port}"
    with FakeServer() as server:
        client = make_client(base_url=server.base_url, proxy=proxy, max_retries=0)
        with pytest.raises(our_errors.APIConnectionError, match="proxy"):
            client.chat(QUESTION, MODEL)
        assert server.requests == []
