"""Calls of endpoints that are answered by one JSON document."""

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from ai_rust_client import AIClientError
from ai_rust_client._native import request as send_request
from ai_rust_client._native import start_request
from ai_rust_client.compat._errors import APIResponseValidationError, from_native, provider_error
from ai_rust_client.compat._json import has_content, read_json
from ai_rust_client.compat._options import NOT_GIVEN, CallOptions
from ai_rust_client.compat._response import Answer, APIResponse, Request, Response

if TYPE_CHECKING:
    from ai_rust_client._native import Reply
    from ai_rust_client.compat._client import AsyncOpenAI, OpenAI

T = TypeVar("T")
Read = Callable[[Any], T]
"""Makes the result of the JSON, which is an object or a list."""


Check = Callable[[object], bool]
"""Whether the JSON is what the endpoint answers."""


def _is_document(data: object) -> bool:
    return isinstance(data, dict | list)


def call(
    client: "OpenAI",
    method: str,
    path: tuple[str, ...],
    own: CallOptions,
    fields: Mapping[str, Any],
    read: Read[T],
    *,
    is_valid: Check = _is_document,
) -> APIResponse[T]:
    """The response to a request with these fields. Blocks."""
    native, settings, options = client._call(own, path[0], fields.get("model"))
    request = settings.request(method, *path)
    try:
        reply = send_request(native, method, path, **fields, **options)
    except AIClientError as error:
        raise from_native(error, request) from error
    return _response(reply, request, read, is_valid)


async def acall(
    client: "AsyncOpenAI",
    method: str,
    path: tuple[str, ...],
    own: CallOptions,
    fields: Mapping[str, Any],
    read: Read[T],
    *,
    is_valid: Check = _is_document,
) -> APIResponse[T]:
    """`call` for asyncio."""
    from ai_rust_client._aio import call

    native, settings, options = await client._call(own, path[0], fields.get("model"))
    request = settings.request(method, *path)
    try:
        reply = await call(start_request, native, method, path, **fields, **options)
    except AIClientError as error:
        raise from_native(error, request) from error
    return _response(reply, request, read, is_valid)


def call_options(
    *,
    extra_headers: Mapping[str, Any] | None = None,
    extra_query: Mapping[str, object] | None = None,
    timeout: object = NOT_GIVEN,
) -> CallOptions:
    """The options of a call, from its arguments."""
    return CallOptions(extra_headers, extra_query, timeout)


def _response(reply: "Reply", request: Request, read: Read[T], is_valid: Check) -> APIResponse[T]:
    answer = Answer(reply.text, reply.headers, reply.request_id)
    try:
        data = read_json(answer._body)
    except ValueError:
        data = None
    error = data.get("error") if isinstance(data, dict) else None

    def response() -> Response:
        return Response(200, reply.mask(answer._body), answer.headers, request)

    # A response that failed is a response, which has its error.
    if isinstance(data, dict) and has_content(error) and data.get("object") != "response":
        raise provider_error(read_json(reply.mask(json.dumps(error))), request, response())
    if not is_valid(data):
        raise APIResponseValidationError("the answer is not JSON of this API; check base_url", response=response())

    def parse(answer: Answer) -> T:
        result = read(data)
        setattr(result, "_request_id", answer.request_id)  # noqa: B010  T has the attribute
        return result

    return APIResponse(answer, request, parse)
