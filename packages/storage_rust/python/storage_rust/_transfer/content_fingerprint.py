"""The fingerprint of an exchange by which a merge recognises it in another store."""

import hashlib
from typing import Final

SIZE: Final = 24
_SEPARATOR: Final = b"\xff"  # is in no UTF-8 text


def content_fingerprint(timestamp: int, prompt: str, response: str, model: str) -> bytes:
    """The time, by which the exchange is found in a store, and the beginning of the hash of its texts."""
    texts = _SEPARATOR.join(text.encode() for text in (prompt, response, model))
    return timestamp.to_bytes(8, "big", signed=True) + hashlib.sha256(texts).digest()[: SIZE - 8]
