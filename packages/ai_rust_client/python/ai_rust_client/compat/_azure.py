"""`AzureOpenAI` and `AsyncAzureOpenAI`: deployments in the path, `api-version` in the query, keys or Entra tokens."""

import os
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Self
from urllib.parse import quote, urlsplit

from ai_rust_client.compat._base_client import BaseClient, Credential
from ai_rust_client.compat._client import AsyncOpenAI, OpenAI
from ai_rust_client.compat._errors import OpenAIError
from ai_rust_client.compat._options import Settings, is_omitted

_PATHS_OF_DEPLOYMENTS = ("chat/completions", "embeddings")


class MutuallyExclusiveAuthError(OpenAIError):
    """More than one of `api_key`, `azure_ad_token` and `azure_ad_token_provider` was passed."""

    def __init__(self) -> None:
        super().__init__("pass only one of api_key, azure_ad_token and azure_ad_token_provider")


def _credential(
    api_key: Credential | None, token: str | None, token_provider: Credential | None
) -> tuple[Credential | None, bool]:
    """The one that is given, and whether it is a token."""
    given = [value for value in (api_key, token, token_provider) if value is not None]
    if len(given) > 1:
        raise MutuallyExclusiveAuthError
    return (given[0] if given else None), api_key is None


class _AzureClient(BaseClient):
    """The arguments of Azure. Without credentials, a token in the environment is preferred to a key."""

    def __init__(
        self,
        *,
        azure_endpoint: str | None = None,
        azure_deployment: str | None = None,
        api_version: str | None = None,
        api_key: Credential | None = None,
        azure_ad_token: str | None = None,
        azure_ad_token_provider: Credential | None = None,
        base_url: str | None = None,
        default_query: Mapping[str, object] | None = None,
        **options: Any,
    ) -> None:
        credential, self._sends_token = _credential(api_key, azure_ad_token, azure_ad_token_provider)
        if credential is None:
            credential = os.environ.get("AZURE_OPENAI_AD_TOKEN")
            self._sends_token = credential is not None
            credential = credential if credential is not None else os.environ.get("AZURE_OPENAI_API_KEY")
        if credential is None:
            raise OpenAIError(
                "no credentials: pass api_key, azure_ad_token or azure_ad_token_provider, or set the environment "
                "variable AZURE_OPENAI_API_KEY or AZURE_OPENAI_AD_TOKEN"
            )
        self._api_version = api_version if api_version is not None else os.environ.get("OPENAI_API_VERSION")
        if self._api_version is None:
            raise ValueError("no API version: pass api_version, or set the environment variable OPENAI_API_VERSION")
        if base_url is None:
            azure_endpoint = azure_endpoint if azure_endpoint is not None else os.environ.get("AZURE_OPENAI_ENDPOINT")
            if azure_endpoint is None:
                raise ValueError(
                    "no endpoint: pass azure_endpoint or base_url, or set the environment variable "
                    "AZURE_OPENAI_ENDPOINT"
                )
        elif azure_endpoint is not None:
            raise ValueError("base_url and azure_endpoint are mutually exclusive; pass only one of them")
        self._azure_endpoint = azure_endpoint
        self._azure_deployment = azure_deployment if azure_endpoint else None
        super().__init__(
            api_key=credential, base_url=base_url, default_query=self._with_version(default_query), **options
        )

    def _with_version(self, query: Mapping[str, object] | None) -> dict[str, object]:
        return {**(query or {}), "api-version": self._api_version}

    def _base_url(self, base_url: object) -> str:
        if self._azure_endpoint is None:
            return str(base_url)
        root = f"{self._azure_endpoint.rstrip('/')}/openai"
        return f"{root}/deployments/{self._azure_deployment}" if self._azure_deployment else root

    def _credential(self, api_key: Credential | None) -> Credential:
        return api_key if api_key is not None else ""

    def _with_key(self, settings: Settings) -> Settings:
        return settings.with_headers(self._authorization(self._key.value))

    def _authorization(self, key: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {key}"} if self._sends_token else {"api-key": key}

    def _route(self, path: str, model: str | None) -> Settings:
        settings = self._settings
        has_deployment = "/deployments" in urlsplit(settings.base_url).path
        if path in _PATHS_OF_DEPLOYMENTS:
            if model is None or has_deployment:
                return settings
            return replace(settings, base_url=f"{settings.base_url.rstrip('/')}/deployments/{quote(model, safe='')}")
        if self._azure_endpoint and self._azure_deployment:
            return replace(settings, base_url=f"{self._azure_endpoint.rstrip('/')}/openai")
        return settings

    def with_options(  # type: ignore[override]  # pyright: ignore[reportIncompatibleMethodOverride]
        self,
        *,
        api_key: Credential | None = None,
        azure_ad_token: str | None = None,
        azure_ad_token_provider: Credential | None = None,
        api_version: str | None = None,
        base_url: object = None,
        default_query: Mapping[str, object] | None = None,
        set_default_query: Mapping[str, object] | None = None,
        **options: Any,
    ) -> Self:
        """A client with other options. It shares the connections: closing one client closes both."""
        credential, is_token = _credential(api_key, azure_ad_token, azure_ad_token_provider)
        version = {"api-version": api_version or self._api_version}
        clone = super().with_options(
            base_url=base_url,
            default_query={**(default_query or {}), **version},
            set_default_query=None if set_default_query is None else {**set_default_query, **version},
            **options,
        )
        clone._api_version = version["api-version"]
        if base_url is not None and not is_omitted(base_url):
            clone._azure_endpoint = clone._azure_deployment = None
        if credential is not None:
            clone._sends_token = is_token
            clone._set_credential(credential)
        return clone

    copy = with_options  # type: ignore[assignment]


class AzureOpenAI(_AzureClient, OpenAI):  # pyright: ignore[reportIncompatibleMethodOverride]
    """`OpenAI` at Azure. `azure_ad_token_provider` is a function that returns an Entra token; each call calls it."""


class AsyncAzureOpenAI(_AzureClient, AsyncOpenAI):  # pyright: ignore[reportIncompatibleMethodOverride]
    """`AsyncOpenAI` at Azure. `azure_ad_token_provider` may be a function or a coroutine function."""
