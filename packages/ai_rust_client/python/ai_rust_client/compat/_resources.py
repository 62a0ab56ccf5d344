"""`chat.completions` and `models`."""

import json
from collections.abc import AsyncIterator, Generator, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal, TypeVar, overload
from urllib.parse import quote

from ai_rust_client import AIClientError, ChatResponse
from ai_rust_client._native import list_models, open_chunks, start_list_models
from ai_rust_client.compat._errors import NotCoveredError, from_native
from ai_rust_client.compat._model import build
from ai_rust_client.compat._options import NOT_GIVEN, CallOptions, NotGiven, Omit, is_omitted, plain, plain_messages
from ai_rust_client.compat._streaming import AsyncStream, Stream
from ai_rust_client.compat.types import AsyncPage, ChatCompletion, ChatCompletionChunk, Model, SyncPage

if TYPE_CHECKING:
    from ai_rust_client.compat._client import AsyncOpenAI, OpenAI

Page = TypeVar("Page", SyncPage, AsyncPage)
Flag = bool | NotGiven | Omit | None

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


class _Resource:
    if not TYPE_CHECKING:  # type checkers report missing attributes

        def __getattr__(self, name: str) -> Any:
            if name.startswith("_"):
                raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
            raise NotCoveredError(
                f"{type(self).__name__}.{name} is not covered by ai_rust_client.compat, "
                "which has chat.completions.create, models.list and models.retrieve; use the OpenAI library for it"
            )


# -- chat.completions --------------------------------------------------------------------------------------------------


def _prepare(messages: Iterable[Any], options: dict[str, Any]) -> tuple[CallOptions, Any, dict[str, Any]]:
    """The options of the call, and the messages and options to send."""
    extra_headers, extra_query, extra_body = (
        options.pop(name, None) for name in ("extra_headers", "extra_query", "extra_body")
    )
    own = CallOptions(extra_headers, extra_query, options.pop("timeout", NOT_GIVEN))
    for name in options:
        if name not in _OPTIONS:
            raise TypeError(f"create() has no argument {name!r}; pass other options of your provider in extra_body")
    sent = {name: plain(value) for name, value in options.items() if not is_omitted(value)}
    for name, value in (extra_body or {}).items():
        if name in ("messages", "model", "stream"):
            raise NotCoveredError(
                f"{name} in extra_body is not covered by ai_rust_client.compat; pass it as an argument"
            )
        sent[name] = plain(value)
    return own, plain_messages(messages), sent


def _completion(response: ChatResponse) -> ChatCompletion:
    completion = build(ChatCompletion, response.raw)
    completion._request_id = response.request_id
    return completion


class Completions(_Resource):
    """`chat.completions` of `OpenAI`."""

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
        own, sent, options = _prepare(messages, options)
        client, settings = self._client._call(own)
        request = settings.request("POST", "chat/completions")
        try:
            if not stream:
                return _completion(client.chat(sent, model, **options))
            source = open_chunks(client, sent, model, **options)
            source.wait_for_head()
        except AIClientError as error:
            raise from_native(error, request) from error
        return Stream(source, settings, request)


class AsyncCompletions(_Resource):
    """`chat.completions` of `AsyncOpenAI`."""

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
        own, sent, options = _prepare(messages, options)
        client, settings = await self._client._call(own)
        request = settings.request("POST", "chat/completions")
        try:
            if not stream:
                return _completion(await client.achat(sent, model, **options))
            from ai_rust_client._aio import head

            source = await head(open_chunks(client, sent, model, **options))
        except AIClientError as error:
            raise from_native(error, request) from error
        return AsyncStream(source, settings, request)


class Chat(_Resource):
    """`chat` of `OpenAI`."""

    def __init__(self, client: "OpenAI") -> None:
        self.completions = Completions(client)


class AsyncChat(_Resource):
    """`chat` of `AsyncOpenAI`."""

    def __init__(self, client: "AsyncOpenAI") -> None:
        self.completions = AsyncCompletions(client)


# -- models ------------------------------------------------------------------------------------------------------------


def _page(kind: type[Page], text: str) -> Page:
    data = json.loads(text)
    if isinstance(data, list):
        data = {"object": "list", "data": data}
    return build(kind, data)


class Models(_Resource):
    """`models` of `OpenAI`."""

    def __init__(self, client: "OpenAI") -> None:
        self._client = client

    def list(
        self,
        *,
        extra_headers: Mapping[str, Any] | None = None,
        extra_query: Mapping[str, object] | None = None,
        timeout: object = NOT_GIVEN,
    ) -> SyncPage:
        """All models that the provider offers. Blocks."""
        client, settings = self._client._call(CallOptions(extra_headers, extra_query, timeout))
        try:
            return _page(SyncPage, list_models(client))
        except AIClientError as error:
            raise from_native(error, settings.request("GET", "models")) from error

    def retrieve(
        self,
        model: str,
        *,
        extra_headers: Mapping[str, Any] | None = None,
        extra_query: Mapping[str, object] | None = None,
        timeout: object = NOT_GIVEN,
    ) -> Model:
        """The provider's data about one model. Blocks."""
        path = _model_path(model)
        client, settings = self._client._call(CallOptions(extra_headers, extra_query, timeout))
        try:
            return build(Model, json.loads(list_models(client, model)))
        except AIClientError as error:
            raise from_native(error, settings.request("GET", path)) from error


def _model_path(model: str) -> str:
    if not model:
        raise ValueError(f"Expected a non-empty value for `model` but received {model!r}")
    return f"models/{quote(model, safe='')}"


class AsyncPaginator:
    """The result of `AsyncOpenAI.models.list()`: await it for the page, or iterate over it."""

    def __init__(self, client: "AsyncOpenAI", own: CallOptions) -> None:
        self._client = client
        self._own = own

    async def _fetch(self) -> AsyncPage:
        from ai_rust_client._aio import call

        client, settings = await self._client._call(self._own)
        try:
            return _page(AsyncPage, await call(start_list_models, client))
        except AIClientError as error:
            raise from_native(error, settings.request("GET", "models")) from error

    def __await__(self) -> Generator[Any, None, AsyncPage]:
        return self._fetch().__await__()

    async def __aiter__(self) -> AsyncIterator[Model]:
        for model in (await self).data:
            yield model


class AsyncModels(_Resource):
    """`models` of `AsyncOpenAI`."""

    def __init__(self, client: "AsyncOpenAI") -> None:
        self._client = client

    def list(
        self,
        *,
        extra_headers: Mapping[str, Any] | None = None,
        extra_query: Mapping[str, object] | None = None,
        timeout: object = NOT_GIVEN,
    ) -> AsyncPaginator:
        """All models that the provider offers: await the result, or iterate over it."""
        return AsyncPaginator(self._client, CallOptions(extra_headers, extra_query, timeout))

    async def retrieve(
        self,
        model: str,
        *,
        extra_headers: Mapping[str, Any] | None = None,
        extra_query: Mapping[str, object] | None = None,
        timeout: object = NOT_GIVEN,
    ) -> Model:
        """The provider's data about one model."""
        from ai_rust_client._aio import call

        path = _model_path(model)
        client, settings = await self._client._call(CallOptions(extra_headers, extra_query, timeout))
        try:
            return build(Model, json.loads(await call(start_list_models, client, model)))
        except AIClientError as error:
            raise from_native(error, settings.request("GET", path)) from error
