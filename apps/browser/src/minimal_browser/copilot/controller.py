"""The copilot of a window: sends questions to the session, and shows and stores the answers."""

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, pyqtSignal
from PyQt6.QtWidgets import QApplication, QWidget

from minimal_browser.keys.mode_handlers import ModeHandler
from minimal_browser_core.errors import CommandError, MinimalBrowserError
from minimal_browser_core.keys.modes import Mode
from minimal_browser_core.window import MessageLevel, OpenTarget

if TYPE_CHECKING:
    # What the panel needs is imported with the first question, not with the window.
    from collections.abc import Sequence

    from minimal_browser.background.copilot_service import CopilotService
    from minimal_browser.background.tasks import Tasks
    from minimal_browser.copilot.action_card import ActionCard
    from minimal_browser.copilot.approval_queue import ApprovalQueue
    from minimal_browser.copilot.copilot_window import CopilotWindow
    from minimal_browser.copilot.panel import CopilotPanel
    from minimal_browser.copilot.turn_presenter import TurnPresenter
    from minimal_browser_core.copilot.context.page import PageContext
    from minimal_browser_core.copilot.exchange import Exchange
    from minimal_browser_core.copilot.session import CopilotSession
    from minimal_browser_core.copilot.tools.tool import Tool
    from minimal_browser_core.copilot.turn import Turn

log = logging.getLogger(__name__)

MAX_RESUMED = 20
"""How many exchanges of a resumed conversation the panel shows: the last ones."""
CANCEL_SECONDS = 2.0
"""How long closing waits for a cancelled answer to become complete enough to store."""
NOT_DECIDED = "Not decided"


class Copilot(QObject, ModeHandler):
    """Call it on the GUI thread; nothing here waits. In COPILOT mode its panel has the focus."""

    stays_on_tab_change = True

    label_changed = pyqtSignal(str)
    """Who answers, for the status bar: a provider and its model, or that there is none."""

    def __init__(self, window: "CopilotWindow", background: "Tasks", parent: QObject) -> None:
        super().__init__(parent)
        self._window = window
        self._background = background
        self._panel: CopilotPanel | None = None
        self._approvals: ApprovalQueue | None = None
        self._turn: TurnPresenter | None = None
        self._session: CopilotSession | None = None
        self._reading_page = False
        self._link_card: ActionCard | None = None
        self.remember = True
        self.width = 420

    def panel(self) -> "CopilotPanel":
        if self._panel is None:
            from minimal_browser.copilot.panel import CopilotPanel

            panel = self._panel = CopilotPanel()
            panel.question_submitted.connect(lambda question: self._report_errors(lambda: self.ask(question)))
            panel.stop_clicked.connect(lambda: self._report_errors(self.cancel))
            panel.new_thread_clicked.connect(lambda: self._report_errors(self.new_thread))
            panel.hide_clicked.connect(self.toggle)
            panel.link_clicked.connect(
                lambda url: self._report_errors(lambda: self._window.tabs.open(url, OpenTarget.TAB))
            )
            self._window.side_panel.add_side(panel, self.width)
            self._background.with_copilot(self._show_label)
        return self._panel

    def _approval_queue(self) -> "ApprovalQueue":
        if self._approvals is None:
            from minimal_browser.copilot.approval_queue import ApprovalQueue

            self._approvals = ApprovalQueue(self.panel(), self._window)
        return self._approvals

    def holds(self, widget: QWidget) -> bool:
        return self._panel is not None and self._panel.isAncestorOf(widget)

    def toggle(self) -> None:
        if self._panel is not None and self._panel.isVisible():
            self._window.modes.enter(Mode.NORMAL)
            self._window.side_panel.show_side(False)
        else:
            self.focus()

    def focus(self, text: str = "") -> None:
        if text:
            self.panel().input.setPlainText(text)
        self._window.modes.enter(Mode.COPILOT)

    def enter(self, previous: Mode) -> None:
        focused = QApplication.focusWidget()
        if focused is not None and self.holds(focused):
            return
        panel = self.panel()
        self._window.side_panel.show_side(True)
        panel.input.moveCursor(panel.input.textCursor().MoveOperation.End)
        panel.input.setFocus()

    def warm_up(self) -> None:
        """Prepare the copilot after the first page has loaded, so that the first question does not wait for it."""

        def ready(service: "CopilotService") -> None:
            self._show_label(service)
            if service.problem:
                log.error("%s", service.problem)
                self._show_error(service.problem)

        self._background.with_copilot(ready)
        self._background.submit(_import_panel)

    def _show_label(self, service: "CopilotService") -> None:
        self.label_changed.emit(service.label)
        if self._panel is not None:
            self._panel.show_label(service.label)

    @property
    def is_answering(self) -> bool:
        """Whether an answer is in progress, or its page is being read."""
        return self._reading_page or (self._turn is not None and not self._turn.finished)

    def ask(self, question: str) -> None:
        if self.is_answering:
            raise CommandError("an answer is in progress: wait for it, or stop it with Alt+C")
        from minimal_browser.page.text import extract

        panel = self.panel()
        self._window.side_panel.show_side(True)
        self._stop_asking()
        self._reading_page = True
        panel.input.clear()
        panel.begin_turn(question)

        def page_read(page: "PageContext | None", reason: str) -> None:
            if reason:
                panel.add_note(reason)
                panel.show_thinking()
            self._background.with_copilot(lambda service: self._start(service, question, page))

        extract(self._window.view(), page_read)

    def _start(self, service: "CopilotService", question: str, page: "PageContext | None") -> None:
        from minimal_browser.copilot.turn_presenter import TurnPresenter

        self._reading_page = False
        try:
            session = self._session = service.need_session()
        except MinimalBrowserError as error:
            self.panel().add_note(str(error), failure=True)
            self.panel().end_turn()
            return
        turn = session.ask(question, page)
        self._turn = TurnPresenter(
            turn,
            self.panel(),
            self._approval_queue(),
            self,
            run=self._run,
            settled=lambda: self._record(session, turn),
        )

    def _record(self, session: "CopilotSession", turn: "Turn") -> None:
        if not self.remember or turn.exchange.is_empty:
            turn.close()
            return

        def stored(id: int) -> None:
            turn.close()
            log.info("exchange %d stored", id)

        def failed(error: Exception) -> None:
            turn.close()
            self._show_error(f"This exchange was not stored: {error}")
            log.error("exchange not stored: %s", error)

        self._background.with_stores(lambda _stores: session.record(turn), stored, failed)

    def cancel(self) -> None:
        if self._turn is None or self._turn.finished:
            raise CommandError("no answer is in progress")
        self._turn.turn.cancel()

    def new_thread(self) -> None:
        self._leave_thread()
        self._background.with_copilot(lambda service: service.session.new_thread() if service.session else None)
        self.focus()

    def _leave_thread(self) -> None:
        if self._turn is not None and not self._turn.finished:
            self._turn.hide()
            self._turn.turn.cancel()
        self._stop_asking()
        self.panel().clear()

    def resume(self, id: int) -> None:
        def show(exchanges: "Sequence[Exchange]") -> None:
            self._leave_thread()
            for exchange in exchanges[-MAX_RESUMED:]:
                self.panel().begin_turn(exchange.question)
                self.panel().add_text(exchange.response)
                self.panel().end_turn()
            self.focus()

        def read(service: "CopilotService") -> None:
            try:
                session = service.need_session()
            except MinimalBrowserError as error:
                self._show_error(str(error))
                return
            self._background.with_stores(
                lambda _stores: session.resume(id), show, lambda error: self._show_error(str(error))
            )

        self._background.with_copilot(read)

    def close(self) -> None:
        """Before the window closes: stop the answer in progress, and store what has arrived of it."""
        self._stop_asking()
        if self._turn is None or self._turn.finished or self._session is None:
            return
        self._turn.stop()
        turn, session = self._turn.turn, self._session
        if self.remember:
            self._background.submit(lambda: _record_partial(session, turn))

    def decide(self, *, allow: bool) -> None:
        if self._approvals is None or not self._approvals.decide(allow=allow):
            raise CommandError("no action waits for a decision")

    def propose_link(self, url: str) -> None:
        """A generated page wants to open an address: ask the user, one address at a time."""
        from minimal_browser_core.copilot.tools.navigate import Navigate

        if self._link_card is not None and self._link_card.waiting:
            return
        try:
            call = Navigate(url)
        except ValueError as error:
            self._show_error(f"The generated page was not allowed to open an address. {error}.")
            return
        self._link_card = self._approval_queue().ask(call, "The generated page would like to:")
        self._link_card.decided.connect(lambda allowed: self._run(call) if allowed else None)
        self._window.side_panel.show_side(True)

    def _stop_asking(self) -> None:
        if self._approvals is not None:
            self._approvals.settle_all(NOT_DECIDED)
        if self._turn is not None:
            self._turn.leave_undecided()

    def _run(self, call: "Tool") -> None:
        """Run a call that the user or a setting has allowed."""
        self._report_errors(lambda: call.run(self._window))

    def _report_errors(self, do: Callable[[], None]) -> None:
        try:
            do()
        except CommandError as error:
            self._show_error(str(error))

    def _show_error(self, text: str) -> None:
        self._window.messages.show(text, MessageLevel.ERROR)


def _import_panel() -> None:
    """Import on the worker thread what the first question would otherwise wait for."""
    import minimal_browser.copilot.turn_presenter
    import minimal_browser.page.text
    import minimal_browser.toolkit.markdown
    import minimal_browser_core.copilot.tools.registry

    minimal_browser_core.copilot.tools.registry.registered_tools()
    minimal_browser.toolkit.markdown.render("")


def _record_partial(session: "CopilotSession", turn: "Turn") -> None:
    if turn.wait(CANCEL_SECONDS) and not turn.exchange.is_empty:
        session.record(turn)
