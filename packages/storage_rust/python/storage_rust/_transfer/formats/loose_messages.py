"""Files with one record per message: `messages.jsonl` of Jan, and `chat-<id>.json` of Mistral Le Chat.

Consecutive messages of one conversation are joined to one record, `{"messages": […]}`, before it is read.
"""

from collections.abc import Iterator
from typing import Final

from ..exchange import text_of
from ..json_stream import JsonItem
from ..message_tree import Message, Thread
from ..times import parse_time
from .message_content import AttachmentCounter, Object, object_of, objects_of, role_of

FORMAT: Final = "\0format"  # a name that no record of a file has by accident
_THREAD: Final = "\0thread"
_MAX_MESSAGES: Final = 100_000  # of one conversation
_LINKS: Final = {"mistral": "https://chat.mistral.ai/chat/{}"}


def grouped(items: Iterator[JsonItem], name: str) -> Iterator[JsonItem]:
    """Join the messages of each conversation; other records are unchanged. `name` is its id if messages have none."""
    group: list[Object] = []
    current: tuple[str, str] | None = None
    for item in items:
        if item.is_blank:
            yield item
            continue
        key = _conversation_of(item.value, name)
        if group and (key != current or len(group) == _MAX_MESSAGES):
            yield _joined(group, current)
            group = []
        current = key
        if key is None:
            yield item
        else:
            group.append(item.value)
    if group:
        yield _joined(group, current)


def _conversation_of(record: object, name: str) -> tuple[str, str] | None:
    """The format of a message and the id of its conversation, or None if the record is no such message."""
    if not isinstance(record, dict) or not isinstance(record.get("role"), str):
        return None
    if record.get("object") == "thread.message" or ("thread_id" in record and "content" in record):
        return "jan", text_of(record.get("thread_id")) or name
    if "chatId" in record or "contentChunks" in record:
        return "mistral", text_of(record.get("chatId")) or name.removeprefix("chat-")
    return None


def _joined(messages: list[Object], key: tuple[str, str] | None) -> JsonItem:
    format, thread = key or ("", "")
    return JsonItem({FORMAT: format, _THREAD: thread, "messages": messages}, count=len(messages))


def read(record: Object, attachments: AttachmentCounter) -> tuple[Thread, list[Message]]:
    """The messages of one conversation, in the order of their times; each is the parent of the next."""
    format, id = str(record[FORMAT]), str(record[_THREAD])
    messages: list[Message] = []
    found = objects_of(record["messages"])
    times = [parse_time(message.get("created_at", message.get("createdAt"))) for message in found]
    order = sorted(range(len(found)), key=lambda n: times[n] or 0)
    for n in order:
        message = found[n]
        chunks = message.get("contentChunks")
        content = attachments.content(chunks or message.get("content"))
        attachments.add(message.get("files"))
        attachments.add(message.get("attachments"))
        if chunks:  # pieces of one text
            content.text = text_of(message.get("content")) or "".join(map(_chunk_text, objects_of(chunks)))
        messages.append(
            Message(
                text_of(message.get("id")) or f"#{n}",
                messages[-1].id if messages else None,
                role_of(message),
                content.text,
                text_of(message.get("model")) or text_of(object_of(message.get("metadata")).get("modelId")),
                times[n],
                content.reasoning,
                tuple(content.tools),
            )
        )
    link = _LINKS[format].format(id) if format in _LINKS else None
    title = next((text_of(message.get("title")) for message in found if message.get("title")), "")
    return Thread((id,), title, next((time for time in sorted(filter(None, times))), None), link), messages


def _chunk_text(chunk: Object) -> str:
    return text_of(chunk.get("text")) if chunk.get("type") == "text" else ""
