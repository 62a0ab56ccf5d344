"""aiohttp, which has neither a sync API nor HTTP/2."""

import ssl

import aiohttp

from .basics import Messages
from .wire import HEADERS, body, contents, text_of


class Client:
    """One session, created on first use."""

    def __init__(self, url: str, ca: str | None) -> None:
        self.endpoint = f"{url}/chat/completions"
        self.context = ssl.create_default_context(cafile=ca) if ca else True
        self._session: aiohttp.ClientSession | None = None

    @property
    def session(self) -> aiohttp.ClientSession:
        """Made inside the event loop."""
        if self._session is None:
            connector = aiohttp.TCPConnector(limit=0, ssl=self.context)
            self._session = aiohttp.ClientSession(headers=HEADERS, connector=connector)
        return self._session

    async def aask(self, messages: Messages) -> str:
        async with self.session.post(self.endpoint, data=body(messages)) as response:
            return text_of(await response.json())

    async def aread(self, messages: Messages) -> list[str]:
        chunks: list[str] = []
        async with self.session.post(self.endpoint, data=body(messages, stream=True)) as response:
            async for line in response.content:
                chunks.extend(contents((line.decode().rstrip("\n"),)))
        return chunks

    async def aclose(self) -> None:
        if self._session is not None:
            await self._session.close()
