"""Parses one command with its count, flags and arguments.

    [:] [count] name [--flag …] [argument …]

A count alone is the number of a tab: `:3`. Blanks separate words; "double" or 'single' quotes keep several together. A
command that takes text takes the rest of the line as it is, quotes included; its flags come first. `--` ends the flags.
"""

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from minimal_browser_core.commands.command import Command
from minimal_browser_core.commands.parameters import Parameter, ParameterKind
from minimal_browser_core.commands.registry import CommandRegistry
from minimal_browser_core.errors import CommandError

_LINE = r"(?s):*\s*(?P<count>[0-9]*)\s*(?P<name>[^\s0-9]\S*)?\s*(?P<rest>.*)"
_LEADING_FLAG = r"--\S*(?:\s+|$)"
_MAX_DIGITS = 9


@dataclass(frozen=True, slots=True)
class Invocation:
    """A command with the arguments that were given and everything else it needs but the browser."""

    command: Command
    arguments: Mapping[str, Any]
    count: int | None = None

    def run(self, browser: object) -> None:
        """Raises CommandError if the browser cannot do it."""
        if self.command.takes_count:
            self.command.run(browser, count=self.count, **self.arguments)
        else:
            self.command.run(browser, **self.arguments)


def parse(line: str, registry: CommandRegistry, count: int | None = None) -> Invocation | None:
    """Parse a line with one command; None for a blank line. `chain` handles ` ;; ` and the user's aliases.

    `count` is one typed before a key; a count in the line goes first. Raises CommandError with the nearest names for an
    unknown name, and with the usage for arguments that do not fit.
    """
    match = re.fullmatch(_LINE, line.strip())
    assert match is not None  # noqa: S101  every part may be empty, so anything matches
    digits, name, rest = match.group("count", "name", "rest")
    if digits:
        count = _integer(digits, "A count")
    if name is None and rest:
        raise CommandError(f"A command starts with its name, not with {rest!r}. :help lists all commands.")
    if name is None:
        if not digits:
            return None
        name, rest, count = "tab", digits, None
    command = registry.find(name)
    if count is not None and not command.takes_count:
        raise CommandError(f":{command.name} takes no count. Type it without {count}.")
    return Invocation(command, _arguments(command, rest), count)


def split_words(text: str) -> list[str]:
    """Split at blanks that are not in quotes. Raises CommandError for a quote that is not closed."""
    # Imported here because most commands have no words to split.
    import shlex

    lexer = shlex.shlex(text, posix=True, punctuation_chars=False)
    lexer.whitespace_split = True
    lexer.commenters = ""
    lexer.escape = ""
    try:
        return list(lexer)
    except ValueError:
        raise CommandError(f"A quote is opened and not closed in: {text}") from None


def split_leading_flags(text: str) -> tuple[list[str], str]:
    """The flags that `text` starts with, and the rest as it is. A `--` that ends them is in neither."""
    flags = []
    while match := re.match(_LEADING_FLAG, text):
        flag, text = match.group().strip(), text[match.end() :]
        if flag == "--":
            break
        flags.append(flag)
    return flags, text


def _arguments(command: Command, rest: str) -> dict[str, Any]:
    if command.takes_line:
        flags, text = split_leading_flags(rest) if command.flags else ([], rest)
        (parameter,) = command.positional
        given = {parameter.name: text} if text else {}
    else:
        words = split_words(rest) if rest else []
        flags, words = _split_flags(words) if command.flags else ([], words)
        given = _positional(command, words)
    arguments = _flags(command, flags)
    for parameter in command.positional:
        if parameter.name in arguments and parameter.name in given:
            raise CommandError(f":{command.name} got both {parameter.name} and a flag for it. Give one of them.")
        if not parameter.optional and parameter.name not in given:
            usage = "" if command.usage == f":{command.name} {parameter.usage}" else f" Usage: {command.usage}"
            raise CommandError(f":{command.name} needs {parameter.usage}: {parameter.help}.{usage}")
    return arguments | given


def _split_flags(words: list[str]) -> tuple[list[str], list[str]]:
    """The flags among `words`, and the other words; what follows a `--` is not a flag."""
    end = words.index("--") if "--" in words else len(words)
    flags = [word for word in words[:end] if word.startswith("--")]
    return flags, [word for word in words[:end] if not word.startswith("--")] + words[end + 1 :]


def _flags(command: Command, given: list[str]) -> dict[str, Any]:
    known = command.flags
    arguments: dict[str, Any] = {}
    for flag in given:
        parameter = known.get(flag)
        if parameter is None:
            advice = f"It has {', '.join(known)}; -- goes before text that starts with --."
            raise CommandError(f":{command.name} has no flag {flag}. {advice}")
        value = True if parameter.members is None else parameter.members(flag.removeprefix("--"))
        if arguments.setdefault(parameter.name, value) != value:
            raise CommandError(f":{command.name} takes one of {', '.join(parameter.flags)}, not several.")
    return arguments


def _positional(command: Command, words: list[str]) -> dict[str, Any]:
    arguments: dict[str, Any] = {}
    rest = list(words)
    for parameter in command.positional:
        if not rest:
            break
        if parameter.kind is ParameterKind.WORDS:
            arguments[parameter.name], rest = tuple(rest), []
        else:
            arguments[parameter.name] = _convert(command, parameter, rest.pop(0))
    if rest:
        takes = f"Usage: {command.usage}" if command.parameters else "It takes no arguments."
        raise CommandError(f":{command.name} has no use for {rest[0]!r}. {takes}")
    return arguments


def _convert(command: Command, parameter: Parameter, word: str) -> object:
    label = f"<{parameter.name}> of :{command.name}"
    match parameter.kind:
        case ParameterKind.INTEGER:
            return _integer(word, label)
        case ParameterKind.NUMBER:
            return _number(word, label)
        case ParameterKind.CHOICE:
            return _choice(word, parameter, label)
        case _:
            return word


def _choice(word: str, parameter: Parameter, label: str) -> object:
    if parameter.members is not None:
        with suppress(ValueError):
            return parameter.members(word)
    elif word in parameter.choices:
        return word
    raise CommandError(f"{label} is one of {', '.join(parameter.choices)}, not {word!r}.")


def _integer(word: str, label: str) -> int:
    if not re.fullmatch(r"[+-]?[0-9]+", word):
        raise CommandError(f"{label} has to be a whole number, not {word!r}.")
    if len(word.lstrip("+-")) > _MAX_DIGITS:
        raise CommandError(f"{label} has to have at most {_MAX_DIGITS} digits; {word} is too large.")
    return int(word)


def _number(word: str, label: str) -> float:
    if not re.fullmatch(r"[+-]?[0-9]{1,9}(\.[0-9]{1,9})?", word):
        raise CommandError(f"{label} has to be a number such as 1 or 0.5, not {word!r}.")
    return float(word)
