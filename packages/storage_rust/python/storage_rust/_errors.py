"""The errors of this package, which the Rust code raises.

    StorageError
    ├── DatabaseLocked
    ├── DatabaseCorrupt
    ├── SchemaTooNew
    ├── StorageFull
    ├── ReadOnly
    ├── InvalidData
    ├── Interrupted
    ├── ForeignDatabase
    ├── SecondEngine
    └── UnknownFormat

Every message says what happened, to which file, and what to do.
"""


class StorageError(Exception):
    """The base class. `code` is stable and machine-readable; `path` is the file."""

    code = "storage"

    def __init__(self, message: str, *, path: str | None = None) -> None:
        super().__init__(message)
        self.path = path


class DatabaseLocked(StorageError):  # noqa: N818  these names are the public API
    """Another process held a lock for longer than the busy timeout."""

    code = "locked"


class DatabaseCorrupt(StorageError):  # noqa: N818
    """The file is damaged. `quarantined` is its new path, or None if it was not moved.

    `recovered` is the number of rows that were copied to a new file at the old path, `lost` the number of rows that
    were found but could not be read.
    """

    code = "corrupt"

    def __init__(
        self,
        message: str,
        *,
        path: str | None = None,
        quarantined: str | None = None,
        recovered: int = 0,
        lost: int = 0,
    ) -> None:
        super().__init__(message, path=path)
        self.quarantined = quarantined
        self.recovered = recovered
        self.lost = lost


class SchemaTooNew(StorageError):  # noqa: N818
    """A newer version wrote the file; it was not changed."""

    code = "schema_too_new"


class StorageFull(StorageError):  # noqa: N818
    """No space is left; the transaction was rolled back."""

    code = "full"


class ReadOnly(StorageError):  # noqa: N818
    """The file, its medium or `read_only=True` does not allow writing."""

    code = "read_only"


class InvalidData(StorageError):  # noqa: N818
    """A value that cannot be stored; the message names the field."""

    code = "invalid_data"


class Interrupted(StorageError):  # noqa: N818
    """`interrupt` ended the call."""

    code = "interrupted"


class ForeignDatabase(StorageError):  # noqa: N818
    """The file belongs to another program, or is not a SQLite database; it was not changed."""

    code = "foreign"


class SecondEngine(StorageError):  # noqa: N818
    """This process already has the file open through another SQLite library."""

    code = "second_engine"


class UnknownFormat(StorageError):  # noqa: N818
    """`import_file` recognised nothing in the file, and stored nothing. `tried` lists the formats it looked for."""

    code = "unknown_format"

    def __init__(self, message: str, *, path: str | None = None, tried: tuple[str, ...] = ()) -> None:
        super().__init__(message, path=path)
        self.tried = tuple(tried)
