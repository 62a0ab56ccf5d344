"""Python functions as tools: their schema from signature and docstring, and calls with a model's arguments."""

import functools
import inspect
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ai_rust_client._docstring import parse_docstring
from ai_rust_client._schema import Builder, Definitions, MismatchError
from ai_rust_client._schema.records import NO_DEFAULT, Field, RecordNode, hints_of
from ai_rust_client._schema.text import whole_json_value

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True, slots=True)
class Tool:
    """A function that a model may call."""

    function: Callable[..., Any]
    name: str
    description: str
    parameters: RecordNode
    positional: tuple[str, ...]
    is_async: bool

    def definition(self) -> dict[str, Any]:
        """The entry of the option `tools`."""
        definitions = Definitions()
        parameters = self.parameters.definition(definitions)
        if definitions.schemas:
            parameters["$defs"] = definitions.schemas
        function: dict[str, Any] = {"name": self.name, "parameters": parameters}
        if self.description:
            function["description"] = self.description
        return {"type": "function", "function": function}

    def bind(self, text: str) -> Callable[[], Any]:
        """The call with the JSON text of its arguments. Raises `MismatchError` with all problems."""
        try:
            values = whole_json_value(text or "{}")
        except ValueError as error:
            raise MismatchError(["the arguments are not JSON"]) from error
        problems: list[str] = []
        if isinstance(values, dict):
            problems = [f"{name}: is not a parameter" for name in values if name not in self.parameters.names]
        arguments = self.parameters.load({} if values is None else values, (), problems)
        if problems:
            raise MismatchError(problems)
        positional = [arguments.pop(name) for name in self.positional if name in arguments]
        return functools.partial(self.function, *positional, **arguments)


def tools_of(functions: Iterable[Callable[..., Any] | Mapping[str, Any]]) -> tuple[dict[str, Tool], list[Any]]:
    """The functions by name, and the option `tools`; definitions of the provider's own tools are sent unchanged."""
    tools: dict[str, Tool] = {}
    definitions: list[Any] = []
    for function in functions:
        if isinstance(function, Mapping):
            definitions.append(function)
            continue
        tool = tool_of(function)
        if tool.name in tools:
            raise ValueError(f"there are two tools with the name {tool.name}")
        tools[tool.name] = tool
        definitions.append(tool.definition())
    return tools, definitions


def schema_only(definitions: Iterable[Mapping[str, Any]]) -> frozenset[str]:
    """The names of functions in definitions of tools: `{"function": {"name": …}}`, or `{"name": …}`."""
    functions = (definition.get("function", definition) for definition in definitions)
    names = (function.get("name") for function in functions if isinstance(function, Mapping))
    return frozenset(name for name in names if isinstance(name, str))


def tool_of(function: Callable[..., Any]) -> Tool:
    """The tool for a function, method or other callable. Raises TypeError if it cannot be described."""
    if not callable(function):
        raise TypeError(f"a tool must be a function, not {type(function).__name__}")
    inner = inspect.unwrap(function.func if isinstance(function, functools.partial) else function)
    name = getattr(inner, "__name__", type(inner).__name__)
    if not _NAME.fullmatch(name):
        raise TypeError(f"a tool needs a name of letters, digits and underscores, not {name!r}; define it with def")
    described = inner if hasattr(inner, "__name__") else type(inner).__call__
    docstring = parse_docstring(inspect.getdoc(inner))
    parameters, positional = _parameters(name, function, described, docstring.parameters)
    return Tool(function, name, docstring.summary, parameters, positional, is_coroutine_function(function))


def is_coroutine_function(function: Callable[..., Any]) -> bool:
    """Whether a function, method, partial or other callable is a coroutine function."""
    inner = inspect.unwrap(function.func if isinstance(function, functools.partial) else function)
    return inspect.iscoroutinefunction(inner) or inspect.iscoroutinefunction(type(inner).__call__)


def _parameters(
    name: str, function: Callable[..., Any], described: Any, descriptions: Mapping[str, str]
) -> tuple[RecordNode, tuple[str, ...]]:
    hints = hints_of(described)
    builder = Builder()
    fields = {}
    positional = []
    for parameter in inspect.signature(function).parameters.values():
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            stars = "*" if parameter.kind is parameter.VAR_POSITIONAL else "**"
            raise TypeError(
                f"the tool {name} has {stars}{parameter.name}, which no schema can describe; name its parameters "
                "(a decorator keeps those of its function with functools.wraps)"
            )
        is_required = parameter.default is parameter.empty
        try:
            node = builder.node(hints.get(parameter.name, Any))
        except TypeError as error:
            raise TypeError(f"the parameter {parameter.name} of the tool {name}: {error}") from error
        default = NO_DEFAULT if is_required else parameter.default
        description = descriptions.get(parameter.name, "")
        fields[parameter.name] = Field(node, is_required, default, description=description)
        if parameter.kind is parameter.POSITIONAL_ONLY:
            positional.append(parameter.name)
    record = RecordNode(name, dict)
    record.set_fields(fields)
    return record, tuple(positional)
