import pytest

from minimal_browser_core.errors import CommandError
from minimal_browser_core.features.zoom import step_from
from minimal_browser_core.testing.recording_browser import RecordingBrowser

URL = "https://example.org/a/b/c.html?q=1"


@pytest.mark.parametrize(
    ("line", "call"),
    [
        ("zoom", ("zoom.to_percent", 100)),
        ("zoom 150", ("zoom.to_percent", 150)),
        ("80zoom 100", ("zoom.to_percent", 80)),
        ("2zoom-in", ("zoom.by_steps", 2)),
        ("zoom-out", ("zoom.by_steps", -1)),
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
        ("zoom 5", URL, "25 to 500 percent, not to 5"),
    ],
)
def test_what_is_impossible_is_reported_and_nothing_is_called(
    line: str, url: str, words: str, browser: RecordingBrowser
) -> None:
    browser.show_page(url)
    with pytest.raises(CommandError, match=words):
        browser.run(line)
    assert browser.calls == []


@pytest.mark.parametrize(
    ("percent", "steps", "size"),
    [
        (100, 1, 110),
        (100, -1, 90),
        (100, 2, 125),
        (105, 1, 110),
        (105, -1, 100),
        (500, 1, 500),
        (25, -3, 25),
        (90, 0, 90),
        (100, 99, 500),
    ],
)
def test_steps_follow_the_scale_and_end_with_it(percent: int, steps: int, size: int) -> None:
    assert step_from(percent, steps) == size
