"""The copilot as the window has it: questions go to the session, its events to the panel, actions to the person."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, pyqtSignal
from PyQt6.QtWidgets import QWidget

from minimal_browser.background.background import Background
from minimal_browser_core.errors import CommandError, MinimalBrowserError
from minimal_browser_core.keys.modes import Mode
from minimal_browser_core.window import MessageLevel, OpenTarget

if TYPE_CHECKING:
    # What the panel needs is imported with the first question, not with the window.
    from minimal_browser.application.services import CopilotService
    from minimal_browser.copilot.action_card import ActionCard
    from minimal_browser.copilot.copilot_window import CopilotWindow
    from minimal_browser.copilot.panel import CopilotPanel
    from minimal_browser.copilot.turn_reader import TurnReader
    from minimal_browser_core.copilot.actions import Action
    from minimal_browser_core.copilot.context import PageContext
    from minimal_browser_core.copilot.exchange import Exchange
    from minimal_browser_core.copilot.session import CopilotSession, Turn, TurnEvent

log = logging.getLogger(__name__)

MOST_RESUMED = 20
"""Exchanges of a conversation taken up again that the panel shows, the last ones."""


@dataclass(slots=True)
class _Asked:
    """A turn, its reader, and the cards that still wait."""

    turn: "Turn"
    session: "CopilotSession"
    reader: "TurnReader | None" = None
    waiting: list["ActionCard"] = field(default_factory=list)
    finished: bool = False
    shown: bool = True
    """False once the panel is about another thread: what still arrives is stored, not shown."""


class Copilot(QObject):
    """GUI thread only; nothing here waits."""

    label_changed = pyqtSignal(str)
    """Who answers, for the status bar: a provider and its model, or that there is none."""

    def __init__(self, window: "CopilotWindow", background: Background, parent: QObject) -> None:
        super().__init__(parent)
        self._window = window
        self._background = background
        self._panel: CopilotPanel | None = None
        self._asked: _Asked | None = None
        self._preparing = False
        self._cards: list[ActionCard] = []
        self.remember = True
        self.width = 420

    # -- the panel

    def panel(self) -> "CopilotPanel":
        if self._panel is None:
            from minimal_browser.copilot.panel import CopilotPanel

            panel = self._panel = CopilotPanel()
            panel.asked.connect(lambda question: self._guard(lambda: self.ask(question)))
            panel.cancelled.connect(lambda: self._guard(self.cancel))
            panel.new_thread_wanted.connect(lambda: self._guard(self.new_thread))
            panel.hide_wanted.connect(self.toggle)
            panel.link_clicked.connect(self._open_link)
            self._window.side_panel.add_side(panel, self.width)
            self._background.with_copilot(self._show_label)
        return self._panel

    def holds(self, widget: QWidget) -> bool:
        return self._panel is not None and self._panel.isAncestorOf(widget)

    def toggle(self) -> None:
        if self._panel is not None and self._panel.isVisible():
            self._window.modes.enter(Mode.NORMAL)
            self._window.side_panel.show_side(False)
        else:
            self.focus()

    def focus(self, text: str = "") -> None:
        """Enter COPILOT mode, with `text` in the input if there is any."""
        if text:
            self.panel().input.setPlainText(text)
        self._window.modes.enter(Mode.COPILOT)

    def take_focus(self) -> None:
        """Show the panel with the caret in its input. The window calls this when it enters COPILOT mode."""
        panel = self.panel()
        self._window.side_panel.show_side(True)
        panel.input.moveCursor(panel.input.textCursor().MoveOperation.End)
        panel.input.setFocus()

    def _show_label(self, service: "CopilotService") -> None:
        self.label_changed.emit(service.label)
        if self._panel is not None:
            self._panel.show_label(service.label)

    def warm_up(self) -> None:
        """Once the first page is there: make the copilot, so that the first question finds it ready."""

        def ready(service: "CopilotService") -> None:
            self._show_label(service)
            if service.problem:
                log.error("%s", service.problem)
                self._window.messages.show(service.problem, MessageLevel.ERROR)

        self._background.with_copilot(ready)
        self._background.submit(_import_panel)

    # -- questions

    @property
    def is_answering(self) -> bool:
        """Whether an answer is in progress, or its page is being read."""
        return self._preparing or (self._asked is not None and not self._asked.finished)

    def ask(self, question: str) -> None:
        if self.is_answering:
            raise CommandError("an answer is under way: wait for it, or stop it with Alt+C")
        from minimal_browser.page.text import extract

        panel = self.panel()
        self._window.side_panel.show_side(True)
        self._settle_open_cards("Not decided")
        self._preparing = True
        panel.input.clear()
        panel.begin_turn(question)

        def start(service: "CopilotService", page: "PageContext | None") -> None:
            self._preparing = False
            try:
                session = service.need_session()
            except MinimalBrowserError as error:
                panel.add_note(str(error), failure=True)
                panel.end_turn()
                return
            self._start(session, question, page)

        def read(page: "PageContext | None", reason: str) -> None:
            if reason:
                panel.add_note(reason)
                panel.show_thinking()
            self._background.with_copilot(lambda service: start(service, page))

        extract(self._window.view(), read)

    def _start(self, session: "CopilotSession", question: str, page: "PageContext | None") -> None:
        from minimal_browser.copilot.turn_reader import TurnReader

        asked = self._asked = _Asked(session.ask(question, page), session)
        asked.reader = TurnReader(asked.turn, lambda events: self._receive(asked, events), self)

    def _receive(self, asked: _Asked, events: "Sequence[TurnEvent]") -> None:
        from minimal_browser_core.copilot import events as kinds
        from minimal_browser_core.copilot.policy import Decision

        panel = self.panel()
        for event in events:
            match event:
                case kinds.TurnFailed() | kinds.TurnFinished() if not asked.shown:
                    self._finish(asked)
                case _ if not asked.shown:
                    continue
                case kinds.TextDelta(text):
                    panel.add_text(text)
                case kinds.ReasoningDelta():
                    panel.show_thinking()
                case kinds.ActionProposed(action, Decision.ALLOW):
                    self._show_settled(action, "Done, as your settings allow")
                    self._guard(lambda action=action: self._apply(action))  # type: ignore[misc]
                case kinds.ActionProposed(action, _):
                    self._propose(asked, action)
                case kinds.ActionRejected(reason) | kinds.TurnNotice(reason):
                    panel.add_note(reason)
                case kinds.TurnFailed(message, cancelled=True):
                    panel.add_note(message)
                    log.info("answer stopped")
                    self._finish(asked)
                case kinds.TurnFailed(message, hint):
                    panel.add_note(f"{_sentence(message)} {hint}".strip(), failure=True)
                    log.warning("no answer: %s", message)
                    self._finish(asked)
                case kinds.TurnFinished(_, _, label):
                    panel.show_label(label)
                    log.info("answer finished")
                    self._finish(asked)

    def _finish(self, asked: _Asked) -> None:
        asked.finished = True
        self.panel().end_turn()
        self._record_if_settled(asked)

    def _record_if_settled(self, asked: _Asked) -> None:
        """Stored once nothing about the exchange changes any more: it is complete and every action decided."""
        if not asked.finished or asked.waiting:
            return
        turn, session = asked.turn, asked.session
        if not self.remember or not (turn.text or turn.exchange.actions):
            turn.close()
            return

        def failed(error: Exception) -> None:
            turn.close()
            self._window.messages.show(f"This exchange was not stored: {error}", MessageLevel.ERROR)
            log.error("exchange not stored: %s", error)

        def stored(id: int) -> None:
            turn.close()
            log.info("exchange %d stored", id)

        self._background.with_stores(lambda _stores: session.record(turn), stored, failed)

    def cancel(self) -> None:
        if self._asked is None or self._asked.finished:
            raise CommandError("no answer is under way")
        self._asked.turn.cancel()

    def new_thread(self) -> None:
        self._leave_thread()
        self._background.with_copilot(lambda service: service.session.new_thread() if service.session else None)
        self.focus()

    def _leave_thread(self) -> None:
        if self._asked is not None and not self._asked.finished:
            self._asked.shown = False
            self._asked.turn.cancel()
        self._settle_open_cards("Not decided")
        self.panel().clear()

    def resume(self, id: int) -> None:
        """Go on from a stored exchange; the panel shows what led to it."""

        def show(said: "Sequence[Exchange]") -> None:
            self._leave_thread()
            for exchange in said[-MOST_RESUMED:]:
                self.panel().begin_turn(exchange.question)
                self.panel().add_text(exchange.response)
                self.panel().end_turn()
            self.focus()

        def failed(error: Exception) -> None:
            self._window.messages.show(str(error), MessageLevel.ERROR)

        def read(service: "CopilotService") -> None:
            try:
                session = service.need_session()
            except MinimalBrowserError as error:
                failed(error)
                return
            self._background.with_stores(lambda _stores: session.resume(id), show, failed)

        self._background.with_copilot(read)

    def close(self) -> None:
        """Before the window goes: what is under way stops, and what was said is recorded."""
        self._settle_open_cards("Not decided")
        asked = self._asked
        if asked is None or asked.finished:
            return
        if asked.reader is not None:
            asked.reader.stop()
        asked.turn.cancel()
        if self.remember:
            self._background.submit(lambda: _record_partial(asked) if asked.turn.wait(CANCEL_SECONDS) else None)

    # -- actions

    def decide(self, *, allow: bool) -> None:
        if not self._cards:
            raise CommandError("no action waits for a decision")
        self._cards[0].decide(allow)

    def propose_link(self, url: str) -> None:
        """A generated page wants to open an address: asked like an action, one at a time."""
        from minimal_browser_core.copilot.actions import Navigate

        if not any(card.property("link") for card in self._cards):
            card = self._card(Navigate(url), "The generated page would like to:")
            card.setProperty("link", True)
            card.decided.connect(lambda allowed: self._guard(lambda: self._apply(Navigate(url))) if allowed else None)
            self._window.side_panel.show_side(True)

    def _propose(self, asked: _Asked, action: "Action") -> None:
        card = self._card(action, "The copilot would like to:")
        asked.waiting.append(card)

        def decided(allowed: bool) -> None:
            asked.turn.decide(action, allowed)
            asked.waiting.remove(card)
            if allowed:
                self._guard(lambda: self._apply(action))
            self._record_if_settled(asked)

        card.decided.connect(decided)

    def _card(self, action: "Action", introduction: str) -> "ActionCard":
        from minimal_browser.copilot.action_card import ActionCard
        from minimal_browser_core.copilot.actions import describe
        from minimal_browser_core.internal_pages.help import keys_or_command

        keymap = self._window.keymap
        allow, deny = (" ".join(keys_or_command(keymap, name)) for name in ("accept", "reject"))
        card = ActionCard(describe(action), introduction=introduction, allow_keys=allow, deny_keys=deny)
        self._cards.append(card)
        card.decided.connect(lambda _allowed: self._show_keys())
        self._show_keys()
        self.panel().add_card(card)
        log.info("action proposed: %s", card.description)
        if not self.panel().isVisible():
            self._window.messages.show(f"{introduction} {card.description}  ({allow} allow, {deny} deny)")
        return card

    def _show_keys(self) -> None:
        self._cards = [card for card in self._cards if card.waiting]
        if self._cards:
            self._cards[0].show_keys()

    def _show_settled(self, action: "Action", outcome: str) -> None:
        self._card(action, "").settle(outcome)
        self._show_keys()

    def _settle_open_cards(self, outcome: str) -> None:
        for card in self._cards:
            card.settle(outcome)
        self._cards.clear()
        if self._asked is not None and self._asked.waiting:
            self._asked.waiting.clear()
            self._record_if_settled(self._asked)

    def _apply(self, action: "Action") -> None:
        """Do what was allowed. CommandError where it cannot be done."""
        from minimal_browser.copilot.actions import apply

        apply(action, self._window)

    def _open_link(self, url: str) -> None:
        self._guard(lambda: self._window.tabs.open(url, OpenTarget.TAB))

    def _guard(self, do: Callable[[], None]) -> None:
        try:
            do()
        except CommandError as error:
            self._window.messages.show(str(error), MessageLevel.ERROR)


def _sentence(text: str) -> str:
    """With its full stop, as what a server said often has none."""
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _import_panel() -> None:
    """On the worker: what the first question would otherwise wait for."""
    import minimal_browser.copilot.action_card
    import minimal_browser.copilot.actions
    import minimal_browser.copilot.panel
    import minimal_browser.copilot.turn_reader
    import minimal_browser.page.text
    import minimal_browser.toolkit.markdown

    minimal_browser.toolkit.markdown.render("")


CANCEL_SECONDS = 2.0
"""How long the end of the program waits for a cancelled answer to be whole enough to store."""


def _record_partial(asked: _Asked) -> None:
    if asked.turn.text or asked.turn.exchange.actions:
        asked.session.record(asked.turn)
