"""Timers that fire once."""

from collections.abc import Callable

from PyQt6.QtCore import QObject, QTimer


def once(parent: QObject, call: Callable[[], None], milliseconds: int = 0) -> QTimer:
    """Not running yet; `start` begins it, again and again if need be, and ends with `parent`."""
    timer = QTimer(parent)
    timer.setSingleShot(True)
    timer.setInterval(milliseconds)
    timer.timeout.connect(call)
    return timer
