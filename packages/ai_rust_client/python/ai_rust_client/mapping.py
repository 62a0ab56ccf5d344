"""Batches: many requests at the same time, within the provider's rate limits. `AIClient.map` and `amap`."""

from __future__ import annotations

import asyncio
import concurrent.futures
import threading
import time
from collections.abc import (
    AsyncIterable,
    AsyncIterator,
    Callable,
    Coroutine,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
    Sized,
)
from dataclasses import dataclass, field
from logging import getLogger
from typing import TYPE_CHECKING, Any

from ai_rust_client._deadline import Deadline
from ai_rust_client._errors import AIClientError, RateLimitError
from ai_rust_client._journal import Journal, request_key
from ai_rust_client._messages import Prompt, as_messages
from ai_rust_client._pause import Pause
from ai_rust_client._retries import delay_before_retry

if TYPE_CHECKING:
    import os

    from ai_rust_client._chats import Chats
    from ai_rust_client._native import ChatResponse

_END: Any = object()
"""What the source returns after the last request, which may be anything."""

_log = getLogger("ai_rust_client")


@dataclass(frozen=True)
class Mapped:
    """The outcome of one request of a batch: `response`, or `error`.

    `index` is the place of `request` in the input. `from_journal` says that the answer was stored by an earlier run; a
    `note` says why it was not used.
    """

    index: int
    response: ChatResponse | None
    error: AIClientError | None
    request: Prompt
    from_journal: bool = False
    note: str = ""

    def result(self) -> ChatResponse:
        """The response; raises the error."""
        if self.error is not None:
            raise self.error
        assert self.response is not None  # noqa: S101
        return self.response


@dataclass
class _Batch:
    """What all requests of a batch share."""

    client: Chats
    model: str | Sequence[str]
    options: Mapping[str, Any]
    max_retries: int
    ordered: bool
    journal: Journal | None
    progress: Callable[[int, int | None], object] | None
    total: int | None
    pause: Pause = field(default_factory=Pause)
    done: int = 0
    _waiting: dict[int, Mapped] = field(default_factory=dict)
    _next: int = 0

    async def answer(self, index: int, request: Prompt) -> Mapped:
        """Ask for one answer. Errors of the call are part of the outcome."""
        note, key = "", ""
        problem = _problem(request)
        if problem:
            return Mapped(index, None, _invalid(f"requests[{index}]{problem}"), request)
        try:
            messages = as_messages(request)
            if self.journal is not None:
                key = request_key(messages, self.model, self.options)
                stored, note = self.journal.take(key)
                if stored is not None:
                    return Mapped(index, stored, None, request, from_journal=True)
                if note:
                    _log.warning("request %d: %s", index, note)
            response = await self._ask(messages)
        except AIClientError as error:
            return Mapped(index, None, error, request, note=note)
        except (TypeError, ValueError) as error:
            path, _, rest = str(error).partition("messages[")
            if path or not rest:  # the model or an option, which all requests have
                raise
            return Mapped(index, None, _invalid(f"requests[{index}][{rest}", error), request, note=note)
        if self.journal is not None:
            self.journal.add(index, key, response)
        return Mapped(index, response, None, request, note=note)

    async def _ask(self, messages: list[Mapping[str, Any]]) -> ChatResponse:
        deadline = Deadline(self.options.get("timeout"))
        retries = 0
        refused_since: float | None = None
        while True:
            started_at = await self.pause.wait(deadline)
            options = {**self.options, "timeout": deadline.timeout(), "max_retries": 0}
            try:
                response = await self.client.achat(messages, self.model, **options)
            except RateLimitError as error:
                refused_since = refused_since or time.monotonic()
                self.pause.refused(error, started_at, refused_since)
            except AIClientError as error:
                retries += 1
                delay = delay_before_retry(error, retries)
                if not error.retryable or retries > self.max_retries or delay >= deadline.remaining:
                    raise
                await asyncio.sleep(delay)
            else:
                self.pause.answered(response.rate_limits)
                return response

    def finish(self, mapped: Mapped) -> list[Mapped]:
        """Count an outcome; returns what can be returned to the caller now."""
        self.done += 1
        if self.progress is not None:
            self.progress(self.done, self.total)
        if not self.ordered:
            return [mapped]
        self._waiting[mapped.index] = mapped
        ready = []
        while self._next in self._waiting:
            ready.append(self._waiting.pop(self._next))
            self._next += 1
        return ready

    def has_room(self, running: int, concurrency: int) -> bool:
        """Whether another request may start: in order, a slow one must not let results pile up without end."""
        return running < concurrency and len(self._waiting) < 8 * concurrency + 64

    def close(self) -> None:
        """Close the journal."""
        if self.journal is not None:
            self.journal.close()


def map_requests(
    client: Chats,
    requests: Iterable[Prompt],
    model: str | Sequence[str],
    *,
    concurrency: int = 8,
    ordered: bool = False,
    progress: Callable[[int, int | None], object] | None = None,
    journal: str | os.PathLike[str] | None = None,
    max_retries: int = 2,
    **options: Any,
) -> Iterator[Mapped]:
    """See `AIClient.map`."""
    _check(requests, concurrency, max_retries, (Iterable,))
    batch = _batch(client, requests, model, options, max_retries, ordered, progress, journal)
    return _sync(batch, iter(requests), concurrency)


def amap_requests(
    client: Chats,
    requests: Iterable[Prompt] | AsyncIterable[Prompt],
    model: str | Sequence[str],
    *,
    concurrency: int = 8,
    ordered: bool = False,
    progress: Callable[[int, int | None], object] | None = None,
    journal: str | os.PathLike[str] | None = None,
    max_retries: int = 2,
    **options: Any,
) -> AsyncIterator[Mapped]:
    """See `AIClient.amap`."""
    _check(requests, concurrency, max_retries, (Iterable, AsyncIterable))
    batch = _batch(client, requests, model, options, max_retries, ordered, progress, journal)
    return _async(batch, requests, concurrency)


def _check(requests: object, concurrency: int, max_retries: int, kinds: tuple[type, ...]) -> None:
    if isinstance(requests, str | bytes | Mapping) or not isinstance(requests, kinds):
        raise TypeError(f"requests must be an iterable of prompts or lists of messages, not {type(requests).__name__}")
    if isinstance(requests, Sequence):  # others are checked when they are sent
        for index, request in enumerate(requests):
            if problem := _problem(request):
                raise TypeError(f"requests[{index}]{problem}")
    if concurrency < 1:
        raise ValueError(f"concurrency must be at least 1, not {concurrency}")
    if max_retries < 0:
        raise ValueError(f"max_retries must be 0 or more, not {max_retries}")


def _problem(request: object) -> str:
    """What is wrong with the type of a request, after its name; empty if nothing is."""
    if isinstance(request, str):
        return ""
    if isinstance(request, Mapping):
        return " is a single message; a request is a prompt or a list of messages"
    if not isinstance(request, Sequence) or isinstance(request, bytes | bytearray):
        return f" must be a prompt or a list of messages, not {type(request).__name__}"
    for place, message in enumerate(request):
        if not isinstance(message, Mapping):
            return f"[{place}] must be a message, not {type(message).__name__}"
    return ""


def _invalid(message: str, cause: Exception | None = None) -> AIClientError:
    error = AIClientError(f"the request cannot be sent: {message}", code="invalid_request")
    error.__cause__ = cause
    return error


def _batch(  # noqa: PLR0917
    client: Chats,
    requests: object,
    model: str | Sequence[str],
    options: Mapping[str, Any],
    max_retries: int,
    ordered: bool,
    progress: Callable[[int, int | None], object] | None,
    journal: str | os.PathLike[str] | None,
) -> _Batch:
    total = len(requests) if isinstance(requests, Sized) else None
    store = Journal(journal) if journal is not None else None
    return _Batch(client, model, options, max_retries, ordered, store, progress, total)


def _sync(batch: _Batch, requests: Iterator[Prompt], concurrency: int) -> Iterator[Mapped]:
    loop = _LoopThread()
    running: set[concurrent.futures.Future[Mapped]] = set()
    indexed = enumerate(requests)
    exhausted = False
    try:
        while True:
            while not exhausted and batch.has_room(len(running), concurrency):
                item = next(indexed, None)
                if item is None:
                    exhausted = True
                else:
                    running.add(loop.start(batch.answer(*item)))
            if not running:
                return
            done, running = concurrent.futures.wait(running, return_when=concurrent.futures.FIRST_COMPLETED)
            for future in done:
                yield from batch.finish(future.result())
    finally:
        loop.close()
        batch.close()


class _LoopThread:
    """An event loop on a thread of its own, so that `map` also works where a loop is running."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="ai_rust_client-map", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        self._loop.run_forever()
        self._loop.run_until_complete(_cancel(asyncio.all_tasks(self._loop)))
        self._loop.close()

    def start(self, work: Coroutine[Any, Any, Mapped]) -> concurrent.futures.Future[Mapped]:
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def close(self) -> None:
        """Cancel all that is running."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()


class _Source:
    """The requests of `amap`, of which an async iterable delivers the next on a task."""

    def __init__(self, requests: Iterable[Prompt] | AsyncIterable[Prompt]) -> None:
        self._sync = None if isinstance(requests, AsyncIterable) else iter(requests)
        self._async = aiter(requests) if isinstance(requests, AsyncIterable) else None
        self._index = 0
        self.exhausted = False
        self.pending: asyncio.Task[Prompt] | None = None

    def take(self) -> tuple[int, Prompt] | None:
        """The next request, if it is there."""
        if self._sync is not None:
            return self._numbered(next(self._sync, _END))
        if self.pending is None and self._async is not None:
            self.pending = asyncio.ensure_future(anext(self._async, _END))
        if self.pending is None or not self.pending.done():
            return None
        request, self.pending = self.pending.result(), None
        return self._numbered(request)

    def _numbered(self, request: Prompt) -> tuple[int, Prompt] | None:
        self.exhausted = request is _END
        self._index += 1
        return None if self.exhausted else (self._index - 1, request)


async def _async(
    batch: _Batch, requests: Iterable[Prompt] | AsyncIterable[Prompt], concurrency: int
) -> AsyncIterator[Mapped]:
    source = _Source(requests)
    running: set[asyncio.Task[Mapped]] = set()
    try:
        while True:
            while not source.exhausted and batch.has_room(len(running), concurrency):
                item = source.take()
                if item is None:
                    break
                running.add(asyncio.create_task(batch.answer(*item)))
            pending = {source.pending} if source.pending else set()
            if not running | pending:
                return
            done, _ = await asyncio.wait(running | pending, return_when=asyncio.FIRST_COMPLETED)
            for task in running & done:
                running.remove(task)
                for mapped in batch.finish(task.result()):
                    yield mapped
    finally:
        await _cancel(running | ({source.pending} if source.pending else set()))
        batch.close()


async def _cancel(tasks: Iterable[asyncio.Task[Any]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
