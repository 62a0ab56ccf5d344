"""ai_rust_client's own API."""

import ai_rust_client

from .basics import KEY, MODEL, Messages


class Client:
    """Whole answers, and streams read as text."""

    def __init__(self, url: str, ca: str | None) -> None:
        self.client = ai_rust_client.AIClient(KEY, base_url=url, ca_bundle=ca)

    def ask(self, messages: Messages) -> str:
        return self.client.chat(messages, MODEL).text

    def read(self, messages: Messages) -> list[str]:
        return list(self.client.stream(messages, MODEL))

    async def aask(self, messages: Messages) -> str:
        return (await self.client.achat(messages, MODEL)).text

    async def aread(self, messages: Messages) -> list[str]:
        return [delta async for delta in self.client.stream(messages, MODEL)]


class Events:
    """Streams read as event objects."""

    def __init__(self, url: str, ca: str | None) -> None:
        self.client = ai_rust_client.AIClient(KEY, base_url=url, ca_bundle=ca)

    def read(self, messages: Messages) -> list[str]:
        return [event.text for event in self.client.stream(messages, MODEL).events() if event.kind == "text"]

    async def aread(self, messages: Messages) -> list[str]:
        return [event.text async for event in self.client.stream(messages, MODEL).aevents() if event.kind == "text"]
