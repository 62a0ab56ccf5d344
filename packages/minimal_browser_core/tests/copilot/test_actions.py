import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minimal_browser_core.copilot.actions import (
    ACTION_TYPES,
    AddBookmark,
    Navigate,
    OpenWebApp,
    Search,
    ShowHtml,
    describe,
    kind_of,
    parse_action,
    tool_schemas,
)
from minimal_browser_core.errors import ActionError


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
def test_a_valid_call_becomes_its_action(name: str, arguments: dict[str, Any], action: Any) -> None:
    assert parse_action(name, json.dumps(arguments)) == action
    assert kind_of(action) == name


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
    with pytest.raises(ActionError):
        parse_action(name, json.dumps({"url": url, "title": "t"}))


@pytest.mark.parametrize(
    ("name", "arguments", "says"),
    [
        ("delete_everything", "{}", "navigate, search, html, bookmark, webapp"),
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
        ("navigate", '{"kind": "search", "url": "https://e.org"}', "kind"),
        ("search", '{"query": "\\ud800"}', "not JSON"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(name: str, arguments: str, says: str) -> None:
    with pytest.raises(ActionError, match=says):
        parse_action(name, arguments)


@given(st.sampled_from([*ACTION_TYPES, "other"]), st.text())
def test_no_arguments_raise_anything_else(name: str, arguments: str) -> None:
    try:
        action = parse_action(name, arguments)
    except ActionError:
        return
    assert describe(action)


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
def test_the_person_reads_in_one_line_what_will_happen(action: Any, line: str) -> None:
    assert describe(action) == line


def test_a_host_that_imitates_another_is_shown_in_ascii_too() -> None:
    assert "xn--" in describe(Navigate("https://аpple.com/"))


def test_a_description_cannot_break_its_line_or_turn_its_text_round() -> None:
    line = describe(ShowHtml("a\nb\u202ec", "x"))
    assert "\n" not in line
    assert "\u202e" not in line


def test_a_long_address_keeps_its_host_in_view() -> None:
    assert describe(Navigate("https://evil.example/" + "a" * 5_000)).startswith("Open https://evil.example/aaa")


def test_the_tools_are_those_that_are_understood() -> None:
    tools = tool_schemas()
    assert [tool["function"]["name"] for tool in tools] == list(ACTION_TYPES)
    json.dumps(tools)
    for tool in tools:
        parameters = tool["function"]["parameters"]
        assert tool["type"] == "function"
        assert tool["function"]["description"]
        assert "kind" not in parameters["properties"]
        assert set(parameters["required"]) <= parameters["properties"].keys()
    bookmark = tools[3]["function"]["parameters"]
    assert bookmark["required"] == ["title", "url"]
    assert bookmark["properties"]["url"]["maxLength"] == 8192
