"""Where keys are kept."""

from typing import Protocol

from minimal_browser_core.secrets import Secret


class SecretStore(Protocol):
    """Keys by the name of their user: openrouter, openai, anthropic, server. Every call may block, on a dialog even.

    Failures are ConfigErrors that say what to do.
    """

    def get(self, user: str) -> Secret | None:
        """None where there is none."""

    def set(self, user: str, secret: Secret) -> None: ...
    def delete(self, user: str) -> bool:
        """Whether there was one."""
