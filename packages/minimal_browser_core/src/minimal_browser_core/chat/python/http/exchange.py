"""Requests over one connection pool, tried until one try succeeds."""

import os
import random
import threading
import time
import weakref
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TypeVar

import httpcore2
import httpx2

from minimal_browser_core import __version__
from minimal_browser_core.chat.python import refusals
from minimal_browser_core.chat.python.config import Config
from minimal_browser_core.chat.python.decode import MalformedError
from minimal_browser_core.errors import AIClientError, ProtocolError

from .call import Call, ExpiredError
from .failures import no_answer_error, no_connection_error, shown, status_error, timeout_error
from .retry import FailedTryError, Failure, delay, next_model, retry_after
from .transport import NETWORK_ERRORS, open_client

T = TypeVar("T")

_LONGEST_ERROR_BODY = 64 << 10
_LONGEST_BODY = 256 << 20
_MOST_REDIRECTS = 5
_NO_CONNECTION = (httpcore2.ConnectError, httpcore2.ConnectTimeout, httpcore2.ProxyError, httpcore2.UnsupportedProtocol)


class BrokenBodyError(Exception):
    """The body of an answer stopped before its end, or cannot be decompressed."""


class Exchange:
    """Thread-safe. Its connections are closed by `close`, or when nothing refers to it any more."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self._lock = threading.Lock()
        self._client: httpx2.Client | None = None
        self._process = os.getpid()

    def client(self) -> httpx2.Client:
        with self._lock:
            if self._process != os.getpid():
                # A forked child must not speak on its parent's connections, nor close them: it leaks its copies.
                _INHERITED.append(self._client)
                self._client, self._process = None, os.getpid()
            if self._client is None:
                self._client = open_client(self.config, f"minimal_browser_core/{__version__}")
                # Not __del__: within a cycle of garbage the sockets could be finalised first, with a warning each.
                closing = weakref.finalize(self, _close, self._client, self._process)
                # At exit the connections in use must be cut first, which is their calls' to do.
                closing.atexit = False
            return self._client

    def close(self) -> None:
        with self._lock:
            if self._client is not None:
                _close(self._client, self._process)

    def run(self, call: Call, models: Sequence[str], once: Callable[[str], T]) -> T:
        """The result of the first try that succeeds; raises the error of the last one that does not."""
        remaining, refused = refusals.pass_over(self.config, models)
        minutes = f"{refusals.REMEMBERED / 60:g} minutes"
        attempts = [f"{model}: not asked, it was refused within the last {minutes}" for model in refused]
        tries = 0
        while True:
            try:
                result = once(remaining[0])
                refusals.forget(self.config, remaining[0])
                return result
            except FailedTryError as error:
                failure = error.failure
            tries += 1
            model = f"{remaining[0]}: " if remaining[0] else ""
            attempts.append(f"{model}{failure.error}")
            if refusals.is_of_the_model(failure):
                refusals.note(self.config, remaining[0])
            if len(remaining) > 1 and next_model(failure):
                del remaining[0]
                tries = 0
                continue
            # The jitter spreads load, it hides nothing.
            wait = delay(failure, tries, self.config.max_retries, random.random())  # noqa: S311
            # What would come too late is not waited for: the failure at hand says more than a timeout.
            if wait is None or call.would_expire_within(wait):
                failure.error.attempts = tuple(attempts)
                raise failure.error
            call.sleep(wait)

    @contextmanager
    def answer(self, method: str, path: str, accept: str, body: bytes | None = None) -> Iterator[httpx2.Response]:
        """Send, wait for the head of a successful answer, close it afterwards. Raises `FailedTryError`."""
        url = self.config.endpoint(path)
        response = self._send(method, url, accept, body)
        try:
            if not response.is_success:
                raise FailedTryError(self._refused(response, url))
            yield response
        finally:
            response.close()

    def _send(self, method: str, url: str, accept: str, body: bytes | None) -> httpx2.Response:
        headers = {"Accept": accept} | ({"Content-Type": "application/json"} if body is not None else {})
        failure: AIClientError
        try:
            client = self.client()
            request = client.build_request(method, url, headers=headers, content=body)
            for _ in range(_MOST_REDIRECTS):
                response = client.send(request, stream=True)
                if not _stays_on_server(response):
                    return response
                response.close()
                request.url = response.url.join(response.headers["location"])
            return client.send(request, stream=True)
        except ExpiredError as error:
            failure = timeout_error(self.config, url, error.phase)
        except (*_NO_CONNECTION, httpx2.InvalidURL) as error:
            failure = no_connection_error(self.config, url, error)
        except httpcore2.RemoteProtocolError as error:
            failure = self._no_head(url, str(error))
        except NETWORK_ERRORS as error:
            failure = no_answer_error(self.config, url, error)
        raise FailedTryError(Failure(failure))

    def _no_head(self, url: str, reason: str) -> AIClientError:
        # Either the server went away, or what it sent is not HTTP.
        if "disconnected" in reason or "closed" in reason:
            return no_answer_error(self.config, url, reason)
        return ProtocolError(f"{shown(url)} does not speak HTTP ({reason}); check the base URL")

    def _refused(self, response: httpx2.Response, url: str) -> Failure:
        body = b""
        with suppress(BrokenBodyError, ExpiredError):
            for data in body_of(response):
                body += data
                if len(body) >= _LONGEST_ERROR_BODY:
                    break
        said = {"true": True, "false": False}.get(response.headers.get("x-should-retry", "").lower())
        wait = retry_after(response.headers, time.time())
        error = status_error(
            self.config,
            url,
            response.status_code,
            body[:_LONGEST_ERROR_BODY].decode("utf-8", "replace"),
            request_id=request_id(response),
            location=response.headers.get("location"),
            retry_after=wait,
            should_retry=said,
        )
        return Failure(error, retry_after=wait, should_retry=said)


def _close(client: httpx2.Client, process: int) -> None:
    if process == os.getpid():
        client.close()


def _stays_on_server(response: httpx2.Response) -> bool:
    """Whether it redirects within its server (another must see neither key nor question) in a way that keeps a POST."""
    if response.status_code not in (307, 308) or "location" not in response.headers:
        return False
    here, there = response.url, response.url.join(response.headers["location"])
    return (here.scheme, here.host, here.port) == (there.scheme, there.host, there.port)


# Connections of a parent process, kept from being collected and so closed.
_INHERITED: list[object] = []


def body_of(response: httpx2.Response) -> Iterator[bytes]:
    """The body as it arrives, decompressed. Raises `BrokenBodyError`."""
    try:
        yield from response.iter_bytes()
    except (*NETWORK_ERRORS, httpx2.HTTPError, httpx2.StreamError) as error:
        reason = str(error)
    else:
        return
    raise BrokenBodyError(reason)


def join_body(parts: Iterable[bytes]) -> bytes:
    """The whole of a body; raises `MalformedError` where there is no end to it."""
    body = bytearray()
    for part in parts:
        body += part
        if len(body) > _LONGEST_BODY:
            raise MalformedError("longer than 256 MiB")
    return bytes(body)


def request_id(response: httpx2.Response) -> str | None:
    names = ("x-request-id", "request-id", "x-generation-id")
    return next((response.headers[name] for name in names if name in response.headers), None)
