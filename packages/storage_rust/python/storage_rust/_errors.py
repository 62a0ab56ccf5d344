"""The errors of this package; the Rust side raises them.

    StorageError
    ├── DatabaseLocked
    ├── DatabaseCorrupt
    ├── SchemaTooNew
    ├── StorageFull
    ├── ReadOnly
    ├── InvalidData
    ├── Interrupted
    ├── ForeignDatabase
    └── SecondEngine

Every message says what happened, to which file, and what to do.
"""


class StorageError(Exception):
    """A store that could not do what was asked. `code` is stable and machine-readable, `path` names the file."""

    code = "storage"

    def __init__(self, message: str, *, path: str | None = None) -> None:
        super().__init__(message)
        self.path = path


class DatabaseLocked(StorageError):  # noqa: N818  these names are the contract's
    """Another process kept the file locked for longer than the busy timeout."""

    code = "locked"


class DatabaseCorrupt(StorageError):  # noqa: N818
    """The file is damaged; `quarantined` says where it now is, or None if it was left in place.

    `recovered` is the number of rows that a new file of the old name holds, `lost` that of rows which were seen and
    could not be read.
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
    """The file was written by a newer version; it was not changed."""

    code = "schema_too_new"


class StorageFull(StorageError):  # noqa: N818
    """No space is left; the transaction was rolled back."""

    code = "full"


class ReadOnly(StorageError):  # noqa: N818
    """The file, its medium or the way it was opened allows no writing."""

    code = "read_only"


class InvalidData(StorageError):  # noqa: N818
    """A value that cannot be stored; the message names the field."""

    code = "invalid_data"


class Interrupted(StorageError):  # noqa: N818
    """`interrupt` ended the call."""

    code = "interrupted"


class ForeignDatabase(StorageError):  # noqa: N818
    """A file that is SQLite's but not ours, or not SQLite's at all; it was left as it was."""

    code = "foreign"


class SecondEngine(StorageError):  # noqa: N818
    """This process already has the file open through another SQLite library."""

    code = "second_engine"
