"""`ai_rust_client` as a `minimal_browser_core.chat.port.ChatClient`. Its values pass through uncopied."""

import importlib
from collections.abc import AsyncIterator, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Self

from minimal_browser_core import errors
from minimal_browser_core.chat.port import ChatResponse, Message, ModelInfo, StreamEvent, ToolCall, Usage
from minimal_browser_core.errors import AIClientError, BackendError
from minimal_browser_core.secrets import Secret

_COMMON = ("code", "retryable", "status", "request_id", "attempts")

_EXTRA: Mapping[type[AIClientError], tuple[str, ...]] = {
    errors.APITimeoutError: ("phase",),
    errors.APIStatusError: ("body",),
    errors.RateLimitError: ("body", "retry_after"),
    errors.StreamInterruptedError: ("partial_text", "usage"),
}


def translate(error: Exception) -> AIClientError:
    """An exception of the wheel as the one of the same name here, or of its nearest base that is known here."""
    ours = next(filter(None, (_by_name(base.__name__) for base in type(error).__mro__)), AIClientError)
    extra = next((names for base in ours.__mro__ if (names := _EXTRA.get(base))), ())
    return ours(str(error), **{name: getattr(error, name) for name in (*_COMMON, *extra) if hasattr(error, name)})


def _by_name(name: str) -> type[AIClientError] | None:
    found = getattr(errors, name, None)
    return found if isinstance(found, type) and issubclass(found, AIClientError) else None


class RustAIClient:
    """See `ai_rust_client.AIClient` for the settings. Raises `BackendError` where the wheel is not installed."""

    def __init__(self, api_key: str | Secret | None = None, **settings: Any) -> None:
        try:
            wheel = importlib.import_module("ai_rust_client")
        except ImportError as error:
            raise BackendError(
                f"ai_rust_client cannot be imported: {error}; install minimal-browser[rust-modules]"
            ) from error
        self._foreign: type[Exception] = wheel.AIClientError
        key = api_key.reveal() if isinstance(api_key, Secret) else api_key
        with self._translated():
            self._client = wheel.AIClient(key, **settings)

    def send_request(self, prompt: str, model: str) -> str:
        with self._translated():
            return str(self._client.send_request(prompt, model))

    def stream_response(self, prompt: str, model: str) -> "RustResponseStream":
        with self._translated():
            return RustResponseStream(self._client.stream_response(prompt, model), self._foreign)

    def chat(self, messages: Sequence[Message], model: str | Sequence[str], **options: Any) -> ChatResponse:
        with self._translated():
            response: ChatResponse = self._client.chat(messages, model, **options)
        return response

    async def achat(self, messages: Sequence[Message], model: str | Sequence[str], **options: Any) -> ChatResponse:
        with self._translated():
            response: ChatResponse = await self._client.achat(messages, model, **options)
        return response

    def stream(self, messages: Sequence[Message], model: str | Sequence[str], **options: Any) -> "RustResponseStream":
        with self._translated():
            return RustResponseStream(self._client.stream(messages, model, **options), self._foreign)

    def models(self) -> Sequence[ModelInfo]:
        with self._translated():
            models: Sequence[ModelInfo] = self._client.models()
        return models

    async def amodels(self) -> Sequence[ModelInfo]:
        with self._translated():
            models: Sequence[ModelInfo] = await self._client.amodels()
        return models

    def prewarm(self) -> None:
        with self._translated():
            self._client.prewarm()

    def close(self) -> None:
        with self._translated():
            self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, t: type[BaseException] | None, e: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, t: type[BaseException] | None, e: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Rust{self._client!r}"

    def _translated(self) -> Any:
        return translated(self._foreign)


@contextmanager
def translated(foreign: type[Exception]) -> Iterator[None]:
    try:
        yield
    except foreign as error:
        raise translate(error) from None


class RustResponseStream:
    """See `minimal_browser_core.chat.port.ResponseStream`."""

    def __init__(self, stream: Any, foreign: type[Exception]) -> None:
        self._stream = stream
        self._foreign = foreign

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        # Once for each delta: a context manager would cost more than the delta does.
        try:
            return self._stream.__next__()  # type: ignore[no-any-return]
        except self._foreign as error:
            raise translate(error) from None

    def __aiter__(self) -> AsyncIterator[str]:
        return self

    async def __anext__(self) -> str:
        try:
            return await self._stream.__anext__()  # type: ignore[no-any-return]
        except self._foreign as error:
            raise translate(error) from None

    def __await__(self) -> Generator[Any, None, Self]:
        return self._wait_for_head().__await__()

    async def _wait_for_head(self) -> Self:
        with translated(self._foreign):
            await self._stream
        return self

    def events(self) -> Iterator[StreamEvent]:
        with translated(self._foreign):
            yield from self._stream.events()

    async def aevents(self) -> AsyncIterator[StreamEvent]:
        with translated(self._foreign):
            async for event in self._stream.aevents():
                yield event

    def fileno(self) -> int:
        with translated(self._foreign):
            return int(self._stream.fileno())

    def drain(self) -> Sequence[StreamEvent]:
        with translated(self._foreign):
            events: Sequence[StreamEvent] = self._stream.drain()
        return events

    def cancel(self) -> None:
        self._stream.cancel()

    def __enter__(self) -> Self:
        self._stream.__enter__()
        return self

    def __exit__(self, t: type[BaseException] | None, e: BaseException | None, tb: TracebackType | None) -> None:
        self._stream.__exit__(t, e, tb)

    def __repr__(self) -> str:
        return f"Rust{self._stream!r}"

    @property
    def text(self) -> str:
        return self._stream.text  # type: ignore[no-any-return]

    @property
    def reasoning(self) -> str:
        return self._stream.reasoning  # type: ignore[no-any-return]

    @property
    def tool_calls(self) -> Sequence[ToolCall]:
        return self._stream.tool_calls  # type: ignore[no-any-return]

    @property
    def usage(self) -> Usage | None:
        return self._stream.usage  # type: ignore[no-any-return]

    @property
    def model(self) -> str | None:
        return self._stream.model  # type: ignore[no-any-return]

    @property
    def provider(self) -> str | None:
        return self._stream.provider  # type: ignore[no-any-return]

    @property
    def finish_reason(self) -> str | None:
        return self._stream.finish_reason  # type: ignore[no-any-return]

    @property
    def request_id(self) -> str | None:
        return self._stream.request_id  # type: ignore[no-any-return]

    @property
    def rate_limits(self) -> Mapping[str, str]:
        return self._stream.rate_limits  # type: ignore[no-any-return]

    @property
    def time_to_first_byte(self) -> float | None:
        return self._stream.time_to_first_byte  # type: ignore[no-any-return]

    @property
    def time_to_last_byte(self) -> float | None:
        return self._stream.time_to_last_byte  # type: ignore[no-any-return]
