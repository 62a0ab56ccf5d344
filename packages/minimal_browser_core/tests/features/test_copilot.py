import pytest

from minimal_browser_core.testing.recording_browser import RecordingBrowser


@pytest.mark.parametrize(
    ("line", "call"),
    [
        ("ask why?", ("copilot.ask", "why?")),
        ("ask", ("copilot.focus", "")),
        ("copilot", ("copilot.toggle",)),
        ("accept", ("copilot.decide", True)),
        ("reject", ("copilot.decide", False)),
        ("cancel", ("copilot.cancel",)),
        ("thread-new", ("copilot.new_thread",)),
    ],
)
def test_a_command_calls_one_method_of_the_window(
    line: str, call: tuple[object, ...], browser: RecordingBrowser
) -> None:
    browser.run(line)
    assert browser.calls == [call]
