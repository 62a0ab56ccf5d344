"""The module `openai.types.chat`: the models of chats, and the types of what is sent, which are plain dicts here."""

from typing import Any

from ai_rust_client.compat.types import (
    ChatCompletion,
    ChatCompletionAudio,
    ChatCompletionChunk,
    ChatCompletionMessage,
    ChatCompletionMessageCustomToolCall,
    ChatCompletionMessageFunctionToolCall,
    ChatCompletionTokenLogprob,
    ParsedChatCompletion,
    ParsedChatCompletionMessage,
    ParsedChoice,
    ParsedFunction,
    ParsedFunctionToolCall,
)

Param = dict[str, Any]

ChatCompletionAssistantMessageParam = Param
ChatCompletionContentPartImageParam = Param
ChatCompletionContentPartInputAudioParam = Param
ChatCompletionContentPartParam = Param
ChatCompletionContentPartTextParam = Param
ChatCompletionDeveloperMessageParam = Param
ChatCompletionFunctionToolParam = Param
ChatCompletionMessageParam = Param
ChatCompletionMessageFunctionToolCallParam = Param
ChatCompletionMessageToolCall = ChatCompletionMessageFunctionToolCall
ChatCompletionMessageToolCallParam = Param
ChatCompletionNamedToolChoiceParam = Param
ChatCompletionStreamOptionsParam = Param
ChatCompletionSystemMessageParam = Param
ChatCompletionToolChoiceOptionParam = str | Param
ChatCompletionToolMessageParam = Param
ChatCompletionToolParam = Param
ChatCompletionToolUnionParam = Param
ChatCompletionUserMessageParam = Param

__all__ = [
    "ChatCompletion",
    "ChatCompletionAssistantMessageParam",
    "ChatCompletionAudio",
    "ChatCompletionChunk",
    "ChatCompletionContentPartImageParam",
    "ChatCompletionContentPartInputAudioParam",
    "ChatCompletionContentPartParam",
    "ChatCompletionContentPartTextParam",
    "ChatCompletionDeveloperMessageParam",
    "ChatCompletionFunctionToolParam",
    "ChatCompletionMessage",
    "ChatCompletionMessageCustomToolCall",
    "ChatCompletionMessageFunctionToolCall",
    "ChatCompletionMessageFunctionToolCallParam",
    "ChatCompletionMessageParam",
    "ChatCompletionMessageToolCall",
    "ChatCompletionMessageToolCallParam",
    "ChatCompletionNamedToolChoiceParam",
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
