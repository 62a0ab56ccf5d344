"""What happens in a turn, in the order in which it happens: values for whoever shows it."""

from dataclasses import dataclass

from minimal_browser_core.chat.port import Usage
from minimal_browser_core.copilot.actions import Action
from minimal_browser_core.copilot.policy import Decision


@dataclass(frozen=True, slots=True)
class TextDelta:
    """The next piece of the answer, Markdown."""

    text: str


@dataclass(frozen=True, slots=True)
class ReasoningDelta:
    text: str


@dataclass(frozen=True, slots=True)
class ActionProposed:
    """A valid action. ASK: put it to the person, then call `Turn.decide`. ALLOW: a setting allows it; just do it."""

    action: Action
    decision: Decision


@dataclass(frozen=True, slots=True)
class ActionRejected:
    """The model asked for something malformed, unknown or denied by a setting; `reason` is a sentence."""

    reason: str


@dataclass(frozen=True, slots=True)
class TurnNotice:
    """Something that the person should know about how the answer comes about; a sentence."""

    text: str


@dataclass(frozen=True, slots=True)
class TurnFinished:
    """The answer is complete. `label` says who gave it: "OpenRouter: its/model", or "offline, no model"."""

    model: str
    usage: Usage | None
    label: str


@dataclass(frozen=True, slots=True)
class TurnFailed:
    """The answer is not complete: what happened, what to do about it, and the text that had arrived."""

    message: str
    hint: str
    partial: str
    cancelled: bool = False
    """The person stopped it: nothing went wrong."""


TurnEvent = TextDelta | ReasoningDelta | ActionProposed | ActionRejected | TurnNotice | TurnFinished | TurnFailed
