"""Values that the exports of several chat programs have in common."""

from typing import Any, Final

from ..exchange import text_of
from ..message_tree import ASSISTANT, USER

Object = dict[str, Any]

_ROLES: Final = {"human": USER, "model": ASSISTANT}


class AttachmentCounter:
    """Counts the attachments that an import leaves out."""

    def __init__(self) -> None:
        self.count = 0

    def add(self, attachments: object) -> None:
        """Count the elements of a list."""
        if isinstance(attachments, list):
            self.count += len(attachments)

    def text_of_content(self, content: object) -> str:
        """A text, or the texts among parts. A part without a text counts as an attachment."""
        if isinstance(content, str):
            return content
        texts: list[str] = []
        for part in content if isinstance(content, list) else ():
            if isinstance(part, str):
                texts.append(part)
            elif isinstance(part, dict):
                text = part.get("text")
                text = text.get("value") if isinstance(text, dict) else text
                if isinstance(text, str):
                    texts.append(text)
                elif "thinking" not in part and part.get("type") not in ("tool_use", "tool_result"):
                    self.count += 1
        return "\n\n".join(text for text in texts if text)


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
