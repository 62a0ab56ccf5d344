"""DeepSeek's `conversations.json`: a tree like that of ChatGPT, whose messages consist of fragments.

Older exports have the texts in `content` and `reasoning_content`, and no role: questions and answers alternate.
"""

from typing import Final

from ..exchange import text_of
from ..message_tree import ASSISTANT, USER, Message, Thread, joined
from ..times import parse_time
from .chatgpt import parents_of
from .message_content import AttachmentCounter, Content, Object, object_of, objects_of

_REQUEST: Final = "REQUEST"


def is_mapping(mapping: Object) -> bool:
    """Whether the nodes of a tree have messages of DeepSeek."""
    messages = (object_of(object_of(node).get("message")) for node in mapping.values())
    return any("fragments" in message or "reasoning_content" in message for message in messages)


def read(record: Object, attachments: AttachmentCounter) -> tuple[Thread, list[Message]]:
    """The messages of one conversation; fields may be missing."""
    nodes = {id: node for id, node in object_of(record["mapping"]).items() if isinstance(node, dict)}
    parents = parents_of(nodes)
    depths = _depths(parents, nodes)
    messages: list[Message] = []
    for id, node in nodes.items():
        message = object_of(node.get("message"))
        attachments.add(message.get("files"))
        role, content = _content(message, is_question=depths[id] % 2 == 1)
        model = text_of(message.get("model")) if role == ASSISTANT else ""
        time = parse_time(message.get("inserted_at"))
        messages.append(
            Message(id, parents.get(id), role, content.text, model, time, content.reasoning, tuple(content.tools))
        )
    id = text_of(record.get("id"))
    link = f"https://chat.deepseek.com/a/chat/s/{id}" if id else None
    return Thread((id,), text_of(record.get("title")), parse_time(record.get("inserted_at")), link), messages


def _content(message: Object, *, is_question: bool) -> tuple[str, Content]:
    fragments = objects_of(message.get("fragments"))
    if not fragments:
        text, reasoning = text_of(message.get("content")), text_of(message.get("reasoning_content"))
        return (USER if is_question else ASSISTANT), Content(text, reasoning)
    content = Content()
    role = ASSISTANT
    for fragment in fragments:
        type, text = fragment.get("type"), text_of(fragment.get("content"))
        if type == "THINK":
            content.reasoning = joined(content.reasoning, text)
        elif type in (_REQUEST, "RESPONSE"):
            role = USER if type == _REQUEST else role
            content.text = joined(content.text, text)
        elif isinstance(type, str):
            content.tools.append(type.lower())
    return role, content


def _depths(parents: dict[str, str], nodes: dict[str, Object]) -> dict[str, int]:
    """How many ancestors each node has. A node among its own ancestors has none."""
    depths: dict[str, int] = {}
    for id in nodes:
        path: dict[str, None] = {}
        current: str | None = id
        while current is not None and current in nodes and current not in depths and current not in path:
            path[current] = None
            current = parents.get(current)
        depth = depths.get(current, -1) if current is not None else -1
        for node in reversed(path):
            depth += 1
            depths[node] = depth
    return depths
