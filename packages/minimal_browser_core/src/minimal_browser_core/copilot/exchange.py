"""One question and its answer, as it is stored."""

from dataclasses import dataclass, field
from typing import Any, Literal

from minimal_browser_core.chat.port import Usage
from minimal_browser_core.copilot.tools.tool import Tool

Outcome = Literal["undecided", "allowed", "denied", "rejected"]


@dataclass(slots=True)
class ToolCallRecord:
    """A tool call and what became of it. `call` is None if it was rejected; `description` then says why."""

    call: Tool | None
    description: str
    outcome: Outcome


@dataclass(slots=True)
class Exchange:
    """Written by the turn's thread until the turn has finished, and by `Turn.decide`."""

    question: str
    url: str | None = None
    title: str = ""
    parts: list[str] = field(default_factory=list)
    tool_calls: list[ToolCallRecord] = field(default_factory=list)
    model: str = ""
    label: str = ""
    usage: Usage | None = None
    failure: str = ""
    stored_id: int | None = None

    @property
    def text(self) -> str:
        """The answer as far as it has arrived, without tool calls."""
        return "".join(self.parts)

    @property
    def is_empty(self) -> bool:
        """Whether nothing has arrived that is worth storing."""
        return not self.text and not self.tool_calls

    @property
    def response(self) -> str:
        """The answer, with a line for each tool call and its outcome, and one for a failure."""
        lines = [f"[action] {record.description} ({record.outcome})" for record in self.tool_calls]
        if self.failure:
            lines.append(f"[incomplete] {self.failure}")
        return "\n\n".join(part for part in (self.text.strip(), "\n".join(lines)) if part)

    @property
    def tags(self) -> tuple[str, ...]:
        """ "copilot", the names of the tools that were called, and "incomplete" for a failure."""
        names = dict.fromkeys(record.call.tool_name for record in self.tool_calls if record.call is not None)
        return ("copilot", *names, *(["incomplete"] if self.failure else []))

    @property
    def metadata(self) -> dict[str, Any]:
        """What is stored beside the texts: provider, page title, token counts and tool calls."""
        metadata: dict[str, Any] = {"provider": self.label}
        if self.title:
            metadata["title"] = self.title
        if self.usage is not None:
            metadata["usage"] = {"prompt": self.usage.prompt_tokens, "completion": self.usage.completion_tokens}
        if self.tool_calls:
            metadata["actions"] = [
                {"kind": record.call.tool_name if record.call is not None else None, "outcome": record.outcome}
                for record in self.tool_calls
            ]
        return metadata
