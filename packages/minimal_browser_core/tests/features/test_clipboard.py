import pytest

from minimal_browser_core.errors import CommandError
from minimal_browser_core.testing.recording_browser import RecordingBrowser
from minimal_browser_core.window import OpenTarget

URL = "https://example.org/a/b/c.html?q=1"
TAB = OpenTarget.TAB


@pytest.mark.parametrize(
    ("line", "call"),
    [
        ("yank-url", ("clipboard.copy", URL)),
        ("yank-title", ("clipboard.copy", "A page")),
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
        ("yank-url", "", "No page is open"),
        ("paste", URL, "The clipboard contains no text"),
    ],
)
def test_what_is_impossible_is_reported_and_nothing_is_called(
    line: str, url: str, words: str, browser: RecordingBrowser
) -> None:
    browser.show_page(url)
    with pytest.raises(CommandError, match=words):
        browser.run(line)
    assert browser.calls == []


def test_an_address_is_copied_in_ascii(browser: RecordingBrowser) -> None:
    browser.show_page("https://bücher.example/ü")
    browser.run("yank-url")
    assert browser.calls == [("clipboard.copy", "https://xn--bcher-kva.example/%C3%BC")]


def test_paste_opens_the_clipboard_on_one_line(browser: RecordingBrowser) -> None:
    browser.fill_clipboard("  https://example.org/\n  rest ")
    browser.run("paste tab")
    browser.run("paste --private")
    assert browser.calls == [
        ("navigation.open", "https://example.org/ rest", TAB),
        ("navigation.open", "https://example.org/ rest", OpenTarget.PRIVATE_WINDOW),
    ]
