"""The commands of the browser, by name, alias or unique start of a name."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType, ModuleType

from minimal_browser_core.commands.command import Command
from minimal_browser_core.errors import CommandError

_LONGEST_SHOWN = 60


class CommandRegistry:
    """Commands in the order in which they were added."""

    def __init__(self) -> None:
        self._commands: dict[str, Command] = {}
        self._names: dict[str, Command] = {}
        self.user_aliases: Mapping[str, str] = MappingProxyType({})
        """The command line of each alias in the settings; set by `aliases.define_aliases`."""

    def add(self, command: Command) -> None:
        """Raises ValueError if one of its names is taken."""
        names = (command.name, *command.aliases)
        taken = [name for name in names if name in self._names]
        if taken or len(set(names)) < len(names):
            raise ValueError(f"command {command.name}: the name {(taken or names)[0]!r} is used twice")
        self._commands[command.name] = command
        self._names.update(dict.fromkeys(names, command))

    def add_module(self, module: ModuleType) -> None:
        """Add every command that `module` defines, in the order of the file."""
        for value in vars(module).values():
            if isinstance(value, Command) and value.run.__module__ == module.__name__:
                self.add(value)

    def __iter__(self) -> Iterator[Command]:
        return iter(self._commands.values())

    def __contains__(self, name: object) -> bool:
        return name in self._names

    @property
    def names(self) -> tuple[str, ...]:
        """Every name and built-in alias."""
        return tuple(self._names)

    def groups(self) -> dict[str, list[Command]]:
        """The commands by the heading that they are listed under."""
        groups: dict[str, list[Command]] = {}
        for command in self:
            groups.setdefault(command.group, []).append(command)
        return groups

    def get(self, name: str) -> Command | None:
        """As `find`, but None instead of an error."""
        try:
            return self.find(name)
        except CommandError:
            return None

    def find(self, name: str) -> Command:
        """The command with that name or built-in alias, or the only one whose name starts with `name`.

        Raises CommandError with the nearest names if there is none, or more than one.
        """
        if name in self._names:
            return self._names[name]
        longer = [command.name for command in self if command.name.startswith(name)]
        if len(longer) == 1:
            return self._commands[longer[0]]
        if longer:
            raise CommandError(f":{name} could be {_list(longer)}. Type more of the name.")
        near = _nearest(name, (*self.names, *self.user_aliases))
        advice = f"Did you mean {_list(near)}?" if near else ":help lists all commands."
        shown = name if len(name) <= _LONGEST_SHOWN else f"{name[:_LONGEST_SHOWN]}…"
        raise CommandError(f"There is no command :{shown}. {advice}")


def _nearest(name: str, names: tuple[str, ...]) -> list[str]:
    # Imported here because difflib is slow to import, and only a mistyped name needs it.
    from difflib import get_close_matches

    return get_close_matches(name, names, n=3, cutoff=0.6)


def _list(names: list[str]) -> str:
    shown = [f":{name}" for name in names[:6]]
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} or {shown[-1]}"
