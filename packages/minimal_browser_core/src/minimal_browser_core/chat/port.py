"""The chat client that every copilot speaks through.

The Rust wheel, the Python fallback and the offline default all have this shape. The wire format is
OpenAI-compatible `POST {base_url}/chat/completions`, streams are Server-Sent Events (WHATWG HTML, 9.2).
Values are Protocols with read-only attributes, so that native objects cross without being copied.
Failures are the `AIClientError` family of `minimal_browser_core.errors`.
"""

from collections.abc import AsyncIterator, Generator, Iterator, Mapping, Sequence
from types import TracebackType
from typing import Any, Literal, Protocol, Self, runtime_checkable

Message = Mapping[str, Any]
"""One message as the wire has it: role, content (text or a list of parts), tool_calls, tool_call_id."""

EventKind = Literal["text", "reasoning", "tool_call", "usage", "annotation", "finish"]


class ToolCall(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def arguments(self) -> str:
        """JSON text, as the model wrote it: it may be malformed."""


class Usage(Protocol):
    @property
    def prompt_tokens(self) -> int: ...
    @property
    def completion_tokens(self) -> int: ...
    @property
    def total_tokens(self) -> int: ...
    @property
    def cached_tokens(self) -> int: ...
    @property
    def reasoning_tokens(self) -> int: ...
    @property
    def cost(self) -> float | None:
        """US dollars, where the provider says."""


class StreamEvent(Protocol):
    @property
    def kind(self) -> EventKind: ...
    @property
    def text(self) -> str: ...
    @property
    def tool_call(self) -> ToolCall | None:
        """Complete: a tool call is handed over once all of its deltas have arrived."""

    @property
    def usage(self) -> Usage | None: ...


class ChatResponse(Protocol):
    @property
    def text(self) -> str: ...
    @property
    def reasoning(self) -> str: ...
    @property
    def tool_calls(self) -> Sequence[ToolCall]: ...
    @property
    def usage(self) -> Usage | None: ...
    @property
    def model(self) -> str: ...
    @property
    def provider(self) -> str | None: ...
    @property
    def finish_reason(self) -> str | None: ...
    @property
    def request_id(self) -> str | None: ...
    @property
    def rate_limits(self) -> Mapping[str, str]:
        """The response's headers that tell of rate limits, as the provider words them; names in lower case."""

    @property
    def time_to_first_byte(self) -> float | None:
        """Seconds from the beginning of the try that served, its connection included, to the response head."""

    @property
    def time_to_last_byte(self) -> float | None: ...
    @property
    def raw(self) -> Mapping[str, Any]: ...


class ModelInfo(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str | None: ...
    @property
    def context_length(self) -> int | None: ...


class ResponseStream(Protocol):
    """An iterator and an async iterator of text deltas; `await stream` waits for the response head.

    One reader at a time; `cancel` from any thread. What has arrived so far stands in the attributes.
    """

    def __iter__(self) -> Iterator[str]: ...
    def __next__(self) -> str: ...
    def __aiter__(self) -> AsyncIterator[str]: ...
    async def __anext__(self) -> str: ...
    def __await__(self) -> Generator[Any, None, Self]: ...
    def events(self) -> Iterator[StreamEvent]: ...
    def aevents(self) -> AsyncIterator[StreamEvent]: ...
    def fileno(self) -> int:
        """Readable when events wait, or when the stream has ended; pair it with `drain`."""

    def drain(self) -> Sequence[StreamEvent]:
        """All that has arrived, without waiting; empty when nothing has. Raises as iteration would.

        After a `finish` event the stream has ended and `drain` returns nothing more.
        """

    def cancel(self) -> None:
        """Close the connection at once; any number of times. A waiting reader ends with `StreamCancelled`."""

    @property
    def text(self) -> str: ...
    @property
    def reasoning(self) -> str: ...
    @property
    def tool_calls(self) -> Sequence[ToolCall]: ...
    @property
    def usage(self) -> Usage | None: ...
    @property
    def model(self) -> str | None: ...
    @property
    def provider(self) -> str | None: ...
    @property
    def finish_reason(self) -> str | None: ...
    @property
    def request_id(self) -> str | None: ...
    @property
    def rate_limits(self) -> Mapping[str, str]:
        """As in `ChatResponse`; empty until the response head is there."""

    @property
    def time_to_first_byte(self) -> float | None:
        """As in `ChatResponse`; None until the response head is there."""

    @property
    def time_to_last_byte(self) -> float | None:
        """None until the answer is whole."""

    def __enter__(self) -> Self: ...
    def __exit__(self, t: type[BaseException] | None, e: BaseException | None, tb: TracebackType | None) -> None: ...


@runtime_checkable
class ChatClient(Protocol):
    """Thread-safe; one connection pool. Blocking calls release the GIL while they wait.

    A sequence of models is an order of preference: the next is tried when one is refused or unavailable before its
    first byte. Options go to the wire as they are.
    """

    def send_request(self, prompt: str, model: str) -> str: ...
    def stream_response(self, prompt: str, model: str) -> ResponseStream: ...
    def chat(self, messages: Sequence[Message], model: str | Sequence[str], **options: Any) -> ChatResponse: ...
    async def achat(self, messages: Sequence[Message], model: str | Sequence[str], **options: Any) -> ChatResponse: ...
    def stream(self, messages: Sequence[Message], model: str | Sequence[str], **options: Any) -> ResponseStream:
        """Return at once; errors, the connection's included, come to the reader."""

    def models(self) -> Sequence[ModelInfo]: ...
    async def amodels(self) -> Sequence[ModelInfo]: ...
    def prewarm(self) -> None: ...
    def close(self) -> None: ...
