import pytest

from minimal_browser_core.errors import CommandError
from minimal_browser_core.testing.recording_browser import RecordingBrowser
from minimal_browser_core.window import OpenTarget

URL = "https://example.org/a/b/c.html?q=1"
HERE, TAB, BACKGROUND = OpenTarget.CURRENT, OpenTarget.TAB, OpenTarget.BACKGROUND_TAB


@pytest.mark.parametrize(
    ("line", "call"),
    [
        ("open example.org", ("navigation.open", "example.org", HERE)),
        ("e example.org", ("navigation.open", "example.org", HERE)),
        ("open --tab a b", ("navigation.open", "a b", TAB)),
        ("open --background a", ("navigation.open", "a", BACKGROUND)),
        ("open --window a", ("navigation.open", "a", OpenTarget.WINDOW)),
        ("open --private a", ("navigation.open", "a", OpenTarget.PRIVATE_WINDOW)),
        ("open -- --tab", ("navigation.open", "--tab", HERE)),
        ("tabopen a b", ("navigation.open", "a b", TAB)),
        ("bgopen a", ("navigation.open", "a", BACKGROUND)),
        ("search example.org", ("navigation.search", "example.org", HERE)),
        ("search --tab example.org", ("navigation.search", "example.org", TAB)),
        ("edit-url", ("command_line.open", ":", f"open {URL}")),
        ("edit-url tab", ("command_line.open", ":", f"tabopen {URL}")),
        ("edit-url --background", ("command_line.open", ":", f"bgopen {URL}")),
        ("edit-url --private", ("command_line.open", ":", f"open --private {URL}")),
        ("start", ("navigation.open", "mb://start", HERE)),
        ("back", ("navigation.back", 1)),
        ("3back", ("navigation.back", 3)),
        ("forward", ("navigation.forward", 1)),
        ("reload", ("navigation.reload", False)),
        ("hard-reload", ("navigation.reload", True)),
        ("stop", ("navigation.stop",)),
        ("up", ("navigation.open", "https://example.org/a/b/", HERE)),
        ("2up", ("navigation.open", "https://example.org/a/", HERE)),
        ("9up", ("navigation.open", "https://example.org/", HERE)),
        ("root", ("navigation.open", "https://example.org/", HERE)),
        ("source", ("navigation.view_source",)),
    ],
)
def test_a_command_calls_one_method_of_the_window(
    line: str, call: tuple[object, ...], browser: RecordingBrowser
) -> None:
    browser.run(line)
    assert browser.calls == [call]


@pytest.mark.parametrize(
    ("line", "url", "words"),
    [
        ("source", "", "No page is open in this tab. :open opens one."),
        ("up", "mb://help", "Only a web page"),
        ("up", "https://example.org/", "nothing above https://example.org/"),
        ("root", "file:///etc/hosts", "Only a web page"),
        ("up", "https://[bad", "Only a web page"),
    ],
)
def test_what_is_impossible_is_reported_and_nothing_is_called(
    line: str, url: str, words: str, browser: RecordingBrowser
) -> None:
    browser.show_page(url)
    with pytest.raises(CommandError, match=words):
        browser.run(line)
    assert browser.calls == []
