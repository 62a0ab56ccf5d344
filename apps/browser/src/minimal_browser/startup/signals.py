"""Quits on SIGTERM and SIGHUP, as sent at logout, like closing the windows does."""

import os
import signal
from collections.abc import Callable
from types import FrameType

from PyQt6.QtCore import QObject, QSocketNotifier
from PyQt6.sip import voidptr


class Signals(QObject):
    """Calls `end` on the GUI thread; `caught` is the last signal. Once per process, POSIX only.

    Python handles a signal when it next runs, which in Qt's event loop may be never: a pipe wakes the loop.
    """

    def __init__(self, end: Callable[[], None], parent: QObject) -> None:
        super().__init__(parent)
        self.caught = 0
        self._end = end
        self._read, write = os.pipe()
        for end_of_pipe in (self._read, write):
            os.set_blocking(end_of_pipe, False)
        signal.set_wakeup_fd(write, warn_on_full_buffer=False)
        notifier = QSocketNotifier(voidptr(self._read), QSocketNotifier.Type.Read, self)
        notifier.activated.connect(lambda: os.read(self._read, 64))
        for number in (signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) is not signal.SIG_IGN:  # as nohup leaves it
                signal.signal(number, self._handle)

    def _handle(self, number: int, _frame: FrameType | None) -> None:
        self.caught = number
        self._end()
