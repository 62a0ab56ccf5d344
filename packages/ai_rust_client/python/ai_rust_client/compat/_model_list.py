"""`models`."""

import json
from collections.abc import AsyncIterator, Callable, Coroutine, Generator, Mapping
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote

from ai_rust_client import AIClientError
from ai_rust_client._native import list_models, start_list_models
from ai_rust_client.compat._errors import from_native
from ai_rust_client.compat._model import build
from ai_rust_client.compat._options import NOT_GIVEN, CallOptions
from ai_rust_client.compat._resource import HasRawResponses
from ai_rust_client.compat._response import Answer, APIResponse
from ai_rust_client.compat.types import AsyncPage, Model, SyncPage

if TYPE_CHECKING:
    from ai_rust_client.compat._client import AsyncOpenAI, OpenAI

T = TypeVar("T")
Page = TypeVar("Page", SyncPage, AsyncPage)
PATH = "models"


def _page(kind: type[Page], text: str) -> Page:
    data = json.loads(text)
    if isinstance(data, list):
        data = {"object": "list", "data": data}
    return build(kind, data)


def _path(model: str) -> str:
    if not model:
        raise ValueError(f"Expected a non-empty value for `model` but received {model!r}")
    return f"{PATH}/{quote(model, safe='')}"


def _model(answer: Answer) -> Model:
    return build(Model, json.loads(answer._body))


class Models(HasRawResponses):
    """`models` of `OpenAI`."""

    _calls = ("list", "retrieve")

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
        return self._list(extra_headers=extra_headers, extra_query=extra_query, timeout=timeout).parse()

    def retrieve(
        self,
        model: str,
        *,
        extra_headers: Mapping[str, Any] | None = None,
        extra_query: Mapping[str, object] | None = None,
        timeout: object = NOT_GIVEN,
    ) -> Model:
        """The provider's data about one model. Blocks."""
        return self._retrieve(model, extra_headers=extra_headers, extra_query=extra_query, timeout=timeout).parse()

    def _list(self, **options: Any) -> APIResponse[SyncPage]:
        return self._get(PATH, None, options, lambda answer: _page(SyncPage, answer._body))

    def _retrieve(self, model: str, **options: Any) -> APIResponse[Model]:
        return self._get(_path(model), model, options, _model)

    def _get(
        self, path: str, model: str | None, options: dict[str, Any], read: Callable[[Answer], T]
    ) -> APIResponse[T]:
        client, settings = self._client._call(_call_options(**options), PATH)
        request = settings.request("GET", path)
        try:
            return APIResponse(Answer(list_models(client, model), {}), request, read)
        except AIClientError as error:
            raise from_native(error, request) from error


class AsyncPaginator:
    """The result of `AsyncOpenAI.models.list()`: await it for the page, or iterate over it."""

    def __init__(self, fetch: Callable[[], Coroutine[Any, Any, APIResponse[AsyncPage]]]) -> None:
        self._fetch = fetch

    async def _page(self) -> AsyncPage:
        return (await self._fetch()).parse()

    def __await__(self) -> Generator[Any, None, AsyncPage]:
        return self._page().__await__()

    async def __aiter__(self) -> AsyncIterator[Model]:
        for model in (await self).data:
            yield model


class AsyncModels(HasRawResponses):
    """`models` of `AsyncOpenAI`."""

    _calls = ("list", "retrieve")
    _is_async = True

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
        return AsyncPaginator(lambda: self._list(extra_headers=extra_headers, extra_query=extra_query, timeout=timeout))

    async def retrieve(
        self,
        model: str,
        *,
        extra_headers: Mapping[str, Any] | None = None,
        extra_query: Mapping[str, object] | None = None,
        timeout: object = NOT_GIVEN,
    ) -> Model:
        """The provider's data about one model."""
        response = await self._retrieve(model, extra_headers=extra_headers, extra_query=extra_query, timeout=timeout)
        return response.parse()

    async def _list(self, **options: Any) -> APIResponse[AsyncPage]:
        return await self._get(PATH, None, options, lambda answer: _page(AsyncPage, answer._body))

    async def _retrieve(self, model: str, **options: Any) -> APIResponse[Model]:
        return await self._get(_path(model), model, options, _model)

    async def _get(
        self, path: str, model: str | None, options: dict[str, Any], read: Callable[[Answer], T]
    ) -> APIResponse[T]:
        from ai_rust_client._aio import call

        client, settings = await self._client._call(_call_options(**options), PATH)
        request = settings.request("GET", path)
        try:
            return APIResponse(Answer(await call(start_list_models, client, model), {}), request, read)
        except AIClientError as error:
            raise from_native(error, request) from error


def _call_options(
    *,
    extra_headers: Mapping[str, Any] | None = None,
    extra_query: Mapping[str, object] | None = None,
    timeout: object = NOT_GIVEN,
) -> CallOptions:
    return CallOptions(extra_headers, extra_query, timeout)
