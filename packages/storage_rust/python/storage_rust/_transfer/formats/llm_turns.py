"""The tables `threads`, `turns`, `messages` and `parts` of llm since 0.36."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from ..exchange import Exchange, InvalidRecordError, Key, text_of
from ..message_tree import ASSISTANT, USER, joined
from ..sqlite_files import DamagedFileError, ForeignFile
from ..times import parse_time
from .llm_fragments import Fragments, in_order, readable
from .message_content import AttachmentCounter, Object, object_of, objects_of

_TURN: Final = (
    "id",
    "thread_id",
    "parent_message_hash",
    "tip_message_hash",
    "model",
    "resolved_model",
    "datetime_utc",
    "input_tokens",
    "output_tokens",
    "duration_ms",
)
_NUMBERS: Final = _TURN[7:]


@dataclass(slots=True)
class _Message:
    parent: str | None
    role: str
    text: str = ""
    reasoning: str = ""
    tools: list[str] = field(default_factory=list)


def read(
    file: ForeignFile, fragments: Fragments, attachments: AttachmentCounter
) -> Iterator[Exchange | InvalidRecordError]:
    """The exchanges in the order of their turns; errors follow. Turns that only answer tools belong to one exchange."""
    reader = _Reader(file, fragments, attachments)
    try:
        for row in file.rows("turns", _TURN):
            reader.add(row)
    except DamagedFileError as error:  # what was read before the damage counts
        reader.errors.append(InvalidRecordError(f"the file is damaged from here on: {error}"))
    yield from reader.exchanges.values()
    yield from reader.errors


class _Reader:
    def __init__(self, file: ForeignFile, fragments: Fragments, attachments: AttachmentCounter) -> None:
        self._messages = _messages(file, fragments, attachments)
        self._titles = {str(id): text_of(name) for id, name in readable(file.rows("threads", ["id", "name"]))}
        self._sources = {
            turn: fragments.sources(ids)
            for turn, ids in in_order(file.rows("turn_fragments", ["turn_id", "fragment_id", "order"])).items()
        }
        self._by_tip: dict[tuple[str, str], Key] = {}
        self._any_by_tip: dict[str, Key] = {}
        self.exchanges: dict[Key, Exchange] = {}
        self.errors: list[InvalidRecordError] = []

    def add(self, row: tuple[Any, ...]) -> None:
        """Add the exchange of a turn, or the answer of a turn to the exchange that it continues."""
        id, thread, parent, tip = map(str, row[:4])
        answer = self._path(tip, until=parent)
        question, before = self._question(parent)
        if not answer and not any(message.text for message in question):
            self.errors.append(InvalidRecordError("its messages are missing"))
            return
        # A fork continues an exchange of another thread.
        previous = self._by_tip.get((thread, before)) or self._any_by_tip.get(before)
        exchange = self._continued(previous, question) or self._new(row, previous, question, before)
        self._add_answer(exchange, answer)
        self._by_tip[thread, tip] = self._any_by_tip[tip] = exchange.key
        sources = self._sources.get(id)
        if sources:
            exchange.metadata["fragments"] = sources

    def _path(self, tip: str, until: str) -> list[_Message]:
        """The messages from `until`, which is not included, to `tip`."""
        path: list[_Message] = []
        seen: set[str] = set()
        hash: str | None = tip
        while hash is not None and hash != until and hash in self._messages and hash not in seen:
            seen.add(hash)
            path.append(self._messages[hash])
            hash = self._messages[hash].parent
        return path[::-1]

    def _question(self, parent: str) -> tuple[list[_Message], str]:
        """The messages of the user and of tools before the answer, and the hash of the message before them."""
        question: list[_Message] = []
        seen: set[str] = set()
        hash: str | None = parent
        while hash is not None and hash in self._messages and hash not in seen:
            message = self._messages[hash]
            if message.role not in (USER, "tool"):
                break
            seen.add(hash)
            question.append(message)
            hash = message.parent
        return question[::-1], hash or ""

    def _continued(self, previous: Key | None, question: list[_Message]) -> Exchange | None:
        """The exchange whose tools this turn answers, if it asks nothing itself."""
        asks = any(message.role == USER for message in question)
        return None if previous is None or asks or not question else self.exchanges[previous]

    def _new(self, row: tuple[Any, ...], previous: Key | None, question: list[_Message], before: str) -> Exchange:
        id, thread, model, resolved = str(row[0]), str(row[1]), text_of(row[4]), text_of(row[5])
        system = self._messages[before].text if before in self._messages and previous is None else ""
        details: Object = {"source": "llm", "id": thread, "system": system}
        details["resolved_model"] = resolved if resolved != model else ""
        details |= {name: value for name, value in zip(_NUMBERS, row[7:], strict=True) if isinstance(value, int)}
        key: Key = ("llm", id)
        exchange = Exchange(
            key=key,
            thread=("llm conversation", thread),
            parent=previous,
            prompt="\n\n".join(message.text for message in question if message.role == USER and message.text),
            response="",
            model=model,
            timestamp=parse_time(row[6]),
            title=self._titles.get(thread, ""),
            metadata={name: value for name, value in details.items() if value},
        )
        self.exchanges[key] = exchange
        return exchange

    def _add_answer(self, exchange: Exchange, answer: list[_Message]) -> None:
        metadata = exchange.metadata
        for message in answer:
            if message.role == ASSISTANT:
                exchange.response = joined(exchange.response, message.text)
            if message.reasoning:
                metadata["reasoning"] = joined(text_of(metadata.get("reasoning")), message.reasoning)
            if message.tools:
                metadata["tools"] = list(dict.fromkeys([*metadata.get("tools", []), *message.tools]))


def _messages(file: ForeignFile, fragments: Fragments, attachments: AttachmentCounter) -> dict[str, _Message]:
    """The messages by their hashes, with their texts."""
    messages: dict[str, _Message] = {}
    for hash, parent, role in readable(file.rows("messages", ["hash", "parent_hash", "role"])):
        messages[str(hash)] = _Message(parent if isinstance(parent, str) else None, text_of(role))
    parts = list(readable(file.rows("parts", ["message_hash", "position", "type", "tool_name", "text", "payload"])))
    parts.sort(key=lambda part: part[1] if isinstance(part[1], int) else 0)
    for hash, _, type, tool, text, payload in parts:
        message = messages.get(str(hash))
        if message is not None:
            _add_part(message, type, text_of(tool), _text(text, payload, fragments))
            attachments.count += type == "attachment"
    return messages


def _add_part(message: _Message, type: object, tool: str, text: str) -> None:
    if type == "text":
        message.text = joined(message.text, text)
    elif type == "reasoning":
        message.reasoning = joined(message.reasoning, text)
    elif type == "tool_call" and tool:
        message.tools.append(tool)


def _text(text: object, payload: object, fragments: Fragments) -> str:
    """The text of a part: literal, or joined from pieces that are literal or fragments."""
    if isinstance(text, str) or not isinstance(payload, str):
        return text_of(text)
    try:
        pieces = objects_of(object_of(json.loads(payload)).get("text_ref"))
    except (ValueError, RecursionError):
        return ""
    texts = fragments.texts(_id(piece.get("fragment")) for piece in pieces if "literal" not in piece)
    return "".join(text_of(piece["literal"]) if "literal" in piece else next(texts) for piece in pieces)


def _id(value: object) -> object:
    return value if isinstance(value, int | str) else None
