"""Find the secrets in headers and URLs."""

import base64
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from urllib.parse import parse_qsl, unquote, urlsplit

_SECRET_NAME = re.compile("auth|key|token|secret|cookie|password|session|credential|signature", re.IGNORECASE)
_MIN_LENGTH = 4
"""To mask a text of a few letters would garble every message, and so reveal it."""


def header_secrets(headers: Mapping[str, str]) -> Iterator[str]:
    """Yield the secrets in the values of headers whose name is like a credential's."""
    for name, value in headers.items():
        if not _SECRET_NAME.search(name):
            continue
        scheme, _, token = value.partition(" ")
        yield token.strip() or value
        if scheme.lower() == "basic":
            yield from _pair_secrets(token.strip())
        for parameter in re.split("[;,]", value):
            yield parameter.partition("=")[2].strip().strip('"')


def query_secrets(query: Mapping[str, list[str]]) -> Iterator[str]:
    """Yield the values of a query whose name is like a credential's."""
    return (value for name, values in query.items() if _SECRET_NAME.search(name) for value in values)


def url_secrets(url: str) -> Iterator[str]:
    """Yield user and password of a URL, and all values of its query, encoded and decoded."""
    parts = urlsplit(url)
    if parts.username or parts.password:
        user, password = unquote(parts.username or ""), unquote(parts.password or "")
        yield from (user, password, f"{user}:{password}", basic_token(user, password))
    # A version is not a secret, and an error message may be about it.
    yield from (value for name, value in parse_qsl(parts.query) if name != "api-version")


def environment_secrets() -> Iterator[str]:
    """Yield user and password of the proxies that the environment sets."""
    for name, value in os.environ.items():
        if name.lower().endswith("_proxy") and "@" in value:
            with suppress(ValueError):
                yield from url_secrets(value if "://" in value else f"http://{value}")


def basic_token(user: str, password: str) -> str:
    """Return what follows `Basic` in a header."""
    return base64.b64encode(f"{user}:{password}".encode()).decode()


def long_enough(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the texts that can be masked, each once."""
    return tuple(dict.fromkeys(text for text in texts if len(text) >= _MIN_LENGTH))


def _pair_secrets(token: str) -> Iterator[str]:
    try:
        pair = base64.b64decode(token, validate=True).decode()
    except ValueError:
        return
    yield pair
    yield pair.partition(":")[2]
