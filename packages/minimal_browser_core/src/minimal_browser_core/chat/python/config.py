"""The settings of a client, checked."""

import ipaddress
import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from minimal_browser_core.secrets import MASK, Secret

from .credentials import basic_token, environment_secrets, header_secrets, long_enough, url_secrets
from .environment_proxy import environment_proxy
from .headers import check_headers, is_header_value, merge_headers
from .http.masks import Mask
from .timers import Timers

_PROXY_SCHEMES = ("http", "https", "socks5", "socks5h")


@dataclass(frozen=True, slots=True)
class Config:
    """Valid settings. `base_url` has neither credentials nor a trailing slash; `headers` contain the key."""

    base_url: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    mask: Mask
    timers: Timers
    max_retries: int
    max_buffered_bytes: int
    proxy: str | None = field(repr=False)
    ca_bundle: Path | None
    client_cert: Path | None
    local_address: str | None
    unix_socket: str | None
    has_own_total: bool = False
    """Whether the call set its total timeout itself."""

    def endpoint(self, path: str) -> str:
        """Return the URL of `path` below the base URL."""
        url = urlsplit(self.base_url)
        return url._replace(path=f"{url.path.rstrip('/')}/{path}").geturl()

    def scrub(self, text: str) -> str:
        """Return a text of a server or a library with every secret masked."""
        return self.mask.apply(text)

    @property
    def has_key(self) -> bool:
        return any(name.lower() == "authorization" for name in self.headers)

    @property
    def display_base_url(self) -> str:
        """The base URL without its query, which may contain a key."""
        url = urlsplit(self.base_url)
        return url._replace(query=MASK if url.query else "").geturl()


def make_config(  # noqa: PLR0913  one argument for each setting
    api_key: Any,
    base_url: Any,
    *,
    headers: Any,
    timers: Timers,
    max_retries: Any,
    max_buffered_bytes: Any,
    proxy: Any,
    ca_bundle: Any,
    client_cert: Any,
    local_address: Any,
    unix_socket: Any,
) -> Config:
    """Check the settings. Raises `TypeError` or `ValueError` that names the wrong one and never contains a key."""
    url, credentials = _base_url(base_url)
    key = _api_key(api_key)
    authorization = f"Bearer {key}" if key else credentials
    all_headers = {"Authorization": authorization} if authorization else {}
    if headers is not None:
        all_headers = merge_headers(all_headers, check_headers("headers", headers))
    if proxy is not None:
        _check_proxy(proxy, "proxy")
        if unix_socket is not None:
            raise ValueError("unix_socket and proxy exclude each other")
    elif unix_socket is None and (setting := environment_proxy(url)):
        variable, proxy = setting
        _check_proxy(proxy, f"the environment variable {variable}")
    secrets = [*header_secrets(all_headers), *url_secrets(base_url.strip()), *url_secrets(proxy or "")]
    secrets += environment_secrets()
    return Config(
        base_url=url,
        headers=all_headers,
        mask=Mask(long_enough(secrets)),
        timers=timers,
        max_retries=check_count("max_retries", max_retries, 0),
        max_buffered_bytes=check_count("max_buffered_bytes", max_buffered_bytes, 1),
        proxy=proxy,
        ca_bundle=_ca_bundle(ca_bundle),
        client_cert=_certificate(client_cert),
        local_address=_local_address(local_address),
        unix_socket=_unix_socket(unix_socket),
    )


def _check_proxy(proxy: Any, setting: str) -> None:
    # No message contains the URL, which may contain a password.
    url = _split(proxy, setting)
    if url.scheme not in _PROXY_SCHEMES or not url.hostname or any(map(str.isspace, url.netloc)):
        raise ValueError(f"{setting} must look like http://host:3128, https://host:3128 or socks5://host:1080")


def check_count(name: str, value: Any, least: int) -> int:
    """Return an integer. Raises `TypeError` or `ValueError` that names the setting."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"{name} must be an integer, not {type(value).__name__}")
    if value < least:
        raise ValueError(f"{name} must be {least} or more, not {value!r}")
    return value


def _api_key(api_key: Any) -> str | None:
    key = api_key.reveal() if isinstance(api_key, Secret) else api_key
    if key is not None and not isinstance(key, str):
        raise TypeError(f"api_key must be a string, not {type(key).__name__}")
    if key and key != key.strip():
        raise ValueError("api_key has white space or a line break around it; pass only the key, or None for none")
    if key and key.lower().startswith("bearer "):
        raise ValueError('api_key begins with "Bearer ", which the client adds itself; pass only the key')
    if key and not (key.isascii() and is_header_value(key)):
        raise ValueError("api_key holds a character that no HTTP header can carry; is there a line break in it?")
    return key


def _base_url(text: Any) -> tuple[str, str | None]:
    """Return the URL without its user and password, and the `Authorization` header that these make."""
    url = _split(text, "base_url")
    if url.scheme not in ("http", "https") or not url.hostname:
        raise ValueError("base_url must look like https://openrouter.ai/api/v1 or http://127.0.0.1:11434/v1")
    credentials = None
    if url.username is not None or url.password is not None:
        credentials = f"Basic {basic_token(unquote(url.username or ''), unquote(url.password or ''))}"
    netloc = url.netloc.rpartition("@")[2]
    return url._replace(netloc=netloc, path=url.path.rstrip("/"), fragment="").geturl(), credentials


def _split(text: Any, setting: str) -> SplitResult:
    if not isinstance(text, str):
        raise TypeError(f"{setting} must be a URL as a string, not {type(text).__name__}")
    try:
        url = urlsplit(text.strip())
        _ = url.port
    except ValueError:
        raise ValueError(f"{setting} is not a URL") from None
    return url


def _path(setting: str, path: Any) -> Path | None:
    if path is None:
        return None
    if not isinstance(path, str | PathLike):
        raise TypeError(f"{setting} must be a path, not {type(path).__name__}")
    return Path(path)


def _file(setting: str, path: Any) -> tuple[Path | None, bytes]:
    file = _path(setting, path)
    if file is None:
        return None, b""
    try:
        return file, file.read_bytes()
    except OSError as error:
        raise OSError(error.errno, f"{setting} cannot be read: {error.strerror}", str(file)) from None
    except ValueError as error:
        raise ValueError(f"{setting}: {str(file)!r} is not a path: {error}") from None


def _ca_bundle(path: Any) -> Path | None:
    file, _ = _file("ca_bundle", path)
    return file


def _certificate(path: Any) -> Path | None:
    file, text = _file("client_cert", path)
    if file is not None and (b"-----BEGIN CERTIFICATE-----" not in text or b"PRIVATE KEY-----" not in text):
        raise ValueError(f"client_cert: {file} must contain a certificate and its private key as PEM")
    return file


def _local_address(address: Any) -> str | None:
    if address is None:
        return None
    if not isinstance(address, str):
        raise TypeError(f"local_address must be an IP address as a string, not {type(address).__name__}")
    try:
        return str(ipaddress.ip_address(address))
    except ValueError:
        raise ValueError(f"local_address must be an IP address such as 192.0.2.7, not {address!r}") from None


def _unix_socket(path: Any) -> str | None:
    file = _path("unix_socket", path)
    if file is not None and not hasattr(socket, "AF_UNIX"):
        raise ValueError("unix_socket: this system has no UNIX sockets")
    return None if file is None else os.fspath(file)
