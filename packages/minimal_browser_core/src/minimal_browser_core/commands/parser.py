"""From a command line to a command with its arguments.

    [:] [count] name [argument …]

A count alone is the number of a tab: `:3`. Words are separated by blanks; "double" or 'single' quotes keep several
together. A command that takes text takes the rest of the line as it stands, quotes included.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from minimal_browser_core.commands.registry import Command, CommandRegistry, Parameter, ParameterKind
from minimal_browser_core.errors import CommandError
from minimal_browser_core.ports.browser import Browser

_LINE = re.compile(r":*\s*(?P<count>[0-9]*)\s*(?P<name>[^\s0-9]\S*)?\s*(?P<rest>.*)", re.DOTALL)
_MAX_DIGITS = 9


@dataclass(frozen=True, slots=True)
class Invocation:
    """A command with all that it needs but the browser."""

    command: Command
    arguments: Mapping[str, Any]
    count: int | None = None

    def run(self, browser: Browser) -> None:
        """Raises CommandError where the browser cannot."""
        if self.command.takes_count:
            self.command.run(browser, count=self.count, **self.arguments)
        else:
            self.command.run(browser, **self.arguments)


def parse(line: str, registry: CommandRegistry, count: int | None = None) -> Invocation | None:
    """None for a blank line.

    `count` is one that was typed before a key; a count in the line itself goes before it. Raises CommandError: for an
    unknown name with the nearest ones, for arguments that do not fit with the command's usage.
    """
    match = _LINE.fullmatch(line.strip())
    assert match is not None  # noqa: S101  every part may be empty, so anything matches
    digits, name, rest = match.group("count", "name", "rest")
    if digits:
        count = _integer(digits, "a count")
    if name is None and rest:
        raise CommandError(f"a command begins with its name, not with {rest!r}")
    if name is None:
        if not digits:
            return None
        name, rest, count = "tab", digits, None
    command = registry.find(name)
    if count is not None and not command.takes_count:
        raise CommandError(f":{command.name} takes no count")
    return Invocation(command, _arguments(command, rest), count)


def execute(line: str, registry: CommandRegistry, browser: Browser, count: int | None = None) -> None:
    """Run a command line, as typed or as bound to a key; a blank one does nothing.

    Raises CommandError: before anything is done where the line is wrong, else where the browser cannot.
    """
    invocation = parse(line, registry, count)
    if invocation is not None:
        invocation.run(browser)


def check(line: str, registry: CommandRegistry) -> str | None:
    """What is wrong with a command line, in words, or None: for the bindings of a config file."""
    try:
        invocation = parse(line, registry)
    except CommandError as error:
        return str(error)
    return None if invocation else "the command is blank"


def split_words(text: str) -> list[str]:
    """Raises CommandError where a quote is not closed."""
    # Here, not above: most commands have no words to split.
    import shlex

    lexer = shlex.shlex(text, posix=True, punctuation_chars=False)
    lexer.whitespace_split = True
    lexer.commenters = ""
    lexer.escape = ""
    try:
        return list(lexer)
    except ValueError:
        raise CommandError(f"a quote is opened and not closed in: {text}") from None


def _arguments(command: Command, rest: str) -> dict[str, Any]:
    if command.parameters and command.parameters[0].kind is ParameterKind.TEXT:
        parameter = command.parameters[0]
        if not rest and not parameter.optional:
            raise CommandError(f":{command.name} needs {parameter.usage}: {parameter.help}")
        return {parameter.name: rest or None}
    words = split_words(rest) if rest else []
    arguments: dict[str, Any] = {}
    for parameter in command.parameters:
        if parameter.kind is ParameterKind.WORDS:
            arguments[parameter.name], words = tuple(words), []
            given = bool(arguments[parameter.name])
        else:
            given = bool(words)
            arguments[parameter.name] = _convert(command, parameter, words.pop(0)) if given else None
        if not given and not parameter.optional:
            raise CommandError(f":{command.name} needs {parameter.usage}: {parameter.help} (usage: {command.usage})")
    if words:
        takes = f"usage: {command.usage}" if command.parameters else f":{command.name} takes no argument"
        raise CommandError(f"too much for :{command.name}: {words[0]!r}; {takes}")
    return arguments


def _convert(command: Command, parameter: Parameter, word: str) -> str | int | float:
    match parameter.kind:
        case ParameterKind.INTEGER:
            return _integer(word, f"<{parameter.name}> of :{command.name}")
        case ParameterKind.NUMBER:
            return _number(word, f"<{parameter.name}> of :{command.name}")
        case ParameterKind.CHOICE if word not in parameter.choices:
            choices = ", ".join(parameter.choices)
            raise CommandError(f"<{parameter.name}> of :{command.name} is one of {choices}, not {word!r}")
        case _:
            return word


def _integer(word: str, what: str) -> int:
    if not re.fullmatch(r"[+-]?[0-9]+", word):
        raise CommandError(f"{what} has to be a whole number, not {word!r}")
    if len(word.lstrip("+-")) > _MAX_DIGITS:
        raise CommandError(f"{what} is too large: {word}")
    return int(word)


def _number(word: str, what: str) -> float:
    if not re.fullmatch(r"[+-]?[0-9]{1,9}(\.[0-9]{1,9})?", word):
        raise CommandError(f"{what} has to be a number such as 1 or 0.5, not {word!r}")
    return float(word)
