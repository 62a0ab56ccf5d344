"""One web page: what it may navigate to, and what it may ask for."""

from PyQt6.QtCore import QObject, QTimer, QUrl, pyqtSignal
from PyQt6.QtWebEngineCore import (
    QWebEngineFileSystemAccessRequest,
    QWebEngineLoadingInfo,
    QWebEngineNewWindowRequest,
    QWebEnginePage,
    QWebEnginePermission,
    QWebEngineProfile,
    QWebEngineRegisterProtocolHandlerRequest,
    QWebEngineSettings,
)

from minimal_browser.page.address import shown_host
from minimal_browser.toolkit.not_null import not_null
from minimal_browser_core.navigation_policy import Place, may_open, refusal
from minimal_browser_core.settings.observe import Settings

# net::ERR_ABORTED: a navigation that was replaced by another, became a download, or was stopped.
ABORTED = -3
CRASHED = "its process ended"
"""The reason of `load_failed` for a page that was there when its process ended."""
_BY_THE_USER = (
    QWebEnginePage.NavigationType.NavigationTypeTyped,
    QWebEnginePage.NavigationType.NavigationTypeReload,
    QWebEnginePage.NavigationType.NavigationTypeBackForward,
)


class WebPage(QWebEnginePage):
    """A page of the web: its permission requests are denied with a message, and so are links that it may not open."""

    refused = pyqtSignal(str)
    """What the page was not allowed to do, in a sentence for the user."""
    load_failed = pyqtSignal(QUrl, str)
    """The page could not be loaded, or its process ended: its address, and Chromium's reason or `CRASHED`."""
    status_failed = pyqtSignal(QUrl, int)
    """A server answered with an error status (RFC 9110, section 15), and often a page about it: address and status."""
    navigating = pyqtSignal(QUrl, QWebEnginePage.NavigationType)
    """The page itself, not one of its frames, navigates to another address."""
    window_requested = pyqtSignal(QWebEngineNewWindowRequest)
    """The user followed a link that opens in a new window. The receiver answers with `openIn` at once."""

    opener = QUrl()
    """The address of the page that opened this one. It decides what this page may open while this page is blank."""

    def __init__(self, profile: QWebEngineProfile, settings: Settings, parent: QObject | None = None) -> None:
        super().__init__(profile, parent)
        self._settings = settings
        self._loading_url = QUrl()
        self._local_url = QUrl()
        self.permissionRequested.connect(self._deny)
        self.fileSystemAccessRequested.connect(self._deny_files)
        self.registerProtocolHandlerRequested.connect(self._deny_protocol)
        self.newWindowRequested.connect(self._new_window)
        self.loadingChanged.connect(self._loading_changed)
        # The navigation may have become a download, so that the page before it is still here.
        self.loadFinished.connect(lambda _ok: self._apply_site_settings(self.url()))
        self.renderProcessTerminated.connect(self._terminated)

    def acceptNavigationRequest(  # noqa: N802
        self,
        url: QUrl,
        type: QWebEnginePage.NavigationType,
        isMainFrame: bool,  # noqa: N803
    ) -> bool:
        redirected = isMainFrame and type == QWebEnginePage.NavigationType.NavigationTypeRedirect
        source = self._loading_url if redirected and not self._loading_url.isEmpty() else self.source_url()
        if type not in _BY_THE_USER:
            if not may_open(source.toString(), url.toString(), Place.IN_PLACE if isMainFrame else Place.FRAME):
                self.refused.emit(refusal(url.toString()))
                return False
            if isMainFrame and url.isLocalFile():
                self._local_url = url
                QTimer.singleShot(0, self._load_local_url)
                return False
        if isMainFrame:
            self._loading_url = url
            self._apply_site_settings(url)
            self.navigating.emit(url, type)
        return super().acceptNavigationRequest(url, type, isMainFrame)

    def source_url(self) -> QUrl:
        """The address that decides what this page may open: its own, or its opener's while it is blank."""
        return self.opener if self.url() in (QUrl(), QUrl("about:blank")) else self.url()

    def _load_local_url(self) -> None:
        """Follow a link between local files: without LocalContentCanAccessFileUrls, Chromium denies it to the page."""
        self.load(self._local_url)

    def _apply_site_settings(self, url: QUrl) -> None:
        javascript = self._settings.get(
            "security.javascript", url.toString(QUrl.ComponentFormattingOption.FullyEncoded)
        )
        not_null(self.settings()).setAttribute(QWebEngineSettings.WebAttribute.JavascriptEnabled, javascript)

    def _deny(self, permission: QWebEnginePermission) -> None:
        permission.deny()
        wanted = permission.permissionType().name
        self.refused.emit(f"{shown_host(permission.origin())} asked for {_words(wanted)}: denied")

    def _deny_files(self, request: QWebEngineFileSystemAccessRequest) -> None:
        request.reject()
        self.refused.emit(f"{shown_host(request.origin())} asked to write files: denied")

    def _deny_protocol(self, request: QWebEngineRegisterProtocolHandlerRequest) -> None:
        request.reject()
        self.refused.emit(f"{shown_host(request.origin())} asked to open {request.scheme()} links: denied")

    def _new_window(self, request: QWebEngineNewWindowRequest) -> None:
        target = request.requestedUrl().toString()
        if not request.isUserInitiated():
            self.refused.emit(f"{shown_host(self.url())} tried to open a window on its own: blocked")
        elif may_open(self.source_url().toString(), target, Place.WINDOW):
            self.window_requested.emit(request)
        else:
            self.refused.emit(refusal(target))

    def _terminated(self, status: QWebEnginePage.RenderProcessTerminationStatus, _code: int) -> None:
        if status != QWebEnginePage.RenderProcessTerminationStatus.NormalTerminationStatus:
            self.load_failed.emit(self.url(), CRASHED)

    def _loading_changed(self, info: QWebEngineLoadingInfo) -> None:
        statuses = QWebEngineLoadingInfo.LoadStatus
        if info.status() != statuses.LoadStartedStatus and info.url() == self._loading_url:
            self._loading_url = QUrl()
        failed = info.status() == statuses.LoadFailedStatus
        if failed and info.errorDomain() == QWebEngineLoadingInfo.ErrorDomain.HttpStatusCodeDomain:
            self.status_failed.emit(info.url(), info.errorCode())
        elif failed and not info.isDownload() and info.errorCode() != ABORTED:
            self.load_failed.emit(info.url(), info.errorString() or f"error {info.errorCode()}")


def _words(name: str) -> str:
    """`MediaAudioCapture` -> `media audio capture`."""
    return "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name).strip()
