"""What a tool is: a class whose fields are its arguments and whose instances are valid calls.

A file of this folder that has a class with the decorator `tool` adds a tool. From the class follow the schema that the
model gets, the setting `copilot.actions.<name>`, the text of the card that asks the user, and what happens then.
"""

from collections.abc import Callable
from enum import Enum
from typing import Any, ClassVar, TypeVar

from msgspec import Struct


class Approval(Enum):
    """Whether a tool waits for the user, runs at once, or never runs."""

    ASK = "ask"
    ALLOW = "allow"
    DENY = "deny"


class Tool(Struct, frozen=True):
    """Base of all tools. The docstring of a subclass is what the model reads about the tool.

    A `__post_init__` that raises ValueError rejects arguments that the types of the fields accept.
    """

    tool_name: ClassVar[str]
    approval: ClassVar[Approval]

    def describe(self) -> str:
        """One line for the user who decides: what `run` will do."""
        raise NotImplementedError

    def run(self, browser: Any) -> None:
        """Do it and return at once; CommandError if it cannot be done.

        `browser` is the window. A tool declares the port of the feature that it needs.
        """
        raise NotImplementedError


T = TypeVar("T", bound=type[Tool])

TOOLS: dict[str, type[Tool]] = {}
"""The decorated classes of the files imported so far, by name. `registry.registered_tools` imports them all."""


def tool(name: str, *, approval: Approval = Approval.ASK) -> Callable[[T], T]:
    """Register a subclass of `Tool` as the tool `name`, which needs `approval` unless the settings say otherwise."""

    def register(tool_type: T) -> T:
        tool_type.tool_name = name
        tool_type.approval = approval
        TOOLS[name] = tool_type
        return tool_type

    return register
