"""The commands `import` and `merge`: files, folders and browsers, into the stores that take them."""

import argparse
import contextlib
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from .._host import StorageError, UnknownFormat
from ..browser_profiles import find_profiles
from ..folder import ImportedFile, import_folder, is_minimal_browser_0_folder
from ..progress_bar import ProgressBar
from ..terminal import one_line
from .pipes import file_of_stdin

OpenStore = Callable[..., Any]


def run_import(options: argparse.Namespace, open_store: OpenStore, open_places: Sequence[OpenStore]) -> int:
    """Import or merge, print the reports and return the exit code.

    Raises `StorageError` before a store is created if a file or a browser does not exist.
    """
    for name in options.files:
        if name != "-" and not Path(name).exists():
            raise StorageError(f"{name} does not exist: nothing was imported", path=name)
    if options.browser:
        files = list(_import_browser(options, open_places))
    else:
        files = list(_import(options, open_store, open_places))
    code = 1 if any(file.error for file in files) else 0
    if options.json:
        sys.stdout.write(json.dumps([_result(file) for file in files]) + "\n")
        return code
    for file in files:
        _print(file)
    return code


@contextlib.contextmanager
def _opened(path: Path, open_stores: Sequence[OpenStore], imported: list[ImportedFile]) -> Iterator[list[Any]]:
    """The stores of one file, which is deleted again if it is new and nothing was `imported` into it."""
    existed, is_empty = path.exists(), False
    try:
        with contextlib.ExitStack() as stack:
            stores = [stack.enter_context(open_store(path)) for open_store in open_stores]
            try:
                yield stores
            finally:
                with contextlib.suppress(StorageError):
                    is_empty = not any(map(len, stores))
    finally:
        if not existed and is_empty and all(file.report is None for file in imported):
            for suffix in ("", "-wal", "-shm"):
                Path(f"{path}{suffix}").unlink(missing_ok=True)


def _import_browser(options: argparse.Namespace, open_places: Sequence[OpenStore]) -> Iterator[ImportedFile]:
    """The history and bookmarks of a browser go to the places file: `--places`, or the database itself."""
    profiles = find_profiles(options.browser, options.profile)
    imported: list[ImportedFile] = []
    with _opened(Path(options.places or options.database), open_places, imported) as (bookmarks, history):
        for profile in profiles:
            if profile.history is not None:
                imported.append(_import_file(history, profile.history, "auto", kind="history"))
            imported += [_import_file(bookmarks, path, "auto", kind="bookmarks") for path in profile.bookmarks]
    yield from imported


def _import(
    options: argparse.Namespace, open_store: OpenStore, open_places: Sequence[OpenStore]
) -> Iterator[ImportedFile]:
    conversations: list[ImportedFile] = []
    places: list[ImportedFile] = []
    with contextlib.ExitStack() as stack:
        (store,) = stack.enter_context(_opened(Path(options.database), [open_store], conversations))
        bookmarks = history = None
        if options.places and open_places:
            bookmarks, history = stack.enter_context(_opened(Path(options.places), open_places, places))
        for name in options.files:
            path = stack.enter_context(file_of_stdin()) if name == "-" else Path(name)
            if options.command == "merge":
                with ProgressBar(f"merging {one_line(str(path))}") as bar:
                    conversations.append(ImportedFile(path, store.merge(path, progress=bar.update)))
            elif is_minimal_browser_0_folder(path):
                files = list(import_folder(path, store, bookmarks, history))
                conversations += [file for file in files if file.path.name == "conversations.json"]
                places += [file for file in files if file.path.name != "conversations.json"]
            else:
                file = _import_file(store, path, options.format)
                others = _import_places(file, bookmarks, history)
                places += others
                if not others:
                    conversations.append(file)
    yield from (*conversations, *places)


def _import_places(file: ImportedFile, bookmarks: Any, history: Any) -> list[ImportedFile]:
    """Import a file without conversations as bookmarks and history; empty if it has neither."""
    if file.error is None or bookmarks is None:
        return []
    tried = [
        _import_file(history, file.path, "auto", kind="history"),
        _import_file(bookmarks, file.path, "auto", kind="bookmarks"),
    ]
    return [each for each in tried if not isinstance(each.error, UnknownFormat)]


def _import_file(store: Any, path: Path, format: str, *, kind: str = "") -> ImportedFile:
    """A file that is not recognised, or damaged, does not keep the others from being imported."""
    try:
        with ProgressBar(f"importing {one_line(path.name)}") as bar:
            return ImportedFile(path, store.import_file(path, format=format, progress=bar.update), kind=kind)
    except StorageError as error:
        is_of_file = isinstance(error, UnknownFormat) or (kind and error.path == str(path))
        if not is_of_file:  # of the store, which the other files need, too
            raise
        return ImportedFile(path, None, str(error), error, kind)


def _print(file: ImportedFile) -> None:
    path, report = one_line(str(file.path)), file.report
    if file.error is not None:
        sys.stderr.write(f"{one_line(file.reason)}\n")
        return
    if report is None:
        sys.stdout.write(f"{path}: not imported: {one_line(file.reason)}\n")
        return
    sys.stdout.write(f"{path}: {file.kind + ': ' if file.kind else ''}{report}\n")
    for lost in report.reasons:
        sys.stdout.write(f"  lost: record {lost.position}: {one_line(lost.reason)}\n")
    if report.lost > len(report.reasons):
        sys.stdout.write(f"  and {report.lost - len(report.reasons)} more\n")


def _result(file: ImportedFile) -> dict[str, Any]:
    report = file.report
    kind = {"kind": file.kind} if file.kind else {}
    if file.error is not None:
        return {"file": str(file.path), **kind, "error": file.reason, "tried": list(getattr(file.error, "tried", ()))}
    if report is None:
        return {"file": str(file.path), **kind, "left": file.reason}
    return {
        "file": str(file.path),
        **kind,
        "taken": report.taken,
        "skipped": report.skipped,
        "lost_count": report.lost,
        "lost": [{"position": lost.position, "reason": lost.reason} for lost in report.reasons],
        "attachments": report.attachments,
        "deleted": report.deleted,
    }
