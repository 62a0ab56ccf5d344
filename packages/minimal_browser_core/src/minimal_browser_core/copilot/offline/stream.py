"""A stream whose events a thread produces, read like any provider's stream."""

import threading
from collections import deque
from collections.abc import AsyncIterator, Callable, Generator, Iterable, Iterator, Mapping
from types import MappingProxyType, TracebackType
from typing import Any, Self

from minimal_browser_core.chat.port import Usage
from minimal_browser_core.chat.values import StreamEvent, ToolCall
from minimal_browser_core.copilot.offline import MODEL
from minimal_browser_core.errors import AIClientError, StreamCancelled
from minimal_browser_core.wakeup import Wakeup

Producer = Callable[[], Iterable[StreamEvent]]


class OfflineStream:
    """A ResponseStream (`minimal_browser_core.chat.port`) over the events that `produce` yields on its thread."""

    usage: Usage | None = None
    provider: str | None = None
    request_id: str | None = None
    rate_limits: Mapping[str, str] = MappingProxyType({})
    time_to_first_byte: float | None = None
    time_to_last_byte: float | None = None

    def __init__(self, produce: Producer) -> None:
        self.model: str | None = MODEL
        self.finish_reason: str | None = None
        self._events: deque[StreamEvent] = deque()
        self._texts: list[str] = []
        self._tool_calls: list[ToolCall] = []
        self._wakeup = Wakeup()
        self._changed = threading.Condition()
        self._ended = False
        self._cancelled = False
        self._failure: AIClientError | None = None
        threading.Thread(target=self._produce, args=(produce,), name="copilot-offline", daemon=True).start()

    def _produce(self, produce: Producer) -> None:
        failure: AIClientError | None = None
        try:
            for event in produce():
                if self._cancelled:
                    return
                self._publish(event)
        except Exception as error:  # noqa: BLE001  any exception must reach the reader
            failure = AIClientError(f"The offline copilot failed: {type(error).__name__}: {error}")
            failure.__cause__ = error
        with self._changed:
            self._failure = failure
            self._ended = True
            if failure is None:
                self.finish_reason = "tool_calls" if self._tool_calls else "stop"
                self._events.append(StreamEvent("finish"))
            self._wakeup.set()
            self._changed.notify_all()

    def _publish(self, event: StreamEvent) -> None:
        with self._changed:
            if event.kind == "text":
                self._texts.append(event.text)
            elif event.tool_call is not None:
                self._tool_calls.append(event.tool_call)
            self._events.append(event)
            self._wakeup.set()
            self._changed.notify_all()

    @property
    def text(self) -> str:
        return "".join(self._texts)

    @property
    def reasoning(self) -> str:
        return ""

    @property
    def tool_calls(self) -> list[ToolCall]:
        return list(self._tool_calls)

    def fileno(self) -> int:
        return self._wakeup.fileno()

    def drain(self) -> list[StreamEvent]:
        with self._changed:
            drained = list(self._events)
            self._events.clear()
            if not drained:
                self._raise_if_over()
            if not (self._ended or self._cancelled):
                self._wakeup.clear()
            return drained

    def _raise_if_over(self) -> None:
        if self._cancelled:
            raise StreamCancelled("The answer was stopped.")
        if self._failure is not None:
            raise self._failure

    def _wait(self) -> StreamEvent | None:
        """The next event; None at the end."""
        with self._changed:
            self._changed.wait_for(lambda: self._events or self._ended or self._cancelled)
            if self._events and not self._cancelled:
                event = self._events.popleft()
                if not self._events and not self._ended:
                    self._wakeup.clear()
                return event
            self._raise_if_over()
            return None

    def events(self) -> Iterator[StreamEvent]:
        while (event := self._wait()) is not None:
            yield event

    async def aevents(self) -> AsyncIterator[StreamEvent]:
        import asyncio

        while True:
            ready = bool(self._events) or self._ended or self._cancelled
            event = self._wait() if ready else await asyncio.to_thread(self._wait)
            if event is None:
                return
            yield event

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        while (event := self._wait()) is not None:
            if event.kind == "text":
                return event.text
        raise StopIteration

    def __aiter__(self) -> AsyncIterator[str]:
        return self

    async def __anext__(self) -> str:
        async for event in self.aevents():
            if event.kind == "text":
                return event.text
        raise StopAsyncIteration

    def __await__(self) -> Generator[Any, None, Self]:
        yield from ()  # there is no response head to wait for
        return self

    def cancel(self) -> None:
        with self._changed:
            if self._ended and not self._events:
                return
            self._cancelled = True
            self._wakeup.set()
            self._changed.notify_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, t: type[BaseException] | None, e: BaseException | None, tb: TracebackType | None) -> None:
        self.cancel()
