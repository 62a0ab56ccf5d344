"""The connection of one client: read requests, send replies, detect a disconnected client."""

import contextlib
import socket
import ssl
import struct
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from .replies import Hang, Pause
from .requests import Request
from .wire import Payload, head

Handler = Callable[[Request], Iterator[Payload]]

_MAX_HEAD = 1 << 20


class ClientLeftError(Exception):
    """The client closed the connection, or the server is closing it."""


class BadRequestError(Exception):
    """The received bytes are not HTTP."""


@dataclass(slots=True, eq=False)
class Connection:
    """Owns the socket. `run` blocks until the client disconnects, a reply closes it, or `abort` is called."""

    sock: socket.socket
    number: int
    handler: Handler
    tls: ssl.SSLContext | None = None
    _buffer: bytes = b""
    _reset: bool = False

    def run(self) -> None:
        try:
            with contextlib.suppress(ClientLeftError, OSError):
                if self.tls is not None:
                    self.sock = self.tls.wrap_socket(self.sock, server_side=True, do_handshake_on_connect=False)
                    self.sock.do_handshake()
                while request := self._read_request():
                    if not self._serve(request):
                        break
        finally:
            self._close()

    def abort(self) -> None:
        """Interrupt the connection from another thread."""
        with contextlib.suppress(OSError):
            # Not SSLSocket.shutdown: it would also drop the TLS session while its reader uses it.
            socket.socket.shutdown(self.sock, socket.SHUT_RDWR)

    def _serve(self, request: Request) -> bool:
        """Send one reply; returns whether the connection can be used again."""
        try:
            for payload in self.handler(request):
                if isinstance(payload, bytes):
                    self.sock.sendall(payload)
                elif isinstance(payload, Pause):
                    self._wait(payload.seconds)
                elif isinstance(payload, Hang):
                    self._wait(None)
                else:
                    self._reset = payload.reset
                    return False
        except (ClientLeftError, OSError):
            request.client_left.set()
            return False
        return request.headers.get("connection", "").lower() != "close"

    def _wait(self, seconds: float | None) -> None:
        """Wait (None: without limit) until the client disconnects."""
        end = None if seconds is None else time.monotonic() + seconds
        try:
            while end is None or (left := end - time.monotonic()) > 0:
                self.sock.settimeout(None if end is None else left)
                # Data that the client sends during the wait belongs to its next request.
                data = self.sock.recv(65536)
                if not data:
                    raise ClientLeftError
                self._buffer += data
        except TimeoutError:
            return
        finally:
            self.sock.settimeout(None)

    def _read_request(self) -> Request | None:
        try:
            lines = self._read_until(b"\r\n\r\n").decode("latin-1").split("\r\n")
            method, target, version = lines[0].split(" ")
            if not version.startswith("HTTP/1."):
                raise BadRequestError
            headers = {}
            for line in lines[1:]:
                name, _, value = line.partition(":")
                headers[name.strip().lower()] = value.strip()
            if headers.get("expect", "").lower() == "100-continue":
                self.sock.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
            return Request(method, target, headers, self._read_body(headers), self.number)
        except (BadRequestError, ValueError):
            self.sock.sendall(head(400, {"Content-Length": "0", "Connection": "close"}))
            return None

    def _read_body(self, headers: dict[str, str]) -> bytes:
        if "chunked" not in headers.get("transfer-encoding", "").lower():
            return self._read_exactly(int(headers.get("content-length", "0")))
        body = b""
        while size := int(self._read_until(b"\r\n").split(b";")[0], 16):
            body += self._read_exactly(size + 2)[:-2]
        while self._read_until(b"\r\n"):
            continue
        return body

    def _read_until(self, end: bytes) -> bytes:
        while end not in self._buffer:
            if len(self._buffer) > _MAX_HEAD:
                raise BadRequestError
            self._receive()
        found, _, self._buffer = self._buffer.partition(end)
        return found

    def _read_exactly(self, size: int) -> bytes:
        parts = [self._buffer]
        have = len(self._buffer)
        while have < size:
            parts.append(self._recv())
            have += len(parts[-1])
        whole = b"".join(parts)
        self._buffer = whole[size:]
        return whole[:size]

    def _receive(self) -> None:
        self._buffer += self._recv()

    def _recv(self) -> bytes:
        data = self.sock.recv(65536)
        if not data:
            raise ClientLeftError
        return data

    def _close(self) -> None:
        with contextlib.suppress(OSError):
            if self._reset:
                self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            else:
                self.sock.shutdown(socket.SHUT_RDWR)
        self.sock.close()
