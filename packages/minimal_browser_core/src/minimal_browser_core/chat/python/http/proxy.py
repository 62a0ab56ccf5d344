"""The proxy of a client: that of its settings, else that of the environment variables that libcurl reads."""

import os
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies_environment

import httpcore2

from minimal_browser_core.chat.python.config import Config, check_proxy

from .no_proxy import is_excluded
from .tls import make_context


def make_proxy(config: Config) -> httpcore2.Proxy | None:
    """Return the proxy, None for a direct connection. Raises `httpcore2.ProxyError` for an invalid variable."""
    proxy = config.proxy or (None if config.unix_socket else environment_proxy(config.base_url))
    if proxy is None:
        return None
    url = urlsplit(proxy)
    auth = (unquote(url.username), unquote(url.password or "")) if url.username else None
    port = url.port or {"http": 80, "https": 443}.get(url.scheme, 1080)
    host = f"[{url.hostname}]" if ":" in (url.hostname or "") else url.hostname
    context = make_context(config) if url.scheme == "https" else None
    return httpcore2.Proxy(f"{url.scheme}://{host}:{port}", auth=auth, ssl_context=context)


def environment_proxy(base_url: str) -> str | None:
    """Return the proxy that the environment sets for a URL."""
    url = urlsplit(base_url)
    proxies = getproxies_environment()
    proxy = proxies.get(url.scheme) or proxies.get("all")
    no_proxy = os.environ.get("no_proxy", os.environ.get("NO_PROXY", ""))
    if not proxy or is_excluded(no_proxy, url.scheme, url.hostname or "", url.port):
        return None
    proxy = proxy if "://" in proxy else f"http://{proxy}"
    try:
        check_proxy(proxy)
    except ValueError as error:
        raise httpcore2.ProxyError(f"{error} (from the environment)") from None
    return proxy
