"""Refuse settings that a client does not have, with the name of the nearest one."""

from collections.abc import Callable, Iterable
from typing import Any

_TIMERS = "connect_timeout, idle_timeout, first_token_timeout, stall_timeout, end_timeout and total_timeout"


def refuse_unknown_settings(function: Callable[..., Any], unknown: Iterable[str]) -> None:
    """Raise `TypeError` if there are `unknown` keyword arguments of `function`."""
    import inspect

    for name in unknown:
        if name == "timeout":
            raise TypeError(f"timeout is an option of each call, its total; the timers of the client are {_TIMERS}")
        parameters = inspect.signature(function).parameters.values()
        names = [each.name for each in parameters if each.kind in (each.KEYWORD_ONLY, each.POSITIONAL_OR_KEYWORD)]
        nearest = _nearest(name, [each for each in names if each != "self"])
        raise TypeError(f"{name} is not a setting of the client; did you mean {nearest}?")


def _nearest(name: str, names: list[str]) -> str:
    import difflib

    contained = max((each for each in names if each in name), key=len, default=None)
    return contained or max(names, key=lambda each: difflib.SequenceMatcher(None, name, each).ratio())
