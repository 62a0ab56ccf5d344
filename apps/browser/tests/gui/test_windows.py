"""Several windows of one process, and private ones."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

LEAVES_TRACES = """<title>{title}</title>{title} text<script>
document.cookie = 'cookie{name}=value{name}; max-age=9999';
localStorage.setItem('key{name}', 'local{name}');
</script>"""


@pytest.fixture
def browser(start: Any, site: Any) -> Any:
    return start(site.add("/first", LEAVES_TRACES.format(title="First", name="first")))


@pytest.fixture
def open_window(qtbot: Any) -> Callable[..., Any]:
    """Open another window of `browser` by a command; the result is its driver."""

    def open_by_command(browser: Any, line: str) -> Any:
        known = list(browser.application.windows)
        browser.command(line)
        browser.until(lambda: len(browser.application.windows) == len(known) + 1, "the new window")
        (added,) = (window for window in browser.application.windows if window not in known)
        return type(browser)(browser.application, added, qtbot).ready()

    return open_by_command


def visit(window: Any, site: Any, name: str) -> None:
    """Open a page that sets a cookie and stores something."""
    window.window.activateWindow()
    window.open(site.add(f"/{name}", LEAVES_TRACES.format(title=name.title(), name=name)))
    window.until(lambda: window.js(f"localStorage.getItem('key{name}')") == f"local{name}", "the script to run")


def on_disk(folder: Path, text: str) -> list[Path]:
    """The files below `folder` that contain `text`, also as UTF-16, or in their name."""
    wanted = (text.encode(), text.encode("utf-16-le"))
    found = []
    for path in folder.rglob("*"):
        with suppress(FileNotFoundError):  # Chromium deletes its temporary files at any time
            if path.is_file() and (text in path.name or any(form in path.read_bytes() for form in wanted)):
                found.append(path)
    return found


def test_a_new_window_shows_the_start_page(browser: Any, open_window: Any) -> None:
    second = open_window(browser, "window-new")
    assert [tab.url for tab in second.browser.tabs.all()] == ["mb://start"]
    assert browser.browser.page.title() == "First"


def test_each_window_has_its_own_tabs_mode_and_panel(browser: Any, open_window: Any, site: Any) -> None:
    second = open_window(browser, "window-new")
    visit(second, site, "second")
    second.keys("<Space>")
    assert (second.browser.modes.mode.label, browser.browser.modes.mode.label) == ("COPILOT", "NORMAL")
    assert (browser.titles, second.titles) == (["First"], ["Second"])
    assert not browser.browser.copilot.panel().isVisible()


def test_windows_share_cookies_and_history_but_not_with_a_private_one(
    browser: Any, open_window: Any, site: Any
) -> None:
    second = open_window(browser, "window-new")
    private = open_window(browser, "window-private")
    visit(second, site, "second")
    visit(private, site, "secret")
    assert "cookiefirst" in second.js("document.cookie", world=0)
    assert private.js("document.cookie", world=0) == "cookiesecret=valuesecret"
    assert "secret" not in second.js("document.cookie", world=0)
    browser.until(lambda: set(browser.visited()) == {"first", "second"}, "both visits to be recorded")


def test_a_private_window_says_that_it_is_one(browser: Any, open_window: Any) -> None:
    private = open_window(browser, "window-private")
    private.until(lambda: private.window.windowTitle().endswith("Private — Minimal Browser"))


def test_nothing_of_a_private_window_is_on_disk_and_the_other_windows_go_on(
    browser: Any, open_window: Any, start: Any, site: Any, tmp_path: Path
) -> None:
    folder = tmp_path / "profile"
    second = open_window(browser, "window-new")
    private = open_window(browser, "window-private")
    visit(second, site, "second")
    visit(private, site, "secret")
    private.command("ask What is the Secret text?")
    private.until(lambda: private.browser.copilot.panel().answers(), "an answer")
    private.until(lambda: not private.browser.copilot.is_answering, "the answer to be complete")
    private.command(f"open {site.url}/secret-missing")
    private.until(lambda: "/secret-missing" in site.requests)
    browser.until(lambda: set(browser.visited()) == {"first", "second"}, "both visits to be recorded")

    private.window.close()
    browser.until(lambda: len(browser.application.windows) == 2)
    visit(second, site, "third")
    second.window.close()
    browser.until(lambda: len(browser.application.windows) == 1)
    visit(browser, site, "fourth")
    browser.until(lambda: set(browser.visited()) == {"first", "second", "third", "fourth"})
    start.end(browser)

    for text in ("secret", "Secret"):
        assert on_disk(folder, text) == []
    for text in ("cookiefirst", "cookiesecond", "localsecond", "localfourth", "/third"):
        assert on_disk(folder, text) != [], text


def test_a_bookmark_that_is_added_in_a_private_window_stays(browser: Any, open_window: Any, site: Any) -> None:
    private = open_window(browser, "window-private")
    visit(private, site, "kept")
    private.command("bookmark")
    private.until(lambda: "bookmarked" in private.message)
    browser.until(lambda: [mark.title for mark in browser.browser.suggestions.bookmarks] == ["Kept"])


def test_an_address_opens_in_a_new_window(browser: Any, open_window: Any, site: Any) -> None:
    url = site.add("/other", "<title>Other</title>other")
    second = open_window(browser, f"open --window {url}")
    assert second.titles == ["Other"]
    private = open_window(browser, f"open --private {url}")
    assert private.titles == ["Other"]
    assert private.browser.private


def test_closing_the_first_window_leaves_the_second_working(browser: Any, open_window: Any, site: Any) -> None:
    second = open_window(browser, "window-new")
    browser.command("window-close")
    second.until(lambda: second.application.windows == [second.browser])
    visit(second, site, "second")
    second.command("ask What is the Second text?")
    second.until(lambda: second.browser.copilot.panel().answers(), "an answer")
    second.command("history")
    second.until(lambda: "Second" in second.text)


def test_quit_closes_every_window(browser: Any, open_window: Any) -> None:
    open_window(browser, "window-new")
    open_window(browser, "window-private")
    browser.command("quit")
    browser.until(lambda: browser.application.windows == [])


def test_forgetting_the_history_reaches_every_window(browser: Any, open_window: Any, site: Any) -> None:
    second = open_window(browser, "window-new")
    second.command(f"tabopen {site.add('/gone', '<title>Gone</title>')}")
    second.until(lambda: "Gone" in second.titles)
    second.command("tab-close")
    browser.until(lambda: "gone" in set(browser.visited()))
    browser.window.activateWindow()
    browser.command("history clear")
    browser.until(lambda: "Forget the whole history?" in browser.text)
    browser.js("[...document.querySelectorAll('button')].find((e) => e.textContent.trim() === 'Forget').click()")
    browser.until(lambda: set(browser.visited()) == set())
    second.command("undo")
    assert "no closed tab" in second.message


def test_a_download_is_reported_in_the_window_that_is_active(
    start: Any, site: Any, open_window: Any, tmp_path: Path
) -> None:
    browser = start(config=f"[browser]\ndownload_folder = '{tmp_path / 'downloads'}'\n")
    private = open_window(browser, "window-private")
    private.browser.navigation.open(site.add("/file", "data", "application/octet-stream"))
    private.until(lambda: "Downloaded" in private.message)


def test_the_window_is_named_after_the_page(browser: Any) -> None:
    browser.until(lambda: browser.window.windowTitle() == "First — Minimal Browser")


def test_the_first_window_fits_the_screen(browser: Any) -> None:
    screen = browser.window.screen().availableGeometry()
    assert browser.window.width() <= screen.width()
    assert browser.window.height() <= screen.height()
