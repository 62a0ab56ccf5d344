"""Chooses the provider that answers, with its key and models, and says why.

In this order: a server given by `--base-url`; one given by the setting `ai.base_url`; the provider named by
`ai.provider`; the first key found, OpenRouter's before OpenAI's, in the environment before the keyring; otherwise the
offline default. A key is sent only to the provider that it belongs to: the user's own server gets only
MINIMAL_BROWSER_API_KEY.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

from minimal_browser_core.copilot import offline
from minimal_browser_core.copilot.providers.catalogue import (
    PROVIDERS,
    SERVER_KEY,
    Provider,
    ProviderName,
)
from minimal_browser_core.errors import ConfigError
from minimal_browser_core.secrets import Secret, SecretStore
from minimal_browser_core.settings.schema import AiConfig


@dataclass(frozen=True, slots=True)
class Route:
    """Who answers. `label` is for the user, and `reason` says why in a sentence.

    `models` may be empty: then the first that the server lists is used. `base_url` is "" for the offline default.
    """

    provider: ProviderName
    label: str
    reason: str
    base_url: str = ""
    api_key: Secret | None = None
    models: tuple[str, ...] = ()

    @property
    def is_offline(self) -> bool:
        return self.provider == "offline"


def choose_route(
    config: AiConfig,
    *,
    base_url: str | None = None,
    model: str | None = None,
    environ: Mapping[str, str] = os.environ,
    secrets: SecretStore | None = None,
) -> Route:
    """The route for these settings; ConfigError if they cannot be satisfied.

    `base_url` and `model` are the command line's. Without `secrets` this returns at once; with them it may wait for the
    keyring, which is read only if the environment has no key. The reason mentions a keyring that fails, unless a
    provider that needs it was requested: then its error is raised.
    """
    models = (model,) if model else config.models
    if base_url:
        return _server_route(base_url, "given by --base-url", models, environ, secrets)
    if config.base_url and config.provider in ("auto", "server"):
        return _server_route(config.base_url, "given by the setting ai.base_url", models, environ, secrets)
    if config.provider == "offline":
        return _offline("requested by the setting ai.provider")
    requested = next((provider for provider in PROVIDERS if provider.name == config.provider), None)
    candidates = [requested] if requested else PROVIDERS
    problem = ""
    try:
        if found := _find_key(candidates, environ, secrets):
            provider, key, reason = found
            return Route(provider.name, provider.label, reason, provider.base_url, key, models or provider.models)
    except ConfigError as error:
        if requested:
            raise
        problem = f"; {error}"
    if requested:
        where = "the environment" if secrets is None else "the environment and the system keyring"
        raise ConfigError(
            f"The setting ai.provider requests {requested.label}, but {where} has no key for it. "
            f'Set {requested.variable}, or set ai.provider to "auto".'
        )
    variables = " or ".join(provider.variable for provider in PROVIDERS)
    return _offline(f"no key in {variables}, and no --base-url{problem}")


def _offline(reason: str) -> Route:
    return Route("offline", offline.LABEL, reason, models=(offline.MODEL,))


def _find_key(
    candidates: Sequence[Provider], environ: Mapping[str, str], secrets: SecretStore | None
) -> tuple[Provider, Secret, str] | None:
    """The first provider that the environment, or else the keyring, has a key for; the key; and where it is."""
    for provider in candidates:
        if value := environ.get(provider.variable, "").strip():
            return provider, Secret(value), f"{provider.variable} is set"
    for provider in candidates:
        if secrets is not None and (key := secrets.get(provider.name)):
            return provider, key, f"the system keyring has a key for {provider.label}"
    return None


def _server_route(
    base_url: str, reason: str, models: tuple[str, ...], environ: Mapping[str, str], secrets: SecretStore | None
) -> Route:
    url, host = _check_base_url(base_url, reason)
    known = next((provider for provider in PROVIDERS if urlsplit(provider.base_url).hostname == host), None)
    value = environ.get(known.variable if known else SERVER_KEY, "").strip()
    key = Secret(value) if value else None
    if known is None:
        return Route("server", urlsplit(url).netloc, reason, url, key, models)
    if key is None and secrets is not None:
        key = secrets.get(known.name)
    return Route(known.name, known.label, reason, url, key, models or known.models)


def _check_base_url(base_url: str, reason: str) -> tuple[str, str]:
    """The complete URL and its host."""
    try:
        parts = urlsplit(base_url.strip())
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise ConfigError(f"The server address {reason} is invalid: {error}.") from None
    if parts.username is not None or parts.password is not None:
        raise ConfigError(f"The server address {reason} has a user name in it. Put its key into {SERVER_KEY} instead.")
    if parts.scheme not in ("http", "https") or not host:
        raise ConfigError(
            f"The server address {reason}, “{base_url.strip()[:200]}”, is not an http or https address. "
            "Write it as http://127.0.0.1:11434/v1."
        )
    # Ollama, llama.cpp, LM Studio and vLLM all serve the API below /v1.
    path = parts.path.rstrip("/") or "/v1"
    return urlunsplit((parts.scheme, parts.netloc, path, parts.query, "")), host
