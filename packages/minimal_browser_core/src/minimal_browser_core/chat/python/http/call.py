"""One call: who waits on which socket, until when, and who may cut it short."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from minimal_browser_core.chat.python.config import Timeouts
from minimal_browser_core.errors import TimeoutPhase


class CancelledError(Exception):
    """The call was cancelled by its owner."""


class ExpiredError(Exception):
    """A timer ran out."""

    def __init__(self, phase: TimeoutPhase) -> None:
        super().__init__(phase)
        self.phase = phase


class GraceOverError(Exception):
    """Nothing more came after the end of the answer."""


_current = threading.local()


class Call:
    """Made where the call begins, run on one thread, cancelled from any. Times are of the monotonic clock."""

    def __init__(self, timeouts: Timeouts) -> None:
        self.timeouts = timeouts
        # Re-entrant: a stream that is collected while the lock is held cancels its call on the same thread.
        self._changed = threading.Condition(threading.RLock())
        self._cancelled = False
        self._socket: socket.socket | None = None
        self._connect_ends: float | None = None
        self._content_ends: float | None = None
        self._content_phase: TimeoutPhase = "first_token"
        self._grace_ends: float | None = None
        self._total_ends = None if timeouts.total is None else time.monotonic() + timeouts.total

    @property
    def cancelled(self) -> bool:
        return self._cancelled

    def cancel(self) -> None:
        """Close the connection that the call uses; what waits on it ends with `CancelledError`."""
        with self._changed:
            self._cancelled = True
            if self._socket is not None:
                with suppress(OSError):
                    # The base class's method: that of a TLS socket would also drop the session under its reader.
                    socket.socket.shutdown(self._socket, socket.SHUT_RDWR)
            self._changed.notify_all()

    def sleep(self, seconds: float) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._cancelled, seconds)
        self.check()

    def check(self) -> None:
        if self._cancelled:
            raise CancelledError

    # -- timers --------------------------------------------------------------------------------------------------------

    def begin_connect(self) -> None:
        self._connect_ends = time.monotonic() + self.timeouts.connect

    def begin_stream(self) -> None:
        self._content_phase, self._content_ends = "first_token", _after(self.timeouts.first_token)

    def content_came(self) -> None:
        self._content_phase, self._content_ends, self._grace_ends = "stall", _after(self.timeouts.stall), None

    def begin_grace(self, seconds: float | None) -> None:
        """Wait at most `seconds` for what may follow a finished answer, then raise `GraceOverError`."""
        self._content_ends, self._grace_ends = None, _after(seconds)

    def would_expire_within(self, seconds: float) -> bool:
        """Whether the total timer ends before `seconds` have passed."""
        return self._total_ends is not None and time.monotonic() + seconds >= self._total_ends

    def time_left(self, *, connecting: bool = False) -> float | None:
        """Seconds that the next wait may take, None without a limit; raises where that is none at all."""
        return self._limit(connecting=connecting)[0]

    @contextmanager
    def waiting_on(self, sock: socket.socket, *, connecting: bool = False) -> Iterator[None]:
        """Around one blocking operation on `sock`: sets its timeout, lets `cancel` reach it, tells why it ended."""
        with self._changed:
            self.check()
            seconds, expired = self._limit(connecting=connecting)
            sock.settimeout(seconds)
            self._socket = sock
        try:
            yield
        except TimeoutError as error:
            # With a number it is the network's own timeout: the peer cannot be reached.
            if error.errno is not None:
                raise
            raise expired from None
        finally:
            with self._changed:
                self._socket = None
            self.check()

    def _limit(self, *, connecting: bool) -> tuple[float | None, Exception]:
        now = time.monotonic()
        ends: list[tuple[float, Exception]] = []
        if connecting and self._connect_ends is not None:
            ends.append((self._connect_ends, ExpiredError("connect")))
        if not connecting and self.timeouts.idle is not None:
            ends.append((now + self.timeouts.idle, ExpiredError("idle")))
        if self._content_ends is not None:
            ends.append((self._content_ends, ExpiredError(self._content_phase)))
        if self._grace_ends is not None:
            ends.append((self._grace_ends, GraceOverError()))
        if self._total_ends is not None:
            ends.append((self._total_ends, ExpiredError("total")))
        if not ends:
            return None, ExpiredError("idle")
        end, error = min(ends, key=lambda pair: pair[0])
        if end <= now:
            raise error
        return end - now, error


def _after(seconds: float | None) -> float | None:
    return None if seconds is None else time.monotonic() + seconds


def current_call() -> Call:
    """The call that this thread runs."""
    call: Call = _current.call
    return call


@contextmanager
def running(call: Call) -> Iterator[None]:
    _current.call = call
    try:
        yield
    finally:
        del _current.call
