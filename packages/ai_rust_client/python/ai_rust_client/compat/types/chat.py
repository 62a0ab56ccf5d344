"""The module `openai.types.chat`: the models of chats, and the types of what is sent, which are plain dicts here."""

from typing import TYPE_CHECKING

from ai_rust_client.compat._not_covered import missing_from
from ai_rust_client.compat.types._chunk import ChatCompletionChunk
from ai_rust_client.compat.types._completion import (
    ChatCompletion,
    ChatCompletionAudio,
    ChatCompletionMessage,
    ChatCompletionMessageCustomToolCall,
    ChatCompletionMessageFunctionToolCall,
)
from ai_rust_client.compat.types._parsed import (
    ParsedChatCompletion,
    ParsedChatCompletionMessage,
    ParsedChoice,
    ParsedFunction,
    ParsedFunctionToolCall,
)
from ai_rust_client.compat.types._sent import Param
from ai_rust_client.compat.types._shared import ChatCompletionTokenLogprob

ChatCompletionAllowedToolsParam = Param
ChatCompletionAssistantMessageParam = Param
ChatCompletionAudioParam = Param
ChatCompletionContentPartImageParam = Param
ChatCompletionContentPartInputAudioParam = Param
ChatCompletionContentPartParam = Param
ChatCompletionContentPartRefusalParam = Param
ChatCompletionContentPartTextParam = Param
ChatCompletionCustomToolParam = Param
ChatCompletionDeveloperMessageParam = Param
ChatCompletionFunctionMessageParam = Param
ChatCompletionFunctionToolParam = Param
ChatCompletionMessageFunctionToolCallParam = Param
ChatCompletionMessageParam = Param
ChatCompletionMessageToolCall = ChatCompletionMessageFunctionToolCall
ChatCompletionMessageToolCallParam = Param
ChatCompletionMessageToolCallUnionParam = Param
ChatCompletionNamedToolChoiceParam = Param
ChatCompletionPredictionContentParam = Param
ChatCompletionStreamOptionsParam = Param
ChatCompletionSystemMessageParam = Param
ChatCompletionToolChoiceOptionParam = str | Param
ChatCompletionToolMessageParam = Param
ChatCompletionToolParam = Param
ChatCompletionToolUnionParam = Param
ChatCompletionUserMessageParam = Param

__all__ = [
    "ChatCompletion",
    "ChatCompletionAllowedToolsParam",
    "ChatCompletionAssistantMessageParam",
    "ChatCompletionAudio",
    "ChatCompletionAudioParam",
    "ChatCompletionChunk",
    "ChatCompletionContentPartImageParam",
    "ChatCompletionContentPartInputAudioParam",
    "ChatCompletionContentPartParam",
    "ChatCompletionContentPartRefusalParam",
    "ChatCompletionContentPartTextParam",
    "ChatCompletionCustomToolParam",
    "ChatCompletionDeveloperMessageParam",
    "ChatCompletionFunctionMessageParam",
    "ChatCompletionFunctionToolParam",
    "ChatCompletionMessage",
    "ChatCompletionMessageCustomToolCall",
    "ChatCompletionMessageFunctionToolCall",
    "ChatCompletionMessageFunctionToolCallParam",
    "ChatCompletionMessageParam",
    "ChatCompletionMessageToolCall",
    "ChatCompletionMessageToolCallParam",
    "ChatCompletionMessageToolCallUnionParam",
    "ChatCompletionNamedToolChoiceParam",
    "ChatCompletionPredictionContentParam",
    "ChatCompletionStreamOptionsParam",
    "ChatCompletionSystemMessageParam",
    "ChatCompletionTokenLogprob",
    "ChatCompletionToolChoiceOptionParam",
    "ChatCompletionToolMessageParam",
    "ChatCompletionToolParam",
    "ChatCompletionToolUnionParam",
    "ChatCompletionUserMessageParam",
    "ParsedChatCompletion",
    "ParsedChatCompletionMessage",
    "ParsedChoice",
    "ParsedFunction",
    "ParsedFunctionToolCall",
]

if not TYPE_CHECKING:  # type checkers report missing names
    __getattr__ = missing_from("types.chat")
