"""What a model may ask the browser to do: a closed, validated union.

Arguments come from a model that may be steered by a hostile page. What does not fit is refused by name and never
guessed at; what fits is still only a proposal, which the policy and the person decide on.
"""

import re
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from msgspec import DecodeError, Meta, Struct, ValidationError, json

from minimal_browser_core.copilot.context import clean_line
from minimal_browser_core.errors import ActionError

MAX_URL = 8_192
MAX_HTML = 512 * 1024

Url = Annotated[str, Meta(min_length=1, max_length=MAX_URL, description="Absolute http or https address.")]
Title = Annotated[str, Meta(max_length=300)]
Tag = Annotated[str, Meta(min_length=1, max_length=50)]
WidgetType = Literal["calculator", "todo", "timer", "notes", "card"]
Theme = Literal["auto", "light", "dark"]


class _Action(Struct, frozen=True, tag_field="kind"):
    pass


class Navigate(_Action, frozen=True, tag="navigate"):
    """Open a web page in the browser. Only when the person asks to go somewhere."""

    url: Url


class Search(_Action, frozen=True, tag="search"):
    """Search the web with the person's search engine and show the results page."""

    query: Annotated[str, Meta(min_length=1, max_length=1_000)]


class ShowHtml(_Action, frozen=True, tag="html"):
    """Show a complete, self-contained HTML document that you wrote. It has no network and no access to the page."""

    title: Title
    html: Annotated[str, Meta(min_length=1, max_length=MAX_HTML)]


class AddBookmark(_Action, frozen=True, tag="bookmark"):
    """Store a bookmark. For the open page, take its address and title from the page data."""

    title: Title
    url: Url
    tags: Annotated[tuple[Tag, ...], Meta(max_length=20)] = ()
    content: Annotated[str, Meta(max_length=20_000, description="A note to keep with it.")] = ""


class OpenWebApp(_Action, frozen=True, tag="webapp"):
    """Show one of the browser's built-in small applications."""

    widget_type: WidgetType
    theme: Theme = "auto"
    title: Title = ""


Action = Navigate | Search | ShowHtml | AddBookmark | OpenWebApp
ActionKind = Literal["navigate", "search", "html", "bookmark", "webapp"]

ACTION_TYPES: dict[str, type[Action]] = {
    "navigate": Navigate,
    "search": Search,
    "html": ShowHtml,
    "bookmark": AddBookmark,
    "webapp": OpenWebApp,
}


def kind_of(action: Action) -> str:
    """The action's name on the wire and in the settings."""
    return str(type(action).__struct_config__.tag)


def parse_action(name: str, arguments_json: str) -> Action:
    """The action of a tool call; ActionError names what is wrong with it. Unknown arguments are ignored."""
    action_type = ACTION_TYPES.get(name)
    if action_type is None:
        raise ActionError(f"There is no action “{clean_line(name, 60)}”; there are {', '.join(ACTION_TYPES)}.")
    try:
        action: Action = json.decode(arguments_json or "{}", type=action_type)
    except ValidationError as error:
        raise ActionError(f"The arguments of the action “{name}” do not fit: {error}.") from None
    except (DecodeError, UnicodeError) as error:
        raise ActionError(f"The arguments of the action “{name}” are not JSON: {error}.") from None
    if isinstance(action, Navigate):
        return Navigate(_web_url(action.url, name))
    if isinstance(action, AddBookmark):
        return AddBookmark(action.title, _web_url(action.url, name), action.tags, action.content)
    return action


def describe(action: Action) -> str:
    """One line for the person who decides: what will happen, with the whole host of an address in view."""
    match action:
        case Navigate(url):
            return f"Open {_shown_url(url)}"
        case Search(query):
            return f"Search the web for “{clean_line(query, 200)}”"
        case ShowHtml(title, html):
            return f"Show a generated page “{clean_line(title) or 'Untitled'}” ({len(html):,} characters)"
        case AddBookmark(title, url, tags, _):
            tagged = f", tagged {clean_line(', '.join(tags))}" if tags else ""
            return f"Bookmark “{clean_line(title) or 'Untitled'}” at {_shown_url(url)}{tagged}"
        case OpenWebApp(widget_type, _, title):
            return f"Show the {widget_type}" + (f" “{clean_line(title)}”" if title else "")


def tool_schemas() -> list[dict[str, Any]]:
    """The actions as OpenAI function tools, JSON Schema 2020-12, one per kind."""
    _, components = json.schema_components(ACTION_TYPES.values(), ref_template="#/$defs/{name}")
    return [_tool(name, components[cls.__name__]) for name, cls in ACTION_TYPES.items()]


def _tool(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    properties = {key: value for key, value in schema["properties"].items() if key != "kind"}
    required = [key for key in schema["required"] if key != "kind"]
    parameters = {"type": "object", "properties": properties, "required": required, "additionalProperties": False}
    return {
        "type": "function",
        "function": {"name": name, "description": schema["description"], "parameters": parameters},
    }


_BARE_HOST = re.compile(r"[\w-]+(\.[\w-]+)*\.[^\W\d_]{2,}(:\d+)?(?=[/?#]|$)")


def _web_url(url: str, name: str) -> str:
    # Small models often leave the scheme out; a bare host can only mean https.
    url = url.strip(" ")
    if _BARE_HOST.match(url):
        url = f"https://{url}"
    shown = clean_line(url, 120)
    if re.search(r"[\x00-\x20\x7f\\]", url):
        raise ActionError(f"The action “{name}” has an address with spaces or control characters: {shown}.")
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        raise ActionError(f"The action “{name}” has an address that cannot be read ({error}): {shown}.") from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ActionError(f"The action “{name}” may only use http and https addresses, not {shown}.")
    if parts.username is not None or parts.password is not None:
        raise ActionError(f"The action “{name}” has an address with a user name in it, which hides its host: {shown}.")
    return url


def _shown_url(url: str) -> str:
    """The address, shortened behind its host, with the ASCII form of a host that could imitate another."""
    host = urlsplit(url).hostname or ""
    shown = clean_line(url, max(200, len(host) + 60))
    if host.isascii():
        return shown
    try:
        return f"{shown} (host {host.encode('idna').decode('ascii')})"
    except UnicodeError:
        return f"{shown} (host {host.encode('ascii', 'backslashreplace').decode('ascii')})"
