"""A socket and json: the least that Python itself can do. No TLS."""

import json
import socket

from .basics import KEY, Messages
from .wire import Lines, body, contents, text_of


class Client:
    def __init__(self, url: str, ca: str | None) -> None:
        self.host, _, path = url.removeprefix("http://").partition("/")
        self.head = f"POST /{path}/chat/completions HTTP/1.1\r\nHost: {self.host}\r\nAuthorization: Bearer {KEY}\r\n"
        name, port = self.host.split(":")
        self.socket = socket.create_connection((name, int(port)))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, data: bytes) -> tuple[bytes, bytes]:
        """The response's head, and what came with it of the body."""
        self.socket.sendall(f"{self.head}Content-Length: {len(data)}\r\n\r\n".encode() + data)
        answer = self.socket.recv(65536)
        while b"\r\n\r\n" not in answer:
            answer += self.socket.recv(65536)
        head, _, rest = answer.partition(b"\r\n\r\n")
        return head, rest

    def ask(self, messages: Messages) -> str:
        head, document = self.send(body(messages))
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
        while len(document) < length:
            document += self.socket.recv(65536)
        return text_of(json.loads(document))

    def read(self, messages: Messages) -> list[str]:
        lines = Lines()
        chunks: list[str] = []
        _, data = self.send(body(messages, stream=True))
        while True:
            while (end := data.find(b"\r\n")) >= 0 and len(data) >= end + 4 + (size := int(data[:end], 16)):
                if size == 0:
                    return chunks
                chunks.extend(contents(lines.take(data[end + 2 : end + 2 + size])))
                data = data[end + 4 + size :]
            data += self.socket.recv(65536)
