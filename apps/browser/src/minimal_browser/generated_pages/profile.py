"""The isolated profile of pages that a model wrote.

Three barriers, each sufficient on its own: an off-the-record profile that nothing else uses; a response with
`Content-Security-Policy: sandbox`, which makes the origin opaque, and `default-src 'none'`; an interceptor that blocks
every request. Permissions and downloads are refused. `guard.js` removes from the page what reaches the network without
a request (WebRTC, a `<link>` that preconnects). The user is asked before a link opens, as a script can click it too.
"""

import re
from pathlib import Path

from PyQt6.QtCore import QBuffer, QByteArray, QObject, QUrl, QUuid, pyqtSignal
from PyQt6.QtWebEngineCore import (
    QWebEngineDownloadRequest,
    QWebEngineNewWindowRequest,
    QWebEnginePage,
    QWebEngineProfile,
    QWebEngineScript,
    QWebEngineSettings,
    QWebEngineUrlRequestInfo,
    QWebEngineUrlRequestInterceptor,
    QWebEngineUrlRequestJob,
    QWebEngineUrlSchemeHandler,
)

from minimal_browser.toolkit.not_null import not_null
from minimal_browser.toolkit.schemes import GENERATED_SCHEME

SCHEME = GENERATED_SCHEME.decode()
POLICY = (
    "sandbox allow-scripts allow-popups; default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; "
    "img-src data: blob:; media-src data: blob:; font-src data:; form-action 'none'; base-uri 'none'; "
    "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types default"
)
GUARD = Path(__file__).with_name("guard.js")
_LINK = re.compile("<(?=link)", re.IGNORECASE)
_HEADERS = {
    b"Content-Security-Policy": POLICY.encode(),
    b"Referrer-Policy": b"no-referrer",
    b"X-Content-Type-Options": b"nosniff",
    b"Permissions-Policy": b"camera=(), microphone=(), geolocation=(), clipboard-read=(), clipboard-write=()",
}
_INLINE = ("data", "blob")


class _Handler(QWebEngineUrlSchemeHandler):
    """Serves each document at an address that cannot be guessed."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.documents: dict[str, bytes] = {}

    def requestStarted(self, a0: QWebEngineUrlRequestJob | None) -> None:  # noqa: N802
        job = not_null(a0)
        document = self.documents.get(job.requestUrl().path())
        if document is None or job.requestMethod().data() != b"GET":
            job.fail(QWebEngineUrlRequestJob.Error.UrlNotFound)
            return
        body = QBuffer(job)
        body.setData(QByteArray(document))
        job.setAdditionalResponseHeaders({QByteArray(k): [QByteArray(v)] for k, v in _HEADERS.items()})
        job.reply(b"text/html; charset=utf-8", body)


class _Interceptor(QWebEngineUrlRequestInterceptor):
    def interceptRequest(self, info: QWebEngineUrlRequestInfo) -> None:  # noqa: N802
        document = (
            info.requestUrl().scheme() == SCHEME
            and info.resourceType() == QWebEngineUrlRequestInfo.ResourceType.ResourceTypeMainFrame
        )
        info.block(not document and info.requestUrl().scheme() not in _INLINE)


class GeneratedPage(QWebEnginePage):
    """One document, which cannot be left for another page and reaches nothing."""

    link_followed = pyqtSignal(str)
    """The user or a script clicked an http or https link; it may open in a tab once the user agrees."""
    refused = pyqtSignal(str)

    def __init__(self, profile: QWebEngineProfile, home: QUrl, parent: QObject) -> None:
        super().__init__(profile, parent)
        self._home = home
        self.permissionRequested.connect(lambda permission: permission.deny())
        self.fileSystemAccessRequested.connect(lambda request: request.reject())
        self.registerProtocolHandlerRequested.connect(lambda request: request.reject())
        self.newWindowRequested.connect(self._new_window)

    def acceptNavigationRequest(  # noqa: N802
        self,
        url: QUrl,
        type: QWebEnginePage.NavigationType,
        isMainFrame: bool,  # noqa: N803
    ) -> bool:
        if isMainFrame and url == self._home:
            return True
        clicked = type == QWebEnginePage.NavigationType.NavigationTypeLinkClicked
        if isMainFrame and clicked and url.scheme() in ("http", "https"):
            self.link_followed.emit(url.toString())
        elif isMainFrame:
            self.refused.emit("The generated page tried to leave: blocked")
        return False

    def _new_window(self, request: QWebEngineNewWindowRequest) -> None:
        if request.requestedUrl().scheme() in ("http", "https"):
            self.link_followed.emit(request.requestedUrl().toString())

    # Untrusted pages may not open dialogs over the window.
    def javaScriptAlert(self, securityOrigin: QUrl, msg: str | None) -> None:  # noqa: N802, N803
        return

    def javaScriptConfirm(self, securityOrigin: QUrl, msg: str | None) -> bool:  # noqa: N802, N803
        return False


def _guard() -> QWebEngineScript:
    script = QWebEngineScript()
    script.setName("guard")
    script.setSourceCode(GUARD.read_text(encoding="utf-8"))
    script.setInjectionPoint(QWebEngineScript.InjectionPoint.DocumentCreation)
    script.setWorldId(QWebEngineScript.ScriptWorldId.MainWorld.value)
    script.setRunsOnSubFrames(True)
    return script


class GeneratedProfile(QObject):
    """The profile of all generated pages of the process, created with the first one."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.profile = QWebEngineProfile(self)
        self._handler = _Handler(self)
        self._interceptor = _Interceptor(self)
        self.profile.installUrlSchemeHandler(GENERATED_SCHEME, self._handler)
        self.profile.setUrlRequestInterceptor(self._interceptor)
        self.profile.downloadRequested.connect(self._refuse_download)
        not_null(self.profile.scripts()).insert(_guard())
        settings = not_null(self.profile.settings())
        attribute = QWebEngineSettings.WebAttribute
        for off in (
            attribute.LocalStorageEnabled,
            attribute.PluginsEnabled,
            attribute.PdfViewerEnabled,
            attribute.FullScreenSupportEnabled,
            attribute.LocalContentCanAccessFileUrls,
            attribute.LocalContentCanAccessRemoteUrls,
            attribute.JavascriptCanAccessClipboard,
            attribute.JavascriptCanPaste,
            attribute.HyperlinkAuditingEnabled,
            attribute.DnsPrefetchEnabled,
            attribute.ScreenCaptureEnabled,
            attribute.ErrorPageEnabled,
            attribute.AutoLoadIconsForPage,
        ):
            settings.setAttribute(off, False)

    def add(self, html: str) -> QUrl:
        """Store a document in memory; its address works in this profile only, until the program ends."""
        name = QUuid.createUuid().toString(QUuid.StringFormat.WithoutBraces)
        self._handler.documents[name] = _LINK.sub("<x-", html).encode("utf-8", "replace")
        return QUrl(f"{SCHEME}:{name}")

    def page(self, url: QUrl, parent: QObject) -> GeneratedPage:
        """Return the page for the document at `url`; a view must be created for it, which then owns it."""
        return GeneratedPage(self.profile, url, parent)

    @staticmethod
    def _refuse_download(request: QWebEngineDownloadRequest) -> None:
        request.cancel()
