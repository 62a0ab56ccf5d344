"""Hooks: what a client does, as it does it.

class Slow(Hooks):
    def end(self, call):
        if call.duration > 10:
            print(call.model, call.duration, call.usage)

client = ObservedClient(AIClient(key), [Slow()])
"""

from __future__ import annotations

import asyncio
import inspect
import logging
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Self, TypeVar, overload

from ai_rust_client._chats import check_client
from ai_rust_client._client import ClientMethods
from ai_rust_client._deadline import Deadline, with_total
from ai_rust_client._errors import AIClientError, StreamCancelled
from ai_rust_client._messages import described
from ai_rust_client._retries import delay_before_retry
from ai_rust_client._wrapped_stream import WrappedEvents, WrappedIterator, WrappedStream

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import TracebackType

    from ai_rust_client._client import AIClient
    from ai_rust_client._native import ChatResponse, Embeddings, ModelInfo, Usage
    from ai_rust_client._types import Message
    from ai_rust_client.responses import Event, Input, Response  # noqa: F401  in a string
    from ai_rust_client.router import Router

    _Operation = Literal["chat", "embeddings", "responses"]

T = TypeVar("T")

_log = logging.getLogger("ai_rust_client")


@dataclass(eq=False)
class Call:
    """A call in progress or at its end. `state` is for the hooks' own values.

    `input` are the messages, the texts of `embed`, or the input of `respond`; `options` what is sent besides them.
    `attempt` counts from 1. Times are in seconds; `time_to_first_byte` is that of the attempt that succeeded,
    `duration` includes all retries.
    `response` is the answer, stream or embeddings once there is one; `error` is why the call failed.
    """

    operation: _Operation
    model: str | Sequence[str]
    input: Any
    options: Mapping[str, Any]
    is_stream: bool
    client: AIClient | ObservedClient | Router
    attempt: int = 0
    time_to_first_byte: float | None = None
    duration: float = 0.0
    response: Any = None
    error: BaseException | None = None
    state: dict[Any, Any] = field(default_factory=dict)
    started_at: float = field(default_factory=time.monotonic)

    @property
    def usage(self) -> Usage | None:
        """The number of tokens, if the provider has reported it."""
        usage: Usage | None = getattr(self.response, "usage", None)
        return usage


class Hooks:
    """Methods that are called while calls run, on the thread of the call. All do nothing until overridden.

    They must be quick and may be called from several threads. What they raise is logged and changes nothing.
    """

    def start(self, call: Call) -> None:
        """A call starts."""

    def attempt(self, call: Call) -> None:
        """A request is about to be sent, for the first time or again; `call.attempt` is its number."""

    def retry(self, call: Call, error: AIClientError, delay: float) -> None:
        """An attempt failed with `error`; the next one follows after `delay` seconds."""

    def first_byte(self, call: Call) -> None:
        """The answer starts to arrive. Of a whole answer this is called once it is complete."""

    def end(self, call: Call) -> None:
        """A call has ended: with `call.error`, or with its answer. Called once for each call."""


class _Observation:
    """One call, for its hooks, and its retries."""

    def __init__(
        self, call: Call, hooks: Sequence[Hooks], max_retries: int, client_total: float | None, options: dict[str, Any]
    ) -> None:
        self.call = call
        self._options = options
        self._deadline = _deadline(options.get("timeout"), client_total)
        self._hooks = hooks
        self._max_retries = max_retries
        self._attempt_started_at = call.started_at
        self._notify("start")

    def _notify(self, name: str, *details: Any) -> None:
        for hooks in self._hooks:
            try:
                getattr(hooks, name)(self.call, *details)
            except Exception:  # noqa: BLE001  an observer must not break what it observes
                _log.exception("%s.%s failed", type(hooks).__name__, name)

    def options(self) -> dict[str, Any]:
        """The options of the next attempt, whose total timeout is what is left of the call's."""
        return {**self._options, "max_retries": 0, "timeout": self._deadline.timeout()}

    def attempt(self) -> None:
        """A request is about to be sent."""
        self.call.attempt += 1
        self._attempt_started_at = time.monotonic()
        self._notify("attempt")

    def retry(self, error: AIClientError) -> float:
        """The delay before the next attempt; raises the error if there is none."""
        if not error.retryable or self.call.attempt > self._max_retries:
            raise error
        delay = delay_before_retry(error, self.call.attempt)
        if delay >= self._deadline.remaining:
            raise error
        self._notify("retry", error, delay)
        return delay

    def first_byte(self, seconds: float | None) -> None:
        """The answer starts to arrive."""
        self.call.time_to_first_byte = time.monotonic() - self._attempt_started_at if seconds is None else seconds
        self._notify("first_byte")

    def end(self, error: BaseException | None = None) -> None:
        """The call has ended."""
        self.call.error = error
        self.call.duration = time.monotonic() - self.call.started_at
        self._notify("end")

    def run(self, send: Callable[[], Any]) -> Any:
        """Make a call, with its retries."""
        try:
            while True:
                self.attempt()
                try:
                    return self._answered(send())
                except AIClientError as error:
                    time.sleep(self.retry(error))
        except BaseException as error:
            self.end(error)
            raise

    async def arun(self, send: Callable[[], Any]) -> Any:
        """`run` for asyncio."""
        try:
            while True:
                self.attempt()
                try:
                    return self._answered(await send())
                except AIClientError as error:
                    await asyncio.sleep(self.retry(error))
        except BaseException as error:
            self.end(error)
            raise

    def _answered(self, response: Any) -> Any:
        self.call.response = response
        self.first_byte(getattr(response, "time_to_first_byte", None))
        self.end()
        return response


def _deadline(timeout: Any, client_total: float | None) -> Deadline:
    if client_total is None or getattr(timeout, "total", timeout) not in (None, ...):
        return Deadline(timeout)
    if timeout is None:
        return Deadline(client_total)
    return Deadline(timeout if timeout.total is None else with_total(timeout, client_total))


class ObservedIterator(WrappedIterator[T]):
    """What arrives from an `ObservedClient`."""

    def __init__(self, observation: _Observation, open_stream: Callable[[], Any]) -> None:
        super().__init__()
        self._observation = observation
        self._open = open_stream
        try:
            self._stream = self._opened()
        except BaseException as error:
            self._finish(error)
            raise

    def _opened(self) -> Any:
        self._observation.attempt()
        self._observation.call.response = stream = self._open()
        return stream

    def _replace(self, error: AIClientError) -> float:
        delay = self._observation.retry(error)
        self._stream = self._opened()
        return delay

    def _on_first_byte(self) -> None:
        self._observation.first_byte(getattr(self._stream, "time_to_first_byte", None))

    def _on_end(self, error: BaseException | None) -> None:
        self._observation.end(error)

    def cancel(self) -> None:
        """Close the connection at once. May be called more than once, from any thread."""
        super().cancel()
        self._finish(StreamCancelled("the stream was cancelled"))

    def __del__(self) -> None:
        if not self._ended:
            self._finish(StreamCancelled("the stream was not read to its end"))


class ObservedStream(ObservedIterator[str], WrappedStream):
    """A stream of an `ObservedClient`, like `ResponseStream`, but without `fileno` and `drain`."""


class ObservedEvents(ObservedIterator["Event"], WrappedEvents):
    """The events of a response while it arrives, like `ResponseEvents`."""


def _checked(hooks: Sequence[Hooks]) -> tuple[Hooks, ...]:
    if isinstance(hooks, Hooks) or not isinstance(hooks, Iterable):
        raise TypeError(f"hooks must be a list of Hooks, as in [MyHooks()], not {described(hooks)}")
    checked = tuple(hooks)
    for index, one in enumerate(checked):
        if not isinstance(one, Hooks):
            raise TypeError(f"hooks[{index}] must be an instance of a subclass of Hooks, not {described(one)}")
        for name in ("start", "attempt", "retry", "first_byte", "end"):
            if inspect.iscoroutinefunction(getattr(one, name)):
                raise TypeError(f"{type(one).__name__}.{name} must not be a coroutine function; hooks are called")
    return checked


class ObservedClient(ClientMethods):
    """A client that calls hooks, with the methods of `AIClient`; `chat`, `stream`, `embed` and `respond` are observed.

    So are the methods that are made of them: `parse`, `run`, `map`, … It retries itself, so that each attempt is seen:
    at most `max_retries` times (None: as the client) unless a call says otherwise. The total timeout is that of all
    attempts. A `Router` can have observed clients. `close` closes the client.
    """

    def __init__(
        self, client: AIClient | ObservedClient | Router, hooks: Sequence[Hooks], *, max_retries: int | None = None
    ) -> None:
        check_client(client, "client")
        self.client = client
        self._hooks = _checked(hooks)
        # A router has none: each of its clients has its own.
        self.max_retries: int = getattr(client, "max_retries", 2) if max_retries is None else max_retries

    @property
    def base_url(self) -> str:
        """That of the client; empty for a router."""
        return getattr(self.client, "base_url", "")

    @property
    def total_timeout(self) -> float | None:
        """That of the client; None for a router, whose clients have their own."""
        return getattr(self.client, "total_timeout", None)

    def _observe(
        self, operation: _Operation, what: Any, model: Any, options: dict[str, Any], stream: bool
    ) -> _Observation:
        retries = options.pop("max_retries", None)
        retries = self.max_retries if retries is None else retries
        call = Call(operation, model, what, dict(options), stream, self.client)
        return _Observation(call, self._hooks, retries, self.total_timeout, options)

    def chat(self, messages: Sequence[Message], model: str | Sequence[str], **options: Any) -> ChatResponse:
        """The whole answer. Blocks."""
        observation = self._observe("chat", messages, model, options, False)
        send = lambda: self.client.chat(messages, model, **observation.options())  # noqa: E731
        response: ChatResponse = observation.run(send)
        return response

    async def achat(self, messages: Sequence[Message], model: str | Sequence[str], **options: Any) -> ChatResponse:
        """`chat` for asyncio."""
        observation = self._observe("chat", messages, model, options, False)
        send = lambda: self.client.achat(messages, model, **observation.options())  # noqa: E731
        response: ChatResponse = await observation.arun(send)
        return response

    def stream(self, messages: Sequence[Message], model: str | Sequence[str], **options: Any) -> ObservedStream:
        """`chat`, streamed. Returns at once; errors are raised while the stream is read."""
        observation = self._observe("chat", messages, model, options, True)
        return ObservedStream(observation, lambda: self.client.stream(messages, model, **observation.options()))

    @overload
    def respond(
        self, input: Input, model: str | Sequence[str], *, stream: Literal[False] = ..., **options: Any
    ) -> Response: ...
    @overload
    def respond(
        self, input: Input, model: str | Sequence[str], *, stream: Literal[True], **options: Any
    ) -> ObservedEvents: ...
    def respond(
        self, input: Input, model: str | Sequence[str], *, stream: bool = False, **options: Any
    ) -> Response | ObservedEvents:
        """The answer of the Responses API. Blocks, unless it is streamed."""
        if stream:
            return self._response_events(input, model, options)
        observation = self._observe("responses", input, model, options, False)
        send = lambda: self.client.respond(input, model, **observation.options())  # noqa: E731
        response: Response = observation.run(send)
        return response

    @overload
    async def arespond(
        self, input: Input, model: str | Sequence[str], *, stream: Literal[False] = ..., **options: Any
    ) -> Response: ...
    @overload
    async def arespond(
        self, input: Input, model: str | Sequence[str], *, stream: Literal[True], **options: Any
    ) -> ObservedEvents: ...
    async def arespond(
        self, input: Input, model: str | Sequence[str], *, stream: bool = False, **options: Any
    ) -> Response | ObservedEvents:
        """`respond` for asyncio. A stream is returned at once; its errors are raised while it is read."""
        if stream:
            return self._response_events(input, model, options)
        observation = self._observe("responses", input, model, options, False)
        send = lambda: self.client.arespond(input, model, **observation.options())  # noqa: E731
        response: Response = await observation.arun(send)
        return response

    def _response_events(self, input: Input, model: str | Sequence[str], options: dict[str, Any]) -> ObservedEvents:
        observation = self._observe("responses", input, model, options, True)
        return ObservedEvents(
            observation, lambda: self.client.respond(input, model, stream=True, **observation.options())
        )

    def embed(self, input: str | Sequence[str], model: str, **options: Any) -> Embeddings:
        """The vectors of texts. Blocks."""
        observation = self._observe("embeddings", input, model, options, False)
        embeddings: Embeddings = observation.run(lambda: self.client.embed(input, model, **observation.options()))
        return embeddings

    async def aembed(self, input: str | Sequence[str], model: str, **options: Any) -> Embeddings:
        """`embed` for asyncio."""
        observation = self._observe("embeddings", input, model, options, False)
        send = lambda: self.client.aembed(input, model, **observation.options())  # noqa: E731
        embeddings: Embeddings = await observation.arun(send)
        return embeddings

    def send_request(self, prompt: str, model: str, **options: Any) -> str:
        """The text of the answer to one prompt. Blocks."""
        return self.chat([{"role": "user", "content": prompt}], model, **options).text

    def stream_response(self, prompt: str, model: str, **options: Any) -> ObservedStream:
        """Stream the answer to one prompt. Returns at once; errors are raised while the stream is read."""
        return self.stream([{"role": "user", "content": prompt}], model, **options)

    def models(self, **options: Any) -> list[ModelInfo]:
        """The models that the provider lists. Blocks."""
        return self.client.models(**options)

    async def amodels(self, **options: Any) -> list[ModelInfo]:
        """`models` for asyncio."""
        return await self.client.amodels(**options)

    def prewarm(self) -> None:
        """Open a connection in the background and return at once."""
        self.client.prewarm()

    def close(self) -> None:
        """Close the client. May be called more than once."""
        self.client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, t: type[BaseException] | None, e: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, t: type[BaseException] | None, e: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"ObservedClient({self.client!r})"
