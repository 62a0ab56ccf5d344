import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minimal_browser_core.copilot.tools.add_bookmark import AddBookmark
from minimal_browser_core.copilot.tools.navigate import Navigate
from minimal_browser_core.copilot.tools.open_web_app import OpenWebApp
from minimal_browser_core.copilot.tools.registry import parse_call, tool_names, tool_schemas
from minimal_browser_core.copilot.tools.search import Search
from minimal_browser_core.copilot.tools.show_html import ShowHtml
from minimal_browser_core.copilot.tools.tool import Tool
from minimal_browser_core.errors import ToolError
from minimal_browser_core.window import OpenTarget


@pytest.mark.parametrize(
    ("name", "arguments", "action"),
    [
        ("navigate", {"url": "https://example.com/a?b=c#d"}, Navigate("https://example.com/a?b=c#d")),
        ("navigate", {"url": "http://127.0.0.1:8000/"}, Navigate("http://127.0.0.1:8000/")),
        ("navigate", {"url": "www.example.com/x"}, Navigate("https://www.example.com/x")),
        ("navigate", {"url": "example.com", "new_tab": True}, Navigate("https://example.com")),
        ("search", {"query": "tea"}, Search("tea")),
        ("html", {"title": "T", "html": "<p>x"}, ShowHtml("T", "<p>x")),
        ("bookmark", {"title": "T", "url": "https://e.org"}, AddBookmark("T", "https://e.org")),
        (
            "bookmark",
            {"title": "T", "url": "https://e.org", "tags": ["a"], "content": "note"},
            AddBookmark("T", "https://e.org", ("a",), "note"),
        ),
        ("webapp", {"widget_type": "timer"}, OpenWebApp("timer")),
        ("webapp", {"widget_type": "todo", "theme": "dark", "title": "Mine"}, OpenWebApp("todo", "dark", "Mine")),
    ],
)
def test_a_valid_call_is_parsed(name: str, arguments: dict[str, Any], action: Any) -> None:
    assert parse_call(name, json.dumps(arguments)) == action
    assert action.tool_name == name


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        " javascript:alert(1)",
        "java\nscript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "ftp://example.com",
        "mb://conversations",
        "view-source:https://example.com",
        "//example.com",
        "https://",
        "https:///path",
        "https://good.example@evil.example/",
        "https://user:pass@example.com",
        "https://example.com/a b",
        "https://example.com\\@evil.example",
        "https://example.com:99999/",
        "https://[::1",
        "just words",
        "",
    ],
)
@pytest.mark.parametrize("name", ["navigate", "bookmark"])
def test_an_address_that_is_not_plain_http_is_refused(name: str, url: str) -> None:
    with pytest.raises(ToolError):
        parse_call(name, json.dumps({"url": url, "title": "t"}))


@pytest.mark.parametrize(
    ("name", "arguments", "says"),
    [
        ("delete_everything", "{}", "bookmark, html, navigate, search, webapp"),
        ("navigate", '{"url": "https://exa', "not JSON"),
        ("navigate", "", "url"),
        ("navigate", "[]", "object"),
        ("navigate", '{"url": 5}', "url"),
        ("navigate", json.dumps({"url": "https://e.org/" + "x" * 9_000}), "8192"),
        ("search", '{"query": ""}', "query"),
        ("search", json.dumps({"query": "x" * 1_001}), "1000"),
        ("html", json.dumps({"title": "t", "html": "x" * 600_000}), "524288"),
        ("bookmark", json.dumps({"title": "t", "url": "https://e.org", "tags": ["x"] * 21}), "20"),
        ("webapp", '{"widget_type": "shell"}', "shell"),
        ("search", '{"query": "\\ud800"}', "not JSON"),
    ],
)
def test_arguments_that_do_not_fit_are_rejected_by_name(name: str, arguments: str, says: str) -> None:
    with pytest.raises(ToolError, match=says):
        parse_call(name, arguments)


@given(st.sampled_from([*tool_names(), "other"]), st.text())
def test_arguments_never_raise_anything_else(name: str, arguments: str) -> None:
    try:
        action = parse_call(name, arguments)
    except ToolError:
        return
    assert action.describe()


@pytest.mark.parametrize(
    ("action", "line"),
    [
        (Navigate("https://example.com"), "Open https://example.com"),
        (Search("green tea"), "Search the web for “green tea”"),
        (ShowHtml("Plan", "x" * 1_234), "Show a generated page “Plan” (1,234 characters)"),
        (AddBookmark("A", "https://e.org", ("x", "y")), "Bookmark “A” at https://e.org, tagged x, y"),
        (OpenWebApp("timer"), "Show the timer"),
        (OpenWebApp("todo", "dark", "Mine"), "Show the todo “Mine”"),
    ],
)
def test_the_user_reads_in_one_line_what_will_happen(action: Any, line: str) -> None:
    assert action.describe() == line


def test_a_host_that_imitates_another_is_shown_in_ascii_too() -> None:
    assert "xn--" in Navigate("https://аpple.com/").describe()


def test_a_description_has_no_line_breaks_and_no_bidi_overrides() -> None:
    line = ShowHtml("a\nb\u202ec", "x").describe()
    assert "\n" not in line
    assert "\u202e" not in line


def test_a_long_address_keeps_its_host_in_view() -> None:
    assert Navigate("https://evil.example/" + "a" * 5_000).describe().startswith("Open https://evil.example/aaa")


def test_every_tool_has_a_schema() -> None:
    tools = tool_schemas()
    assert [tool["function"]["name"] for tool in tools] == list(tool_names())
    json.dumps(tools)
    for tool in tools:
        parameters = tool["function"]["parameters"]
        assert tool["type"] == "function"
        assert tool["function"]["description"]
        assert set(parameters["required"]) <= parameters["properties"].keys()
    bookmark = tools[0]["function"]["parameters"]
    assert bookmark["required"] == ["title", "url"]
    assert bookmark["properties"]["url"]["maxLength"] == 8192


class Window:
    """Records what tools ask of the window."""

    def __init__(self) -> None:
        self.calls: list[tuple[Any, ...]] = []
        self.tabs = self.navigation = self.bookmarks = self.generated_pages = self

    def __getattr__(self, name: str) -> Any:
        return lambda *arguments: self.calls.append((name, *arguments))


@pytest.mark.parametrize(
    ("call", "asked"),
    [
        (Navigate("example.com"), ("open", "https://example.com", OpenTarget.TAB)),
        (Search("green tea"), ("search", "green tea", OpenTarget.TAB)),
        (ShowHtml("Plan", "<p>x"), ("show", "Plan", "<p>x")),
        (AddBookmark("A", "https://e.org", ("x",), "n"), ("add", "https://e.org", "A", ("x",), "n")),
        (OpenWebApp("todo", "dark", "Mine"), ("show_widget", "todo", "dark", "Mine")),
    ],
)
def test_a_call_is_run_in_the_window(call: Tool, asked: tuple[Any, ...]) -> None:
    window = Window()
    call.run(window)
    assert window.calls == [asked]


def test_a_call_cannot_be_made_with_an_address_that_a_model_may_not_give() -> None:
    with pytest.raises(ValueError, match="Only http and https"):
        Navigate("file:///etc/passwd")
