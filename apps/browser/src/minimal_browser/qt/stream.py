"""From a turn's descriptor to the panel: everything that has arrived, at most once a frame."""

import time
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from PyQt6.QtCore import QObject, QSocketNotifier
from PyQt6.sip import voidptr

from minimal_browser.qt.timers import once
from minimal_browser_core.copilot.events import TurnEvent, TurnFailed, TurnFinished

FRAME = 1 / 60
SHARE = 4
"""After a frame that took t, the next comes no sooner than SHARE * t: most of the thread's time stays the page's."""


class Turn(Protocol):
    """What is needed of `copilot.session.Turn`."""

    def fileno(self) -> int: ...
    def drain(self) -> Sequence[TurnEvent]: ...


class TurnReader(QObject):
    """Hands the events of one turn to `receive`, in order; stops after the last one.

    `receive` is called on the GUI thread with a batch that is never empty.
    """

    def __init__(self, turn: Turn, receive: Callable[[Sequence[TurnEvent]], None], parent: QObject) -> None:
        super().__init__(parent)
        self._turn = turn
        self._receive = receive
        self._notifier = QSocketNotifier(voidptr(turn.fileno()), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._readable)
        self._frame = once(self, self._take)
        self._not_before = 0.0

    def _readable(self, *_: Any) -> None:
        # The descriptor stays readable until it is drained: off until the frame has taken what waits.
        self._notifier.setEnabled(False)
        wait = self._not_before - time.monotonic()
        if wait <= 0:
            self._take()
        else:
            self._frame.start(max(1, round(wait * 1000)))

    def _take(self) -> None:
        began = time.monotonic()
        events = self._turn.drain()
        if events:
            self._receive(events)
        if any(isinstance(event, TurnFinished | TurnFailed) for event in events):
            self.stop()
            return
        ended = time.monotonic()
        self._not_before = ended + max(FRAME, SHARE * (ended - began))
        self._notifier.setEnabled(True)

    def stop(self) -> None:
        self._notifier.setEnabled(False)
        self._frame.stop()
