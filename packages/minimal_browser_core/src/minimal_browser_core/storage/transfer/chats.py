"""The exports of chat programs, one conversation an object: ChatGPT, Claude, Open WebUI, LibreChat, and bare messages.

Fields may be missing everywhere but where the words are: the shapes are those of many versions of these programs.
"""

import hashlib
import json
from collections.abc import Callable, Iterator
from typing import Any, Final

from .messages import ASSISTANT, USER, Message, exchanges
from .records import Exchange, NoRecordError, moment, text_of

Object = dict[str, Any]
Count = Callable[[int], object]
_ROLES: Final = {"human": USER, "model": ASSISTANT}


def kind_of(record: Object) -> str | None:
    """The format that the object is written in, by the names that it has."""
    if isinstance(record.get("mapping"), dict):
        return "chatgpt"
    if isinstance(record.get("chat_messages"), list):
        return "claude"
    if isinstance(record.get("chat"), dict):
        return "open-webui"
    if isinstance(record.get("messages"), list):
        return "librechat" if "conversationId" in record else "messages"
    return None


def read(kind: str, record: Object, attachments: Count) -> Iterator[Exchange]:
    """The exchanges of one conversation; `attachments` is told how many were left out."""
    messages, title, created, id = _READERS[kind](record, attachments)
    if not messages:
        raise NoRecordError("it holds no messages")
    # A conversation without an id is known by what it says.
    name = id or hashlib.blake2b(json.dumps(record).encode(), digest_size=16).hexdigest()
    return exchanges((kind, name), title, created, messages)


_Read = tuple[list[Message], str, int | None, str]


def _chatgpt(record: Object, attachments: Count) -> _Read:
    mapping: Object = record["mapping"]
    parents: dict[str, str] = {}
    for id, node in mapping.items():
        if isinstance(node, dict):
            children = node.get("children")
            for child in children if isinstance(children, list) else ():
                if isinstance(child, str):
                    parents[child] = id
            if isinstance(node.get("parent"), str):
                parents[id] = node["parent"]
    messages = []
    for id, node in mapping.items():
        message = _object(node.get("message")) if isinstance(node, dict) else {}
        metadata, content = _object(message.get("metadata")), _object(message.get("content"))
        parts = content.get("parts")
        text = _text(parts if isinstance(parts, list) else content.get("text"), attachments)
        _count(metadata.get("attachments"), attachments)
        messages.append(
            Message(
                id,
                parents.get(id),
                ""
                if metadata.get("is_visually_hidden_from_conversation") is True
                else _role(_object(message.get("author"))),
                text,
                text_of(metadata.get("model_slug")),
                moment(message.get("create_time")),
            )
        )
    id = text_of(record.get("conversation_id")) or text_of(record.get("id"))
    return messages, text_of(record.get("title")), moment(record.get("create_time")), id


def _claude(record: Object, attachments: Count) -> _Read:
    messages: list[Message] = []
    for n, message in enumerate(_objects(record["chat_messages"])):
        text = text_of(message.get("text")) or _text(message.get("content"), attachments)
        _count(message.get("attachments"), attachments)
        _count(message.get("files"), attachments)
        parent = text_of(message.get("parent_message_uuid")) or (messages[-1].id if messages else None)
        messages.append(
            Message(
                text_of(message.get("uuid")) or f"#{n}",
                parent,
                _role({"role": message.get("sender")}),
                text,
                text_of(record.get("model")),
                moment(message.get("created_at")),
            )
        )
    return messages, text_of(record.get("name")), moment(record.get("created_at")), text_of(record.get("uuid"))


def _open_webui(record: Object, attachments: Count) -> _Read:
    chat: Object = record["chat"]
    history = _object(chat.get("history")).get("messages")
    if isinstance(history, dict):
        found = [{"id": id, **message} for id, message in history.items() if isinstance(message, dict)]
    else:
        found = _objects(chat.get("messages"))
    models = chat.get("models")
    model = text_of(models[0]) if isinstance(models, list) and models else ""
    messages: list[Message] = []
    for n, message in enumerate(found):
        _count(message.get("files"), attachments)
        parent = message.get("parentId") if "parentId" in message else (messages[-1].id if messages else None)
        messages.append(
            Message(
                text_of(message.get("id")) or f"#{n}",
                parent if isinstance(parent, str) else None,
                _role(message),
                _text(message.get("content"), attachments),
                text_of(message.get("model")) or model,
                moment(message.get("timestamp")),
            )
        )
    created = moment(record.get("created_at")) or moment(chat.get("timestamp"))
    title = text_of(record.get("title")) or text_of(chat.get("title"))
    return messages, title, created, text_of(record.get("id")) or text_of(chat.get("id"))


def _librechat(record: Object, attachments: Count) -> _Read:
    options = _object(record.get("options"))
    model = text_of(options.get("model")) or text_of(record.get("model"))
    messages: list[Message] = []
    nested: list[tuple[Object, str | None]] = [(message, None) for message in reversed(_objects(record["messages"]))]
    while nested:
        message, above = nested.pop()
        id = text_of(message.get("messageId")) or f"#{len(messages)}"
        _count(message.get("files"), attachments)
        by_user = message.get("isCreatedByUser")
        by_user = text_of(message.get("sender")).lower() == "user" if by_user is None else bool(by_user)
        messages.append(
            Message(
                id,
                above or text_of(message.get("parentMessageId")) or None,
                USER if by_user else ASSISTANT,
                text_of(message.get("text")) or _text(message.get("content"), attachments),
                "" if by_user else text_of(message.get("model")) or model,
                moment(message.get("createdAt")),
            )
        )
        nested += [(child, id) for child in reversed(_objects(message.get("children")))]
    title, created = text_of(record.get("title")), moment(record.get("createdAt"))
    return messages, title, created, text_of(record.get("conversationId"))


def _bare(record: Object, attachments: Count) -> _Read:
    messages: list[Message] = []
    for n, message in enumerate(_objects(record["messages"])):
        text = _text(message.get("content"), attachments)
        model, time = text_of(message.get("model")) or text_of(record.get("model")), moment(message.get("timestamp"))
        messages.append(Message(f"#{n}", f"#{n - 1}", _role(message), text, model, time))
    return messages, text_of(record.get("title")), moment(record.get("timestamp")), text_of(record.get("id"))


_READERS: Final[dict[str, Callable[[Object, Count], _Read]]] = {
    "chatgpt": _chatgpt,
    "claude": _claude,
    "open-webui": _open_webui,
    "librechat": _librechat,
    "messages": _bare,
}


def _object(value: object) -> Object:
    return value if isinstance(value, dict) else {}


def _objects(value: object) -> list[Object]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _role(message: Object) -> str:
    role = text_of(message.get("role")).lower()
    return _ROLES.get(role, role)


def _count(value: object, attachments: Count) -> None:
    if isinstance(value, list):
        attachments(len(value))


def _text(content: object, attachments: Count) -> str:
    """A text, or the texts among parts; a part without one is an attachment."""
    if isinstance(content, str):
        return content
    texts: list[str] = []
    for part in content if isinstance(content, list) else ():
        if isinstance(part, str):
            texts.append(part)
        elif isinstance(part, dict):
            text = part.get("text")
            text = text.get("value") if isinstance(text, dict) else text
            if isinstance(text, str):
                texts.append(text)
            elif "thinking" not in part and part.get("type") not in ("tool_use", "tool_result"):
                attachments(1)
    return "\n\n".join(text for text in texts if text)
