"""pyreqwest: reqwest for Python."""

from pathlib import Path
from typing import Any

from pyreqwest.client import ClientBuilder, SyncClientBuilder

from .basics import Messages
from .wire import HEADERS, Lines, body, contents, text_of


class Client:
    """One client for sync and one for async calls."""

    def __init__(self, url: str, ca: str | None) -> None:
        self.endpoint = f"{url}/chat/completions"
        self.ca = Path(ca).read_bytes() if ca else None
        self._sync: Any = None
        self._async: Any = None

    def _build(self, builder: Any) -> Any:
        return (builder.add_root_certificate_pem(self.ca).http2(True) if self.ca else builder).build()

    def request(self, messages: Messages, *, stream: bool = False) -> Any:
        if self._sync is None:
            self._sync = self._build(SyncClientBuilder())
        return self._sync.post(self.endpoint).headers(HEADERS).body_bytes(body(messages, stream=stream))

    def arequest(self, messages: Messages, *, stream: bool = False) -> Any:
        if self._async is None:
            self._async = self._build(ClientBuilder())
        return self._async.post(self.endpoint).headers(HEADERS).body_bytes(body(messages, stream=stream))

    def ask(self, messages: Messages) -> str:
        return text_of(self.request(messages).build().send().json())

    def read(self, messages: Messages) -> list[str]:
        lines = Lines()
        chunks: list[str] = []
        with self.request(messages, stream=True).build_streamed() as response:
            while (data := response.body_reader.read_chunk()) is not None:
                chunks.extend(contents(lines.take(data)))
        return chunks

    async def aask(self, messages: Messages) -> str:
        return text_of(await (await self.arequest(messages).build().send()).json())

    async def aread(self, messages: Messages) -> list[str]:
        lines = Lines()
        chunks: list[str] = []
        async with self.arequest(messages, stream=True).build_streamed() as response:
            while (data := await response.body_reader.read_chunk()) is not None:
                chunks.extend(contents(lines.take(data)))
        return chunks
