"""What each mode does besides its key bindings: a registry of handlers, so that the keyboard knows no mode by name."""

from PyQt6.QtWidgets import QWidget

from minimal_browser_core.keys.modes import Mode


class ModeHandler:
    """The hooks of a mode. This base class is a mode that does nothing."""

    stays_on_tab_change = False
    """Whether the mode goes on when another tab is selected; else NORMAL mode is entered."""

    def enter(self, previous: Mode) -> None:
        """Called when the mode has been entered, and again if it is entered while it is active: take the focus."""

    def leave(self, following: Mode) -> None:
        """Called when `following` has been entered and has the focus: discard unfinished input."""

    def key(self, key: str) -> None:
        """Handle a key without a binding, in a mode whose unbound keys go to its handler."""

    def holds(self, widget: QWidget) -> bool:
        """Whether `widget` is part of the mode's own input, so that focusing it enters the mode."""
        return False


class ModeHandlers:
    """The handlers of a window, by mode."""

    def __init__(self) -> None:
        self._handlers: dict[Mode, ModeHandler] = {}
        self._none = ModeHandler()

    def register(self, mode: Mode, handler: ModeHandler) -> None:
        self._handlers[mode] = handler

    def get(self, mode: Mode) -> ModeHandler:
        return self._handlers.get(mode, self._none)

    def holding(self, widget: QWidget) -> Mode | None:
        return next((mode for mode, handler in self._handlers.items() if handler.holds(widget)), None)

    def has_input(self, mode: Mode) -> bool:
        """Whether the mode has an input of its own, which the focus can leave for the page."""
        return type(self.get(mode)).holds is not ModeHandler.holds
