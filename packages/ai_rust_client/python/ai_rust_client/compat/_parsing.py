"""Structured output: types as `response_format`, and what the model wrote as their instances."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from ai_rust_client.compat._content import text_of
from ai_rust_client.compat._errors import ContentFilterFinishReasonError, LengthFinishReasonError
from ai_rust_client.compat._options import is_omitted
from ai_rust_client.compat.types import ParsedChatCompletion


class FunctionTool(dict[str, Any]):
    """A function of a tool, with the type of its arguments."""

    def __init__(self, fields: Mapping[str, Any], model: Any) -> None:
        super().__init__(fields)
        self.model = model


def pydantic_function_tool(model: Any, *, name: str | None = None, description: str | None = None) -> dict[str, Any]:
    """A strict tool whose arguments are a pydantic model, msgspec Struct, dataclass or TypedDict."""
    from ai_rust_client._schema import schema_of

    schema = schema_of(model)
    description = description if description is not None else model.__doc__
    fields = {"name": name or model.__name__, "strict": True, "parameters": schema.json_schema}
    if description is not None:
        fields["description"] = description
    return {"type": "function", "function": FunctionTool(fields, model)}


class OutputParser:
    """Reads contents as instances of `response_format`, and arguments as those of the tools."""

    def __init__(self, response_format: Any = None, tools: Any = None) -> None:
        is_type = response_format is not None and not is_omitted(response_format)
        self._kind = response_format if is_type and not isinstance(response_format, Mapping) else None
        self._functions = [_function(tool) for tool in tools or () if not is_omitted(tool)]

    @property
    def has_type(self) -> bool:
        """Whether contents are read as instances."""
        return self._kind is not None

    @property
    def is_strict(self) -> bool:
        """Whether a completion that was cut is useless."""
        return self.has_type or any(_is_strict(function) for function in self._functions)

    def content(self, message: Mapping[str, Any]) -> Any:
        """The content of a message as an instance. Raises the type's own ValueError if it does not fit."""
        text = text_of(message.get("content"))
        if self._kind is None or not text or message.get("refusal"):
            return None
        return _load(self._kind, text)

    def strict_function(self, name: object) -> Mapping[str, Any] | None:
        """The function with this name, if its arguments are read."""
        named = (function for function in self._functions if function.get("name") == name)
        return next((function for function in named if _is_strict(function)), None)

    def arguments(self, name: object, text: object) -> Any:
        """The arguments of a call as an instance or as JSON, None if the tool is not strict."""
        function = self.strict_function(name)
        if function is None or not isinstance(text, str):
            return None
        return _load(function.model, text) if isinstance(function, FunctionTool) else json.loads(text)

    def parse(self, completion: ParsedChatCompletion[Any]) -> ParsedChatCompletion[Any]:
        """The completion with all that can be parsed. Raises if it was cut or filtered."""
        for choice in completion.choices:
            if choice.finish_reason == "length":
                raise LengthFinishReasonError(completion=completion)
            if choice.finish_reason == "content_filter":
                raise ContentFilterFinishReasonError(completion=completion)
            message = choice.message
            message.parsed = self.content(vars(message))
            message.tool_calls = message.tool_calls or None
            for call in message.tool_calls or ():
                if call.function is not None:
                    call.function.parsed_arguments = self.arguments(call.function.name, call.function.arguments)
        return completion


def response_format_of(response_format: Any) -> Any:
    """What is sent: a type as its JSON schema, anything else unchanged."""
    if response_format is None or is_omitted(response_format) or isinstance(response_format, Mapping):
        return response_format
    from ai_rust_client._schema import schema_of

    return schema_of(response_format).response_format()


def check_tools(tools: Iterable[Mapping[str, Any]]) -> None:
    """Raise ValueError for a tool whose arguments cannot be relied on."""
    for tool in tools:
        if tool.get("type") != "function":
            raise ValueError(f"parse() reads only tools of type `function`, not `{tool.get('type')}`")
        if not _is_strict(_function(tool)):
            raise ValueError(f"`{_function(tool).get('name')}` is not strict; parse() reads only strict tools")


def _function(tool: Mapping[str, Any]) -> Mapping[str, Any]:
    function = tool.get("function")
    return function if tool.get("type") == "function" and isinstance(function, Mapping) else {}


def _is_strict(function: Mapping[str, Any]) -> bool:
    return isinstance(function, FunctionTool) or function.get("strict") is True


def _load(kind: Any, text: str) -> Any:
    if hasattr(kind, "model_validate_json"):
        return kind.model_validate_json(text)  # raises pydantic's own error, as with the OpenAI library
    from ai_rust_client._schema import schema_of

    return schema_of(kind).load_text(text)
