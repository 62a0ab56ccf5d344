"""One question being answered, as an event loop sees it: a descriptor to watch and events to drain."""

import threading
from itertools import groupby

from minimal_browser_core.chat.port import ResponseStream
from minimal_browser_core.copilot.actions import Action
from minimal_browser_core.copilot.events import ReasoningDelta, TextDelta, TurnEvent, TurnFailed, TurnFinished
from minimal_browser_core.copilot.exchange import Exchange
from minimal_browser_core.wakeup import Wakeup


class Dialogue:
    """The exchanges of one thread, and its id in the store once something of it is stored."""

    def __init__(self) -> None:
        self.exchanges: list[Exchange] = []
        self.thread_id: int | None = None
        self.branch_at: int | None = None  # what is stored next follows this exchange, not the thread's last
        self.recording = threading.Lock()


class Turn:
    """Made by `CopilotSession.ask`; filled by a thread of the session. Only `wait` blocks.

    The last event is a TurnFinished or a TurnFailed, always. Stop watching `fileno` then; it stays valid until `close`
    or until the turn is collected.
    """

    def __init__(self, exchange: Exchange, dialogue: Dialogue) -> None:
        self.exchange = exchange
        self.dialogue = dialogue
        self.finished = False
        """Whether the last event has been drained."""
        self._lock = threading.Lock()
        self._events: list[TurnEvent] = []
        self._wakeup = Wakeup()
        self._stream: ResponseStream | None = None
        self._cancelled = False
        self._done = threading.Event()

    @property
    def question(self) -> str:
        return self.exchange.question

    @property
    def text(self) -> str:
        """What has arrived so far, without reasoning and actions."""
        return self.exchange.text

    @property
    def undecided(self) -> bool:
        """Whether a proposed action still waits for `decide`. Record the turn once it has finished and none does."""
        return any(item.outcome == "undecided" for item in self.exchange.actions)

    @property
    def cancelled(self) -> bool:
        return self._cancelled

    def fileno(self) -> int:
        """Readable when events wait."""
        return self._wakeup.fileno()

    def drain(self) -> list[TurnEvent]:
        """All events that wait, oldest first; neighbouring deltas come as one."""
        self._wakeup.clear()
        with self._lock:
            waiting, self._events = self._events, []
        drained: list[TurnEvent] = []
        for kind, events in groupby(waiting, type):
            if kind is TextDelta:
                drained.append(TextDelta("".join(event.text for event in events if isinstance(event, TextDelta))))
            elif kind is ReasoningDelta:
                drained.append(
                    ReasoningDelta("".join(event.text for event in events if isinstance(event, ReasoningDelta)))
                )
            else:
                drained.extend(events)
        if drained and isinstance(drained[-1], (TurnFinished, TurnFailed)):
            self.finished = True
        return drained

    def wait(self, timeout: float | None = None) -> bool:
        """Block until the answer is complete or has failed; False when `timeout` seconds were not enough."""
        return self._done.wait(timeout)

    def cancel(self) -> None:
        """Stop the answer; what has arrived is kept. From any thread, any number of times."""
        with self._lock:
            self._cancelled = True
            stream = self._stream
        if stream is not None:
            stream.cancel()

    def decide(self, action: Action | int, allowed: bool) -> None:
        """Note what the person said to a proposed action: itself, or its position among the proposed ones."""
        proposed = [item for item in self.exchange.actions if item.action is not None]
        if isinstance(action, int):
            proposed = proposed[action : action + 1]
        else:
            proposed = [item for item in proposed if item.action is action] or [
                item for item in proposed if item.action == action
            ]
        if not proposed:
            raise ValueError("this turn has not proposed that action")
        proposed[0].outcome = "allowed" if allowed else "denied"

    def close(self) -> None:
        """Cancel, and free the descriptor."""
        if not self._done.is_set():
            self.cancel()
        self._wakeup.close()

    # For the session's thread.

    def attach(self, stream: ResponseStream) -> None:
        with self._lock:
            self._stream = stream
            cancelled = self._cancelled
        if cancelled:
            stream.cancel()

    def emit(self, event: TurnEvent) -> None:
        with self._lock:  # whoever drains the last event may rely on `wait`, and the other way round
            self._events.append(event)
            if isinstance(event, (TurnFinished, TurnFailed)):
                self._done.set()
        self._wakeup.set()
