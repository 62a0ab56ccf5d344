"""A long conversation."""

from contenders.basics import Messages

LENGTH = 490
_TEXT = 'The quick brown fox „jumps“ over the lazy dog, "twice"; then it rests.\n' * 28


def conversation(name: str) -> Messages:
    """1 MB of messages, in which every text begins with the name: no client has seen any of them under another."""
    roles = ("user", "assistant")
    return [{"role": roles[number % 2], "content": f"{name} {number}: {_TEXT}"} for number in range(LENGTH)]


def turn() -> Messages:
    """What a conversation grows by."""
    return [{"role": "assistant", "content": "It rests."}, {"role": "user", "content": "And then?"}]
