"""`AIClient`: the native client, and the methods on top of it, each of which is imported by its first call."""

# ruff: noqa: F811  ruff knows only the `overload` of typing

from __future__ import annotations

from ai_rust_client import _native

# Known to type checkers. Importing typing would double the import time of this package.
TYPE_CHECKING = False

if TYPE_CHECKING:
    import os
    from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
    from typing import Any, Literal, Never, TypeVar, overload

    from ai_rust_client._chats import Chats
    from ai_rust_client._native import ToolCall
    from ai_rust_client._types import Message
    from ai_rust_client.mapping import Mapped
    from ai_rust_client.responses import Input, Response, ResponseEvents
    from ai_rust_client.structured import StructuredOutput, _Mode
    from ai_rust_client.structured_stream import StructuredStream
    from ai_rust_client.tool_run import ToolRun

    _T = TypeVar("_T")
else:

    def overload(function):
        """`typing.overload`, which is not imported."""
        return function


class ClientMethods:
    """The methods of `AIClient` and `Router` that are made of their `chat`, `achat` and `stream`."""

    __slots__ = ()

    @overload
    def parse(
        self: Chats,
        messages: str | Sequence[Message],
        model: str | Sequence[str],
        schema: type[_T],
        *,
        mode: _Mode | None = None,
        max_repairs: int = 0,
        **options: Any,
    ) -> StructuredOutput[_T]: ...
    @overload
    def parse(
        self: Chats,
        messages: str | Sequence[Message],
        model: str | Sequence[str],
        schema: Any,
        *,
        mode: _Mode | None = None,
        max_repairs: int = 0,
        **options: Any,
    ) -> StructuredOutput[Any]: ...
    def parse(
        self: Chats,
        messages: str | Sequence[Message],
        model: str | Sequence[str],
        schema: Any,
        *,
        mode: _Mode | None = None,
        max_repairs: int = 0,
        **options: Any,
    ) -> StructuredOutput[Any]:
        """The answer as an instance of a type. Blocks.

        `schema` is a pydantic model, msgspec Struct, dataclass, TypedDict, NamedTuple, any annotation of these and
        builtins (`list[Recipe]`, `Recipe | None`), or a JSON schema as a mapping, whose values stay plain JSON. Types
        are sent in the strict form of a schema if they have one, mappings unchanged.

        `mode` says how the type is asked for: "json_schema" (`response_format`, enforced by the provider),
        "json_object" (JSON mode, with the schema in the system message), "tool" (a forced tool call) or "prompt" (the
        schema in the system message only, for providers that ignore `response_format`). Without `mode` it is
        "json_schema"; if the provider says that it does not support that, "json_object" and then "prompt", which is
        remembered for this client and model.

        JSON in a code fence or within prose is accepted. If the answer is invalid, the model is asked again up to
        `max_repairs` times, with the problems. Then InvalidStructureError is raised, as it is at once for an answer
        that was cut; its `problems` have the paths. If the model refuses, `parsed` is None and `refusal` is its text.
        Raises TypeError for a type without a JSON schema. Other options are those of `chat`.
        """
        from ai_rust_client.structured import parse

        return parse(self, messages, model, schema, mode=mode, max_repairs=max_repairs, **options)

    @overload
    async def aparse(
        self: Chats,
        messages: str | Sequence[Message],
        model: str | Sequence[str],
        schema: type[_T],
        *,
        mode: _Mode | None = None,
        max_repairs: int = 0,
        **options: Any,
    ) -> StructuredOutput[_T]: ...
    @overload
    async def aparse(
        self: Chats,
        messages: str | Sequence[Message],
        model: str | Sequence[str],
        schema: Any,
        *,
        mode: _Mode | None = None,
        max_repairs: int = 0,
        **options: Any,
    ) -> StructuredOutput[Any]: ...
    async def aparse(
        self: Chats,
        messages: str | Sequence[Message],
        model: str | Sequence[str],
        schema: Any,
        *,
        mode: _Mode | None = None,
        max_repairs: int = 0,
        **options: Any,
    ) -> StructuredOutput[Any]:
        """`parse` for asyncio."""
        from ai_rust_client.structured import aparse

        return await aparse(self, messages, model, schema, mode=mode, max_repairs=max_repairs, **options)

    @overload
    def stream_parse(
        self: Chats,
        messages: str | Sequence[Message],
        model: str | Sequence[str],
        schema: type[_T],
        *,
        mode: _Mode | None = None,
        **options: Any,
    ) -> StructuredStream[_T]: ...
    @overload
    def stream_parse(
        self: Chats,
        messages: str | Sequence[Message],
        model: str | Sequence[str],
        schema: Any,
        *,
        mode: _Mode | None = None,
        **options: Any,
    ) -> StructuredStream[Any]: ...
    def stream_parse(
        self: Chats,
        messages: str | Sequence[Message],
        model: str | Sequence[str],
        schema: Any,
        *,
        mode: _Mode | None = None,
        **options: Any,
    ) -> StructuredStream[Any]:
        """`parse`, streamed, sync and async: iterate over what has arrived as plain JSON, then call `output()`.

        Returns at once; errors are raised while the stream is read. `mode` may not be "tool".
        """
        from ai_rust_client.structured_stream import StructuredStream

        return StructuredStream(self, messages, model, schema, mode=mode, options=options)

    def run(
        self: Chats,
        messages: str | Sequence[Message],
        model: str | Sequence[str],
        tools: Iterable[Callable[..., Any] | Mapping[str, Any]],
        *,
        max_steps: int = 10,
        total_timeout: float | None = None,
        before_call: Callable[[ToolCall], bool] | None = None,
        **options: Any,
    ) -> ToolRun:
        """Let the model call Python functions until it answers. Blocks.

        A tool's name, parameters and descriptions come from its signature and docstring (Google, NumPy or Sphinx
        style); annotations may be all that `parse` takes. A mapping is sent unchanged, for tools of the provider; if it
        is a function, the run ends at its call, which is then in `pending`. A result that is not a string is sent as
        JSON. What a tool raises, a result without a JSON form, arguments that do not fit and unknown tools are
        returned to the model as an error, without a traceback. Calls of one answer run at the same time, on
        threads; their results keep the order of the calls.

        `before_call` is called with each call before any of them runs. If it returns True, the call runs. If it
        returns False, the call is refused, which its result says, and the run ends after the other calls. If it
        raises, or returns anything else (TypeError), no call of this answer runs and `run` raises. The run also ends
        after `max_steps` answers. A `tool_choice` that forces a call applies to the first answer only.

        `total_timeout` limits the whole run in seconds: APITimeoutError is raised when it is over. Tools are not
        interrupted. Other options are those of `chat`, of which `timeout` limits each answer.

        Raises TypeError for a function that cannot be described, or is a coroutine function.
        """
        from ai_rust_client.tool_run import run

        return run(
            self,
            messages,
            model,
            tools,
            max_steps=max_steps,
            total_timeout=total_timeout,
            before_call=before_call,
            **options,
        )

    async def arun(
        self: Chats,
        messages: str | Sequence[Message],
        model: str | Sequence[str],
        tools: Iterable[Callable[..., Any] | Mapping[str, Any]],
        *,
        max_steps: int = 10,
        total_timeout: float | None = None,
        before_call: Callable[[ToolCall], bool | Awaitable[bool]] | None = None,
        **options: Any,
    ) -> ToolRun:
        """`run` for asyncio. Coroutine functions run as tasks, others on threads; `before_call` may be either."""
        from ai_rust_client.tool_run import arun

        return await arun(
            self,
            messages,
            model,
            tools,
            max_steps=max_steps,
            total_timeout=total_timeout,
            before_call=before_call,
            **options,
        )

    def map(
        self: Chats,
        requests: Iterable[str | Sequence[Message]],
        model: str | Sequence[str],
        *,
        concurrency: int = 8,
        ordered: bool = False,
        progress: Callable[[int, int | None], object] | None = None,
        journal: str | os.PathLike[str] | None = None,
        max_retries: int = 2,
        **options: Any,
    ) -> Iterator[Mapped]:
        """Answer many requests, `concurrency` at the same time. The iterator returns each outcome as it comes.

        `requests` are prompts or lists of messages. They are taken from their iterable when they are sent, on the
        caller's thread, and are sent while the outcomes are read. With `ordered`, outcomes come in the order of the
        requests. A failed request is an outcome with an `error`; the others go on. A wrong model or option, and a
        list with something that is not a request, raise TypeError or ValueError before anything is sent.

        A 429 pauses all requests, for its `Retry-After` or a delay that grows until an answer comes, whichever is
        longer, and is then sent again; so does an answer whose rate-limit headers say that nothing remains. Pauses of
        a second or more are logged as warnings. No pause is longer than ten minutes: a request that the provider
        refuses for longer fails, and so do all that remain once no request was answered for ten minutes. Other
        failures that may pass are retried `max_retries` times.

        `timeout` limits each request, from the moment it is taken, with its retries and pauses.
        `progress` is called with the number of outcomes and the number of requests (None if it is unknown). With
        `journal`, a file, answers are stored as they arrive, and a later call with the same file does not ask for
        them again, whatever the order of its requests. Raises BlockingIOError if another batch uses the file.

        Leaving the loop, or dropping the iterator, cancels what is running. Other options are those of `chat`.
        """
        from ai_rust_client.mapping import map_requests

        return map_requests(
            self,
            requests,
            model,
            concurrency=concurrency,
            ordered=ordered,
            progress=progress,
            journal=journal,
            max_retries=max_retries,
            **options,
        )

    def amap(
        self: Chats,
        requests: Iterable[str | Sequence[Message]] | AsyncIterable[str | Sequence[Message]],
        model: str | Sequence[str],
        *,
        concurrency: int = 8,
        ordered: bool = False,
        progress: Callable[[int, int | None], object] | None = None,
        journal: str | os.PathLike[str] | None = None,
        max_retries: int = 2,
        **options: Any,
    ) -> AsyncIterator[Mapped]:
        """`map` for asyncio: an async iterator. `requests` may be an async iterable."""
        from ai_rust_client.mapping import amap_requests

        return amap_requests(
            self,
            requests,
            model,
            concurrency=concurrency,
            ordered=ordered,
            progress=progress,
            journal=journal,
            max_retries=max_retries,
            **options,
        )


class AIClient(ClientMethods, _native.AIClient):
    __slots__ = ()
    __module__ = "ai_rust_client"
    __doc__ = _native.AIClient.__doc__

    def __reduce_ex__(self, _protocol: object, /) -> Never:
        """Refuse to pickle or copy: a client contains a key and connections."""
        raise TypeError("an AIClient can be neither pickled nor copied; create one in each process")

    @overload
    def respond(
        self,
        input: Input,
        model: str | Sequence[str],
        *,
        stream: Literal[False] = ...,
        previous_response_id: str | None = ...,
        **options: Any,
    ) -> Response: ...
    @overload
    def respond(
        self,
        input: Input,
        model: str | Sequence[str],
        *,
        stream: Literal[True],
        previous_response_id: str | None = ...,
        **options: Any,
    ) -> ResponseEvents: ...
    @overload
    def respond(
        self,
        input: Input,
        model: str | Sequence[str],
        *,
        stream: bool,
        previous_response_id: str | None = ...,
        **options: Any,
    ) -> Response | ResponseEvents: ...
    def respond(
        self,
        input: Input,
        model: str | Sequence[str],
        *,
        stream: bool = False,
        previous_response_id: str | None = None,
        **options: Any,
    ) -> Response | ResponseEvents:
        """The answer of the Responses API, `POST {base_url}/responses`. Blocks, unless it is streamed.

        `input` is a text or a list of items. `previous_response_id` continues a response that the provider stores;
        without it, pass the `items` of earlier responses as part of the input. Options (`instructions`, `tools`,
        `reasoning`, `max_output_tokens`, `store`, …) are sent unchanged. Several models are in order of preference.

        With `stream=True` it returns at once, and all errors are raised while the events are read. Events have the
        fields of their JSON as attributes. The stream ends well after `response.completed` or `response.incomplete`;
        after `response.failed`, an `error` event or a broken connection it raises StreamInterruptedError.
        """
        from ai_rust_client.responses import respond

        return respond(self, input, model, stream=stream, previous_response_id=previous_response_id, **options)

    @overload
    async def arespond(
        self,
        input: Input,
        model: str | Sequence[str],
        *,
        stream: Literal[False] = ...,
        previous_response_id: str | None = ...,
        **options: Any,
    ) -> Response: ...
    @overload
    async def arespond(
        self,
        input: Input,
        model: str | Sequence[str],
        *,
        stream: Literal[True],
        previous_response_id: str | None = ...,
        **options: Any,
    ) -> ResponseEvents: ...
    @overload
    async def arespond(
        self,
        input: Input,
        model: str | Sequence[str],
        *,
        stream: bool,
        previous_response_id: str | None = ...,
        **options: Any,
    ) -> Response | ResponseEvents: ...
    async def arespond(
        self,
        input: Input,
        model: str | Sequence[str],
        *,
        stream: bool = False,
        previous_response_id: str | None = None,
        **options: Any,
    ) -> Response | ResponseEvents:
        """`respond` for asyncio. With `stream=True` it waits for the response head."""
        from ai_rust_client.responses import arespond

        return await arespond(self, input, model, stream=stream, previous_response_id=previous_response_id, **options)
