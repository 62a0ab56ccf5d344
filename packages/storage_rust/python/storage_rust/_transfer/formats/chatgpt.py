"""ChatGPT's `conversations.json`: each conversation is a tree of nodes, `mapping`, with all branches."""

import json
from typing import Final

from ..exchange import text_of
from ..message_tree import ASSISTANT, Message, Thread
from ..times import parse_time
from .chatgpt_citations import with_links
from .message_content import AttachmentCounter, Content, Object, object_of, objects_of, role_of

# Types of content that are not part of the conversation: custom instructions, memory, output of tools.
_HIDDEN_TYPES: Final = (
    "user_editable_context",
    "model_editable_context",
    "execution_output",
    "system_error",
    "tether_browsing_display",
    "tether_quote",
    "reasoning_recap",
)


def read(record: Object, attachments: AttachmentCounter) -> tuple[Thread, list[Message]]:
    """The messages of one conversation; fields may be missing."""
    mapping: Object = record["mapping"]
    nodes = {id: node for id, node in mapping.items() if isinstance(node, dict)}
    parents = parents_of(nodes)
    model = text_of(record.get("default_model_slug"))
    messages = [
        _message(id, parents.get(id), object_of(node.get("message")), model, attachments) for id, node in nodes.items()
    ]
    id = text_of(record.get("conversation_id")) or text_of(record.get("id"))
    return (
        Thread(
            (id,),
            text_of(record.get("title")),
            parse_time(record.get("create_time")),
            f"https://chatgpt.com/c/{id}" if id else None,
            _metadata(record),
        ),
        messages,
    )


def _metadata(record: Object) -> Object:
    """The project or the custom GPT of a conversation; the ids of projects begin with `g-p-`."""
    id = text_of(record.get("gizmo_id")) or text_of(record.get("conversation_template_id"))
    if not id:
        return {}
    return {"project" if id.startswith("g-p-") else "gpt": id}


def parents_of(nodes: dict[str, Object]) -> dict[str, str]:
    """The parent of each node that has one."""
    parents: dict[str, str] = {}
    for id, node in nodes.items():
        children = node.get("children")
        for child in children if isinstance(children, list) else ():
            if isinstance(child, str):
                parents[child] = id
        if isinstance(node.get("parent"), str):
            parents[id] = node["parent"]
    return parents


def _message(id: str, parent: str | None, message: Object, model: str, attachments: AttachmentCounter) -> Message:
    metadata = object_of(message.get("metadata"))
    attachments.add(metadata.get("attachments"))
    role = role_of(object_of(message.get("author")))
    content = _content(message, role, metadata, attachments)
    if metadata.get("is_visually_hidden_from_conversation") is True:
        role = ""
    slugs = (text_of(metadata.get(name)) for name in ("model_slug", "default_model_slug"))
    return Message(
        id,
        parent,
        role,
        content.text,
        next(filter(None, slugs), model) if role == ASSISTANT else "",
        parse_time(message.get("create_time")),
        content.reasoning,
        tuple(content.tools),
    )


def _content(message: Object, role: str, metadata: Object, attachments: AttachmentCounter) -> Content:
    content = object_of(message.get("content"))
    type, recipient = content.get("content_type"), text_of(message.get("recipient"))
    if type in _HIDDEN_TYPES:
        return Content()
    if type == "thoughts":
        thoughts = objects_of(content.get("thoughts"))
        texts = (text_of(thought.get("content")) or text_of(thought.get("summary")) for thought in thoughts)
        return Content(reasoning="\n\n".join(filter(None, texts)))
    if role == ASSISTANT and recipient not in ("", "all"):
        return Content(tools=[recipient])
    parts = content.get("parts")
    read = attachments.content(parts if isinstance(parts, list) else content.get("text"))
    if role == ASSISTANT:
        if type == "code" and _is_json(read.text):  # arguments of a tool
            return Content()
        read.text = with_links(read.text, metadata)
    elif role == "tool":
        read.text = ""
    return read


def _is_json(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict | list)
    except (ValueError, RecursionError):
        return False
