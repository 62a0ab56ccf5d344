"""A streamed answer as its readers see it, and the channel on which it arrives."""

import socket
import weakref
from collections import deque
from collections.abc import AsyncIterator, Callable, Generator, Iterator, Mapping
from types import TracebackType
from typing import Any, Self

from minimal_browser_core.errors import StreamCancelled

from .answer import StreamedAnswer
from .values import StreamEvent, ToolCall, Usage
from .waiting import Waitable


class Channel(Waitable):
    """Between the thread that receives a stream and its reader. The receiver calls `begin`, `push`, `end`."""

    def __init__(self) -> None:
        super().__init__()
        self.answer = StreamedAnswer()
        self.has_head = False
        self.ended = False
        self.error: BaseException | None = None
        self._events: list[StreamEvent] = []
        self._reader: socket.socket | None = None
        self._writer: socket.socket | None = None
        self._signalled = False
        self._closed = False

    def begin(self, answer: StreamedAnswer) -> None:
        """The head has come; what follows is put together in `answer`."""
        with self.changed:
            if not self.ended:
                self.answer, self.has_head = answer, True
                self.announce()

    def push(self, events: list[StreamEvent]) -> None:
        with self.changed:
            if events and not self.ended:
                self._events.extend(events)
                self._signal()
                self.announce()

    def end(self, error: BaseException | None = None) -> None:
        """The first end counts."""
        with self.changed:
            if not self.ended:
                self.ended, self.error = True, error
                self._signal()
                self.announce()

    def cancel(self, error: BaseException) -> bool:
        """End at once; what was not yet read is dropped. False where the stream had ended already."""
        with self.changed:
            if self.ended:
                return False
            self._events.clear()
            self.end(error)
            return True

    @property
    def has_news(self) -> bool:
        return self.ended or bool(self._events)

    def take(self) -> list[StreamEvent]:
        """What has arrived; raises how the stream ended once all of it was taken."""
        with self.changed:
            events, self._events = self._events, []
            if not self.ended:
                self._unsignal()
            elif not events and self.error is not None:
                raise self.error
            return events

    # -- readiness -----------------------------------------------------------------------------------------------------

    def fileno(self) -> int:
        with self.changed:
            if self._closed:
                raise ValueError("the stream was closed: its descriptor is gone")
            if self._reader is None:
                self._reader, self._writer = socket.socketpair()
                self._reader.setblocking(False)
                if self.has_news:
                    self._signal()
            return self._reader.fileno()

    def close_descriptor(self) -> None:
        with self.changed:
            self._closed = True
            for end in (self._reader, self._writer):
                if end is not None:
                    end.close()
            self._reader = self._writer = None

    def _signal(self) -> None:
        """One byte waits while there is news; after the end it stays."""
        if self._writer is not None and not self._signalled:
            self._signalled = True
            self._writer.send(b"\0")

    def _unsignal(self) -> None:
        if self._reader is not None and self._signalled:
            self._signalled = False
            self._reader.recv(1)


class PythonResponseStream:
    """See `minimal_browser_core.chat.port.ResponseStream`.

    The descriptor of `fileno` lives until the stream leaves its `with` block or is collected. A stream that is
    collected before its end is cancelled.
    """

    def __init__(self, channel: Channel, cut: Callable[[], None]) -> None:
        self._channel = channel
        self._cut = cut
        self._taken: deque[StreamEvent] = deque()
        # Not __del__: within a cycle of garbage the sockets could be finalised first, with a ResourceWarning each.
        self._dropped = weakref.finalize(self, _drop, channel, cut)

    # -- reading -------------------------------------------------------------------------------------------------------

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        for event in self.events():
            if event.kind == "text":
                return event.text
        raise StopIteration

    def events(self) -> Iterator[StreamEvent]:
        while self._taken or self._take_more():
            yield self._taken.popleft()

    def __aiter__(self) -> AsyncIterator[str]:
        return self

    async def __anext__(self) -> str:
        while self._taken or await self._take_more_async():
            event = self._taken.popleft()
            if event.kind == "text":
                return event.text
        raise StopAsyncIteration

    async def aevents(self) -> AsyncIterator[StreamEvent]:
        while self._taken or await self._take_more_async():
            yield self._taken.popleft()

    def __await__(self) -> Generator[Any, None, Self]:
        return self._wait_for_head().__await__()

    def fileno(self) -> int:
        return self._channel.fileno()

    def drain(self) -> list[StreamEvent]:
        events = [*self._taken]
        self._taken.clear()
        # What was taken and not yet read comes first; how the stream ended is raised when nothing else is left.
        return events or self._channel.take()

    def _take_more(self) -> bool:
        try:
            self._channel.wait_until(lambda: self._channel.has_news)
        except BaseException:
            # Ctrl-C: nobody will read on.
            self.cancel()
            raise
        self._taken.extend(self._channel.take())
        return bool(self._taken)

    async def _take_more_async(self) -> bool:
        await self._until(lambda: self._channel.has_news)
        self._taken.extend(self._channel.take())
        return bool(self._taken)

    async def _wait_for_head(self) -> Self:
        await self._until(lambda: self._channel.has_head or self._channel.ended)
        if self._channel.error is not None and not self._channel.has_head:
            raise self._channel.error
        return self

    async def _until(self, ready: Callable[[], bool]) -> None:
        try:
            await self._channel.until(ready)
        except BaseException:
            self.cancel()
            raise

    # -- ending --------------------------------------------------------------------------------------------------------

    def cancel(self) -> None:
        if _cancel(self._channel, self._cut):
            self._taken.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, t: type[BaseException] | None, e: BaseException | None, tb: TracebackType | None) -> None:
        self.cancel()
        self._dropped()

    def __repr__(self) -> str:
        state = "ended" if self._channel.ended else "open"
        return f"<PythonResponseStream {state}, {len(self.text)} characters>"

    # -- what has arrived ----------------------------------------------------------------------------------------------

    @property
    def text(self) -> str:
        return self._channel.answer.text

    @property
    def reasoning(self) -> str:
        return "".join(self._channel.answer.reasoning_parts)

    @property
    def tool_calls(self) -> list[ToolCall]:
        return list(self._channel.answer.tool_calls)

    @property
    def usage(self) -> Usage | None:
        return self._channel.answer.usage

    @property
    def model(self) -> str | None:
        return self._channel.answer.model

    @property
    def provider(self) -> str | None:
        return self._channel.answer.provider

    @property
    def finish_reason(self) -> str | None:
        return self._channel.answer.finish_reason

    @property
    def request_id(self) -> str | None:
        return self._channel.answer.request_id

    @property
    def rate_limits(self) -> Mapping[str, str]:
        return self._channel.answer.transfer.rate_limits

    @property
    def time_to_first_byte(self) -> float | None:
        return self._channel.answer.transfer.first_byte

    @property
    def time_to_last_byte(self) -> float | None:
        return self._channel.answer.transfer.last_byte


def _cancel(channel: Channel, cut: Callable[[], None]) -> bool:
    cancelled = channel.cancel(StreamCancelled("the stream was cancelled"))
    if cancelled:
        cut()
    return cancelled


def _drop(channel: Channel, cut: Callable[[], None]) -> None:
    _cancel(channel, cut)
    channel.close_descriptor()
