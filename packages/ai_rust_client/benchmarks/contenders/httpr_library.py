"""httpr: reqwest for Python. Its async client runs the sync one on threads."""

from typing import Any

import httpr

from .basics import Messages
from .wire import HEADERS, Lines, body, contents, text_of

MOST_AT_ONCE = 128


class Client:
    """One client for sync and one for async calls, each created on first use."""

    def __init__(self, url: str, ca: str | None) -> None:
        self.endpoint = f"{url}/chat/completions"
        self.arguments: dict[str, Any] = {"headers": HEADERS, "ca_cert_file": ca}
        self._sync: Any = None
        self._async: Any = None

    @property
    def sync(self) -> Any:
        if self._sync is None:
            self._sync = httpr.Client(**self.arguments)
        return self._sync

    @property
    def asynchronous(self) -> Any:
        if self._async is None:
            self._async = httpr.AsyncClient(max_concurrency=MOST_AT_ONCE, **self.arguments)
        return self._async

    def ask(self, messages: Messages) -> str:
        return text_of(self.sync.post(self.endpoint, content=body(messages)).json())

    def read(self, messages: Messages) -> list[str]:
        lines = Lines()
        chunks: list[str] = []
        with self.sync.stream("POST", self.endpoint, content=body(messages, stream=True)) as response:
            for data in response.iter_bytes():
                chunks.extend(contents(lines.take(data)))
        return chunks

    async def aask(self, messages: Messages) -> str:
        return text_of((await self.asynchronous.post(self.endpoint, content=body(messages))).json())

    async def aread(self, messages: Messages) -> list[str]:
        lines = Lines()
        chunks: list[str] = []
        async with self.asynchronous.stream("POST", self.endpoint, content=body(messages, stream=True)) as response:
            async for data in response.aiter_bytes():
                chunks.extend(contents(lines.take(data)))
        return chunks
