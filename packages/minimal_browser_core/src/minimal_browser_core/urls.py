"""What the user means by the text in the address line: an address, a file, or words to search for."""

import re
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote, quote_plus

DEFAULT_SEARCH_URL = "https://duckduckgo.com/?q={query}"
PLACEHOLDER = "{query}"

_SCHEMES_WITH_HOST = ("http", "https", "ftp", "mb")
_SCHEMES = (*_SCHEMES_WITH_HOST, "about", "blob", "data", "file", "view-source")
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):(.*)", re.IGNORECASE | re.DOTALL)
_PATH = re.compile(r"(?:~?/|\.\.?/|~$|[a-z]:[\\/])", re.IGNORECASE)
_PORT_AND_REST = r"(?P<rest>(?::\d{1,5})?(?:[/?#].*)?)"
_LOCAL = re.compile(
    r"(?:localhost|[\w.-]+\.localhost|(?:\d{1,3}\.){3}\d{1,3}|\[[0-9a-f:.]+\])\.?" + _PORT_AND_REST, re.IGNORECASE
)
_BARE_IPV6 = re.compile(r"[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}", re.IGNORECASE)
_HOST = re.compile(r"(?:[\w-]{1,63}\.)+(?P<top>[^\W\d_]{2,63}|xn--[a-z0-9-]{1,59})\.?" + _PORT_AND_REST, re.IGNORECASE)
_NAME = re.compile(r"[\w-]+(?::\d{1,5}(?:[/?#].*)?|/)")

# Endings of file names that are not top-level domains: "node.js" is something to search for.
_FILE_ENDINGS = (
    "bat bmp conf cpp css csv doc docx exe gif gz htm html ini jar java jpeg jpg js json jsx log odt pdf php png pptx "
    "svg tar tmp toml ts tsx txt wav webp xls xlsx xml yaml yml"
)
_NOT_TOP_LEVEL = frozenset(_FILE_ENDINGS.split())


def resolve(text: str, search_url_template: str = DEFAULT_SEARCH_URL) -> str:
    """The address to load for `text`, about:blank if it is blank.

    Hosts get https; localhost, IP addresses and single names with a port get http. A leading "?" always searches.
    `javascript:` is searched for, never run. ValueError if `search_url_template` has no `{query}`.
    """
    text = text.strip()
    if not text:
        return "about:blank"
    return as_url(text) or search_url(text.removeprefix("?").strip(), search_url_template)


def search_url(query: str, template: str = DEFAULT_SEARCH_URL) -> str:
    """The address of the results for `query`. ValueError if `template` has no `{query}`."""
    if PLACEHOLDER not in template:
        raise ValueError(f"the search address {template!r} has no {PLACEHOLDER}")
    return template.replace(PLACEHOLDER, quote_plus(query, errors="replace"))


def as_url(text: str) -> str | None:
    """The address that `text` is or abbreviates; None if it reads as words."""
    if text.startswith("?"):
        return None
    if _PATH.match(text):
        # A path is never sent to a search engine, even when there is nothing at it.
        return _file_url(text)
    if known := _with_scheme(text):
        return known
    if any(character.isspace() for character in text):
        return None
    if _LOCAL.fullmatch(text):
        return f"http://{text}"
    if _BARE_IPV6.fullmatch(text):
        return f"http://[{text}]"
    host = _HOST.fullmatch(text)
    if host and (host["top"].lower() not in _NOT_TOP_LEVEL or host["rest"]):
        return f"https://{text}"
    return f"http://{text}" if _NAME.fullmatch(text) else None


def _with_scheme(text: str) -> str | None:
    match = _SCHEME.match(text)
    if match is None or match[1].lower() not in _SCHEMES:
        return None
    scheme, rest = match[1].lower(), match[2]
    if scheme in _SCHEMES_WITH_HOST:
        rest = rest.lstrip("/")
        return f"{scheme}://{_spaces_encoded(rest)}" if rest and not rest[0].isspace() else None
    if not rest or rest[0].isspace():
        return None
    return f"{scheme}:{_spaces_encoded(rest)}"


def _spaces_encoded(text: str) -> str:
    return "".join(quote(character) if character.isspace() else character for character in text)


def _file_url(text: str) -> str:
    path = Path(text)
    with suppress(RuntimeError):  # there is no home folder
        path = path.expanduser()
    return path.absolute().as_uri()
