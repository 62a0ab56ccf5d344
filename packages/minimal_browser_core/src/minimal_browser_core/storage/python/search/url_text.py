"""Decode URLs to what users read, with the same rules as `storage_rust`."""

import re
from urllib.parse import unquote

from minimal_browser_core.storage.python.search.characters import runs
from minimal_browser_core.storage.python.search.folding import word_differs
from minimal_browser_core.storage.python.search.grams import add_folded_words, add_grams, grams

_PUNYCODE_LABEL = re.compile("(?<![a-z0-9-])xn--([a-z0-9-]+)", re.IGNORECASE | re.ASCII)


def url_grams(url: str) -> str:
    """Return the grams of the decoded URL, and its words that the URL as written does not have."""
    decoded = decode_url(url)
    if decoded == url:
        return grams(url)
    words = {run for kind, run, _, _ in runs(url) if kind == "w"}
    tokens: list[str] = []
    add_grams(decoded, tokens)
    add_folded_words(decoded, lambda word: word not in words or word_differs(word), tokens)
    return " ".join(tokens)


def decode_url(url: str) -> str:
    """Decode percent-encoding and Punycode labels, as far as they are valid."""
    readable = _PUNYCODE_LABEL.sub(_decode_label, url)
    return unquote(readable, errors="replace") if "%" in readable else readable


def _decode_label(match: re.Match[str]) -> str:
    try:
        label = match[1].lower().encode("ascii").decode("punycode")
        label.encode()  # not a surrogate
    except UnicodeError:
        return match[0]
    return label
