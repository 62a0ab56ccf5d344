"""The cards that wait for the user's decision. Keys decide on the oldest one."""

import logging

from minimal_browser.copilot.action_card import ActionCard
from minimal_browser.copilot.copilot_window import CopilotWindow
from minimal_browser.copilot.panel import CopilotPanel
from minimal_browser_core.copilot.tools.tool import Tool
from minimal_browser_core.internal_pages.help import keys_or_command

log = logging.getLogger(__name__)


class ApprovalQueue:
    """Shows a card in the panel for each call that the user has to allow."""

    def __init__(self, panel: CopilotPanel, window: CopilotWindow) -> None:
        self._panel = panel
        self._window = window
        self._cards: list[ActionCard] = []

    def ask(self, call: Tool, introduction: str) -> ActionCard:
        """Show a card for `call`, and a message if the panel is hidden; `decided` of the card reports the decision."""
        allow_keys, deny_keys = self._keys()
        card = ActionCard(call.describe(), introduction=introduction, allow_keys=allow_keys, deny_keys=deny_keys)
        card.decided.connect(lambda _allowed: self._show_keys())
        self._cards.append(card)
        self._show_keys()
        self._panel.add_card(card)
        log.info("action proposed: %s", card.description)
        if not self._panel.isVisible():
            self._window.messages.show(f"{introduction} {card.description}  ({allow_keys} allow, {deny_keys} deny)")
        return card

    def show_settled(self, call: Tool, outcome: str) -> None:
        """Show a card for a call that needs no decision."""
        card = ActionCard(call.describe(), introduction="", allow_keys="", deny_keys="")
        card.settle(outcome)
        self._panel.add_card(card)

    def decide(self, *, allow: bool) -> bool:
        if self._cards:
            self._cards[0].decide(allow)
            return True
        return False

    def _keys(self) -> tuple[str, str]:
        allow, deny = (" ".join(keys_or_command(self._window.keymap, name)) for name in ("accept", "reject"))
        return allow, deny

    def settle_all(self, outcome: str) -> None:
        """Stop asking; every waiting card shows `outcome`."""
        for card in self._cards:
            card.settle(outcome)
        self._cards.clear()

    def _show_keys(self) -> None:
        self._cards = [card for card in self._cards if card.waiting]
        if self._cards:
            self._cards[0].show_keys()
