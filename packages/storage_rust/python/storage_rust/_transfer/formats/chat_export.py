"""Recognizing and reading the conversations in the exports of chat programs."""

import hashlib
import json
from collections.abc import Callable, Iterator
from typing import Final

from ..exchange import Exchange, InvalidRecordError
from ..message_tree import Message, Thread, exchanges
from . import chatgpt, claude, librechat, message_list, open_webui
from .message_content import AttachmentCounter, Object

_Reader = Callable[[Object, AttachmentCounter], tuple[Thread, list[Message]]]

_READERS: Final[dict[str, _Reader]] = {
    "chatgpt": chatgpt.read,
    "claude": claude.read,
    "open-webui": open_webui.read,
    "librechat": librechat.read,
    "messages": message_list.read,
}


def format_of(record: Object) -> str | None:
    """The format of a conversation, by its field names."""
    if isinstance(record.get("mapping"), dict):
        return "chatgpt"
    if isinstance(record.get("chat_messages"), list):
        return "claude"
    if isinstance(record.get("chat"), dict):
        return "open-webui"
    if isinstance(record.get("messages"), list):
        return "librechat" if "conversationId" in record else "messages"
    return None


def read(format: str, record: Object, attachments: AttachmentCounter) -> Iterator[Exchange]:
    """The exchanges of one conversation."""
    thread, messages = _READERS[format](record, attachments)
    if not messages:
        raise InvalidRecordError("it has no messages")
    # A conversation without an id is identified by its content.
    id = thread.key[0] or hashlib.blake2b(json.dumps(record).encode(), digest_size=16).hexdigest()
    return exchanges(Thread((format, id), thread.title, thread.created_at), messages)
