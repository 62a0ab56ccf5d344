"""A condition variable that threads and asyncio event loops can both wait for."""

import os
import threading
from collections.abc import Callable
from contextlib import suppress

# On Windows a signal does not interrupt a waiting lock, so the wait must wake up regularly.
_POLL_INTERVAL = 0.05 if os.name == "nt" else None


def require_asyncio() -> None:
    """Raise `RuntimeError` if the caller's event loop is not one of asyncio."""
    import asyncio

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        text = "the client's async methods need asyncio; under trio use the sync methods in trio.to_thread.run_sync"
        raise RuntimeError(text) from None


class AwaitableCondition:
    """Hold `changed` while you read or write the state, and call `notify` after a change, still holding it."""

    def __init__(self) -> None:
        # Re-entrant: a stream that is garbage-collected while the lock is held cancels itself on the same thread.
        self.changed = threading.Condition(threading.RLock())
        self._wakers: list[Callable[[], None]] = []

    def notify(self) -> None:
        """Wake every waiting thread and event loop."""
        self.changed.notify_all()
        wakers, self._wakers = self._wakers, []
        for wake in wakers:
            wake()

    def wait_for(self, ready: Callable[[], bool]) -> None:
        """Block until `ready()` is true. Ctrl-C interrupts the wait."""
        with self.changed:
            while not ready():
                self.changed.wait(_POLL_INTERVAL)

    async def wait_for_async(self, ready: Callable[[], bool]) -> None:
        """Wait on any event loop until `ready()` is true; the loop needs no support for file descriptors."""
        import asyncio

        require_asyncio()
        loop = asyncio.get_running_loop()
        while True:
            notified = loop.create_future()

            def resolve(notified: asyncio.Future[None] = notified) -> None:
                if not notified.done():
                    notified.set_result(None)

            def wake(resolve: Callable[[], None] = resolve) -> None:
                # The loop may have been closed in the meantime.
                with suppress(RuntimeError):
                    loop.call_soon_threadsafe(resolve)

            with self.changed:
                if ready():
                    return
                self._wakers.append(wake)
            try:
                await notified
            finally:
                with self.changed, suppress(ValueError):
                    self._wakers.remove(wake)
