"""The sockets below httpx2: every blocking operation obeys the timeouts and the cancellation of its call."""

import contextlib
import ipaddress
import select
import socket
import ssl
import threading
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies_environment, proxy_bypass

import httpcore2
import httpx2

from minimal_browser_core.chat.python.config import Config, check_proxy

from .call import current_call

NETWORK_ERRORS = (
    httpcore2.NetworkError,
    httpcore2.ProtocolError,
    httpcore2.ProxyError,
    httpcore2.TimeoutException,
    httpcore2.UnsupportedProtocol,
)


class CancellableStream(httpcore2.NetworkStream):
    """A TCP or TLS connection, used by one call at a time. Ignores httpcore2's timeouts: the call has its own."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        with _mapped(httpcore2.ReadError), current_call().waiting_on(self._sock):
            return self._sock.recv(max_bytes)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        view = memoryview(buffer)
        while view:
            with _mapped(httpcore2.WriteError), current_call().waiting_on(self._sock):
                view = view[self._sock.send(view) :]

    def close(self) -> None:
        self._sock.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore2.NetworkStream:
        try:
            with _mapped(httpcore2.ConnectError):
                # The handshake follows below, where `cancel` can interrupt it.
                tls = ssl_context.wrap_socket(
                    self._sock, server_hostname=server_hostname, do_handshake_on_connect=False
                )
            self._sock = tls
            with _mapped(httpcore2.ConnectError), current_call().waiting_on(tls, connecting=True):
                tls.do_handshake()
        except BaseException:
            self.close()
            raise
        return self

    def get_extra_info(self, info: str) -> Any:
        if info == "ssl_object":
            return self._sock if isinstance(self._sock, ssl.SSLSocket) else None
        if info == "is_readable":
            return _is_readable(self._sock)
        return self._sock if info == "socket" else None


class CancellableBackend(httpcore2.NetworkBackend):
    """Opens TCP connections for httpcore2."""

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:
        call = current_call()
        call.begin_connect()
        failures: list[OSError] = []
        for family, kind, protocol, _, address in _resolve(host, port):
            sock = socket.socket(family, kind, protocol)
            try:
                with call.waiting_on(sock, connecting=True):
                    sock.connect(address)
                for option in socket_options or ():
                    sock.setsockopt(*option)
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            except OSError as error:
                sock.close()
                failures.append(error)
            except BaseException:
                sock.close()
                raise
            else:
                return CancellableStream(sock)
        raise httpcore2.ConnectError("; ".join(dict.fromkeys(_reason(error) for error in failures)))


class PooledTransport(httpx2.BaseTransport):
    """httpcore2's connection pool over `CancellableBackend`."""

    def __init__(self, config: Config) -> None:
        self._pool = httpcore2.ConnectionPool(
            ssl_context=_ssl_context(config) if config.base_url.startswith("https:") else None,
            proxy=_proxy(config),
            max_connections=None,
            max_keepalive_connections=20,
            keepalive_expiry=60.0,
            network_backend=CancellableBackend(),
        )

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
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

    def __iter__(self) -> Iterator[bytes]:
        return self._response.iter_stream()

    def close(self) -> None:
        self._response.close()


def _resolve(host: str, port: int) -> list[Any]:
    """Return the addresses of a host. Names are looked up on another thread: a look-up cannot be interrupted."""
    with contextlib.suppress(ValueError):
        ipaddress.ip_address(host)
        return _mapped_getaddrinfo(host, port, socket.AI_NUMERICHOST)
    addresses: list[Any] = []
    errors: list[Exception] = []
    done = threading.Event()

    def look_up() -> None:
        try:
            addresses.extend(_mapped_getaddrinfo(host, port, 0))
        except httpcore2.ConnectError as error:
            errors.append(error)
        finally:
            done.set()

    threading.Thread(target=look_up, name="ai-client-resolve", daemon=True).start()
    call = current_call()
    # Poll, so that a cancelled call ends soon. `time_left` raises after the connection timeout.
    while not done.wait(min(0.1, call.time_left(connecting=True) or 0.1)):
        call.check()
    if errors:
        raise errors[0]
    return addresses


def _mapped_getaddrinfo(host: str, port: int, flags: int) -> list[Any]:
    try:
        return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=flags)
    except OSError as error:
        reason = _reason(error)
    except UnicodeError:
        reason = f"{host!r} is not a name that a server can have"
    raise httpcore2.ConnectError(reason)


@contextlib.contextmanager
def _mapped(error_class: type[Exception]) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise error_class(_reason(error)) from error


def _reason(error: OSError) -> str:
    return error.strerror or str(error) or type(error).__name__


def _is_readable(sock: socket.socket) -> bool:
    """Return whether the server has closed an idle connection."""
    if sock.fileno() < 0:
        return True
    if not hasattr(select, "poll"):
        return bool(select.select([sock], [], [], 0)[0])
    poll = select.poll()
    poll.register(sock, select.POLLIN)
    return bool(poll.poll(0))


def _ssl_context(config: Config) -> ssl.SSLContext:
    context = httpcore2.default_ssl_context()
    if config.ca_bundle is not None:
        try:
            context.load_verify_locations(cafile=config.ca_bundle)
        except (ssl.SSLError, OSError) as error:
            raise httpcore2.ConnectError(f"ca_bundle: {config.ca_bundle}: {_reason(error)}") from None
    return context


def _proxy(config: Config) -> httpcore2.Proxy | None:
    """Return the proxy of the setting, else of the environment variables that libcurl reads."""
    proxy = config.proxy or _environment_proxy(config.base_url)
    if proxy is None:
        return None
    url = urlsplit(proxy)
    auth = (unquote(url.username), unquote(url.password or "")) if url.username else None
    port = url.port or {"http": 80, "https": 443}.get(url.scheme, 1080)
    host = f"[{url.hostname}]" if ":" in (url.hostname or "") else url.hostname
    context = _ssl_context(config) if url.scheme == "https" else None
    return httpcore2.Proxy(f"{url.scheme}://{host}:{port}", auth=auth, ssl_context=context)


def _environment_proxy(base_url: str) -> str | None:
    url = urlsplit(base_url)
    proxies = getproxies_environment()
    proxy = proxies.get(url.scheme) or proxies.get("all")
    if not proxy or proxy_bypass(url.netloc):
        return None
    proxy = proxy if "://" in proxy else f"http://{proxy}"
    try:
        check_proxy(proxy)
    except ValueError as error:
        raise httpcore2.ProxyError(f"{error} (from the environment)") from None
    return proxy


def open_client(config: Config, user_agent: str) -> httpx2.Client:
    """Return a client with one pool; it neither follows redirects nor sets timeouts."""
    return httpx2.Client(
        transport=PooledTransport(config),
        headers={"User-Agent": user_agent, **config.headers},
        timeout=None,
        trust_env=False,
        follow_redirects=False,
    )
