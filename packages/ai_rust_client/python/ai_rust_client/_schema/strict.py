"""The form of a JSON schema that providers can enforce while they generate ("strict" structured output).

Every object lists all of its properties as required and allows no others, alternatives are `anyOf`, tuples are arrays
of a fixed length, and there are no defaults. An object with arbitrary names, or a value of any type, has no such form.
See https://platform.openai.com/docs/guides/structured-outputs#supported-schemas
"""

from collections.abc import Mapping
from typing import Any


class NotStrictError(Exception):
    """The schema has no strict form."""


_UNSUPPORTED = frozenset({
    "patternProperties", "propertyNames", "unevaluatedProperties", "not", "if", "then", "else", "dependentRequired",
    "dependentSchemas", "contains", "unevaluatedItems",
})  # fmt: skip
_DROPPED = frozenset({"default", "discriminator", "examples", "uniqueItems"})


def strict_form(schema: Mapping[str, Any]) -> dict[str, Any] | None:
    """The strict form of `schema`, or None if it has none."""
    try:
        return _strict(schema)
    except NotStrictError:
        return None


def is_strict(schema: Mapping[str, Any]) -> bool:
    """Whether a schema is in its strict form already."""
    return strict_form(schema) == schema


def _strict(schema: Any) -> dict[str, Any]:
    if not isinstance(schema, Mapping) or _UNSUPPORTED & schema.keys():
        raise NotStrictError
    result = {name: value for name, value in schema.items() if name not in _DROPPED}
    if "$ref" in result:
        # A reference may have no siblings. A root that is one was replaced before.
        return {"$ref": result["$ref"]}
    if "allOf" in result:
        parts = result.pop("allOf")
        if len(parts) != 1:
            raise NotStrictError
        return _strict({**parts[0], **result})
    for keyword in {"$defs", "definitions"} & result.keys():
        result[keyword] = {name: _strict(part) for name, part in result[keyword].items()}
    alternatives = result.pop("oneOf", None) or result.get("anyOf")
    if alternatives:
        result["anyOf"] = [_strict(part) for part in alternatives]
    return _strict_members(result)


def _strict_members(schema: dict[str, Any]) -> dict[str, Any]:
    kinds = schema.get("type")
    kinds = [kinds] if isinstance(kinds, str) else kinds or []
    if "object" in kinds:
        _strict_object(schema)
    if "array" in kinds:
        _strict_array(schema)
    if not kinds and not {"anyOf", "enum", "const"} & schema.keys():
        raise NotStrictError
    return schema


def _strict_object(schema: dict[str, Any]) -> None:
    if schema.get("additionalProperties", False) is not False or "properties" not in schema:
        raise NotStrictError
    schema["properties"] = {name: _strict(part) for name, part in schema["properties"].items()}
    schema["required"] = list(schema["properties"])
    schema["additionalProperties"] = False


def _strict_array(schema: dict[str, Any]) -> None:
    first = schema.pop("prefixItems", None)
    if first:
        rest = schema.get("items", False)
        parts = [*first, *([rest] if rest is not False else [])]
        distinct = [part for index, part in enumerate(parts) if part not in parts[:index]]
        schema["items"] = distinct[0] if len(distinct) == 1 else {"anyOf": distinct}
    if not schema.get("items"):
        raise NotStrictError
    schema["items"] = _strict(schema["items"])
