"""ai_rust_client.compat: the OpenAI library's API on this client."""

import os
from typing import Any

from ai_rust_client.compat import AsyncOpenAI, OpenAI

from .basics import KEY
from .chat_api import ChatAPI


class Client(ChatAPI):
    """The clients of `compat`."""

    def __init__(self, url: str, ca: str | None) -> None:
        super().__init__()
        self.url = url
        if ca is not None:
            os.environ["SSL_CERT_FILE"] = ca  # replaces the platform's certificates

    def make(self) -> Any:
        return OpenAI(api_key=KEY, base_url=self.url)

    def amake(self) -> Any:
        return AsyncOpenAI(api_key=KEY, base_url=self.url)
