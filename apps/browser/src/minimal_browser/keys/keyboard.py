"""Modal input: core's dispatcher sees every key of the window before any widget does."""

import logging
from collections.abc import Callable

from PyQt6.QtCore import QCoreApplication, QEvent, QObject, pyqtSignal
from PyQt6.QtGui import QKeyEvent, QWindow
from PyQt6.QtWidgets import QApplication

from minimal_browser.keys.key_names import copy_of, key_name
from minimal_browser.keys.mode_handlers import ModeHandlers
from minimal_browser.toolkit.timers import once
from minimal_browser_core.keys.dispatcher import (
    KeyDispatcher,
    Outcome,
    PassToHandler,
    PassToPage,
    Pending,
    Run,
    Unbound,
)
from minimal_browser_core.keys.keymap import Keymap
from minimal_browser_core.keys.modes import Mode

log = logging.getLogger(__name__)

AMBIGUOUS_MS = 600
"""How long a key that is a command and also begins a longer one waits for the longer one."""
MAX_HELD_KEYS = 32


class Keyboard(QObject):
    """Filters the events of the top-level window, so that no widget, least of all the page, gets a key first."""

    mode_changed = pyqtSignal(Mode)
    pending_changed = pyqtSignal(str)
    clicked = pyqtSignal()
    """A mouse button was released in the window: the focus in the page may have moved."""

    def __init__(
        self, keymap: Keymap, handlers: ModeHandlers, run: Callable[[str, int | None], None], parent: QObject
    ) -> None:
        super().__init__(parent)
        self.keymap = keymap
        self.handlers = handlers
        self._dispatcher = KeyDispatcher(keymap)
        self._run = run
        self._held: list[tuple[str, QKeyEvent]] = []
        self._timer = once(self, self._timed_out, AMBIGUOUS_MS)

    @property
    def mode(self) -> Mode:
        return self._dispatcher.mode

    def enter(self, mode: Mode) -> None:
        """Enter a mode: its handler takes the focus, then that of the previous mode discards unfinished input."""
        previous = self.mode
        self._timer.stop()
        self._held.clear()
        self._dispatcher.set_mode(mode)
        self.pending_changed.emit("")
        self.mode_changed.emit(mode)
        self.handlers.get(mode).enter(previous)
        if mode is not previous:
            # After the focus is gone: Qt would pass it on as if by Tab, and the page would show its first link focused.
            self.handlers.get(previous).leave(mode)

    def watch(self, window: QWindow) -> None:
        window.installEventFilter(self)

    def eventFilter(self, a0: QObject | None, a1: QEvent | None) -> bool:  # noqa: N802
        if a1 is None:
            return False
        kind = a1.type()
        if kind == QEvent.Type.KeyPress and isinstance(a1, QKeyEvent):
            return self._pressed(a1)
        if kind == QEvent.Type.KeyRelease and isinstance(a1, QKeyEvent):
            return self._keeps(self._name(a1))
        if kind == QEvent.Type.ShortcutOverride and isinstance(a1, QKeyEvent):
            # Accepted, or a focused field would take Ctrl+W and the like as its own editing keys.
            if self._keeps(self._name(a1)):
                a1.accept()
                return True
        elif kind == QEvent.Type.MouseButtonRelease:
            self.clicked.emit()
        return False

    def _name(self, event: QKeyEvent) -> str | None:
        return key_name(event, for_text=not self.mode.withholds_characters)

    def _keeps(self, key: str | None) -> bool:
        """Whether the widget with the focus must not see this key at all."""
        if key is None or not self.mode.withholds_characters:
            return False
        return len(key) == 1 or key in ("<Space>", "<lt>")

    def _pressed(self, event: QKeyEvent) -> bool:
        key = self._name(event)
        if key is None:
            return False
        self._timer.stop()
        self._held.append((key, copy_of(event)))
        del self._held[:-MAX_HELD_KEYS]
        return not self._handle(self._dispatcher.feed(key), fed=key)

    def _timed_out(self) -> None:
        self._handle(self._dispatcher.flush(), fed=None)

    def _handle(self, outcomes: list[Outcome], fed: str | None) -> bool:
        """Carry out the dispatcher's outcomes. True if the event of `fed` may go on to the widget with the focus."""
        goes_on = False
        pending = ""
        for place, outcome in enumerate(outcomes):
            match outcome:
                case Run(command, count):
                    self._run(command, count)
                case Pending(text, is_command):
                    pending = text
                    if is_command:
                        self._timer.start()
                case PassToPage(keys):
                    last = fed is not None and place == len(outcomes) - 1
                    goes_on = self._pass_on(keys, last_goes_on=last)
                case PassToHandler(keys):
                    for key in keys:
                        self.handlers.get(self.mode).key(key)
                case Unbound():
                    pass
        if not pending:
            self._held.clear()
        self.pending_changed.emit(pending)
        return goes_on

    def _pass_on(self, keys: tuple[str, ...], *, last_goes_on: bool) -> bool:
        for key in keys[:-1] if last_goes_on else keys:
            self._send_again(key)
        return last_goes_on

    def _send_again(self, key: str) -> None:
        """Press and release a key that was held back while a longer command was possible."""
        index = next((index for index, (name, _) in enumerate(self._held) if name == key), None)
        target = QApplication.focusWidget()
        if index is None or target is None:
            return
        _, press = self._held.pop(index)
        release = QKeyEvent(QEvent.Type.KeyRelease, press.key(), press.modifiers(), press.text())
        for event in (press, release):
            QCoreApplication.sendEvent(target, event)
