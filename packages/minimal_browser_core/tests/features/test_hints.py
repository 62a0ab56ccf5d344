import pytest

from minimal_browser_core.errors import CommandError
from minimal_browser_core.testing.recording_browser import RecordingBrowser
from minimal_browser_core.window import OpenTarget

URL = "https://example.org/a/b/c.html?q=1"
HERE, TAB, BACKGROUND = OpenTarget.CURRENT, OpenTarget.TAB, OpenTarget.BACKGROUND_TAB


@pytest.mark.parametrize(
    ("line", "call"),
    [
        ("hint", ("hints.start", HERE)),
        ("hint tab", ("hints.start", TAB)),
        ("hint --tab", ("hints.start", TAB)),
        ("hint background", ("hints.start", BACKGROUND)),
        ("hint background-tab", ("hints.start", BACKGROUND)),
        ("hint --private", ("hints.start", OpenTarget.PRIVATE_WINDOW)),
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
        ("hint tab --background", URL, "got both where and a flag"),
        ("hint nowhere", URL, "is one of current, tab, background, window, private, not 'nowhere'"),
    ],
)
def test_what_is_impossible_is_reported_and_nothing_is_called(
    line: str, url: str, words: str, browser: RecordingBrowser
) -> None:
    browser.show_page(url)
    with pytest.raises(CommandError, match=words):
        browser.run(line)
    assert browser.calls == []
