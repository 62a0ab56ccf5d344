"""Shows one turn in the panel as it arrives, and runs the tool calls that are allowed."""

import logging
from collections.abc import Callable, Sequence

from PyQt6.QtCore import QObject

from minimal_browser.copilot.approval_queue import ApprovalQueue
from minimal_browser.copilot.panel import CopilotPanel
from minimal_browser.copilot.turn_reader import TurnReader
from minimal_browser_core.copilot.events import (
    ReasoningDelta,
    TextDelta,
    ToolCallProposed,
    ToolCallRejected,
    TurnEvent,
    TurnFailed,
    TurnFinished,
    TurnNotice,
)
from minimal_browser_core.copilot.tools.tool import Approval, Tool
from minimal_browser_core.copilot.turn import Turn

log = logging.getLogger(__name__)


class TurnPresenter:
    """Lives as long as its turn can change: until the answer is complete and every proposed call is decided."""

    def __init__(
        self,
        turn: Turn,
        panel: CopilotPanel,
        approvals: ApprovalQueue,
        parent: QObject,
        *,
        run: Callable[[Tool], None],
        settled: Callable[[], None],
    ) -> None:
        """`run` does what a call asks for; `settled` is called once, when nothing about the turn changes any more."""
        self.turn = turn
        self.finished = False
        self._panel = panel
        self._approvals = approvals
        self._run = run
        self._settled = settled
        self._undecided = 0
        self._hidden = False
        self._reader = TurnReader(turn, self._receive, parent)

    def hide(self) -> None:
        """Show nothing more of this turn, as the panel is about another thread now."""
        self._hidden = True

    def stop(self) -> None:
        self._reader.stop()
        self.turn.cancel()

    def leave_undecided(self) -> None:
        """Wait no longer for decisions on proposed calls."""
        if self._undecided:
            self._undecided = 0
            self._report_if_settled()

    def _receive(self, events: Sequence[TurnEvent]) -> None:
        for event in events:
            if isinstance(event, TurnFinished | TurnFailed):
                self._finish(event)
            elif not self._hidden:
                self._show(event)

    def _show(self, event: TurnEvent) -> None:
        match event:
            case TextDelta(text):
                self._panel.add_text(text)
            case ReasoningDelta():
                self._panel.show_thinking()
            case ToolCallProposed(call, Approval.ALLOW):
                self._approvals.show_settled(call, "Done, as your settings allow")
                self._run(call)
            case ToolCallProposed(call):
                self._propose(call)
            case ToolCallRejected(text) | TurnNotice(text):
                self._panel.add_note(text)

    def _propose(self, call: Tool) -> None:
        def decide(allowed: bool) -> None:
            self.turn.decide(call, allowed)
            self._undecided -= 1
            if allowed:
                self._run(call)
            self._report_if_settled()

        self._undecided += 1
        self._approvals.ask(call, "The copilot would like to:").decided.connect(decide)

    def _finish(self, event: TurnFinished | TurnFailed) -> None:
        match event:
            case TurnFinished(_, _, label):
                log.info("answer finished")
                if not self._hidden:
                    self._panel.show_label(label)
            case TurnFailed(message, cancelled=True):
                log.info("answer stopped")
                if not self._hidden:
                    self._panel.add_note(message)
            case TurnFailed(message, hint):
                log.warning("no answer: %s", message)
                if not self._hidden:
                    self._panel.add_note(f"{_sentence(message)} {hint}".strip(), failure=True)
        self.finished = True
        self._panel.end_turn()
        self._report_if_settled()

    def _report_if_settled(self) -> None:
        if self.finished and not self._undecided:
            self._settled()


def _sentence(text: str) -> str:
    """With its full stop, which a server's text often lacks."""
    return text if text.endswith((".", "!", "?")) else f"{text}."
