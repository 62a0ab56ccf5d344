"""The module `openai.types.responses`: the models of responses, and the types of what is sent, as plain dicts."""

from typing import TYPE_CHECKING

from ai_rust_client.compat._not_covered import missing_from
from ai_rust_client.compat.types._parsed_response import (
    ParsedResponse,
    ParsedResponseFunctionToolCall,
    ParsedResponseOutputMessage,
    ParsedResponseOutputText,
)
from ai_rust_client.compat.types._response import (
    Response,
    ResponseError,
    ResponseFunctionToolCall,
    ResponseOutputItem,
    ResponseOutputMessage,
    ResponseOutputRefusal,
    ResponseOutputText,
    ResponseReasoningItem,
    ResponseStreamEvent,
    ResponseUsage,
)
from ai_rust_client.compat.types._sent import Param

EasyInputMessageParam = Param
FileSearchToolParam = Param
FunctionToolParam = Param
ResponseFormatTextConfigParam = Param
ResponseFormatTextJSONSchemaConfigParam = Param
ResponseFunctionToolCallParam = Param
ResponseIncludable = str
ResponseInputContentParam = Param
ResponseInputFileParam = Param
ResponseInputImageParam = Param
ResponseInputItemParam = Param
ResponseInputMessageContentListParam = list[Param]
ResponseInputParam = list[Param]
ResponseInputTextParam = Param
ResponseOutputMessageParam = Param
ResponseOutputTextParam = Param
ResponseReasoningItemParam = Param
ResponseStatus = str
ResponseTextConfigParam = Param
ToolChoiceFunctionParam = Param
ToolChoiceTypesParam = Param
ToolParam = Param
WebSearchToolParam = Param

__all__ = [
    "EasyInputMessageParam",
    "FileSearchToolParam",
    "FunctionToolParam",
    "ParsedResponse",
    "ParsedResponseFunctionToolCall",
    "ParsedResponseOutputMessage",
    "ParsedResponseOutputText",
    "Response",
    "ResponseError",
    "ResponseFormatTextConfigParam",
    "ResponseFormatTextJSONSchemaConfigParam",
    "ResponseFunctionToolCall",
    "ResponseFunctionToolCallParam",
    "ResponseIncludable",
    "ResponseInputContentParam",
    "ResponseInputFileParam",
    "ResponseInputImageParam",
    "ResponseInputItemParam",
    "ResponseInputMessageContentListParam",
    "ResponseInputParam",
    "ResponseInputTextParam",
    "ResponseOutputItem",
    "ResponseOutputMessage",
    "ResponseOutputMessageParam",
    "ResponseOutputRefusal",
    "ResponseOutputText",
    "ResponseOutputTextParam",
    "ResponseReasoningItem",
    "ResponseReasoningItemParam",
    "ResponseStatus",
    "ResponseStreamEvent",
    "ResponseTextConfigParam",
    "ResponseUsage",
    "ToolChoiceFunctionParam",
    "ToolChoiceTypesParam",
    "ToolParam",
    "WebSearchToolParam",
]

if not TYPE_CHECKING:  # type checkers report missing names
    __getattr__ = missing_from("types.responses")
