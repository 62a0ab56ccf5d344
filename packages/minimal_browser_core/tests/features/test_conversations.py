import pytest

from minimal_browser_core.testing.recording_browser import RecordingBrowser


@pytest.mark.parametrize(
    ("line", "call"),
    [
        ("conversations", ("internal_pages.show", "mb://conversations")),
        ("conversations lens light", ("internal_pages.show", "mb://conversations?q=lens%20light")),
        ("conversation-delete 7", ("conversations.delete", 7)),
        ("conversation-continue 7", ("conversations.resume", 7)),
    ],
)
def test_a_command_calls_one_method_of_the_window(
    line: str, call: tuple[object, ...], browser: RecordingBrowser
) -> None:
    browser.run(line)
    assert browser.calls == [call]
