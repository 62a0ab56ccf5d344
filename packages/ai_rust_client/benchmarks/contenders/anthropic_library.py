"""The anthropic library, which speaks the Messages protocol: the server has an endpoint of its own for it."""

from typing import Any

from anthropic import Anthropic, AsyncAnthropic, DefaultAsyncHttpxClient, DefaultHttpxClient

from .basics import KEY, MODEL, Messages
from .wire import tls

MOST_TOKENS = 1024


class Client:
    def __init__(self, url: str, ca: str | None) -> None:
        self.url = url
        self.tls = tls(ca)
        self._sync: Any = None
        self._async: Any = None

    def create(self, messages: Messages, *, stream: bool = False) -> Any:
        if self._sync is None:
            http = DefaultHttpxClient(**self.tls) if self.tls else None
            self._sync = Anthropic(api_key=KEY, base_url=self.url, http_client=http)
        return self._sync.messages.create(model=MODEL, messages=messages, max_tokens=MOST_TOKENS, stream=stream)

    async def acreate(self, messages: Messages, *, stream: bool = False) -> Any:
        if self._async is None:
            http = DefaultAsyncHttpxClient(**self.tls) if self.tls else None
            self._async = AsyncAnthropic(api_key=KEY, base_url=self.url, http_client=http)
        return await self._async.messages.create(model=MODEL, messages=messages, max_tokens=MOST_TOKENS, stream=stream)

    def ask(self, messages: Messages) -> str:
        text: str = self.create(messages).content[0].text
        return text

    def read(self, messages: Messages) -> list[str]:
        stream = self.create(messages, stream=True)
        return [event.delta.text for event in stream if event.type == "content_block_delta"]

    async def aask(self, messages: Messages) -> str:
        text: str = (await self.acreate(messages)).content[0].text
        return text

    async def aread(self, messages: Messages) -> list[str]:
        stream = await self.acreate(messages, stream=True)
        return [event.delta.text async for event in stream if event.type == "content_block_delta"]

    async def aclose(self) -> None:
        if self._async is not None:
            await self._async.close()
