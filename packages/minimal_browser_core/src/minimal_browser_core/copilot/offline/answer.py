"""An answer of the offline copilot."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Answer:
    """Markdown, and at most one tool call: its name and arguments."""

    text: str
    tool_call: tuple[str, dict[str, Any]] | None = None
