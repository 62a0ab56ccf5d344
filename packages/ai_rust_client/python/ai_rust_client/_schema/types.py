"""Annotations as nodes, which describe themselves as JSON schema and read JSON values."""

import base64
import collections.abc
import datetime
import decimal
import enum
import sys
import types
import typing
import uuid
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from ai_rust_client._schema.check import closest, constraint_problems, noun, same
from ai_rust_client._schema.problems import Path, at, shown

_LARGEST_FLOAT = sys.float_info.max


class Definitions:
    """The `$defs` of a schema. A type that is used twice, or within itself, is described once."""

    def __init__(self) -> None:
        self.schemas: dict[str, Any] = {}
        self._names: dict[int, str] = {}

    def reference(self, node: "NamedNode", name: str) -> dict[str, Any]:
        """A reference to the definition of `node`, which is added if it is missing."""
        if id(node) not in self._names:
            unique = name
            while unique in self.schemas:
                unique += "_"
            self._names[id(node)] = unique
            self.schemas[unique] = {}
            self.schemas[unique] = node.definition(self)
        return {"$ref": f"#/$defs/{self._names[id(node)]}"}


class Node(Protocol):
    """A type: its schema, and how a JSON value becomes an instance."""

    def schema(self, definitions: Definitions) -> dict[str, Any]:
        """The JSON schema."""
        ...

    def load(self, value: Any, path: Path, problems: list[str]) -> Any:
        """The instance for `value`; what does not fit is added to `problems`."""


class NamedNode(Node, Protocol):
    """A type with a definition of its own, which it may refer to."""

    def definition(self, definitions: Definitions) -> dict[str, Any]:
        """The schema that references stand for."""
        ...


class AnyNode:
    """Any JSON value."""

    def schema(self, definitions: Definitions) -> dict[str, Any]:
        """The JSON schema."""
        return {}

    def load(self, value: Any, path: Path, problems: list[str]) -> Any:
        """The value itself."""
        return value


class BasicNode:
    """null, a boolean, number or string."""

    def __init__(self, name: str, *kinds: Any) -> None:
        self._name = name
        self._kinds = kinds

    def schema(self, definitions: Definitions) -> dict[str, Any]:
        """The JSON schema."""
        return {"type": self._name}

    def load(self, value: Any, path: Path, problems: list[str]) -> Any:
        """The value; 2.0 is an integer, and 2 a number."""
        if isinstance(value, bool) and self._name != "boolean":
            pass
        elif isinstance(value, self._kinds):
            return value if self._name != "number" or abs(value) > _LARGEST_FLOAT else float(value)
        elif self._name == "integer" and isinstance(value, float) and value.is_integer():
            return int(value)
        problems.append(at(path, f"must be {noun(self._name)}, not {shown(value)}"))
        return None


class TextNode:
    """A type that JSON has no form of, as a string."""

    def __init__(self, what: str, parse: Callable[[str], Any], **keywords: Any) -> None:
        self._what = what
        self._parse = parse
        self._keywords = keywords

    def schema(self, definitions: Definitions) -> dict[str, Any]:
        """The JSON schema."""
        return {"type": "string", **self._keywords}

    def load(self, value: Any, path: Path, problems: list[str]) -> Any:
        """The parsed string."""
        if isinstance(value, str):
            try:
                return self._parse(value)
            except (ValueError, ArithmeticError):
                problems.append(at(path, f"must be {self._what}, not {shown(value)}"))
                return None
        problems.append(at(path, f"must be a string with {self._what}, not {shown(value)}"))
        return None


class ChoiceNode:
    """One of a few values: a `Literal` or an `Enum`."""

    def __init__(self, choices: list[tuple[Any, Any]]) -> None:
        self._choices = choices

    def schema(self, definitions: Definitions) -> dict[str, Any]:
        """The JSON schema."""
        values = [value for value, _ in self._choices]
        names = {bool: "boolean", int: "integer", float: "number", str: "string", type(None): "null"}
        kinds = list(dict.fromkeys(names[type(value)] for value in values))
        return {"type": kinds[0] if len(kinds) == 1 else kinds, "enum": values}

    def load(self, value: Any, path: Path, problems: list[str]) -> Any:
        """The choice that the value stands for."""
        for choice, instance in self._choices:
            if same(value, choice):
                return instance
        allowed = ", ".join(shown(choice) for choice, _ in self._choices)
        problems.append(at(path, f"must be one of {allowed}, not {shown(value)}"))
        return None


class UnionNode:
    """One of several types: the first that fits, of objects the one that knows most of the properties."""

    def __init__(self, nodes: list[Node]) -> None:
        self._nodes = nodes

    def schema(self, definitions: Definitions) -> dict[str, Any]:
        """The JSON schema."""
        return {"anyOf": [node.schema(definitions) for node in self._nodes]}

    def load(self, value: Any, path: Path, problems: list[str]) -> Any:
        """The instance of the type that fits."""
        nodes = self._nodes
        if isinstance(value, dict):
            nodes = sorted(nodes, key=lambda node: len(value.keys() - getattr(node, "names", ())))
        attempts: list[list[str]] = []
        for node in nodes:
            trial: list[str] = []
            result = node.load(value, path, trial)
            if not trial:
                return result
            attempts.append(trial)
        if isinstance(value, dict) and hasattr(nodes[0], "names"):
            problems += attempts[0]
            return None
        problems += closest(attempts, path, value)
        return None


class ArrayNode:
    """An array: a list, a set, or a tuple with any number of items."""

    def __init__(self, item: Node, make: Callable[[list[Any]], Any], *, unique: bool = False) -> None:
        self._item = item
        self._make = make
        self._unique = unique

    def schema(self, definitions: Definitions) -> dict[str, Any]:
        """The JSON schema."""
        result = {"type": "array", "items": self._item.schema(definitions)}
        return result | {"uniqueItems": True} if self._unique else result

    def load(self, value: Any, path: Path, problems: list[str]) -> Any:
        """The list, set or tuple."""
        if not isinstance(value, list):
            problems.append(at(path, f"must be an array, not {shown(value)}"))
            return None
        count = len(problems)
        items = [self._item.load(item, (*path, index), problems) for index, item in enumerate(value)]
        return self._make(items) if len(problems) == count else None


class TupleNode:
    """An array with a fixed number of items."""

    def __init__(self, items: list[Node]) -> None:
        self._items = items

    def schema(self, definitions: Definitions) -> dict[str, Any]:
        """The JSON schema."""
        count = len(self._items)
        items = [item.schema(definitions) for item in self._items]
        fixed: dict[str, Any] = {"type": "array", "minItems": count, "maxItems": count}
        return fixed | ({"prefixItems": items, "items": False} if items else {})

    def load(self, value: Any, path: Path, problems: list[str]) -> Any:
        """The tuple."""
        if not isinstance(value, list) or len(value) != len(self._items):
            size = f" with {len(value)}" if isinstance(value, list) else ""
            problems.append(at(path, f"must be an array with {len(self._items)} items, not {shown(value)}{size}"))
            return None
        pairs = zip(self._items, value, strict=True)
        return tuple(node.load(item, (*path, index), problems) for index, (node, item) in enumerate(pairs))


class MappingNode:
    """An object with arbitrary names."""

    def __init__(self, key: Node | None, item: Node) -> None:
        self._key = key
        self._item = item

    def schema(self, definitions: Definitions) -> dict[str, Any]:
        """The JSON schema."""
        return {"type": "object", "additionalProperties": self._item.schema(definitions) or True}

    def load(self, value: Any, path: Path, problems: list[str]) -> Any:
        """The dictionary."""
        if not isinstance(value, dict):
            problems.append(at(path, f"must be an object, not {shown(value)}"))
            return None
        return {
            self._key.load(name, (*path, name), problems) if self._key else name: self._item.load(
                item, (*path, name), problems
            )
            for name, item in value.items()
        }


class ConstrainedNode:
    """A type with a description or limits from `Annotated`."""

    def __init__(self, node: Node, keywords: Mapping[str, Any]) -> None:
        self._node = node
        self._keywords = keywords
        self.names = getattr(node, "names", ())

    def schema(self, definitions: Definitions) -> dict[str, Any]:
        """The JSON schema."""
        return {**self._node.schema(definitions), **self._keywords}

    def load(self, value: Any, path: Path, problems: list[str]) -> Any:
        """The instance, if the value is within the limits."""
        problems += [at(path, text) for text in constraint_problems(value, self._keywords)]
        return self._node.load(value, path, problems)


class AliasNode:
    """A `type` statement; it may refer to itself."""

    def __init__(self, alias: Any, builder: "Builder") -> None:
        self._alias = alias
        self._builder = builder

    def _node(self) -> Node:
        return self._builder.node(self._alias.__value__)

    def definition(self, definitions: Definitions) -> dict[str, Any]:
        """The schema of what it stands for."""
        return self._node().schema(definitions)

    def schema(self, definitions: Definitions) -> dict[str, Any]:
        """The JSON schema."""
        return definitions.reference(self, self._alias.__name__)

    def load(self, value: Any, path: Path, problems: list[str]) -> Any:
        """The instance of what it stands for."""
        return self._node().load(value, path, problems)


def _base64(text: str) -> bytes:
    return base64.b64decode(text, validate=True)


_BASIC: dict[Any, Node] = {
    Any: AnyNode(),
    object: AnyNode(),
    None: BasicNode("null", type(None)),
    type(None): BasicNode("null", type(None)),
    bool: BasicNode("boolean", bool),
    int: BasicNode("integer", int),
    float: BasicNode("number", int, float),
    str: BasicNode("string", str),
    bytes: TextNode("base64", _base64, contentEncoding="base64"),
    datetime.datetime: TextNode("an ISO 8601 date and time", datetime.datetime.fromisoformat, format="date-time"),
    datetime.date: TextNode("an ISO 8601 date", datetime.date.fromisoformat, format="date"),
    datetime.time: TextNode("an ISO 8601 time", datetime.time.fromisoformat, format="time"),
    uuid.UUID: TextNode("a UUID", uuid.UUID, format="uuid"),
    decimal.Decimal: TextNode("a decimal number", decimal.Decimal),
}

_ARRAYS: dict[Any, Callable[[list[Any]], Any]] = {
    list: list,
    set: set,
    frozenset: frozenset,
    collections.deque: collections.deque,
    collections.abc.Sequence: list,
    collections.abc.MutableSequence: list,
    collections.abc.Collection: list,
    collections.abc.Iterable: list,
    collections.abc.Set: set,
    collections.abc.MutableSet: set,
}
_MAPPINGS = (dict, collections.abc.Mapping, collections.abc.MutableMapping)

# Attributes of annotated_types, msgspec.Meta, pydantic.FieldInfo and typing_extensions.Doc.
_KEYWORDS = {
    "description": "description",
    "documentation": "description",
    "ge": "minimum",
    "le": "maximum",
    "gt": "exclusiveMinimum",
    "lt": "exclusiveMaximum",
    "multiple_of": "multipleOf",
    "pattern": "pattern",
}
_LENGTHS = {"min_length": ("minLength", "minItems"), "max_length": ("maxLength", "maxItems")}


def _keywords(metadata: tuple[Any, ...], is_array: bool) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for entry in metadata:
        if isinstance(entry, str):
            found["description"] = entry
            continue
        for part in (entry, *(getattr(entry, "metadata", None) or ())):
            for attribute, keyword in _KEYWORDS.items():
                value = getattr(part, attribute, None)
                if isinstance(value, str | int | float):
                    found[keyword] = value
            for attribute, names in _LENGTHS.items():
                value = getattr(part, attribute, None)
                if isinstance(value, int):
                    found[names[is_array]] = value
    return found


Variables = Mapping[Any, Any]


class Builder:
    """Makes the nodes of annotations; the same record gives the same node, so that records may be recursive."""

    def __init__(self) -> None:
        self.records: dict[Any, NamedNode] = {}

    def node(self, annotation: Any, variables: Variables = types.MappingProxyType({})) -> Node:
        """The node of an annotation. Raises TypeError for a type without a JSON form."""
        try:
            basic = _BASIC.get(annotation)
        except TypeError:  # not hashable
            basic = None
        if basic is not None:
            return basic
        for make in (self._special, self._union, self._record, self._choice, self._collection):
            node = make(annotation, variables)
            if node is not None:
                return node
        name = getattr(annotation, "__qualname__", None) or repr(annotation)
        raise TypeError(f"{name} has no JSON schema; use a dataclass, TypedDict, pydantic model or msgspec Struct")

    def _special(self, annotation: Any, variables: Variables) -> Node | None:
        if isinstance(annotation, typing.TypeVar):
            bound = variables.get(annotation, annotation.__bound__)
            return self.node(Any if bound is None else bound, variables)
        if isinstance(annotation, typing.NewType):
            return self.node(annotation.__supertype__, variables)
        if type(annotation).__name__ == "TypeAliasType":
            return self.records.setdefault(annotation, AliasNode(annotation, self))
        origin = typing.get_origin(annotation)
        if origin is typing.Annotated:
            inner, *metadata = typing.get_args(annotation)
            node = self.node(inner, variables)
            keywords = _keywords(tuple(metadata), isinstance(node, ArrayNode | TupleNode))
            return ConstrainedNode(node, keywords) if keywords else node
        if str(origin).rpartition(".")[2] in ("Final", "ClassVar", "Required", "NotRequired", "ReadOnly"):
            return self.node(typing.get_args(annotation)[0], variables)
        return None

    def _union(self, annotation: Any, variables: Variables) -> Node | None:
        if typing.get_origin(annotation) not in (typing.Union, types.UnionType):
            return None
        return UnionNode([self.node(part, variables) for part in typing.get_args(annotation)])

    def _record(self, annotation: Any, variables: Variables) -> Node | None:
        from ai_rust_client._schema.models import model_node
        from ai_rust_client._schema.records import record_node

        return model_node(annotation) or record_node(annotation, self, variables)

    def _choice(self, annotation: Any, variables: Variables) -> Node | None:
        if typing.get_origin(annotation) is typing.Literal:
            values = typing.get_args(annotation)
            return ChoiceNode([(v.value if isinstance(v, enum.Enum) else v, v) for v in values])
        if not (isinstance(annotation, type) and issubclass(annotation, enum.Enum)):
            return None
        is_plain = all(isinstance(member.value, str | int | float | None) for member in annotation)
        return ChoiceNode([(_plain(member.value) if is_plain else member.name, member) for member in annotation])

    def _collection(self, annotation: Any, variables: Variables) -> Node | None:
        origin = typing.get_origin(annotation) or annotation
        arguments = typing.get_args(annotation)
        if origin is tuple:
            return self._tuple(annotation, arguments, variables)
        if origin in _ARRAYS:
            item = self.node(arguments[0] if arguments else Any, variables)
            return ArrayNode(item, _ARRAYS[origin], unique=_ARRAYS[origin] in (set, frozenset))
        if origin in _MAPPINGS:
            key, item = arguments or (str, Any)
            return MappingNode(self._key(key, variables), self.node(item, variables))
        return None

    def _tuple(self, annotation: Any, arguments: tuple[Any, ...], variables: Variables) -> Node:
        if annotation in (tuple, typing.Tuple):  # noqa: UP006  what users may write
            return ArrayNode(AnyNode(), tuple)
        if len(arguments) == 2 and arguments[1] is Ellipsis:
            return ArrayNode(self.node(arguments[0], variables), tuple)
        return TupleNode([self.node(argument, variables) for argument in arguments])

    def _key(self, annotation: Any, variables: Variables) -> Node | None:
        if annotation in (str, Any):
            return None
        if annotation is int:
            return TextNode("an integer", int)
        node = self.node(annotation, variables)
        if isinstance(node, TextNode | ChoiceNode | ConstrainedNode | BasicNode):
            return node
        raise TypeError(f"{annotation!r} cannot be the key of a JSON object; keys are strings")


def _plain(value: Any) -> Any:
    """An enum's value without the enum: JSON encoders do not write members of `StrEnum` and `IntEnum` as such."""
    for kind in (bool, int, float, str):
        if isinstance(value, kind):
            return kind(value)
    return value
