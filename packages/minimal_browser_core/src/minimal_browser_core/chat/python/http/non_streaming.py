"""Requests with a single JSON response: chat without streaming, and the list of models."""

import time
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import httpx2

from minimal_browser_core.chat.python.protocol.decode import (
    MalformedError,
    parse_models,
    parse_object,
)
from minimal_browser_core.chat.python.protocol.encode import with_model
from minimal_browser_core.chat.python.protocol.metadata import ResponseMetadata
from minimal_browser_core.chat.python.protocol.response import parse_response
from minimal_browser_core.chat.values import ChatResponse, ModelInfo

from .body import BrokenBodyError, iter_body, join_body, request_id
from .call import Call, ExpiredError
from .error_mapping import broken_body_error, error_in_body, is_error_body, protocol_error, timeout_error
from .retry import AttemptFailedError, AttemptFailure
from .retrying_client import RetryingClient

T = TypeVar("T")


def chat(client: RetryingClient, call: Call, models: Sequence[str], rest: bytes) -> ChatResponse:
    """Request one response; `rest` is the request body without its model."""

    def attempt(model: str) -> ChatResponse:
        started = time.monotonic()
        with client.open_response("POST", "chat/completions", "application/json", with_model(model, rest)) as response:
            metadata = ResponseMetadata.from_headers(started, response.headers, client.config.scrub)

            def parse(body: dict[str, Any]) -> ChatResponse:
                metadata.complete()
                return parse_response(body, model, request_id(response), metadata)

            return _read(client, "chat/completions", response, parse)

    return client.run(call, models, attempt)


def list_models(client: RetryingClient, call: Call) -> list[ModelInfo]:
    """Request the provider's list of models."""

    def attempt(_: str) -> list[ModelInfo]:
        with client.open_response("GET", "models", "application/json") as response:
            return _read(client, "models", response, parse_models)

    return client.run(call, [""], attempt)


def _read(client: RetryingClient, path: str, response: httpx2.Response, parse: Callable[[dict[str, Any]], T]) -> T:
    """Read and parse the body. Raises `AttemptFailedError` if that fails or the body reports an error."""
    config, url, identity = client.config, client.config.endpoint(path), request_id(response)
    body = b""
    try:
        body = join_body(iter_body(response))
        value = parse_object(body)
        if not is_error_body(value):
            return parse(value)
        error = error_in_body(config, url, value, body.decode("utf-8", "replace"), identity)
    except ExpiredError as expired:
        error = timeout_error(config, url, expired.phase, identity)
    except BrokenBodyError as broken:
        error = broken_body_error(config, url, broken, identity)
    except MalformedError as malformed:
        error = protocol_error(config, url, str(malformed), body.decode("utf-8", "replace"), identity)
    raise AttemptFailedError(AttemptFailure(error))
