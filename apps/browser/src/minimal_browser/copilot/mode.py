"""COPILOT mode: typing a question in the panel."""

from PyQt6.QtWidgets import QApplication, QWidget

from minimal_browser.copilot.controller import Copilot
from minimal_browser.keys.mode_handlers import ModeHandler
from minimal_browser_core.keys.modes import Mode


class CopilotMode(ModeHandler):
    """Gives the panel the focus, and keeps it while tabs change."""

    stays_on_tab_change = True

    def __init__(self, copilot: Copilot) -> None:
        self._copilot = copilot

    def enter(self, previous: Mode) -> None:
        focused = QApplication.focusWidget()
        if focused is None or not self._copilot.holds(focused):
            self._copilot.take_focus()

    def holds(self, widget: QWidget) -> bool:
        return self._copilot.holds(widget)
