"""The widget that shows one page, and how it is moved about."""

from PyQt6.QtCore import QByteArray, QDataStream, QEvent, QIODevice, QPointF, Qt, QUrl
from PyQt6.QtGui import QMouseEvent
from PyQt6.QtWebEngineCore import QWebEngineLoadingInfo, QWebEnginePage, QWebEngineScript
from PyQt6.QtWebEngineWidgets import QWebEngineView
from PyQt6.QtWidgets import QApplication

from minimal_browser.toolkit.not_null import not_null

ISOLATED_WORLD = QWebEngineScript.ScriptWorldId.ApplicationWorld.value
"""Where our scripts run in a page: it shares the DOM, and sees none of our names."""

ZOOM_STEPS = (25, 33, 50, 67, 75, 80, 90, 100, 110, 125, 150, 175, 200, 250, 300, 400, 500)

# Scrolls what the person would expect: the page, or where that does not scroll, the scrollable box in its middle.
_SCROLLER = """
(() => {
  const root = document.scrollingElement || document.documentElement;
  const may = (e) => /auto|scroll|overlay/.test(getComputedStyle(e).overflowY);
  const scrolls = (e) => e.scrollHeight > e.clientHeight + 1 && may(e);
  let box = root;
  if (root.scrollHeight <= innerHeight + 1) {
    let e = document.activeElement;
    while (e && e !== document.body && !scrolls(e)) e = e.parentElement;
    if (!e || e === document.body) {
      e = document.elementFromPoint(innerWidth / 2, innerHeight / 2);
      while (e && !scrolls(e)) e = e.parentElement;
    }
    if (e) box = e;
  }
  const height = box === root ? innerHeight : box.clientHeight;
  %s
})();
"""
ARROW_KEY_PIXELS = 40


class WebView(QWebEngineView):
    def __init__(self, page: QWebEnginePage) -> None:
        super().__init__()
        self.web_page = page
        self._wanted = QUrl()
        self._loads_data = self._is_data = False
        page.setParent(self)
        page.loadingChanged.connect(self._loading_changed)
        page.loadFinished.connect(self._load_finished)
        self.setPage(page)

    def run(self, script: str) -> None:
        """Run a script of ours in the page, unseen by the page's own."""
        self.web_page.runJavaScript(script, ISOLATED_WORLD)

    def scroll_by(self, columns: float, lines: float) -> None:
        x, y = columns * ARROW_KEY_PIXELS, lines * ARROW_KEY_PIXELS
        self.run(_SCROLLER % f"box.scrollBy({{left: {x:f}, top: {y:f}, behavior: 'instant'}});")

    def scroll_page(self, pages: float) -> None:
        self.run(_SCROLLER % f"box.scrollBy({{top: height * {pages:f}, behavior: 'instant'}});")

    def scroll_to(self, percent: float) -> None:
        top = f"(box.scrollHeight - height) * {percent / 100:f}"
        self.run(_SCROLLER % f"box.scrollTo({{top: {top}, behavior: 'instant'}});")

    def click(self, x: float, y: float) -> None:
        """As the mouse would, at CSS pixels of the window: for the page the person has done it."""
        page = self.focusProxy()
        if page is None:
            return
        at = QPointF(x, y) * self.zoomFactor()
        left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
        for kind, held in ((QEvent.Type.MouseButtonPress, left), (QEvent.Type.MouseButtonRelease, none)):
            event = QMouseEvent(kind, at, page.mapToGlobal(at), left, held, Qt.KeyboardModifier.NoModifier)
            QApplication.sendEvent(page, event)

    def drop_page_focus(self) -> None:
        """Take the caret out of the page's field, so that no input method stays at work there."""
        self.run("document.activeElement && document.activeElement !== document.body && document.activeElement.blur();")

    def has_text_focus(self) -> bool:
        """Whether the page has a caret in a field, in any of its frames; the page cannot pretend to."""
        proxy = self.focusProxy()
        return proxy is not None and bool(proxy.inputMethodQuery(Qt.InputMethodQuery.ImEnabled))

    def zoom_by(self, steps: int) -> None:
        now = round(self.zoomFactor() * 100)
        larger = [step for step in ZOOM_STEPS if step > now]
        smaller = [step for step in ZOOM_STEPS if step < now][::-1]
        scale = larger if steps > 0 else smaller
        if scale and steps:
            self.zoom_to(scale[min(abs(steps), len(scale)) - 1])

    def zoom_to(self, percent: int) -> None:
        self.setZoomFactor(percent / 100)

    def history_bytes(self) -> QByteArray:
        kept = QByteArray()
        stream = QDataStream(kept, QIODevice.OpenModeFlag.WriteOnly)
        stream << not_null(self.history())  # type: ignore[operator]  # the stubs leave it out
        return kept

    def restore_history(self, kept: QByteArray) -> None:
        stream = QDataStream(kept, QIODevice.OpenModeFlag.ReadOnly)
        stream >> not_null(self.history())  # type: ignore[operator]  # the stubs leave it out

    def at_entry(self) -> QUrl:
        """The address of the history's current entry, which may not be loaded yet; empty where it has none."""
        history = not_null(self.history())
        return history.currentItem().url() if history.count() else QUrl()

    def wanted(self) -> QUrl:
        """Where the view is going, while it loads; else where it is. Chromium's history knows only where it is."""
        return self.url() if self._wanted.isEmpty() else self._wanted

    def _loading_changed(self, info: QWebEngineLoadingInfo) -> None:
        status, kinds = info.status(), QWebEngineLoadingInfo.LoadStatus
        started = status == kinds.LoadStartedStatus
        by_server = info.errorDomain() == QWebEngineLoadingInfo.ErrorDomain.HttpStatusCodeDomain
        if started:
            self._loads_data = info.url().scheme() == "data"
        elif status == kinds.LoadFailedStatus and by_server:
            self._is_data = False  # it sent a page about its error
        self._wanted = info.url() if started and not self._loads_data else QUrl()

    def _load_finished(self, ok: bool) -> None:
        if ok:
            self._is_data = self._loads_data

    def shows_error(self) -> bool:
        """Whether HTML of ours stands for the page at this address: Chromium loads it as `data:`, and nothing else that
        keeps another address. So it is after a reload and on the way back, too.
        """
        return self._is_data and self.url().scheme() != "data"

    def address(self) -> str:
        """What the status bar and commands call this page; "" before anything was opened."""
        url = self.url()
        if url.isEmpty() or url == QUrl("about:blank"):
            return ""
        # Qt gives our own pages a path; nobody types it.
        return url.toString().replace("/?", "?").removesuffix("/") if url.scheme() == "mb" else url.toString()
