"""`import_file`: which format a file has, and its records into a store.

    auto            found out from what the file holds, record by record
    jsonl           one object a line: ours, or {"prompt", "response", …}, or {"messages": […]}
    json            the same objects in a list, or in {"conversations": […]}: ours and the checklist's
    older-browser   a list of {"timestamp", "query", "response"}, times in UTC without a zone
    chatgpt         the zip of an export, its folder, or conversations.json; all branches of the tree
    claude          the same of Claude
    open-webui, librechat
    llm             logs.db of the command llm

A format that is named takes the records of no other. Records that are equal in everything are one.
"""

import os
import time
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, Final, Protocol

from . import chats, llm_logs, sqlite_files
from ._host import InvalidData, StorageError, owners
from .exchanges import Exchanges
from .items import Item, items
from .records import Exchange, NoRecordError
from .report import ImportReport, Losses

FORMATS: Final = ("auto", "jsonl", "json", "older-browser", "chatgpt", "claude", "open-webui", "librechat", "llm")
_BATCH: Final = 200
_FLAT: Final = ("jsonl", "json")

Progress = Callable[[int, int], object]
Batch = list[tuple[Any, Any]]


class Store(Protocol):
    def _import_rows(self, batches: Iterable[Batch], /) -> tuple[int, int]: ...


def import_file(store: Store, path: str | os.PathLike[str], format: str, progress: Progress | None) -> ImportReport:
    if format not in FORMATS:
        raise InvalidData(f"format must be one of {', '.join(FORMATS)}, not {format!r:.50}")
    source = Path(os.fspath(path))
    losses = Losses()
    taken, skipped = store._import_rows(_Source(source, format, losses, progress).batches())
    return losses.report(taken, skipped)


class _Source:
    """A file, or the files of a folder or a zip, as batches of rows."""

    def __init__(self, path: Path, format: str, losses: Losses, progress: Progress | None) -> None:
        self._path = path
        self._format = format
        self._losses = losses
        self._progress = progress
        self._done = 0
        self._total = 0
        self._position = 0
        self._flat = Exchanges()
        self._now = time.time_ns() // 1_000_000
        if not path.exists():
            raise StorageError(f"{path} does not exist: nothing was imported", path=str(path))
        # Opening and closing it would drop the locks of the store that has it open.
        if path.is_file() and owners.open_count(str(path)):
            raise StorageError(f"{path} is an open database: nothing was imported", path=str(path))

    def batches(self) -> Iterator[Batch]:
        batch: Batch = []
        for exchange in self._readable():
            batch.append(exchange.row(self._now))
            if len(batch) == _BATCH:
                yield batch
                batch = []
                self._report_progress()
        if batch:
            yield batch
        self._report_progress()

    def _report_progress(self) -> None:
        if self._progress is not None:
            self._progress(min(self._done, self._total), self._total)

    def _readable(self) -> Iterator[Exchange]:
        try:
            yield from self._exchanges()
        except OSError as error:
            message = f"{self._path} cannot be read: {error.strerror or error}"
            raise StorageError(message, path=str(self._path)) from error

    def _exchanges(self) -> Iterator[Exchange]:
        if self._path.is_dir():
            files = sorted(file for file in self._path.iterdir() if _is_export(file.name))
            if not files:
                raise StorageError(f"The folder {self._path} holds no conversations.json", path=str(self._path))
            self._total = sum(file.stat().st_size for file in files)
            for name in files:
                with name.open("rb") as file:
                    yield from self._records(file)
            return
        with self._path.open("rb") as file:
            beginning = file.read(len(sqlite_files.MAGIC))
            if beginning != sqlite_files.MAGIC and self._format != "llm":
                file.seek(0)
                yield from self._from_zip(file) if beginning.startswith(b"PK\3\4") else self._whole(file)
                return
        if self._format not in ("auto", "llm") or beginning != sqlite_files.MAGIC:
            raise StorageError(
                f"{self._path} is not in the format {self._format}: leave the format out", path=str(self._path)
            )
        yield from self._from_llm()

    def _whole(self, file: BinaryIO) -> Iterator[Exchange]:
        self._total = self._path.stat().st_size
        yield from self._records(file)

    def _from_zip(self, file: BinaryIO) -> Iterator[Exchange]:
        try:
            with zipfile.ZipFile(file) as archive:
                members = [member for member in archive.infolist() if _is_export(Path(member.filename).name)]
                if not members:
                    raise StorageError(f"{self._path} holds no conversations.json", path=str(self._path))
                self._total = sum(member.file_size for member in members)
                for member in sorted(members, key=lambda member: member.filename):
                    with archive.open(member) as inside:
                        yield from self._records(inside)  # type: ignore[arg-type]  # it reads as a file does
        except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError) as error:
            # RuntimeError is an encrypted member's or an unknown method's, ValueError that of a name or a place that
            # cannot be. What stood before the damage counts.
            self._losses.lose(self._position + 1, f"the archive is damaged, or of a kind that cannot be read: {error}")

    def _from_llm(self) -> Iterator[Exchange]:
        with sqlite_files.opened(self._path) as db:
            for found in llm_logs.read(db, self._path, self._leave_out):
                self._position += 1
                if isinstance(found, NoRecordError):
                    self._losses.lose(self._position, str(found))
                else:
                    yield found

    def _leave_out(self, attachments: int) -> None:
        self._losses.attachments += attachments

    def _count(self, bytes_read: int) -> None:
        self._done += bytes_read

    def _records(self, file: BinaryIO) -> Iterator[Exchange]:
        for item in items(file, self._count, lines=self._format == "jsonl"):
            self._position += 1
            if item.blank:
                continue
            try:
                yield from self._read(item)
            except NoRecordError as error:
                self._losses.lose(self._position, str(error))

    def _read(self, item: Item) -> Iterable[Exchange]:
        record = item.value
        if item.reason:
            raise NoRecordError(item.reason)
        if not isinstance(record, dict):
            raise NoRecordError("it is no JSON object")
        kind = chats.kind_of(record)
        if kind is None and self._flat.fits(record):
            kind = "json" if "prompt" in record else "older-browser"
        if kind is None:
            raise NoRecordError("it is of no format that is known here")
        if not self._wanted(kind):
            raise NoRecordError(f"it is in the format {kind}, not {self._format}")
        if kind in ("json", "older-browser"):
            return [self._flat.read(record)]
        return chats.read(kind, record, self._leave_out)

    def _wanted(self, kind: str) -> bool:
        if self._format in _FLAT:
            return kind in ("json", "older-browser", "messages")
        return self._format in ("auto", kind) or (kind == "messages" and self._format == "librechat")


def _is_export(name: str) -> bool:
    """conversations.json, and the numbered files into which large exports are cut."""
    return name.startswith("conversations") and name.endswith(".json")
