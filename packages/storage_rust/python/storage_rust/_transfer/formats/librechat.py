"""LibreChat's export: `messages` that name their parents, or `messagesTree`, whose messages contain their children."""

from ..exchange import text_of
from ..message_tree import ASSISTANT, USER, Message, Thread
from ..times import parse_time
from .message_content import AttachmentCounter, Object, object_of, objects_of


def read(record: Object, attachments: AttachmentCounter) -> tuple[Thread, list[Message]]:
    """The messages of one conversation; fields may be missing."""
    options = object_of(record.get("options"))
    model = text_of(options.get("model")) or text_of(record.get("model"))
    found = record.get("messagesTree") or record.get("messages")
    roots = [found] if isinstance(found, dict) else objects_of(found)  # a single message is not in a list
    messages: list[Message] = []
    stack: list[tuple[Object, str | None]] = [(message, None) for message in reversed(roots)]
    while stack:
        message, container = stack.pop()
        id = text_of(message.get("messageId")) or f"#{len(messages)}"
        messages.append(_message(message, id, container, model, attachments))
        stack += [(child, id) for child in reversed(objects_of(message.get("children")))]
    id = text_of(record.get("conversationId"))
    endpoint = text_of(record.get("endpoint"))
    created_at = parse_time(record.get("createdAt"))
    metadata = {"endpoint": endpoint} if endpoint else {}
    return Thread((id,), text_of(record.get("title")), created_at, None, metadata), messages


def _message(message: Object, id: str, container: str | None, model: str, attachments: AttachmentCounter) -> Message:
    """`content` has the parts of an answer; `text`, in older versions and of the user, is all of it."""
    attachments.add(message.get("files"))
    by_user = message.get("isCreatedByUser")
    by_user = text_of(message.get("sender")).lower() == "user" if by_user is None else bool(by_user)
    content = attachments.content(message.get("content"))
    return Message(
        id,
        container or text_of(message.get("parentMessageId")) or None,
        USER if by_user else ASSISTANT,
        content.text or text_of(message.get("text")),
        "" if by_user else text_of(message.get("model")) or model,
        parse_time(message.get("createdAt")),
        content.reasoning,
        tuple(content.tools),
    )
