import pytest

from minimal_browser_core.errors import CommandError
from minimal_browser_core.testing.recording_browser import RecordingBrowser

URL = "https://example.org/a/b/c.html?q=1"


@pytest.mark.parametrize(
    ("line", "call"),
    [
        ("help", ("internal_pages.show", "mb://help")),
        ("h :bn", ("internal_pages.show", "mb://help#tab-next")),
        ("version", ("internal_pages.show", "mb://version")),
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
        ("help nonsense-thing", URL, "There is no command :nonsense-thing"),
    ],
)
def test_what_is_impossible_is_reported_and_nothing_is_called(
    line: str, url: str, words: str, browser: RecordingBrowser
) -> None:
    browser.show_page(url)
    with pytest.raises(CommandError, match=words):
        browser.run(line)
    assert browser.calls == []
