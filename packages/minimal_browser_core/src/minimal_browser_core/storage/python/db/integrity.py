"""Check a whole database for damage."""

from minimal_browser_core.errors import DatabaseCorrupt
from minimal_browser_core.storage.python.db.database import Database
from minimal_browser_core.storage.python.db.planted import describe_planted


def check(database: Database, *index_statements: str) -> list[str]:
    """Return the problems in words. If the store is writable, the search index is compared with the text too."""
    problems: list[str] = []
    may_write = not database.read_only
    try:
        with database.read() as db:
            problems, runs = describe_planted(db, database.format)
        may_write = may_write and not runs
        if may_write:
            database.maintenance.index_all()  # otherwise pending rows would be missing in the index
        # FTS5's part of the check uses a cached index if the connection has read before.
        with database.read(fresh=True) as db:
            problems += [row[0] for row in db.execute("PRAGMA integrity_check") if row[0] != "ok"]
            for table, row, parent, _ in db.execute("PRAGMA foreign_key_check"):
                problems.append(f"row {row} of {table} refers to a row of {parent} that does not exist")
    except DatabaseCorrupt as error:
        return [*problems, str(error)]
    if may_write:
        try:
            with database.write() as db:
                for statement in index_statements:
                    db.execute(statement)
        except DatabaseCorrupt:
            problems.append("the search index does not agree with the stored text")
    return problems
