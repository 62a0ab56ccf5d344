"""The prompts that every model gets before the first question: the `.md` files of this folder."""

from functools import cache
from pathlib import Path


@cache
def system_prompt(*, has_tools: bool = True) -> str:
    """The system message, with or without tools to propose actions with."""
    names = ["system.md"] if has_tools else ["system.md", "without_tools.md"]
    return "\n\n".join(Path(__file__).with_name(name).read_text(encoding="utf-8").strip() for name in names)
