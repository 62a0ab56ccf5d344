"""What the modules beside this one use of the package of which they are; `minimal_browser_core` has copies of them."""

from .. import _owners as owners
from .._errors import InvalidData, StorageError, StorageFull

__all__ = ["InvalidData", "StorageError", "StorageFull", "owners"]
