"""An exchange in progress, as an event loop sees it: a descriptor to watch and events to drain."""

import threading
from itertools import groupby

from minimal_browser_core.chat.port import ResponseStream
from minimal_browser_core.copilot.branch import Branch
from minimal_browser_core.copilot.events import ReasoningDelta, TextDelta, TurnEvent, TurnFailed, TurnFinished
from minimal_browser_core.copilot.exchange import Exchange
from minimal_browser_core.copilot.tools.tool import Tool
from minimal_browser_core.wakeup import Wakeup


class Turn:
    """Made by `CopilotSession.ask`; a thread of the session fills it. Only `wait` blocks.

    The last event is always a TurnFinished or a TurnFailed. Stop watching `fileno` then; it stays valid until `close`
    or until the turn is collected.
    """

    def __init__(self, exchange: Exchange, branch: Branch) -> None:
        self.exchange = exchange
        self.branch = branch
        self.finished = False
        """Whether the last event has been drained."""
        self._lock = threading.Lock()
        self._events: list[TurnEvent] = []
        self._wakeup = Wakeup()
        self._stream: ResponseStream | None = None
        self._cancelled = False
        self._done = threading.Event()

    @property
    def text(self) -> str:
        """The answer as far as it has arrived, without reasoning and tool calls."""
        return self.exchange.text

    def fileno(self) -> int:
        """Readable if events wait."""
        return self._wakeup.fileno()

    def drain(self) -> list[TurnEvent]:
        """All events that wait, oldest first; neighbouring deltas are joined."""
        self._wakeup.clear()
        with self._lock:
            waiting, self._events = self._events, []
        drained: list[TurnEvent] = []
        for kind, events in groupby(waiting, type):
            if kind in (TextDelta, ReasoningDelta):
                drained.append(kind("".join(event.text for event in events)))  # type: ignore[union-attr]
            else:
                drained.extend(events)
        if drained and isinstance(drained[-1], TurnFinished | TurnFailed):
            self.finished = True
        return drained

    def wait(self, timeout: float | None = None) -> bool:
        """Block until the answer is complete or has failed; False if `timeout` seconds were not enough."""
        return self._done.wait(timeout)

    def cancel(self) -> None:
        """Stop the answer and keep what has arrived. From any thread, any number of times."""
        with self._lock:
            self._cancelled = True
            stream = self._stream
        if stream is not None:
            stream.cancel()

    def decide(self, call: Tool, allowed: bool) -> None:
        """Note the user's decision on a proposed call; ValueError if no such call waits for one.

        Record the turn once it has finished and every call is decided.
        """
        for record in self.exchange.tool_calls:
            if record.call == call and record.outcome == "undecided":
                record.outcome = "allowed" if allowed else "denied"
                return
        raise ValueError("no such call of this turn waits for a decision")

    def close(self) -> None:
        """Cancel, and free the descriptor."""
        if not self._done.is_set():
            self.cancel()
        self._wakeup.close()

    # Called by the session, on the turn's thread.

    def attach(self, stream: ResponseStream) -> None:
        """Set the stream that `cancel` stops."""
        with self._lock:
            self._stream = stream
            cancelled = self._cancelled
        if cancelled:
            stream.cancel()

    def emit(self, event: TurnEvent) -> None:
        """Add an event; the last one completes the turn."""
        with self._lock:  # after draining the last event `wait` returns at once, and the other way round
            self._events.append(event)
            if isinstance(event, TurnFinished | TurnFailed):
                self._done.set()
        self._wakeup.set()
