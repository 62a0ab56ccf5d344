"""HINT mode: from the keys that open it to the followed link."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from minimal_browser.keys.mode_handlers import ModeHandler
from minimal_browser.page.view import WebView
from minimal_browser_core.errors import CommandError
from minimal_browser_core.keys.modes import Mode
from minimal_browser_core.navigation_policy import Place, may_open, refusal
from minimal_browser_core.window import MessageLevel, Messages, Modes, OpenTarget

if TYPE_CHECKING:
    from minimal_browser.hints.overlay import Followed, HintOverlay


class Hints(ModeHandler):
    """Labels the links and fields of the current page and follows the one whose label is typed."""

    def __init__(
        self,
        view: Callable[[], WebView],
        modes: Modes,
        messages: Messages,
        open_link: Callable[[str, OpenTarget], None],
    ) -> None:
        """`view` returns that of the current tab. `open_link` opens the address of a chosen link."""
        self._view = view
        self._modes = modes
        self._messages = messages
        self._open_link = open_link
        self._overlay: HintOverlay | None = None
        self._where = OpenTarget.CURRENT
        self._early_letters = ""
        self._collected = False

    def start(self, where: OpenTarget = OpenTarget.CURRENT) -> None:
        if not self._view().address():
            raise CommandError("No page is open in this tab. :open opens one.")
        self._where = where
        self._modes.enter(Mode.HINT)

    def enter(self, previous: Mode) -> None:
        from minimal_browser.hints.overlay import HintOverlay

        self._remove_overlay()
        overlay = self._overlay = HintOverlay(self._view())
        overlay.collect(lambda count: self._labelled(overlay, count))

    def leave(self, following: Mode) -> None:
        self._remove_overlay()
        self._where = OpenTarget.CURRENT

    def key(self, key: str) -> None:
        """Take a letter of a label. Letters typed before the labels are there count too."""
        overlay = self._overlay
        if overlay is None:
            return
        if key == "<BS>":
            overlay.erase()
        elif not self._collected:
            self._early_letters += key if len(key) == 1 else ""
        elif len(key) == 1 and (label := overlay.type(key)):
            overlay.hide()
            elsewhere = self._where is not OpenTarget.CURRENT
            overlay.follow(label, elsewhere=elsewhere, done=lambda result: self._followed(overlay, result))

    @property
    def labels(self) -> list[str]:
        return list(self._overlay.places) if self._overlay is not None else []

    def _remove_overlay(self) -> None:
        if self._overlay is not None:
            self._overlay.hide()
            self._overlay.deleteLater()
        self._overlay = None
        self._early_letters = ""
        self._collected = False

    def _labelled(self, overlay: "HintOverlay", count: int) -> None:
        if overlay is not self._overlay:
            return  # the mode was left in the meantime
        self._collected = True
        if count == 0:
            self._modes.enter(Mode.NORMAL)
            self._messages.show("There is nothing to follow in view.", MessageLevel.WARNING)
            return
        for letter in self._early_letters:
            self.key(letter)

    def _followed(self, overlay: "HintOverlay", result: "Followed") -> None:
        if overlay is not self._overlay:
            return
        where = self._where
        self._modes.enter(Mode.INSERT if result.field else Mode.NORMAL)
        if not result.href:
            return
        if not may_open(result.source, result.href, Place.TAB if result.elsewhere else Place.IN_PLACE):
            self._messages.show(refusal(result.href), MessageLevel.WARNING)
        elif result.elsewhere:
            # A link that asks for a window of its own gets a tab.
            self._open_link(result.href, OpenTarget.TAB if where is OpenTarget.CURRENT else where)
