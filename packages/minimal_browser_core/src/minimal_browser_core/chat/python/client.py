"""A chat client in pure Python on httpx2; implements `minimal_browser_core.chat.port.ChatClient`.

Each call runs on its own daemon thread, so that the caller's thread stays interruptible and every call can be
cancelled. httpx2 is imported on the first of these threads, never on the caller's.
"""

from collections.abc import Mapping, Sequence
from os import PathLike
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from minimal_browser_core.chat.embeddings import Embeddings
from minimal_browser_core.chat.port import Message
from minimal_browser_core.chat.values import ChatResponse, ModelInfo
from minimal_browser_core.secrets import MASK, Secret

from .call_options import check_extra_body, config_for_call, take_call_options
from .channel import Channel
from .condition import require_asyncio
from .config import Config, check_count, make_config
from .executor import CallExecutor, CallFuture, CallThread
from .http.call import Call
from .protocol.encode import encode_request, model_names
from .response_stream import PythonResponseStream
from .timers import make_timers
from .unknown_settings import refuse_unknown_settings

if TYPE_CHECKING:
    from .http.retrying_client import RetryingClient


class PythonAIClient:
    """Thread-safe, with one connection pool. Ctrl-C interrupts every blocking call at once.

    Timeouts are in seconds, None for no limit: `connect_timeout` for TCP and TLS, `idle_timeout` between two bytes,
    `first_token_timeout` until the first content and `stall_timeout` between contents (comments do not count; of a
    whole response every byte that is not white space counts), `end_timeout` between chunks once every choice has its
    finish reason (the stream then ends well), `total_timeout` for the whole call with its retries. `max_retries`
    applies to failed connections and to status 408, 409, 429 and 5xx, until the first part of the response was
    delivered. A stream stops receiving while `max_buffered_bytes` of it are unread; then only the total timeout runs.
    `proxy` (http:// or socks5://) defaults to the environment variables HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and
    NO_PROXY. `ca_bundle` is a PEM file whose certificates are added to the platform's, `client_cert` one with the
    client's certificate and private key. Connections begin at `local_address`, or go to `unix_socket`.
    In lists of models, a model that was refused (402, 403, 404, or a 400 that says there is no such model) is skipped
    for ten minutes, by all clients of this process with the same base URL and headers.
    Raises `TypeError` or `ValueError` for an invalid setting. Calls raise the `AIClientError` family.

    Every call takes `timeout` (the total, or `minimal_browser_core.chat.timeouts.Timeouts`), `max_retries`,
    `extra_headers` and `extra_query`; those with a body also `extra_body`, whose fields win over the options.
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
        max_buffered_bytes: int = 4 << 20,
        proxy: str | None = None,
        ca_bundle: str | PathLike[str] | None = None,
        client_cert: str | PathLike[str] | None = None,
        local_address: str | None = None,
        unix_socket: str | PathLike[str] | None = None,
        **unknown: Any,
    ) -> None:
        refuse_unknown_settings(type(self).__init__, unknown)
        timers = make_timers(
            connect=connect_timeout,
            idle=idle_timeout,
            first_token=first_token_timeout,
            stall=stall_timeout,
            end=end_timeout,
            total=total_timeout,
        )
        self._config = make_config(
            api_key,
            base_url,
            headers=headers,
            timers=timers,
            max_retries=max_retries,
            max_buffered_bytes=max_buffered_bytes,
            proxy=proxy,
            ca_bundle=ca_bundle,
            client_cert=client_cert,
            local_address=local_address,
            unix_socket=unix_socket,
        )
        self._executor = CallExecutor(self._config)

    def send_request(self, prompt: str, model: str, **options: Any) -> str:
        return self.chat([{"role": "user", "content": prompt}], model, **options).text

    def stream_response(self, prompt: str, model: str, **options: Any) -> PythonResponseStream:
        return self.stream([{"role": "user", "content": prompt}], model, **options)

    def chat(self, messages: str | Sequence[Message], model: str | Sequence[str], **options: Any) -> ChatResponse:
        return self._start_chat(messages, model, options).result()

    async def achat(
        self, messages: str | Sequence[Message], model: str | Sequence[str], **options: Any
    ) -> ChatResponse:
        require_asyncio()
        return await self._start_chat(messages, model, options).aresult()

    def stream(
        self, messages: str | Sequence[Message], model: str | Sequence[str], **options: Any
    ) -> PythonResponseStream:
        models, config = model_names(model), self._take_call_config(options)
        rest = _encode(messages, options, stream=True)
        channel = Channel(config.max_buffered_bytes)

        def work(client: "RetryingClient", call: Call) -> None:
            from .http.streaming import stream

            stream(client, call, channel, models, rest)

        thread = CallThread(self._executor, work, lambda _: channel.end(), channel.end, config)
        return PythonResponseStream(channel, thread.cancel)

    def models(self, **options: Any) -> list[ModelInfo]:
        return self._start_models(options).result()

    async def amodels(self, **options: Any) -> list[ModelInfo]:
        require_asyncio()
        return await self._start_models(options).aresult()

    def embed(
        self,
        input: str | Sequence[str],
        model: str,
        *,
        dimensions: int | None = None,
        batch_size: int = 256,
        **options: Any,
    ) -> Embeddings:
        """Return the vector of each text. The texts are sent in batches, at most four at a time."""
        return self._start_embed(input, model, dimensions, batch_size, options).result()

    async def aembed(
        self,
        input: str | Sequence[str],
        model: str,
        *,
        dimensions: int | None = None,
        batch_size: int = 256,
        **options: Any,
    ) -> Embeddings:
        """Return the vectors like `embed`. Cancelling the task closes the connections."""
        require_asyncio()
        return await self._start_embed(input, model, dimensions, batch_size, options).aresult()

    def prewarm(self) -> None:
        """Import, resolve and connect in the background; a failure is reported by the first call, not here."""

        def work(client: "RetryingClient", call: Call) -> None:
            with client.open_response("HEAD", "models", "application/json"):
                return

        CallThread(self._executor, work, lambda _: None, lambda _: None, self._config)

    def _take_call_config(self, options: dict[str, Any]) -> Config:
        """Return the settings of a call, whose options are removed from those for the provider."""
        return config_for_call(self._config, **take_call_options(options))

    def _start_chat(
        self, messages: str | Sequence[Message], model: str | Sequence[str], options: dict[str, Any]
    ) -> CallFuture[ChatResponse]:
        models, config = model_names(model), self._take_call_config(options)
        rest = _encode(messages, options, stream=False)

        def work(client: "RetryingClient", call: Call) -> ChatResponse:
            from .http.non_streaming import chat

            return chat(client, call, models, rest)

        return CallFuture(self._executor, work, config)

    def _start_models(self, options: dict[str, Any]) -> CallFuture[list[ModelInfo]]:
        config = self._take_call_config(options)
        if options:
            raise TypeError(f"the list of models has no option {min(options)}")

        def work(client: "RetryingClient", call: Call) -> list[ModelInfo]:
            from .http.non_streaming import list_models

            return list_models(client, call)

        return CallFuture(self._executor, work, config)

    def _start_embed(
        self, texts: Any, model: str, dimensions: int | None, batch_size: int, options: dict[str, Any]
    ) -> CallFuture[Embeddings]:
        from .protocol.vectors import check_texts, encode_texts

        texts = check_texts(texts)
        if not isinstance(model, str) or not model:
            raise ValueError("model must be a model's name")
        size = check_count("batch_size", batch_size, 1)
        config = self._take_call_config(options)
        extra_body = check_extra_body(options.pop("extra_body", None))
        if dimensions is not None:
            options = {"dimensions": check_count("dimensions", dimensions, 1), **options}
        batches = [texts[start : start + size] for start in range(0, len(texts), size)]
        requests = [(len(batch), encode_texts(batch, options, extra_body)) for batch in batches]

        def work(client: "RetryingClient", call: Call) -> Embeddings:
            from .http.embedding import embed

            return embed(client, call, model, requests)

        return CallFuture(self._executor, work, config)

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


def _encode(messages: str | Sequence[Message], options: dict[str, Any], *, stream: bool) -> bytes:
    extra_body = check_extra_body(options.pop("extra_body", None))
    return encode_request(messages, options, extra_body, stream=stream)
