"""ChatGPT's `conversations.json`: each conversation is a tree of nodes, `mapping`, with all branches."""

from ..exchange import text_of
from ..message_tree import Message, Thread
from ..times import parse_time
from .message_content import AttachmentCounter, Object, object_of, role_of


def read(record: Object, attachments: AttachmentCounter) -> tuple[Thread, list[Message]]:
    """The messages of one conversation; fields may be missing."""
    mapping: Object = record["mapping"]
    nodes = {id: node for id, node in mapping.items() if isinstance(node, dict)}
    parents = _parents(nodes)
    messages = [
        _message(id, parents.get(id), object_of(node.get("message")), attachments) for id, node in nodes.items()
    ]
    id = text_of(record.get("conversation_id")) or text_of(record.get("id"))
    return Thread((id,), text_of(record.get("title")), parse_time(record.get("create_time"))), messages


def _parents(nodes: dict[str, Object]) -> dict[str, str]:
    parents: dict[str, str] = {}
    for id, node in nodes.items():
        children = node.get("children")
        for child in children if isinstance(children, list) else ():
            if isinstance(child, str):
                parents[child] = id
        if isinstance(node.get("parent"), str):
            parents[id] = node["parent"]
    return parents


def _message(id: str, parent: str | None, message: Object, attachments: AttachmentCounter) -> Message:
    metadata, content = object_of(message.get("metadata")), object_of(message.get("content"))
    parts = content.get("parts")
    attachments.add(metadata.get("attachments"))
    is_hidden = metadata.get("is_visually_hidden_from_conversation") is True
    return Message(
        id,
        parent,
        "" if is_hidden else role_of(object_of(message.get("author"))),
        attachments.text_of_content(parts if isinstance(parts, list) else content.get("text")),
        text_of(metadata.get("model_slug")),
        parse_time(message.get("create_time")),
    )
