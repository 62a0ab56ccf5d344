"""All tools by name, the schemas that a model gets, and the calls that it makes."""

import pkgutil
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from functools import cache
from importlib import import_module
from typing import Any

from msgspec import DecodeError, ValidationError, json

from minimal_browser_core.copilot import tools
from minimal_browser_core.copilot.context.text import clean_line
from minimal_browser_core.copilot.tools.tool import TOOLS, Tool
from minimal_browser_core.errors import ToolError


@cache
def registered_tools() -> Mapping[str, type[Tool]]:
    """Every tool by its name: those of all files of this folder."""
    for module in pkgutil.iter_modules(tools.__path__):
        import_module(f"{tools.__name__}.{module.name}")
    return dict(sorted(TOOLS.items()))


def tool_names() -> tuple[str, ...]:
    """The names of all tools, which are also the settings below `copilot.actions`."""
    return tuple(registered_tools())


def check_tool_names(names: Iterable[str]) -> None:
    """ValueError with the nearest name if one of `names` is not a tool."""
    known = tool_names()
    for name in names:
        if name not in known:
            near = get_close_matches(name, known, 1)
            hint = f"Did you mean {near[0]}?" if near else f"There are {', '.join(known)}."
            raise ValueError(f"There is no tool “{clean_line(name, 60)}”. {hint}")


def tool_schemas() -> list[dict[str, Any]]:
    """Every tool as an OpenAI function tool with a JSON Schema (2020-12) of its arguments."""
    tool_types = registered_tools()
    _, components = json.schema_components(tool_types.values(), ref_template="#/$defs/{name}")
    tools = []
    for name, tool_type in tool_types.items():
        schema = components[tool_type.__name__]
        parameters = {key: schema[key] for key in ("properties", "required")}
        parameters |= {"type": "object", "additionalProperties": False}
        function = {"name": name, "description": schema["description"], "parameters": parameters}
        tools.append({"type": "function", "function": function})
    return tools


def parse_call(name: str, arguments_json: str) -> Tool:
    """The call that a model made; ToolError says what is wrong with it. Unknown arguments are ignored."""
    tool_type = registered_tools().get(name)
    if tool_type is None:
        raise ToolError(f"There is no tool “{clean_line(name, 60)}”. There are {', '.join(tool_names())}.")
    try:
        return json.decode(arguments_json or "{}", type=tool_type)
    except ValidationError as error:
        raise ToolError(f"The arguments of the tool “{name}” do not fit: {error}.") from None
    except (DecodeError, UnicodeError) as error:
        raise ToolError(f"The arguments of the tool “{name}” are not JSON: {error}.") from None
