"""The timeouts and the cancellation of one call."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from minimal_browser_core.chat.python.config import Config
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


_NO_LIMIT = 365 * 24 * 3600.0  # seconds
_current = threading.local()


class Call:
    """Runs on one thread and can be cancelled from any. Times are those of the monotonic clock."""

    def __init__(self, config: Config, total_ends: float | None = None) -> None:
        """Begin a call, which ends at `total_ends`, or when its total timeout expires."""
        self.config = config
        self._timers = config.timers
        # Re-entrant: a stream that is garbage-collected while the lock is held cancels its call on the same thread.
        self._changed = threading.Condition(threading.RLock())
        self._cancelled = False
        self._socket: socket.socket | None = None
        self._paused_on: threading.Condition | None = None
        self._opened_connection = False
        self._received_bytes = False
        self.requires_new_connection = False
        self._connect_ends: float | None = None
        self._content_ends: float | None = None
        self._content_phase: TimeoutPhase = "first_token"
        self._grace_ends: float | None = None
        self._total_ends = _after(config.timers.total) if total_ends is None else total_ends
        self._children: list[Call] = []

    def child(self) -> "Call":
        """Return a call for another thread, which ends with this one."""
        child = Call(self.config, self._total_ends)
        with self._changed:
            self._children.append(child)
        return child

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
            paused_on, children = self._paused_on, self._children
        for child in children:
            child.cancel()
        if paused_on is not None:
            with paused_on:
                paused_on.notify_all()

    def sleep(self, seconds: float) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._cancelled, seconds)
        self.check()

    def check(self) -> None:
        if self._cancelled:
            raise CancelledError

    # -- the connection of a request -----------------------------------------------------------------------------------

    def begin_request(self, *, on_new_connection: bool) -> None:
        """A request is about to be sent, on a connection of the pool or, if required, on a new one."""
        self.requires_new_connection = on_new_connection
        self._opened_connection = self._received_bytes = False

    def connection_opened(self) -> None:
        self._opened_connection = True

    def bytes_received(self) -> None:
        self._received_bytes = True

    @property
    def has_new_connection(self) -> bool:
        """Whether the connection of the current request was opened for it."""
        return self._opened_connection

    @property
    def lost_a_reused_connection(self) -> bool:
        """Whether a request that failed had an old connection, which may have been closed before, and no answer."""
        return not self._opened_connection and not self._received_bytes

    # -- timers --------------------------------------------------------------------------------------------------------

    def begin_connect(self) -> None:
        self._connect_ends = _after(self._timers.connect)

    def begin_attempt(self) -> None:
        self._content_phase, self._content_ends = "first_token", _after(self._timers.first_token)
        self._grace_ends = None

    def content_received(self) -> None:
        self._content_phase, self._content_ends, self._grace_ends = "stall", _after(self._timers.stall), None

    def begin_grace(self, seconds: float | None) -> None:
        """Wait at most `seconds` for what may follow a finished response, then raise `GracePeriodOverError`."""
        self._content_ends, self._grace_ends = None, _after(seconds)

    def pause(self, changed: threading.Condition, can_go_on: Callable[[], bool]) -> None:
        """Wait for the reader until `can_go_on()`, which `changed` announces. Only the total timeout goes on."""
        began = time.monotonic()
        self._paused_on = changed
        with changed:
            while not (can_go_on() or self._cancelled):
                left = None if self._total_ends is None else self._total_ends - time.monotonic()
                if left is not None and left <= 0:
                    raise ExpiredError("total")
                changed.wait(left)
        self._paused_on = None
        self.check()
        paused = time.monotonic() - began
        if self._content_ends is not None:
            self._content_ends += paused
        if self._grace_ends is not None:
            self._grace_ends += paused

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
        if not connecting and (idle_ends := _after(self._timers.idle)) is not None:
            ends.append((idle_ends, ExpiredError("idle")))
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
    """Return when a limit that begins now expires. One of a year and more would overflow the system's timers."""
    return None if seconds is None or seconds > _NO_LIMIT else time.monotonic() + seconds


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
