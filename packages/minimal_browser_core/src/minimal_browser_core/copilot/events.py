"""What happens in a turn, as values in the order in which it happens."""

from dataclasses import dataclass

from minimal_browser_core.chat.port import Usage
from minimal_browser_core.copilot.tools.tool import Approval, Tool


@dataclass(frozen=True, slots=True)
class TextDelta:
    """The next piece of the answer, Markdown."""

    text: str


@dataclass(frozen=True, slots=True)
class ReasoningDelta:
    """The next piece of the model's reasoning."""

    text: str


@dataclass(frozen=True, slots=True)
class ToolCallProposed:
    """A valid call. ASK: ask the user, then call `Turn.decide`. ALLOW: a setting allows it; run it."""

    call: Tool
    approval: Approval


@dataclass(frozen=True, slots=True)
class ToolCallRejected:
    """A malformed call, one of an unknown tool, or one that a setting denies; `reason` is a sentence."""

    reason: str


@dataclass(frozen=True, slots=True)
class TurnNotice:
    """Something that the user should know about how the answer was made; a sentence."""

    text: str


@dataclass(frozen=True, slots=True)
class TurnFinished:
    """The answer is complete. `label` says who gave it: "OpenRouter: its/model", or "offline, no model"."""

    model: str
    usage: Usage | None
    label: str


@dataclass(frozen=True, slots=True)
class TurnFailed:
    """The answer is not complete: what happened, and what to do about it. `Turn.text` has what arrived."""

    message: str
    hint: str
    cancelled: bool = False
    """The user stopped it: nothing went wrong."""


TurnEvent = TextDelta | ReasoningDelta | ToolCallProposed | ToolCallRejected | TurnNotice | TurnFinished | TurnFailed
