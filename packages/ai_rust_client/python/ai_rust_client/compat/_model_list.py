"""`models`."""

from collections.abc import AsyncIterator, Callable, Coroutine, Generator, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from ai_rust_client.compat._endpoint import acall, call, call_options
from ai_rust_client.compat._model import build
from ai_rust_client.compat._options import NOT_GIVEN
from ai_rust_client.compat._resource import HasRawResponses
from ai_rust_client.compat._response import APIResponse
from ai_rust_client.compat.types import AsyncPage, Model, SyncPage

if TYPE_CHECKING:
    from ai_rust_client.compat._client import AsyncOpenAI, OpenAI

Page = TypeVar("Page", SyncPage, AsyncPage)
PATH = "models"


def _page(kind: type[Page], data: Any) -> Page:
    return build(kind, {"object": "list", "data": data} if isinstance(data, list) else data)


def _model(data: Any) -> Model:
    return build(Model, data if isinstance(data, dict) else {})


def _path(model: str) -> tuple[str, ...]:
    if not model:
        raise ValueError(f"Expected a non-empty value for `model` but received {model!r}")
    return PATH, model


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
        return call(self._client, "GET", (PATH,), call_options(**options), {}, lambda data: _page(SyncPage, data))

    def _retrieve(self, model: str, **options: Any) -> APIResponse[Model]:
        return call(self._client, "GET", _path(model), call_options(**options), {}, _model)


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
        own = call_options(**options)
        return await acall(self._client, "GET", (PATH,), own, {}, lambda data: _page(AsyncPage, data))

    async def _retrieve(self, model: str, **options: Any) -> APIResponse[Model]:
        return await acall(self._client, "GET", _path(model), call_options(**options), {}, _model)
