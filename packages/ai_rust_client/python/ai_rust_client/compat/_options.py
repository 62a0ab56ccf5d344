"""The settings of clients and calls, as in the OpenAI library."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, Final, NamedTuple, Self
from urllib.parse import quote, urlencode, urlsplit, urlunsplit

from ai_rust_client import AIClient, Timeouts
from ai_rust_client.compat._model import BaseModel
from ai_rust_client.compat._response import Request


class NotGiven:
    """Marks an argument that was not passed, since None has a meaning."""

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return "NOT_GIVEN"


class Omit:
    """Removes a default, such as a header."""

    def __bool__(self) -> bool:
        return False


NOT_GIVEN: Final = NotGiven()
not_given: Final = NOT_GIVEN
omit: Final = Omit()


def is_omitted(value: object) -> bool:
    """Whether a value is such a marker, here or in the OpenAI library, which frameworks may pass."""
    kind = type(value)
    return isinstance(value, NotGiven | Omit) or (
        kind.__module__.partition(".")[0] == "openai" and kind.__name__ in ("NotGiven", "Omit")
    )


_FOREVER = 365 * 24 * 3600.0


class Timeout:
    """Seconds, None for no limit: `connect` for a connection, `read` between two bytes of an answer.

    `read` also limits `write`. Nothing waits for a connection of the pool, so `pool` never expires.
    """

    def __init__(
        self,
        timeout: float | NotGiven | None = NOT_GIVEN,
        *,
        connect: float | NotGiven | None = NOT_GIVEN,
        read: float | NotGiven | None = NOT_GIVEN,
        write: float | NotGiven | None = NOT_GIVEN,
        pool: float | NotGiven | None = NOT_GIVEN,
    ) -> None:
        rest = None if isinstance(timeout, NotGiven) else timeout
        self.connect = rest if isinstance(connect, NotGiven) else connect
        self.read = rest if isinstance(read, NotGiven) else read
        self.write = rest if isinstance(write, NotGiven) else write
        self.pool = rest if isinstance(pool, NotGiven) else pool

    def __repr__(self) -> str:
        return f"Timeout(connect={self.connect}, read={self.read}, write={self.write}, pool={self.pool})"


DEFAULT_TIMEOUT = Timeout(600, connect=5)

Seconds = float | None


@dataclass(frozen=True)
class Secret:
    """A key, which no repr shows."""

    value: str = field(repr=False)


@dataclass(frozen=True)
class CallOptions:
    """The options of one call."""

    headers: Mapping[str, Any] | None = field(default=None, repr=False)
    query: Mapping[str, object] | None = field(default=None, repr=False)
    timeout: object = NOT_GIVEN
    max_retries: int | None = None

    def with_defaults(self, client: "CallOptions") -> "CallOptions":
        """Add the client's timeout and number of retries."""
        if is_omitted(client.timeout) and client.max_retries is None:
            return self
        timeout = client.timeout if is_omitted(self.timeout) else self.timeout
        return replace(self, timeout=timeout, max_retries=client.max_retries)

    def with_default_headers(self, headers: Mapping[str, str]) -> Self:
        """Add headers that the call's own replace."""
        own = self.headers or {}
        names = {name.lower() for name in own}
        return replace(self, headers={name: headers[name] for name in headers if name.lower() not in names} | {**own})

    @property
    def omits_headers(self) -> bool:
        """Whether headers of the client are to be left out."""
        return any(is_omitted(value) for value in (self.headers or {}).values())

    def settings(self) -> dict[str, Any]:
        """The same for the methods of `AIClient`."""
        if not self.headers and not self.query and is_omitted(self.timeout) and self.max_retries is None:
            return {}
        pairs: dict[str, list[str]] = {}
        for name, value in (self.query or {}).items():
            for key, text in _query_pairs(str(name), value):
                pairs.setdefault(key, []).append(text)
        settings: dict[str, Any] = {
            "extra_headers": self.headers,
            "extra_query": pairs,
            "max_retries": self.max_retries,
        }
        if not is_omitted(self.timeout):
            connect, read = seconds(self.timeout)
            settings["timeout"] = Timeouts(connect=connect, idle=read, stall=read)
        return settings


NO_OPTIONS: Final = CallOptions()


def seconds(timeout: Any) -> tuple[Seconds, Seconds]:
    """To connect, and between two bytes: of a number, None, or an object as `Timeout` here and in httpx."""
    if timeout is None or isinstance(timeout, int | float):
        return timeout, timeout
    try:
        return timeout.connect, timeout.read
    except AttributeError:
        kind = type(timeout).__name__
        raise TypeError(f"timeout must be a number of seconds, None or a Timeout, not {kind}") from None


@dataclass(frozen=True)
class Settings:
    """The settings of an `AIClient`. Equal settings share one, and its connections."""

    api_key: str = field(repr=False)
    base_url: str = field(repr=False)
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    query: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = field(default=(), repr=False)
    """Each parameter with the pairs that are sent."""
    timeouts: tuple[Seconds, Seconds] = (5.0, 600.0)
    """To connect, and between two bytes."""
    max_retries: int = 2
    transport: tuple[tuple[str, Any], ...] = field(default=(), repr=False)
    """Arguments of `AIClient` for its connections."""

    def with_headers(self, headers: Mapping[str, Any] | None) -> Self:
        """Add headers. Names are case-insensitive; the later value counts, and `omit` removes the header."""
        if not headers:
            return self
        merged = {name.lower(): (name, value) for name, value in (*self.headers, *headers.items())}
        return replace(self, headers=tuple(pair for pair in merged.values() if not is_omitted(pair[1])))

    def with_query(self, query: Mapping[str, object] | None) -> Self:
        if not query:
            return self
        merged = dict(self.query) | {name: tuple(_query_pairs(str(name), value)) for name, value in query.items()}
        return replace(self, query=tuple(merged.items()))

    def with_timeout(self, timeout: Any) -> Self:
        return self if is_omitted(timeout) else replace(self, timeouts=seconds(timeout))

    def request(self, method: str, *segments: str) -> Request:
        """The request as exceptions show it, without the query and the password of the base URL."""
        return _shown_request(self.base_url, method, segments)

    def make_client(self) -> AIClient:
        scheme, host, path, query, _ = urlsplit(self.base_url)
        pairs = [pair for _, pairs in self.query for pair in pairs]
        query = "&".join(filter(None, (query, urlencode(pairs))))
        connect, read = self.timeouts
        return AIClient(
            self.api_key,
            base_url=urlunsplit((scheme, host, path, query, "")),
            headers=dict(self.headers),
            connect_timeout=_FOREVER if connect is None else connect,
            idle_timeout=read,
            stall_timeout=read,
            max_retries=self.max_retries,
            **dict(self.transport),
        )


@lru_cache(maxsize=64)
def _shown_request(base_url: str, method: str, segments: tuple[str, ...]) -> Request:
    scheme, host, base, _, _ = urlsplit(base_url)
    path = "/".join(quote(segment, safe="/" if segment == segments[0] else "") for segment in segments)
    return Request(method, urlunsplit((scheme, host.rpartition("@")[2], f"{base.rstrip('/')}/{path}", "", "")))


class PreparedCall(NamedTuple):
    """The client for a call, the settings for its request, and the settings of this call alone."""

    client: AIClient
    settings: Settings
    own: dict[str, Any]


def _query_pairs(name: str, value: object) -> Iterator[tuple[str, str]]:
    """Pairs as in the OpenAI library: lists with `[]` after the name, mappings with `[key]`."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _query_pairs(f"{name}[{key}]", item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _query_pairs(f"{name}[]", item)
    elif isinstance(value, bool):
        yield name, "true" if value else "false"
    elif value is not None:
        yield name, str(value)


def plain(value: Any) -> Any:
    """`value` with all models (of an answer, or pydantic's) as dicts and all names as strings."""
    if isinstance(value, str | int | float | None):
        return value
    if isinstance(value, dict):
        if not all(type(name) is str for name in value):
            return {_json_name(name): plain(item) for name, item in value.items()}
        fields = {name: plain(item) for name, item in value.items()}
        return value if all(fields[name] is item for name, item in value.items()) else fields
    if isinstance(value, list | tuple):
        items = [plain(item) for item in value]
        return value if all(new is old for new, old in zip(items, value, strict=True)) else items
    if isinstance(value, BaseModel):
        return value._to_send()
    if hasattr(value, "model_dump") and not isinstance(value, type):
        return value.model_dump(mode="json", by_alias=True, exclude_unset=True)
    return value


def _json_name(name: Any) -> Any:
    """The name of a field, as the `json` module writes it: `logit_bias={50256: -100}` is valid."""
    if isinstance(name, str):
        return name
    if name is None or isinstance(name, bool | int | float):
        return json.dumps(name)
    return name  # rejected by the client, with the path to it


def plain_messages(messages: Iterable[Any]) -> Any:
    """Messages as a list of dicts."""
    if isinstance(messages, str | Mapping):
        return messages  # rejected by the client, with the expected type
    return plain(messages if isinstance(messages, list | tuple) else list(messages))
