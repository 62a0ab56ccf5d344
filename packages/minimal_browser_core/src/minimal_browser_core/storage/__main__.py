"""`python -m minimal_browser_core.storage`: the command line over the store of conversations on stdlib sqlite3."""

import sys

from minimal_browser_core.storage.python.stores.bookmarks import PythonBookmarkStore
from minimal_browser_core.storage.python.stores.conversations import PythonConversationStore
from minimal_browser_core.storage.python.stores.history import PythonHistoryStore
from minimal_browser_core.storage.transfer.cli import main

if __name__ == "__main__":
    places = (PythonBookmarkStore, PythonHistoryStore)
    sys.exit(main("python -m minimal_browser_core.storage", PythonConversationStore, places=places))
