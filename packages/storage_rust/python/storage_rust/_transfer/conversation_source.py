"""Reading conversations from a file, or from the files of a folder or an archive, as batches of rows."""

import time
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO, Any, Final

from . import export_names, sqlite_files
from ._host import StorageError, UnknownFormat, owners
from .exchange import Exchange, InvalidRecordError
from .formats import chat_export, copilot, llm
from .formats.exchange_json import ExchangeReader, is_exchange
from .formats.loose_messages import grouped
from .formats.message_content import AttachmentCounter
from .json_stream import JsonItem, read_items
from .report import LossLog

_BATCH: Final = 200
_BEGINNING: Final = 200  # bytes that show whether a file is a table
_EXCHANGE_FORMATS: Final = ("json", "older-browser")
_MAX_UNKNOWN: Final = 10_000  # records of an unknown format after which no known one is expected
_TRIED: Final = (
    "JSON and JSON Lines of exchanges or messages",
    "conversations.json of minimal_browser 0.x",
    *(f"an export of {name}" for name in chat_export.NAMES.values()),
)

Progress = Callable[[int, int], object]
Batch = list[tuple[Any, Any]]


class ConversationSource:
    """One import. `is_interrupted` is called now and then; if it returns true, the import ends."""

    def __init__(
        self,
        path: Path,
        format: str,
        losses: LossLog,
        progress: Progress | None,
        is_interrupted: Callable[[], bool],
    ) -> None:
        self._path = path
        self._format = format
        self._losses = losses
        self._progress = progress
        self._is_interrupted = is_interrupted
        self._bytes_read = 0
        self._total = 0
        self._position = 0
        self._is_recognised = False
        self._exchange_reader = ExchangeReader()
        self._now = time.time_ns() // 1_000_000
        self.attachments = AttachmentCounter()
        if not path.exists():
            raise StorageError(f"{path} does not exist: nothing was imported", path=str(path))
        # Opening and closing it would drop the locks of the store that has it open.
        if path.is_file() and owners.open_count(str(path)):
            raise StorageError(f"{path} is an open database: nothing was imported", path=str(path))

    def batches(self) -> Iterator[Batch]:
        """The rows of all exchanges. Raises `UnknownFormat` if the file has none that can be recognised."""
        batch: Batch = []
        for exchange in self._readable_exchanges():
            batch.append(exchange.row(self._now))
            if len(batch) == _BATCH:
                yield batch
                batch = []
                self._report_progress()
        if not self._is_recognised:
            raise self._unknown(_TRIED)
        if batch:
            yield batch
        self._report_progress()

    def _unknown(self, tried: Iterable[str], reason: str = "its format is unknown") -> UnknownFormat:
        names = tuple(tried)
        message = f"{self._path} cannot be imported: {reason}. Looked for: {', '.join(names)}"
        return UnknownFormat(message, path=str(self._path), tried=names)

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
            raise self._unknown([self._format], f"it is not in the format {self._format}: leave the format out")
        yield from self._llm_database()

    def _folder(self) -> Iterator[Exchange]:
        files = export_names.files_in(self._path)
        if not files:
            raise self._unknown(export_names.PATTERNS, "the folder has no conversations.json or other export")
        self._total = sum(file.stat().st_size for file in files)
        for path in files:
            with path.open("rb") as file:
                yield from self._records(file, path.parent.name)

    def _json_file(self, file: IO[bytes]) -> Iterator[Exchange]:
        self._total = self._path.stat().st_size
        yield from self._records(file, self._path.stem)

    def _archive(self, file: IO[bytes]) -> Iterator[Exchange]:
        members: list[zipfile.ZipInfo] = []
        try:
            with zipfile.ZipFile(file) as archive:
                members = [member for member in archive.infolist() if export_names.is_export(member.filename)]
                if not members:
                    raise self._unknown(export_names.PATTERNS, "the archive has no conversations.json or other export")
                self._total = sum(member.file_size for member in members)
                for member in sorted(members, key=lambda member: member.filename):
                    with archive.open(member) as content:
                        yield from self._records(content, member.filename)
        except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError) as error:
            # RuntimeError: an encrypted member or an unknown method; ValueError: an impossible name or offset. What was
            # read before the damage counts.
            reason = f"the archive is damaged, or of a kind that cannot be read: {error}"
            if not members:
                raise self._unknown(export_names.PATTERNS, reason) from error
            self._is_recognised = True
            self._losses.add(self._position + 1, reason)

    def _llm_database(self) -> Iterator[Exchange]:
        with sqlite_files.open_read_only(self._path, self._is_interrupted) as file:
            if not llm.is_logs(file):
                reason = "it is a SQLite database, but not a logs.db of llm; a store is copied with backup"
                raise self._unknown(["logs.db of llm"], reason)
            self._is_recognised = True
            for row in llm.read(file, self.attachments):
                self._position += 1
                if isinstance(row, InvalidRecordError):
                    self._losses.add(self._position, str(row))
                else:
                    yield row

    def _count_bytes(self, count: int) -> None:
        self._bytes_read += count

    def _records(self, file: IO[bytes], name: str) -> Iterator[Exchange]:
        """The exchanges in one file; `name` identifies a conversation that has no id of its own."""
        beginning = file.read(_BEGINNING)
        file.seek(0)
        if copilot.is_activity(beginning):
            items = copilot.read_items(file, self._count_bytes)
        else:
            items = read_items(file, self._count_bytes, is_json_lines=self._format == "jsonl")
        for item in grouped(items, name):
            self._position += item.count
            if item.is_blank:
                self._is_recognised |= item.is_empty_list  # an export of a program without conversations
                continue
            try:
                yield from self._convert(item)
            except InvalidRecordError as error:
                self._losses.add(self._position, str(error))
            if not self._is_recognised and self._position >= _MAX_UNKNOWN:
                raise self._unknown(_TRIED)

    def _convert(self, item: JsonItem) -> Iterable[Exchange]:
        record = item.value
        if item.error:
            raise InvalidRecordError(item.error)
        if not isinstance(record, dict):
            raise InvalidRecordError("it is not a JSON object")
        format = "json" if is_exchange(record) else chat_export.format_of(record)
        format = format or self._exchange_reader.format_of(record)
        if format is None:
            raise InvalidRecordError("its format is unknown")
        self._is_recognised = True
        if not self._accepts(format):
            raise InvalidRecordError(f"it is in the format {format}, not {self._format}")
        if format in _EXCHANGE_FORMATS:
            return [self._exchange_reader.read(record)]
        return chat_export.read(format, record, self.attachments)

    def _accepts(self, format: str) -> bool:
        if self._format in ("jsonl", "json"):
            return format in (*_EXCHANGE_FORMATS, "messages")
        return self._format in ("auto", format) or (format == "messages" and self._format == "librechat")
