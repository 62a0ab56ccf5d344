"""httpx."""

import httpx

from .httpx_style import HttpxStyle


class Client(HttpxStyle):
    def __init__(self, url: str, ca: str | None) -> None:
        super().__init__(httpx, url, ca)
