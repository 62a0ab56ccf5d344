"""Python types as JSON schemas, and JSON as instances of them.

    schema = schema_of(Recipe)
    schema.response_format()            # for a request
    schema.load_text('{"name": …}')     # a Recipe, or MismatchError with all problems

A type is a pydantic model, msgspec Struct, dataclass, TypedDict, NamedTuple, any annotation built from these and the
usual builtins, or a JSON schema as a mapping. pydantic and msgspec are used only if the type is one of theirs.
"""

from ai_rust_client._schema.nodes import Definitions, Node
from ai_rust_client._schema.partial import PartialJson
from ai_rust_client._schema.problems import MismatchError
from ai_rust_client._schema.schema import Schema, schema_of
from ai_rust_client._schema.types import Builder

__all__ = ["Builder", "Definitions", "MismatchError", "Node", "PartialJson", "Schema", "schema_of"]
