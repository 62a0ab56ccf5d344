import pytest

from minimal_browser_core.errors import CommandError
from minimal_browser_core.testing.recording_browser import RecordingBrowser

URL = "https://example.org/a/b/c.html?q=1"


@pytest.mark.parametrize(
    ("line", "call"),
    [
        ("3scroll down", ("scrolling.by_lines", 0, 3)),
        ("scroll left", ("scrolling.by_lines", -1, 0)),
        ("2scroll-page -0.5", ("scrolling.by_pages", -1.0)),
        ("scroll-to 100", ("scrolling.to_percent", 100.0)),
        ("50scroll-to 100", ("scrolling.to_percent", 50)),
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
        ("101scroll-to 0", URL, "0 to 100 percent, not to 101"),
    ],
)
def test_what_is_impossible_is_reported_and_nothing_is_called(
    line: str, url: str, words: str, browser: RecordingBrowser
) -> None:
    browser.show_page(url)
    with pytest.raises(CommandError, match=words):
        browser.run(line)
    assert browser.calls == []
