from collections.abc import Callable
from typing import Any

import pytest

from minimal_browser_core.backends import select_ai
from minimal_browser_core.copilot.events import TextDelta, TurnEvent, TurnFinished
from minimal_browser_core.copilot.offline.client import OfflineChatClient
from minimal_browser_core.copilot.providers.client import open_client
from minimal_browser_core.copilot.providers.routing import choose_route
from minimal_browser_core.copilot.session import open_session
from minimal_browser_core.copilot.turn import Turn
from minimal_browser_core.errors import ConfigError
from minimal_browser_core.secrets import Secret
from minimal_browser_core.settings.schema import AiConfig, Config, CopilotConfig
from minimal_browser_core.testing.fake_server import Answer, FakeServer

EventsOf = Callable[[Turn], list[TurnEvent]]

BOTH = {"OPENROUTER_API_KEY": "sk-router", "OPENAI_API_KEY": "sk-open", "MINIMAL_BROWSER_API_KEY": "sk-own"}


class _Keys:
    """A keyring in memory."""

    def __init__(self, **keys: str) -> None:
        self.keys = keys
        self.asked: list[str] = []

    def get(self, user: str) -> Secret | None:
        self.asked.append(user)
        return Secret(self.keys[user]) if user in self.keys else None

    def set(self, user: str, secret: Secret) -> None:
        self.keys[user] = secret.reveal()

    def delete(self, user: str) -> bool:
        return self.keys.pop(user, None) is not None


class _NoKeyring(_Keys):
    def get(self, user: str) -> Secret | None:
        raise ConfigError("This system has no keyring that can be used.")


@pytest.mark.parametrize(
    ("settings", "options", "environ", "provider", "url", "key"),
    [
        ({}, {}, {}, "offline", "", None),
        ({}, {}, BOTH, "openrouter", "https://openrouter.ai/api/v1", "sk-router"),
        ({}, {}, {"OPENAI_API_KEY": "sk-open"}, "openai", "https://api.openai.com/v1", "sk-open"),
        ({}, {}, {"OPENROUTER_API_KEY": "  "}, "offline", "", None),
        ({"provider": "openai"}, {}, BOTH, "openai", "https://api.openai.com/v1", "sk-open"),
        ({"provider": "offline"}, {}, BOTH, "offline", "", None),
        ({"provider": "offline", "base_url": "http://h:1/v1"}, {}, BOTH, "offline", "", None),
        ({"base_url": "http://h:1/v1"}, {}, BOTH, "server", "http://h:1/v1", "sk-own"),
        ({"base_url": "http://h:1/v1"}, {}, {}, "server", "http://h:1/v1", None),
        ({"provider": "openai"}, {"base_url": "http://h:2/v1/"}, BOTH, "server", "http://h:2/v1", "sk-own"),
        ({}, {"base_url": "http://127.0.0.1:11434"}, {}, "server", "http://127.0.0.1:11434/v1", None),
        (
            {},
            {"base_url": "https://openrouter.ai/api/v1"},
            BOTH,
            "openrouter",
            "https://openrouter.ai/api/v1",
            "sk-router",
        ),
        ({}, {"base_url": "https://api.openai.com/v1"}, BOTH, "openai", "https://api.openai.com/v1", "sk-open"),
    ],
)
def test_the_route_follows_the_order_of_precedence(
    settings: dict[str, Any],
    options: dict[str, Any],
    environ: dict[str, str],
    provider: str,
    url: str,
    key: str | None,
) -> None:
    route = choose_route(AiConfig(**settings), environ=environ, **options)
    assert (route.provider, route.base_url) == (provider, url)
    assert (route.api_key.reveal() if route.api_key else None) == key
    assert route.reason


def test_a_route_has_a_reason() -> None:
    assert choose_route(AiConfig(), environ=BOTH).reason == "OPENROUTER_API_KEY is set"
    assert "--base-url" in choose_route(AiConfig(), base_url="http://h/v1", environ={}).reason
    assert "OPENAI_API_KEY" in choose_route(AiConfig(), environ={}).reason


def test_a_key_does_not_show_in_its_route() -> None:
    assert "sk-router" not in repr(choose_route(AiConfig(), environ=BOTH))


def test_models_come_from_the_command_line_then_the_settings_then_the_provider() -> None:
    configured = AiConfig(models=("a", "b"))
    assert choose_route(configured, model="c", environ=BOTH).models == ("c",)
    assert choose_route(configured, environ=BOTH).models == ("a", "b")
    assert choose_route(AiConfig(), environ=BOTH).models[0] == "openai/gpt-5-mini"
    assert choose_route(AiConfig(), base_url="http://h/v1", environ={}).models == ()


def test_the_keyring_is_read_only_if_the_environment_has_no_key() -> None:
    keys = _Keys(openai="sk-ring")
    assert choose_route(AiConfig(), environ=BOTH, secrets=keys).provider == "openrouter"
    assert keys.asked == []
    route = choose_route(AiConfig(), environ={}, secrets=keys)
    assert route.provider == "openai"
    assert "keyring" in route.reason


def test_a_keyring_that_fails_leads_to_the_offline_default_with_a_reason() -> None:
    route = choose_route(AiConfig(), environ={}, secrets=_NoKeyring())
    assert route.is_offline
    assert "no keyring" in route.reason
    with pytest.raises(ConfigError, match="no keyring"):
        choose_route(AiConfig(provider="openai"), environ={}, secrets=_NoKeyring())


def test_a_requested_provider_needs_its_key() -> None:
    with pytest.raises(ConfigError, match="OPENROUTER_API_KEY"):
        choose_route(AiConfig(provider="openrouter"), environ={"OPENAI_API_KEY": "sk-open"})


@pytest.mark.parametrize(
    "url", ["localhost:11434", "ftp://h/v1", "http://", "http://user:sk-1@h/v1", "http://h:notaport/v1", "words"]
)
def test_an_invalid_server_address_is_refused(url: str) -> None:
    with pytest.raises(ConfigError) as error:
        choose_route(AiConfig(), base_url=url, environ={})
    assert "--base-url" in str(error.value)
    assert "sk-1" not in str(error.value)


def test_a_route_to_a_server_opens_a_session_that_answers(server: FakeServer, events_of: EventsOf) -> None:
    server.default = Answer("hello")
    config = Config(copilot=CopilotConfig(actions={"navigate": "deny"}))
    route = choose_route(config.ai, base_url=server.base_url, environ={"MINIMAL_BROWSER_API_KEY": "sk-own"})
    client = open_client(route, select_ai(cli="python"), config.ai)
    events = events_of(open_session(route, client, config).ask("q"))
    client.close()
    assert events[0] == TextDelta("hello")
    assert isinstance(events[-1], TurnFinished)
    assert events[-1].label == server.base_url.removeprefix("http://").removesuffix("/v1") + ": fake/echo"
    request = server.requests[-1]
    assert request.headers["authorization"] == "Bearer sk-own"
    assert "navigate" not in [tool["function"]["name"] for tool in request.json["tools"]]


def test_the_offline_route_needs_no_backend(events_of: EventsOf) -> None:
    config = Config()
    route = choose_route(config.ai, environ={})
    client = open_client(route, None, config.ai)
    assert isinstance(client, OfflineChatClient)
    session = open_session(route, client, config)
    finished = events_of(session.ask("help"))[-1]
    assert isinstance(finished, TurnFinished)
    assert finished.label == "offline, no model"


@pytest.mark.parametrize(("name", "value"), [("proxy", "nonsense://x"), ("ca_bundle", "/does/not/exist.pem")])
def test_an_unusable_connection_setting_is_reported(name: str, value: str, server: FakeServer) -> None:
    config = AiConfig(**{name: value})  # type: ignore[arg-type]
    route = choose_route(config, base_url=server.base_url, environ={})
    with pytest.raises(ConfigError, match=rf"\[ai\].*{name}"):
        open_client(route, select_ai(cli="python"), config)
