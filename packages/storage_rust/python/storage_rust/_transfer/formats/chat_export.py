"""Recognizing and reading the conversations in the exports of chat programs."""

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final

from ..exchange import Exchange, InvalidRecordError
from ..message_tree import Message, Thread, exchanges
from . import (
    chatgpt,
    claude,
    copilot,
    deepseek,
    gemini,
    grok,
    librechat,
    lm_studio,
    loose_messages,
    message_list,
    open_webui,
    perplexity,
)
from .message_content import AttachmentCounter, Object

_Reader = Callable[[Object, AttachmentCounter], tuple[Thread, list[Message]]]

NAMES: Final = {
    "chatgpt": "ChatGPT",
    "claude": "Claude",
    "open-webui": "Open WebUI",
    "librechat": "LibreChat",
    "deepseek": "DeepSeek",
    "grok": "Grok",
    "mistral": "Mistral Le Chat",
    "gemini": "Gemini (Google Takeout)",
    "perplexity": "Perplexity",
    "jan": "Jan",
    "lm-studio": "LM Studio",
    "copilot": "Microsoft Copilot",
}
_READERS: Final[dict[str, _Reader]] = {
    "chatgpt": chatgpt.read,
    "claude": claude.read,
    "open-webui": open_webui.read,
    "librechat": librechat.read,
    "deepseek": deepseek.read,
    "grok": grok.read,
    "mistral": loose_messages.read,
    "gemini": gemini.read,
    "perplexity": perplexity.read,
    "jan": loose_messages.read,
    "lm-studio": lm_studio.read,
    "copilot": copilot.read,
    "messages": message_list.read,
}
_FIELDS: Final = {"chat_messages": ("claude", list), "chat": ("open-webui", dict), "messagesTree": ("librechat", list)}


def format_of(record: Object) -> str | None:
    """The format of a conversation, by its field names."""
    if isinstance(record.get("mapping"), dict):
        return "deepseek" if deepseek.is_mapping(record["mapping"]) else "chatgpt"
    for name, (format, type) in _FIELDS.items():
        if isinstance(record.get(name), type):
            return format
    if isinstance(record.get("conversation"), dict) and isinstance(record.get("responses"), list):
        return "grok"
    if gemini.is_activity(record):
        return "gemini"
    if perplexity.is_thread(record):
        return "perplexity"
    return _format_of_messages(record)


def _format_of_messages(record: Object) -> str | None:
    messages = record.get("messages")
    if loose_messages.FORMAT in record:
        return str(record[loose_messages.FORMAT])
    if "conversationId" in record and isinstance(messages, list | dict):
        return "librechat"
    if not isinstance(messages, list):
        return None
    return "lm-studio" if lm_studio.is_message_list(messages) else "messages"


def read(format: str, record: Object, attachments: AttachmentCounter) -> Iterator[Exchange]:
    """The exchanges of one conversation."""
    thread, messages = _READERS[format](record, attachments)
    if not messages:
        raise InvalidRecordError("it has no messages")
    id = str(thread.key[0])
    metadata = {"source": format, **({"id": id} if id else {}), **thread.metadata}
    # A conversation without an id is identified by its content.
    key = id or hashlib.blake2b(json.dumps(record).encode(), digest_size=16).hexdigest()
    return exchanges(replace(thread, key=(format, key), metadata=metadata), messages)
