"""Patterns of URLs that a setting applies to, in the style of Chrome's match patterns.

    [scheme://] host [:port] [/path]

| part | what it may be | if left out |
|---|---|---|
| scheme | a name such as `https` or `file`, or `*` for http and https | `*` |
| host | `example.com`; `*.example.com` with all subdomains and itself; `*` for every host; nothing for `file` | |
| port | a number, or `*` for every port | `*` |
| path | with the query, where `*` stands for any characters | `/*` |

See https://developer.chrome.com/docs/extensions/develop/concepts/match-patterns.
"""

import re
from fnmatch import fnmatchcase
from typing import NamedTuple
from urllib.parse import urlsplit

_PATTERN = (  # compiled at its first use: few starts need it
    r"(?:(?P<scheme>\*|[a-z][a-z0-9+.-]*)://)?"
    r"(?P<host>\*|(?:\*\.)?[\w-]+(?:\.[\w-]+)*\.?|\[[0-9a-f:.]+\]|)"
    r"(?::(?P<port>\*|[0-9]{1,5}))?"
    r"(?P<path>/.*)?"
)
_DEFAULT_PORTS = {"http": 80, "https": 443, "ftp": 21}


class UrlPattern(NamedTuple):
    """A parsed pattern; `text` is how the user wrote it."""

    text: str
    scheme: str
    host: str
    port: str
    path: str

    def __str__(self) -> str:
        return self.text

    def matches(self, url: str) -> bool:
        """Whether the pattern covers a complete URL. A text that is not a URL is covered by none."""
        try:
            parts = urlsplit(url)
            port = parts.port or _DEFAULT_PORTS.get(parts.scheme)
        except ValueError:
            return False
        path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
        return (
            (parts.scheme in ("http", "https") if self.scheme == "*" else parts.scheme == self.scheme)
            and self._matches_host(_ascii(parts.hostname or ""))
            and self.port in ("*", str(port))
            and fnmatchcase(path, re.sub(r"[?[]", r"[\g<0>]", self.path))  # only * is a wildcard
        )

    def _matches_host(self, host: str) -> bool:
        if self.host == "*":
            return True
        if self.host.startswith("*."):
            return f".{host}".endswith(self.host[1:])
        return host == self.host


def parse_pattern(text: str) -> UrlPattern:
    """Raises ValueError, with what a pattern looks like, for a text that is not one."""
    match = re.fullmatch(_PATTERN, text, re.IGNORECASE | re.DOTALL)
    scheme, host = (match["scheme"] or "*").lower() if match else "", match["host"] if match else ""
    if match is None or not (host or scheme == "file"):
        raise ValueError(
            f"“{text[:60]}” is not a URL pattern. Write one such as example.com, *.example.com or "
            "https://example.com/docs/*."
        )
    return UrlPattern(text, scheme, _ascii(host.strip("[]")), match["port"] or "*", match["path"] or "/*")


def _ascii(host: str) -> str:
    """A host as URLs of pages contain it: in lower case, punycode, and without the dot of the root."""
    host = host.lower().rstrip(".")
    if host.isascii():
        return host
    from minimal_browser_core.hosts.encoding import ascii_host

    return ascii_host(host)
