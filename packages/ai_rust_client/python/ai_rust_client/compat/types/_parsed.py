"""Completions whose content and tool arguments were read as instances of types."""

from typing import Any, ClassVar, Generic, TypeVar

from ai_rust_client.compat._model import Defaults, build
from ai_rust_client.compat.types._completion import (
    ChatCompletion,
    ChatCompletionMessage,
    ChatCompletionMessageFunctionToolCall,
    Choice,
    Function,
)

T = TypeVar("T")


class ParsedFunction(Function):
    """The function that the model calls, with its arguments as an instance, or as JSON."""

    parsed_arguments: object | None = None

    def _to_send(self) -> dict[str, Any]:
        fields = super()._to_send()
        fields.pop("parsed_arguments", None)
        return fields


class ParsedFunctionToolCall(ChatCompletionMessageFunctionToolCall):
    """A complete function call."""

    function: ParsedFunction  # pyright: ignore[reportIncompatibleVariableOverride]


class ParsedChatCompletionMessage(ChatCompletionMessage, Generic[T]):
    """The message of the model; `parsed` is its content as an instance, None if it has none."""

    parsed: T | None = None
    tool_calls: list[ParsedFunctionToolCall] | None = None  # type: ignore[assignment]  # pyright: ignore

    def _to_send(self) -> dict[str, Any]:
        fields = super()._to_send()
        fields.pop("parsed", None)
        return fields


class ParsedChoice(Choice, Generic[T]):
    """One choice, with the reason for its end."""

    _defaults: ClassVar[Defaults] = {
        "message": lambda choice: build(ParsedChatCompletionMessage, {"content": choice.get("text")})
    }

    message: ParsedChatCompletionMessage[T]  # pyright: ignore[reportIncompatibleVariableOverride]


class ParsedChatCompletion(ChatCompletion, Generic[T]):
    """A whole answer."""

    choices: list[ParsedChoice[T]]  # type: ignore[assignment]  # pyright: ignore
