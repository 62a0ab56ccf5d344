"""httpx."""

from typing import Any

import httpx

from .basics import Messages
from .wire import HEADERS, body, contents, text_of, tls


class Client:
    """One httpx client for sync and one for async calls, each created on first use."""

    def __init__(self, url: str, ca: str | None) -> None:
        self.endpoint = f"{url}/chat/completions"
        self.arguments: dict[str, Any] = {"headers": HEADERS, **tls(ca)}
        self._sync: httpx.Client | None = None
        self._async: httpx.AsyncClient | None = None

    @property
    def sync(self) -> httpx.Client:
        if self._sync is None:
            self._sync = httpx.Client(**self.arguments)
        return self._sync

    @property
    def asynchronous(self) -> httpx.AsyncClient:
        if self._async is None:
            self._async = httpx.AsyncClient(**self.arguments)
        return self._async

    def ask(self, messages: Messages) -> str:
        return text_of(self.sync.post(self.endpoint, content=body(messages)).json())

    def read(self, messages: Messages) -> list[str]:
        with self.sync.stream("POST", self.endpoint, content=body(messages, stream=True)) as response:
            return list(contents(response.iter_lines()))

    async def aask(self, messages: Messages) -> str:
        return text_of((await self.asynchronous.post(self.endpoint, content=body(messages))).json())

    async def aread(self, messages: Messages) -> list[str]:
        chunks: list[str] = []
        async with self.asynchronous.stream("POST", self.endpoint, content=body(messages, stream=True)) as response:
            async for line in response.aiter_lines():
                chunks.extend(contents((line,)))
        return chunks

    async def aclose(self) -> None:
        if self._async is not None:
            await self._async.aclose()
