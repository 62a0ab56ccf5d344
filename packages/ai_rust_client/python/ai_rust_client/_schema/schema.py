"""A schema: what is sent to the provider, and how its answer becomes an instance."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from ai_rust_client._schema.check import Checker
from ai_rust_client._schema.nodes import Definitions, Node
from ai_rust_client._schema.problems import MismatchError, Path
from ai_rust_client._schema.strict import is_strict, strict_form
from ai_rust_client._schema.text import json_values
from ai_rust_client._schema.types import Builder

_WRAPPED = "value"
"""The name of the only property of an object around a value that is not an object."""


@dataclass(frozen=True, slots=True)
class Schema:
    """A type as JSON schema. `is_strict` says whether providers can enforce it while they generate.

    A type that is not an object (`list[int]`, a union) is sent as an object with the property `value`, since providers
    demand an object; `load` unwraps it.
    """

    name: str
    json_schema: Mapping[str, Any]
    is_strict: bool
    is_wrapped: bool
    node: Node

    def response_format(self) -> dict[str, Any]:
        """The option `response_format` of a request."""
        inner: dict[str, Any] = {"name": self.name, "schema": self.json_schema}
        if description := self.json_schema.get("description"):
            inner["description"] = description
        return {"type": "json_schema", "json_schema": inner | {"strict": self.is_strict}}

    def tool(self) -> dict[str, Any]:
        """A tool whose arguments are the answer."""
        function: dict[str, Any] = {"name": self.name, "parameters": self.json_schema}
        if description := self.json_schema.get("description"):
            function["description"] = description
        return {"type": "function", "function": function | ({"strict": True} if self.is_strict else {})}

    def load(self, value: Any) -> Any:
        """The instance for a JSON value. Raises `MismatchError` with all problems."""
        path: Path = ()
        if self.is_wrapped and isinstance(value, dict) and value.keys() == {_WRAPPED}:
            value, path = value[_WRAPPED], (_WRAPPED,)
        problems: list[str] = []
        result = self.node.load(value, path, problems)
        if problems:
            raise MismatchError(problems)
        return result

    def load_text(self, text: str) -> Any:
        """The instance for the text of an answer, which may be fenced or within prose. Raises `MismatchError`."""
        first: MismatchError | None = None
        for value in json_values(text):
            try:
                return self.load(value)
            except MismatchError as mismatch:
                first = first or mismatch
        if self.is_wrapped and text.strip():  # a model that answers in plain text: positive
            try:
                return self.load(text.strip())
            except MismatchError:
                pass
        raise first or MismatchError(["the answer contains no JSON" if text.strip() else "the answer is empty"])

    def unwrap(self, value: Any) -> Any:
        """Plain JSON as it arrives, without the object around it."""
        return value.get(_WRAPPED) if self.is_wrapped and isinstance(value, dict) else value


class _MappingNode:
    """A JSON schema that the user wrote: values are checked and returned as plain JSON."""

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self._schema = schema

    def schema(self, definitions: Definitions) -> dict[str, Any]:
        """The JSON schema, unchanged."""
        return dict(self._schema)

    def load(self, value: Any, path: Path, problems: list[str]) -> Any:
        """The value itself."""
        checker = Checker(self._schema)
        checker.check(value, self._schema, path)
        problems += checker.problems
        return value


def schema_of(kind: Any) -> Schema:
    """The schema of a type, or of a JSON schema; also of `{"name": …, "schema": …, "strict": …}`.

    Raises TypeError for a type that has no JSON schema.
    """
    if isinstance(kind, Schema):
        return kind
    if isinstance(kind, Mapping):
        return _of_mapping(kind)
    return _of_annotation_once(kind) if isinstance(kind, type) else _of_annotation(kind)


def _of_mapping(kind: Mapping[str, Any]) -> Schema:
    kind = kind.get("json_schema", kind) if kind.get("type") == "json_schema" else kind
    outer: Mapping[str, Any] = {}
    if isinstance(kind.get("schema"), Mapping):
        outer, kind = kind, kind["schema"]
    try:
        schema = json.loads(json.dumps(kind))
    except (TypeError, ValueError) as error:
        raise TypeError(f"the JSON schema has no JSON form: {error}") from error
    name = outer.get("name") or schema.get("title") or "answer"
    is_object = schema.get("type") == "object" or "properties" in schema
    sent = schema if is_object else _wrapped(schema)
    strict = outer.get("strict")
    return Schema(_safe(name), sent, is_strict(sent) if strict is None else strict, not is_object, _MappingNode(schema))


def _of_annotation(kind: Any) -> Schema:
    node = Builder().node(kind)
    definitions = Definitions()
    schema = _without_reference(node.schema(definitions), definitions.schemas)
    is_object = schema.get("type") == "object"
    if definitions.schemas:
        schema["$defs"] = definitions.schemas
    schema = json.loads(json.dumps(schema if is_object else _wrapped(schema)))
    strict = strict_form(schema)
    name = getattr(kind, "__name__", "answer") if isinstance(kind, type) else "answer"
    return Schema(_safe(name), strict or schema, strict is not None, not is_object, node)


# Annotations are not looked up: `int | float` equals `float | int`, but is read in another order.
_of_annotation_once = lru_cache(maxsize=256)(_of_annotation)


def _without_reference(schema: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    """The root with its own reference replaced; the definition goes if nothing else refers to it."""
    name = str(schema.get("$ref", "")).removeprefix("#/$defs/")
    if name not in definitions:
        return schema
    if json.dumps(definitions).count(json.dumps(f"#/$defs/{name}")):
        return dict(definitions[name])
    return dict(definitions.pop(name))


def _wrapped(schema: Mapping[str, Any]) -> dict[str, Any]:
    inner = {name: part for name, part in schema.items() if name not in ("$defs", "definitions", "$schema", "$id")}
    shared = {name: schema[name] for name in ("$defs", "definitions") if name in schema}
    return {
        "type": "object", "properties": {_WRAPPED: inner}, "required": [_WRAPPED], "additionalProperties": False,
    } | shared  # fmt: skip


def _safe(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9_-]+", "_", name)[:64].strip("_") or "answer"
