"""The connections of a client: httpcore2's pool over sockets that obey the call that uses them."""

from collections.abc import Iterator

import httpcore2
import httpx2

from minimal_browser_core.chat.python.config import Config

from .call import current_call
from .proxy import make_proxy
from .tls import make_context
from .transport import CancellableBackend

_LOST_CONNECTION = (httpcore2.ReadError, httpcore2.WriteError, httpcore2.RemoteProtocolError)

_COMPRESSED_SIZE = 1 << 10  # bytes that are decompressed at a time


class PooledTransport(httpx2.BaseTransport):
    """Sends each request on an idle connection, else on a new one.

    A server may close an idle connection at the moment of its reuse. A request that loses a reused connection before
    the first byte of the response is therefore sent again at once, on a new connection, and that is not a retry.
    """

    def __init__(self, config: Config) -> None:
        self._pool = httpcore2.ConnectionPool(
            ssl_context=make_context(config) if config.base_url.startswith("https:") else None,
            proxy=make_proxy(config),
            max_connections=None,
            max_keepalive_connections=20,
            keepalive_expiry=60.0,
            network_backend=CancellableBackend(config.local_address, config.unix_socket),
        )

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        try:
            return self._send(request, on_new_connection=False)
        except _LOST_CONNECTION:
            if not current_call().lost_a_reused_connection:
                raise
        return self._send(request, on_new_connection=True)

    def _send(self, request: httpx2.Request, *, on_new_connection: bool) -> httpx2.Response:
        current_call().begin_request(on_new_connection=on_new_connection)
        assert isinstance(request.stream, httpx2.SyncByteStream)  # noqa: S101  a synchronous client sends no other stream
        url = request.url
        response = self._pool.handle_request(
            httpcore2.Request(
                method=request.method,
                url=httpcore2.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
                headers=request.headers.raw,
                content=request.stream,
                extensions=request.extensions,
            )
        )
        return httpx2.Response(response.status, headers=response.headers, stream=_Body(response))

    def close(self) -> None:
        self._pool.close()


class _Body(httpx2.SyncByteStream):
    def __init__(self, response: httpcore2.Response) -> None:
        self._response = response
        self._is_compressed = any(name.lower() == b"content-encoding" for name, _ in response.headers)

    def __iter__(self) -> Iterator[bytes]:
        for data in self._response.iter_stream():
            if self._is_compressed:
                # A few bytes can become a thousand times as many.
                yield from (data[start : start + _COMPRESSED_SIZE] for start in range(0, len(data), _COMPRESSED_SIZE))
            else:
                yield data

    def close(self) -> None:
        self._response.close()


def open_client(config: Config, user_agent: str) -> httpx2.Client:
    """Return a client with one pool; it neither follows redirects nor sets timeouts."""
    return httpx2.Client(
        transport=PooledTransport(config),
        headers={"User-Agent": user_agent},
        timeout=None,
        trust_env=False,
        follow_redirects=False,
    )
