"""The settings of a client: mistakes are named, and connections use what is set."""

import contextlib
import datetime
import ipaddress
import socket
import ssl
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from minimal_browser_core.testing.fake_server import Answer, FakeServer

from .base import KEY, MODEL, QUESTION, ChatSuite, Errors, MakeClient

NOWHERE = "http://127.0.0.1:1/v1"
ANSWER = b'{"choices":[{"message":{"content":"here"},"finish_reason":"stop"}]}'
TIMERS = ("connect_timeout", "idle_timeout", "first_token_timeout", "stall_timeout", "end_timeout", "total_timeout")


class Settings(ChatSuite):
    """What a client is constructed with."""

    # -- mistakes ------------------------------------------------------------------------------------------------------

    def test_a_single_timeout_is_refused_with_the_names_of_the_timers(self, make_client: MakeClient) -> None:
        with pytest.raises(TypeError, match="timeout") as caught:
            make_client(base_url=NOWHERE, timeout=5)
        assert all(timer in str(caught.value) for timer in TIMERS)

    @pytest.mark.parametrize(
        ("name", "nearest"),
        [
            ("base_ur", "base_url"),
            ("api_base_url", "base_url"),
            ("idle_timout", "idle_timeout"),
            ("max_retry", "max_retries"),
            ("proxies", "proxy"),
            ("default_headers", "headers"),
        ],
    )
    def test_an_unknown_setting_is_named_with_the_nearest(
        self, make_client: MakeClient, name: str, nearest: str
    ) -> None:
        with pytest.raises(TypeError, match=f"{name}.*{nearest}"):
            make_client(**({"base_url": NOWHERE} | {name: "x"}))

    @pytest.mark.parametrize("key", [5, b"sk", ["sk"], True])
    def test_a_key_of_a_wrong_type_is_named(self, make_client: MakeClient, key: object) -> None:
        with pytest.raises(TypeError, match=f"api_key.*{type(key).__name__}"):
            make_client(base_url=NOWHERE, api_key=key)

    @pytest.mark.parametrize(
        ("key", "problem"),
        [("  ", "space"), ("\n", "space"), (" sk-1", "space"), ("sk-1 ", "space"), ("bearer sk-1", "Bearer")],
    )
    def test_a_key_that_cannot_be_one_is_refused(self, make_client: MakeClient, key: str, problem: str) -> None:
        with pytest.raises(ValueError, match=f"api_key.*{problem}"):
            make_client(base_url=NOWHERE, api_key=key)

    @pytest.mark.parametrize("key", ["sk-\xe9", "sk-\u2026", "sk-1\u200b"])
    def test_a_key_has_only_ascii_characters(self, make_client: MakeClient, key: str) -> None:
        with pytest.raises(ValueError, match="api_key") as caught:
            make_client(base_url=NOWHERE, api_key=key)
        assert key not in str(caught.value)

    @pytest.mark.parametrize("is_of_the_call", [False, True], ids=["headers", "extra_headers"])
    @pytest.mark.parametrize("value", ["", "a", "\xe9", "\u65e5\u672c", "\U0001f600", "\x85", " a ", "\ta\t"])
    def test_the_value_of_a_header_is_sent_in_utf_8(
        self, make_client: MakeClient, server: FakeServer, value: str, is_of_the_call: bool
    ) -> None:
        headers = {"X-A": value}
        client = make_client(base_url=server.base_url, headers={} if is_of_the_call else headers)
        server.script.append(Answer("here"))
        client.chat(QUESTION, MODEL, **({"extra_headers": headers} if is_of_the_call else {}))
        # The server decodes headers as Latin-1, whose U+0085 it strips as white space.
        sent = value.strip(" \t").encode().decode("latin-1")
        assert server.requests[0].headers["x-a"].strip() == sent.strip()

    @pytest.mark.parametrize("is_of_the_call", [False, True], ids=["headers", "extra_headers"])
    @pytest.mark.parametrize(
        ("name", "value"),
        [("X-A", text) for text in ("a\nb", "a\rb", "\0", "\x7f", "\ud800")]
        + [(name, "a") for name in ("", "X A", "X-\xc4")],
    )
    def test_a_header_that_cannot_be_sent_is_refused(
        self, make_client: MakeClient, server: FakeServer, name: str, value: str, is_of_the_call: bool
    ) -> None:
        headers = {name: value}
        client = make_client(base_url=server.base_url)

        def send() -> None:
            if is_of_the_call:
                client.chat(QUESTION, MODEL, extra_headers=headers)
            else:
                make_client(base_url=server.base_url, headers=headers)

        with pytest.raises(ValueError, match=r"headers.*header"):
            send()
        assert server.requests == []

    @pytest.mark.parametrize("timer", TIMERS)
    @pytest.mark.parametrize("value", ["5", [5], True])
    def test_a_timer_of_a_wrong_type_is_named(self, make_client: MakeClient, timer: str, value: object) -> None:
        with pytest.raises(TypeError, match=f"{timer}.*{type(value).__name__}"):
            make_client(base_url=NOWHERE, **{timer: value})

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("api_key", 5),
            ("max_retries", "2"),
            ("max_retries", 1.5),
            ("base_url", 5),
            ("headers", "x"),
            ("headers", {"X-A": 1}),
            ("headers", {b"X-A": "a"}),
            ("headers", [("X-A", "a")]),
            ("connect_timeout", None),
            ("proxy", 5),
            ("ca_bundle", 5),
            ("client_cert", 5),
            ("client_cert", b"a.pem"),
            ("client_cert", ("certificate.pem", "key.pem")),
            ("local_address", 5),
            ("unix_socket", 5),
        ],
    )
    def test_a_setting_of_a_wrong_type_is_named(self, make_client: MakeClient, name: str, value: object) -> None:
        with pytest.raises(TypeError, match=name):
            make_client(**({"base_url": NOWHERE} | {name: value}))

    @pytest.mark.parametrize(("name", "value"), [(timer, 1e300) for timer in TIMERS] + [("max_retries", 10**30)])
    def test_a_very_large_limit_is_no_limit(
        self, make_client: MakeClient, server: FakeServer, name: str, value: float
    ) -> None:
        client = make_client(base_url=server.base_url, **{name: value})
        server.script.append(Answer("here"))
        assert client.chat(QUESTION, MODEL).text == "here"
        option = "timeout" if name == "total_timeout" else name
        if option in ("timeout", "max_retries"):
            server.script.append(Answer("here"))
            assert client.chat(QUESTION, MODEL, **{option: value}).text == "here"

    @pytest.mark.parametrize("timer", TIMERS)
    @pytest.mark.parametrize("value", [0, -1, float("inf"), float("nan")])
    def test_a_limit_is_a_number_above_0(self, make_client: MakeClient, timer: str, value: float) -> None:
        with pytest.raises(ValueError, match=f"{timer} must be a number of seconds above 0, not"):
            make_client(base_url=NOWHERE, **{timer: value})

    @pytest.mark.parametrize(
        "proxy", ["foo", "foo:3128", "http://", "http:///path", "http://:3128", "ftp://127.0.0.1:1", "", "://host"]
    )
    def test_a_proxy_needs_a_scheme_and_a_host(self, make_client: MakeClient, proxy: str) -> None:
        with pytest.raises(ValueError, match="proxy"):
            make_client(base_url=NOWHERE, proxy=proxy)

    def test_a_proxy_with_an_invalid_port_does_not_show_its_password(self, make_client: MakeClient) -> None:
        with pytest.raises(ValueError, match="proxy") as caught:
            make_client(base_url=NOWHERE, proxy="http://user:proxy-password@host:port")
        assert "proxy-password" not in str(caught.value)

    @pytest.mark.parametrize("address", ["localhost", "127.0.0.1:80", "", "1.2.3"])
    def test_a_local_address_is_an_ip_address(self, make_client: MakeClient, address: str) -> None:
        with pytest.raises(ValueError, match="local_address"):
            make_client(base_url=NOWHERE, local_address=address)

    @pytest.mark.parametrize("setting", ["client_cert", "ca_bundle"])
    def test_a_file_that_cannot_be_read_is_named(self, make_client: MakeClient, tmp_path: Path, setting: str) -> None:
        for path in (tmp_path / "missing.pem", str(tmp_path / "missing.pem"), tmp_path):
            with pytest.raises(OSError, match=setting) as caught:
                make_client(base_url=NOWHERE, **{setting: path})
            assert Path(caught.value.filename) == Path(path)
        with pytest.raises((OSError, ValueError), match=setting):
            make_client(base_url=NOWHERE, **{setting: "a\0b"})

    @pytest.mark.parametrize(
        "content", ["", "no certificate", "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n"]
    )
    def test_a_client_certificate_without_its_key_is_named(
        self, make_client: MakeClient, tmp_path: Path, content: str
    ) -> None:
        (tmp_path / "client.pem").write_text(content)
        with pytest.raises(ValueError, match="client_cert"):
            make_client(base_url=NOWHERE, client_cert=tmp_path / "client.pem")

    # -- connections ---------------------------------------------------------------------------------------------------

    @pytest.mark.parametrize("streamed", [False, True])
    def test_a_client_certificate_is_presented(
        self, make_client: MakeClient, tmp_path: Path, errors: Errors, streamed: bool
    ) -> None:
        authority, server_chain, client_chain = write_certificates(tmp_path)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(server_chain)
        context.load_verify_locations(authority)
        context.verify_mode = ssl.CERT_REQUIRED
        with FakeServer(default=Answer("here"), tls=context) as server:
            known: dict[str, Any] = {"base_url": server.base_url, "ca_bundle": authority, "max_retries": 0}
            client = make_client(**known, client_cert=client_chain)
            stream = client.stream(QUESTION, MODEL)
            assert ("".join(stream) if streamed else client.chat(QUESTION, MODEL).text) == "here"
            stream.cancel()
            with pytest.raises(errors.APIConnectionError):
                make_client(**known).chat(QUESTION, MODEL)

    @pytest.mark.skipif(sys.platform != "linux", reason="only Linux has all of 127.0.0.0/8 on loopback")
    def test_connections_begin_at_the_local_address(self, make_client: MakeClient) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener, answering(listener) as peers:
            url = f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
            assert make_client(base_url=url, local_address="127.0.0.5").chat(QUESTION, MODEL).text == "here"
            assert make_client(base_url=url).chat(QUESTION, MODEL).text == "here"
        assert [peer[0] for peer, _ in peers] == ["127.0.0.5", "127.0.0.1"]

    @pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="there are no UNIX sockets")
    def test_a_unix_socket_is_connected_to(self, make_client: MakeClient, tmp_path: Path, errors: Errors) -> None:
        path = tmp_path / "s"
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(path))
            listener.listen()
            with answering(listener) as peers:
                for unix_socket in (path, str(path)):
                    # A proxy of the environment or of the settings is not used.
                    client = make_client(
                        api_key=KEY, base_url="http://local.invalid/v1", unix_socket=unix_socket, max_retries=0
                    )
                    # The server closes each connection after its answer.
                    assert [client.chat(QUESTION, MODEL).text for _ in range(5)] == ["here"] * 5
        for _, request in peers:
            assert request.startswith(b"POST /v1/chat/completions HTTP/1.1\r\n")
            assert b"\r\nhost: local.invalid\r\n" in request.lower()
        with pytest.raises(errors.APIConnectionError):
            make_client(base_url=NOWHERE, unix_socket=tmp_path / "missing", max_retries=0).chat(QUESTION, MODEL)

    @pytest.mark.skipif(hasattr(socket, "AF_UNIX"), reason="there are UNIX sockets")
    def test_without_unix_sockets_the_setting_is_refused(self, make_client: MakeClient) -> None:
        with pytest.raises(ValueError, match="unix_socket"):
            make_client(base_url=NOWHERE, unix_socket="s")

    def test_a_unix_socket_and_a_proxy_exclude_each_other(self, make_client: MakeClient) -> None:
        with pytest.raises(ValueError, match="unix_socket"):
            make_client(base_url=NOWHERE, unix_socket="s", proxy="http://127.0.0.1:1")


@contextlib.contextmanager
def answering(listener: socket.socket) -> Iterator[list[tuple[Any, bytes]]]:
    """Answer one request on each connection; yields the peers and their requests."""
    requests: list[tuple[Any, bytes]] = []
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"

    def serve() -> None:
        while True:
            sock, peer = listener.accept()
            with sock:
                request = sock.recv(1 << 20)
                if not request:
                    return
                while b'"messages"' not in request:
                    request += sock.recv(1 << 20)
                requests.append((peer, request))
                sock.sendall(head % len(ANSWER) + ANSWER)

    thread = threading.Thread(target=serve)
    thread.start()
    yield requests
    # An empty connection ends the thread.
    with socket.socket(listener.family) as last:
        last.connect(listener.getsockname())
    thread.join()


def write_certificates(folder: Path) -> tuple[Path, Path, Path]:
    """Write an authority, and the chains of a server on 127.0.0.1 and of a client, with their keys."""
    pytest.importorskip("cryptography", reason="certificates are made with cryptography")
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    now = datetime.datetime.now(datetime.UTC)
    root_key = ec.generate_private_key(ec.SECP256R1())

    def certificate(name: str, key: ec.EllipticCurvePrivateKey, extension: x509.ExtensionType) -> bytes:
        issuer, subject = (x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)]) for text in ("root", name))
        builder = x509.CertificateBuilder(issuer, subject, key.public_key(), x509.random_serial_number())
        builder = builder.not_valid_before(now).not_valid_after(now + datetime.timedelta(hours=1))
        signed = builder.add_extension(extension, critical=True).sign(root_key, hashes.SHA256())
        return signed.public_bytes(serialization.Encoding.PEM)

    def chain(name: str, extension: x509.ExtensionType) -> Path:
        key = ec.generate_private_key(ec.SECP256R1())
        forms = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        path = folder / f"{name}.pem"
        path.write_bytes(key.private_bytes(*forms) + certificate(name, key, extension))
        return path

    authority = folder / "root.pem"
    authority.write_bytes(certificate("root", root_key, x509.BasicConstraints(ca=True, path_length=None)))
    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    return authority, chain("server", address), chain("client", x509.BasicConstraints(ca=False, path_length=None))
