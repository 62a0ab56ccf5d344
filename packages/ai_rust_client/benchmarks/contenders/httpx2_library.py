"""httpx2, which the OpenAI and anthropic libraries are made on."""

import httpx2

from .httpx_style import HttpxStyle


class Client(HttpxStyle):
    def __init__(self, url: str, ca: str | None) -> None:
        super().__init__(httpx2, url, ca)
