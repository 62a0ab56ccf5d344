"""The decorator that makes a function a command.

    @command(group="Tabs", aliases=("bd", "tabclose"))
    def tab_close(browser: Browser, number: TabNumber | None = None, *, count: Count = None) -> None:
        \"\"\"Close a tab.

        A count is the tab's number.

        number: a tab's number; the current one if left out
        \"\"\"
        browser.tabs.close(count if number is None else number)

The command's name is the function's with `-` for `_`. Its parameters are the function's (`parameters` lists the types).
Its help is the docstring: a sentence, further paragraphs, and a line `name: help` for each parameter except the count.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from inspect import cleandoc

from minimal_browser_core.commands.parameters import Parameter, read_parameters

_NAME = r"[a-zA-Z][\w-]*"


@dataclass(frozen=True, slots=True)
class Command:
    """One thing that the browser can do.

    `run(browser, **arguments)` gets the arguments that were given, and `count=` if `takes_count`. It raises
    CommandError if the command cannot be carried out.
    """

    name: str
    run: Callable[..., None]
    summary: str
    """One line: a capital first, a full stop last."""
    group: str
    """The heading that it is listed under in the help."""
    parameters: tuple[Parameter, ...] = ()
    aliases: tuple[str, ...] = ()
    takes_count: bool = False
    note: str = ""
    """What else a user should know, such as what a count means."""

    @property
    def positional(self) -> tuple[Parameter, ...]:
        return tuple(parameter for parameter in self.parameters if not parameter.keyword_only)

    @property
    def flags(self) -> dict[str, Parameter]:
        """Every flag with the parameter that it sets."""
        return {flag: parameter for parameter in self.parameters for flag in parameter.flags}

    @property
    def takes_line(self) -> bool:
        """Whether the rest of the line, after the flags, is one argument."""
        return any(parameter.takes_line for parameter in self.parameters)

    @property
    def usage(self) -> str:
        """How it is typed: `:open [--tab|--background] <address>`."""
        ordered = sorted(self.parameters, key=lambda parameter: not parameter.keyword_only)
        return " ".join([f":{self.name}", *(parameter.usage for parameter in ordered)])


def command(
    *, group: str, name: str | None = None, aliases: tuple[str, ...] = ()
) -> Callable[[Callable[..., None]], Command]:
    """Make a function a command; the module docstring has an example.

    Raises TypeError for a signature, and ValueError for a name or a docstring, that no command can have: at import.
    """

    def decorate(function: Callable[..., None]) -> Command:
        try:
            summary, note, helps = _read_docstring(function.__doc__)
            parameters, takes_count = read_parameters(function, helps)
            _check_helps(helps, [parameter.name for parameter in parameters])
            called = name or function.__name__.rstrip("_").replace("_", "-")
            if wrong := [word for word in (called, *aliases) if not re.fullmatch(_NAME, word)]:
                raise ValueError(f"{wrong[0]!r} cannot be the name of a command")
        except (TypeError, ValueError) as error:
            raise type(error)(f"command {function.__module__}.{function.__qualname__}: {error}") from None
        return Command(called, function, summary, group, parameters, aliases, takes_count, note)

    return decorate


def _read_docstring(docstring: str | None) -> tuple[str, str, dict[str, str]]:
    """The summary, the note, and the help of each parameter."""
    summary, *paragraphs = cleandoc(docstring or "").split("\n\n")
    summary = " ".join(summary.split())
    if not summary.endswith("."):
        raise ValueError("its docstring has to start with a sentence that ends with a full stop")
    notes: list[str] = []
    helps: dict[str, str] = {}
    for paragraph in paragraphs:
        about = ""
        for line in paragraph.splitlines():
            name, colon, text = line.partition(": ")
            if colon and name.islower() and name.isidentifier():
                about, line = name, text
            if about:
                helps[about] = f"{helps.get(about, '')} {line.strip()}".strip()
            else:
                notes.append(line)
    return summary, " ".join(notes), helps


def _check_helps(helps: dict[str, str], names: list[str]) -> None:
    if missing := [name for name in names if name not in helps]:
        raise ValueError(f"its docstring lacks a line `name: help` for {', '.join(missing)}")
    if unknown := [name for name in helps if name not in names]:
        raise ValueError(f"its docstring explains {', '.join(unknown)}, which is not a parameter")
