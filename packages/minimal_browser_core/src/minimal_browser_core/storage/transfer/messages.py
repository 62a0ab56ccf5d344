"""Trees of messages as the exports of chat programs hold them, made into exchanges.

An exchange is a question and its answer. An answer that was made anew is another exchange with the same parent.
Messages of one author in a row belong together; a question without an answer is kept with an empty one. What a system
or a tool said is passed over.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from .records import Exchange, Key

USER: Final = "user"
ASSISTANT: Final = "assistant"


@dataclass(slots=True)
class Message:
    id: str
    parent: str | None
    role: str
    text: str
    model: str = ""
    timestamp: int | None = None


@dataclass(slots=True)
class _Branch:
    """What has been said on the way to a message and is in no exchange yet; `parent` is the last that is in one."""

    parent: Key | None = None
    prompt: str = ""
    asked: Message | None = None
    answer: str = ""
    answered: Message | None = None


def exchanges(thread: Key, title: str, created_at: int | None, messages: Iterable[Message]) -> Iterator[Exchange]:
    """Parents before children, whatever the order of `messages`; a message that is its own ancestor begins anew."""
    known = {message.id: message for message in messages}
    children: dict[str | None, list[Message]] = {}
    for message in known.values():
        children.setdefault(message.parent if message.parent in known else None, []).append(message)

    def closed(branch: _Branch) -> Exchange | None:
        last = branch.answered or branch.asked
        if last is None:
            return None
        model = branch.answered.model if branch.answered else ""
        first = branch.asked or last
        times = (last.timestamp, first.timestamp, created_at)
        return Exchange(
            key=(*thread, last.id),
            thread=thread,
            parent=branch.parent,
            prompt=branch.prompt,
            response=branch.answer,
            model=model,
            timestamp=next((time for time in times if time is not None), None),
            title=title,
            created_at=created_at,
        )

    seen: set[str] = set()
    for start in [*children.get(None, []), *known.values()]:
        ahead = [(start, _Branch())]
        while ahead:
            message, branch = ahead.pop()
            if message.id in seen:
                continue
            seen.add(message.id)
            if message.role == USER and branch.answered is not None:
                exchange = closed(branch)
                if exchange is not None:
                    yield exchange
                    branch = _Branch(parent=exchange.key)
            branch = _with(branch, message)
            following = [child for child in children.get(message.id, ()) if child.id not in seen]
            if len(following) != 1 and (branch.answered is not None or not following):
                exchange = closed(branch)
                if exchange is not None:
                    yield exchange
                    branch = _Branch(parent=exchange.key)
            ahead += [(child, branch) for child in reversed(following)]


def _with(branch: _Branch, message: Message) -> _Branch:
    if not message.text or message.role not in (USER, ASSISTANT):
        return branch
    if message.role == USER:
        return _Branch(branch.parent, _joined(branch.prompt, message.text), message, branch.answer, branch.answered)
    return _Branch(branch.parent, branch.prompt, branch.asked, _joined(branch.answer, message.text), message)


def _joined(before: str, text: str) -> str:
    return f"{before}\n\n{text}" if before else text
