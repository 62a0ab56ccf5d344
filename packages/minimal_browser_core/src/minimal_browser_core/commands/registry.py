"""The commands there are, by name and by every other name they answer to."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum

from minimal_browser_core.errors import CommandError

_LONGEST_SHOWN = 60


class ParameterKind(Enum):
    """What a parameter holds, and the type that the handler gets."""

    TEXT = "text"
    """All that is left of the line, quotes and all: str. Only as the sole parameter."""
    WORD = "word"
    """One word, or several in quotes: str."""
    WORDS = "words"
    """All the words that are left: tuple[str, ...]. Only as the last parameter."""
    CHOICE = "choice"
    """One of `choices`: str."""
    INTEGER = "whole number"
    NUMBER = "number"


class Completion(Enum):
    """What can be offered while a parameter is typed."""

    ADDRESS = "address"
    COMMAND = "command"
    TAB = "tab"
    TAG = "tag"


@dataclass(frozen=True, slots=True)
class Parameter:
    name: str
    """Also the keyword that the handler gets it by."""
    kind: ParameterKind
    help: str
    optional: bool = False
    choices: tuple[str, ...] = ()
    completion: Completion | None = None

    @property
    def usage(self) -> str:
        shown = (
            "|".join(self.choices)
            if self.choices
            else f"{self.name}…"
            if self.kind is ParameterKind.WORDS
            else self.name
        )
        return f"[{shown}]" if self.optional else f"<{shown}>"


@dataclass(frozen=True, slots=True)
class Command:
    """One thing that the browser can do.

    `run` is called as `run(browser, **parameters)`, with None (an empty tuple for WORDS) for an optional parameter that
    was not given, and with `count=` (int or None) where `takes_count`. It raises CommandError for what cannot be done.
    """

    name: str
    run: Callable[..., None]
    summary: str
    """One line for the help page, beginning with a capital, ending with a full stop."""
    group: str
    parameters: tuple[Parameter, ...] = ()
    aliases: tuple[str, ...] = ()
    takes_count: bool = False
    note: str = ""
    """What else a person should know: what an older name does now, what a count means."""

    def __post_init__(self) -> None:
        kinds = [parameter.kind for parameter in self.parameters]
        if ParameterKind.TEXT in kinds and len(kinds) > 1:
            raise ValueError(f"{self.name}: a TEXT parameter takes the whole line and has to be the only one")
        if ParameterKind.WORDS in kinds[:-1]:
            raise ValueError(f"{self.name}: a WORDS parameter has to be the last one")

    @property
    def usage(self) -> str:
        return " ".join([f":{self.name}", *(parameter.usage for parameter in self.parameters)])


class CommandRegistry:
    """Commands in the order in which they were added."""

    def __init__(self) -> None:
        self._commands: dict[str, Command] = {}
        self._names: dict[str, Command] = {}

    def add(self, command: Command) -> None:
        """Raises ValueError where one of its names is taken."""
        names = (command.name, *command.aliases)
        taken = [name for name in names if name in self._names]
        if taken or len(set(names)) < len(names):
            raise ValueError(f"{command.name}: the name {(taken or names)[0]!r} is used twice")
        self._commands[command.name] = command
        self._names.update(dict.fromkeys(names, command))

    def __iter__(self) -> Iterator[Command]:
        return iter(self._commands.values())

    def __len__(self) -> int:
        return len(self._commands)

    def __contains__(self, name: object) -> bool:
        return name in self._names

    @property
    def names(self) -> tuple[str, ...]:
        """Every name and alias."""
        return tuple(self._names)

    def groups(self) -> dict[str, list[Command]]:
        groups: dict[str, list[Command]] = {}
        for command in self:
            groups.setdefault(command.group, []).append(command)
        return groups

    def find(self, name: str) -> Command:
        """The command of that name or alias, or the only one whose name begins with `name`.

        Raises CommandError with the nearest names where there is none, or more than one.
        """
        if name in self._names:
            return self._names[name]
        longer = [command.name for command in self if command.name.startswith(name)]
        if len(longer) == 1:
            return self._commands[longer[0]]
        if longer:
            raise CommandError(f":{name} could be {_list(longer)}: type a letter more")
        near = _nearest(name, self.names)
        advice = f"did you mean {_list(near)}?" if near else ":help lists all commands"
        shown = name if len(name) <= _LONGEST_SHOWN else f"{name[:_LONGEST_SHOWN]}…"
        raise CommandError(f"there is no command :{shown}: {advice}")


def _nearest(name: str, names: tuple[str, ...]) -> list[str]:
    # Here, not above: difflib is slow to import and only a slip of the finger needs it.
    from difflib import get_close_matches

    return get_close_matches(name, names, n=3, cutoff=0.6)


def _list(names: list[str]) -> str:
    shown = [f":{name}" for name in names[:6]]
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} or {shown[-1]}"
