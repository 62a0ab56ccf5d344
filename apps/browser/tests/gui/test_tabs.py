"""Tabs, by keys and by commands."""

from typing import Any

import pytest
from PyQt6.QtCore import QUrl
from PyQt6.QtWidgets import QApplication

from minimal_browser.toolkit.theme import current_theme
from minimal_browser_core.keys.modes import Mode


@pytest.fixture
def browser(start: Any, site: Any) -> Any:
    return start(site.add("/one", "<title>One</title>one"), site.add("/two", "<title>Two</title>two"))


def test_each_address_of_the_command_line_gets_a_tab_and_the_first_is_in_front(browser: Any) -> None:
    browser.until(lambda: browser.titles == ["One", "Two"])
    assert browser.browser.page.title() == "One"


def test_J_and_K_go_through_the_tabs_and_around_the_end(browser: Any) -> None:
    browser.until(lambda: browser.titles == ["One", "Two"])
    browser.keys("J")
    assert browser.browser.page.title() == "Two"
    browser.keys("J")
    assert browser.browser.page.title() == "One"
    browser.keys("K")
    assert browser.browser.page.title() == "Two"


def test_t_opens_an_address_in_a_new_tab(browser: Any, site: Any) -> None:
    browser.keys("t")
    browser.type(site.add("/three", "<title>Three</title>"))
    browser.keys("<CR>")
    browser.until(lambda: browser.browser.page.title() == "Three")
    assert len(browser.browser.tabs.all()) == 3


def test_d_closes_a_tab_and_u_opens_it_again_with_its_history(browser: Any, site: Any) -> None:
    browser.open(site.add("/next", "<title>Next</title>"))
    browser.keys("d")
    browser.until(lambda: browser.titles == ["Two"])
    browser.keys("u")
    browser.until(lambda: browser.browser.page.title() == "Next")
    assert browser.titles == ["Next", "Two"]
    browser.keys("H")
    browser.until(lambda: browser.browser.page.title() == "One")


def test_a_tab_closed_while_loading_reopens_at_the_address_it_was_loading(browser: Any, site: Any) -> None:
    site.add("/next", "<title>Next</title>")
    with site.holding("/next"):
        browser.browser.navigation.open(f"{site.url}/next")
        browser.until(lambda: "/next" in site.requests)
        browser.keys("d")
    browser.until(lambda: browser.titles == ["Two"])
    browser.keys("u")
    browser.until(lambda: browser.browser.page.title() == "Next")
    browser.keys("H")
    browser.until(lambda: browser.browser.page.title() == "One")


def test_a_tab_closed_before_its_first_page_came_can_be_reopened(browser: Any, site: Any) -> None:
    site.add("/slow", "<title>Slow</title>")
    browser.until(lambda: browser.titles == ["One", "Two"])
    with site.holding("/slow"):
        browser.command(f"tabopen {site.url}/slow")
        browser.until(lambda: "/slow" in site.requests)
        browser.keys("d")
    browser.until(lambda: browser.titles == ["One", "Two"])
    browser.keys("u")
    browser.until(lambda: browser.browser.page.title() == "Slow")


def test_closing_the_last_tab_leaves_the_start_page(browser: Any) -> None:
    browser.keys("d", "d")
    browser.until(lambda: [tab.url for tab in browser.browser.tabs.all()] == ["mb://start"])


def test_a_tab_number_that_does_not_exist_is_reported(browser: Any) -> None:
    browser.command("tab 7")
    assert "7" in browser.message


def test_moving_a_tab_keeps_its_page(browser: Any) -> None:
    browser.until(lambda: browser.titles == ["One", "Two"])
    browser.command("tab-move 1")
    assert browser.titles == ["Two", "One"]
    assert browser.browser.page.title() == "One"


def test_closing_and_moving_a_tab_leave_mode_and_focus_with_the_page(browser: Any, site: Any) -> None:
    browser.open(site.add("/far", "<title>Far</title><div style='height:3000px'></div><a href='/one'>link</a>"))
    browser.keys("J")
    browser.keys("<Space>", "<Esc>")
    assert browser.mode is Mode.NORMAL
    for keys in (("g", "J"), ("g", "K"), ("d",)):
        browser.keys(*keys)
        assert browser.mode is Mode.NORMAL
        assert QApplication.focusWidget() is browser.view.focusProxy()
    browser.until(lambda: browser.titles == ["Far"])
    assert browser.js("document.activeElement.tagName") == "BODY"
    assert browser.js("scrollY") == 0


def test_a_window_that_a_page_opens_on_its_own_is_blocked(browser: Any, site: Any, qtbot: Any) -> None:
    browser.open(site.add("/pop", "<title>Pop</title><script>open('/one')</script>"))
    qtbot.wait(300)
    assert len(browser.browser.tabs.all()) == 2


def test_an_empty_tab_has_the_colour_of_the_window_and_a_page_gets_white(browser: Any, site: Any) -> None:
    tabs = browser.browser.tabs
    view = tabs.add(tabs.factory.new(), select=True).view
    assert view.web_page.backgroundColor().name() == current_theme().window
    view.load(QUrl(site.add("/plain", "<title>Plain</title>")))
    browser.until(lambda: view.title() == "Plain")
    assert view.web_page.backgroundColor().name() == "#ffffff"


def test_a_page_that_a_script_opened_may_close_its_tab(start: Any, site: Any) -> None:
    site.add("/popup", "<title>Popup</title><body onclick='window.close()'>close")
    opener = "<title>Opener</title><body onclick='window.open(\"/popup\")'><div style='height:500px'>open"
    browser = start(site.add("/", opener))
    browser.view.click(50, 50)
    browser.until(lambda: browser.browser.page.title() == "Popup", "the popup")
    browser.js("window.close()", world=0)
    browser.until(lambda: [tab.title for tab in browser.browser.tabs.all()] == ["Opener"], "the popup to close")


def test_no_other_page_may(browser: Any, qtbot: Any) -> None:
    browser.js("window.close()", world=0)
    qtbot.wait(300)
    assert len(browser.browser.tabs.all()) == 1
