"""Answers that come in one piece: chat without streaming, and the list of models."""

import time
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import httpx2

from minimal_browser_core.chat.python.decode import MalformedError, parse_models, parse_object, parse_response
from minimal_browser_core.chat.python.encode import with_model
from minimal_browser_core.chat.python.timing import Transfer
from minimal_browser_core.chat.python.values import ChatResponse, ModelInfo

from .call import Call, ExpiredError
from .exchange import BrokenBodyError, Exchange, body_of, join_body, request_id
from .failures import broken_error, is_error_body, protocol_error, reported_in_body, timeout_error
from .retry import FailedTryError, Failure

T = TypeVar("T")


def chat(exchange: Exchange, call: Call, models: Sequence[str], rest: bytes) -> ChatResponse:
    def once(model: str) -> ChatResponse:
        sent = time.monotonic()
        with exchange.answer("POST", "chat/completions", "application/json", with_model(model, rest)) as response:
            transfer = Transfer.begin(sent, response.headers)

            def parse(body: dict[str, Any]) -> ChatResponse:
                transfer.end()
                return parse_response(body, model, request_id(response), transfer)

            return _read(exchange, "chat/completions", response, parse)

    return exchange.run(call, models, once)


def list_models(exchange: Exchange, call: Call) -> list[ModelInfo]:
    def once(_: str) -> list[ModelInfo]:
        with exchange.answer("GET", "models", "application/json") as response:
            return _read(exchange, "models", response, parse_models)

    return exchange.run(call, [""], once)


def _read(exchange: Exchange, path: str, response: httpx2.Response, parse: Callable[[dict[str, Any]], T]) -> T:
    """The body as a value; raises `FailedTryError` where it is not one."""
    config, url, identity = exchange.config, exchange.config.endpoint(path), request_id(response)
    body = b""
    try:
        body = join_body(body_of(response))
        value = parse_object(body)
        if not is_error_body(value):
            return parse(value)
        error = reported_in_body(config, url, value, body.decode("utf-8", "replace"), identity)
    except ExpiredError as expired:
        error = timeout_error(config, url, expired.phase, identity)
    except BrokenBodyError as broken:
        error = broken_error(config, url, broken, identity)
    except MalformedError as malformed:
        error = protocol_error(config, url, str(malformed), body.decode("utf-8", "replace"), identity)
    raise FailedTryError(Failure(error))
