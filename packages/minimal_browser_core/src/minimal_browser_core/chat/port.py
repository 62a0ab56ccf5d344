"""The interface of chat clients.

The native client, the Python client and the offline client implement it. The wire format is the OpenAI-compatible
`POST {base_url}/chat/completions`; streams are Server-Sent Events (WHATWG HTML, section 9.2).
Values are Protocols with read-only attributes, so that native objects are passed on without a copy.
Failures raise the `AIClientError` family of `minimal_browser_core.errors`.
"""

from collections.abc import AsyncIterator, Generator, Iterator, Mapping, Sequence
from types import TracebackType
from typing import Any, Literal, Protocol, Self, runtime_checkable

Message = Mapping[str, Any]
"""One entry of `messages`: role, content (text or a list of parts), tool_calls, tool_call_id."""

EventKind = Literal["text", "reasoning", "tool_call", "usage", "annotation", "finish"]


class ToolCall(Protocol):
    """A request of the model to call a tool."""

    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def arguments(self) -> str:
        """JSON text as the model wrote it, which may be malformed."""


class Usage(Protocol):
    """The tokens that a response used."""

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
        """In US dollars, if the provider reports it."""


class Image(Protocol):
    """An image that a model made: its bytes, or the URL that the provider gives."""

    @property
    def mime_type(self) -> str | None: ...
    @property
    def data(self) -> bytes | None: ...
    @property
    def url(self) -> str | None:
        """The URL as sent, unless it is a data URL whose bytes are in `data`."""


class Choice(Protocol):
    """One of the answers of a request with `n`."""

    @property
    def index(self) -> int: ...
    @property
    def text(self) -> str:
        """The text, including a refusal."""

    @property
    def reasoning(self) -> str: ...
    @property
    def refusal(self) -> str | None: ...
    @property
    def tool_calls(self) -> Sequence[ToolCall]: ...
    @property
    def finish_reason(self) -> str | None: ...
    @property
    def message(self) -> dict[str, Any]: ...
    @property
    def logprobs(self) -> Any:
        """The JSON of the log probabilities, or None."""

    @property
    def annotations(self) -> Sequence[Any]: ...
    @property
    def images(self) -> Sequence[Image]: ...


class StreamEvent(Protocol):
    """One event of a stream. `text` is a delta of text or reasoning, or the JSON of an annotation."""

    @property
    def kind(self) -> EventKind: ...
    @property
    def text(self) -> str: ...
    @property
    def tool_call(self) -> ToolCall | None:
        """A complete tool call: it is reported once all of its deltas have arrived."""

    @property
    def usage(self) -> Usage | None: ...


class ChatResponse(Protocol):
    """A complete response. `raw` is its JSON."""

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
    def message(self) -> dict[str, Any]:
        """The assistant message as it has to be appended to `messages`, unknown fields included. Always a new dict."""

    @property
    def choices(self) -> Sequence[Choice]:
        """All choices, sorted by index. The other attributes are those of choice 0, or of the only one."""

    @property
    def images(self) -> Sequence[Image]: ...
    @property
    def refusal(self) -> str | None:
        """The refusal, which is also part of `text`."""

    @property
    def request_id(self) -> str | None: ...
    @property
    def headers(self) -> Mapping[str, str]:
        """The headers of the response, with names in lower case and secrets masked."""

    @property
    def rate_limits(self) -> Mapping[str, str]:
        """The rate-limit headers of the response, with names in lower case and the provider's values."""

    @property
    def time_to_first_byte(self) -> float | None:
        """Seconds from the start of the successful attempt, including its connection, to the response head."""

    @property
    def time_to_last_byte(self) -> float | None: ...
    @property
    def raw(self) -> Mapping[str, Any]: ...


class ModelInfo(Protocol):
    """An entry of a provider's list of models."""

    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str | None: ...
    @property
    def context_length(self) -> int | None: ...


class ResponseStream(Protocol):
    """An iterator and an async iterator of text deltas; `await stream` waits for the response head.

    One reader at a time; any thread may call `cancel`. The attributes hold what has arrived so far.
    """

    def __iter__(self) -> Iterator[str]: ...
    def __next__(self) -> str: ...
    def __aiter__(self) -> AsyncIterator[str]: ...
    async def __anext__(self) -> str: ...
    def __await__(self) -> Generator[Any, None, Self]: ...
    def events(self) -> Iterator[StreamEvent]: ...
    def aevents(self) -> AsyncIterator[StreamEvent]: ...
    def fileno(self) -> int:
        """A descriptor that is readable when events are waiting or the stream has ended; then call `drain`."""

    def drain(self) -> Sequence[StreamEvent]:
        """Return the events that have arrived, without blocking. Raises the same errors as iteration.

        After a `finish` event the stream has ended, and `drain` returns an empty list.
        """

    def cancel(self) -> None:
        """Close the connection at once. A blocked reader raises `StreamCancelled`. Further calls do nothing."""

    @property
    def text(self) -> str: ...
    @property
    def reasoning(self) -> str: ...
    @property
    def tool_calls(self) -> Sequence[ToolCall]:
        """The calls so far, also incomplete ones; complete once the stream has ended."""

    @property
    def usage(self) -> Usage | None: ...
    @property
    def model(self) -> str | None: ...
    @property
    def provider(self) -> str | None: ...
    @property
    def finish_reason(self) -> str | None: ...
    @property
    def message(self) -> dict[str, Any]:
        """As in `ChatResponse`; also of a stream that was cancelled or interrupted."""

    @property
    def choices(self) -> Sequence[Choice]:
        """All choices, sorted by index. The other attributes are those of choice 0, or of the only one."""

    @property
    def images(self) -> Sequence[Image]: ...
    @property
    def refusal(self) -> str | None:
        """The refusal, which is also part of `text`."""

    @property
    def request_id(self) -> str | None: ...
    @property
    def headers(self) -> Mapping[str, str]:
        """As in `ChatResponse`; empty until the response head arrives."""

    @property
    def rate_limits(self) -> Mapping[str, str]:
        """As in `ChatResponse`; empty until the response head arrives."""

    @property
    def time_to_first_byte(self) -> float | None:
        """As in `ChatResponse`; None until the response head arrives."""

    @property
    def time_to_last_byte(self) -> float | None:
        """None until the response is complete."""

    def __enter__(self) -> Self: ...
    def __exit__(self, t: type[BaseException] | None, e: BaseException | None, tb: TracebackType | None) -> None: ...


@runtime_checkable
class ChatClient(Protocol):
    """Thread-safe, with one connection pool. Blocking calls release the GIL while they wait.

    A sequence of models is an order of preference: the next one is tried if a model is refused or unavailable before
    its first byte. Options are sent to the provider unchanged, but for those of the call itself, which every method
    that sends a request takes: `timeout` (seconds in total, or `minimal_browser_core.chat.timeouts.Timeouts`),
    `max_retries`, `extra_headers`, `extra_query`, and with a body `extra_body`, whose fields win over the options.
    """

    def send_request(self, prompt: str, model: str, **options: Any) -> str: ...
    def stream_response(self, prompt: str, model: str, **options: Any) -> ResponseStream: ...
    def chat(self, messages: Sequence[Message], model: str | Sequence[str], **options: Any) -> ChatResponse: ...
    async def achat(self, messages: Sequence[Message], model: str | Sequence[str], **options: Any) -> ChatResponse: ...
    def stream(self, messages: Sequence[Message], model: str | Sequence[str], **options: Any) -> ResponseStream:
        """Return at once; the reader receives all errors, including those of the connection."""

    def models(self, **options: Any) -> Sequence[ModelInfo]: ...
    async def amodels(self, **options: Any) -> Sequence[ModelInfo]: ...
    def prewarm(self) -> None: ...
    def close(self) -> None: ...


class Embeddings(Protocol):
    """The vectors of texts, in order. Arrays read them without a copy."""

    @property
    def dimensions(self) -> int: ...
    @property
    def usage(self) -> Usage | None: ...
    @property
    def model(self) -> str: ...
    def __len__(self) -> int: ...
    def __getitem__(self, index: int, /) -> Sequence[float]: ...
    def __iter__(self) -> Iterator[Sequence[float]]: ...


class EmbeddingClient(Protocol):
    """A chat client that also has embeddings. `options` are those of `ChatClient`."""

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

    async def aembed(
        self,
        input: str | Sequence[str],
        model: str,
        *,
        dimensions: int | None = None,
        batch_size: int = 256,
        **options: Any,
    ) -> Embeddings: ...
