"""The module `openai.types.shared_params`: types of what is sent, which are plain dicts here."""

from typing import TYPE_CHECKING

from ai_rust_client.compat._not_covered import missing_from
from ai_rust_client.compat.types._sent import Param

ChatModel = str
ComparisonFilter = Param
CompoundFilter = Param
CustomToolInputFormat = Param
FunctionDefinition = Param
FunctionParameters = Param
Metadata = dict[str, str]
Reasoning = Param
ReasoningEffort = str
ResponseFormatJSONObject = Param
ResponseFormatJSONSchema = Param
ResponseFormatText = Param
ResponsesModel = str

__all__ = [
    "ChatModel",
    "ComparisonFilter",
    "CompoundFilter",
    "CustomToolInputFormat",
    "FunctionDefinition",
    "FunctionParameters",
    "Metadata",
    "Reasoning",
    "ReasoningEffort",
    "ResponseFormatJSONObject",
    "ResponseFormatJSONSchema",
    "ResponseFormatText",
    "ResponsesModel",
]

if not TYPE_CHECKING:  # type checkers report missing names
    __getattr__ = missing_from("types.shared_params")
