"""Answers requests for `mb://` pages: they are written in the background and sent when they are ready."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PyQt6 import sip
from PyQt6.QtCore import QBuffer, QByteArray, QObject, QUrl
from PyQt6.QtWebEngineCore import QWebEngineUrlRequestJob, QWebEngineUrlSchemeHandler

from minimal_browser.toolkit.not_null import not_null
from minimal_browser.toolkit.schemes import INTERNAL_SCHEME

if TYPE_CHECKING:
    from minimal_browser.background.background import Background

SCHEME = INTERNAL_SCHEME.decode()
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action mb:; base-uri 'none'; "
    "frame-ancestors 'none'"
)
_HEADERS = {
    b"Content-Security-Policy": POLICY.encode(),
    b"Referrer-Policy": b"no-referrer",
    b"X-Content-Type-Options": b"nosniff",
    b"Cache-Control": b"no-store",
}
WritePage = Callable[[str], str]
"""Writes the HTML for an address, in the background; for an address that leads nowhere it is a page that says so."""
SubmitForm = Callable[[str, Callable[[str], None]], None]
"""Does what a form asks for by its address, and passes on the address of the page to show next."""


class InternalPageHandler(QWebEngineUrlSchemeHandler):
    """Serves every profile of the process. Requests wait until `start`; from `close` on they are aborted."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._background: Background | None = None
        self._write: WritePage = str
        self._submit: SubmitForm = lambda _url, _done: None
        self._waiting: list[QWebEngineUrlRequestJob] = []
        self._closed = False

    def start(self, background: "Background", write: WritePage, submit: SubmitForm) -> None:
        """Serve the requests so far, and from now on at once."""
        self._background = background
        self._write = write
        self._submit = submit
        waiting, self._waiting = self._waiting, []
        for job in waiting:
            if not sip.isdeleted(job):
                self.requestStarted(job)

    def close(self) -> None:
        """Abort the requests that wait, and all later ones."""
        self._closed = True
        for job in self._waiting:
            _fail(job, QWebEngineUrlRequestJob.Error.RequestAborted)
        self._waiting.clear()

    def requestStarted(self, a0: QWebEngineUrlRequestJob | None) -> None:  # noqa: N802
        job = not_null(a0)
        if self._closed:
            _fail(job, QWebEngineUrlRequestJob.Error.RequestAborted)
            return
        if self._background is None:
            self._waiting.append(job)
            return
        method, url = job.requestMethod().data(), job.requestUrl().toString(QUrl.ComponentFormattingOption.FullyEncoded)
        if method == b"POST" and job.initiator().scheme() == SCHEME:
            self._submit(url, lambda next_url: _redirect(job, next_url))
        elif method == b"GET" and _may_read(job.initiator()):
            self._background.submit(
                lambda: self._write(url).encode("utf-8", "replace"),
                lambda body: _answer(job, body),
                lambda _error: _fail(job, QWebEngineUrlRequestJob.Error.RequestFailed),
            )
        else:
            _fail(job, QWebEngineUrlRequestJob.Error.RequestDenied)


def _may_read(initiator: QUrl) -> bool:
    """Only the user and internal pages: no page of the web may load, frame or link to these."""
    return initiator.isEmpty() or initiator.scheme() == SCHEME


def _answer(job: QWebEngineUrlRequestJob, body: bytes) -> None:
    if sip.isdeleted(job):
        return  # another page was opened in the meantime
    buffer = QBuffer(job)
    buffer.setData(QByteArray(body))
    job.setAdditionalResponseHeaders({QByteArray(k): [QByteArray(v)] for k, v in _HEADERS.items()})
    job.reply(b"text/html; charset=utf-8", buffer)


def _redirect(job: QWebEngineUrlRequestJob, url: str) -> None:
    """Answer a form: going back or reloading does not submit it again."""
    if not sip.isdeleted(job):
        job.redirect(QUrl(url))


def _fail(job: QWebEngineUrlRequestJob, error: QWebEngineUrlRequestJob.Error) -> None:
    if not sip.isdeleted(job):
        job.fail(error)
