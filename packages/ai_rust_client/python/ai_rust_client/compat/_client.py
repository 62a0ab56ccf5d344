"""`OpenAI` and `AsyncOpenAI`."""

import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from threading import Lock
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from ai_rust_client import AIClient
from ai_rust_client.compat._errors import NotCoveredError, OpenAIError
from ai_rust_client.compat._options import DEFAULT_TIMEOUT, NOT_GIVEN, CallOptions, Settings, is_omitted
from ai_rust_client.compat._resources import AsyncChat, AsyncModels, Chat, Models

_NOT_COVERED = (
    "admin_api_key",
    "data_residency",
    "http_client",
    "provider",
    "webhook_secret",
    "websocket_base_url",
    "workload_identity",
)


class _Connections:
    """One `AIClient` for each set of settings, shared by a client and the clients of its `with_options`."""

    def __init__(self) -> None:
        self._clients: dict[Settings, AIClient] = {}
        self._lock = Lock()
        self.closed = False

    def client(self, settings: Settings) -> AIClient:
        with self._lock:
            if self.closed:
                raise RuntimeError("this client is closed; create a new one")
            client = self._clients.get(settings)
            if client is None:
                if len(self._clients) >= 64:  # settings that change with every call must not accumulate
                    self._clients.pop(next(iter(self._clients)))
                client = self._clients[settings] = settings.make_client()
            return client

    def close(self) -> None:
        with self._lock:
            self.closed = True
            clients = list(self._clients.values())
            self._clients.clear()
        for client in clients:
            client.close()


class _Client:
    def __init__(
        self,
        *,
        api_key: str | Callable[[], Any] | None = None,
        organization: str | None = None,
        project: str | None = None,
        base_url: object = None,
        timeout: object = NOT_GIVEN,
        max_retries: int = 2,
        default_headers: Mapping[str, str] | None = None,
        default_query: Mapping[str, object] | None = None,
        **not_covered: object,
    ) -> None:
        _reject(not_covered)
        self._key_provider, api_key = _key(api_key if api_key is not None else os.environ.get("OPENAI_API_KEY"))
        if not api_key and not self._key_provider:
            raise OpenAIError("no API key: pass api_key, or set the environment variable OPENAI_API_KEY")
        if base_url is None or is_omitted(base_url):
            base_url = os.environ.get("OPENAI_BASE_URL") or "https://api.openai.com/v1"
        self.organization = organization if organization is not None else os.environ.get("OPENAI_ORG_ID")
        self.project = project if project is not None else os.environ.get("OPENAI_PROJECT_ID")
        own = {"OpenAI-Organization": self.organization, "OpenAI-Project": self.project}
        settings = Settings(api_key or "", str(base_url), max_retries=max_retries)
        self._settings = (
            settings.with_headers({name: value for name, value in own.items() if value})
            .with_headers(default_headers)
            .with_query(default_query)
            .with_timeout(DEFAULT_TIMEOUT)
            .with_timeout(timeout)
        )
        self.timeout = DEFAULT_TIMEOUT if is_omitted(timeout) else timeout
        self._connections = _Connections()
        self._connections.client(self._settings)  # raises for invalid settings

    @property
    def api_key(self) -> str:
        """The key. If a function provides it, that of the last call; empty before the first."""
        return self._settings.api_key

    @property
    def base_url(self) -> str:
        """The URL of the API, with a slash at its end."""
        return self._settings.base_url.rstrip("/") + "/"

    @property
    def max_retries(self) -> int:
        """The maximum number of retries of a call."""
        return self._settings.max_retries

    def with_options(  # noqa: PLR0913  the signature of the OpenAI library
        self,
        *,
        api_key: str | Callable[[], Any] | None = None,
        organization: str | None = None,
        project: str | None = None,
        base_url: object = None,
        timeout: object = NOT_GIVEN,
        max_retries: int | Any = NOT_GIVEN,
        default_headers: Mapping[str, str] | None = None,
        set_default_headers: Mapping[str, str] | None = None,
        default_query: Mapping[str, object] | None = None,
        set_default_query: Mapping[str, object] | None = None,
        **not_covered: object,
    ) -> Self:
        """A client with other options. It shares the connections: closing one client closes both."""
        _reject(not_covered)
        clone = type(self).__new__(type(self))
        clone._connections = self._connections
        clone.organization = organization if organization is not None else self.organization
        clone.project = project if project is not None else self.project
        clone.timeout = self.timeout if is_omitted(timeout) else timeout
        settings = self._settings
        clone._key_provider = self._key_provider
        if api_key is not None:
            clone._key_provider, key = _key(api_key)
            settings = replace(settings, api_key=key or "")
        if set_default_headers is not None:
            settings = replace(settings, headers=())
        if set_default_query is not None:
            settings = replace(settings, query=())
        own = {"OpenAI-Organization": clone.organization, "OpenAI-Project": clone.project}
        clone._settings = (
            replace(
                settings,
                base_url=settings.base_url if base_url is None or is_omitted(base_url) else str(base_url),
                max_retries=settings.max_retries if is_omitted(max_retries) else max_retries,
            )
            .with_headers({name: value for name, value in own.items() if value})
            .with_headers(set_default_headers or default_headers)
            .with_query(set_default_query or default_query)
            .with_timeout(timeout)
        )
        clone._connections.client(clone._settings)
        return clone

    copy = with_options

    def is_closed(self) -> bool:
        """Whether this client or one that shares its connections was closed."""
        return self._connections.closed

    def _client_for(self, options: CallOptions, key: object = None) -> tuple[AIClient, Settings]:
        """The client for a call with its own options. `key` is the result of the function that provides it."""
        if self._key_provider is not None:
            if not isinstance(key, str) or not key:
                kind = "an empty string" if key == "" else type(key).__name__
                raise ValueError(f"the api_key function must return a key, not {kind}")
            self._settings = replace(self._settings, api_key=key)
        settings = self._settings.with_headers(options.headers).with_query(options.query).with_timeout(options.timeout)
        return self._connections.client(settings), settings

    if not TYPE_CHECKING:  # type checkers report missing attributes

        def __getattr__(self, name: str) -> Any:
            if name.startswith("_"):
                raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
            raise NotCoveredError(
                f"{type(self).__name__}.{name} is not covered by ai_rust_client.compat, "
                "which has chat.completions.create, models.list and models.retrieve; use the OpenAI library for it"
            )


class OpenAI(_Client):
    """See the OpenAI library. Thread-safe; no repr and no exception contains the key.

    `api_key` may be a function that returns the key. It is called before each call.
    """

    def _call(self, options: CallOptions) -> tuple[AIClient, Settings]:
        return self._client_for(options, self._key_provider and self._key_provider())

    @property
    def chat(self) -> Chat:
        """`chat.completions.create`."""
        return Chat(self)

    @property
    def models(self) -> Models:
        """`models.list` and `models.retrieve`."""
        return Models(self)

    def close(self) -> None:
        """Cancel the calls in progress and close the connections. May be called more than once."""
        self._connections.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, t: type[BaseException] | None, e: BaseException | None, tb: TracebackType | None) -> None:
        self.close()


class AsyncOpenAI(_Client):
    """`OpenAI` for asyncio. A function that provides the key must be a coroutine function."""

    async def _call(self, options: CallOptions) -> tuple[AIClient, Settings]:
        return self._client_for(options, self._key_provider and await self._key_provider())

    @property
    def chat(self) -> AsyncChat:
        """`chat.completions.create`."""
        return AsyncChat(self)

    @property
    def models(self) -> AsyncModels:
        """`models.list` and `models.retrieve`."""
        return AsyncModels(self)

    async def close(self) -> None:
        """Cancel the calls in progress and close the connections. May be called more than once."""
        self._connections.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, t: type[BaseException] | None, e: BaseException | None, tb: TracebackType | None) -> None:
        self._connections.close()


def _key(api_key: str | Callable[[], Any] | None) -> tuple[Callable[[], Any] | None, str | None]:
    """The function that provides the key, or the key."""
    return (api_key, None) if callable(api_key) else (None, api_key)


def _reject(arguments: Mapping[str, object]) -> None:
    for name, value in arguments.items():
        if name not in _NOT_COVERED:
            raise TypeError(f"OpenAI takes no argument {name!r}")
        if value is not None and not is_omitted(value):
            raise NotCoveredError(f"{name} is not covered by ai_rust_client.compat; use the OpenAI library for it")
