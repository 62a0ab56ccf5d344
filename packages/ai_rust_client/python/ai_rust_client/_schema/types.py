"""Annotations as nodes."""

import base64
import collections.abc
import datetime
import decimal
import enum
import types
import typing
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from ai_rust_client._schema.nodes import (
    AnyNode,
    ArrayNode,
    BasicNode,
    ChoiceNode,
    ConstrainedNode,
    Definitions,
    MappingNode,
    NamedNode,
    Node,
    TextNode,
    TupleNode,
    UnionNode,
)
from ai_rust_client._schema.problems import Path


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
