"""Models of answers as fields of pydantic models, and as FastAPI's response models. Only pydantic imports this."""

from typing import Any

from pydantic_core import core_schema

from ai_rust_client.compat._model import BaseModel, Field

_NAMES = {str: "string", bool: "boolean", int: "integer", float: "number"}


def core_schema_of(model: type[BaseModel]) -> core_schema.CoreSchema:
    """The schema with which pydantic reads and writes a model."""
    serialization = core_schema.plain_serializer_function_ser_schema(_dump, info_arg=True)
    return core_schema.no_info_plain_validator_function(model.model_validate, serialization=serialization)


def _dump(model: BaseModel, info: core_schema.SerializationInfo) -> dict[str, Any]:
    return model.model_dump(
        exclude_unset=info.exclude_unset, exclude_defaults=info.exclude_defaults, exclude_none=info.exclude_none
    )


def json_schema_of(model: type[BaseModel]) -> dict[str, Any]:
    """The JSON schema of a model, in which any declared field may also be null."""
    properties = {name: _of_field(field) for name, field in model._declared.items()}
    return {"type": "object", "title": model.__name__, "properties": properties}


def _of_field(field: Field) -> dict[str, Any]:
    if field.types is None:
        return {}
    models = [json_schema_of(model) for model in field.models]
    objects = models or [{"type": "object"}]
    kinds: list[dict[str, Any]] = [{"type": name} for kind, name in _NAMES.items() if kind in field.types]
    if dict in field.types:
        kinds += objects
    if list in field.types:
        kinds.append({"type": "array", "items": {"anyOf": models}} if models else {"type": "array"})
    return {"anyOf": [*kinds, {"type": "null"}]}
