"""Dataclasses, TypedDicts and NamedTuples as JSON objects."""

import dataclasses
import inspect
import sys
import typing
from collections.abc import Callable, Mapping
from typing import Any, is_typeddict

from ai_rust_client._docstring import parse_docstring
from ai_rust_client._schema.nodes import Definitions, Node
from ai_rust_client._schema.problems import Path, at, shown
from ai_rust_client._schema.types import Builder, Variables

NO_DEFAULT = object()


@dataclasses.dataclass(frozen=True, slots=True)
class Field:
    """A property of an object; `absent` properties may be null, which means that they are missing."""

    node: Node
    required: bool = True
    default: Any = NO_DEFAULT
    absent: bool = False
    description: str = ""

    def schema(self, definitions: Definitions) -> dict[str, Any]:
        """The JSON schema."""
        schema = self.node.schema(definitions)
        if self.absent:
            schema = {"anyOf": [schema, {"type": "null"}]}
        if self.description:
            schema = {"description": self.description} | schema
        if isinstance(self.default, str | int | float | bool | None):
            schema = {**schema, "default": self.default}
        return schema


class RecordNode:
    """An object with known properties. Unknown ones are ignored."""

    def __init__(self, name: str, make: Callable[..., Any], description: str = "") -> None:
        self.name = name
        self.names: frozenset[str] = frozenset()
        self._make = make
        self._description = description
        self._fields: Mapping[str, Field] = {}

    def set_fields(self, fields: Mapping[str, Field]) -> None:
        """Set the properties, which may refer to the record itself."""
        self._fields = fields
        self.names = frozenset(fields)

    def definition(self, definitions: Definitions) -> dict[str, Any]:
        """The schema itself."""
        schema: dict[str, Any] = {"type": "object"}
        if self._description:
            schema["description"] = self._description
        schema["properties"] = {name: field.schema(definitions) for name, field in self._fields.items()}
        schema["required"] = [name for name, field in self._fields.items() if field.required]
        schema["additionalProperties"] = False
        return schema

    def schema(self, definitions: Definitions) -> dict[str, Any]:
        """A reference to the schema."""
        return definitions.reference(self, self.name)

    def load(self, value: Any, path: Path, problems: list[str]) -> Any:
        """The instance; nothing is made if a property does not fit."""
        if not isinstance(value, dict):
            problems.append(at(path, f"must be an object, not {shown(value)}"))
            return None
        count = len(problems)
        arguments = {}
        for name, field in self._fields.items():
            if name not in value:
                if field.required:
                    problems.append(at((*path, name), "is missing"))
            elif not (field.absent and value[name] is None):
                arguments[name] = field.node.load(value[name], (*path, name), problems)
        if len(problems) > count:
            return None
        try:
            return self._make(**arguments)
        except (TypeError, ValueError) as error:  # what __post_init__ rejects
            problems.append(at(path, str(error) or type(error).__name__))
            return None


def record_node(annotation: Any, builder: Builder, variables: Variables) -> RecordNode | None:
    """The node of a dataclass, TypedDict or NamedTuple, or None."""
    kind = typing.get_origin(annotation) or annotation
    if not isinstance(kind, type):
        return None
    make_fields = _fields_of(kind)
    if make_fields is None:
        return None
    arguments = tuple(variables.get(one, one) for one in typing.get_args(annotation))
    own = dict(zip(getattr(kind, "__parameters__", ()), arguments, strict=False))
    node = builder.records.get((kind, arguments))
    if not isinstance(node, RecordNode):
        node = builder.records[kind, arguments] = RecordNode(_name(kind, arguments), kind, _description(kind))
        node.set_fields(make_fields(kind, lambda hint: builder.node(hint, own)))
    return node


def _fields_of(kind: type) -> "Callable[[Any, Callable[[Any], Node]], dict[str, Field]] | None":
    if dataclasses.is_dataclass(kind):
        return _dataclass_fields
    if is_typeddict(kind) or hasattr(kind, "__required_keys__"):
        return _typed_dict_fields
    return _named_tuple_fields if issubclass(kind, tuple) and hasattr(kind, "_fields") else None


def hints_of(thing: Any) -> dict[str, Any]:
    """The annotations of a class or function, evaluated. Raises TypeError if a name is unknown."""
    module = sys.modules.get(getattr(thing, "__module__", ""))
    names = {thing.__name__: thing} | getattr(module, "__dict__", {}) if isinstance(thing, type) else None
    try:
        return typing.get_type_hints(thing, localns=names, include_extras=True)
    except NameError as error:
        raise TypeError(f"an annotation of {thing.__qualname__} cannot be evaluated: {error}") from error


def _dataclass_fields(kind: Any, node: Callable[[Any], Node]) -> dict[str, Field]:
    hints = hints_of(kind)
    descriptions = parse_docstring(inspect.getdoc(kind)).parameters
    result = {}
    for field in dataclasses.fields(kind):
        if not field.init:
            continue
        default = NO_DEFAULT if field.default is dataclasses.MISSING else field.default
        is_required = default is NO_DEFAULT and field.default_factory is dataclasses.MISSING
        description = field.metadata.get("description") or descriptions.get(field.name, "")
        result[field.name] = Field(node(hints[field.name]), is_required, default, description=description)
    return result


def _typed_dict_fields(kind: Any, node: Callable[[Any], Node]) -> dict[str, Field]:
    descriptions = parse_docstring(kind.__doc__).parameters
    required = kind.__required_keys__
    return {
        name: Field(node(hint), name in required, absent=name not in required, description=descriptions.get(name, ""))
        for name, hint in hints_of(kind).items()
    }


def _named_tuple_fields(kind: Any, node: Callable[[Any], Node]) -> dict[str, Field]:
    hints = hints_of(kind)
    defaults = kind._field_defaults
    return {
        name: Field(node(hints.get(name, Any)), name not in defaults, defaults.get(name, NO_DEFAULT))
        for name in kind._fields
    }


def _name(kind: type, arguments: tuple[Any, ...]) -> str:
    parts = [kind.__name__, *(getattr(argument, "__name__", str(argument)) for argument in arguments)]
    return "_".join("".join(c if c.isalnum() and c.isascii() else "_" for c in part) for part in parts)


def _description(kind: type) -> str:
    text = kind.__dict__.get("__doc__") or ""
    if text.startswith((f"{kind.__name__}(", "dict() ->")):  # what Python generates
        return ""
    return parse_docstring(inspect.cleandoc(text)).summary
