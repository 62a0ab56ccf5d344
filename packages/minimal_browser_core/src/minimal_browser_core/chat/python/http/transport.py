"""The sockets below httpcore2: every blocking operation obeys the timeouts and the cancellation of its call."""

import contextlib
import ipaddress
import select
import socket
import ssl
import threading
from collections.abc import Iterable, Iterator
from typing import Any

import httpcore2

from .call import current_call

NETWORK_ERRORS = (
    httpcore2.NetworkError,
    httpcore2.ProtocolError,
    httpcore2.ProxyError,
    httpcore2.TimeoutException,
    httpcore2.UnsupportedProtocol,
)


class CancellableStream(httpcore2.NetworkStream):
    """A TCP or TLS connection, used by one call at a time. Ignores httpcore2's timeouts: the call has its own."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        call = current_call()
        with _mapped(httpcore2.ReadError), call.waiting_on(self._sock):
            data = self._sock.recv(max_bytes)
        if data:
            call.bytes_received()
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        call = current_call()
        if call.requires_new_connection and not call.has_new_connection:
            # The pool closes this connection and takes the next, or opens one.
            raise httpcore2.ConnectionNotAvailable
        view = memoryview(buffer)
        while view:
            with _mapped(httpcore2.WriteError), call.waiting_on(self._sock):
                view = view[self._sock.send(view) :]

    def close(self) -> None:
        self._sock.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore2.NetworkStream:
        try:
            with _mapped(httpcore2.ConnectError):
                # The handshake follows below, where `cancel` can interrupt it.
                tls = ssl_context.wrap_socket(
                    self._sock, server_hostname=server_hostname, do_handshake_on_connect=False
                )
            self._sock = tls
            with _mapped(httpcore2.ConnectError), current_call().waiting_on(tls, connecting=True):
                tls.do_handshake()
        except BaseException:
            self.close()
            raise
        return self

    def get_extra_info(self, info: str) -> Any:
        if info == "ssl_object":
            return self._sock if isinstance(self._sock, ssl.SSLSocket) else None
        if info == "is_readable":
            return _is_readable(self._sock)
        return self._sock if info == "socket" else None


class CancellableBackend(httpcore2.NetworkBackend):
    """Opens connections for httpcore2: from `local_address`, or to a UNIX socket instead of the host."""

    def __init__(self, local_address: str | None, unix_socket: str | None) -> None:
        self._local_address = local_address
        self._unix_socket = unix_socket

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:
        call = current_call()
        call.begin_connect()
        failures: list[OSError] = []
        for address in self._addresses(host, port):
            try:
                sock = self._connect(*address)
            except OSError as error:
                failures.append(error)
            else:
                call.connection_opened()
                return CancellableStream(sock)
        raise httpcore2.ConnectError("; ".join(dict.fromkeys(_reason(error) for error in failures)))

    def _addresses(self, host: str, port: int) -> list[tuple[int, int, Any]]:
        """Return family, protocol and address of each way to the server."""
        if self._unix_socket is not None:
            return [(socket.AF_UNIX, 0, self._unix_socket)]
        return [(family, protocol, address) for family, _, protocol, _, address in _resolve(host, port)]

    def _connect(self, family: int, protocol: int, address: Any) -> socket.socket:
        sock = socket.socket(family, socket.SOCK_STREAM, protocol)
        try:
            if self._local_address is not None and self._unix_socket is None:
                sock.bind((self._local_address, 0))
            with current_call().waiting_on(sock, connecting=True):
                sock.connect(address)
            if family != getattr(socket, "AF_UNIX", None):
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except BaseException:
            sock.close()
            raise
        return sock


def _resolve(host: str, port: int) -> list[Any]:
    """Return the addresses of a host. Names are looked up on another thread: a look-up cannot be interrupted."""
    with contextlib.suppress(ValueError):
        ipaddress.ip_address(host)
        return _mapped_getaddrinfo(host, port, socket.AI_NUMERICHOST)
    addresses: list[Any] = []
    errors: list[Exception] = []
    done = threading.Event()

    def look_up() -> None:
        try:
            addresses.extend(_mapped_getaddrinfo(host, port, 0))
        except httpcore2.ConnectError as error:
            errors.append(error)
        finally:
            done.set()

    threading.Thread(target=look_up, name="ai-client-resolve", daemon=True).start()
    call = current_call()
    # Poll, so that a cancelled call ends soon. `time_left` raises after the connection timeout.
    while not done.wait(min(0.1, call.time_left(connecting=True) or 0.1)):
        call.check()
    if errors:
        raise errors[0]
    return addresses


def _mapped_getaddrinfo(host: str, port: int, flags: int) -> list[Any]:
    try:
        return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=flags)
    except OSError as error:
        reason = _reason(error)
    except UnicodeError:
        reason = f"{host!r} is not a name that a server can have"
    raise httpcore2.ConnectError(reason)


@contextlib.contextmanager
def _mapped(error_class: type[Exception]) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise error_class(_reason(error)) from error


def _reason(error: OSError) -> str:
    return error.strerror or str(error) or type(error).__name__


def _is_readable(sock: socket.socket) -> bool:
    """Return whether the server has closed an idle connection."""
    if sock.fileno() < 0:
        return True
    if not hasattr(select, "poll"):
        return bool(select.select([sock], [], [], 0)[0])
    poll = select.poll()
    poll.register(sock, select.POLLIN)
    return bool(poll.poll(0))
