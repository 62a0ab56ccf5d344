"""This package."""

from contenders.ours import OurStore
from storage_rust import ConversationStore


class Store(OurStore):
    """The store in Rust."""

    CLASS = ConversationStore
