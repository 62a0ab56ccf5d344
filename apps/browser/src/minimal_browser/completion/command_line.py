"""COMMAND mode: opening the command line and leaving it."""

from PyQt6.QtWidgets import QWidget

from minimal_browser.completion.command_line_widget import CommandLineWidget
from minimal_browser.completion.suggestions import Suggestions
from minimal_browser.keys.mode_handlers import ModeHandler
from minimal_browser_core.keys.modes import Mode
from minimal_browser_core.window import CommandLinePrefix, Modes


class CommandLine(ModeHandler):
    """The line that `:`, `/` and `?` open."""

    def __init__(self, widget: CommandLineWidget, suggestions: Suggestions, modes: Modes) -> None:
        self.widget = widget
        self._suggestions = suggestions
        self._modes = modes
        suggestions.changed.connect(widget.refresh)
        widget.cancelled.connect(lambda: modes.enter(Mode.NORMAL))

    def open(self, prefix: CommandLinePrefix = ":", text: str = "") -> None:
        self._suggestions.refresh()
        self.widget.open(prefix, text)
        self._modes.enter(Mode.COMMAND)

    def enter(self, previous: Mode) -> None:
        if not self.widget.isVisible():
            self.widget.open(":", "")
        self.widget.edit.setFocus()

    def leave(self, following: Mode) -> None:
        self.widget.close_line()

    def holds(self, widget: QWidget) -> bool:
        return self.widget.isAncestorOf(widget)
