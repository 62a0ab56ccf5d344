"""Read the body of a response."""

import codecs
from collections.abc import Iterable, Iterator
from itertools import chain

import httpx2

from minimal_browser_core.chat.python.protocol.decode import MalformedError

from .transport import NETWORK_ERRORS

_MAX_BODY = 256 << 20


class BrokenBodyError(Exception):
    """The body of a response stopped before its end, or cannot be decompressed."""


def iter_body(response: httpx2.Response) -> Iterator[bytes]:
    """Yield the decompressed body as it arrives. Raises `BrokenBodyError`."""
    try:
        yield from response.iter_bytes()
    except (*NETWORK_ERRORS, httpx2.HTTPError, httpx2.StreamError) as error:
        reason = str(error)
    else:
        return
    raise BrokenBodyError(reason)


def join_body(parts: Iterable[bytes]) -> bytes:
    """Return the whole body. Raises `MalformedError` if it is longer than 256 MiB."""
    body = bytearray()
    for part in parts:
        body += part
        if len(body) > _MAX_BODY:
            raise MalformedError("longer than 256 MiB")
    return bytes(body)


def first_byte(parts: Iterator[bytes]) -> tuple[bytes, Iterator[bytes]]:
    """Return the first byte that is not white space, empty if there is none, and the whole body."""
    read = b""
    for part in parts:
        read += part
        if start := read.removeprefix(codecs.BOM_UTF8).lstrip():
            return start[:1], chain([read], parts)
    return b"", iter([read])
