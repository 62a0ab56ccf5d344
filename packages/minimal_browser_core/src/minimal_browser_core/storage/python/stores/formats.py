"""The two kinds of files: conversations, and places, which holds history and bookmarks."""

from typing import Final

from minimal_browser_core.storage.python.db.options import Format

SCHEMA_VERSION: Final = 3

CONVERSATIONS: Final = Format(
    name="conversations",
    application_id=0x4D426376,  # MBcv
    version=SCHEMA_VERSION,
    schema="conversations",
    indexes=("conversations_fts",),
    probe="SELECT (SELECT max(id) FROM conversations), (SELECT count(*) FROM conversations_fts_config)",
    merged_indexes=("conversations_fts",),
    pending_index="conversations",
)

PLACES: Final = Format(
    name="places",
    application_id=0x4D42706C,  # MBpl
    version=SCHEMA_VERSION,
    schema="places",
    indexes=("bookmarks_fts", "pages_fts", "recall_fts"),
    probe="SELECT (SELECT max(id) FROM bookmarks), (SELECT count(*) FROM bookmarks_fts_config)",
)
