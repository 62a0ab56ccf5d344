"""The proxy that environment variables set: those that libcurl reads, of which the one in lower case wins."""

import os
from urllib.parse import urlsplit

from .http.no_proxy import is_excluded


def environment_proxy(base_url: str) -> tuple[str, str] | None:
    """Return the name of the variable that sets the proxy for a URL, and the proxy; it may be invalid."""
    url = urlsplit(base_url)
    _, no_proxy = _variable("no_proxy")
    if is_excluded(no_proxy, url.scheme, url.hostname or "", url.port):
        return None
    # In a CGI script, HTTP_PROXY is the header `Proxy` of the request (https://httpoxy.org).
    is_cgi = url.scheme == "http" and "REQUEST_METHOD" in os.environ
    variable, proxy = ("http_proxy", os.environ.get("http_proxy", "")) if is_cgi else _variable(f"{url.scheme}_proxy")
    if not proxy.strip():
        variable, proxy = _variable("all_proxy")
    if not (proxy := proxy.strip()):
        return None
    # The variables, unlike the setting, may contain only a host and port.
    return variable, proxy if "/" in proxy.rstrip("/") else f"http://{proxy}"


def _variable(name: str) -> tuple[str, str]:
    name = name if name in os.environ else name.upper()
    return name, os.environ.get(name, "")
