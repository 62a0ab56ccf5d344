"""Downloads files into the download folder, under names that can do no harm."""

from pathlib import Path

from PyQt6.QtCore import QObject, QStandardPaths, pyqtSignal
from PyQt6.QtWebEngineCore import QWebEngineDownloadRequest, QWebEngineProfile

from minimal_browser_core.features.downloads.names import free_name, safe_name
from minimal_browser_core.settings.observe import Settings
from minimal_browser_core.window import MessageLevel


def default_folder() -> Path:
    """Return the system's folder for downloads, or the home folder if there is none."""
    found = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DownloadLocation)
    return Path(found) if found else Path.home()


class Downloads(QObject):
    """Accepts the downloads of the watched profiles and reports their progress."""

    message = pyqtSignal(str, MessageLevel)

    def __init__(self, settings: Settings, parent: QObject) -> None:
        super().__init__(parent)
        self._settings = settings
        self._running: dict[QWebEngineDownloadRequest, Path] = {}

    def watch(self, profile: QWebEngineProfile) -> None:
        profile.downloadRequested.connect(self._start)

    def _start(self, request: QWebEngineDownloadRequest) -> None:
        name = safe_name(request.suggestedFileName())
        setting = self._settings.values.browser.download_folder
        folder = Path(setting).expanduser() if setting else default_folder()
        try:
            folder.mkdir(parents=True, exist_ok=True)
            name = free_name(folder, name, self._running.values())
        except OSError as error:
            request.cancel()
            self.message.emit(f"Cannot download to {folder}: {error.strerror or error}", MessageLevel.ERROR)
            return
        request.setDownloadDirectory(str(folder))
        request.setDownloadFileName(name)
        self._running[request] = folder / name
        request.isFinishedChanged.connect(lambda: self._finished(request))
        request.accept()
        self.message.emit(f"Downloading {name} to {folder}", MessageLevel.INFO)

    def _finished(self, request: QWebEngineDownloadRequest) -> None:
        state = QWebEngineDownloadRequest.DownloadState
        path = self._running.pop(request)
        if request.state() == state.DownloadCompleted:
            self.message.emit(f"Downloaded {path}", MessageLevel.INFO)
        elif request.state() == state.DownloadInterrupted:
            reason = request.interruptReasonString()
            self.message.emit(f"Download of {path.name} failed: {reason}", MessageLevel.ERROR)
