"""HINT mode: from the keys that open it to the link that was followed."""

from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, pyqtSignal

from minimal_browser.page.view import WebView

if TYPE_CHECKING:
    from minimal_browser.hints.overlay import Followed, HintOverlay
from minimal_browser_core.errors import CommandError
from minimal_browser_core.window import OpenTarget


class Hinting(QObject):
    ended = pyqtSignal(bool)
    """No labels any more; True where a field of the page has the caret now."""
    link_chosen = pyqtSignal(str, OpenTarget)
    nothing_found = pyqtSignal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._overlay: HintOverlay | None = None
        self._where = OpenTarget.CURRENT
        self._early = ""
        self._ready = False

    def begin(self, view: WebView, where: OpenTarget) -> None:
        self.stop()
        if not view.address():
            raise CommandError("no page is open in this tab")
        self._where = where
        from minimal_browser.hints.overlay import HintOverlay

        overlay = self._overlay = HintOverlay(view)
        overlay.collect(lambda count: self._collected(overlay, count))

    def type(self, key: str) -> None:
        """A letter of a label. Letters typed before the labels are there count too."""
        if self._overlay is None:
            return
        if key == "<BS>":
            self._overlay.erase()
        elif not self._ready:
            self._early += key if len(key) == 1 else ""
        elif len(key) == 1 and (label := self._overlay.type(key)):
            self._overlay.hide()
            self._overlay.follow(label, elsewhere=self._where is not OpenTarget.CURRENT, followed=self._followed)

    def stop(self) -> None:
        if self._overlay is not None:
            self._overlay.hide()
            self._overlay.deleteLater()
        self._overlay = None
        self._early = ""
        self._ready = False

    @property
    def labels(self) -> list[str]:
        return list(self._overlay.places) if self._overlay is not None else []

    def _collected(self, overlay: "HintOverlay", count: int) -> None:
        if overlay is not self._overlay:
            return  # the person has left the mode in the meantime
        self._ready = True
        if count == 0:
            self.stop()
            self.nothing_found.emit()
            self.ended.emit(False)
            return
        for letter in self._early:
            self.type(letter)

    def _followed(self, result: "Followed") -> None:
        if self._overlay is None:
            return
        where = self._where
        self.stop()
        self.ended.emit(result.field)
        if result.href:
            # A link that asks for a window of its own gets a tab.
            self.link_chosen.emit(result.href, OpenTarget.TAB if where is OpenTarget.CURRENT else where)
