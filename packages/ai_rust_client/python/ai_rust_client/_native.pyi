"""The Rust half. Its public names are re-exported by `ai_rust_client`."""

from collections.abc import AsyncIterator, Coroutine, Generator, Iterator, Mapping, Sequence
from os import PathLike
from typing import Any, Final, Literal, Self, final

from ai_rust_client._types import Message

__all__ = [
    "API_VERSION",
    "AIClient",
    "Call",
    "ChatResponse",
    "ChunkStream",
    "EventLoopHub",
    "ModelInfo",
    "ResponseStream",
    "StreamEvent",
    "ToolCall",
    "Usage",
    "__version__",
    "list_models",
    "open_chunks",
    "start_list_models",
]

API_VERSION: Final[int]
"""Raised when something is taken away or changes its meaning."""
__version__: Final[str]

@final
class AIClient:
    """A client of an OpenAI-compatible chat API, `POST {base_url}/chat/completions`.

    Thread-safe; one connection pool, opened on the first call. Blocking calls release the GIL and answer Ctrl-C within
    100 ms. A forked child opens connections of its own. Neither `repr` nor any error shows the key.

    Times are in seconds and more than 0; None sets no limit:

    - `connect_timeout`: TCP and TLS.
    - `idle_timeout`: without one byte, of the head or the body; keep-alive comments count as bytes. It runs from the
      last byte of the request on.
    - `first_token_timeout`: to the first content (text, reasoning or a tool call; of a whole answer its first byte that
      is no white space); comments do not count.
    - `stall_timeout`: between contents once they flow; comments do not count.
    - `end_timeout`: without a chunk once every choice has its finish reason; then the stream ends well.
    - `total_timeout`: the whole call, retries and their waits included.

    `max_retries` are made after connection errors, 408, 409, 429 and 5xx, never once a byte of the answer was handed
    over; `Retry-After` is honoured up to a minute. `proxy` (http, https, socks5, socks5h) takes the place of
    HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY. `ca_bundle` is a PEM file, added to the platform's roots. Redirects
    are followed within the same origin only.

    Logs to the logger `ai_rust_client` at DEBUG, on the caller's thread: times and sizes. With
    `log_content` also what was sent and answered, in full. Never the key.

    Raises ValueError for a setting that cannot be used, OSError for a `ca_bundle` that cannot be read.
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
        proxy: str | None = None,
        ca_bundle: str | PathLike[str] | None = None,
        log_content: bool = False,
    ) -> Self: ...
    def send_request(self, prompt: str, model: str) -> str:
        """The answer's text to one question. Blocks."""

    def stream_response(self, prompt: str, model: str) -> ResponseStream:
        """Stream the answer to one question. Returns at once; errors come to the reader."""

    def chat(self, messages: Sequence[Message], model: str | Sequence[str], **options: Any) -> ChatResponse:
        """The whole answer. Blocks.

        A sequence of models is an order of preference: the next is tried when one is refused or unavailable. A refusal
        that is of the model (402, 403, 404, a 400 that says there is no such model) is remembered for ten minutes in
        this process, for this base URL and these headers: later lists pass that model over, unless they hold no other.
        Asked for by itself a model is always asked. `model` of the answer says which one served.

        The beginning of `messages` that is unchanged since an earlier call is not encoded again: the client keeps the
        JSON of its last eight conversations (at most 32 MiB, and their texts), and compares.

        Options (temperature, max_tokens, tools, response_format, …) go to the wire as they are. Raises TypeError or
        ValueError, naming the place (`messages[3].content[0]`), for what has no JSON form.
        """

    def achat(
        self, messages: Sequence[Message], model: str | Sequence[str], **options: Any
    ) -> Coroutine[Any, Any, ChatResponse]:
        """`chat` for asyncio; cancelling the task closes the connection."""

    def stream(self, messages: Sequence[Message], model: str | Sequence[str], **options: Any) -> ResponseStream:
        """`chat`, streamed. Returns at once; errors, the connection's included, come to the reader.

        Asks for the usage with `stream_options`, unless that is among the options.
        """

    def models(self) -> list[ModelInfo]:
        """What `GET {base_url}/models` lists. Blocks."""

    def amodels(self) -> Coroutine[Any, Any, list[ModelInfo]]:
        """`models` for asyncio."""

    def prewarm(self) -> None:
        """Start a connection in the background and return at once; a failure shows on the first call, not here."""

    def close(self) -> None:
        """End what is under way (its readers get StreamCancelled) and close the connections. Any number of times."""

    def __enter__(self) -> Self: ...
    def __exit__(self, *_exception: object) -> None: ...
    def __aenter__(self) -> Coroutine[Any, Any, Self]: ...
    def __aexit__(self, *_exception: object) -> Coroutine[Any, Any, None]: ...
    def _start_chat(self, messages: Sequence[Message], model: str | Sequence[str], **options: Any) -> Call: ...
    def _start_models(self) -> Call: ...

@final
class ResponseStream:
    """An answer as it arrives: an iterator and an async iterator of text deltas.

    `await stream` waits for the response head and gives the stream itself. One reader at a time; `cancel` from any
    thread. The attributes hold what has arrived so far, read or not. A stream ends well once `finish_reason` or
    `[DONE]` was seen, else with StreamInterruptedError. Dropping the stream, or leaving its `with`, cancels it. It
    belongs to the process that opened it: after a fork the child gets RuntimeError.
    """

    def __iter__(self) -> Self: ...
    def __next__(self) -> str: ...
    def __aiter__(self) -> Self: ...
    def __anext__(self) -> Coroutine[Any, Any, str]: ...
    def __await__(self) -> Generator[Any, None, Self]: ...
    def events(self) -> Iterator[StreamEvent]:
        """Everything, not only text; "finish" is the last event of a stream that ends well."""

    def aevents(self) -> AsyncIterator[StreamEvent]:
        """`events` for asyncio."""

    def fileno(self) -> int:
        """A descriptor for select, QSocketNotifier or loop.add_reader, the same at every call; it is the stream's.

        Readable while events wait, and once the stream has ended. Pair it with `drain`.
        """

    def drain(self) -> list[StreamEvent]:
        """All that has arrived, without waiting; empty when nothing has, and after the "finish" event.

        Raises as iteration would, once what came before the error has been handed over.
        """

    def cancel(self) -> None:
        """Close the connection at once; any number of times. A waiting reader ends with StreamCancelled."""

    @property
    def text(self) -> str:
        """The text that has arrived so far."""

    @property
    def reasoning(self) -> str:
        """The reasoning that has arrived so far."""

    @property
    def tool_calls(self) -> list[ToolCall]:
        """The tool calls that are complete so far."""

    @property
    def usage(self) -> Usage | None:
        """What the answer took, once the provider has said so; usually with its end."""

    @property
    def model(self) -> str | None:
        """The model that serves: as the provider says, else as it was asked for."""

    @property
    def provider(self) -> str | None:
        """Who serves behind a router, where the response says."""

    @property
    def finish_reason(self) -> str | None:
        """Why the model ended, as the provider says: "stop", "length", "tool_calls", …"""

    @property
    def request_id(self) -> str | None:
        """The provider's id of this request, from the response head."""

    @property
    def rate_limits(self) -> dict[str, str]:
        """The response's headers that tell of rate limits, as the provider words them; names in lower case.

        Empty until the response head is there.
        """

    @property
    def time_to_first_byte(self) -> float | None:
        """Seconds to the response head, from the beginning of the try that served, its connection included.

        None until the head is there.
        """

    @property
    def time_to_last_byte(self) -> float | None:
        """Seconds to the end of the answer, from the same moment; None until it is whole."""

    def __enter__(self) -> Self: ...
    def __exit__(self, *_exception: object) -> None: ...
    def _arm(self, hub: EventLoopHub) -> int | None: ...
    def _arm_head(self, hub: EventLoopHub) -> int | None: ...
    def _poll_text(self) -> str | None: ...
    def _poll_event(self) -> StreamEvent | None: ...
    def _raise_early_failure(self) -> None: ...

@final
class StreamEvent:
    """One piece of a streamed answer."""

    @property
    def kind(self) -> Literal["text", "reasoning", "tool_call", "usage", "annotation", "finish"]:
        """What it tells of; "finish" is the last of a stream that ends well."""

    @property
    def text(self) -> str:
        """Of a "text" or "reasoning" event; of an "annotation" its JSON text."""

    @property
    def tool_call(self) -> ToolCall | None:
        """Complete: a tool call is handed over once all of its deltas have arrived."""

    @property
    def usage(self) -> Usage | None:
        """Of a "usage" event."""

    def __eq__(self, other: object, /) -> bool: ...
    def __ne__(self, other: object, /) -> bool: ...

@final
class ChatResponse:
    """A whole answer."""

    @property
    def text(self) -> str:
        """The answer, or the refusal."""

    @property
    def reasoning(self) -> str:
        """What the model shows of its reasoning."""

    @property
    def tool_calls(self) -> list[ToolCall]:
        """In the order of the answer."""

    @property
    def usage(self) -> Usage | None:
        """What the answer took, where the provider says."""

    @property
    def model(self) -> str:
        """The model that served: as the provider says, else as it was asked for."""

    @property
    def provider(self) -> str | None:
        """Who served behind a router, where the response says."""

    @property
    def finish_reason(self) -> str | None:
        """Why the model ended, as the provider says: "stop", "length", "tool_calls", …"""

    @property
    def request_id(self) -> str | None:
        """The provider's id of this request, from the response head."""

    @property
    def rate_limits(self) -> dict[str, str]:
        """The response's headers that tell of rate limits, as the provider words them; names in lower case."""

    @property
    def time_to_first_byte(self) -> float | None:
        """Seconds to the response head, from the beginning of the try that served, its connection included."""

    @property
    def time_to_last_byte(self) -> float | None:
        """Seconds to the end of the answer, from the same moment."""

    @property
    def raw(self) -> dict[str, Any]:
        """The whole answer as it came; parsed on the first use."""

@final
class ToolCall:
    """A call that the model asks for."""

    @property
    def id(self) -> str:
        """The provider's id of the call, for the answer to it."""

    @property
    def name(self) -> str:
        """The name of the function that is to be called."""

    @property
    def arguments(self) -> str:
        """JSON text as the model wrote it: it may be malformed."""

    def __eq__(self, other: object, /) -> bool: ...
    def __ne__(self, other: object, /) -> bool: ...

@final
class Usage:
    """How many tokens an answer took."""

    @property
    def prompt_tokens(self) -> int:
        """Those of the messages."""

    @property
    def completion_tokens(self) -> int:
        """Those of the answer, its reasoning included."""

    @property
    def total_tokens(self) -> int:
        """Those of the messages and of the answer."""

    @property
    def cached_tokens(self) -> int:
        """Those of the prompt that came from the provider's cache."""

    @property
    def reasoning_tokens(self) -> int:
        """Those of the answer that went into reasoning."""

    @property
    def cost(self) -> float | None:
        """US dollars, where the provider says."""

    def __eq__(self, other: object, /) -> bool: ...
    def __ne__(self, other: object, /) -> bool: ...

@final
class ModelInfo:
    """A model that the provider offers."""

    @property
    def id(self) -> str:
        """What to pass as `model`."""

    @property
    def name(self) -> str | None:
        """For people, where the provider gives one."""

    @property
    def context_length(self) -> int | None:
        """In tokens."""

    def __eq__(self, other: object, /) -> bool: ...
    def __ne__(self, other: object, /) -> bool: ...

@final
class Call:
    """A result under way, for `_aio`."""

    def arm(self, hub: EventLoopHub) -> int | None: ...
    def cancel(self) -> None: ...
    def result(self) -> Any: ...

@final
class EventLoopHub:
    """What `_aio` registers with an event loop: one descriptor, and the tickets of what has become ready."""

    def __new__(cls) -> Self: ...
    def fileno(self) -> int: ...
    def selector(self) -> int | None: ...
    def collect(self) -> list[int]: ...
    def turn(self) -> list[int] | None: ...

@final
class ChunkStream:
    """The chunks of a stream as JSON texts, for `compat`: iteration gives all that have arrived since the last time.

    Ends, fails and is cancelled as `ResponseStream` is.
    """

    def wait_for_head(self) -> None:
        """Wait for the response head; raises what failed before it came. Blocks."""

    def __iter__(self) -> Self: ...
    def __next__(self) -> list[str]: ...
    def cancel(self) -> None: ...
    @property
    def request_id(self) -> str | None: ...
    def _arm(self, hub: EventLoopHub) -> int | None: ...
    def _arm_head(self, hub: EventLoopHub) -> int | None: ...
    def _poll(self) -> list[str] | None: ...
    def _raise_early_failure(self) -> None: ...

def open_chunks(
    client: AIClient, messages: Sequence[Message], model: str | Sequence[str], **options: Any
) -> ChunkStream:
    """`AIClient.stream`, without asking for the usage."""

def list_models(client: AIClient, id: str | None = None) -> str:
    """`AIClient.models`, or one of them, as the JSON text that the provider sent. Blocks."""

def start_list_models(client: AIClient, id: str | None = None) -> Call: ...
