"""Find what others planted in the schema of a file: triggers, and what else would run during a write.

A file can come from anywhere. SQLite runs its triggers, and the expressions of its indexes and generated columns, with
each write, and its views with each read of them. What the schema of the format does not contain never runs: views are
not read, and for anything else no write begins. `check` reports all of it.
"""

import sqlite3
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final, Literal

from minimal_browser_core.errors import ForeignDatabase
from minimal_browser_core.storage.python.db.options import Format, Options
from minimal_browser_core.storage.python.db.statements import script, statements

_SQL: Final = "planted"

Effect = Literal["none", "on write", "on read"]


@dataclass(frozen=True, slots=True)
class Planted:
    """An entry of the schema, or a column, that is not part of the format, and when it would run."""

    description: str
    effect: Effect


def describe_planted(db: sqlite3.Connection, kind: Format) -> tuple[list[str], bool]:
    """Return descriptions for `check`, and whether writes would run any of it."""
    planted = _find(db, kind)
    described = [f"{each.description} is not part of the store: it is not run" for each in planted]
    return described, any(each.effect != "none" for each in planted)


def verify_schema(db: sqlite3.Connection, options: Options, *refused: Effect) -> int | None:
    """Raise `ForeignDatabase` if there is anything with one of these effects.

    Returns the version of the schema if it has nothing that writes would run, else None.
    """
    version = schema_version(db)  # before its entries: if they change now, the next write looks again
    planted = _find(db, options.format)
    for each in planted:
        if each.effect in refused:
            raise ForeignDatabase(
                f"{options.path} has something that is not part of a store of {options.format.name}: "
                f"{each.description}. It was not run, and nothing was written: remove it with another program, or "
                "import an export of the rows into a new store",
                path=options.path,
            )
    return version if all(each.effect == "none" for each in planted) else None


def schema_version(db: sqlite3.Connection) -> int:
    """Return a number that changes with the schema."""
    return int(db.execute(statements(_SQL)["schema_version"]).fetchone()[0])


def _find(db: sqlite3.Connection, kind: Format) -> list[Planted]:
    (version,) = db.execute("PRAGMA user_version").fetchone()
    dropped = "".join(_normalized_script(f"{kind.schema}.{step}") for step in range(version + 1, kind.version + 1))
    planted: list[Planted] = []
    for type, name, table, sql in db.execute(statements(_SQL)["objects"]):
        if _is_known(str(sql), kind.schema) or f"DROP {str(type).upper()} {name};" in dropped:
            continue
        effect = _effect(str(type), str(name), str(sql), _normalized_script(f"{kind.schema}.schema"))
        if effect is not None:
            planted.append(Planted(_description(type, name, table), effect))
    return planted


def _effect(type: str, name: str, sql: str, known: str) -> Effect | None:
    """Return when an entry would run, or None for tables and indexes of columns, which users may add."""
    if type == "view":
        return "on read" if _names(known, name) else "none"
    is_harmless = {
        "index": sql.count("(") == 1 and "WHERE" not in sql.upper(),
        "table": not (_names(known, name) and _has_expressions(sql)),
    }
    return None if is_harmless.get(type, False) else "on write"


def _has_expressions(sql: str) -> bool:
    """Return whether a table, which a migration may have changed, has a generated column, a check or such a default."""
    text = _normalized(sql).upper().replace(" (", "(")
    return any(part in text for part in (" AS(", "CHECK", "DEFAULT(", "GENERATED", "/*"))


def _description(type: str, name: str, table: str) -> str:
    if type == "table":
        return f"a generated column, a check or a default in the table {name}"
    return f"the view {name}" if type == "view" else f"the {type} {name} on {table}"


@lru_cache(maxsize=256)
def _is_known(sql: str, schema: str) -> bool:
    return _normalized(sql) in _normalized_script(f"{schema}.schema")


@cache
def _normalized_script(name: str) -> str:
    return _normalized(" ".join(script(name)))


def _normalized(sql: str) -> str:
    """Return a statement as SQLite stores it, with one blank wherever there is white space."""
    return " ".join(sql.split()).replace(" IF NOT EXISTS", "").replace(" IF EXISTS", "")


def _names(schema: str, name: str) -> bool:
    """Return whether the schema has a table or view of this name."""
    return any(f"CREATE {kind} {name} " in schema for kind in ("TABLE", "VIEW"))
