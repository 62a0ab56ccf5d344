"""Who answers: which provider, with which key and models, and why.

In this order: a server named by `--base-url`; one named by the setting `ai.base_url`; the provider named by
`ai.provider`; the first key found, OpenRouter's before OpenAI's, in the environment before the keyring; else the
offline default. A key is sent to the provider that it belongs to and to nobody else: a server of one's own gets
MINIMAL_BROWSER_API_KEY only.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlsplit, urlunsplit

from minimal_browser_core.backends import AiSelection
from minimal_browser_core.chat.port import ChatClient
from minimal_browser_core.copilot.policy import ActionPolicy
from minimal_browser_core.copilot.session import CopilotSession
from minimal_browser_core.errors import ConfigError
from minimal_browser_core.ports.secrets import SecretStore
from minimal_browser_core.secrets import Secret
from minimal_browser_core.settings.schema import AiConfig, Config
from minimal_browser_core.storage.port import ConversationStore

ProviderName = Literal["openrouter", "openai", "server", "offline"]


@dataclass(frozen=True, slots=True)
class Provider:
    name: ProviderName
    label: str
    base_url: str
    variable: str
    models: tuple[str, ...]
    """In order of preference, used unless the settings name others; empty: what it lists first."""


OPENROUTER = Provider(
    "openrouter",
    "OpenRouter",
    "https://openrouter.ai/api/v1",
    "OPENROUTER_API_KEY",
    ("openai/gpt-5-mini", "anthropic/claude-haiku-4.5", "openrouter/auto"),
)
OPENAI = Provider(
    "openai", "OpenAI", "https://api.openai.com/v1", "OPENAI_API_KEY", ("gpt-5-mini", "gpt-4.1-mini", "gpt-4o-mini")
)
PROVIDERS = (OPENROUTER, OPENAI)
SERVER_KEY = "MINIMAL_BROWSER_API_KEY"
OFFLINE_LABEL = "offline, no model"
OFFLINE_PAGE_BUDGET = 2_000_000
"""Characters. Nothing is sent anywhere, so a page need not be cut."""


@dataclass(frozen=True, slots=True)
class Route:
    """`label` is what the person sees; `models` may be empty: then the server's first is taken. `reason` is a sentence.

    `base_url` is "" for the offline default.
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
    """The route for these settings; ConfigError where what is asked for cannot be had.

    `base_url` and `model` are the command line's. Without `secrets` this returns at once; with them it may wait for the
    keyring, which is asked only where the environment has no key. A keyring that fails is told in the reason, unless a
    provider that needs it was asked for: then its error is raised.
    """
    models = (model,) if model else config.models
    if base_url:
        return _server_route(base_url, "named by --base-url", models, environ, secrets)
    if config.base_url and config.provider in ("auto", "server"):
        return _server_route(config.base_url, "named by the setting ai.base_url", models, environ, secrets)
    if config.provider == "offline":
        return _offline("asked for by the setting ai.provider")
    asked_for = [provider for provider in PROVIDERS if provider.name == config.provider]
    trouble = ""
    for provider in asked_for or PROVIDERS:
        if value := environ.get(provider.variable, "").strip():
            why = f"{provider.variable} is set"
            return _provider_route(provider, Secret(value), why, models)
    for provider in asked_for or PROVIDERS:
        try:
            key = secrets.get(provider.name) if secrets is not None else None
        except ConfigError as error:
            if asked_for:
                raise
            trouble = f"; {error}"
            break
        if key:
            return _provider_route(provider, key, f"the system keyring has a key for {provider.label}", models)
    if asked_for:
        where = "the environment" if secrets is None else "the environment and the system keyring"
        raise ConfigError(
            f"The setting ai.provider asks for {asked_for[0].label}, but {where} has no key for it. "
            f'Set {asked_for[0].variable}, or set ai.provider to "auto".'
        )
    variables = " or ".join(provider.variable for provider in PROVIDERS)
    return _offline(f"no key in {variables}, and no --base-url{trouble}")


def open_client(
    route: Route, selection: AiSelection | None, config: AiConfig, *, store: ConversationStore | None = None
) -> ChatClient:
    """The client of a route; ConfigError for settings that it does not take.

    `selection` may be None for the offline default only.
    """
    if route.is_offline:
        from minimal_browser_core.copilot.offline import OfflineChatClient

        return OfflineChatClient(store)
    if selection is None:
        raise ValueError("a route to a provider needs a selected backend")
    options: dict[str, Any] = {"idle_timeout": config.idle_timeout, "max_retries": config.max_retries}
    if config.proxy:
        options["proxy"] = config.proxy
    if config.ca_bundle:
        options["ca_bundle"] = config.ca_bundle
    try:
        return selection.open_chat(route.api_key, base_url=route.base_url, **options)
    except ValueError as error:
        raise ConfigError(f"The settings of [ai] cannot be used: {error}.") from None


def open_session(
    route: Route, client: ChatClient, config: Config, *, store: ConversationStore | None = None
) -> CopilotSession:
    """A session over `client` as the settings want it; `store` is where it records."""
    return CopilotSession(
        client,
        models=route.models,
        policy=ActionPolicy(config.copilot.actions),
        store=store,
        label=route.label,
        page_budget=OFFLINE_PAGE_BUDGET if route.is_offline else config.copilot.page_budget,
        history_budget=config.copilot.history_budget,
    )


def _offline(reason: str) -> Route:
    return Route("offline", OFFLINE_LABEL, reason, models=("offline",))


def _provider_route(provider: Provider, key: Secret, why: str, models: tuple[str, ...]) -> Route:
    return Route(provider.name, provider.label, why, provider.base_url, key, models or provider.models)


def _server_route(
    base_url: str, why: str, models: tuple[str, ...], environ: Mapping[str, str], secrets: SecretStore | None
) -> Route:
    url, host = _checked(base_url, why)
    known = next((provider for provider in PROVIDERS if urlsplit(provider.base_url).hostname == host), None)
    variable = known.variable if known else SERVER_KEY
    value = environ.get(variable, "").strip()
    key = Secret(value) if value else None
    if key is None and secrets is not None and known is not None:
        key = secrets.get(known.name)
    if known:
        return Route(known.name, known.label, why, url, key, models or known.models)
    return Route("server", urlsplit(url).netloc, why, url, key, models)


def _checked(base_url: str, why: str) -> tuple[str, str]:
    try:
        parts = urlsplit(base_url.strip())
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise ConfigError(f"The server address {why} cannot be read: {error}.") from None
    if parts.username is not None or parts.password is not None:
        raise ConfigError(f"The server address {why} has a user name in it. Put its key into {SERVER_KEY} instead.")
    if parts.scheme not in ("http", "https") or not host:
        raise ConfigError(
            f"The server address {why}, “{base_url.strip()[:200]}”, is not an http or https address. "
            "Write it as http://127.0.0.1:11434/v1."
        )
    # Ollama, llama.cpp, LM Studio and vLLM all serve the API below /v1.
    path = parts.path.rstrip("/") or "/v1"
    return urlunsplit((parts.scheme, parts.netloc, path, parts.query, "")), host
