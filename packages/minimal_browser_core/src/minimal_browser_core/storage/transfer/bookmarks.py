"""Bookmark files into a store and out of it: Netscape's HTML, and the older browser's bookmarks.json."""

import json
import os
import threading
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, Protocol

from . import netscape
from ._host import InvalidData, StorageError
from .marks import Mark, clean_tags, moment
from .report import ImportReport, Losses

LARGEST: Final = 64 << 20  # bytes; no person has so many bookmarks, and a file is read whole

Row = tuple[str, str, list[str], str, str | None, int | None, int | None, str]


class Store(Protocol):
    def _import_rows(self, rows: list[Row], /) -> tuple[list[bool], list[tuple[int, str]]]: ...
    def _rows(self) -> Iterable[tuple[str, str, Iterable[str], str, str | None, int, int]]: ...


def import_file(store: Store, path: str | os.PathLike[str]) -> ImportReport:
    losses = Losses()
    return import_marks(store, _read(Path(os.fspath(path)), losses), losses)


def import_marks(store: Store, found: Iterable[Mark], losses: Losses) -> ImportReport:
    marks = list(_checked(found, losses))
    taken, lost = store._import_rows(
        [(m.url, m.title, m.tags, m.note, m.keyword, m.created_at, m.updated_at, m.metadata) for m in marks]
    )
    for index, keyword in lost:
        losses.lose(marks[index].position, f"taken without the keyword {keyword!r:.50}, which another bookmark has")
    return losses.report(sum(taken), len(taken) - sum(taken))


def export_file(store: Store, path: str | os.PathLike[str]) -> int:
    target = Path(os.fspath(path)).absolute()
    rows = list(store._rows())
    marks = (Mark(0, url, title, list(tags), note, kw, at, upd) for url, title, tags, note, kw, at, upd in rows)
    partial = target.with_name(f"{target.name}.partial-{os.getpid()}-{threading.get_ident()}")
    try:
        with partial.open("x", encoding="utf-8", newline="\n") as file:
            file.writelines(netscape.write(marks))
            file.flush()
            os.fsync(file.fileno())
        partial.replace(target)
    except OSError as error:
        raise StorageError(f"{target} cannot be written: {error.strerror or error}", path=str(target)) from error
    finally:
        with suppress(OSError):
            partial.unlink()
    return len(rows)


def _read(path: Path, losses: Losses) -> Iterator[Mark]:
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except OSError as error:
        raise StorageError(f"{path} cannot be read: {error.strerror or error}", path=str(path)) from error
    if len(content) > LARGEST:
        raise InvalidData(f"{path} is larger than {LARGEST >> 20} MiB, which no file of bookmarks is", path=str(path))
    text = content.decode("utf-8-sig", errors="replace")
    if text.lstrip()[:1] in ("[", "{"):
        return _read_json(text, path, losses)
    if "<dt" not in text.lower() and "<dl" not in text.lower():
        raise InvalidData(f"{path} is no file of bookmarks: neither Netscape's HTML nor JSON", path=str(path))
    return netscape.read(text)


def _read_json(text: str, path: Path, losses: Losses) -> Iterator[Mark]:
    try:
        records = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidData(f"{path} is no whole JSON, so nothing was taken: {error}", path=str(path)) from None
    if isinstance(records, dict):
        records = list(records.values())
    for position, record in enumerate(records, 1):
        if not isinstance(record, dict):
            losses.lose(position, f"it is no bookmark but {type(record).__name__}")
        else:
            yield _older(position, record)


def _older(position: int, record: dict[str, Any]) -> Mark:
    def text(name: str) -> str:
        value = record.get(name)
        return value if isinstance(value, str) else ""

    tags = record.get("tags")
    kind, metadata = text("bookmark_type"), record.get("metadata")
    kept = dict(metadata) if isinstance(metadata, dict) else {}
    if kind not in ("", "url"):
        kept["bookmark_type"] = kind
    return Mark(
        position=position,
        url=text("url").strip(),
        title=text("title").strip(),
        tags=clean_tags(tag for tag in tags if isinstance(tag, str)) if isinstance(tags, list) else [],
        note=text("content"),
        created_at=moment(record.get("created_at")),
        updated_at=moment(record.get("updated_at")),
        metadata=json.dumps(kept, ensure_ascii=False, separators=(",", ":")),
    )


def _checked(marks: Iterable[Mark], losses: Losses) -> Iterator[Mark]:
    for mark in marks:
        if not (mark.url or mark.title or mark.note):
            losses.lose(mark.position, "it has neither an address nor a title nor a text")
        elif mark.url.startswith("place:"):
            losses.lose(mark.position, "it is a query of Firefox, not a page")
        elif not _is_unicode(mark):
            losses.lose(mark.position, "it holds a lone surrogate, which is no Unicode text")
        else:
            if mark.keyword is not None and mark.keyword.split() != [mark.keyword]:
                losses.lose(mark.position, f"taken without the keyword {mark.keyword!r:.50}, which is not one word")
                mark.keyword = None
            mark.title = mark.title or mark.url
            yield mark


def _is_unicode(mark: Mark) -> bool:
    try:
        "".join((mark.url, mark.title, mark.note, *mark.tags, mark.metadata)).encode()
    except UnicodeEncodeError:
        return False
    return True
