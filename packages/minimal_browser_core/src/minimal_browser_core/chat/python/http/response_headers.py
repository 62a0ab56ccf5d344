"""The headers of a response, as callers see them."""

import re
from collections.abc import Mapping

import httpx2

from minimal_browser_core.chat.python.config import Config
from minimal_browser_core.secrets import MASK

_COOKIES = ("set-cookie", "set-cookie2")
_LOCATIONS = ("location", "content-location", "refresh")
_REQUEST_ID = ("x-request-id", "request-id", "x-generation-id")


def masked_headers(config: Config, headers: httpx2.Headers) -> dict[str, str]:
    """Return the headers with names in lower case and secrets masked; commas join those of the same name."""
    return {name: _masked(config, name, value) for name, value in headers.items()}


def request_id(headers: Mapping[str, str]) -> str | None:
    """Return the provider's identifier of the request, if a header has one."""
    return next((headers[name] for name in _REQUEST_ID if name in headers), None)


def _masked(config: Config, name: str, value: str) -> str:
    if name in _COOKIES:
        return MASK
    if name in _LOCATIONS:
        # User, password and query of a URL may be new secrets, such as a signature.
        value = re.sub(r"(?<=//)[^/?#]*@", f"{MASK}@", value)
        value = re.sub(r"\?.*", f"?{MASK}", value)
    return config.scrub(value)
