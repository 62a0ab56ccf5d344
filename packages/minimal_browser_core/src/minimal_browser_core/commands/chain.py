"""Runs command lines, which may chain several commands: `tab-close ;; tab-next`.

A line is split at each `;;` with blanks around it before anything else is parsed, so quotes do not protect it. A
command that takes free text, such as `:ask` or `:command-line`, keeps the rest of the line with every `;;` in it. The
whole chain is parsed before its first command runs, and a command that fails ends it. A count typed before a key is for
the first command.
"""

import re
from collections.abc import Iterator

from minimal_browser_core.commands.aliases import expand_alias
from minimal_browser_core.commands.command import Command
from minimal_browser_core.commands.parameters import Parameter, ParameterKind
from minimal_browser_core.commands.parser import Invocation, parse
from minimal_browser_core.commands.registry import CommandRegistry
from minimal_browser_core.errors import CommandError

_SEPARATOR = r"(?:^|(?<=\s));;(?=\s|$)"
_NAME = r":*\s*[0-9]*\s*([^\s0-9]\S*)"


def execute(line: str, registry: CommandRegistry, browser: object, count: int | None = None) -> None:
    """Run a command line, as typed or as bound to a key; a blank one does nothing.

    Raises CommandError: before anything is done if the line is wrong, else from the first command that fails.
    """
    for invocation in parse_chain(line, registry, count):
        invocation.run(browser)


def check(line: str, registry: CommandRegistry) -> str | None:
    """What is wrong with a command line, or None: for the bindings and aliases of a settings file."""
    try:
        invocations = parse_chain(line, registry)
    except CommandError as error:
        return str(error)
    return None if invocations else "The command is blank. Write the name of one."


def first_command(line: str, registry: CommandRegistry) -> Command | None:
    """The first command of a line, or the one that the line writes into the command line. None for an unknown one."""
    words = expand_alias(line, registry).lstrip(":").removeprefix("command-line ").split(maxsplit=1)
    return registry.get(words[0]) if words else None


def describe(line: str, registry: CommandRegistry) -> str:
    """The summary of the first command of a line, or the line itself: what a menu of keys shows."""
    command = first_command(line, registry)
    return command.summary if command else line


def parse_chain(line: str, registry: CommandRegistry, count: int | None = None) -> list[Invocation]:
    """Every command of a line; none for a blank line. Raises CommandError as `parse` does."""
    invocations: list[Invocation] = []
    for part in split_chain(line, registry):
        for expanded in split_chain(expand_alias(part, registry), registry):
            invocation = parse(expanded, registry, None if invocations else count)
            if invocation is not None:
                invocations.append(invocation)
            elif expanded.strip() != line.strip():
                raise CommandError(f"A command is missing beside ;; in: {line}")
    return invocations


def split_chain(line: str, registry: CommandRegistry) -> Iterator[str]:
    """The parts of a line between its `;;`; joined by `;;` they are the line again."""
    start = 0
    for separator in re.finditer(_SEPARATOR, line):
        if _takes_raw_text(line[start:], registry):
            break
        yield line[start : separator.start()]
        start = separator.end()
    yield line[start:]


def _takes_raw_text(part: str, registry: CommandRegistry) -> bool:
    match = re.match(_NAME, expand_alias(part.lstrip(), registry))
    command = registry.get(match.group(1)) if match else None
    return command is not None and any(map(_is_raw, command.parameters))


def _is_raw(parameter: Parameter) -> bool:
    """Free text, such as a question, may contain ` ;; `; an address does not."""
    is_free = parameter.kind is ParameterKind.TEXT and parameter.completion is None
    return is_free or parameter.kind is ParameterKind.RAW
