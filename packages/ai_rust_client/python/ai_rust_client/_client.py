"""`AIClient`: the native client, and the methods on top of it, each of which is imported by its first call."""

from __future__ import annotations

from ai_rust_client import _native

# Known to type checkers. Importing typing would double the import time of this package.
TYPE_CHECKING = False

if TYPE_CHECKING:
    from typing import Never


class AIClient(_native.AIClient):
    __slots__ = ()
    __module__ = "ai_rust_client"
    __doc__ = _native.AIClient.__doc__

    def __reduce_ex__(self, _protocol: object, /) -> Never:
        """Refuse to pickle or copy: a client contains a key and connections."""
        raise TypeError("an AIClient can be neither pickled nor copied; create one in each process")
