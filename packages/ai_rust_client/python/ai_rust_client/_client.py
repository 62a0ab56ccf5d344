"""`AIClient`: the native client, and the methods on top of it, each of which is imported by its first call."""

# ruff: noqa: F811  ruff knows only the `overload` of typing

from __future__ import annotations

from ai_rust_client import _native

# Known to type checkers. Importing typing would double the import time of this package.
TYPE_CHECKING = False

if TYPE_CHECKING:
    from typing import Any, Literal, Never, overload

    from ai_rust_client.responses import Input, Response, ResponseEvents
else:

    def overload(function):
        """`typing.overload`, which is not imported."""
        return function


class AIClient(_native.AIClient):
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
        model: str,
        *,
        stream: Literal[False] = ...,
        previous_response_id: str | None = ...,
        **options: Any,
    ) -> Response: ...
    @overload
    def respond(
        self,
        input: Input,
        model: str,
        *,
        stream: Literal[True],
        previous_response_id: str | None = ...,
        **options: Any,
    ) -> ResponseEvents: ...
    @overload
    def respond(
        self, input: Input, model: str, *, stream: bool, previous_response_id: str | None = ..., **options: Any
    ) -> Response | ResponseEvents: ...
    def respond(
        self,
        input: Input,
        model: str,
        *,
        stream: bool = False,
        previous_response_id: str | None = None,
        **options: Any,
    ) -> Response | ResponseEvents:
        """The answer of the Responses API, `POST {base_url}/responses`. Blocks, unless it is streamed.

        `input` is a text or a list of items. `previous_response_id` continues a response that the provider stores;
        without it, pass the `items` of earlier responses as part of the input. Options (`instructions`, `tools`,
        `reasoning`, `max_output_tokens`, `store`, …) are sent unchanged.

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
        model: str,
        *,
        stream: Literal[False] = ...,
        previous_response_id: str | None = ...,
        **options: Any,
    ) -> Response: ...
    @overload
    async def arespond(
        self,
        input: Input,
        model: str,
        *,
        stream: Literal[True],
        previous_response_id: str | None = ...,
        **options: Any,
    ) -> ResponseEvents: ...
    @overload
    async def arespond(
        self, input: Input, model: str, *, stream: bool, previous_response_id: str | None = ..., **options: Any
    ) -> Response | ResponseEvents: ...
    async def arespond(
        self,
        input: Input,
        model: str,
        *,
        stream: bool = False,
        previous_response_id: str | None = None,
        **options: Any,
    ) -> Response | ResponseEvents:
        """`respond` for asyncio. With `stream=True` it waits for the response head."""
        from ai_rust_client.responses import arespond

        return await arespond(self, input, model, stream=stream, previous_response_id=previous_response_id, **options)
