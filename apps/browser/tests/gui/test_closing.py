"""Closing a window in the middle of something: nothing is asked of a part that is being closed.

A slot that raises fails these tests, as pytest-qt captures it.
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PyQt6 import sip
from PyQt6.QtCore import QTimer
from PyQt6.QtWidgets import QApplication

from minimal_browser_core.testing.fake_server import Data, FakeServer, Pause, Stream, chunk

TIMES = 5
LINKS = "<title>Links</title>" + "<a href='/a'>link</a> " * 300


@pytest.fixture
def provider() -> Iterator[FakeServer]:
    with FakeServer() as server:
        yield server


@pytest.fixture(params=["window", "application"])
def close(request: pytest.FixtureRequest, start: Any, qtbot: Any) -> Callable[[Any], None]:
    """Close one of two windows, or the whole application; then let pending events arrive."""

    def close_window(browser: Any) -> None:
        browser.window.close()
        qtbot.wait(50)
        start.end(browser)

    def close_application(browser: Any) -> None:
        start.end(browser)
        qtbot.wait(50)

    return close_window if request.param == "window" else close_application


def open_pair(start: Any, *urls: str, **options: Any) -> Any:
    """A browser with a second window behind, so that closing the first does not end the process."""
    browser = start(*urls, **options)
    browser.application.open_window()
    return browser.ready()


@pytest.mark.parametrize("round", range(TIMES))
def test_while_an_internal_page_loads(start: Any, close: Any, round: int) -> None:
    browser = open_pair(start)
    browser.command("help")
    close(browser)


@pytest.mark.parametrize("round", range(TIMES))
def test_before_the_browser_has_warmed_up(start: Any, close: Any, site: Any, round: int) -> None:
    browser = open_pair(start, site.add("/", LINKS))
    browser.browser.navigation.open("mb://history")
    close(browser)


@pytest.mark.parametrize("round", range(TIMES))
def test_during_an_answer(start: Any, close: Any, site: Any, provider: FakeServer, round: int) -> None:
    browser = open_pair(start, site.add("/", LINKS), base_url=provider.base_url)
    provider.script.append(Stream((Data(chunk({"content": "part"})), Pause(60))))
    browser.command("ask Why?")
    if round % 2:
        browser.until(lambda: browser.browser.copilot.panel().answers(), "the answer to start")
    close(browser)


@pytest.mark.parametrize("round", range(TIMES))
def test_while_visits_are_recorded(start: Any, close: Any, site: Any, round: int) -> None:
    browser = open_pair(start, site.add("/", LINKS), config="[history]\npage_text = true\n")
    browser.application.parts.history.start()
    browser.open(site.add("/other", "<title>Other</title>text"))
    browser.js("history.pushState({}, '', '/pushed'); document.title = 'Pushed'", world=0)
    close(browser)


@pytest.mark.parametrize("round", range(TIMES))
def test_during_a_completion_look_up(start: Any, close: Any, site: Any, round: int) -> None:
    browser = open_pair(start, site.add("/", LINKS))
    browser.type(":open lin")
    close(browser)


@pytest.mark.parametrize("round", range(TIMES))
def test_while_hints_are_collected(start: Any, close: Any, site: Any, round: int) -> None:
    browser = open_pair(start, site.add("/", LINKS))
    browser.keys("f")
    if round % 2:
        browser.keys("a")
    close(browser)


@pytest.mark.parametrize("round", range(TIMES))
def test_while_a_download_starts(start: Any, close: Any, site: Any, tmp_path: Any, round: int) -> None:
    browser = open_pair(start, config=f"[browser]\ndownload_folder = '{tmp_path / 'downloads'}'\n")
    site.add("/file", "data" * 100_000, "application/octet-stream")
    browser.browser.navigation.open(f"{site.url}/file")
    if round % 2:
        browser.until(lambda: "Download" in browser.message, "the download to start")
    close(browser)


@pytest.mark.parametrize("round", range(TIMES))
def test_while_a_page_fails_to_load(start: Any, close: Any, round: int) -> None:
    browser = open_pair(start)
    browser.browser.navigation.open("http://127.0.0.1:9/")
    close(browser)


@pytest.mark.parametrize("round", range(TIMES))
def test_while_a_file_is_imported(start: Any, close: Any, tmp_path: Any, round: int) -> None:
    browser = open_pair(start)
    rows = "".join(f"<DT><A HREF='https://marked.test/{number}'>{number}</A>" for number in range(2000))
    (tmp_path / "marks.html").write_text(f"<!DOCTYPE NETSCAPE-Bookmark-file-1><DL>{rows}</DL>")
    browser.command(f"import bookmarks {tmp_path / 'marks.html'}")
    close(browser)


@pytest.mark.parametrize("by", ["window", "quit"])
def test_while_a_server_asks_for_a_password(start: Any, site: Any, qtbot: Any, by: str) -> None:
    site.locked["/vault"] = "Basic none"
    browser = open_pair(start, site.add("/", LINKS))
    closed: list[Any] = []

    def close_at_the_prompt() -> None:
        if QApplication.activeModalWidget() is not None and not closed:
            closed.append(browser.window)
            browser.window.close() if by == "window" else browser.application.quit()

    timer = QTimer()
    timer.timeout.connect(close_at_the_prompt)
    timer.start(20)
    browser.browser.navigation.open(f"{site.url}/vault")
    browser.until(lambda: closed, "the prompt")
    browser.until(lambda: sip.isdeleted(browser.window), "the window to be deleted")
    assert QApplication.activeModalWidget() is None


def test_a_tab_that_is_closed_while_the_copilot_reads_it_does_not_block_the_next_question(
    start: Any, site: Any
) -> None:
    browser = start(site.add("/", LINKS), site.add("/two", "<title>Two</title>The lens was lit in 1823."))
    browser.until(lambda: browser.titles == ["Links", "Two"])
    browser.command("ask Why?")
    browser.command("tab-close")
    browser.until(lambda: browser.titles == ["Two"])
    browser.until(lambda: not browser.browser.copilot.is_answering, "the first question to end")
    browser.command("ask When was the lens lit?")
    browser.until(lambda: "1823" in "".join(a.toPlainText() for a in browser.browser.copilot.panel().answers()))
