from contenders.ours import OurStore
from minimal_browser_core.fallback.conversations import PythonConversationStore


class Store(OurStore):
    CLASS = PythonConversationStore
