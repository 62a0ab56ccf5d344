"""A long conversation."""

from contenders.basics import Messages

LENGTH = 490
_TEXT = 'The quick brown fox „jumps“ over the lazy dog, "twice"; then it rests.\n' * 28


def conversation(name: str) -> Messages:
    """1 MB of messages. Every text begins with the name, so that no two conversations have a text in common."""
    roles = ("user", "assistant")
    return [{"role": roles[number % 2], "content": f"{name} {number}: {_TEXT}"} for number in range(LENGTH)]


def turn() -> Messages:
    """The two messages that extend a conversation."""
    return [{"role": "assistant", "content": "It rests."}, {"role": "user", "content": "And then?"}]
