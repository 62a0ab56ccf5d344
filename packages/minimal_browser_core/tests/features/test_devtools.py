import pytest

from minimal_browser_core.testing.recording_browser import RecordingBrowser


@pytest.mark.parametrize(
    ("line", "call"),
    [
        ("devtools", ("devtools.toggle",)),
    ],
)
def test_a_command_calls_one_method_of_the_window(
    line: str, call: tuple[object, ...], browser: RecordingBrowser
) -> None:
    browser.run(line)
    assert browser.calls == [call]
