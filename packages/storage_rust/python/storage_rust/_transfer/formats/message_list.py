"""A plain list of messages, as in requests to OpenAI-compatible APIs: `{"messages": [{"role", "content"}, …]}`."""

from ..exchange import text_of
from ..message_tree import Message, Thread
from ..times import parse_time
from .message_content import AttachmentCounter, Object, objects_of, role_of


def read(record: Object, attachments: AttachmentCounter) -> tuple[Thread, list[Message]]:
    """The messages of one conversation, each the parent of the next."""
    messages = [
        Message(
            f"#{n}",
            f"#{n - 1}",
            role_of(message),
            attachments.text_of_content(message.get("content")),
            text_of(message.get("model")) or text_of(record.get("model")),
            parse_time(message.get("timestamp")),
        )
        for n, message in enumerate(objects_of(record["messages"]))
    ]
    id, title = text_of(record.get("id")), text_of(record.get("title"))
    return Thread((id,), title, parse_time(record.get("timestamp"))), messages
