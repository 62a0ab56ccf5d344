"""The OpenAI library's API, which `compat` shares."""

from typing import Any

from .basics import MODEL, Messages


class ChatAPI:
    """`make` and `amake` create the clients, on first use."""

    def __init__(self) -> None:
        self._sync: Any = None
        self._async: Any = None

    def make(self) -> Any:
        raise NotImplementedError

    def amake(self) -> Any:
        raise NotImplementedError

    def create(self, messages: Messages, *, stream: bool = False) -> Any:
        self._sync = self._sync or self.make()
        return self._sync.chat.completions.create(model=MODEL, messages=messages, stream=stream)

    async def acreate(self, messages: Messages, *, stream: bool = False) -> Any:
        self._async = self._async or self.amake()
        return await self._async.chat.completions.create(model=MODEL, messages=messages, stream=stream)

    def ask(self, messages: Messages) -> str:
        text: str = self.create(messages).choices[0].message.content
        return text

    def read(self, messages: Messages) -> list[str]:
        stream = self.create(messages, stream=True)
        return [chunk.choices[0].delta.content for chunk in stream if chunk.choices and chunk.choices[0].delta.content]

    async def aask(self, messages: Messages) -> str:
        text: str = (await self.acreate(messages)).choices[0].message.content
        return text

    async def aread(self, messages: Messages) -> list[str]:
        stream = await self.acreate(messages, stream=True)
        return [
            chunk.choices[0].delta.content async for chunk in stream if chunk.choices and chunk.choices[0].delta.content
        ]

    async def aclose(self) -> None:
        if self._async is not None:
            await self._async.close()
