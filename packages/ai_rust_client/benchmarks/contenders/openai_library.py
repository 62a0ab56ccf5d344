"""The OpenAI library, with HTTP/2 enabled for TLS."""

from typing import Any

from openai import AsyncOpenAI, DefaultAsyncHttpxClient, DefaultHttpxClient, OpenAI

from .basics import KEY
from .chat_api import ChatAPI
from .wire import tls


class Client(ChatAPI):
    """The clients of the OpenAI library."""

    def __init__(self, url: str, ca: str | None) -> None:
        super().__init__()
        self.url = url
        self.tls = tls(ca)

    def make(self) -> Any:
        http = DefaultHttpxClient(**self.tls) if self.tls else None
        return OpenAI(api_key=KEY, base_url=self.url, http_client=http)

    def amake(self) -> Any:
        http = DefaultAsyncHttpxClient(**self.tls) if self.tls else None
        return AsyncOpenAI(api_key=KEY, base_url=self.url, http_client=http)
