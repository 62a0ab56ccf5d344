"""Requests for embeddings, in batches."""

import threading
from array import array
from collections.abc import Sequence
from functools import reduce
from itertools import accumulate
from typing import Any

from minimal_browser_core.chat.embeddings import Embeddings
from minimal_browser_core.chat.python.protocol.encode import with_model
from minimal_browser_core.chat.python.protocol.vectors import Batch, parse_vectors
from minimal_browser_core.chat.values import Usage
from minimal_browser_core.errors import AIClientError, ProtocolError

from .call import Call, CancelledError, running
from .error_mapping import display_url
from .response_reader import ResponseReader
from .retrying_client import RetryingClient

_PATH = "embeddings"
_MAX_IN_FLIGHT = 4

Request = tuple[int, bytes]
"""The number of texts, and the request body without its model."""


def embed(client: RetryingClient, call: Call, model: str, requests: Sequence[Request]) -> Embeddings:
    """Send the requests, and return the vectors of all texts in their order."""
    if len(requests) == 1:
        batches = [_send(client, call, model, requests[0])]
    else:
        batches = _Batches(client, call, model, requests).run()
    first = batches[0]
    values: array[float] = array("f")
    for batch in batches:
        if batch.dimensions != first.dimensions:
            text = f"embeddings of {first.dimensions} and of {batch.dimensions} dimensions"
            raise ProtocolError(f"{display_url(call.config.endpoint(_PATH))} sent {text}")
        values += batch.values
    usages = [batch.usage for batch in batches if batch.usage is not None]
    return Embeddings(values, first.dimensions, first.model, reduce(_add, usages) if usages else None)


def _send(client: RetryingClient, call: Call, model: str, request: Request) -> Batch:
    count, rest = request

    def attempt(_: str) -> Batch:
        def parse(body: dict[str, Any]) -> Batch:
            return parse_vectors(body, count, model)

        call.begin_attempt()
        with client.open_response("POST", _PATH, "application/json", with_model(model, rest)) as response:
            return ResponseReader(call, _PATH, response).read(parse)

    return client.run(call, [model], attempt)


class _Batches:
    """Sends several requests at the same time. The first failure cancels the others."""

    def __init__(self, client: RetryingClient, call: Call, model: str, requests: Sequence[Request]) -> None:
        self._client = client
        self._model = model
        self._waiting = iter(enumerate(requests))
        self._starts = list(accumulate((count for count, _ in requests), initial=0))
        self._results: dict[int, Batch] = {}
        self._errors: list[BaseException] = []
        self._lock = threading.Lock()
        self._calls = [call.child() for _ in range(min(_MAX_IN_FLIGHT, len(requests)))]

    def run(self) -> list[Batch]:
        threads = [
            threading.Thread(target=self._work, args=(call,), name="ai-client-batch", daemon=True)
            for call in self._calls
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if self._errors:
            raise self._errors[0]
        return [batch for _, batch in sorted(self._results.items())]

    def _work(self, call: Call) -> None:
        try:
            with running(call):
                while (item := self._next()) is not None:
                    index, request = item
                    try:
                        self._results[index] = _send(self._client, call, self._model, request)
                    except AIClientError as error:
                        error.args = (f"{error} (texts {self._starts[index]} to {self._starts[index + 1] - 1})",)
                        raise
        except BaseException as error:  # noqa: BLE001  every error is passed to the waiting thread
            with self._lock:
                # What is cancelled because of a failure is not the failure.
                self._errors.insert(len(self._errors) if isinstance(error, CancelledError) else 0, error)
            for other in self._calls:
                other.cancel()

    def _next(self) -> tuple[int, Request] | None:
        with self._lock:
            return next(self._waiting, None)


def _add(one: Usage, other: Usage) -> Usage:
    costs = [usage.cost for usage in (one, other) if usage.cost is not None]
    return Usage(
        prompt_tokens=one.prompt_tokens + other.prompt_tokens,
        completion_tokens=one.completion_tokens + other.completion_tokens,
        total_tokens=one.total_tokens + other.total_tokens,
        cached_tokens=one.cached_tokens + other.cached_tokens,
        reasoning_tokens=one.reasoning_tokens + other.reasoning_tokens,
        cost=sum(costs) if costs else None,
    )
