from contenders.ours import OurStore
from minimal_browser_core.storage.python.stores.conversations import PythonConversationStore


class Store(OurStore):
    CLASS = PythonConversationStore
