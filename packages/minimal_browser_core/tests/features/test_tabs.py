import pytest

from minimal_browser_core.errors import CommandError
from minimal_browser_core.features.tabs import TabInfo
from minimal_browser_core.testing.recording_browser import RecordingBrowser
from minimal_browser_core.window import OpenTarget

URL = "https://example.org/a/b/c.html?q=1"
TAB = OpenTarget.TAB


@pytest.mark.parametrize(
    ("line", "call"),
    [
        ("tab-new", ("tabs.new",)),
        ("bd", ("tabs.close", None)),
        ("bd 1", ("tabs.close", 1)),
        ("2tab-close", ("tabs.close", 2)),
        ("only", ("tabs.close", 1)),
        ("undo", ("tabs.undo_close",)),
        (":2", ("tabs.select", 2)),
        ("b 2", ("tabs.select", 2)),
        ("tab -1", ("tabs.select", -1)),
        ("b ONE", ("tabs.select", 1)),
        ("b two.test", ("tabs.select", 2)),
        ("b", ("command_line.open", ":", "tab ")),
        ("bn", ("tabs.cycle", 1)),
        ("2bp", ("tabs.cycle", -2)),
        ("N", ("tabs.cycle", -1)),
        ("tab-goto", ("tabs.cycle", 1)),
        ("2tab-goto", ("tabs.select", 2)),
        ("2tab-move -1", ("tabs.move", -2)),
        ("tab-duplicate", ("tabs.open", URL, TAB)),
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
        ("b nowhere", URL, "No tab has 'nowhere'"),
        ("b test", URL, "Several tabs have 'test'.*1 One, 2 Two"),
    ],
)
def test_what_is_impossible_is_reported_and_nothing_is_called(
    line: str, url: str, words: str, browser: RecordingBrowser
) -> None:
    browser.show_page(url)
    with pytest.raises(CommandError, match=words):
        browser.run(line)
    assert browser.calls == []


def test_only_closes_the_others_from_the_right(browser: RecordingBrowser) -> None:
    browser.show_tabs(*(TabInfo(number, "", "", current=number == 2) for number in range(1, 5)))
    browser.run("only")
    assert browser.calls == [("tabs.close", 4), ("tabs.close", 3), ("tabs.close", 1)]


def test_undo_stops_when_no_closed_tab_is_left(browser: RecordingBrowser) -> None:
    with pytest.raises(CommandError, match="no closed tab to reopen"):
        browser.run("undo", count=9)
    assert browser.calls == [("tabs.undo_close",)] * 2
