"""`chat.completions`."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Literal, TypeVar, overload

from ai_rust_client import AIClientError, ChatResponse
from ai_rust_client._native import open_chunks
from ai_rust_client.compat._completion_stream import AsyncChatCompletionStreamManager, ChatCompletionStreamManager
from ai_rust_client.compat._delta_merge import add_missing_ids
from ai_rust_client.compat._errors import from_native
from ai_rust_client.compat._json import read_json
from ai_rust_client.compat._model import build
from ai_rust_client.compat._not_covered import NotCoveredError
from ai_rust_client.compat._options import (
    NO_OPTIONS,
    NOT_GIVEN,
    CallOptions,
    NotGiven,
    Omit,
    is_omitted,
    plain,
    plain_messages,
)
from ai_rust_client.compat._resource import HasRawResponses
from ai_rust_client.compat._response import APIResponse
from ai_rust_client.compat._stream_state import ChatCompletionStreamState
from ai_rust_client.compat._streaming import AsyncStream, Stream
from ai_rust_client.compat._surrogates import has_surrogates, without_surrogates
from ai_rust_client.compat.types import ChatCompletion, ChatCompletionChunk, ParsedChatCompletion

if TYPE_CHECKING:
    from ai_rust_client.compat._client import AsyncOpenAI, OpenAI
    from ai_rust_client.compat._parsing import OutputParser

Completion = TypeVar("Completion", bound=ChatCompletion)
Flag = bool | NotGiven | Omit | None
PATH = "chat/completions"

_OPTIONS = frozenset(
    (
        "audio",
        "frequency_penalty",
        "function_call",
        "functions",
        "logit_bias",
        "logprobs",
        "max_completion_tokens",
        "max_tokens",
        "metadata",
        "modalities",
        "moderation",
        "n",
        "parallel_tool_calls",
        "prediction",
        "presence_penalty",
        "prompt_cache_key",
        "prompt_cache_options",
        "prompt_cache_retention",
        "reasoning_effort",
        "response_format",
        "safety_identifier",
        "seed",
        "service_tier",
        "stop",
        "store",
        "stream_options",
        "temperature",
        "tool_choice",
        "tools",
        "top_logprobs",
        "top_p",
        "user",
        "verbosity",
        "web_search_options",
    )
)


def _prepare(messages: Iterable[Any], options: dict[str, Any]) -> tuple[CallOptions, Any, dict[str, Any]]:
    """The options of the call, and the messages and options to send."""
    own, extra_body = NO_OPTIONS, None
    if not options.keys() <= _OPTIONS:
        extra_body = options.pop("extra_body", None)
        headers, query = options.pop("extra_headers", None), options.pop("extra_query", None)
        own = CallOptions(headers, query, options.pop("timeout", NOT_GIVEN))
        for name in options.keys() - _OPTIONS:
            raise TypeError(f"create() has no argument {name!r}; pass other options of your provider in extra_body")
    sent = {name: plain(value) for name, value in options.items() if not is_omitted(value)}
    for name, value in plain(dict(extra_body or {})).items():
        if name in ("messages", "model", "stream"):
            raise NotCoveredError(
                f"{name} in extra_body is not covered by ai_rust_client.compat; pass it as an argument"
            )
        sent[name] = value
    return own, plain_messages(messages), sent


def _completion(response: ChatResponse) -> ChatCompletion:
    return _identified(build(ChatCompletion, _fields(response)), response)


def _parsed_completion(response: ChatResponse) -> ParsedChatCompletion[Any]:
    return _identified(build(ParsedChatCompletion, _fields(response)), response)


def _identified(completion: Completion, response: ChatResponse) -> Completion:
    """The completion with the id of its request, and ids of all tool calls."""
    completion._request_id = response.request_id
    for choice in completion.choices:
        if calls := choice.message.tool_calls:
            add_missing_ids([vars(call) for call in calls])
    return completion


def _fields(response: ChatResponse) -> dict[str, Any]:
    text = response._body
    fields: dict[str, Any] = read_json(text)
    return without_surrogates(fields) if has_surrogates(text) else fields


def _structured(arguments: dict[str, Any], *, is_stream: bool) -> tuple[dict[str, Any], "OutputParser"]:
    """The arguments of `create`, and what reads the answer."""
    from ai_rust_client.compat._parsing import OutputParser, check_tools, response_format_of

    tools = arguments.get("tools")
    if tools is not None and not is_omitted(tools):
        arguments["tools"] = list(tools)
        if not is_stream:
            check_tools(arguments["tools"])
    kind = arguments.get("response_format")
    parser = OutputParser(kind, None if is_omitted(tools) else arguments.get("tools"))
    return arguments | {"response_format": response_format_of(kind)}, parser


class Completions(HasRawResponses):
    """`chat.completions` of `OpenAI`."""

    _calls = ("create", "parse")

    def __init__(self, client: "OpenAI") -> None:
        self._client = client

    @overload
    def create(
        self, *, messages: Iterable[Any], model: str, stream: Literal[True], **options: Any
    ) -> Stream[ChatCompletionChunk]: ...
    @overload
    def create(
        self,
        *,
        messages: Iterable[Any],
        model: str,
        stream: Literal[False] | NotGiven | Omit | None = ...,
        **options: Any,
    ) -> ChatCompletion: ...
    @overload
    def create(
        self, *, messages: Iterable[Any], model: str, stream: bool, **options: Any
    ) -> ChatCompletion | Stream[ChatCompletionChunk]: ...
    def create(
        self,
        *,
        messages: Iterable[Any],
        model: str,
        stream: Flag = NOT_GIVEN,
        **options: Any,
    ) -> ChatCompletion | Stream[ChatCompletionChunk]:
        """The answer, or with `stream=True` a stream, after its response head has arrived. Blocks.

        Options are those of the OpenAI library and are sent unchanged; `extra_headers`, `extra_query`, `extra_body`
        and `timeout` are for this call only.
        """
        response: APIResponse[ChatCompletion] = self._create(messages=messages, model=model, stream=stream, **options)
        return response.parse()

    def _create(
        self, *, messages: Iterable[Any], model: str, stream: Flag = NOT_GIVEN, **options: Any
    ) -> APIResponse[Any]:
        own, sent, options = _prepare(messages, options)
        client, settings, call = self._client._call(own, PATH, model)
        request = settings.request("POST", PATH)
        try:
            if not stream:
                return APIResponse(client.chat(sent, model, **options, **call), request, _completion)
            source = open_chunks(client, sent, model, **options, **call)
            source.wait_for_head()
        except AIClientError as error:
            raise from_native(error, request) from error
        return APIResponse(source, request, lambda source: Stream(source, request))

    def parse(
        self, *, messages: Iterable[Any], model: str, response_format: Any = NOT_GIVEN, **options: Any
    ) -> ParsedChatCompletion[Any]:
        """The answer with its content as an instance of `response_format`, and the arguments of strict tools. Blocks.

        The type is a pydantic model, msgspec Struct, dataclass or TypedDict. Raises `LengthFinishReasonError` and
        `ContentFilterFinishReasonError` for an answer that was ended, and ValueError for one that does not fit.
        """
        return self._parse(messages=messages, model=model, response_format=response_format, **options).parse()

    def _parse(self, **arguments: Any) -> APIResponse[ParsedChatCompletion[Any]]:
        arguments, parser = _structured(arguments, is_stream=False)
        raw = self._create(**arguments)
        return APIResponse(raw._answer, raw.http_request, lambda response: parser.parse(_parsed_completion(response)))

    def stream(
        self, *, messages: Iterable[Any], model: str, response_format: Any = NOT_GIVEN, **options: Any
    ) -> ChatCompletionStreamManager:
        """A context manager with the events of a streamed answer. The call is made when its block is entered."""
        arguments = {"messages": messages, "model": model, "response_format": response_format, **options}
        arguments, parser = _structured(arguments, is_stream=True)
        return ChatCompletionStreamManager(
            lambda: self.create(**arguments, stream=True), ChatCompletionStreamState._of(parser)
        )


class AsyncCompletions(HasRawResponses):
    """`chat.completions` of `AsyncOpenAI`."""

    _calls = ("create", "parse")
    _is_async = True

    def __init__(self, client: "AsyncOpenAI") -> None:
        self._client = client

    @overload
    async def create(
        self, *, messages: Iterable[Any], model: str, stream: Literal[True], **options: Any
    ) -> AsyncStream[ChatCompletionChunk]: ...
    @overload
    async def create(
        self,
        *,
        messages: Iterable[Any],
        model: str,
        stream: Literal[False] | NotGiven | Omit | None = ...,
        **options: Any,
    ) -> ChatCompletion: ...
    @overload
    async def create(
        self, *, messages: Iterable[Any], model: str, stream: bool, **options: Any
    ) -> ChatCompletion | AsyncStream[ChatCompletionChunk]: ...
    async def create(
        self,
        *,
        messages: Iterable[Any],
        model: str,
        stream: Flag = NOT_GIVEN,
        **options: Any,
    ) -> ChatCompletion | AsyncStream[ChatCompletionChunk]:
        """See `Completions.create`. Cancelling the task closes the connection."""
        response: APIResponse[ChatCompletion]
        response = await self._create(messages=messages, model=model, stream=stream, **options)
        return response.parse()

    async def _create(
        self, *, messages: Iterable[Any], model: str, stream: Flag = NOT_GIVEN, **options: Any
    ) -> APIResponse[Any]:
        own, sent, options = _prepare(messages, options)
        client, settings, call = await self._client._call(own, PATH, model)
        request = settings.request("POST", PATH)
        try:
            if not stream:
                return APIResponse(await client.achat(sent, model, **options, **call), request, _completion)
            from ai_rust_client._aio import head

            source = await head(open_chunks(client, sent, model, **options, **call))
        except AIClientError as error:
            raise from_native(error, request) from error
        return APIResponse(source, request, lambda source: AsyncStream(source, request))

    async def parse(
        self, *, messages: Iterable[Any], model: str, response_format: Any = NOT_GIVEN, **options: Any
    ) -> ParsedChatCompletion[Any]:
        """The answer with its content as an instance of `response_format`, and the arguments of strict tools.

        The type is a pydantic model, msgspec Struct, dataclass or TypedDict. Raises `LengthFinishReasonError` and
        `ContentFilterFinishReasonError` for an answer that was ended, and ValueError for one that does not fit.
        """
        response = await self._parse(messages=messages, model=model, response_format=response_format, **options)
        return response.parse()

    async def _parse(self, **arguments: Any) -> APIResponse[ParsedChatCompletion[Any]]:
        arguments, parser = _structured(arguments, is_stream=False)
        raw = await self._create(**arguments)
        return APIResponse(raw._answer, raw.http_request, lambda response: parser.parse(_parsed_completion(response)))

    def stream(
        self, *, messages: Iterable[Any], model: str, response_format: Any = NOT_GIVEN, **options: Any
    ) -> AsyncChatCompletionStreamManager:
        """A context manager with the events of a streamed answer. The call is made when its block is entered."""
        arguments = {"messages": messages, "model": model, "response_format": response_format, **options}
        arguments, parser = _structured(arguments, is_stream=True)
        return AsyncChatCompletionStreamManager(
            lambda: self.create(**arguments, stream=True), ChatCompletionStreamState._of(parser)
        )


class Chat(HasRawResponses):
    """`chat` of `OpenAI`."""

    def __init__(self, client: "OpenAI") -> None:
        self.completions = Completions(client)


class AsyncChat(HasRawResponses):
    """`chat` of `AsyncOpenAI`."""

    def __init__(self, client: "AsyncOpenAI") -> None:
        self.completions = AsyncCompletions(client)


class Beta(HasRawResponses):
    """`beta` of `OpenAI`, where `parse` and `stream` were before."""

    def __init__(self, client: "OpenAI") -> None:
        self.chat = Chat(client)


class AsyncBeta(HasRawResponses):
    """`beta` of `AsyncOpenAI`."""

    def __init__(self, client: "AsyncOpenAI") -> None:
        self.chat = AsyncChat(client)
