"""The queue of events between the thread that receives a stream and its reader."""

import socket

from minimal_browser_core.chat.values import StreamEvent

from .condition import AwaitableCondition
from .protocol.accumulator import StreamAccumulator


class Channel(AwaitableCondition):
    """The receiving thread calls `begin`, `push` and `end`; the reader calls `take`, `fileno` and `cancel`."""

    def __init__(self) -> None:
        super().__init__()
        self.received = StreamAccumulator()
        self.has_head = False
        self.ended = False
        self.error: BaseException | None = None
        self._events: list[StreamEvent] = []
        self._reader: socket.socket | None = None
        self._writer: socket.socket | None = None
        self._signalled = False
        self._closed = False

    def begin(self, received: StreamAccumulator) -> None:
        """The response head has arrived; the rest of the response is collected in `received`."""
        with self.changed:
            if not self.ended:
                self.received, self.has_head = received, True
                self.notify()

    def push(self, events: list[StreamEvent]) -> None:
        """Add events for the reader; ignored after the end."""
        with self.changed:
            if events and not self.ended:
                self._events.extend(events)
                self._signal()
                self.notify()

    def end(self, error: BaseException | None = None) -> None:
        """End the stream, with an error or well; only the first call counts."""
        with self.changed:
            if not self.ended:
                self.ended, self.error = True, error
                self._signal()
                self.notify()

    def cancel(self, error: BaseException) -> bool:
        """End at once and drop unread events. Returns False if the stream had already ended."""
        with self.changed:
            if self.ended:
                return False
            self._events.clear()
            self.end(error)
            return True

    @property
    def is_ready(self) -> bool:
        """Whether `take` has events, or the end, to return."""
        return self.ended or bool(self._events)

    def take(self) -> list[StreamEvent]:
        """Return the waiting events. Once all were taken, raises the error that ended the stream."""
        with self.changed:
            events, self._events = self._events, []
            if not self.ended:
                self._unsignal()
            elif not events and self.error is not None:
                raise self.error
            return events

    def fileno(self) -> int:
        """Return a descriptor that is readable while `is_ready`. Raises `ValueError` after `close_descriptor`."""
        with self.changed:
            if self._closed:
                raise ValueError("the stream was closed: its descriptor is gone")
            if self._reader is None:
                self._reader, self._writer = socket.socketpair()
                self._reader.setblocking(False)
                if self.is_ready:
                    self._signal()
            return self._reader.fileno()

    def close_descriptor(self) -> None:
        """Close the descriptor of `fileno` for good."""
        with self.changed:
            self._closed = True
            for end in (self._reader, self._writer):
                if end is not None:
                    end.close()
            self._reader = self._writer = None

    def _signal(self) -> None:
        """Put one byte into the socket pair while the channel is ready; after the end it stays there."""
        if self._writer is not None and not self._signalled:
            self._signalled = True
            self._writer.send(b"\0")

    def _unsignal(self) -> None:
        if self._reader is not None and self._signalled:
            self._signalled = False
            self._reader.recv(1)
