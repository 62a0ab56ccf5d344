import pytest

from minimal_browser_core.testing.recording_browser import RecordingBrowser


@pytest.mark.parametrize(
    ("line", "call"),
    [
        ("find some text", ("find.start", "some text", False)),
        ("find-back some text", ("find.start", "some text", True)),
        ("find", ("command_line.open", "/", "")),
        ("find-back", ("command_line.open", "?", "")),
        ("2find-next", ("find.next", 2, False)),
        ("find-previous", ("find.next", 1, True)),
    ],
)
def test_a_command_calls_one_method_of_the_window(
    line: str, call: tuple[object, ...], browser: RecordingBrowser
) -> None:
    browser.run(line)
    assert browser.calls == [call]
