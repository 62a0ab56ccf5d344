"""The work that a chat client does and a plain HTTP client leaves to its user: encoding, events, JSON, TLS settings."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from .basics import KEY, MODEL, Messages

HEADERS = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}


def body(messages: Messages, *, stream: bool = False) -> bytes:
    """The body of a request."""
    return json.dumps({"model": MODEL, "messages": messages, "stream": stream}).encode()


def text_of(document: Any) -> str:
    """The text of a whole answer."""
    text: str = document["choices"][0]["message"]["content"]
    return text


def contents(lines: Iterable[str]) -> Iterator[str]:
    """The chunks of text in the lines of a stream."""
    for line in lines:
        if line.startswith("data: ") and line != "data: [DONE]":
            content = json.loads(line[6:])["choices"][0]["delta"].get("content")
            if content:
                yield content


class Lines:
    """Splits pieces of bytes into lines."""

    def __init__(self) -> None:
        self.rest = b""

    def take(self, data: Any) -> list[str]:
        *lines, self.rest = (self.rest + bytes(data)).split(b"\n")
        return [line.decode() for line in lines]


def tls(ca: str | None) -> dict[str, Any]:
    """Arguments of httpx clients: none without TLS, otherwise the authority, and HTTP/2 if the server offers it."""
    if ca is None:
        return {}
    import ssl

    return {"verify": ssl.create_default_context(cafile=ca), "http2": True}
