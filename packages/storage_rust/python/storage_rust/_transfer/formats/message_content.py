"""Values that the exports of several chat programs have in common."""

from dataclasses import dataclass, field
from typing import Any, Final

from ..exchange import text_of
from ..message_tree import ASSISTANT, USER, joined

Object = dict[str, Any]

_ROLES: Final = {"human": USER, "model": ASSISTANT}
_REASONING: Final = ("thinking", "think", "reasoning", "reasoning_content")  # types of parts, and their fields
_TOOL_CALLS: Final = ("tool_use", "tool_call", "server_tool_use", "function_call")
_NO_CONTENT: Final = ("tool_result", "tool_output", "function_call_output", "token_budget", "redacted_thinking", "flag")


@dataclass(slots=True)
class Content:
    """What a message says, its reasoning, and the names of the tools that it calls."""

    text: str = ""
    reasoning: str = ""
    tools: list[str] = field(default_factory=list)


class AttachmentCounter:
    """Counts the attachments that an import leaves out."""

    def __init__(self) -> None:
        self.count = 0

    def add(self, attachments: object) -> None:
        """Count the elements of a list."""
        if isinstance(attachments, list):
            self.count += len(attachments)

    def content(self, value: object) -> Content:
        """A text, or the texts, reasoning and tools among parts. A part without any of them counts as an attachment."""
        if isinstance(value, str):
            return Content(value)
        content = Content()
        for part in value if isinstance(value, list) else ():
            if isinstance(part, str):
                content.text = joined(content.text, part)
            elif isinstance(part, dict):
                self._add_part(content, part)
        return content

    def _add_part(self, content: Content, part: Object) -> None:
        type = part.get("type")
        if type in _NO_CONTENT:
            return
        if type in _TOOL_CALLS:
            content.tools += [name for name in [_tool_name(part)] if name]
            return
        reasoning = next((part[name] for name in _REASONING if isinstance(part.get(name), str)), None)
        text = part.get("text")
        text = text.get("value") if isinstance(text, dict) else text
        if reasoning is not None or type in _REASONING:
            content.reasoning = joined(content.reasoning, reasoning or text_of(text))
        elif isinstance(text, str):
            content.text = joined(content.text, text)
        else:
            self.count += 1


def _tool_name(part: Object) -> str:
    call = object_of(part.get("tool_call")) or object_of(part.get("function")) or part
    return text_of(call.get("name")) or text_of(object_of(call.get("function")).get("name"))


def object_of(value: object) -> Object:
    """`value` if it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def objects_of(value: object) -> list[Object]:
    """The objects in a list."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def role_of(message: Object) -> str:
    """The role of a message, by the names of OpenAI."""
    role = text_of(message.get("role")).lower()
    return _ROLES.get(role, role)
