import pytest

from minimal_browser_core.errors import CommandError
from minimal_browser_core.features.file_import import summarise
from minimal_browser_core.storage.transfer.report import ImportReport, LostRecord
from minimal_browser_core.testing.recording_browser import RecordingBrowser

URL = "https://example.org/a/b/c.html?q=1"


@pytest.mark.parametrize(
    ("line", "call"),
    [
        ("import bookmarks 'my marks.html'", ("bookmarks.import_file", "my marks.html")),
        ("import conversations chats.json", ("conversations.import_file", "chats.json")),
        ("import history history.db", ("history.import_file", "history.db")),
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
        ("import bookmarks", URL, "needs <file>"),
    ],
)
def test_what_is_impossible_is_reported_and_nothing_is_called(
    line: str, url: str, words: str, browser: RecordingBrowser
) -> None:
    browser.show_page(url)
    with pytest.raises(CommandError, match=words):
        browser.run(line)
    assert browser.calls == []


def test_a_report_becomes_a_sentence() -> None:
    assert summarise(ImportReport(0, 0, 0, [])) == "0 imported"
    reasons = [LostRecord(7, "it has no question"), LostRecord(9, "x")]
    assert summarise(ImportReport(12, 3, 2, reasons, attachments=4)) == (
        "12 imported, 3 there already, 2 lost (record 7: it has no question), 4 attachments left out"
    )
