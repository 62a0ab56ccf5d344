import pytest

from minimal_browser_core.testing.recording_browser import RecordingBrowser


@pytest.mark.parametrize(
    ("line", "call"),
    [
        ("window-new", ("windows.new", False)),
        ("window-private", ("windows.new", True)),
        ("window-close", ("windows.close",)),
        ("fullscreen", ("windows.toggle_fullscreen",)),
        ("q", ("windows.quit",)),
        ("wq", ("windows.quit",)),
    ],
)
def test_a_command_calls_one_method_of_the_window(
    line: str, call: tuple[object, ...], browser: RecordingBrowser
) -> None:
    browser.run(line)
    assert browser.calls == [call]
