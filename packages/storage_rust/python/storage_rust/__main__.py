"""`python -m storage_rust`: the command line of the store of conversations."""

import sys

from storage_rust import BookmarkStore, ConversationStore, HistoryStore

from ._native import _salvage
from ._transfer.cli import main

if __name__ == "__main__":
    sys.exit(main("python -m storage_rust", ConversationStore, places=(BookmarkStore, HistoryStore), salvage=_salvage))
