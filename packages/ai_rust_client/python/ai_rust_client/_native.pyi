"""The Rust half. Its public names are re-exported by `ai_rust_client`."""

from collections.abc import AsyncIterator, Coroutine, Generator, Iterator, Mapping, Sequence
from os import PathLike
from typing import Any, Final, Literal, Self, final, overload

from typing_extensions import disjoint_base

from ai_rust_client._timeouts import Timeouts
from ai_rust_client._types import Message, QueryValue

__all__ = [
    "API_VERSION",
    "AIClient",
    "Call",
    "ChatResponse",
    "Choice",
    "ChunkStream",
    "Embeddings",
    "EventStream",
    "Image",
    "ModelInfo",
    "ReadyQueue",
    "Reply",
    "ResponseStream",
    "StreamEvent",
    "ToolCall",
    "Usage",
    "__version__",
    "open_chunks",
    "open_events",
    "readable_json",
    "request",
    "start_request",
]

API_VERSION: Final[int]
"""Incremented when something is removed or changes its meaning."""
__version__: Final[str]

@disjoint_base
class AIClient:
    """A client of an OpenAI-compatible chat API, `POST {base_url}/chat/completions`.

    Thread-safe, with one connection pool, which is opened by the first call. Blocking calls release the GIL and
    react to Ctrl-C within 100 ms. A forked child opens its own connections. Neither `repr` nor any error shows
    the key.

    Timeouts are in seconds and more than 0; None sets no limit:

    - `connect_timeout`: TCP and TLS.
    - `idle_timeout`: without one byte of the response; keep-alive comments count as bytes. It starts with the
      last byte of the request.
    - `first_token_timeout`: to the first content (text, reasoning or a tool call; of a whole answer the first
      byte that is not white space); comments do not count.
    - `stall_timeout`: between two contents; comments do not count.
    - `end_timeout`: after every choice has its finish reason, without a chunk that has content, a finish reason or
      the usage; then the stream ends well.
    - `total_timeout`: the whole call, including retries and their delays.

    There are at most `max_retries` retries, after connection errors, 408, 409, 429 and 5xx, but never after a
    part of the answer was returned. A `Retry-After` of up to a minute is respected.

    At most `max_buffered_bytes` of a stream wait for its reader. Then nothing is received until half of it was
    read; until then only the total timeout goes on.

    `proxy` (http, https, socks5, socks5h) replaces HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY. `ca_bundle` is
    a PEM file whose certificates are added to the platform's; `client_cert` one with a certificate and its key, for
    servers that require it. `local_address` is the IP address that connections begin at. With `unix_socket`, a
    path, the server is reached there; `base_url` then only names it. Redirects are followed only within the same
    origin.

    Every method that sends a request takes these options, which are not sent as fields of its JSON; None is the
    client's setting:

    - `timeout`: seconds for the whole call, or `Timeouts`.
    - `max_retries`.
    - `extra_headers`: replace the client's headers with the same names.
    - `extra_query`: replaces what `base_url` has of the same names. Values are strings, numbers or lists of them.
    - `extra_body`: fields for the JSON, which win over options; not for `models`.

    Logs times and sizes to the logger `ai_rust_client` at DEBUG, on the caller's thread; with `log_content`
    also prompts and answers, in full. The key is never logged.

    Raises TypeError or ValueError for an invalid setting, and OSError for a file that cannot be read.
    """

    def __new__(
        cls,
        api_key: str | None = None,
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
        max_buffered_bytes: int = 4194304,
        proxy: str | None = None,
        ca_bundle: str | PathLike[str] | None = None,
        client_cert: str | PathLike[str] | None = None,
        local_address: str | None = None,
        unix_socket: str | PathLike[str] | None = None,
        log_content: bool = False,
    ) -> Self: ...
    def send_request(self, prompt: str, model: str, **options: Any) -> str:
        """The text of the answer to one prompt. Blocks."""

    def stream_response(self, prompt: str, model: str, **options: Any) -> ResponseStream:
        """Stream the answer to one prompt. Returns at once; errors are raised while the stream is read."""

    def chat(self, messages: str | Sequence[Message], model: str | Sequence[str], **options: Any) -> ChatResponse:
        """The whole answer. Blocks. `messages` may be a prompt.

        A sequence of models is an order of preference: if a model is refused or unavailable, the next is tried.
        If the provider refuses the model itself (402, 403, 404, a 400 that says that the model does not exist),
        later sequences skip it for ten minutes, in this process, for this base URL and these headers, unless
        they contain no other model. A single model is always tried. The attribute `model` of the answer names
        the model that answered.

        Messages at the beginning of `messages` that are unchanged since an earlier call are not encoded again:
        the client keeps the JSON of its last eight conversations (at most 32 MiB, and their texts) for
        comparison.

        Options (temperature, max_tokens, tools, response_format, …) are sent unchanged. Raises TypeError or
        ValueError with the path (`messages[3].content[0]`) of a value that has no JSON form.
        """

    def achat(
        self, messages: str | Sequence[Message], model: str | Sequence[str], **options: Any
    ) -> Coroutine[Any, Any, ChatResponse]:
        """`chat` for asyncio. Cancelling the task closes the connection."""

    def stream(self, messages: str | Sequence[Message], model: str | Sequence[str], **options: Any) -> ResponseStream:
        """`chat`, streamed. Returns at once; all errors, connection errors too, are raised while the stream is
        read.

        Asks for the usage with `stream_options`, unless that is one of the options.
        """

    def embed(
        self,
        input: str | Sequence[str],
        model: str,
        *,
        dimensions: int | None = None,
        batch_size: int = 256,
        **options: Any,
    ) -> Embeddings:
        """The vectors of texts, by `POST {base_url}/embeddings`. Blocks.

        Texts are sent in batches of `batch_size`, at most four at a time; `total_timeout` is for all of them. The
        vectors are transferred in base64, unless the option `encoding_format` says otherwise. Options are sent
        unchanged.

        Raises ValueError for an empty input, and ProtocolError if a vector is missing or has another length than
        the others.
        """

    def aembed(
        self,
        input: str | Sequence[str],
        model: str,
        *,
        dimensions: int | None = None,
        batch_size: int = 256,
        **options: Any,
    ) -> Coroutine[Any, Any, Embeddings]:
        """`embed` for asyncio. Cancelling the task closes the connections."""

    def models(
        self,
        *,
        timeout: float | Timeouts | None = None,
        max_retries: int | None = None,
        extra_headers: Mapping[str, str] | None = None,
        extra_query: Mapping[str, QueryValue] | None = None,
    ) -> list[ModelInfo]:
        """The models that `GET {base_url}/models` lists. Blocks."""

    def amodels(
        self,
        *,
        timeout: float | Timeouts | None = None,
        max_retries: int | None = None,
        extra_headers: Mapping[str, str] | None = None,
        extra_query: Mapping[str, QueryValue] | None = None,
    ) -> Coroutine[Any, Any, list[ModelInfo]]:
        """`models` for asyncio."""

    @property
    def max_retries(self) -> int:
        """How many retries a call has at most, unless it says otherwise."""

    @property
    def base_url(self) -> str:
        """The base URL, with secrets masked."""

    @property
    def total_timeout(self) -> float | None:
        """How many seconds a call has with all its retries, unless it says otherwise; None for no limit."""

    def prewarm(self) -> None:
        """Open a connection in the background and return at once. A failure is raised by the first call, not here."""

    def close(self) -> None:
        """Cancel the calls in progress and close the connections. May be called more than once.

        Readers of streams get StreamCancelled.
        """

    def __enter__(self) -> Self: ...
    def __exit__(self, *_exception: object) -> None: ...
    def __aenter__(self) -> Coroutine[Any, Any, Self]: ...
    def __aexit__(self, *_exception: object) -> Coroutine[Any, Any, None]: ...
    def _start_chat(self, messages: str | Sequence[Message], model: str | Sequence[str], **options: Any) -> Call: ...
    def _start_embed(
        self, input: str | Sequence[str], model: str, dimensions: int | None, batch_size: int, **options: Any
    ) -> Call: ...
    def _start_models(self, **options: Any) -> Call: ...

@final
class ResponseStream:
    """An answer while it arrives: an iterator and an async iterator over its text.

    `await stream` waits for the response head and returns the stream itself. A second reader at the same
    time gets RuntimeError; any thread may call `cancel`. The attributes contain what has arrived so far, read or not.
    A stream ends well if `finish_reason` or `[DONE]` has arrived, otherwise with StreamInterruptedError. Dropping the
    stream or leaving its `with` or `async with` block cancels it. It belongs to the process that opened it: a forked
    child gets RuntimeError.
    """

    def __iter__(self) -> Self: ...
    def __next__(self) -> str: ...
    def __aiter__(self) -> Self: ...
    def __anext__(self) -> Coroutine[Any, Any, str]: ...
    def __await__(self) -> Generator[Any, None, Self]: ...
    def events(self) -> Iterator[StreamEvent]:
        """Iterate over all events, not only text; "finish" is the last event of a stream that ends well."""

    def aevents(self) -> AsyncIterator[StreamEvent]:
        """`events` for asyncio."""

    def fileno(self) -> int:
        """A descriptor for select, QSocketNotifier or loop.add_reader. It is the same in every call and belongs to
        the stream.

        It is readable while events are waiting, and after the stream has ended. Use it with `drain`.
        """

    def drain(self) -> list[StreamEvent]:
        """All events that have arrived, without waiting; empty if there are none, and after the "finish" event.

        Raises as iteration would, after the events before the error were returned.
        """

    def cancel(self) -> None:
        """Close the connection at once. A waiting reader gets StreamCancelled. May be called more than once."""

    @property
    def text(self) -> str:
        """The text that has arrived so far."""

    @property
    def reasoning(self) -> str:
        """The reasoning that has arrived so far."""

    @property
    def refusal(self) -> str | None:
        """The model's refusal to answer, as far as it has arrived; None unless it refuses."""

    @property
    def message(self) -> dict[str, Any]:
        """What has arrived of the message that must be appended to `messages` for the next request, with all fields of
        the provider.

        A new dict each time.
        """

    @property
    def choices(self) -> tuple[Choice, ...]:
        """What has arrived of all choices, in the order of their indexes."""

    @property
    def images(self) -> tuple[Image, ...]:
        """The images that have arrived so far."""

    @property
    def tool_calls(self) -> list[ToolCall]:
        """The tool calls that have arrived so far; the last one may be incomplete until the stream has ended."""

    @property
    def id(self) -> str | None:
        """The provider's id of the answer, once it has arrived."""

    @property
    def usage(self) -> Usage | None:
        """The number of tokens, once the provider has reported it, usually at the end."""

    @property
    def model(self) -> str | None:
        """The model that answers: as the provider reports it, otherwise as requested."""

    @property
    def provider(self) -> str | None:
        """The provider behind a router, if the response names it."""

    @property
    def finish_reason(self) -> str | None:
        """Why the model stopped: "stop", "length", "tool_calls", …"""

    @property
    def request_id(self) -> str | None:
        """The provider's id of the request, from the response headers."""

    @property
    def rate_limits(self) -> dict[str, str]:
        """The response headers about rate limits, unchanged; names in lower case.

        Empty until the response head has arrived.
        """

    @property
    def headers(self) -> dict[str, str]:
        """All response headers; names in lower case. Secrets and cookies are masked, repeated headers joined.

        Empty until the response head has arrived.
        """

    @property
    def time_to_first_byte(self) -> float | None:
        """Seconds to the response head, from the start of the attempt that succeeded, including its connection.

        None until the head has arrived.
        """

    @property
    def time_to_last_byte(self) -> float | None:
        """Seconds to the end of the answer, from the same start. None until the answer is complete."""

    def __enter__(self) -> Self: ...
    def __exit__(self, *_exception: object) -> None: ...
    async def __aenter__(self) -> Self: ...
    async def __aexit__(self, *_exception: object) -> None: ...
    def _register(self, queue: ReadyQueue) -> int | None: ...
    def _register_head(self, queue: ReadyQueue) -> int | None: ...
    def _poll(self) -> str | None: ...
    def _raise_early_failure(self) -> None: ...

@final
class StreamEvent:
    """One part of a streamed answer."""

    def __new__(
        cls, kind: str, text: str = "", tool_call: ToolCall | None = None, usage: Usage | None = None
    ) -> Self: ...
    @property
    def kind(self) -> Literal["text", "reasoning", "tool_call", "usage", "annotation", "finish"]:
        """The kind of event; "finish" is the last of a stream that ends well."""

    @property
    def text(self) -> str:
        """The text of a "text" or "reasoning" event, or the JSON text of an "annotation"."""

    @property
    def tool_call(self) -> ToolCall | None:
        """The complete call of a "tool_call" event, which comes after all of its deltas have arrived."""

    @property
    def usage(self) -> Usage | None:
        """The usage of a "usage" event."""

    def __eq__(self, other: object, /) -> bool: ...
    def __ne__(self, other: object, /) -> bool: ...

@final
class ChatResponse:
    """A whole answer."""

    @property
    def text(self) -> str:
        """The text of the answer, or of the refusal."""

    @property
    def reasoning(self) -> str:
        """The reasoning that the model shows."""

    @property
    def refusal(self) -> str | None:
        """The model's refusal to answer; None unless it refused."""

    @property
    def message(self) -> dict[str, Any]:
        """The message as it must be appended to `messages` for the next request, with all fields of the provider.

        A new dict each time.
        """

    @property
    def choices(self) -> tuple[Choice, ...]:
        """All choices, in the order of their indexes."""

    @property
    def images(self) -> tuple[Image, ...]:
        """The images that the model made."""

    @property
    def tool_calls(self) -> list[ToolCall]:
        """The tool calls in the order of the answer."""

    @property
    def id(self) -> str | None:
        """The provider's id of the answer."""

    @property
    def usage(self) -> Usage | None:
        """The number of tokens, if the provider reports it."""

    @property
    def model(self) -> str:
        """The model that answered: as the provider reports it, otherwise as requested."""

    @property
    def provider(self) -> str | None:
        """The provider behind a router, if the response names it."""

    @property
    def finish_reason(self) -> str | None:
        """Why the model stopped: "stop", "length", "tool_calls", …"""

    @property
    def request_id(self) -> str | None:
        """The provider's id of the request, from the response headers."""

    @property
    def rate_limits(self) -> dict[str, str]:
        """The response headers about rate limits, unchanged; names in lower case."""

    @property
    def headers(self) -> dict[str, str]:
        """All response headers; names in lower case. Secrets and cookies are masked, repeated headers joined."""

    @property
    def time_to_first_byte(self) -> float | None:
        """Seconds to the response head, from the start of the attempt that succeeded, including its connection."""

    @property
    def time_to_last_byte(self) -> float | None:
        """Seconds to the end of the answer, from the same start."""

    @property
    def raw(self) -> dict[str, Any]:
        """The JSON of the response; parsed on first use."""

    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    @property
    def _body(self) -> str: ...

@final
class Choice:
    """One of the answers to a request, of which there are several with `n`."""

    @property
    def index(self) -> int:
        """The choice's number, from 0."""

    @property
    def text(self) -> str:
        """The text of the answer, or of the refusal."""

    @property
    def reasoning(self) -> str:
        """The reasoning that the model shows."""

    @property
    def refusal(self) -> str | None:
        """The model's refusal to answer; None unless it refused."""

    @property
    def tool_calls(self) -> list[ToolCall]:
        """The tool calls in the order of the answer."""

    @property
    def finish_reason(self) -> str | None:
        """Why the model stopped: "stop", "length", "tool_calls", …"""

    @property
    def message(self) -> dict[str, Any]:
        """The message as it must be appended to `messages` for the next request, with all fields of the provider.

        A new dict each time.
        """

    @property
    def logprobs(self) -> dict[str, Any] | None:
        """The log probabilities of the tokens as the provider reports them, or None."""

    @property
    def annotations(self) -> list[Any]:
        """The annotations, such as citations, as the provider reports them."""

    @property
    def images(self) -> tuple[Image, ...]:
        """The images that the model made."""

    def __eq__(self, other: object, /) -> bool: ...
    def __ne__(self, other: object, /) -> bool: ...

@final
class Image:
    """An image that the model made."""

    def __new__(cls, mime_type: str | None = None, data: bytes | None = None, url: str | None = None) -> Self: ...
    @property
    def mime_type(self) -> str | None:
        """The type, such as "image/png", if the provider names it."""

    @property
    def data(self) -> bytes | None:
        """The image itself, or None if there is only a URL."""

    @property
    def url(self) -> str | None:
        """Where the image is; None if `data` has it."""

    def __eq__(self, other: object, /) -> bool: ...
    def __ne__(self, other: object, /) -> bool: ...

@final
class ToolCall:
    """A function call that the model asks for."""

    def __new__(cls, id: str, name: str, arguments: str) -> Self: ...
    @property
    def id(self) -> str:
        """The provider's id of the call, for the message with its result."""

    @property
    def name(self) -> str:
        """The name of the function."""

    @property
    def arguments(self) -> str:
        """JSON text as the model wrote it; it may be invalid."""

    def __eq__(self, other: object, /) -> bool: ...
    def __ne__(self, other: object, /) -> bool: ...

@final
class Usage:
    """The number of tokens that an answer used."""

    def __new__(
        cls,
        prompt_tokens: int = 0,
        completion_tokens: int = 0,
        total_tokens: int = 0,
        cached_tokens: int = 0,
        reasoning_tokens: int = 0,
        cost: float | None = None,
    ) -> Self: ...
    @property
    def prompt_tokens(self) -> int:
        """Tokens of the messages."""

    @property
    def completion_tokens(self) -> int:
        """Tokens of the answer, including its reasoning."""

    @property
    def total_tokens(self) -> int:
        """Tokens of the messages and of the answer."""

    @property
    def cached_tokens(self) -> int:
        """Tokens of the prompt that came from the provider's cache."""

    @property
    def reasoning_tokens(self) -> int:
        """Tokens of the answer that were used for reasoning."""

    @property
    def cost(self) -> float | None:
        """US dollars, if the provider reports them."""

    def __eq__(self, other: object, /) -> bool: ...
    def __ne__(self, other: object, /) -> bool: ...

@final
class Embeddings(Sequence[Sequence[float]]):
    """The vectors of texts, in their order: a sequence of memoryviews of floats.

    It supports the buffer protocol (float32, C-contiguous, read-only, of the shape `(texts, dimensions)`), so that
    `numpy.asarray(embeddings)` copies nothing.
    """

    @property
    def dimensions(self) -> int:
        """The length of each vector."""

    @property
    def usage(self) -> Usage | None:
        """The number of tokens of all texts, if the provider reports it."""

    @property
    def model(self) -> str:
        """The model: as the provider reports it, otherwise as requested."""

    def __len__(self) -> int: ...
    @overload
    def __getitem__(self, index: int, /) -> memoryview[float]: ...
    @overload
    def __getitem__(self, index: slice, /) -> list[memoryview[float]]: ...
    def index(self, value: Any, *range: int) -> int:
        """The index of the first vector that is equal to `value`; raises ValueError if there is none."""

    def count(self, value: Any) -> int:
        """How many vectors are equal to `value`."""

    def __buffer__(self, flags: int, /) -> memoryview: ...

@final
class ModelInfo:
    """A model that the provider offers."""

    def __new__(cls, id: str, name: str | None = None, context_length: int | None = None) -> Self: ...
    @property
    def id(self) -> str:
        """The name to pass as `model`."""

    @property
    def name(self) -> str | None:
        """A name to display, if the provider gives one."""

    @property
    def context_length(self) -> int | None:
        """The context length in tokens."""

    def __eq__(self, other: object, /) -> bool: ...
    def __ne__(self, other: object, /) -> bool: ...

@final
class Call:
    """A call in progress, for `_aio`."""

    def _register(self, queue: ReadyQueue) -> int | None: ...
    def cancel(self) -> None: ...
    def result(self) -> Any: ...

@final
class ReadyQueue:
    """One descriptor for an event loop, and the tokens of what has become ready, for `_aio`."""

    def __new__(cls) -> Self: ...
    def fileno(self) -> int: ...
    def take(self) -> list[int]: ...

@final
class ChunkStream:
    """The chunks of a stream as JSON texts, for `compat`: each item is a list of all that have arrived.

    It ends, fails and is cancelled like `ResponseStream`.
    """

    def wait_for_head(self) -> None:
        """Wait for the response head; raises what failed before it. Blocks."""

    def __iter__(self) -> Self: ...
    def __next__(self) -> list[str]: ...
    def cancel(self) -> None: ...
    @property
    def request_id(self) -> str | None: ...
    @property
    def headers(self) -> dict[str, str]: ...
    def mask(self, text: str) -> str:
        """`text` without the secrets of the request."""

    def _register(self, queue: ReadyQueue) -> int | None: ...
    def _register_head(self, queue: ReadyQueue) -> int | None: ...
    def _poll(self) -> list[str] | None: ...
    def _raise_early_failure(self) -> None: ...

def open_chunks(
    client: AIClient, messages: Sequence[Message], model: str | Sequence[str], **options: Any
) -> ChunkStream:
    """`AIClient.stream`, without asking for the usage."""

def readable_json(text: str) -> str | None:
    """A JSON text that Python can read: values that are nested too deeply are null. None if it is not JSON."""

@final
class EventStream:
    """The events of a stream: each item is a list of all that have arrived, as pairs of type and data.

    An event of the type `error` is the last, and masked. A document in place of a stream is an event without a type.
    """

    def wait_for_head(self) -> None:
        """Wait for the response head; raises what failed before it. Blocks."""

    def __iter__(self) -> Self: ...
    def __next__(self) -> list[tuple[str, str]]: ...
    def cancel(self) -> None: ...
    def mask(self, text: str) -> str:
        """`text` without the secrets of the client and the call."""

    def line(self, text: str) -> str:
        """The beginning of `text` for an error message: masked, on one line, without control characters."""

    @property
    def request_id(self) -> str | None: ...
    @property
    def headers(self) -> dict[str, str]: ...
    def _register(self, queue: ReadyQueue) -> int | None: ...
    def _register_head(self, queue: ReadyQueue) -> int | None: ...
    def _poll(self) -> list[tuple[str, str]] | None: ...
    def _raise_early_failure(self) -> None: ...

@final
class Reply:
    """A successful response of an endpoint. Its headers are masked, its text is not."""

    @property
    def text(self) -> str: ...
    @property
    def headers(self) -> dict[str, str]: ...
    @property
    def request_id(self) -> str | None: ...
    def mask(self, text: str) -> str:
        """`text` without the secrets of the client and the call."""

    def line(self, text: str) -> str:
        """The beginning of `text` for an error message: masked, on one line, without control characters."""

def request(client: AIClient, method: str, path: Sequence[str], /, **fields: Any) -> Reply:
    """The response of an endpoint. Blocks.

    `path` has the segments of the path below the base URL. A POST sends `fields` as JSON, other methods send nothing.
    Both take the settings of a call.
    """

def start_request(client: AIClient, method: str, path: Sequence[str], /, **fields: Any) -> Call: ...
def open_events(
    client: AIClient,
    path: Sequence[str],
    last: Sequence[str],
    without_content: Sequence[str],
    fails_with_first: bool,
    /,
    **fields: Any,
) -> EventStream:
    """The events that an endpoint streams as the answer to a POST. Returns at once.

    The stream ends well after an event of one of the types in `last`. Events of the types in `without_content` do not
    restart the stall timeout. With `fails_with_first`, an error as the first event is retried and raised like a status.
    """

def _restore_response(body: str, state: Any) -> ChatResponse:
    """The answer of a pickle."""
