"""The kinds of types as nodes, which describe themselves as JSON schema and read JSON values."""

import sys
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
