"""The Python implementation, in `minimal_browser_core`."""

from contenders.ours import OurStore
from minimal_browser_core.storage.python.stores.conversations import PythonConversationStore


class Store(OurStore):
    """The store in Python."""

    CLASS = PythonConversationStore
