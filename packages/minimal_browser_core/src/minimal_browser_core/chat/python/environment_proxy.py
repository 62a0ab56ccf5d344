"""The proxy that environment variables set, in lower case or capitals: those that libcurl reads."""

import os
from urllib.parse import urlsplit
from urllib.request import getproxies_environment

from .http.no_proxy import is_excluded


def environment_proxy(base_url: str) -> tuple[str, str] | None:
    """Return the name of the variable that sets the proxy for a URL, and the proxy; it may be invalid."""
    url = urlsplit(base_url)
    proxies = {scheme: proxy.strip() for scheme, proxy in getproxies_environment().items()}
    scheme = url.scheme if proxies.get(url.scheme) else "all"
    proxy = proxies.get(scheme)
    no_proxy = os.environ.get("no_proxy", os.environ.get("NO_PROXY", ""))
    if not proxy or is_excluded(no_proxy, url.scheme, url.hostname or "", url.port):
        return None
    name = f"{scheme}_proxy"
    variable = name if os.environ.get(name) else name.upper()
    # The variables, unlike the setting, may contain only a host and port.
    return variable, proxy if "/" in proxy.rstrip("/") else f"http://{proxy}"
