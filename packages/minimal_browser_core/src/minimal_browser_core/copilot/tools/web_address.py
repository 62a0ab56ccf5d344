"""Addresses that a model gives: http and https only, and shown so that the user sees the real host."""

import re
from typing import Annotated
from urllib.parse import urlsplit

from msgspec import Meta

from minimal_browser_core.copilot.context.text import clean_line
from minimal_browser_core.hosts.display import display_url

WebAddress = Annotated[str, Meta(min_length=1, max_length=8_192, description="Absolute http or https address.")]

_BARE_HOST = re.compile(r"[\w-]+(\.[\w-]+)*\.[^\W\d_]{2,}(:\d+)?(?=[/?#]|$)")


def check_web_address(url: str) -> str:
    """`url`, with the scheme that small models often leave out; ValueError if it is not a plain web address."""
    url = url.strip(" ")
    if _BARE_HOST.match(url):
        url = f"https://{url}"
    shown = clean_line(url, 120)
    if re.search(r"[\x00-\x20\x7f\\]", url):
        raise ValueError(f"The address has spaces or control characters: {shown}")
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        raise ValueError(f"The address {shown} is invalid: {error}") from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"Only http and https addresses are allowed, not {shown}")
    if parts.username is not None or parts.password is not None:
        raise ValueError(f"The address has a user name in it, which hides its host: {shown}")
    return url


def display_address(url: str) -> str:
    """The address with its whole host, which is in ASCII if it could imitate another one."""
    return clean_line(display_url(url), max(200, len(urlsplit(url).hostname or "") + 60))
