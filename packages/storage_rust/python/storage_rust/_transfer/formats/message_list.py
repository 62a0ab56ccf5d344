"""A plain list of messages, as in requests to OpenAI-compatible APIs: `{"messages": [{"role", "content"}, …]}`."""

from ..exchange import text_of
from ..message_tree import Message, Thread, joined
from ..times import parse_time
from .message_content import AttachmentCounter, Object, object_of, objects_of, role_of


def read(record: Object, attachments: AttachmentCounter) -> tuple[Thread, list[Message]]:
    """The messages of one conversation, each the parent of the next."""
    messages: list[Message] = []
    for n, message in enumerate(objects_of(record["messages"])):
        content = attachments.content(message.get("content"))
        calls = [text_of(object_of(call.get("function")).get("name")) for call in objects_of(message.get("tool_calls"))]
        messages.append(
            Message(
                f"#{n}",
                f"#{n - 1}",
                role_of(message),
                content.text,
                text_of(message.get("model")) or text_of(record.get("model")),
                parse_time(message.get("timestamp")),
                joined(text_of(message.get("reasoning_content")), content.reasoning),
                (*content.tools, *filter(None, calls)),
            )
        )
    id, title = text_of(record.get("id")), text_of(record.get("title"))
    return Thread((id,), title, parse_time(record.get("timestamp"))), messages
