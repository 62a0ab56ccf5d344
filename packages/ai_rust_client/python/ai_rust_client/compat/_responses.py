"""`responses`."""

from typing import TYPE_CHECKING, Any, Literal, TypeVar, cast, overload

from ai_rust_client import AIClientError
from ai_rust_client._native import open_events
from ai_rust_client.compat._endpoint import acall, call, call_options
from ai_rust_client.compat._errors import from_native
from ai_rust_client.compat._model import BaseModel, build
from ai_rust_client.compat._not_covered import NotCoveredError
from ai_rust_client.compat._options import NOT_GIVEN, CallOptions, NotGiven, Omit, is_omitted, plain
from ai_rust_client.compat._resource import HasRawResponses
from ai_rust_client.compat._response import APIResponse
from ai_rust_client.compat._response_events import AsyncResponseStream, EventTexts, ResponseStream
from ai_rust_client.compat._streaming import AsyncStream, Stream
from ai_rust_client.compat.types import Response, ResponseStreamEvent
from ai_rust_client.responses import ENDS, WITHOUT_CONTENT, is_response

if TYPE_CHECKING:
    from ai_rust_client.compat._client import AsyncOpenAI, OpenAI
    from ai_rust_client.compat._response_stream import AsyncResponseStreamManager, ResponseStreamManager
    from ai_rust_client.compat.types._parsed_response import ParsedResponse

T = TypeVar("T")
Flag = bool | NotGiven | Omit | None
PATH = "responses"

_OPTIONS = frozenset(
    (
        "background",
        "context_management",
        "conversation",
        "include",
        "input",
        "instructions",
        "max_output_tokens",
        "max_tool_calls",
        "metadata",
        "model",
        "moderation",
        "parallel_tool_calls",
        "previous_response_id",
        "prompt",
        "prompt_cache_key",
        "prompt_cache_options",
        "prompt_cache_retention",
        "reasoning",
        "safety_identifier",
        "service_tier",
        "store",
        "stream_options",
        "temperature",
        "text",
        "tool_choice",
        "tools",
        "top_logprobs",
        "top_p",
        "truncation",
        "user",
        "verbosity",
    )
)


def _prepare(
    *,
    extra_headers: Any = None,
    extra_query: Any = None,
    extra_body: Any = None,
    timeout: object = NOT_GIVEN,
    **options: Any,
) -> tuple[CallOptions, dict[str, Any]]:
    """The options of the call, and the fields to send."""
    for name in options:
        if name not in _OPTIONS:
            raise TypeError(f"create() has no argument {name!r}; pass other options of your provider in extra_body")
    if "stream" in (extra_body or {}):
        raise NotCoveredError("stream in extra_body is not covered by ai_rust_client.compat; pass it as an argument")
    fields = {name: plain(value) for name, value in options.items() if not is_omitted(value)}
    fields |= plain(dict(extra_body or {}))
    return CallOptions(extra_headers, extra_query, timeout), fields


def _response(data: Any) -> Response:
    return build(Response, data)


def _deleted(data: Any) -> BaseModel:
    return build(BaseModel, data if isinstance(data, dict) else {})


def _path(response_id: str, *rest: str) -> tuple[str, ...]:
    if not response_id:
        raise ValueError(f"Expected a non-empty value for `response_id` but received {response_id!r}")
    return PATH, response_id, *rest


_STORED = "the stream of a stored response is not covered by ai_rust_client.compat; use the OpenAI library for it"


def _refuse_stored(options: dict[str, Any]) -> None:
    """Raise for arguments of `stream` that refer to a stored response."""
    for name in ("response_id", "starting_after"):
        if not is_omitted(options.pop(name, NOT_GIVEN)):
            raise NotCoveredError(_STORED)


def _query(options: dict[str, Any]) -> CallOptions:
    """The options of a call whose other arguments are parameters of the URL."""
    query: dict[str, Any] = {}
    for name in ("include", "include_obfuscation", "starting_after"):
        value = options.pop(name, NOT_GIVEN)
        if not is_omitted(value):
            query[name] = value
    stream = options.pop("stream", None)
    if stream and not is_omitted(stream):
        raise NotCoveredError(_STORED)
    options["extra_query"] = query | dict(options.get("extra_query") or {})
    return call_options(**options)


class Responses(HasRawResponses):
    """`responses` of `OpenAI`."""

    _calls = ("create", "parse", "retrieve", "delete", "cancel")

    def __init__(self, client: "OpenAI") -> None:
        self._client = client

    @overload
    def create(self, *, stream: Literal[True], **options: Any) -> Stream[ResponseStreamEvent]: ...
    @overload
    def create(self, *, stream: Literal[False] | NotGiven | Omit | None = ..., **options: Any) -> Response: ...
    @overload
    def create(self, *, stream: bool, **options: Any) -> Response | Stream[ResponseStreamEvent]: ...
    def create(self, *, stream: Flag = NOT_GIVEN, **options: Any) -> Response | Stream[ResponseStreamEvent]:
        """The response, or with `stream=True` its events, after the response head has arrived. Blocks.

        A stream ends well after `response.completed`, `response.incomplete`, `response.failed` or an `error` event;
        otherwise it raises `StreamInterruptedError`, with the text so far in `partial_text`.
        """
        return cast("Response | Stream[ResponseStreamEvent]", self._create(stream=stream, **options).parse())

    def _create(self, *, stream: Flag = NOT_GIVEN, **options: Any) -> APIResponse[Any]:
        own, fields = _prepare(**options)
        if not stream:
            return call(self._client, "POST", (PATH,), own, fields, _response, is_valid=is_response)
        native, settings, options = self._client._call(own, PATH, fields.get("model"))
        request = settings.request("POST", PATH)
        try:
            source = open_events(native, (PATH,), ENDS, WITHOUT_CONTENT, False, **fields, **options)
            source.wait_for_head()
        except AIClientError as error:
            raise from_native(error, request) from error
        return APIResponse(EventTexts(source), request, lambda source: ResponseStream(source, request))

    def parse(self, **options: Any) -> "ParsedResponse[Any]":
        """The response with its text as an instance of `text_format`, and the arguments of strict tools. Blocks.

        The type is a pydantic model, msgspec Struct, dataclass or TypedDict. Raises ValueError for an answer that does
        not fit. The instance is `output_parsed`.
        """
        return self._parse(**options).parse()

    def _parse(self, **options: Any) -> "APIResponse[ParsedResponse[Any]]":
        from ai_rust_client.compat._response_parsing import structured

        options, parser = structured(options)
        own, fields = _prepare(**options)
        return call(self._client, "POST", (PATH,), own, fields, parser.response, is_valid=is_response)

    def stream(self, **options: Any) -> "ResponseStreamManager":
        """A context manager with the events of a response. The call is made when its block is entered.

        Events with a delta have the text so far in `snapshot`; with `text_format` those of complete texts have the
        instance in `parsed`. `get_final_response` returns what `parse` does.
        """
        from ai_rust_client.compat._response_parsing import structured
        from ai_rust_client.compat._response_stream import ResponseStreamManager

        _refuse_stored(options)
        options, parser = structured(options)
        return ResponseStreamManager(lambda: self.create(**options, stream=True), parser)

    def retrieve(self, response_id: str, **options: Any) -> Response:
        """A response that the provider has stored. Blocks."""
        return self._retrieve(response_id, **options).parse()

    def _retrieve(self, response_id: str, **options: Any) -> APIResponse[Response]:
        return call(self._client, "GET", _path(response_id), _query(options), {}, _response, is_valid=is_response)

    def delete(self, response_id: str, **options: Any) -> None:
        """Delete a response that the provider has stored. Blocks."""
        self._delete(response_id, **options)

    def _delete(self, response_id: str, **options: Any) -> APIResponse[Any]:
        return call(self._client, "DELETE", _path(response_id), call_options(**options), {}, _deleted)

    def cancel(self, response_id: str, **options: Any) -> Response:
        """Cancel a response that was created with `background=True`. Blocks."""
        return self._cancel(response_id, **options).parse()

    def _cancel(self, response_id: str, **options: Any) -> APIResponse[Response]:
        return call(
            self._client,
            "POST",
            _path(response_id, "cancel"),
            call_options(**options),
            {},
            _response,
            is_valid=is_response,
        )


class AsyncResponses(HasRawResponses):
    """`responses` of `AsyncOpenAI`."""

    _calls = ("create", "parse", "retrieve", "delete", "cancel")
    _is_async = True

    def __init__(self, client: "AsyncOpenAI") -> None:
        self._client = client

    @overload
    async def create(self, *, stream: Literal[True], **options: Any) -> AsyncStream[ResponseStreamEvent]: ...
    @overload
    async def create(self, *, stream: Literal[False] | NotGiven | Omit | None = ..., **options: Any) -> Response: ...
    @overload
    async def create(self, *, stream: bool, **options: Any) -> Response | AsyncStream[ResponseStreamEvent]: ...
    async def create(self, *, stream: Flag = NOT_GIVEN, **options: Any) -> Response | AsyncStream[ResponseStreamEvent]:
        """See `Responses.create`. Cancelling the task closes the connection."""
        response = await self._create(stream=stream, **options)
        return cast("Response | AsyncStream[ResponseStreamEvent]", response.parse())

    async def _create(self, *, stream: Flag = NOT_GIVEN, **options: Any) -> APIResponse[Any]:
        own, fields = _prepare(**options)
        if not stream:
            return await acall(self._client, "POST", (PATH,), own, fields, _response, is_valid=is_response)
        from ai_rust_client._aio import head

        native, settings, options = await self._client._call(own, PATH, fields.get("model"))
        request = settings.request("POST", PATH)
        try:
            source = await head(open_events(native, (PATH,), ENDS, WITHOUT_CONTENT, False, **fields, **options))
        except AIClientError as error:
            raise from_native(error, request) from error
        return APIResponse(EventTexts(source), request, lambda source: AsyncResponseStream(source, request))

    async def parse(self, **options: Any) -> "ParsedResponse[Any]":
        """The response with its text as an instance of `text_format`, and the arguments of strict tools.

        The type is a pydantic model, msgspec Struct, dataclass or TypedDict. Raises ValueError for an answer that does
        not fit. The instance is `output_parsed`.
        """
        return (await self._parse(**options)).parse()

    async def _parse(self, **options: Any) -> "APIResponse[ParsedResponse[Any]]":
        from ai_rust_client.compat._response_parsing import structured

        options, parser = structured(options)
        own, fields = _prepare(**options)
        return await acall(self._client, "POST", (PATH,), own, fields, parser.response, is_valid=is_response)

    def stream(self, **options: Any) -> "AsyncResponseStreamManager":
        """A context manager with the events of a response. The call is made when its block is entered.

        Events with a delta have the text so far in `snapshot`; with `text_format` those of complete texts have the
        instance in `parsed`. `get_final_response` returns what `parse` does.
        """
        from ai_rust_client.compat._response_parsing import structured
        from ai_rust_client.compat._response_stream import AsyncResponseStreamManager

        _refuse_stored(options)
        options, parser = structured(options)
        return AsyncResponseStreamManager(lambda: self.create(**options, stream=True), parser)

    async def retrieve(self, response_id: str, **options: Any) -> Response:
        """A response that the provider has stored."""
        return (await self._retrieve(response_id, **options)).parse()

    async def _retrieve(self, response_id: str, **options: Any) -> APIResponse[Response]:
        return await acall(
            self._client, "GET", _path(response_id), _query(options), {}, _response, is_valid=is_response
        )

    async def delete(self, response_id: str, **options: Any) -> None:
        """Delete a response that the provider has stored."""
        await self._delete(response_id, **options)

    async def _delete(self, response_id: str, **options: Any) -> APIResponse[Any]:
        return await acall(self._client, "DELETE", _path(response_id), call_options(**options), {}, _deleted)

    async def cancel(self, response_id: str, **options: Any) -> Response:
        """Cancel a response that was created with `background=True`."""
        return (await self._cancel(response_id, **options)).parse()

    async def _cancel(self, response_id: str, **options: Any) -> APIResponse[Response]:
        return await acall(
            self._client,
            "POST",
            _path(response_id, "cancel"),
            call_options(**options),
            {},
            _response,
            is_valid=is_response,
        )
