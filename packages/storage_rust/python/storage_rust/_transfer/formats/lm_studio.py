"""LM Studio's `<time>.conversation.json`: each message has versions, one of which was continued."""

from ..exchange import text_of
from ..message_tree import Message, Thread, joined
from ..times import parse_time
from .message_content import AttachmentCounter, Content, Object, object_of, objects_of, role_of


def is_message_list(messages: list[object]) -> bool:
    """Whether a list has messages of LM Studio."""
    return any(isinstance(object_of(message).get("versions"), list) for message in messages)


def read(record: Object, attachments: AttachmentCounter) -> tuple[Thread, list[Message]]:
    """All versions of all messages; fields may be missing."""
    messages: list[Message] = []
    parent: str | None = None
    created_at = parse_time(record.get("createdAt"))
    for n, message in enumerate(objects_of(record["messages"])):
        versions = objects_of(message.get("versions"))
        for v, version in enumerate(versions):
            content, model = _content(version, attachments)
            messages.append(
                Message(
                    f"#{n}.{v}",
                    parent,
                    role_of(version),
                    content.text,
                    model,
                    None,
                    content.reasoning,
                    tuple(content.tools),
                )
            )
        selected = message.get("currentlySelected")
        if versions:
            parent = f"#{n}.{selected if isinstance(selected, int) and 0 <= selected < len(versions) else 0}"
    # The file has no id; its time of creation is part of its name.
    return Thread((str(created_at or ""),), text_of(record.get("name")), created_at), messages


def _content(version: Object, attachments: AttachmentCounter) -> tuple[Content, str]:
    content = attachments.content(_parts(version.get("content"), attachments))
    model = text_of(object_of(version.get("senderInfo")).get("senderName"))
    for step in objects_of(version.get("steps")):
        if step.get("type") == "toolStatus":
            continue
        block = attachments.content(_parts(step.get("content"), attachments))
        content.tools += block.tools
        content.reasoning = joined(content.reasoning, block.reasoning)
        if text_of(object_of(step.get("style")).get("type")) == "thinking":
            content.reasoning = joined(content.reasoning, block.text)
        else:
            content.text = joined(content.text, block.text)
        model = text_of(object_of(step.get("genInfo")).get("identifier")) or model
    return content, model


def _parts(content: object, attachments: AttachmentCounter) -> object:
    """Parts without those of tools that LM Studio alone has; files are counted."""
    if not isinstance(content, list):
        return content
    kept: list[object] = []
    for part in content:
        type = text_of(object_of(part).get("type"))
        if type == "file":
            attachments.count += 1
        elif type == "toolCallRequest":
            kept.append({"type": "tool_call", "name": object_of(part).get("name")})
        elif type != "toolCallResult":
            kept.append(part)
    return kept
