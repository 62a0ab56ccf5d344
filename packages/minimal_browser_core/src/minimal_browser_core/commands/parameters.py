"""The parameters of a command, read from the annotations of its function.

| annotation | on the command line | the function gets |
|---|---|---|
| `Text`, `Address`, `TabReference` | the rest of the line, quotes included | `str` |
| `CommandText` | the same, and ` ;; ` does not end it | `str` |
| `str`, `CommandName` | a word, or several in quotes | `str` |
| `tuple[str, ...]`, `tuple[Tag, ...]` | all words that are left | a tuple |
| `int`, `TabNumber`; `float` | a number | a number |
| `Literal["a", "b"]` | one of these words | `str` |
| a subclass of `Enum` | the value of a member, or with a default also a flag such as `--tab` | the member |
| `bool`, keyword-only | a flag: `--no-cache` for `no_cache` | `bool` |
| `Count`, keyword-only and named `count` | a number before the name: `3back` | `int`, or None |

A default makes a parameter optional; `X | None` means the same as `X`. A keyword-only `Enum` is given by flags.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin


class ParameterKind(Enum):
    """How a parameter is written on the command line."""

    TEXT = "text"
    """The rest of the line, quotes included. Only as the sole parameter beside flags."""
    RAW = "raw text"
    """As TEXT, and ` ;; ` is part of it."""
    WORD = "word"
    """One word, or several in quotes."""
    WORDS = "words"
    """All the words that are left. Only as the last parameter."""
    CHOICE = "choice"
    """One of `choices`."""
    INTEGER = "whole number"
    NUMBER = "number"
    SWITCH = "switch"
    """A flag that is given or not."""


class Completion(Enum):
    """What the command line suggests for a parameter."""

    ADDRESS = "address"
    COMMAND = "command"
    TAB = "tab"
    TAG = "tag"


@dataclass(frozen=True, slots=True)
class Suggestions:
    """What a feature itself suggests for a parameter, as a mark: `Annotated[str, Suggestions(find)]`.

    `find` gets the arguments before this one, and returns texts with explanations.
    """

    find: Callable[[Sequence[str]], Iterable[tuple[str, str]]]


Text = Annotated[str, ParameterKind.TEXT]
Address = Annotated[str, ParameterKind.TEXT, Completion.ADDRESS]
TabReference = Annotated[str, ParameterKind.TEXT, Completion.TAB]
CommandText = Annotated[str, ParameterKind.RAW]
CommandName = Annotated[str, Completion.COMMAND]
TabNumber = Annotated[int, Completion.TAB]
Tag = Annotated[str, Completion.TAG]
Count = int | None

_KINDS = {str: ParameterKind.WORD, int: ParameterKind.INTEGER, float: ParameterKind.NUMBER, bool: ParameterKind.SWITCH}
_STARRED = 0x04 | 0x08  # CO_VARARGS | CO_VARKEYWORDS


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a command; `name` is the function's keyword for it."""

    name: str
    kind: ParameterKind
    help: str = ""
    optional: bool = False
    keyword_only: bool = False
    choices: tuple[str, ...] = ()
    completion: Completion | None = None
    suggestions: Suggestions | None = None
    members: type[Enum] | None = None
    """The type of a choice that the function gets as a member."""
    flags: tuple[str, ...] = ()

    @property
    def takes_line(self) -> bool:
        """Whether it takes the rest of the line as it is."""
        return self.kind in (ParameterKind.TEXT, ParameterKind.RAW)

    @property
    def usage(self) -> str:
        """How it is written in a usage line: `<address>`, `[number]`, `[--tab|--background]`."""
        if self.keyword_only:
            return f"[{'|'.join(self.flags)}]"
        written = "|".join(self.choices) or self.name + ("…" if self.kind is ParameterKind.WORDS else "")
        return f"[{written}]" if self.optional else f"<{written}>"


def read_parameters(function: Callable[..., None], helps: Mapping[str, str]) -> tuple[tuple[Parameter, ...], bool]:
    """The parameters after the first (the browser), and whether the function takes a count; `helps` has their help.

    Raises TypeError for what no command line can give. Reads the code object: inspect.signature would cost every start
    milliseconds.
    """
    code = function.__code__
    if code.co_flags & _STARRED or not code.co_argcount:
        raise TypeError("it takes the browser first, and no *arguments")
    end = code.co_argcount + code.co_kwonlyargcount
    positional, keywords = code.co_varnames[1 : code.co_argcount], code.co_varnames[code.co_argcount : end]
    defaults = dict(zip(reversed(positional), reversed(function.__defaults__ or ()), strict=False))
    defaults |= function.__kwdefaults__ or {}
    parameters = tuple(
        _parameter(name, function.__annotations__.get(name), defaults, name in keywords, helps.get(name, ""))
        for name in (*positional, *keywords)
        if name != "count"
    )
    _check_order([parameter for parameter in parameters if not parameter.keyword_only])
    if "count" in positional or ("count" in keywords and defaults.get("count", 0) is not None):
        raise TypeError("its count has to be keyword-only: `*, count: Count = None`")
    return parameters, "count" in keywords


def _parameter(
    name: str, annotation: object, defaults: dict[str, object], keyword_only: bool, help_text: str
) -> Parameter:
    kind, choices, metadata, members = _read_annotation(name, annotation)
    optional = name in defaults
    flags: Iterator[str] = iter(())
    if kind is ParameterKind.SWITCH:
        flags = iter((name,))
    elif members is not None and optional:
        flags = (str(member.value) for member in members if member is not defaults[name])
    parameter = Parameter(
        name=name,
        kind=kind,
        help=help_text,
        optional=optional,
        keyword_only=keyword_only,
        choices=choices,
        completion=next((mark for mark in metadata if isinstance(mark, Completion)), None),
        suggestions=next((mark for mark in metadata if isinstance(mark, Suggestions)), None),
        members=members,
        flags=tuple(f"--{flag.replace('_', '-')}" for flag in flags),
    )
    if keyword_only != (kind is ParameterKind.SWITCH) and members is None:
        raise TypeError(f"its parameter {name} has to be {'positional' if keyword_only else 'keyword-only'}")
    if keyword_only and not optional:
        raise TypeError(f"its flag {name} needs a default")
    return parameter


def _read_annotation(
    name: str, annotation: Any
) -> tuple[ParameterKind, tuple[str, ...], tuple[object, ...], type[Enum] | None]:
    """The kind, the choices, the marks of `Annotated`, and the enum of a choice."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin in (Union, UnionType):
        others = [argument for argument in arguments if argument is not NoneType]
        if len(others) == 1:
            return _read_annotation(name, others[0])
    elif origin is Annotated:
        kind, choices, marks, members = _read_annotation(name, arguments[0])
        marks = (*marks, *arguments[1:])
        return next((mark for mark in marks if isinstance(mark, ParameterKind)), kind), choices, marks, members
    elif origin is Literal:
        return ParameterKind.CHOICE, arguments, (), None
    elif origin is tuple and arguments[1:] == (...,):
        return ParameterKind.WORDS, (), _read_annotation(name, arguments[0])[2], None
    elif annotation in _KINDS:
        return _KINDS[annotation], (), (), None
    elif isinstance(annotation, type) and issubclass(annotation, Enum):
        return ParameterKind.CHOICE, tuple(str(member.value) for member in annotation), (), annotation
    raise TypeError(f"its parameter {name} has an annotation that no command line can give: {annotation!r}")


def _check_order(positional: list[Parameter]) -> None:
    if len(positional) > 1 and any(parameter.takes_line for parameter in positional):
        raise TypeError("a parameter that takes the rest of the line has to be the only one beside flags")
    if any(parameter.kind is ParameterKind.WORDS for parameter in positional[:-1]):
        raise TypeError("a parameter that takes all words has to be the last one")
