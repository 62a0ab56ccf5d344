"""Importing conversations: finds out the format of a file and passes its exchanges to a store.

    auto            each record is in the format that its fields show
    jsonl           one object per line: our own, {"prompt", "response", …} or {"messages": […]}
    json            the same objects in a list, or in {"conversations": […]}
    older-browser   minimal_browser 0.x: a list of {"timestamp", "query", "response"}, in UTC without a zone
    chatgpt         the ZIP archive of an export, its folder, or conversations.json; all branches of the tree
    claude          the same of Claude
    open-webui, librechat
    llm             logs.db of the llm command

The file of another store, such as a recovered one, is merged.

If a format is named, records in other formats are reported as lost. Identical records are imported once.
"""

import os
import time
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO, Any, Final, Protocol

from . import sqlite_files
from ._host import InvalidData, StorageError, owners
from .exchange import Exchange, InvalidRecordError
from .formats import chat_export, llm
from .formats.exchange_json import ExchangeReader
from .formats.message_content import AttachmentCounter
from .json_stream import JsonItem, read_items
from .merge import Store as MergeStore
from .merge import is_store, merge
from .report import ImportReport, LossLog
from .staging import staged

FORMATS: Final = ("auto", "jsonl", "json", "older-browser", "chatgpt", "claude", "open-webui", "librechat", "llm")
_BATCH: Final = 200
_EXCHANGE_FORMATS: Final = ("json", "older-browser")

Progress = Callable[[int, int], object]
Batch = list[tuple[Any, Any]]


class Store(MergeStore, Protocol):
    """What an import needs from a store of conversations."""

    def _import_rows(self, batches: Iterable[Batch], epoch: int, /) -> tuple[int, int]: ...


def import_file(store: Store, path: str | os.PathLike[str], format: str, progress: Progress | None) -> ImportReport:
    """Import a file, a folder or an archive, all or nothing. `progress` is called with bytes read and in total."""
    if format not in FORMATS:
        raise InvalidData(f"format must be one of {', '.join(FORMATS)}, not {format!r:.50}")
    losses = LossLog(os.fspath(path), format)
    file = Path(os.fspath(path))
    if format == "auto" and file.is_file() and not owners.open_count(str(file)) and is_store(file):
        return merge(store, file, progress)
    source = _Source(Path(os.fspath(path)), format, losses, progress)
    epoch = store._interrupt_epoch()
    with staged(source.batches(), lambda: store._interrupt_epoch() != epoch) as batches:
        taken, skipped = store._import_rows(batches, epoch)
    losses.attachments = source.attachments.count
    return losses.report(taken, skipped)


class _Source:
    """Reads a file, or the files in a folder or an archive, as batches of rows."""

    def __init__(self, path: Path, format: str, losses: LossLog, progress: Progress | None) -> None:
        self._path = path
        self._format = format
        self._losses = losses
        self._progress = progress
        self._bytes_read = 0
        self._total = 0
        self._position = 0
        self._exchange_reader = ExchangeReader()
        self._now = time.time_ns() // 1_000_000
        self.attachments = AttachmentCounter()
        if not path.exists():
            raise StorageError(f"{path} does not exist: nothing was imported", path=str(path))
        # Opening and closing it would drop the locks of the store that has it open.
        if path.is_file() and owners.open_count(str(path)):
            raise StorageError(f"{path} is an open database: nothing was imported", path=str(path))

    def batches(self) -> Iterator[Batch]:
        batch: Batch = []
        for exchange in self._readable_exchanges():
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
            self._progress(min(self._bytes_read, self._total), self._total)

    def _readable_exchanges(self) -> Iterator[Exchange]:
        try:
            yield from self._exchanges()
        except OSError as error:
            message = f"{self._path} cannot be read: {error.strerror or error}"
            raise StorageError(message, path=str(self._path)) from error

    def _exchanges(self) -> Iterator[Exchange]:
        if self._path.is_dir():
            yield from self._folder()
            return
        with self._path.open("rb") as file:
            beginning = file.read(len(sqlite_files.MAGIC))
            is_database = beginning == sqlite_files.MAGIC
            if not is_database and self._format != "llm":
                file.seek(0)
                yield from self._archive(file) if beginning.startswith(b"PK\3\4") else self._json_file(file)
                return
        if self._format not in ("auto", "llm") or not is_database:
            message = f"{self._path} is not in the format {self._format}: leave the format out"
            raise StorageError(message, path=str(self._path))
        yield from self._llm_database()

    def _folder(self) -> Iterator[Exchange]:
        files = sorted(file for file in self._path.iterdir() if _is_export(file.name))
        if not files:
            raise StorageError(f"The folder {self._path} has no conversations.json", path=str(self._path))
        self._total = sum(file.stat().st_size for file in files)
        for path in files:
            with path.open("rb") as file:
                yield from self._records(file)

    def _json_file(self, file: IO[bytes]) -> Iterator[Exchange]:
        self._total = self._path.stat().st_size
        yield from self._records(file)

    def _archive(self, file: IO[bytes]) -> Iterator[Exchange]:
        try:
            with zipfile.ZipFile(file) as archive:
                members = [member for member in archive.infolist() if _is_export(Path(member.filename).name)]
                if not members:
                    raise StorageError(f"{self._path} has no conversations.json", path=str(self._path))
                self._total = sum(member.file_size for member in members)
                for member in sorted(members, key=lambda member: member.filename):
                    with archive.open(member) as content:
                        yield from self._records(content)
        except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError) as error:
            # RuntimeError: an encrypted member or an unknown method; ValueError: an impossible name or offset. What was
            # read before the damage counts.
            self._losses.add(self._position + 1, f"the archive is damaged, or of a kind that cannot be read: {error}")

    def _llm_database(self) -> Iterator[Exchange]:
        with sqlite_files.open_read_only(self._path) as db:
            for row in llm.read(db, self._path, self.attachments):
                self._position += 1
                if isinstance(row, InvalidRecordError):
                    self._losses.add(self._position, str(row))
                else:
                    yield row

    def _count_bytes(self, count: int) -> None:
        self._bytes_read += count

    def _records(self, file: IO[bytes]) -> Iterator[Exchange]:
        for item in read_items(file, self._count_bytes, is_json_lines=self._format == "jsonl"):
            self._position += 1
            if item.is_blank:
                continue
            try:
                yield from self._convert(item)
            except InvalidRecordError as error:
                self._losses.add(self._position, str(error))

    def _convert(self, item: JsonItem) -> Iterable[Exchange]:
        record = item.value
        if item.error:
            raise InvalidRecordError(item.error)
        if not isinstance(record, dict):
            raise InvalidRecordError("it is not a JSON object")
        format = chat_export.format_of(record) or self._exchange_reader.format_of(record)
        if format is None:
            raise InvalidRecordError("its format is unknown")
        if not self._accepts(format):
            raise InvalidRecordError(f"it is in the format {format}, not {self._format}")
        if format in _EXCHANGE_FORMATS:
            return [self._exchange_reader.read(record)]
        return chat_export.read(format, record, self.attachments)

    def _accepts(self, format: str) -> bool:
        if self._format in ("jsonl", "json"):
            return format in (*_EXCHANGE_FORMATS, "messages")
        return self._format in ("auto", format) or (format == "messages" and self._format == "librechat")


def _is_export(name: str) -> bool:
    """conversations.json, or one of the numbered files into which large exports are split."""
    return name.startswith("conversations") and name.endswith(".json")
