"""Claude's `conversations.json`: each conversation has `chat_messages`, which may name their parents."""

import re
from typing import Final

from ..exchange import text_of
from ..message_tree import Message, Thread, joined
from ..times import parse_time
from .message_content import AttachmentCounter, Content, Object, object_of, objects_of, role_of

_FILLER: Final = re.compile(r"(?:```\s*)?This block is not supported on your current device(?: yet)?\.?(?:\s*```)?")
_BLANK_LINES: Final = re.compile(r"\n{3,}")


def read(record: Object, attachments: AttachmentCounter) -> tuple[Thread, list[Message]]:
    """The messages of one conversation; fields may be missing."""
    messages: list[Message] = []
    for n, message in enumerate(objects_of(record["chat_messages"])):
        content = _content(message, attachments)
        messages.append(
            Message(
                text_of(message.get("uuid")) or f"#{n}",
                text_of(message.get("parent_message_uuid")) or (messages[-1].id if messages else None),
                role_of({"role": message.get("sender")}),
                content.text,
                text_of(message.get("model")) or text_of(record.get("model")),
                parse_time(message.get("created_at")),
                content.reasoning,
                tuple(content.tools),
            )
        )
    id = text_of(record.get("uuid"))
    project = text_of(object_of(record.get("project")).get("name")) or text_of(record.get("project_uuid"))
    return (
        Thread(
            (id,),
            text_of(record.get("name")),
            parse_time(record.get("created_at")),
            f"https://claude.ai/chat/{id}" if id else None,
            {"project": project} if project else {},
        ),
        messages,
    )


def _content(message: Object, attachments: AttachmentCounter) -> Content:
    """`content` has the blocks of a message; `text` is a copy that has filler in place of some of them.

    The text of attached documents and of long pasted texts is part of the message.
    """
    content = attachments.content(message.get("content"))
    content.text = _without_filler(content.text) or _without_filler(text_of(message.get("text")))
    attachments.add(message.get("files"))
    for attachment in objects_of(message.get("attachments")):
        extracted = text_of(attachment.get("extracted_content"))
        if extracted:
            name = text_of(attachment.get("file_name"))
            content.text = joined(content.text, f"{name}:\n\n{extracted}" if name else extracted)
        else:
            attachments.count += 1
    return content


def _without_filler(text: str) -> str:
    if "This block is not supported" not in text:
        return text
    return _BLANK_LINES.sub("\n\n", _FILLER.sub("", text)).strip()
