"""What this package needs from the distribution that it is part of; `minimal_browser_core` has a generated copy."""

from .. import _owners as owners
from .._errors import InvalidData, StorageError, StorageFull

__all__ = ["InvalidData", "StorageError", "StorageFull", "owners"]
