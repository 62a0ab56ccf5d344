"""The compared stores, each in a module that only the process that measures it imports.

A module defines `Store`, a subclass of `contenders.contender.Contender`.
"""

MODULES = {
    "storage_rust": "native",
    "core": "fallback",
    "sqlite3": "plain_sqlite",
    "apsw": "with_apsw",
    "sqlite-utils": "with_sqlite_utils",
    "llm": "with_llm",
    "tantivy": "with_tantivy",
    "JSON log": "json_log",
}
# These work on the file of another contender, which has the same schema.
BORROWS = {"apsw": "sqlite3", "sqlite-utils": "sqlite3"}
DISTRIBUTIONS = ("storage_rust", "minimal_browser_core", "apsw", "sqlite-utils", "llm", "tantivy")
