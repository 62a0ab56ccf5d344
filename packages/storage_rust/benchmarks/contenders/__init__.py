"""The stores that are compared, each in a module of its own, imported only by the process that measures it.

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
# The file that a contender works on is the one that this other made: it has the same schema.
BORROWS = {"apsw": "sqlite3", "sqlite-utils": "sqlite3"}
DISTRIBUTIONS = ("storage_rust", "minimal_browser_core", "apsw", "sqlite-utils", "llm", "tantivy")
