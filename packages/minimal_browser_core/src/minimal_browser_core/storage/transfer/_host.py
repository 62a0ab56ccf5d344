"""What this package needs from the distribution that it is part of; everything else here is vendored."""

from minimal_browser_core.errors import Interrupted, InvalidData, StorageError, StorageFull, UnknownFormat
from minimal_browser_core.storage.python.db import owners

__all__ = ["Interrupted", "InvalidData", "StorageError", "StorageFull", "UnknownFormat", "owners"]
