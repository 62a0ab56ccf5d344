"""Open WebUI's export: each record has a `chat` with a tree or a list of messages."""

from ..exchange import text_of
from ..message_tree import Message, Thread
from ..times import parse_time
from .message_content import AttachmentCounter, Object, object_of, objects_of, role_of


def read(record: Object, attachments: AttachmentCounter) -> tuple[Thread, list[Message]]:
    """The messages of one conversation; fields may be missing."""
    chat: Object = record["chat"]
    tree = object_of(chat.get("history")).get("messages")
    if isinstance(tree, dict):
        nodes = [{"id": id, **message} for id, message in tree.items() if isinstance(message, dict)]
    else:
        nodes = objects_of(chat.get("messages"))
    models = chat.get("models")
    model = text_of(models[0]) if isinstance(models, list) and models else ""
    messages: list[Message] = []
    for n, node in enumerate(nodes):
        attachments.add(node.get("files"))
        parent = node.get("parentId") if "parentId" in node else (messages[-1].id if messages else None)
        messages.append(
            Message(
                text_of(node.get("id")) or f"#{n}",
                parent if isinstance(parent, str) else None,
                role_of(node),
                attachments.text_of_content(node.get("content")),
                text_of(node.get("model")) or model,
                parse_time(node.get("timestamp")),
            )
        )
    id = text_of(record.get("id")) or text_of(chat.get("id"))
    title = text_of(record.get("title")) or text_of(chat.get("title"))
    created_at = parse_time(record.get("created_at")) or parse_time(chat.get("timestamp"))
    return Thread((id,), title, created_at), messages
