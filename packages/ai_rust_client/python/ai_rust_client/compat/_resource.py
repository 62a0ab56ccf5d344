"""The base class of `chat`, `models` and the others, with `with_raw_response` and `with_streaming_response`."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar

from ai_rust_client.compat._not_covered import not_covered
from ai_rust_client.compat._streamed_response import AsyncResponseContextManager, ResponseContextManager


class HasRawResponses:
    """A resource or a client. For each of its `_calls` it has a method with an underscore that returns the response."""

    _calls: ClassVar[tuple[str, ...]] = ()
    _is_async: ClassVar = False

    @property
    def with_raw_response(self) -> "WithRawResponse":
        """The same methods, which return the response with its headers."""
        return WithRawResponse(self)

    @property
    def with_streaming_response(self) -> "WithStreamingResponse":
        """The same methods as context managers, whose responses are read piece by piece."""
        return WithStreamingResponse(self)

    if not TYPE_CHECKING:  # type checkers report missing attributes

        def __getattr__(self, name: str) -> Any:
            raise not_covered(self, name)


class WithRawResponse:
    """The methods of a resource, returning an `APIResponse`; also of the resources in it."""

    def __init__(self, resource: HasRawResponses) -> None:
        self._resource = resource

    def _wrap(self, call: Callable[..., Any]) -> Callable[..., Any]:
        return call

    def __getattr__(self, name: str) -> Any:
        resource = self._resource
        if name in resource._calls:
            return self._wrap(getattr(resource, f"_{name}"))
        value = getattr(resource, name)
        if not isinstance(value, HasRawResponses):
            raise not_covered(self, name)
        return type(self)(value)


class WithStreamingResponse(WithRawResponse):
    """The methods of a resource, returning context managers with a response that is read piece by piece."""

    def _wrap(self, call: Callable[..., Any]) -> Callable[..., Any]:
        manager: Any = AsyncResponseContextManager if self._resource._is_async else ResponseContextManager
        return lambda *arguments, **options: manager(lambda: call(*arguments, **options))
