"""The timeouts and the cancellation of one call."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from minimal_browser_core.chat.python.config import Timeouts
from minimal_browser_core.errors import TimeoutPhase


class CancelledError(Exception):
    """The call was cancelled."""


class ExpiredError(Exception):
    """A timeout of the call expired."""

    def __init__(self, phase: TimeoutPhase) -> None:
        super().__init__(phase)
        self.phase = phase


class GracePeriodOverError(Exception):
    """The response was complete and nothing followed within the grace period."""


_current = threading.local()


class Call:
    """Runs on one thread and can be cancelled from any. Times are those of the monotonic clock."""

    def __init__(self, timeouts: Timeouts) -> None:
        self.timeouts = timeouts
        # Re-entrant: a stream that is garbage-collected while the lock is held cancels its call on the same thread.
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
        """Close the connection that the call uses; a blocked read or write raises `CancelledError`."""
        with self._changed:
            self._cancelled = True
            if self._socket is not None:
                with suppress(OSError):
                    # Not SSLSocket.shutdown: it would also drop the TLS session while its reader uses it.
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

    def content_received(self) -> None:
        self._content_phase, self._content_ends, self._grace_ends = "stall", _after(self.timeouts.stall), None

    def begin_grace(self, seconds: float | None) -> None:
        """Wait at most `seconds` for what may follow a finished response, then raise `GracePeriodOverError`."""
        self._content_ends, self._grace_ends = None, _after(seconds)

    def would_expire_within(self, seconds: float) -> bool:
        """Whether the total timeout expires before `seconds` have passed."""
        return self._total_ends is not None and time.monotonic() + seconds >= self._total_ends

    def time_left(self, *, connecting: bool = False) -> float | None:
        """Return how many seconds the next wait may take, None for no limit. Raises if a timeout has expired."""
        return self._limit(connecting=connecting)[0]

    @contextmanager
    def waiting_on(self, sock: socket.socket, *, connecting: bool = False) -> Iterator[None]:
        """Wrap one blocking operation on `sock`: set its timeout, and let `cancel` interrupt it."""
        with self._changed:
            self.check()
            seconds, expired = self._limit(connecting=connecting)
            sock.settimeout(seconds)
            self._socket = sock
        try:
            yield
        except TimeoutError as error:
            # A timeout with an errno comes from the network: the peer cannot be reached.
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
            ends.append((self._grace_ends, GracePeriodOverError()))
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
    """Return the call that this thread runs."""
    call: Call = _current.call
    return call


@contextmanager
def running(call: Call) -> Iterator[None]:
    """Make `call` the current call of this thread."""
    _current.call = call
    try:
        yield
    finally:
        del _current.call
