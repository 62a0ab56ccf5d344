"""pydantic models and msgspec Structs, which their libraries describe and validate."""

import json
import re
import typing
from typing import Any

from ai_rust_client._schema.nodes import Definitions, Node
from ai_rust_client._schema.problems import Path, at


class _ModelNode:
    """A type that a library describes; its `$defs` become part of the whole schema's."""

    def __init__(self, kind: Any) -> None:
        self._kind = kind

    def described(self) -> dict[str, Any]:
        """The JSON schema as the library gives it, with its own `$defs`."""
        raise NotImplementedError

    def schema(self, definitions: Definitions) -> dict[str, Any]:
        """The JSON schema."""
        schema = self.described()
        definitions.schemas |= schema.pop("$defs", {})
        return schema


class PydanticNode(_ModelNode):
    """A model, dataclass or annotated type of pydantic 2."""

    def __init__(self, kind: Any) -> None:
        super().__init__(kind)
        from pydantic import TypeAdapter

        self._adapter = TypeAdapter(kind)

    def described(self) -> dict[str, Any]:
        """The JSON schema of what is validated."""
        return self._adapter.json_schema()

    def load(self, value: Any, path: Path, problems: list[str]) -> Any:
        """The validated instance."""
        from pydantic import ValidationError

        try:
            return self._adapter.validate_json(json.dumps(value))
        except ValidationError as error:
            problems += [at((*path, *item["loc"]), item["msg"]) for item in error.errors(include_url=False)]
            return None


class PydanticV1Node(_ModelNode):
    """A model of pydantic 1, or of `pydantic.v1`."""

    def described(self) -> dict[str, Any]:
        """The JSON schema, with its definitions under today's name."""
        text = json.dumps(self._kind.schema()).replace('"#/definitions/', '"#/$defs/')
        schema: dict[str, Any] = json.loads(text)
        if "definitions" in schema:
            schema["$defs"] = schema.pop("definitions")
        return schema

    def load(self, value: Any, path: Path, problems: list[str]) -> Any:
        """The validated instance."""
        try:
            return self._kind.parse_obj(value)
        except ValueError as error:
            errors: Any = getattr(error, "errors", None)
            found = errors() if errors else [{"loc": (), "msg": str(error)}]
            problems += [at((*path, *item["loc"]), item["msg"]) for item in found]
            return None


class MsgspecNode(_ModelNode):
    """A Struct of msgspec."""

    def described(self) -> dict[str, Any]:
        """The JSON schema."""
        import msgspec

        return msgspec.json.schema(self._kind)

    def load(self, value: Any, path: Path, problems: list[str]) -> Any:
        """The decoded instance; msgspec reports its first problem only."""
        import msgspec

        try:
            return msgspec.json.decode(json.dumps(value), type=self._kind)
        except msgspec.ValidationError as error:
            text, _, place = str(error).partition(" - at `$")
            steps = re.findall(r"\[(\d+|\.\.\.)\]|\.?([\w-]+)", place)
            inner = [int(index) if index.isdigit() else index or name for index, name in steps]
            problems.append(at((*path, *inner), text.replace("`", "")))
            return None


def model_node(annotation: Any) -> Node | None:
    """The node of a type of pydantic or msgspec, or None."""
    kind = typing.get_origin(annotation) or annotation
    if hasattr(kind, "__struct_fields__"):
        return MsgspecNode(annotation)
    if hasattr(kind, "__get_pydantic_core_schema__") or hasattr(kind, "__pydantic_core_schema__"):
        return PydanticNode(annotation)
    if hasattr(kind, "__fields__") and hasattr(kind, "parse_obj"):
        return PydanticV1Node(annotation)
    return None
