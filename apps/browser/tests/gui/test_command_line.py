"""The command line, its completion, and find."""

from typing import Any

import pytest

from minimal_browser_core.keys.modes import Mode

TEXT = "<title>Words</title><p>lens</p><p>Lens</p><p>light</p><div style='height:4000px'></div><p>far lens</p>"


@pytest.fixture
def browser(start: Any, site: Any) -> Any:
    return start(site.add("/", TEXT))


def test_a_colon_opens_it_and_escape_leaves_it(browser: Any) -> None:
    line = browser.browser.command_line.widget
    browser.keys(":")
    assert browser.mode is Mode.COMMAND
    assert line.isVisible()
    browser.keys("<Esc>")
    assert browser.mode is Mode.NORMAL
    assert not line.isVisible()


def test_commands_are_suggested_and_tab_takes_one(browser: Any) -> None:
    line = browser.browser.command_line.widget
    browser.type(":tab-n")
    assert [suggestion.label for suggestion in line.suggestions][:2] == ["tab-new", "tab-next"]
    browser.keys("<Tab>")
    assert line.edit.text() == "tab-new"
    browser.keys("<Tab>", "<Tab>")
    assert line.edit.text() == line.suggestions[2].line


def test_visited_addresses_are_suggested(browser: Any, site: Any) -> None:
    browser.open(site.add("/lighthouse", "<title>The lighthouse</title>"))
    browser.type(":open lighth")
    labels = [suggestion.label for suggestion in browser.browser.command_line.widget.suggestions]
    assert f"{site.url}/lighthouse" in labels


def test_backspace_on_an_empty_line_leaves_it(browser: Any) -> None:
    browser.keys(":", "q", "<BS>")
    assert browser.mode is Mode.COMMAND
    browser.keys("<BS>")
    assert browser.mode is Mode.NORMAL


def test_up_recalls_the_last_line(browser: Any) -> None:
    browser.command("zoom 110")
    browser.keys(":", "<Up>")
    assert browser.browser.command_line.widget.edit.text() == "zoom 110"


def test_a_mistyped_command_is_said_with_the_nearest(browser: Any) -> None:
    browser.command("relaod")
    assert "reload" in browser.message
    assert browser.mode is Mode.NORMAL


def test_O_edits_the_address(browser: Any, site: Any) -> None:
    browser.keys("O")
    assert browser.browser.command_line.widget.edit.text() == f"open {site.url}/"


def test_find_counts_its_matches_without_regard_to_case(browser: Any) -> None:
    browser.keys("/")
    browser.type("lens")
    browser.keys("<CR>")
    browser.until(lambda: "1 of 3" in browser.message)
    browser.keys("n")
    browser.until(lambda: "2 of 3" in browser.message)
    browser.keys("n")
    browser.until(lambda: browser.js("scrollY") > 1000, "the last match to come into view")
    browser.keys("N")
    browser.until(lambda: "2 of 3" in browser.message)


def test_escape_after_a_find_takes_the_marks_away_in_silence(browser: Any, qtbot: Any) -> None:
    browser.keys("/")
    browser.type("lens")
    browser.keys("<CR>")
    browser.until(lambda: "1 of 3" in browser.message)
    browser.keys("<Esc>")
    qtbot.wait(300)
    assert "not on this page" not in browser.message
    browser.keys("n")
    browser.until(lambda: "of 3" in browser.message)


def test_a_capital_makes_find_look_at_the_case(browser: Any) -> None:
    browser.keys("/")
    browser.type("Lens")
    browser.keys("<CR>")
    browser.until(lambda: "1 of 1" in browser.message)


def test_find_says_what_is_not_there(browser: Any) -> None:
    browser.keys("/")
    browser.type("whale")
    browser.keys("<CR>")
    browser.until(lambda: "whale: not on this page" in browser.message)


def test_n_before_any_find_is_said(browser: Any) -> None:
    browser.keys("n")
    assert "No search yet" in browser.message


def test_javascript_typed_as_an_address_is_never_run(browser: Any) -> None:
    before = browser.browser.page.url()
    browser.command("open javascript:document.title='ran'")
    browser.browser.navigation.stop()
    assert browser.js("document.title", world=0) != "ran"
    assert before


def test_yy_copies_the_address(browser: Any, site: Any) -> None:
    browser.keys("y", "y")
    assert browser.browser.clipboard.text() == f"{site.url}/"


def test_zoom_steps(browser: Any) -> None:
    browser.keys("z", "i")
    assert "110" in browser.message
    browser.keys("z", "z")
    assert "100" in browser.message


def test_tab_completes_the_line_that_was_recalled(browser: Any) -> None:
    browser.command("relo")
    browser.keys(":", "<Up>")
    line = browser.browser.command_line.widget
    assert line.edit.text() == "relo"
    assert line.suggestions == ()
    browser.keys("<Tab>")
    assert line.edit.text().strip() == "reload"
