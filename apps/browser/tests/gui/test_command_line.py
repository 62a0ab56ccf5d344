"""The command line."""

from typing import Any

import pytest

from minimal_browser_core.keys.modes import Mode

TEXT = "<title>Words</title><p>lens</p><p>Lens</p><p>light</p><div style='height:4000px'></div><p>far lens</p>"


@pytest.fixture
def browser(start: Any, site: Any) -> Any:
    return start(site.add("/", TEXT))


def test_a_colon_opens_it_and_escape_closes_it(browser: Any) -> None:
    line = browser.browser.command_line.widget
    browser.keys(":")
    assert browser.mode is Mode.COMMAND
    assert line.isVisible()
    browser.keys("<Esc>")
    assert browser.mode is Mode.NORMAL
    assert not line.isVisible()


def test_backspace_on_an_empty_line_closes_it(browser: Any) -> None:
    browser.keys(":", "q", "<BS>")
    assert browser.mode is Mode.COMMAND
    browser.keys("<BS>")
    assert browser.mode is Mode.NORMAL


def test_up_shows_the_last_line(browser: Any) -> None:
    browser.command("zoom 110")
    browser.keys(":", "<Up>")
    assert browser.browser.command_line.widget.edit.text() == "zoom 110"


def test_a_mistyped_command_gets_a_suggestion(browser: Any) -> None:
    browser.command("relaod")
    assert "reload" in browser.message
    assert browser.mode is Mode.NORMAL


def test_O_edits_the_address(browser: Any, site: Any) -> None:
    browser.keys("O")
    assert browser.browser.command_line.widget.edit.text() == f"open {site.url}/"


def test_tab_completes_an_earlier_line(browser: Any) -> None:
    browser.command("relo")
    browser.keys(":", "<Up>")
    line = browser.browser.command_line.widget
    assert line.edit.text() == "relo"
    assert line.suggestions == ()
    browser.keys("<Tab>")
    assert line.edit.text().strip() == "reload"
