"""One web page: what it may navigate to, and what it may ask for."""

from PyQt6.QtCore import QObject, QUrl, pyqtSignal
from PyQt6.QtWebEngineCore import (
    QWebEngineFileSystemAccessRequest,
    QWebEngineLoadingInfo,
    QWebEngineNewWindowRequest,
    QWebEnginePage,
    QWebEnginePermission,
    QWebEngineProfile,
    QWebEngineRegisterProtocolHandlerRequest,
)

# net::ERR_ABORTED: a navigation that gave way to another, to a download, or to the stop key.
ABORTED = -3
_BY_THE_PERSON = (
    QWebEnginePage.NavigationType.NavigationTypeTyped,
    QWebEnginePage.NavigationType.NavigationTypeReload,
    QWebEnginePage.NavigationType.NavigationTypeBackForward,
)


class WebPage(QWebEnginePage):
    """Permissions are denied with a message; pages of the web cannot reach our own schemes."""

    refused = pyqtSignal(str)
    """What the page was not allowed to do, in words for the person."""
    load_failed = pyqtSignal(QUrl, str)
    """The page could not be loaded: its address, and why in Chromium's words."""
    status_failed = pyqtSignal(QUrl, int)
    """A server answered with an error, and perhaps with a page about it: the address, and the status (RFC 9110, 15)."""
    navigating = pyqtSignal(QWebEnginePage.NavigationType)
    """The page itself, none of its frames, goes on to another address."""
    window_wanted = pyqtSignal(QWebEngineNewWindowRequest)
    """The person followed a link that opens elsewhere; answered by `openIn` before this returns."""

    def __init__(self, profile: QWebEngineProfile, parent: QObject | None = None) -> None:
        super().__init__(profile, parent)
        self.permissionRequested.connect(self._deny)
        self.fileSystemAccessRequested.connect(self._deny_files)
        self.registerProtocolHandlerRequested.connect(self._deny_protocol)
        self.newWindowRequested.connect(self._new_window)
        self.loadingChanged.connect(self._loading_changed)

    def acceptNavigationRequest(  # noqa: N802
        self,
        url: QUrl,
        type: QWebEnginePage.NavigationType,
        isMainFrame: bool,  # noqa: N803
    ) -> bool:
        if not url.scheme().startswith("mb") or type in _BY_THE_PERSON or self.url().scheme() == "mb":
            if isMainFrame:
                self.navigating.emit(type)
            return super().acceptNavigationRequest(url, type, isMainFrame)
        self.refused.emit(f"{self.url().host()} tried to open {url.toDisplayString()}: pages of the web may not")
        return False

    def _deny(self, permission: QWebEnginePermission) -> None:
        permission.deny()
        wanted = permission.permissionType().name
        self.refused.emit(f"{permission.origin().host()} asked for {_words(wanted)}: denied")

    def _deny_files(self, request: QWebEngineFileSystemAccessRequest) -> None:
        request.reject()
        self.refused.emit(f"{request.origin().host()} asked to write files: denied")

    def _deny_protocol(self, request: QWebEngineRegisterProtocolHandlerRequest) -> None:
        request.reject()
        self.refused.emit(f"{request.origin().host()} asked to open {request.scheme()} links: denied")

    def _new_window(self, request: QWebEngineNewWindowRequest) -> None:
        if request.isUserInitiated():
            self.window_wanted.emit(request)
        else:
            self.refused.emit(f"{self.url().host()} tried to open a window on its own: blocked")

    def _loading_changed(self, info: QWebEngineLoadingInfo) -> None:
        failed = info.status() == QWebEngineLoadingInfo.LoadStatus.LoadFailedStatus
        if failed and info.errorDomain() == QWebEngineLoadingInfo.ErrorDomain.HttpStatusCodeDomain:
            self.status_failed.emit(info.url(), info.errorCode())
        elif failed and not info.isDownload() and info.errorCode() != ABORTED:
            self.load_failed.emit(info.url(), info.errorString() or f"error {info.errorCode()}")


def _words(name: str) -> str:
    """`MediaAudioCapture` -> `media audio capture`."""
    return "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name).strip()
