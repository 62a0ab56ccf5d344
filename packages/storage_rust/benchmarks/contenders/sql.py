"""Our schema, and SQL as a user of an SQLite library would write it."""

from pathlib import Path

from row import Row

SCHEMA = (Path(__file__).parents[2] / "sql" / "conversations.schema.sql").read_text()
# sqlite-utils expects this spelling.
SCHEMA = SCHEMA.replace("content = 'conversations'", 'content="conversations"')
# Without idle maintenance the index needs the default settings of SQLite.
SCHEMA = "".join(line for line in SCHEMA.splitlines(keepends=True) if "(conversations_fts, rank)" not in line)
PRAGMAS = "PRAGMA journal_mode = WAL; PRAGMA synchronous = {}; PRAGMA busy_timeout = 5000;"
COLUMNS = "c.id, c.thread_id, c.parent_id, c.timestamp, c.prompt, c.response, c.model, c.url, c.tags, c.metadata"
ADD_THREAD = "INSERT INTO threads (created_at, updated_at) VALUES (?1, ?1)"
ADD = "INSERT INTO conversations (thread_id, timestamp, prompt, response, model) VALUES (?, ?, ?, ?, ?)"
RECENT = f"SELECT {COLUMNS} FROM conversations AS c ORDER BY timestamp DESC, id DESC LIMIT 50"
FOUND = f"""SELECT {COLUMNS}, rank, snippet(conversations_fts, -1, '[', ']', '…', 24)
FROM conversations_fts JOIN conversations AS c ON c.id = conversations_fts.rowid
WHERE conversations_fts MATCH ?"""
SEARCH = f"{FOUND} ORDER BY rank LIMIT 20"
SEARCH_RECENT = f"{FOUND} ORDER BY conversations_fts.rowid DESC LIMIT 20"
# How to search unspaced scripts without n-grams: rows with the most occurrences first.
SEARCH_LIKE = f"""SELECT {COLUMNS}, length(response) - length(replace(response, ?1, '')) AS score
FROM conversations AS c WHERE prompt LIKE '%' || ?1 || '%' OR response LIKE '%' || ?1 || '%'
ORDER BY score DESC LIMIT 20"""
REBUILD = "INSERT INTO conversations_fts (conversations_fts) VALUES ('rebuild')"
NO_TRIGGER = "DROP TRIGGER conversations_insert_fts"
SYNCHRONOUS = {"normal": "NORMAL", "full": "FULL"}


def values(row: Row, thread: int) -> tuple[int, int, str, str, str]:
    return (thread, row.timestamp, row.prompt, row.response, row.model)


def search(*, recent: bool, cjk: bool) -> str:
    return SEARCH_LIKE if cjk else SEARCH_RECENT if recent else SEARCH
