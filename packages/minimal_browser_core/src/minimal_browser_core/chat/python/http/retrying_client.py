"""An HTTP client with one connection pool that repeats failed attempts."""

import os
import random
import threading
import time
import weakref
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TypeVar

import httpcore2
import httpx2

from minimal_browser_core import __version__
from minimal_browser_core.chat.python.config import Config
from minimal_browser_core.chat.python.headers import encode_headers, merge_headers
from minimal_browser_core.chat.python.protocol.one_line import one_line
from minimal_browser_core.errors import AIClientError, ProtocolError

from . import refused_models
from .body import BrokenBodyError, iter_body
from .call import Call, ExpiredError, current_call
from .error_mapping import (
    MAX_ERROR_BODY,
    display_url,
    error_text,
    no_connection_error,
    no_response_error,
    status_error,
    timeout_error,
)
from .pool import open_client
from .response_headers import masked_headers
from .retry import AttemptFailedError, AttemptFailure, delay, next_model, retry_after
from .transport import NETWORK_ERRORS

T = TypeVar("T")

_MAX_REDIRECTS = 5
_NO_CONNECTION = (httpcore2.ConnectError, httpcore2.ConnectTimeout, httpcore2.ProxyError, httpcore2.UnsupportedProtocol)

# Clients of a parent process. They are referenced forever, because collecting one would close its connections.
_INHERITED: list[object] = []


class RetryingClient:
    """Thread-safe. Its connections are closed by `close`, or when the object is garbage-collected."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._lock = threading.Lock()
        self._client: httpx2.Client | None = None
        self._process = os.getpid()

    def close(self) -> None:
        """Close all connections."""
        with self._lock:
            if self._client is not None:
                _close(self._client, self._process)

    def begin_in_child(self) -> None:
        """Leave the connections to the parent process, and its lock, which a thread may have held during the fork."""
        self._lock = threading.Lock()

    def run(self, call: Call, models: Sequence[str], attempt: Callable[[str], T]) -> T:
        """Return the result of the first attempt that succeeds; raises the error of the last one if none does."""
        config = call.config
        remaining, refused = refused_models.skip_refused(config, models)
        minutes = f"{refused_models.MEMORY_SECONDS / 60:g} minutes"
        report = [f"{model}: not asked, it was refused within the last {minutes}" for model in refused]
        failed_attempts = 0
        while True:
            model = remaining[0]
            try:
                result = attempt(model)
            except AttemptFailedError as error:
                failure = error.failure
            else:
                refused_models.forget(config, model)
                return result
            failed_attempts += 1
            report.append(f"{model}: {failure.error}" if model else f"{failure.error}")
            if refused_models.is_about_model(failure):
                refused_models.remember(config, model)
            if len(remaining) > 1 and next_model(failure):
                del remaining[0]
                failed_attempts = 0
                continue
            # The jitter spreads load; it need not be unpredictable.
            wait = delay(failure, failed_attempts, config.max_retries, random.random())  # noqa: S311
            # Fail now if the next attempt would come too late: this failure says more than a timeout.
            if wait is None or call.would_expire_within(wait):
                failure.error.attempts = tuple(report)
                raise failure.error
            call.sleep(wait)

    @contextmanager
    def open_response(
        self, method: str, path: str, accept: str, body: bytes | None = None
    ) -> Iterator[httpx2.Response]:
        """Send a request and yield the successful response, whose body is unread. Raises `AttemptFailedError`."""
        config = current_call().config
        url = config.endpoint(path)
        response = self._send(config, method, url, accept, body)
        try:
            if not response.is_success:
                raise AttemptFailedError(_error_response(config, response, url))
            yield response
        finally:
            response.close()

    def _send(self, config: Config, method: str, url: str, accept: str, body: bytes | None) -> httpx2.Response:
        headers = {"Accept": accept} | ({"Content-Type": "application/json"} if body is not None else {})
        error: AIClientError
        try:
            client = self._open_client()
            request = client.build_request(
                method, url, headers=encode_headers(merge_headers(headers, config.headers)), content=body
            )
            for _ in range(_MAX_REDIRECTS):
                response = client.send(request, stream=True)
                if not _redirects_within_server(response):
                    return response
                response.close()
                request.url = response.url.join(response.headers["location"])
            return client.send(request, stream=True)
        except ExpiredError as expired:
            error = timeout_error(config, url, expired.phase)
        except (*_NO_CONNECTION, httpx2.InvalidURL) as failed:
            error = no_connection_error(config, url, failed)
        except httpcore2.RemoteProtocolError as failed:
            error = _no_head_error(config, url, str(failed))
        except NETWORK_ERRORS as failed:
            error = no_response_error(config, url, failed)
        raise AttemptFailedError(AttemptFailure(error))

    def _open_client(self) -> httpx2.Client:
        with self._lock:
            if self._process != os.getpid():
                # A forked child must neither use nor close its parent's connections: it leaks its copies.
                _INHERITED.append(self._client)
                self._client, self._process = None, os.getpid()
            if self._client is None:
                self._client = open_client(self._config, f"minimal_browser_core/{__version__}")
                # Not __del__: in a garbage cycle the sockets could be finalised first, each with a warning.
                finalizer = weakref.finalize(self, _close, self._client, self._process)
                # At exit the executor cancels the running calls first; see executor.py.
                finalizer.atexit = False
            return self._client


def _no_head_error(config: Config, url: str, reason: str) -> AIClientError:
    # Either the server disconnected, or it does not send HTTP.
    if "disconnected" in reason or "closed" in reason:
        return no_response_error(config, url, reason)
    reason = one_line(config.scrub(reason))
    return ProtocolError(f"{display_url(url)} does not speak HTTP ({reason}); check the base URL")


def _error_response(config: Config, response: httpx2.Response, url: str) -> AttemptFailure:
    body = b""
    with suppress(BrokenBodyError, ExpiredError):
        for data in iter_body(response):
            body += data
            if len(body) > MAX_ERROR_BODY:
                break
    should_retry = {"true": True, "false": False}.get(response.headers.get("x-should-retry", "").lower())
    wait = retry_after(response.headers, time.time())
    error = status_error(
        config,
        url,
        response.status_code,
        error_text(config, body),
        headers=masked_headers(config, response.headers),
        retry_after=wait,
        should_retry=should_retry,
    )
    return AttemptFailure(error, retry_after=wait, should_retry=should_retry)


def _close(client: httpx2.Client, process: int) -> None:
    if process == os.getpid():
        client.close()


def _redirects_within_server(response: httpx2.Response) -> bool:
    """Return whether a redirect keeps the method and the server: another server must see neither key nor messages."""
    if response.status_code not in (307, 308) or "location" not in response.headers:
        return False
    here, there = response.url, response.url.join(response.headers["location"])
    return (here.scheme, here.host, here.port) == (there.scheme, there.host, there.port)
