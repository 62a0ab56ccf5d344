"""Converts host names between Unicode and ASCII (IDNA 2008, RFC 5891, with the mapping of UTS 46)."""

import re
import unicodedata
from urllib.parse import quote

_PREFIX = "xn--"
# What may not be in a host: the delimiters of an address, spaces, controls (https://url.spec.whatwg.org/#host-code-points).
_FORBIDDEN = re.compile(r"[\x00-\x20\x7f-\x9f#/<>?@\\^`{|}\"]")
_DOTS = re.compile("[.\u3002\uff0e\uff61]")


def ascii_host(host: str) -> str:
    """Return the name in ASCII and lower case. A name that is invalid is returned in ASCII, too; it leads nowhere."""
    if host.isascii():
        return _FORBIDDEN.sub(lambda match: quote(match[0], safe=""), host.lower())
    return ".".join(_ascii_label(label) for label in _DOTS.split(host))


def unicode_label(label: str) -> str | None:
    """Return the text of a label that starts with `xn--`; None for other labels and for invalid ones."""
    if not label.startswith(_PREFIX):
        return None
    import idna

    try:
        text = idna.ulabel(label)
        return text if idna.alabel(text).decode() == label else None
    except idna.IDNAError:
        return None


def _ascii_label(label: str) -> str:
    if label.isascii():
        return ascii_host(label)
    import idna

    try:
        return idna.encode(label, uts46=True).decode()
    except idna.IDNAError:  # such as a name with a symbol, which registries refuse and resolvers do not
        text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", label).casefold())
        return ascii_host(text if text.isascii() else _PREFIX + text.encode("punycode").decode())
