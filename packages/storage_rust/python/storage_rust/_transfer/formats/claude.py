"""Claude's `conversations.json`: each conversation has `chat_messages`, which may name their parents."""

from ..exchange import text_of
from ..message_tree import Message, Thread
from ..times import parse_time
from .message_content import AttachmentCounter, Object, objects_of, role_of


def read(record: Object, attachments: AttachmentCounter) -> tuple[Thread, list[Message]]:
    """The messages of one conversation; fields may be missing."""
    messages: list[Message] = []
    for n, message in enumerate(objects_of(record["chat_messages"])):
        text = text_of(message.get("text")) or attachments.text_of_content(message.get("content"))
        attachments.add(message.get("attachments"))
        attachments.add(message.get("files"))
        messages.append(
            Message(
                text_of(message.get("uuid")) or f"#{n}",
                text_of(message.get("parent_message_uuid")) or (messages[-1].id if messages else None),
                role_of({"role": message.get("sender")}),
                text,
                text_of(record.get("model")),
                parse_time(message.get("created_at")),
            )
        )
    created_at = parse_time(record.get("created_at"))
    return Thread((text_of(record.get("uuid")),), text_of(record.get("name")), created_at), messages
