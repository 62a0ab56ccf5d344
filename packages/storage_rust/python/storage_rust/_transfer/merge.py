"""Merging another store's file of conversations, for example that of another device.

An exchange is the same in both stores if its time, prompt, response and model are equal. Merging twice adds nothing.
What was deleted in one of the stores is not brought back by the other, as far as the file tells: a purge leaves no
trace, and versions that stored no fingerprint of what they deleted did not either. An exchange that was changed in one
of the stores is another exchange; tags, URLs and metadata that were changed are not merged.
"""

import os
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Final, Protocol

from ._host import InvalidData, StorageError
from .content_fingerprint import SIZE, content_fingerprint
from .details import to_import
from .exchange import compact_json, fingerprint
from .report import ImportReport, LossLog
from .staging import staged

_BATCH: Final = 200
_APPLICATION_ID: Final = b"MBcv"  # in the header of the file

Progress = Callable[[int, int], object]
Batch = list[tuple[Any, Any]]


def is_store(path: Path) -> bool:
    """Whether the file, which no store of this process has open, is a store of conversations."""
    try:
        with path.open("rb") as file:
            return file.read(72)[68:] == _APPLICATION_ID
    except OSError:  # the reader of the file reports it
        return False


class Store(Protocol):
    """What a merge needs from a store of conversations."""

    def _interrupt_epoch(self) -> int: ...
    def _merge_rows(self, batches: Iterable[Batch], deletions: list[bytes], epoch: int, /) -> tuple[int, int, int]: ...
    def _export_rows(self, first: int, limit: int, /) -> Iterable[tuple[Any, ...]]: ...
    def _deletions(self) -> Iterable[bytes]: ...
    def stats(self) -> Any: ...
    def __len__(self) -> int: ...


def merge(store: Store, path: str | os.PathLike[str], progress: Progress | None) -> ImportReport:
    """Merge the file into the store, all or nothing. `progress` is called with the rows read and in total."""
    file = Path(os.fspath(path))
    if not file.exists():
        raise StorageError(f"{file} does not exist: nothing was merged", path=str(file))
    open_store: Any = type(store)
    with open_store(file, read_only=True) as source:
        if store.stats()["path"] == source.stats()["path"]:
            raise InvalidData(f"{file} is the store itself: name the file of another one", path=str(file))
        rows, epoch = _Source(source, progress), store._interrupt_epoch()
        with staged(rows.batches(), lambda: store._interrupt_epoch() != epoch) as batches:
            taken, skipped, deleted = store._merge_rows(batches, rows.deletions(), epoch)
    return LossLog(file, "storage").report(taken, skipped, deleted)


class _Source:
    """Reads the other store in the order of its ids, so that parents come before their children."""

    def __init__(self, store: Store, progress: Progress | None) -> None:
        self._store = store
        self._progress = progress
        self._ids = array("q")
        self._fingerprints = bytearray()  # one after the other, of the rows with these ids
        self._threads: dict[int, bytes] = {}
        self._deleted = set(store._deletions())

    def batches(self) -> Iterator[Batch]:
        total, first = len(self._store), 1
        while rows := list(self._store._export_rows(first, _BATCH)):
            yield [self._record(row) for row in rows]
            first = rows[-1][0] + 1
            if self._progress is not None:
                self._progress(len(self._ids), max(total, len(self._ids)))

    def deletions(self) -> list[bytes]:
        """The fingerprints of exchanges that were deleted and not stored again."""
        return sorted(self._deleted)

    def _record(self, row: tuple[Any, ...]) -> tuple[Any, Any]:
        id, thread_id, parent_id, timestamp, prompt, response, model, url, tags, metadata, title, created, details = row
        own = content_fingerprint(timestamp, prompt, response, model)
        parent = None if parent_id is None else self._fingerprint_of(parent_id)
        self._ids.append(id)
        self._fingerprints += own
        self._deleted.discard(own)
        thread = self._threads.setdefault(thread_id, fingerprint(("merged thread", own.hex())))
        return (
            (own, parent, thread, id, thread_id, title, created),
            (
                timestamp,
                prompt,
                response,
                model,
                url,
                compact_json(list(tags)),
                compact_json(metadata),
                to_import(details, prompt, response),
            ),
        )

    def _fingerprint_of(self, id: int) -> bytes | None:
        index = bisect_left(self._ids, id)
        is_known = index < len(self._ids) and self._ids[index] == id
        return bytes(self._fingerprints[index * SIZE : (index + 1) * SIZE]) if is_known else None
