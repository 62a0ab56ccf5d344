"""A conversation as it is before anyone has stored it."""

from typing import NamedTuple


class Row(NamedTuple):
    """A conversation."""

    timestamp: int  # milliseconds
    prompt: str
    response: str
    model: str
