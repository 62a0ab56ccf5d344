"""Timers that fire once."""

from collections.abc import Callable

from PyQt6.QtCore import QObject, QTimer


def once(parent: QObject, call: Callable[[], None], milliseconds: int = 0) -> QTimer:
    """Return a single-shot timer, not started yet. `start` may be called repeatedly; `parent` deletes the timer."""
    timer = QTimer(parent)
    timer.setSingleShot(True)
    timer.setInterval(milliseconds)
    timer.timeout.connect(call)
    return timer
