"""A chat client in pure Python on httpx2; implements `minimal_browser_core.chat.port.ChatClient`.

Each call runs on its own daemon thread, so that the caller's thread stays interruptible and every call can be
cancelled. httpx2 is imported on the first of these threads, never on the caller's.
"""

from collections.abc import Mapping, Sequence
from os import PathLike
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from minimal_browser_core.chat.port import Message
from minimal_browser_core.chat.values import ChatResponse, ModelInfo
from minimal_browser_core.secrets import MASK, Secret

from .channel import Channel
from .config import Timeouts, make_config
from .executor import CallExecutor, CallFuture, CallThread
from .http.call import Call
from .protocol.encode import encode_request, model_names
from .response_stream import PythonResponseStream

if TYPE_CHECKING:
    from .http.retrying_client import RetryingClient


class PythonAIClient:
    """Thread-safe, with one connection pool. Ctrl-C interrupts every blocking call at once.

    Timeouts are in seconds, None for no limit: `connect_timeout` for TCP and TLS, `idle_timeout` between two bytes,
    `first_token_timeout` until the first content and `stall_timeout` between contents (comments do not count),
    `end_timeout` between chunks once every choice has its finish reason (the stream then ends well),
    `total_timeout` for the whole call with its retries. `max_retries` applies to failed connections and to status 408,
    409, 429 and 5xx, until the first part of the response was delivered. `proxy` (http:// or socks5://) defaults to
    the environment variables HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY. `ca_bundle` is a PEM file whose
    certificates are added to the platform's.
    In lists of models, a model that was refused (402, 403, 404, or a 400 that says there is no such model) is skipped
    for ten minutes, by all clients of this process with the same base URL and headers.
    Raises `ValueError` for an invalid setting. Calls raise the `AIClientError` family.
    """

    def __init__(  # noqa: PLR0913  the settings of the public API
        self,
        api_key: str | Secret | None = None,
        *,
        base_url: str = "https://openrouter.ai/api/v1",
        headers: Mapping[str, str] | None = None,
        connect_timeout: float = 10.0,
        idle_timeout: float | None = 60.0,
        first_token_timeout: float | None = None,
        stall_timeout: float | None = 120.0,
        end_timeout: float | None = 30.0,
        total_timeout: float | None = None,
        max_retries: int = 2,
        proxy: str | None = None,
        ca_bundle: str | PathLike[str] | None = None,
    ) -> None:
        timeouts = Timeouts(
            connect_timeout, idle_timeout, first_token_timeout, stall_timeout, end_timeout, total_timeout
        )
        self._config = make_config(
            api_key,
            base_url,
            headers=headers,
            timeouts=timeouts,
            max_retries=max_retries,
            proxy=proxy,
            ca_bundle=ca_bundle,
        )
        self._executor = CallExecutor(self._config)

    def send_request(self, prompt: str, model: str) -> str:
        return self.chat([{"role": "user", "content": prompt}], model).text

    def stream_response(self, prompt: str, model: str) -> PythonResponseStream:
        return self.stream([{"role": "user", "content": prompt}], model)

    def chat(self, messages: Sequence[Message], model: str | Sequence[str], **options: Any) -> ChatResponse:
        return self._start_chat(messages, model, options).result()

    async def achat(self, messages: Sequence[Message], model: str | Sequence[str], **options: Any) -> ChatResponse:
        return await self._start_chat(messages, model, options).aresult()

    def stream(self, messages: Sequence[Message], model: str | Sequence[str], **options: Any) -> PythonResponseStream:
        models, rest = model_names(model), encode_request(messages, options, stream=True)
        channel = Channel()

        def work(client: "RetryingClient", call: Call) -> None:
            from .http.streaming import stream

            stream(client, call, channel, models, rest)

        thread = CallThread(self._executor, work, lambda _: channel.end(), channel.end)
        return PythonResponseStream(channel, thread.cancel)

    def models(self) -> list[ModelInfo]:
        return self._start_models().result()

    async def amodels(self) -> list[ModelInfo]:
        return await self._start_models().aresult()

    def prewarm(self) -> None:
        """Import, resolve and connect in the background; a failure is reported by the first call, not here."""

        def work(client: "RetryingClient", call: Call) -> None:
            with client.open_response("HEAD", "models", "application/json"):
                return

        CallThread(self._executor, work, lambda _: None, lambda _: None)

    def _start_chat(
        self, messages: Sequence[Message], model: str | Sequence[str], options: dict[str, Any]
    ) -> CallFuture[ChatResponse]:
        models, rest = model_names(model), encode_request(messages, options, stream=False)

        def work(client: "RetryingClient", call: Call) -> ChatResponse:
            from .http.non_streaming import chat

            return chat(client, call, models, rest)

        return CallFuture(self._executor, work)

    def _start_models(self) -> CallFuture[list[ModelInfo]]:
        def work(client: "RetryingClient", call: Call) -> list[ModelInfo]:
            from .http.non_streaming import list_models

            return list_models(client, call)

        return CallFuture(self._executor, work)

    def close(self) -> None:
        """Cancel the running calls and close all connections. Later calls raise `AIClientError`."""
        self._executor.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, t: type[BaseException] | None, e: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, t: type[BaseException] | None, e: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    def __repr__(self) -> str:
        key = repr(MASK) if self._config.has_key else "None"
        return f"PythonAIClient(base_url={self._config.display_base_url!r}, api_key={key})"
