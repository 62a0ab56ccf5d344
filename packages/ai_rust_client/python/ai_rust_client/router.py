"""Several providers behind the methods of one client: `Router`."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Self, overload
from weakref import WeakKeyDictionary

from ai_rust_client._chats import check_client
from ai_rust_client._client import AIClient, ClientMethods
from ai_rust_client._errors import AIClientError, BadRequestError, NotFoundError, RateLimitError, StreamCancelled
from ai_rust_client.prices import cost_of
from ai_rust_client.routed_stream import RoutedEvents, RoutedStream

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from types import TracebackType

    from ai_rust_client._native import ChatResponse, Embeddings, ModelInfo, Usage
    from ai_rust_client._types import Message
    from ai_rust_client.hooks import ObservedClient
    from ai_rust_client.prices import Prices
    from ai_rust_client.responses import Input, Response

_LONGEST_COOL_DOWN = 16

_latest: ContextVar[WeakKeyDictionary[Router, Route]] = ContextVar("latest_routes", default=WeakKeyDictionary())  # noqa: B039
"""The latest route of each router in a thread or task. The dictionary is replaced, never changed."""


@dataclass(frozen=True)
class Attempt:
    """A client that was tried: its place in the list, the model it was asked for, and what failed."""

    index: int
    model: str | Sequence[str]
    error: AIClientError | None
    seconds: float


@dataclass(frozen=True)
class Route:
    """How a call was served: by the last of `attempts`, unless that failed too.

    `cost` is in US dollars, from the provider or the router's prices; None if it is unknown, and until a stream ends.
    """

    attempts: tuple[Attempt, ...]
    client: AIClient | ObservedClient | Router | None
    usage: Usage | None = None
    cost: float | None = None


@dataclass(frozen=True)
class Health:
    """The state of a client: `cooling` is for how many seconds it is tried only after all others."""

    failures: int
    cooling: float
    last_error: AIClientError | None


@dataclass
class _Member:
    index: int
    client: AIClient | ObservedClient | Router
    models: Mapping[str, str]
    failures: int = 0
    resume_at: float = 0.0
    last_error: AIClientError | None = None
    missing: dict[str, float] = field(default_factory=dict)

    def model(self, model: str | Sequence[str]) -> str | Sequence[str]:
        if isinstance(model, str):
            return self.models.get(model, model)
        return [self.models.get(one, one) for one in model]

    def available_at(self, model: str | Sequence[str]) -> float:
        return max(self.resume_at, self.missing.get(str(model), 0.0))


class Router(ClientMethods):
    """Clients in order of preference, with the methods of one: the next is tried when one fails before its first byte.

    A client that fails (no connection, a timeout, 5xx, 429, a refused key, no credits) is tried only after all others
    for `cool_down` seconds, twice as long after each further failure (at most 16 times), or for the `Retry-After` of a
    429. A model that a client does not have counts for that model only. A request that is itself wrong (400, 413, 422)
    is not tried elsewhere. Each client retries by its own settings before the next is tried.

    `models` has a mapping for each client, from the name of a model to that client's name for it; other names are used
    unchanged. `prices` is a table for providers that do not say what an answer costs. Thread-safe. `close` closes the
    clients.
    """

    def __init__(
        self,
        clients: Sequence[AIClient | ObservedClient | Router],
        *,
        cool_down: float = 30.0,
        models: Sequence[Mapping[str, str] | None] | None = None,
        prices: Prices | None = None,
    ) -> None:
        if not isinstance(clients, Sequence):
            raise TypeError(f"a router needs a list of clients, as in Router([client]), not {type(clients).__name__}")
        for index, client in enumerate(clients):
            check_client(client, f"clients[{index}]")
        if not clients:
            raise ValueError("a router needs at least one client")
        if models is not None and len(models) != len(clients):
            raise ValueError(f"models must have an entry for each of the {len(clients)} clients, not {len(models)}")
        if cool_down < 0:
            raise ValueError(f"cool_down must be 0 seconds or more, not {cool_down}")
        maps = models or [None] * len(clients)
        self._members = [_Member(index, client, maps[index] or {}) for index, client in enumerate(clients)]
        self._cool_down = cool_down
        self._prices = prices or {}
        self._lock = threading.Lock()
        self._last: Route | None = None
        self._spent = 0.0

    @property
    def last(self) -> Route | None:
        """How the latest call of this thread or asyncio task was served; without one, the latest of all, or None.

        The `route` of a stream is that of its own call.
        """
        return _latest.get().get(self, self._last)

    def _record(self, route: Route) -> None:
        self._last = route
        routes = WeakKeyDictionary(_latest.get())
        routes[self] = route
        _latest.set(routes)

    @property
    def spent(self) -> float:
        """What all calls cost so far in US dollars, as far as it is known."""
        return self._spent

    @property
    def health(self) -> tuple[Health, ...]:
        """The state of each client, in the order of the list."""
        now = time.monotonic()
        with self._lock:
            return tuple(Health(m.failures, max(0.0, m.resume_at - now), m.last_error) for m in self._members)

    def send_request(self, prompt: str, model: str, **options: Any) -> str:
        """The text of the answer to one prompt. Blocks."""
        return self.chat([{"role": "user", "content": prompt}], model, **options).text

    def stream_response(self, prompt: str, model: str, **options: Any) -> RoutedStream:
        """Stream the answer to one prompt. Returns at once; errors are raised while the stream is read."""
        return self.stream([{"role": "user", "content": prompt}], model, **options)

    def chat(self, messages: Sequence[Message], model: str | Sequence[str], **options: Any) -> ChatResponse:
        """The whole answer of the first client that has one. Blocks."""
        response: ChatResponse = self._call("chat", messages, model, options)
        return response

    async def achat(self, messages: Sequence[Message], model: str | Sequence[str], **options: Any) -> ChatResponse:
        """`chat` for asyncio."""
        response: ChatResponse = await self._acall("achat", messages, model, options)
        return response

    def stream(self, messages: Sequence[Message], model: str | Sequence[str], **options: Any) -> RoutedStream:
        """`chat`, streamed. Returns at once; all errors are raised while the stream is read."""
        return RoutedStream(Routing(self, model), lambda client, name: client.stream(messages, name, **options))

    @overload
    def respond(
        self, input: Input, model: str | Sequence[str], *, stream: Literal[False] = ..., **options: Any
    ) -> Response: ...
    @overload
    def respond(
        self, input: Input, model: str | Sequence[str], *, stream: Literal[True], **options: Any
    ) -> RoutedEvents: ...
    def respond(
        self, input: Input, model: str | Sequence[str], *, stream: bool = False, **options: Any
    ) -> Response | RoutedEvents:
        """The answer of the Responses API, of the first client that has one. Blocks, unless it is streamed.

        A `previous_response_id` is known only to the client that served that response.
        """
        if stream:
            return self._response_events(input, model, options)
        response: Response = self._call("respond", input, model, options)
        return response

    @overload
    async def arespond(
        self, input: Input, model: str | Sequence[str], *, stream: Literal[False] = ..., **options: Any
    ) -> Response: ...
    @overload
    async def arespond(
        self, input: Input, model: str | Sequence[str], *, stream: Literal[True], **options: Any
    ) -> RoutedEvents: ...
    async def arespond(
        self, input: Input, model: str | Sequence[str], *, stream: bool = False, **options: Any
    ) -> Response | RoutedEvents:
        """`respond` for asyncio. A stream is returned at once; its errors are raised while it is read."""
        if stream:
            return self._response_events(input, model, options)
        response: Response = await self._acall("arespond", input, model, options)
        return response

    def _response_events(self, input: Input, model: str | Sequence[str], options: dict[str, Any]) -> RoutedEvents:
        return RoutedEvents(
            Routing(self, model), lambda client, name: client.respond(input, name, stream=True, **options)
        )

    def embed(self, input: str | Sequence[str], model: str, **options: Any) -> Embeddings:
        """The embeddings of texts. Blocks. All vectors of a collection have to come from the same model."""
        embeddings: Embeddings = self._call("embed", input, model, options)
        return embeddings

    async def aembed(self, input: str | Sequence[str], model: str, **options: Any) -> Embeddings:
        """`embed` for asyncio."""
        embeddings: Embeddings = await self._acall("aembed", input, model, options)
        return embeddings

    def models(self, **options: Any) -> list[ModelInfo]:
        """The models of the first client that lists them. Blocks."""
        routing = Routing(self, "")
        for member in routing:
            try:
                return member.client.models(**options)
            except AIClientError as error:
                routing.failed(error)
        raise routing.error

    async def amodels(self, **options: Any) -> list[ModelInfo]:
        """`models` for asyncio."""
        routing = Routing(self, "")
        for member in routing:
            try:
                return await member.client.amodels(**options)
            except AIClientError as error:
                routing.failed(error)
        raise routing.error

    def _call(self, method: str, what: Any, model: str | Sequence[str], options: dict[str, Any]) -> Any:
        routing = Routing(self, model)
        for member in routing:
            try:
                result = getattr(member.client, method)(what, routing.model, **options)
            except AIClientError as error:
                routing.failed(error)
            else:
                routing.served(result.usage, result.model)
                return result
        raise routing.error

    async def _acall(self, method: str, what: Any, model: str | Sequence[str], options: dict[str, Any]) -> Any:
        routing = Routing(self, model)
        for member in routing:
            try:
                result = await getattr(member.client, method)(what, routing.model, **options)
            except AIClientError as error:
                routing.failed(error)
            else:
                routing.served(result.usage, result.model)
                return result
        raise routing.error

    def prewarm(self) -> None:
        """Open a connection of the preferred client in the background and return at once."""
        self._members[0].client.prewarm()

    def close(self) -> None:
        """Close all clients. May be called more than once."""
        for member in self._members:
            member.client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, t: type[BaseException] | None, e: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, t: type[BaseException] | None, e: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Router([{', '.join(repr(member.client) for member in self._members)}])"


class Routing:
    """One call of a router: iterates over the clients to try, and records what happened."""

    def __init__(self, router: Router, model: str | Sequence[str]) -> None:
        self._router = router
        self._requested = model
        self._attempts: list[Attempt] = []
        self._member: _Member | None = None
        self._started_at = 0.0
        self.model = model
        self.error = AIClientError("no client was tried")
        self.route = Route((), None)

    def _record(self, route: Route) -> None:
        self.route = route
        self._router._record(route)

    def __iter__(self) -> Iterator[_Member]:
        now = time.monotonic()
        with self._router._lock:
            # Clients that cool down come last, the one that will be ready first before the others.
            waits = [max(0.0, m.available_at(m.model(self._requested)) - now) for m in self._router._members]
        for member in sorted(self._router._members, key=lambda member: waits[member.index]):
            self._member = member
            self.model = member.model(self._requested)
            self._started_at = time.monotonic()
            yield member

    def failed(self, error: AIClientError) -> None:
        """The client failed before its first byte. Raises the error if no other may be tried."""
        member, router = self._member, self._router
        if member is None:
            raise error
        self._attempts.append(Attempt(member.index, self.model, error, time.monotonic() - self._started_at))
        self.error = error
        lines = (f"client {one.index}: {type(one.error).__name__}: {one.error}" for one in self._attempts)
        error.attempts = tuple(lines) if len(self._attempts) > 1 else error.attempts
        self._record(Route(tuple(self._attempts), None))
        if isinstance(error, BadRequestError | StreamCancelled):
            raise error
        now = time.monotonic()
        with router._lock:
            if isinstance(error, NotFoundError):
                member.missing[str(self.model)] = now + router._cool_down
                return
            member.last_error = error
            longer = min(_LONGEST_COOL_DOWN, 2**member.failures)
            member.failures += 1
            asked = error.retry_after if isinstance(error, RateLimitError) else None
            member.resume_at = now + (asked or router._cool_down * longer)  # a Retry-After of 0 limits nothing

    def first_byte(self) -> None:
        """The client answers."""
        member, router = self._member, self._router
        if member is None:
            return
        with router._lock:
            member.failures, member.resume_at, member.last_error = 0, 0.0, None
            member.missing.pop(str(self.model), None)
        self._attempts.append(Attempt(member.index, self.model, None, time.monotonic() - self._started_at))
        self._record(Route(tuple(self._attempts), member.client))

    def ended(self, usage: Usage | None, model: str | None) -> None:
        """The answer is complete."""
        router = self._router
        cost = cost_of(usage, model, router._prices)
        with router._lock:
            router._spent += cost or 0.0
        client = None if self._member is None else self._member.client
        self._record(Route(tuple(self._attempts), client, usage, cost))

    def served(self, usage: Usage | None, model: str | None) -> None:
        """The client gave a whole answer."""
        self.first_byte()
        self.ended(usage, model)
