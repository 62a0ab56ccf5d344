"""One question and what came of it, as it is remembered."""

from dataclasses import dataclass, field
from typing import Any, Literal

from minimal_browser_core.chat.port import Usage
from minimal_browser_core.copilot.actions import Action, describe, kind_of

Outcome = Literal["undecided", "allowed", "denied", "rejected"]


@dataclass(slots=True)
class ActionOutcome:
    """`action` is None where the model's call was not a valid action; `description` then says why."""

    action: Action | None
    description: str
    outcome: Outcome


@dataclass(slots=True)
class Exchange:
    """Written by the turn's thread until the turn has finished, and by `Turn.decide`."""

    question: str
    url: str | None = None
    title: str = ""
    parts: list[str] = field(default_factory=list)
    actions: list[ActionOutcome] = field(default_factory=list)
    model: str = ""
    label: str = ""
    usage: Usage | None = None
    failure: str = ""
    stored_id: int | None = None

    @property
    def text(self) -> str:
        return "".join(self.parts)

    @property
    def response(self) -> str:
        """The answer, with a line for each action and its outcome and for a failure."""
        lines = [f"[action] {item.description} ({item.outcome})" for item in self.actions]
        if self.failure:
            lines.append(f"[incomplete] {self.failure}")
        return "\n\n".join(part for part in (self.text.strip(), "\n".join(lines)) if part)

    @property
    def tags(self) -> tuple[str, ...]:
        kinds = dict.fromkeys(kind_of(item.action) for item in self.actions if item.action is not None)
        return ("copilot", *kinds, *(["incomplete"] if self.failure else []))

    @property
    def metadata(self) -> dict[str, Any]:
        found: dict[str, Any] = {"provider": self.label}
        if self.title:
            found["title"] = self.title
        if self.usage is not None:
            found["usage"] = {"prompt": self.usage.prompt_tokens, "completion": self.usage.completion_tokens}
        if self.actions:
            found["actions"] = [
                {"kind": kind_of(item.action) if item.action is not None else None, "outcome": item.outcome}
                for item in self.actions
            ]
        return found

    def propose(self, action: Action, outcome: Outcome) -> None:
        self.actions.append(ActionOutcome(action, describe(action), outcome))

    def reject(self, reason: str) -> None:
        self.actions.append(ActionOutcome(None, reason, "rejected"))
