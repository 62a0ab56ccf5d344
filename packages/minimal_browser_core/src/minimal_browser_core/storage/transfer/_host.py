"""What the modules beside this one use of the package of which they are; `storage_rust` has copies of them."""

from minimal_browser_core.errors import InvalidData, StorageError, StorageFull
from minimal_browser_core.storage.python.db import owners

__all__ = ["InvalidData", "StorageError", "StorageFull", "owners"]
