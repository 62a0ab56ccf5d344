import pytest

from minimal_browser_core.keys.modes import Mode
from minimal_browser_core.testing.recording_browser import RecordingBrowser


@pytest.mark.parametrize(
    ("line", "call"),
    [
        ("command-line", ("command_line.open", ":", "")),
        ("command-line open", ("command_line.open", ":", "open ")),
        ("command-line back ;; stop", ("command_line.open", ":", "back ;; stop ")),
        ("3command-line", ("command_line.open", ":", "3")),
        ("normal", ("modes.enter", Mode.NORMAL)),
        ("insert", ("modes.enter", Mode.INSERT)),
        ("passthrough", ("modes.enter", Mode.PASSTHROUGH)),
    ],
)
def test_a_command_calls_one_method_of_the_window(
    line: str, call: tuple[object, ...], browser: RecordingBrowser
) -> None:
    browser.run(line)
    assert browser.calls == [call]


def test_clear_removes_the_highlights_and_returns_to_normal(browser: RecordingBrowser) -> None:
    browser.run("clear")
    assert browser.calls == [("find.clear",), ("modes.enter", Mode.NORMAL)]
