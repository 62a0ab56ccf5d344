"""What does not fit a schema, and where."""

from collections.abc import Sequence
from typing import Any

Path = tuple[str | int, ...]


class MismatchError(ValueError):
    """A value does not fit its schema. `problems` has one line each: `items[2].price: must be a number, not "x"`."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = tuple(problems)


def at(path: Path, text: object) -> str:
    """A problem with its place."""
    place = ""
    for step in path:
        if isinstance(step, int):
            place += f"[{step}]"
        else:
            place += f".{step}" if place else step
    return f"{place}: {text}" if place else str(text)


def shown(value: Any) -> str:
    """A short form of a JSON value for a problem."""
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "an array"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    text = repr(value) if not isinstance(value, str) else f'"{value}"'
    return text if len(text) <= 60 else f"{text[:60]}…"
