"""What this package needs from the distribution that it is part of; everything else here is vendored."""

from minimal_browser_core.errors import InvalidData, StorageError, StorageFull
from minimal_browser_core.storage.python.db import owners

__all__ = ["InvalidData", "StorageError", "StorageFull", "owners"]
