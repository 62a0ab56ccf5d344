"""The copilot's client, which all windows share, and the session that each window has of its own."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from minimal_browser_core.chat.port import ChatClient
from minimal_browser_core.errors import BackendError

if TYPE_CHECKING:
    from collections.abc import Callable

    from minimal_browser_core.copilot.session import CopilotSession


@dataclass(slots=True)
class CopilotService:
    """`label` says who answers. If nobody does, client and session are None, and `problem` says why."""

    label: str
    client: ChatClient | None = None
    open_session: "Callable[[], CopilotSession] | None" = None
    session: "CopilotSession | None" = None
    problem: str = ""

    def with_session(self) -> "CopilotService":
        """The service for one window."""
        return replace(self, session=self.open_session() if self.open_session is not None else None)

    def need_session(self) -> "CopilotSession":
        if self.session is None:
            raise BackendError(f"The copilot cannot answer: {self.problem}")
        return self.session
