"""The providers that are known by name."""

from dataclasses import dataclass
from typing import Literal

ProviderName = Literal["openrouter", "openai", "server", "offline"]


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider of models. `variable` is the environment variable of its key."""

    name: ProviderName
    label: str
    base_url: str
    variable: str
    models: tuple[str, ...]
    """In order of preference, used unless the settings name others."""


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
"""The environment variable of the key for the user's own server."""
