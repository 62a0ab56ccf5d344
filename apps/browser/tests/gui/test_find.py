"""Finding text in the page."""

from typing import Any

import pytest

TEXT = "<title>Words</title><p>lens</p><p>Lens</p><p>light</p><div style='height:4000px'></div><p>far lens</p>"


@pytest.fixture
def browser(start: Any, site: Any) -> Any:
    return start(site.add("/", TEXT))


def test_it_counts_the_matches_and_ignores_case(browser: Any) -> None:
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


def test_escape_removes_the_highlights_without_a_message(browser: Any, qtbot: Any) -> None:
    browser.keys("/")
    browser.type("lens")
    browser.keys("<CR>")
    browser.until(lambda: "1 of 3" in browser.message)
    browser.keys("<Esc>")
    qtbot.wait(300)
    assert "not on this page" not in browser.message
    browser.keys("n")
    browser.until(lambda: "of 3" in browser.message)


def test_a_capital_letter_makes_case_matter(browser: Any) -> None:
    browser.keys("/")
    browser.type("Lens")
    browser.keys("<CR>")
    browser.until(lambda: "1 of 1" in browser.message)


def test_text_that_is_not_on_the_page_is_reported(browser: Any) -> None:
    browser.keys("/")
    browser.type("whale")
    browser.keys("<CR>")
    browser.until(lambda: "whale: not on this page" in browser.message)


def test_n_without_a_search_is_reported(browser: Any) -> None:
    browser.keys("n")
    assert "No search yet" in browser.message
