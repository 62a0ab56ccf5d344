"""The copilot's client, which all windows share, and the session that each window has of its own."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from minimal_browser_core.chat.port import ChatClient
from minimal_browser_core.errors import BackendError

if TYPE_CHECKING:
    from collections.abc import Callable

    from minimal_browser_core.copilot.session import CopilotSession


@dataclass(slots=True)
class CopilotService:
    """The copilot of one window: its session, or the `problem` that leaves it without one.

    `label` says who answers, `reason` why this one was chosen.
    """

    label: str
    reason: str = ""
    session: "CopilotSession | None" = None
    problem: str = ""

    def need_session(self) -> "CopilotSession":
        if self.session is None:
            raise BackendError(f"The copilot cannot answer: {self.problem}")
        return self.session


@dataclass(slots=True)
class CopilotClient:
    """The client of the process. `open_session` is None if there is no client, and `problem` says why."""

    label: str
    reason: str = ""
    client: ChatClient | None = None
    open_session: "Callable[[], CopilotSession] | None" = None
    problem: str = ""

    def service(self) -> CopilotService:
        session = self.open_session() if self.open_session is not None else None
        return CopilotService(self.label, self.reason, session, self.problem)

    def close(self) -> None:
        if self.client is not None:
            self.client.close()
