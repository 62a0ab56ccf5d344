"""What all clients share: their settings, and the native client for each call."""

import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Self

from ai_rust_client.compat._connections import Connections
from ai_rust_client.compat._errors import OpenAIError
from ai_rust_client.compat._not_covered import NotCoveredError
from ai_rust_client.compat._options import DEFAULT_TIMEOUT, NOT_GIVEN, CallOptions, Secret, Settings, is_omitted
from ai_rust_client.compat._resource import HasRawResponses

if TYPE_CHECKING:
    from ai_rust_client import AIClient

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
        self._use_key("" if callable(credential) else credential)

    def _use_key(self, key: str) -> None:
        self._key = Secret(key)
        self._settings = self._authorize(self._unauthorized, key) if key else self._unauthorized

    def _authorize(self, settings: Settings, key: str) -> Settings:
        """Settings that send the key."""
        return replace(settings, api_key=key)

    @property
    def api_key(self) -> str:
        """The key. If a function provides it, that of the last call; empty before the first."""
        return self._key.value

    @property
    def base_url(self) -> str:
        """The URL of the API, with a slash at its end."""
        return self._settings.base_url.rstrip("/") + "/"

    @property
    def max_retries(self) -> int:
        """The maximum number of retries of a call."""
        return self._settings.max_retries

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
        if not is_omitted(max_retries):
            settings = replace(settings, max_retries=max_retries)
        clone._unauthorized = (
            replace(settings, transport=tuple((dict(settings.transport) | dict(transport)).items()))
            .with_headers(clone._account_headers())
            .with_headers(set_default_headers or default_headers)
            .with_query(set_default_query or default_query)
            .with_timeout(timeout)
        )
        if api_key is not None:
            clone._set_credential(api_key)
        else:
            clone._use_key(self._key.value)
        clone._connections.client(clone._settings)
        return clone

    copy = with_options

    def is_closed(self) -> bool:
        """Whether this client or one that shares its connections was closed."""
        return self._connections.closed

    def _client_for(
        self, options: CallOptions, path: str, model: str | None, key: object
    ) -> "tuple[AIClient, Settings]":
        """The client for a call with its own options. `key` is the result of the function that provides it."""
        if self._key_provider is not None:
            if not isinstance(key, str) or not key:
                kind = "an empty string" if key == "" else type(key).__name__
                raise ValueError(f"the function that provides the key must return a key, not {kind}")
            if key != self._key.value:
                self._use_key(key)
        settings = self._route(path, model)
        settings = settings.with_headers(options.headers).with_query(options.query).with_timeout(options.timeout)
        return self._connections.client(settings), settings

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
