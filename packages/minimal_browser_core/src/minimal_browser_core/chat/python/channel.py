"""The queue of events between the thread that receives a stream and its reader."""

import copy
import os
import socket
import sys
from collections import deque
from contextlib import nullcontext

from minimal_browser_core.chat.values import StreamEvent

from .condition import AwaitableCondition
from .protocol.accumulator import StreamAccumulator

_EVENT_SIZE = 64  # bytes that an event counts beside its text


class Channel(AwaitableCondition):
    """The receiving thread calls `begin`, `push` and `end`; the reader calls `take`, `fileno` and `cancel`.

    When `max_buffered_bytes` wait for the reader, the channel is full until half of them are taken: then the receiving
    thread should wait for `has_room`. What comes in no event, such as a tool call in progress, counts until the reader
    waits for an event. The channel belongs to the process that made it.
    """

    def __init__(self, max_buffered_bytes: int = sys.maxsize) -> None:
        super().__init__()
        self._process = os.getpid()
        self._max_size = max_buffered_bytes
        self._size = 0
        self._silent_size = 0
        """Of what arrived in no event since the reader last found nothing."""
        self._is_full = False
        self._is_awaited = False
        """Whether the reader found nothing the last time."""
        self.received = StreamAccumulator()
        self.has_head = False
        self.ended = False
        self.error: BaseException | None = None
        self._events: deque[StreamEvent] = deque()
        self._reader: socket.socket | None = None
        self._writer: socket.socket | None = None
        self._signalled = False
        self._closed = False

    def begin(self, received: StreamAccumulator) -> None:
        """The response head has arrived; the rest of the response is collected in `received`."""
        with self.changed:
            if not self.ended:
                self.received, self.has_head = received, True
                self._silent_size = 0
                self.notify()

    def push(self, events: list[StreamEvent], silent_bytes: int = 0) -> None:
        """Add events for the reader, and how many bytes arrived in none; ignored after the end."""
        with self.changed:
            if self.ended:
                return
            self._silent_size += silent_bytes
            if events:
                self._events.extend(events)
                self._size += sum(map(_size_of, events))
                self._signal()
                self.notify()
            self._is_full = self._is_full or self._exceeds(self._max_size - 1)

    def _exceeds(self, size: int) -> bool:
        is_waiting = self._is_awaited and not self._events
        return self._size > size or (self._silent_size > size and not is_waiting)

    def end(self, error: BaseException | None = None) -> None:
        """End the stream, with an error or well; only the first call counts."""
        with self.changed:
            if not self.ended:
                self.ended, self.error = True, error
                self._signal()
                self.notify()

    def cancel(self, error: BaseException) -> bool:
        """End at once and drop unread events. Returns False if the stream had already ended, or is inherited."""
        if self.is_inherited:
            return False
        with self.changed:
            if self.ended:
                return False
            self._events.clear()
            self._size = 0
            self.end(error)
            return True

    def has_room(self) -> bool:
        """Whether the receiving thread may go on. The condition `changed` announces it."""
        return self.ended or not self._is_full

    @property
    def is_ready(self) -> bool:
        """Whether `take` has events, or the end, to return."""
        return self.ended or bool(self._events)

    def await_events(self) -> bool:
        """Return `is_ready`. If it is false, the reader needs whatever comes before the next event."""
        with self.changed:
            if not self.is_ready:
                self._await_more()
            return self.is_ready

    def _await_more(self) -> None:
        self._is_awaited, self._silent_size = True, 0
        self._make_room()

    def _make_room(self) -> None:
        if self._is_full and not self._exceeds(self._max_size // 2):
            self._is_full = False
            self.notify()

    def take(self) -> list[StreamEvent]:
        """Return the waiting events. Once all were taken, raises the error that ended the stream."""
        return self._take(sys.maxsize)

    def take_some(self) -> list[StreamEvent]:
        """Take a part of the waiting events, at least one: for a reader that may not read on at once."""
        return self._take(self._max_size // 8)

    def _take(self, size: int) -> list[StreamEvent]:
        self.check_process()
        with self.changed:
            events: list[StreamEvent] = []
            while self._events and (size > 0 or not events):
                events.append(self._events.popleft())
                taken = _size_of(events[-1])
                size -= taken
                self._size -= taken
            self._is_awaited = False
            if not self._events and (self._reader is not None or not events):
                # A reader that watches the descriptor waits whenever there is nothing to read.
                self._await_more()
            self._make_room()
            if not self.is_ready:
                self._unsignal()
            elif not events:
                self.raise_error()
            return events

    def raise_error(self) -> None:
        """Raise the error that ended the stream, if any.

        It is a copy, because the traceback refers to the reader's frames: with the error itself, the channel would keep
        alive the stream that reads it, whose end releases the channel.
        """
        if self.error is not None:
            raise copy.copy(self.error) from self.error.__cause__

    @property
    def is_inherited(self) -> bool:
        """Whether this is a forked child, where the receiving thread does not exist and locks may be held."""
        return self._process != os.getpid()

    def check_process(self) -> None:
        """Raise `RuntimeError` if the channel is inherited."""
        if self.is_inherited:
            raise RuntimeError("this stream belongs to the process that opened it; open a new one after a fork")

    def fileno(self) -> int:
        """Return a descriptor that is readable while `is_ready`. Raises `ValueError` after `close_descriptor`."""
        self.check_process()
        with self.changed:
            if self._closed:
                raise ValueError("the stream was closed: its descriptor is gone")
            if self._reader is None:
                self._reader, self._writer = socket.socketpair()
                self._reader.setblocking(False)
                if self.await_events():
                    self._signal()
            return self._reader.fileno()

    def close_descriptor(self) -> None:
        """Close the descriptor of `fileno` for good."""
        with nullcontext() if self.is_inherited else self.changed:
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


def _size_of(event: StreamEvent) -> int:
    call = event.tool_call
    return _EVENT_SIZE + _utf8_size(event.text) + (0 if call is None else _utf8_size(call.arguments))


def _utf8_size(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))
