"""`mb://`: our own pages, written on the worker and answered when they are ready."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PyQt6 import sip
from PyQt6.QtCore import QBuffer, QByteArray, QObject, QUrl
from PyQt6.QtWebEngineCore import QWebEngineUrlRequestJob, QWebEngineUrlSchemeHandler

from minimal_browser.startup.qt_application import OWN_SCHEME
from minimal_browser.toolkit.not_null import not_null

if TYPE_CHECKING:
    from minimal_browser.background.background import Background

SCHEME = OWN_SCHEME.decode()
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


class OwnPages(QWebEngineUrlSchemeHandler):
    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._background: Background | None = None
        self._write: Callable[[str], str] = str
        self._act: Callable[[str, Callable[[str], None]], None] = lambda _url, _done: None
        self._waiting: list[QWebEngineUrlRequestJob] = []

    def serve_with(
        self,
        background: "Background",
        write: Callable[[str], str],
        act: Callable[[str, Callable[[str], None]], None],
    ) -> None:
        """`write` turns an address into HTML, on the worker; it does not raise for one that leads nowhere.

        `act` does what a form of ours asks for by its address, and calls back with the address to go on to.
        """
        self._background = background
        self._write = write
        self._act = act
        waiting, self._waiting = self._waiting, []
        for job in waiting:
            if not sip.isdeleted(job):
                self.requestStarted(job)

    def requestStarted(self, a0: QWebEngineUrlRequestJob | None) -> None:  # noqa: N802
        job = not_null(a0)
        if self._background is None:
            self._waiting.append(job)
            return
        background = self._background
        method, url = job.requestMethod().data(), job.requestUrl().toString(QUrl.ComponentFormattingOption.FullyEncoded)
        if method == b"POST" and job.initiator().scheme() == SCHEME:
            self._act(url, lambda next_url: self._redirect(job, next_url))
            return
        if method != b"GET" or not self._ours(job.initiator()):
            job.fail(QWebEngineUrlRequestJob.Error.RequestDenied)
            return
        background.submit(
            lambda: self._write(url).encode("utf-8", "replace"),
            lambda body: self._answer(job, body),
            lambda _error: self._fail(job),
        )

    @staticmethod
    def _ours(initiator: QUrl) -> bool:
        """The person, or one of our own pages: no page of the web may load, frame or link to these."""
        return initiator.isEmpty() or initiator.scheme() == SCHEME

    @staticmethod
    def _answer(job: QWebEngineUrlRequestJob, body: bytes) -> None:
        if sip.isdeleted(job):
            return  # the person has gone elsewhere in the meantime
        buffer = QBuffer(job)
        buffer.setData(QByteArray(body))
        job.setAdditionalResponseHeaders({QByteArray(k): [QByteArray(v)] for k, v in _HEADERS.items()})
        job.reply(b"text/html; charset=utf-8", buffer)

    @staticmethod
    def _redirect(job: QWebEngineUrlRequestJob, url: str) -> None:
        """The answer to a form: going back or reloading does not send it again."""
        if not sip.isdeleted(job):
            job.redirect(QUrl(url))

    @staticmethod
    def _fail(job: QWebEngineUrlRequestJob) -> None:
        if not sip.isdeleted(job):
            job.fail(QWebEngineUrlRequestJob.Error.RequestFailed)
