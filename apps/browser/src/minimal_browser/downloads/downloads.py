"""Downloads: into the download folder, under a name that cannot do harm."""

import re
import unicodedata
from collections.abc import Callable
from pathlib import Path

from PyQt6.QtCore import QObject, QStandardPaths
from PyQt6.QtWebEngineCore import QWebEngineDownloadRequest, QWebEngineProfile

from minimal_browser_core.window import MessageLevel

Report = Callable[[str, MessageLevel], None]

LONGEST_NAME = 180
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


def safe_name(suggested: str) -> str:
    """A file name made of what a server suggested: no folders, no control or reordering characters, not hidden."""
    name = re.split(r"[/\\]", suggested)[-1]
    name = "".join(sign for sign in name if unicodedata.category(sign) not in ("Cc", "Cf", "Cs", "Zl", "Zp"))
    name = re.sub(r'[<>:"|?*]', "_", name).strip(" .")
    if not name or _RESERVED.fullmatch(name):
        name = f"download-{name}".rstrip("-")
    stem, dot, suffix = name.rpartition(".")
    if not stem or len(suffix) > 20:
        return name[:LONGEST_NAME]
    return stem[: LONGEST_NAME - len(suffix) - 1] + dot + suffix


def free_name(folder: Path, name: str) -> str:
    """`name`, or `name (2)` and so on: a download never replaces a file."""
    path = Path(name)
    number = 1
    while (folder / name).exists():
        number += 1
        name = f"{path.stem} ({number}){path.suffix}"
    return name


def default_folder() -> Path:
    found = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DownloadLocation)
    return Path(found) if found else Path.home()


class Downloads(QObject):
    def __init__(self, profile: QWebEngineProfile, report: Report, folder: Path | None = None) -> None:
        super().__init__(profile)
        self._report = report
        self._folder = folder or default_folder()
        profile.downloadRequested.connect(self._start)

    def _start(self, request: QWebEngineDownloadRequest) -> None:
        name = safe_name(request.suggestedFileName())
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            name = free_name(self._folder, name)
        except OSError as error:
            request.cancel()
            self._report(f"Cannot download to {self._folder}: {error.strerror or error}", MessageLevel.ERROR)
            return
        request.setDownloadDirectory(str(self._folder))
        request.setDownloadFileName(name)
        request.isFinishedChanged.connect(lambda: self._finished(request))
        request.accept()
        self._report(f"Downloading {name} to {self._folder}", MessageLevel.INFO)

    def _finished(self, request: QWebEngineDownloadRequest) -> None:
        state = QWebEngineDownloadRequest.DownloadState
        path = Path(request.downloadDirectory()) / request.downloadFileName()
        if request.state() == state.DownloadCompleted:
            self._report(f"Downloaded {path}", MessageLevel.INFO)
        elif request.state() == state.DownloadInterrupted:
            self._report(f"Download of {path.name} failed: {request.interruptReasonString()}", MessageLevel.ERROR)
