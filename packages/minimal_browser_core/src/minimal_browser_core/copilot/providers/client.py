"""Opens the chat client of a route."""

from typing import Any

from minimal_browser_core.backends import AiSelection
from minimal_browser_core.chat.port import ChatClient
from minimal_browser_core.copilot.providers.routing import Route
from minimal_browser_core.errors import ConfigError
from minimal_browser_core.settings.schema import AiConfig
from minimal_browser_core.storage.port import ConversationStore


def open_client(
    route: Route, selection: AiSelection | None, config: AiConfig, *, store: ConversationStore | None = None
) -> ChatClient:
    """The client of a route; ConfigError for settings that it does not accept.

    `selection` may be None for the offline default only, which searches `store`.
    """
    if route.is_offline:
        from minimal_browser_core.copilot.offline.client import OfflineChatClient

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
    except (ValueError, OSError) as error:
        raise ConfigError(f"The settings of [ai] cannot be used: {error}.") from None
