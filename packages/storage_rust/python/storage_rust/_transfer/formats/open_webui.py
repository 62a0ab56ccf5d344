"""Open WebUI's export: each record has a `chat` with a tree or a list of messages."""

import html
import re
from typing import Final

from ..exchange import tags_of, text_of
from ..message_tree import Message, Thread, joined
from ..times import parse_time
from .message_content import AttachmentCounter, Content, Object, object_of, objects_of, role_of

# Reasoning, calls of tools and code are parts of the text of an answer.
_DETAILS: Final = re.compile(
    r"""<details\b(?P<attributes>[^>]*\btype="(?P<type>reasoning|tool_calls|code_interpreter)"[^>]*)>
        (?:\s*<summary>[^<]*</summary>)?(?P<content>.*?)</details>\s*""",
    re.DOTALL | re.VERBOSE,
)
_NAME: Final = re.compile(r'\bname="([^"]*)"')
_QUOTE: Final = re.compile(r"^&?(?:>|gt;) ?", re.MULTILINE)


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
        content = _content(node, attachments)
        messages.append(
            Message(
                text_of(node.get("id")) or f"#{n}",
                parent if isinstance(parent, str) else None,
                role_of(node),
                content.text,
                text_of(node.get("model")) or model,
                parse_time(node.get("timestamp")),
                content.reasoning,
                tuple(content.tools),
            )
        )
    return _thread(record, chat), messages


def _thread(record: Object, chat: Object) -> Thread:
    id = text_of(record.get("id")) or text_of(chat.get("id"))
    title = text_of(record.get("title")) or text_of(chat.get("title"))
    created_at = parse_time(record.get("created_at")) or parse_time(chat.get("timestamp"))
    tags = object_of(record.get("meta")).get("tags") or chat.get("tags")
    return Thread((id,), title, created_at, tags=tuple(tags_of(tags)))


def _content(node: Object, attachments: AttachmentCounter) -> Content:
    """The text of a message without the parts that are not said, which go to the reasoning and the tools."""
    content = attachments.content(node.get("content"))
    for match in _DETAILS.finditer(content.text):
        if match["type"] == "reasoning":
            text = html.unescape(_QUOTE.sub("", match["content"].strip()))
            content.reasoning = joined(content.reasoning, text)
        else:
            name = _NAME.search(match["attributes"])
            content.tools.append(html.unescape(name[1]) if name else match["type"])
    content.text = _DETAILS.sub("", content.text).strip() if "<details" in content.text else content.text
    return content
