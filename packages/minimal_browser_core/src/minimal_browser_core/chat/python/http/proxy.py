"""The proxy of a client, for httpcore2."""

from urllib.parse import unquote, urlsplit

import httpcore2

from minimal_browser_core.chat.python.config import Config

from .tls import make_context


def make_proxy(config: Config) -> httpcore2.Proxy | None:
    """Return the proxy, None for a direct connection."""
    if config.proxy is None:
        return None
    url = urlsplit(config.proxy)
    auth = (unquote(url.username), unquote(url.password or "")) if url.username else None
    port = url.port or {"http": 80, "https": 443}.get(url.scheme, 1080)
    host = f"[{url.hostname}]" if ":" in (url.hostname or "") else url.hostname
    context = make_context(config) if url.scheme == "https" else None
    return httpcore2.Proxy(f"{url.scheme}://{host}:{port}", auth=auth, ssl_context=context)
