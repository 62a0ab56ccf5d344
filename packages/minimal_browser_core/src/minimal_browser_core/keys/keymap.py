"""Which keys run which command line, a tree of keys for each mode."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Self

from minimal_browser_core.errors import ConfigError
from minimal_browser_core.keys.default_bindings import DEFAULT_BINDINGS
from minimal_browser_core.keys.modes import Mode
from minimal_browser_core.keys.notation import KeyNotationError, parse_keys

CommandCheck = Callable[[str], str | None]
"""Says in words what is wrong with a command line, None where nothing is."""


@dataclass(slots=True)
class KeyNode:
    """A point in the tree: the command that the keys so far run, and the keys that may follow."""

    command: str | None = None
    children: dict[str, "KeyNode"] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Binding:
    mode: Mode
    keys: str
    """In normal form, as a person types them."""
    command: str


class Keymap:
    """The bindings of every mode. A sequence may begin another (`g` and `gg`): what is typed decides, then time."""

    def __init__(self, bindings: Mapping[Mode, Mapping[str, str]] = DEFAULT_BINDINGS) -> None:
        self._roots = {mode: KeyNode() for mode in Mode}
        for mode, table in bindings.items():
            for keys, command in table.items():
                self.bind(mode, keys, command)

    def root(self, mode: Mode) -> KeyNode:
        return self._roots[mode]

    def bind(self, mode: Mode, keys: str, command: str) -> None:
        """Give `keys` a command line, instead of the one they had. Raises ConfigError for keys that cannot be bound."""
        node = self._roots[mode]
        for key in _sequence(mode, keys):
            node = node.children.setdefault(key, KeyNode())
        node.command = command

    def unbind(self, mode: Mode, keys: str) -> None:
        """Raises ConfigError where nothing is bound to `keys`."""
        sequence = _sequence(mode, keys)
        path = [self._roots[mode]]
        for key in sequence:
            child = path[-1].children.get(key)
            if child is None:
                raise ConfigError(f"[keys.{mode.value}] nothing is bound to {''.join(sequence)}")
            path.append(child)
        if path[-1].command is None:
            raise ConfigError(f"[keys.{mode.value}] nothing is bound to {''.join(sequence)}")
        path[-1].command = None
        for parent, key in zip(reversed(path[:-1]), reversed(sequence), strict=True):
            child = parent.children[key]
            if child.command is not None or child.children:
                break
            del parent.children[key]

    def bindings(self, mode: Mode) -> Iterator[Binding]:
        """All of a mode, in the order in which they were first bound."""
        stack = [("", self._roots[mode])]
        while stack:
            keys, node = stack.pop()
            if node.command is not None:
                yield Binding(mode, keys, node.command)
            stack.extend((keys + key, child) for key, child in reversed(node.children.items()))

    def keys_for(self, command: str, mode: Mode = Mode.NORMAL) -> list[str]:
        """The keys bound to exactly this command line."""
        return [binding.keys for binding in self.bindings(mode) if binding.command == command]

    @classmethod
    def from_config(cls, tables: Mapping[str, Mapping[str, str]], check: CommandCheck | None = None) -> Self:
        """The default bindings with those of the config file over them: `[keys.normal]`, `"J" = "tab-next"`.

        An empty command takes a binding away. Every problem is found before anything is raised: one ConfigError names
        them all, a line each.
        """
        keymap = cls()
        problems: list[str] = []
        for name, table in tables.items():
            mode = _mode(name)
            if mode is None:
                known = ", ".join(mode.value for mode in Mode)
                problems.append(f"[keys.{name}] there is no mode {name!r}: the modes are {known}")
            else:
                problems.extend(keymap._apply(mode, table, check))
        if problems:
            raise ConfigError("\n".join(problems))
        return keymap

    def _apply(self, mode: Mode, table: Mapping[str, str], check: CommandCheck | None) -> Iterator[str]:
        spelled: dict[tuple[str, ...], str] = {}
        for keys, command in table.items():
            where = f"[keys.{mode.value}] {keys!r}"
            try:
                sequence = _sequence(mode, keys)
                if sequence in spelled:
                    yield f"{where} is the same as {spelled[sequence]!r}: keep one of them"
                    continue
                spelled[sequence] = keys
                if not command.strip():
                    self.unbind(mode, keys)
                    continue
            except ConfigError as error:
                yield str(error)
                continue
            wrong = check(command) if check else None
            if wrong:
                yield f"{where} = {command!r}: {wrong}"
            else:
                self.bind(mode, keys, command)


def _mode(name: str) -> Mode | None:
    return next((mode for mode in Mode if mode.value == name), None)


def _sequence(mode: Mode, keys: str) -> tuple[str, ...]:
    try:
        sequence = parse_keys(keys)
    except KeyNotationError as error:
        raise ConfigError(f"[keys.{mode.value}] {keys!r} cannot be bound: {error}") from None
    if mode.takes_counts and sequence[0] in set("123456789"):
        raise ConfigError(f"[keys.{mode.value}] {keys!r} cannot be bound: {sequence[0]} begins a count, as in 3j")
    return sequence
