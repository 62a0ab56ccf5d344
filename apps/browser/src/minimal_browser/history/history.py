"""Imports visits into the history."""

from minimal_browser.background.stored_data import StoredData
from minimal_browser.background.stores import Stores
from minimal_browser_core.storage.port import HistoryStore


class History(StoredData):
    """The stored history."""

    kind = "history"

    def _store(self, stores: Stores) -> HistoryStore:
        return stores.need_history()
