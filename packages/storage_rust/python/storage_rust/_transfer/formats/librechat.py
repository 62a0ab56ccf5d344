"""LibreChat's export: `messages` that name their parents, or contain their children."""

from ..exchange import text_of
from ..message_tree import ASSISTANT, USER, Message, Thread
from ..times import parse_time
from .message_content import AttachmentCounter, Object, object_of, objects_of


def read(record: Object, attachments: AttachmentCounter) -> tuple[Thread, list[Message]]:
    """The messages of one conversation; fields may be missing."""
    options = object_of(record.get("options"))
    model = text_of(options.get("model")) or text_of(record.get("model"))
    messages: list[Message] = []
    stack: list[tuple[Object, str | None]] = [(message, None) for message in reversed(objects_of(record["messages"]))]
    while stack:
        message, container = stack.pop()
        id = text_of(message.get("messageId")) or f"#{len(messages)}"
        attachments.add(message.get("files"))
        by_user = message.get("isCreatedByUser")
        by_user = text_of(message.get("sender")).lower() == "user" if by_user is None else bool(by_user)
        messages.append(
            Message(
                id,
                container or text_of(message.get("parentMessageId")) or None,
                USER if by_user else ASSISTANT,
                text_of(message.get("text")) or attachments.text_of_content(message.get("content")),
                "" if by_user else text_of(message.get("model")) or model,
                parse_time(message.get("createdAt")),
            )
        )
        stack += [(child, id) for child in reversed(objects_of(message.get("children")))]
    id = text_of(record.get("conversationId"))
    return Thread((id,), text_of(record.get("title")), parse_time(record.get("createdAt"))), messages
