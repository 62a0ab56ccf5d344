"""State that one thread changes while others, or event loops, wait for it."""

import os
import threading
from collections.abc import Callable
from contextlib import suppress

# Elsewhere a signal interrupts a waiting lock by itself.
_SLICE = 0.05 if os.name == "nt" else None


class Waitable:
    """Hold `changed` to read or write the state; call `announce`, holding it, after a change."""

    def __init__(self) -> None:
        # Re-entrant: what is collected while the lock is held may cancel itself on the same thread.
        self.changed = threading.Condition(threading.RLock())
        self._wakers: list[Callable[[], None]] = []

    def announce(self) -> None:
        self.changed.notify_all()
        wakers, self._wakers = self._wakers, []
        for wake in wakers:
            wake()

    def wait_until(self, ready: Callable[[], bool]) -> None:
        with self.changed:
            while not ready():
                self.changed.wait(_SLICE)

    async def until(self, ready: Callable[[], bool]) -> None:
        """The same for asyncio: any loop, also one without file descriptors."""
        import asyncio

        loop = asyncio.get_running_loop()
        while True:
            news = loop.create_future()

            def resolve(news: asyncio.Future[None] = news) -> None:
                if not news.done():
                    news.set_result(None)

            def wake(resolve: Callable[[], None] = resolve) -> None:
                # A loop that was closed meanwhile has nobody left to wake.
                with suppress(RuntimeError):
                    loop.call_soon_threadsafe(resolve)

            with self.changed:
                if ready():
                    return
                self._wakers.append(wake)
            try:
                await news
            finally:
                with self.changed, suppress(ValueError):
                    self._wakers.remove(wake)
