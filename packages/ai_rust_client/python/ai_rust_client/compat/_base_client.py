"""What all clients share: their settings, and the native client for each call."""

import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from difflib import get_close_matches
from typing import Any, Self

from ai_rust_client.compat._connections import Connections
from ai_rust_client.compat._errors import OpenAIError
from ai_rust_client.compat._not_covered import NotCoveredError
from ai_rust_client.compat._options import (
    DEFAULT_TIMEOUT,
    NO_OPTIONS,
    NOT_GIVEN,
    CallOptions,
    PreparedCall,
    Secret,
    Settings,
    is_omitted,
    seconds,
)
from ai_rust_client.compat._resource import HasRawResponses

_TRANSPORT = ("ca_bundle", "client_cert", "local_address", "proxy", "unix_socket")
_INSTEAD = {
    "http_client": "its uses have options of their own: proxy, ca_bundle (verify=), client_cert (cert=, one PEM file "
    "with certificate and key), local_address, unix_socket, timeout, default_headers, max_retries",
}
_NOT_COVERED = (
    "admin_api_key",
    "data_residency",
    "http_client",
    "provider",
    "webhook_secret",
    "websocket_base_url",
    "workload_identity",
)
Credential = str | Callable[[], Any]


class BaseClient(HasRawResponses):
    """The settings of a client. A credential is a key, or a function that is called before each call."""

    def __init__(
        self,
        *,
        api_key: Credential | None = None,
        organization: str | None = None,
        project: str | None = None,
        base_url: object = None,
        timeout: object = NOT_GIVEN,
        max_retries: int = 2,
        default_headers: Mapping[str, str] | None = None,
        default_query: Mapping[str, object] | None = None,
        **others: object,
    ) -> None:
        transport = _transport(type(self).__name__, others)
        self.organization = organization if organization is not None else os.environ.get("OPENAI_ORG_ID")
        self.project = project if project is not None else os.environ.get("OPENAI_PROJECT_ID")
        self.timeout = DEFAULT_TIMEOUT if is_omitted(timeout) else timeout
        self._connections = Connections()
        self._own = NO_OPTIONS
        settings = Settings("", self._base_url(base_url), max_retries=max_retries, transport=transport)
        self._unauthorized = (
            settings.with_headers(self._account_headers())
            .with_headers(default_headers)
            .with_query(default_query)
            .with_timeout(DEFAULT_TIMEOUT)
            .with_timeout(timeout)
        )
        self._set_credential(self._credential(api_key))
        self._connections.client(self._settings)  # raises for invalid settings

    def _base_url(self, base_url: object) -> str:
        if base_url is None or is_omitted(base_url):
            return os.environ.get("OPENAI_BASE_URL") or "https://api.openai.com/v1"
        return str(base_url)

    def _credential(self, api_key: Credential | None) -> Credential:
        """The credential as given, or from the environment."""
        credential = api_key if api_key is not None else os.environ.get("OPENAI_API_KEY")
        if not credential:
            raise OpenAIError("no API key: pass api_key, or set the environment variable OPENAI_API_KEY")
        return credential

    def _account_headers(self) -> dict[str, str]:
        headers = {"OpenAI-Organization": self.organization, "OpenAI-Project": self.project}
        return {name: value for name, value in headers.items() if value}

    def _set_credential(self, credential: Credential) -> None:
        self._key_provider = credential if callable(credential) else None
        self._key = Secret("" if callable(credential) else credential)
        self._authorize()

    def _authorize(self) -> None:
        """Let the settings send the key, unless a function provides it for each call."""
        is_fixed = self._key.value and self._key_provider is None
        self._settings = self._with_key(self._unauthorized) if is_fixed else self._unauthorized

    def _with_key(self, settings: Settings) -> Settings:
        return replace(settings, api_key=self._key.value)

    @property
    def api_key(self) -> str:
        """The key. If a function provides it, that of the last call; empty before the first."""
        return self._key.value

    @property
    def base_url(self) -> str:
        """The URL of the API, with a slash at its end."""
        return self._settings.base_url.rstrip("/") + "/"

    @property
    def default_headers(self) -> dict[str, str]:
        """The headers of each request besides that with the key."""
        return dict(self._unauthorized.headers)

    @property
    def max_retries(self) -> int:
        """The maximum number of retries of a call."""
        own = self._own.max_retries
        return self._settings.max_retries if own is None else own

    def with_options(  # noqa: PLR0913  the signature of the OpenAI library
        self,
        *,
        api_key: Credential | None = None,
        organization: str | None = None,
        project: str | None = None,
        base_url: object = None,
        timeout: object = NOT_GIVEN,
        max_retries: int | Any = NOT_GIVEN,
        default_headers: Mapping[str, str] | None = None,
        set_default_headers: Mapping[str, str] | None = None,
        default_query: Mapping[str, object] | None = None,
        set_default_query: Mapping[str, object] | None = None,
        **others: object,
    ) -> Self:
        """A client with other options. It shares the connections: closing one client closes both."""
        transport = _transport(type(self).__name__, others)
        clone = type(self).__new__(type(self))
        clone.__dict__ |= self.__dict__
        clone.organization = organization if organization is not None else self.organization
        clone.project = project if project is not None else self.project
        clone.timeout = self.timeout if is_omitted(timeout) else timeout
        settings = self._unauthorized
        if set_default_headers is not None:
            settings = replace(settings, headers=())
        if set_default_query is not None:
            settings = replace(settings, query=())
        if base_url is not None and not is_omitted(base_url):
            settings = replace(settings, base_url=str(base_url))
        # These go with each call, so that the clients share their connections.
        if not is_omitted(max_retries):
            clone._own = replace(clone._own, max_retries=max_retries)
        if not is_omitted(timeout):
            seconds(timeout)  # raises for an invalid one
            clone._own = replace(clone._own, timeout=timeout)
        clone._unauthorized = (
            replace(settings, transport=tuple((dict(settings.transport) | dict(transport)).items()))
            .with_headers(clone._account_headers())
            .with_headers(set_default_headers or default_headers)
            .with_query(set_default_query or default_query)
        )
        if api_key is not None:
            clone._set_credential(api_key)
        else:
            clone._authorize()
        clone._connections.client(clone._settings)
        return clone

    copy = with_options

    def is_closed(self) -> bool:
        """Whether this client or one that shares its connections was closed."""
        return self._connections.closed

    def __repr__(self) -> str:
        url = self._settings.request("POST", "").url.rstrip("/")
        return f"{type(self).__name__}(base_url={url!r}, api_key='***')"

    def _prepare(self, options: CallOptions, path: str, model: str | None, key: object) -> PreparedCall:
        """A call with its own options. `key` is the result of the function that provides it."""
        if self._key_provider is not None:
            if not isinstance(key, str) or not key:
                kind = "an empty string" if key == "" else type(key).__name__
                raise ValueError(f"the function that provides the key must return one, not {kind}")
            self._key = Secret(key)
            options = options.with_default_headers(self._authorization(key))
        if self._own is not NO_OPTIONS:
            options = options.with_defaults(self._own)
        settings = self._route(path, model)
        if options is NO_OPTIONS:
            return PreparedCall(self._connections.client(settings), settings, {})
        if options.headers and options.omits_headers:
            settings, options = settings.with_headers(options.headers), replace(options, headers=None)
        if options.query and not options.query.keys().isdisjoint(dict(settings.query)):
            settings, options = settings.with_query(options.query), replace(options, query=None)
        return PreparedCall(self._connections.client(settings), settings, options.settings())

    def _authorization(self, key: str) -> dict[str, str]:
        """The header with the key."""
        return {"Authorization": f"Bearer {key}"}

    def _route(self, path: str, model: str | None) -> Settings:
        """The settings for calls of one path."""
        return self._settings


def _transport(owner: str, others: Mapping[str, object]) -> tuple[tuple[str, Any], ...]:
    """The options of connections. All others that have a value are refused."""
    for name, value in others.items():
        if name not in _TRANSPORT and name not in _NOT_COVERED:
            near = get_close_matches(name, (*_TRANSPORT, "api_key", "base_url", "max_retries", "timeout"), 1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise TypeError(f"{owner} takes no argument {name!r}{hint}")
        if name in _NOT_COVERED and value is not None and not is_omitted(value):
            instead = _INSTEAD.get(name, "use the OpenAI library for it")
            raise NotCoveredError(f"{name} is not covered by ai_rust_client.compat; {instead}")
    return tuple((name, value) for name, value in others.items() if name in _TRANSPORT and value is not None)
