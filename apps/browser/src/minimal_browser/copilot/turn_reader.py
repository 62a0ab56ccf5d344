"""Reads a turn for the panel: everything that has arrived, at most once per frame."""

import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

from PyQt6.QtCore import QObject, QSocketNotifier
from PyQt6.sip import voidptr

from minimal_browser.toolkit.timers import once
from minimal_browser_core.copilot.events import TextDelta, TurnEvent, TurnFailed, TurnFinished
from minimal_browser_core.copilot.turn import Turn

FRAME = 1 / 60
MAX_TEXT = 4_000
"""Characters per frame: about 6 ms of rendering."""
SHARE = 4
"""After a frame that took t, the next one waits at least SHARE * t: most of the thread's time is left for the page."""


class TurnReader(QObject):
    """Passes the events of one turn to `receive` in order, and stops after the last one.

    `receive` is called on the GUI thread with a batch that is never empty.
    """

    def __init__(self, turn: Turn, receive: Callable[[Sequence[TurnEvent]], None], parent: QObject) -> None:
        super().__init__(parent)
        self._turn = turn
        self._receive = receive
        self._notifier = QSocketNotifier(voidptr(turn.fileno()), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._readable)
        self._frame = once(self, self._read)
        self._not_before = 0.0
        self._waiting: deque[TurnEvent] = deque()

    def _readable(self, *_: Any) -> None:
        # The descriptor stays readable until it is drained: do not watch it until the frame has read the events.
        self._notifier.setEnabled(False)
        self._schedule()

    def _schedule(self) -> None:
        self._frame.start(max(0, round((self._not_before - time.monotonic()) * 1000)))

    def _read(self) -> None:
        started = time.monotonic()
        self._waiting.extend(self._turn.drain())
        events = self._next_batch()
        if events:
            self._receive(events)
        if any(isinstance(event, TurnFinished | TurnFailed) for event in events):
            self.stop()
            return
        ended = time.monotonic()
        self._not_before = ended + max(FRAME, SHARE * (ended - started))
        if self._waiting:
            self._schedule()
        else:
            self._notifier.setEnabled(True)

    def _next_batch(self) -> list[TurnEvent]:
        """The oldest events, with at most as much text as one frame can show."""
        batch: list[TurnEvent] = []
        room = MAX_TEXT
        while self._waiting and room > 0:
            event = self._waiting.popleft()
            if isinstance(event, TextDelta):
                if len(event.text) > room:
                    self._waiting.appendleft(TextDelta(event.text[room:]))
                    event = TextDelta(event.text[:room])
                room -= len(event.text)
            batch.append(event)
        return batch

    def stop(self) -> None:
        self._notifier.setEnabled(False)
        self._frame.stop()
