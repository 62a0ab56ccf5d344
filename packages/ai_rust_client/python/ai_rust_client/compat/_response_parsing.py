"""`responses.parse` and the events of `responses.stream`: texts and arguments as instances of types."""

from collections.abc import Iterable, Mapping
from typing import Any

from ai_rust_client.compat._model import build
from ai_rust_client.compat._options import is_omitted
from ai_rust_client.compat._parsing import FunctionTool, OutputParser, response_format_of
from ai_rust_client.compat.types import ResponseStreamEvent
from ai_rust_client.compat.types._parsed_response import (
    ParsedResponse,
    ParsedResponseFunctionToolCall,
    ParsedResponseOutputMessage,
    ParsedResponseOutputText,
)

_WITH_SNAPSHOT = ("response.output_text.delta", "response.function_call_arguments.delta")
_FINAL_PHASES = (None, "final_answer")


class ResponseParser:
    """Reads the texts of a response as instances of `text_format`, and arguments as those of the tools."""

    def __init__(self, text_format: Any, tools: Iterable[Mapping[str, Any]]) -> None:
        functions = [{"type": "function", "function": tool} for tool in tools if tool.get("type") == "function"]
        self._parser = OutputParser(text_format, functions)

    def text(self, text: object, phase: object) -> Any:
        """The text of a message as an instance; None for a message before the final one."""
        return self._parser.content({"content": text}) if phase in _FINAL_PHASES else None

    def response(self, data: dict[str, Any]) -> ParsedResponse[Any]:
        """The response with all that can be parsed. Raises the type's own ValueError for what does not fit."""
        response: ParsedResponse[Any] = build(ParsedResponse, data)
        for item in response.output or ():
            if isinstance(item, ParsedResponseFunctionToolCall):
                item.parsed_arguments = self._parser.arguments(item.name, item.arguments)
            elif isinstance(item, ParsedResponseOutputMessage):
                self._parse_message(item)
        return response

    def _parse_message(self, message: ParsedResponseOutputMessage[Any]) -> None:
        for part in message.content or ():
            if isinstance(part, ParsedResponseOutputText):
                part.parsed = self.text(part.text, getattr(message, "phase", None))


class ResponseStreamState:
    """Adds to the events of a response what they add up to."""

    def __init__(self, parser: ResponseParser) -> None:
        self._parser = parser
        self._snapshots: dict[Any, str] = {}
        self._phases: dict[Any, Any] = {}
        self.response: ParsedResponse[Any] | None = None

    def add_to(self, event: ResponseStreamEvent) -> ResponseStreamEvent:
        """The event with the text so far in `snapshot`, or with an instance in `parsed` or in its response."""
        fields = vars(event)
        kind, output = event.type, str(fields.get("output_index"))
        if kind in _WITH_SNAPSHOT:
            place = kind, output, str(fields.get("content_index"))
            delta = fields.get("delta")
            self._snapshots[place] = self._snapshots.get(place, "") + (delta if isinstance(delta, str) else "")
            fields["snapshot"] = self._snapshots[place]
        elif kind == "response.output_item.added":
            self._phases[output] = getattr(event.item, "phase", None)
        elif kind == "response.output_text.done":
            fields["parsed"] = self._parser.text(fields.get("text"), self._phases.get(output))
        elif kind == "response.completed":
            data = event.response.to_dict() if event.response else {}
            fields["response"] = self.response = self._parser.response(data)
        return event


def structured(arguments: dict[str, Any]) -> tuple[dict[str, Any], ResponseParser]:
    """The arguments of `create`, and what reads the answer."""
    arguments = dict(arguments)
    text_format = arguments.pop("text_format", None)
    text = arguments.get("text")
    if text_format is not None and not is_omitted(text_format):
        text = {} if text is None or is_omitted(text) else dict(text)
        if "format" in text:
            raise TypeError("pass either text_format or text with a format, not both")
        schema = response_format_of(text_format)["json_schema"]
        fields = {name: schema[name] for name in ("strict", "name", "schema")}
        arguments["text"] = text | {"format": {"type": "json_schema"} | fields}
    tools = arguments.get("tools")
    if tools is None or is_omitted(tools):
        return arguments, ResponseParser(text_format, ())
    arguments["tools"] = [_flat_tool(tool) for tool in tools]
    return arguments, ResponseParser(text_format, arguments["tools"])


def _flat_tool(tool: Mapping[str, Any]) -> Mapping[str, Any]:
    """The tool in the form of this API, also of a tool that `pydantic_function_tool` made for chats."""
    function = tool.get("function")
    if tool.get("type") != "function" or function is None:
        return tool
    if not isinstance(function, FunctionTool):
        raise TypeError("a tool of responses has its name beside its type, or is made by pydantic_function_tool()")
    names = ("name", "description", "parameters", "strict")
    return FunctionTool({"type": "function"} | {name: function.get(name) for name in names}, function.model)
