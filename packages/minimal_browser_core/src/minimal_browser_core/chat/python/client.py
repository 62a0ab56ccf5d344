"""The chat client in pure Python, on httpx2: `minimal_browser_core.chat.port.ChatClient` without the native wheel.

One daemon thread for each call in flight, so that no call blocks what cannot be interrupted, and every one can be
cancelled. httpx2 is imported on the first of these threads, never where the client is made.
"""

from collections.abc import Mapping, Sequence
from os import PathLike
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from minimal_browser_core.chat.port import Message
from minimal_browser_core.secrets import MASK, Secret

from .config import Timeouts, make_config
from .encode import encode_request, model_names
from .http.call import Call
from .stream import Channel, PythonResponseStream
from .values import ChatResponse, ModelInfo
from .workers import Engine, Task, Worker

if TYPE_CHECKING:
    from .http.exchange import Exchange


class PythonAIClient:
    """Thread-safe; one connection pool. Every blocking call answers Ctrl-C at once.

    Times are in seconds, None sets no limit: `connect_timeout` for TCP and TLS, `idle_timeout` between two bytes,
    `first_token_timeout` up to the first content and `stall_timeout` between contents (comments do not count),
    `end_timeout` without a chunk once every choice has its finish reason (the stream then ends well),
    `total_timeout` for the whole call with its retries. `max_retries` is for connections that fail, 408, 409, 429 and
    5xx, never once something of the answer was handed over. `proxy` is else that of HTTPS_PROXY, HTTP_PROXY, ALL_PROXY
    and NO_PROXY: http:// or socks5://. `ca_bundle` is a PEM file, added to the platform's roots.
    A model that was refused (402, 403, 404, a 400 that says there is no such model) is passed over in lists of models
    for ten minutes, by all clients of this process with the same base URL and headers.
    Raises `ValueError` for a setting that cannot be used; what a call raises is the `AIClientError` family.
    """

    def __init__(
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
        self._config = make_config(api_key, base_url, headers, timeouts, max_retries, proxy, ca_bundle)
        self._engine = Engine(self._config)

    # -- asking --------------------------------------------------------------------------------------------------------

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

        def work(exchange: "Exchange", call: Call) -> None:
            from .http.streamed import stream

            stream(exchange, call, channel, models, rest)

        worker = Worker(self._engine, work, lambda _: channel.end(), channel.end)
        return PythonResponseStream(channel, worker.cancel)

    def models(self) -> list[ModelInfo]:
        return self._start_models().result()

    async def amodels(self) -> list[ModelInfo]:
        return await self._start_models().aresult()

    def prewarm(self) -> None:
        """Import, resolve and connect in the background; a failure shows on the first call, not here."""

        def work(exchange: "Exchange", call: Call) -> None:
            with exchange.answer("HEAD", "models", "application/json"):
                return

        Worker(self._engine, work, lambda _: None, lambda _: None)

    def _start_chat(
        self, messages: Sequence[Message], model: str | Sequence[str], options: dict[str, Any]
    ) -> Task[ChatResponse]:
        models, rest = model_names(model), encode_request(messages, options, stream=False)

        def work(exchange: "Exchange", call: Call) -> ChatResponse:
            from .http.whole import chat

            return chat(exchange, call, models, rest)

        return Task(self._engine, work)

    def _start_models(self) -> Task[list[ModelInfo]]:
        def work(exchange: "Exchange", call: Call) -> list[ModelInfo]:
            from .http.whole import list_models

            return list_models(exchange, call)

        return Task(self._engine, work)

    # -- ending --------------------------------------------------------------------------------------------------------

    def close(self) -> None:
        """Cancel what runs and close all connections; any number of times. A later call raises `AIClientError`."""
        self._engine.close()

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
        return f"PythonAIClient(base_url={self._config.shown_base_url!r}, api_key={key})"
