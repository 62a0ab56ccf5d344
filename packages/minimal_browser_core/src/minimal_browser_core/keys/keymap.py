"""Which keys run which command line: a tree of keys for each mode, with labels that a menu can show."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, Self

from minimal_browser_core.errors import ConfigError
from minimal_browser_core.keys.default_bindings import DEFAULT_BINDINGS, GROUP_LABELS
from minimal_browser_core.keys.modes import Mode
from minimal_browser_core.keys.notation import KeyNotationError, parse_keys

CommandCheck = Callable[[str], str | None]
"""Says what is wrong with a command line, or None."""

CommandLabel = Callable[[str], str]
"""Says in a few words what a command line does."""


@dataclass(slots=True)
class KeyNode:
    """A point in the tree: the command line that the keys so far run, and the keys that may follow."""

    command: str | None = None
    children: dict[str, "KeyNode"] = field(default_factory=dict)

    def descendant(self, keys: Iterable[str]) -> "KeyNode | None":
        """The node that `keys` lead to."""
        node: KeyNode | None = self
        for key in keys:
            node = node.children.get(key) if node else None
        return node


@dataclass(frozen=True, slots=True)
class Binding:
    """Keys of a mode and what they run."""

    mode: Mode
    keys: str
    """In normal form, as a user types them."""
    command: str


class Continuation(NamedTuple):
    """A key that may follow a prefix."""

    key: str
    label: str
    """What the key runs, or what the bindings that start with it have in common."""
    is_group: bool
    """Whether more keys follow."""


class Keymap:
    """The bindings of every mode. A sequence may start another (`g` and `gg`): the next key decides, or a timer."""

    def __init__(
        self,
        bindings: Mapping[Mode, Mapping[str, str]] = DEFAULT_BINDINGS,
        group_labels: Mapping[Mode, Mapping[str, str]] = GROUP_LABELS,
        describe: CommandLabel = str,
    ) -> None:
        """`describe` labels the command lines for `continuations`. Raises ConfigError for keys that cannot be bound."""
        self._roots = {mode: KeyNode() for mode in Mode}
        self._group_labels = group_labels
        self._describe = describe
        for mode, table in bindings.items():
            for keys, command in table.items():
                node = self._roots[mode]
                for key in _sequence(mode, keys):
                    node = node.children.setdefault(key, KeyNode())
                node.command = command

    def root(self, mode: Mode) -> KeyNode:
        """The node that no keys lead to."""
        return self._roots[mode]

    def bindings(self, mode: Mode) -> Iterator[Binding]:
        """All bindings of a mode, in the order in which they were first made."""
        stack = [("", self._roots[mode])]
        while stack:
            keys, node = stack.pop()
            if node.command is not None:
                yield Binding(mode, keys, node.command)
            stack.extend((keys + key, child) for key, child in reversed(node.children.items()))

    def keys_for(self, command: str, mode: Mode = Mode.NORMAL) -> list[str]:
        """The keys bound to exactly this command line."""
        return [binding.keys for binding in self.bindings(mode) if binding.command == command]

    def continuations(self, mode: Mode, prefix: str = "") -> list[Continuation]:
        """The keys that may follow `prefix`, in the order in which they were first bound; none if it starts nothing."""
        keys = parse_keys(prefix) if prefix else ()
        node = self._roots[mode].descendant(keys)
        children = node.children if node else {}
        return [
            Continuation(key, self._label(mode, "".join(keys) + key, child), bool(child.children))
            for key, child in children.items()
        ]

    def _label(self, mode: Mode, keys: str, node: KeyNode) -> str:
        if node.children and (label := self._group_labels.get(mode, {}).get(keys)):
            return label
        return f"{len(node.children)} keys" if node.command is None else self._describe(node.command)

    @classmethod
    def from_config(
        cls,
        tables: Mapping[str, Mapping[str, str]],
        check: CommandCheck | None = None,
        describe: CommandLabel = str,
    ) -> Self:
        """The default bindings, changed by those of the settings: `[keys.normal]`, `"J" = "tab-next"`.

        An empty command removes a binding. Raises one ConfigError with all problems, one per line.
        """
        bindings = {mode: dict(table) for mode, table in DEFAULT_BINDINGS.items()}
        problems: list[str] = []
        for name, table in tables.items():
            mode = _mode(name)
            if mode is None:
                known = ", ".join(mode.value for mode in Mode)
                problems.append(f"[keys.{name}] There is no mode {name!r}. The modes are {known}.")
            else:
                problems.extend(_change(bindings[mode], mode, table, check))
        if problems:
            raise ConfigError("\n".join(problems))
        return cls(bindings, describe=describe)


def _change(
    bindings: dict[str, str], mode: Mode, table: Mapping[str, str], check: CommandCheck | None
) -> Iterator[str]:
    """Change the bindings of one mode, whose keys are in normal form; the problems with that, one by one."""
    spellings: dict[str, str] = {}
    for keys, command in table.items():
        try:
            normal = "".join(_sequence(mode, keys))
        except ConfigError as error:
            yield str(error)
            continue
        first = spellings.setdefault(normal, keys)
        if first != keys:
            yield f"[keys.{mode.value}] {keys!r} is the same as {first!r}. Remove one of them."
        elif not command.strip():
            if bindings.pop(normal, None) is None:
                yield f"[keys.{mode.value}] Nothing is bound to {normal}. Remove this line."
        elif problem := check(command) if check else None:
            yield f"[keys.{mode.value}] {keys!r} = {command!r}: {problem}"
        else:
            bindings[normal] = command


def _mode(name: str) -> Mode | None:
    return next((mode for mode in Mode if mode.value == name), None)


def _sequence(mode: Mode, keys: str) -> tuple[str, ...]:
    try:
        sequence = parse_keys(keys)
    except KeyNotationError as error:
        raise ConfigError(f"[keys.{mode.value}] {keys!r} cannot be bound: {error}") from None
    if mode.takes_counts and sequence[0] in set("123456789"):
        raise ConfigError(f"[keys.{mode.value}] {keys!r} cannot be bound: {sequence[0]} starts a count, as in 3j.")
    return sequence
