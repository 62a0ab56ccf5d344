"""Responses whose text and tool arguments were read as instances of types."""

from typing import Any, Generic, Literal, TypeVar

from ai_rust_client.compat.types._response import (
    Response,
    ResponseFunctionToolCall,
    ResponseOutputItem,
    ResponseOutputMessage,
    ResponseOutputRefusal,
    ResponseOutputText,
    ResponseReasoningItem,
)

T = TypeVar("T")


class ParsedResponseOutputText(ResponseOutputText, Generic[T]):
    """A piece of text of the answer; `parsed` is the text as an instance."""

    type: Literal["output_text"]
    parsed: T | None = None

    def _to_send(self) -> dict[str, Any]:
        fields = super()._to_send()
        fields.pop("parsed", None)
        return fields


class ParsedResponseOutputMessage(ResponseOutputMessage, Generic[T]):
    """A message of the model."""

    content: list[ParsedResponseOutputText[T] | ResponseOutputRefusal]  # type: ignore[assignment]  # pyright: ignore
    type: Literal["message"]


class ParsedResponseFunctionToolCall(ResponseFunctionToolCall):
    """A call of a function, with its arguments as an instance, or as JSON."""

    type: Literal["function_call"]
    parsed_arguments: object | None = None

    def _to_send(self) -> dict[str, Any]:
        fields = super()._to_send()
        fields.pop("parsed_arguments", None)
        return fields


class ParsedResponse(Response, Generic[T]):
    """A response."""

    output: list[  # type: ignore[assignment]  # pyright: ignore
        ResponseOutputItem | ParsedResponseOutputMessage[T] | ParsedResponseFunctionToolCall | ResponseReasoningItem
    ]

    @property
    def output_parsed(self) -> T | None:
        """The text of the answer as an instance, None if there is none."""
        messages = [item for item in self.output or () if isinstance(item, ParsedResponseOutputMessage)]
        parts = [part for message in messages for part in message.content or ()]
        parsed = [part.parsed for part in parts if isinstance(part, ParsedResponseOutputText)]
        return next((instance for instance in parsed if instance is not None), None)
