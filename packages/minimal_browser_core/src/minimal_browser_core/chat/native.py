"""`ai_rust_client` as a `minimal_browser_core.chat.port.ChatClient`. Its values are passed on without a copy."""

from collections.abc import AsyncIterator, Generator, Iterator, Mapping, Sequence
from types import TracebackType
from typing import Any, Self, SupportsIndex

from minimal_browser_core.chat.port import (
    ChatClient,
    Choice,
    EmbeddingClient,
    Image,
    Message,
    ResponseStream,
    StreamEvent,
    ToolCall,
    Usage,
)
from minimal_browser_core.native_proxy import Attribute, NativeProxy, forward, forward_async, import_wheel, translate
from minimal_browser_core.secrets import Secret


class RustAIClient(NativeProxy):
    """Takes the settings of `ai_rust_client.AIClient`. Raises `BackendError` if the wheel is not installed."""

    def __init__(self, api_key: str | Secret | None = None, **settings: Any) -> None:
        wheel = import_wheel("ai_rust_client")
        key = api_key.reveal() if isinstance(api_key, Secret) else api_key
        try:
            super().__init__(wheel.AIClient(key, **settings), wheel.AIClientError)
        except wheel.AIClientError as error:
            raise translate(error) from None

    send_request = forward(ChatClient.send_request)
    chat = forward(ChatClient.chat)
    achat = forward_async(ChatClient.achat)
    models = forward(ChatClient.models)
    amodels = forward_async(ChatClient.amodels)
    embed = forward(EmbeddingClient.embed)
    aembed = forward_async(EmbeddingClient.aembed)
    prewarm = forward(ChatClient.prewarm)
    close = forward(ChatClient.close)
    _native_stream = forward(ChatClient.stream)
    _native_stream_response = forward(ChatClient.stream_response)

    def stream_response(self, prompt: str, model: str, **options: Any) -> "RustResponseStream":
        return RustResponseStream(self._native_stream_response(prompt, model, **options), self._foreign)

    def stream(self, messages: Sequence[Message], model: str | Sequence[str], **options: Any) -> "RustResponseStream":
        return RustResponseStream(self._native_stream(messages, model, **options), self._foreign)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, t: type[BaseException] | None, e: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, t: type[BaseException] | None, e: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Rust{self._native!r}"


class RustResponseStream(NativeProxy):
    """See `minimal_browser_core.chat.port.ResponseStream`."""

    fileno = forward(ResponseStream.fileno)
    drain = forward(ResponseStream.drain)
    cancel = forward(ResponseStream.cancel)
    text = Attribute[str]()
    reasoning = Attribute[str]()
    tool_calls = Attribute[Sequence[ToolCall]]()
    id = Attribute[str | None]()
    usage = Attribute[Usage | None]()
    model = Attribute[str | None]()
    provider = Attribute[str | None]()
    finish_reason = Attribute[str | None]()
    message = Attribute[dict[str, Any]]()
    choices = Attribute[Sequence[Choice]]()
    images = Attribute[Sequence[Image]]()
    refusal = Attribute[str | None]()
    request_id = Attribute[str | None]()
    headers = Attribute[Mapping[str, str]]()
    rate_limits = Attribute[Mapping[str, str]]()
    time_to_first_byte = Attribute[float | None]()
    time_to_last_byte = Attribute[float | None]()

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        try:
            return self._native.__next__()  # type: ignore[no-any-return]
        except self._foreign as error:
            raise translate(error) from None

    def __aiter__(self) -> AsyncIterator[str]:
        return self

    async def __anext__(self) -> str:
        try:
            return await self._native.__anext__()  # type: ignore[no-any-return]
        except self._foreign as error:
            raise translate(error) from None

    def __await__(self) -> Generator[Any, None, Self]:
        return self._wait_for_head().__await__()

    async def _wait_for_head(self) -> Self:
        try:
            await self._native
        except self._foreign as error:
            raise translate(error) from None
        return self

    def events(self) -> Iterator[StreamEvent]:
        try:
            yield from self._native.events()
        except self._foreign as error:
            raise translate(error) from None

    async def aevents(self) -> AsyncIterator[StreamEvent]:
        try:
            async for event in self._native.aevents():
                yield event
        except self._foreign as error:
            raise translate(error) from None

    def __reduce_ex__(self, protocol: SupportsIndex) -> Any:
        """An ended stream is pickled and copied as the native response; a running one raises `TypeError`."""
        return self._native.__reduce_ex__(protocol)

    def __enter__(self) -> Self:
        self._native.__enter__()
        return self

    def __exit__(self, t: type[BaseException] | None, e: BaseException | None, tb: TracebackType | None) -> None:
        self._native.__exit__(t, e, tb)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, t: type[BaseException] | None, e: BaseException | None, tb: TracebackType | None) -> None:
        self.__exit__(t, e, tb)

    def __repr__(self) -> str:
        return f"Rust{self._native!r}"
