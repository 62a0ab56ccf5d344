"""What this package needs from the distribution that it is part of; `minimal_browser_core` has a generated copy."""

from .. import _owners as owners
from .._errors import Interrupted, InvalidData, StorageError, StorageFull, UnknownFormat

__all__ = ["Interrupted", "InvalidData", "StorageError", "StorageFull", "UnknownFormat", "owners"]
