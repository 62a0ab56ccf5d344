"""How httpx and httpx2 are used, which have the same surface."""

from typing import Any

from .basics import Messages
from .wire import HEADERS, body, contents, text_of, tls


class HttpxStyle:
    """Of the module that it is given. One client for each face, made on first use."""

    def __init__(self, module: Any, url: str, ca: str | None) -> None:
        self.module = module
        self.endpoint = f"{url}/chat/completions"
        self.arguments: dict[str, Any] = {"headers": HEADERS, **tls(ca)}
        self._sync: Any = None
        self._async: Any = None

    @property
    def sync(self) -> Any:
        if self._sync is None:
            self._sync = self.module.Client(**self.arguments)
        return self._sync

    @property
    def asynchronous(self) -> Any:
        if self._async is None:
            self._async = self.module.AsyncClient(**self.arguments)
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
