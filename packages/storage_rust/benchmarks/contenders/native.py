from contenders.ours import OurStore
from storage_rust import ConversationStore


class Store(OurStore):
    CLASS = ConversationStore
