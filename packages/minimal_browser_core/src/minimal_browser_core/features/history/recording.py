"""Decides which visits go into the history, and under which address."""

from collections.abc import Sequence
from urllib.parse import urlsplit, urlunsplit

from minimal_browser_core.hosts.encoding import ascii_host
from minimal_browser_core.storage.text import encodable

_SCHEMES = ("http", "https", "file")
_LONGEST_URL = 65_536


def recorded_address(url: str, exclude: Sequence[str] = ()) -> str | None:
    """The address under which a visit of `url` is recorded; None if it is not recorded.

    Pages of the web and files are recorded, without a user name or password in the address, unless their host is one of
    `exclude` or below one. Data, blobs, sources and the browser's own pages are not.
    """
    try:
        parts = urlsplit(url)
        host = ascii_host((parts.hostname or "").rstrip("."))
    except ValueError:
        return None
    if parts.scheme not in _SCHEMES or len(url) > _LONGEST_URL or (parts.scheme != "file" and not host):
        return None
    if any(host == site or host.endswith(f".{site}") for site in map(_site, exclude)):
        return None
    if "@" in parts.netloc:
        parts = parts._replace(netloc=parts.netloc.rpartition("@")[2])
        url = urlunsplit(parts)
    return encodable(url)


def _site(name: str) -> str:
    return ascii_host(name.strip(".[]"))
