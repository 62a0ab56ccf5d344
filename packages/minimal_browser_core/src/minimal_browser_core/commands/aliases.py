"""The user's aliases, from the table `[aliases]` of the settings: `"gh" = "open --tab https://github.com"`.

An alias stands for the start of a command line; what is typed after it goes to the end. It may stand for a chain.
Aliases are not expanded inside each other, so none can run in circles.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType

from minimal_browser_core.commands.registry import CommandRegistry
from minimal_browser_core.errors import ConfigError
from minimal_browser_core.keys.keymap import CommandCheck

_START = r"(?P<before>:*\s*[0-9]*\s*)(?P<name>[^\s0-9]\S*)"
_NAME = r"[^\s\d:;'\"-][^\s;'\"]*"


def define_aliases(table: Mapping[str, str], registry: CommandRegistry, check: CommandCheck) -> None:
    """Replace the user's aliases by `table`; `check` is called without any alias defined.

    Raises ConfigError with all problems, one per line, and then leaves the aliases as they were.
    """
    before, registry.user_aliases = registry.user_aliases, MappingProxyType({})
    problems = [
        f"[aliases] {name!r} = {line!r}: {problem}"
        for name, line in table.items()
        if (problem := _problem(name, line, registry, check))
    ]
    registry.user_aliases = before if problems else MappingProxyType(dict(table))
    if problems:
        raise ConfigError("\n".join(problems))


def _problem(name: str, line: str, registry: CommandRegistry, check: CommandCheck) -> str | None:
    if not re.fullmatch(_NAME, name):
        return "An alias is one word that starts with a letter. Choose another name."
    if name in registry:
        command = registry.find(name).name
        taken = "is a command" if command == name else f"already stands for :{command}"
        return f":{name} {taken}. Choose another name."
    first = re.match(_START, line)
    if first and first["name"] not in registry and first["name"] == name:
        return f"An alias cannot stand for itself. Write the command that :{name} runs."
    return check(line)


def expand_alias(line: str, registry: CommandRegistry) -> str:
    """`line` with the alias that it starts with replaced by what the alias stands for."""
    match = re.match(_START, line) if registry.user_aliases else None
    if match is None or match["name"] not in registry.user_aliases:
        return line
    return f"{match['before']}{registry.user_aliases[match['name']]}{line[match.end() :]}"
