"""The settings of a client, validated."""

import base64
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from minimal_browser_core.secrets import MASK, Secret

_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_HEADER_VALUE = re.compile(r"[\x20-\x7e\t]*")
_SECRET_HEADER = re.compile("authorization|key|token|secret|cookie", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Timeouts in seconds; None for no limit."""

    connect: float
    idle: float | None
    first_token: float | None
    stall: float | None
    end: float | None
    total: float | None

    def __post_init__(self) -> None:
        for name in ("connect", "idle", "first_token", "stall", "end", "total"):
            value = getattr(self, name)
            if value is None and name != "connect":
                continue
            if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < math.inf:
                raise ValueError(f"{name}_timeout must be a number of seconds above 0, not {value!r}")


@dataclass(frozen=True, slots=True)
class Config:
    """Valid settings. `base_url` has neither credentials nor a trailing slash; `headers` contain the key."""

    base_url: str
    headers: Mapping[str, str] = field(repr=False)
    secrets: tuple[Secret, ...]
    has_key: bool
    timeouts: Timeouts
    max_retries: int
    proxy: str | None = field(repr=False)
    ca_bundle: Path | None

    def endpoint(self, path: str) -> str:
        """Return the URL of `path` below the base URL."""
        url = urlsplit(self.base_url)
        return url._replace(path=f"{url.path.rstrip('/')}/{path}").geturl()

    def scrub(self, text: str) -> str:
        """Return `text` with every secret of the headers masked."""
        for secret in self.secrets:
            text = secret.scrub(text)
        return text

    @property
    def display_base_url(self) -> str:
        """The base URL without its query, which may contain a key."""
        url = urlsplit(self.base_url)
        return url._replace(query=MASK if url.query else "").geturl()


def make_config(
    api_key: str | Secret | None,
    base_url: str,
    *,
    headers: Mapping[str, str] | None,
    timeouts: Timeouts,
    max_retries: int,
    proxy: str | None,
    ca_bundle: str | PathLike[str] | None,
) -> Config:
    """Validate the settings. Raises `ValueError` that names the invalid one and never contains a key."""
    url, credentials = _base_url(base_url)
    key = api_key.reveal() if isinstance(api_key, Secret) else api_key
    if key and not (_HEADER_VALUE.fullmatch(key) and key == key.strip()):
        raise ValueError("api_key holds a character that no HTTP header can carry; is there a line break in it?")
    authorization = f"Bearer {key}" if key else credentials
    all_headers = {"Authorization": authorization} if authorization else {}
    for name, value in (headers or {}).items():
        if not _HEADER_NAME.fullmatch(name):
            raise ValueError(f"headers: {name!r} is not a name that an HTTP header can have")
        if not _HEADER_VALUE.fullmatch(value):
            raise ValueError(f"headers[{name!r}] holds a character that no HTTP header can carry")
        # Names are case-insensitive: the caller's "authorization" replaces ours.
        all_headers = {known: text for known, text in all_headers.items() if known.lower() != name.lower()}
        all_headers[name] = value
    secrets = [value.split(" ")[-1] for name, value in all_headers.items() if _SECRET_HEADER.search(name)]
    if not isinstance(max_retries, int) or max_retries < 0:
        raise ValueError(f"max_retries must be 0 or more, not {max_retries!r}")
    bundle = Path(ca_bundle) if ca_bundle is not None else None
    if bundle is not None and not bundle.is_file():
        raise ValueError(f"ca_bundle: there is no file {bundle}")
    if proxy is not None:
        check_proxy(proxy)
    return Config(
        base_url=url,
        headers=all_headers,
        secrets=tuple(Secret(text) for text in secrets if text),
        has_key=any(name.lower() == "authorization" for name in all_headers),
        timeouts=timeouts,
        max_retries=max_retries,
        proxy=proxy,
        ca_bundle=bundle,
    )


def check_proxy(proxy: str) -> None:
    """Raise `ValueError` if `proxy` is not a proxy's URL. The message omits the URL, which may contain a password."""
    url = _split(proxy, "proxy")
    if url.scheme not in ("http", "https", "socks5", "socks5h") or not url.hostname:
        raise ValueError("proxy must look like http://host:3128, https://host:3128 or socks5://host:1080")


def _base_url(text: str) -> tuple[str, str | None]:
    """Return the URL without its user and password, and the `Authorization` header that these make."""
    url = _split(text.strip(), "base_url")
    if url.scheme not in ("http", "https") or not url.hostname:
        raise ValueError("base_url must look like https://openrouter.ai/api/v1 or http://127.0.0.1:11434/v1")
    credentials = None
    if url.username is not None or url.password is not None:
        pair = f"{unquote(url.username or '')}:{unquote(url.password or '')}"
        credentials = "Basic " + base64.b64encode(pair.encode()).decode()
    netloc = url.netloc.rpartition("@")[2]
    return url._replace(netloc=netloc, path=url.path.rstrip("/"), fragment="").geturl(), credentials


def _split(text: str, setting: str) -> SplitResult:
    try:
        url = urlsplit(text)
        _ = url.port
    except ValueError:
        raise ValueError(f"{setting} is not a URL") from None
    return url
