"""Writes host names and addresses for the user to read or copy.

Host names follow Chromium's policy: each label is shown in Unicode if it is safe, else in its ASCII form (`xn--…`).
https://chromium.googlesource.com/chromium/src/+/main/docs/idn.md
"""

import re
from collections.abc import Callable
from functools import lru_cache
from urllib.parse import quote

# Strings, which `re` compiles on first use: the first window imports this module and needs none of them.
_ADDRESS = r"(?is)(?P<scheme>[a-z][a-z0-9+.-]*:)//(?P<authority>[^/?#\\]*)(?P<rest>.*)"
_AUTHORITY = r"(?s)(?P<user>.*@)?(?P<host>\[[^\]]*\]|[^:]*)(?P<port>:\d*)?"
_ENCODED_BYTES = r"(?i)(?:%[89a-f][0-9a-f])+"
_INVISIBLE_OR_NOT_ASCII = r"[^\x21-\x7e]+"
_VIEW_SOURCE = "view-source:"
# Characters of a visible category that show nothing.
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0")


@lru_cache(maxsize=1024)
def display_host(host: str) -> str:
    """Return a host name as it may be shown; `host` is in ASCII or in Unicode.

    What this returns leads to the same host if it is typed.
    """
    from minimal_browser_core.hosts.encoding import ascii_host, unicode_label

    name = ascii_host(host)
    if "xn--" not in name:
        return name
    from minimal_browser_core.hosts.known_domains import imitated_domain
    from minimal_browser_core.hosts.spoofing import is_safe

    labels = name.split(".")
    top = next((label for label in reversed(labels) if label), "")
    shown = [
        label if (text := unicode_label(label)) is None or not is_safe(text, top, unicode_label(top) or top) else text
        for label in labels
    ]
    result = ".".join(shown)
    return name if result != name and imitated_domain(result) else result


def display_url(url: str) -> str:
    """Return an address as it may be shown: without user name and password, and readable where that is safe."""
    return _shown(url, display_host, _readable, with_user=False)


def editable_url(url: str) -> str:
    """Return an address as it may be shown, complete, so that it can be typed again."""
    return _shown(url, display_host, _readable)


def ascii_url(url: str) -> str:
    """Return an address in ASCII, as it is copied: host names as `xn--…`, everything else percent-encoded."""
    from minimal_browser_core.hosts.encoding import ascii_host

    return _shown(url, ascii_host, _encoded)


def _shown(url: str, host: Callable[[str], str], rest: Callable[[str], str], *, with_user: bool = True) -> str:
    """Apply `host` to the host name in an address and `rest` to everything else."""
    if url.isascii() and url.isprintable() and "xn--" not in url.lower() and not {"%", "@", " "} & set(url):
        return url
    if url[: len(_VIEW_SOURCE)].lower() == _VIEW_SOURCE:
        viewed = url[len(_VIEW_SOURCE) :]
        # Chromium opens no source of a source, and a page could nest them without end.
        nested = viewed[: len(_VIEW_SOURCE)].lower() == _VIEW_SOURCE
        return _VIEW_SOURCE + (rest(viewed) if nested else _shown(viewed, host, rest, with_user=with_user))
    match = re.fullmatch(_ADDRESS, url)
    if match is None:
        return rest(url)
    authority = re.fullmatch(_AUTHORITY, match["authority"])
    user, name, port = authority.groups("") if authority else ("", match["authority"], "")
    return f"{match['scheme'].lower()}//{rest(user) if with_user else ''}{host(name)}{port}{rest(match['rest'])}"


def _encoded(text: str) -> str:
    return re.sub(_INVISIBLE_OR_NOT_ASCII, lambda match: quote(match[0], errors="replace"), text)


def _readable(text: str) -> str:
    """Decode percent-encoded text that shows what it is, and encode what hides or reorders the text around it."""
    decoded = re.sub(_ENCODED_BYTES, lambda match: _decoded(bytes.fromhex(match[0].replace("%", ""))), text)
    return re.sub(_INVISIBLE_OR_NOT_ASCII, lambda match: "".join(map(_visible, match[0])), decoded)


def _decoded(data: bytes) -> str:
    text = data.decode("utf-8", errors="surrogateescape")
    return "".join(f"%{ord(part) - 0xDC00:02X}" if "\udc80" <= part <= "\udcff" else part for part in text)


def _visible(character: str) -> str:
    import unicodedata

    shown = unicodedata.category(character)[0] in "LMNPS" and character not in _BLANK
    return character if shown else quote(character, errors="replace")
