"""Converting trees of messages, as chat programs export them, to exchanges.

An exchange is a question and its answer. A regenerated answer is another exchange with the same parent. Consecutive
messages of one role are joined; a question without an answer gets an empty one. Messages of the system and of tools are
not part of an exchange. Its metadata has the source, the reasoning and the names of the tools.
"""

from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Final

from .exchange import Exchange, Key

USER: Final = "user"
ASSISTANT: Final = "assistant"


@dataclass(slots=True)
class Message:
    """One message of a tree; `parent` is the id of the message that it follows."""

    id: str
    parent: str | None
    role: str
    text: str
    model: str = ""
    timestamp: int | None = None
    reasoning: str = ""
    tools: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Thread:
    """The conversation that the messages belong to. `link` is its address on the site of the program."""

    key: Key
    title: str
    created_at: int | None
    link: str | None = None
    metadata: dict[str, Any] = field(default_factory=dict)
    tags: tuple[str, ...] = ()


@dataclass(slots=True)
class _Branch:
    """The messages since the last exchange, which is `parent`, on the way from the root."""

    parent: Key | None = None
    prompt: str = ""
    question: Message | None = None
    response: str = ""
    answer: Message | None = None
    reasoning: str = ""
    tools: tuple[str, ...] = ()

    def exchange(self, thread: Thread) -> Exchange | None:
        last = self.answer or self.question
        if last is None:
            return None
        first = self.question or last
        times = (last.timestamp, first.timestamp, thread.created_at)
        return Exchange(
            key=(*thread.key, last.id),
            thread=thread.key,
            parent=self.parent,
            prompt=self.prompt,
            response=self.response,
            model=self.answer.model if self.answer else "",
            timestamp=next((time for time in times if time is not None), None),
            title=thread.title,
            created_at=thread.created_at,
            url=thread.link,
            tags=thread.tags,
            metadata=thread.metadata | self._details(),
        )

    def _details(self) -> dict[str, Any]:
        details = {"reasoning": self.reasoning, "tools": list(dict.fromkeys(self.tools))}
        return {name: value for name, value in details.items() if value}

    def extended(self, message: Message) -> "_Branch":
        branch = self
        if message.reasoning or message.tools:
            reasoning = joined(self.reasoning, message.reasoning)
            branch = replace(self, reasoning=reasoning, tools=self.tools + message.tools)
        if not message.text or message.role not in (USER, ASSISTANT):
            return branch
        if message.role == USER:
            return replace(branch, prompt=joined(self.prompt, message.text), question=message)
        return replace(branch, response=joined(self.response, message.text), answer=message)


def exchanges(thread: Thread, messages: Iterable[Message]) -> Iterator[Exchange]:
    """Yield parents before children, whatever the order of `messages`. A message that is its own ancestor is a root."""
    by_id = {message.id: message for message in messages}
    children: dict[str | None, list[Message]] = {}
    for message in by_id.values():
        children.setdefault(message.parent if message.parent in by_id else None, []).append(message)
    visited: set[str] = set()
    for root in [*children.get(None, []), *by_id.values()]:
        stack = [(root, _Branch())]
        while stack:
            message, branch = stack.pop()
            if message.id in visited:
                continue
            visited.add(message.id)
            if message.role == USER and branch.answer is not None:
                branch = yield from _ended(branch, thread)
            branch = branch.extended(message)
            following = [child for child in children.get(message.id, ()) if child.id not in visited]
            if len(following) != 1 and (branch.answer is not None or not following):
                branch = yield from _ended(branch, thread)
            stack += [(child, branch) for child in reversed(following)]


def _ended(branch: _Branch, thread: Thread) -> Generator[Exchange, None, _Branch]:
    """Yield the exchange of the branch, and return the branch that continues after it."""
    exchange = branch.exchange(thread)
    if exchange is None:
        return branch
    yield exchange
    return _Branch(parent=exchange.key)


def joined(before: str, text: str) -> str:
    """Two texts as paragraphs; either may be empty."""
    return f"{before}\n\n{text}" if before and text else before or text
