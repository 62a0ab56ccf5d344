"""Modal input: what a key means, and who gets it."""

from typing import Any

import pytest
from PyQt6.QtCore import QCoreApplication, QEvent, Qt
from PyQt6.QtGui import QKeyEvent

from minimal_browser_core.keys.modes import Mode

FIELD = """<title>Field</title><body style="margin:0"><input id="field" style="display:block;width:300px;height:40px">
<p id="seen"></p><div style="height:5000px"></div>
<script>addEventListener('keydown', (e) => { seen.textContent += e.key + ' '; }, true);</script>"""


@pytest.fixture
def browser(start: Any, site: Any) -> Any:
    return start(site.add("/", FIELD))


def seen(browser: Any) -> str:
    return str(browser.js("document.getElementById('seen').textContent"))


def value(browser: Any) -> str:
    return str(browser.js("document.getElementById('field').value"))


def test_normal_mode_keys_never_reach_the_page(browser: Any) -> None:
    browser.js("document.getElementById('field').focus()")
    browser.keys("j", "k", "z", "<Esc>", "y", "<Esc>")
    assert value(browser) == ""
    assert not {"j", "k", "z", "y"} & set(seen(browser).split())


def test_j_scrolls_down_and_gg_comes_back(browser: Any) -> None:
    browser.keys("j")
    browser.until(lambda: browser.js("scrollY") > 0, "the page to scroll")
    browser.keys("g", "g")
    browser.until(lambda: browser.js("scrollY") == 0, "the page to be at its top")


def test_a_count_goes_before_a_key(browser: Any) -> None:
    browser.keys("5")
    assert browser.browser.status.keys.text() == "5"
    browser.keys("j")
    browser.until(lambda: browser.js("scrollY") == 200, "five steps")


def test_G_goes_to_the_end(browser: Any) -> None:
    browser.keys("G")
    browser.until(lambda: browser.js("scrollY + innerHeight >= document.documentElement.scrollHeight - 1"), "the end")


def test_in_insert_mode_keys_go_to_the_page_until_escape(browser: Any) -> None:
    browser.js("document.getElementById('field').focus()")
    browser.keys("i")
    assert browser.mode is Mode.INSERT
    browser.type("jog 5")
    browser.until(lambda: value(browser) == "jog 5", "the text to arrive")
    browser.keys("<Esc>")
    assert browser.mode is Mode.NORMAL
    browser.until(lambda: browser.js("document.activeElement === document.body"), "the field to lose the caret")
    browser.keys("k")
    assert value(browser) == "jog 5"
    assert "Escape" not in seen(browser)


def test_a_click_into_a_field_enters_insert_mode(browser: Any) -> None:
    browser.click(50, 20)
    browser.until(lambda: browser.mode is Mode.INSERT, "INSERT mode")
    browser.type("a")
    browser.until(lambda: value(browser) == "a", "the letter to arrive")


def test_a_click_beside_a_field_stays_in_normal_mode(browser: Any, qtbot: Any) -> None:
    browser.click(50, 300)
    qtbot.wait(400)
    assert browser.mode is Mode.NORMAL


def test_a_page_that_focuses_a_field_by_itself_does_not_leave_normal_mode(browser: Any, qtbot: Any) -> None:
    browser.js("document.getElementById('field').focus()")
    qtbot.wait(400)
    assert browser.mode is Mode.NORMAL


def test_space_opens_the_copilot_and_escape_comes_back(browser: Any) -> None:
    browser.keys("<Space>")
    assert browser.mode is Mode.COPILOT
    panel = browser.browser.copilot.panel()
    assert panel.isVisible()
    browser.type("jk")
    assert panel.input.toPlainText() == "jk"
    browser.keys("<Esc>")
    assert browser.mode is Mode.NORMAL
    browser.keys("j")
    browser.until(lambda: browser.js("scrollY") > 0, "the page to scroll")


def test_the_status_bar_names_the_mode(browser: Any) -> None:
    browser.keys("i")
    assert browser.browser.status.mode.text() == "INSERT"
    browser.keys("<Esc>")
    assert browser.browser.status.mode.text() == "NORMAL"


def test_in_passthrough_even_escape_goes_to_the_page(browser: Any) -> None:
    browser.command("passthrough")
    assert browser.mode is Mode.PASSTHROUGH
    browser.keys("<Esc>")
    browser.until(lambda: "Escape" in seen(browser), "Escape to arrive")
    assert browser.mode is Mode.PASSTHROUGH


def test_bindings_of_the_settings_work(start: Any, site: Any) -> None:
    browser = start(site.add("/", FIELD), config='[keys.normal]\nw = "scroll-to 100"\n')
    browser.keys("w")
    browser.until(lambda: browser.js("scrollY") > 1000, "the end")


def test_keys_of_a_layout_without_latin_letters_count_by_their_position(browser: Any) -> None:
    code, colon = 47, "Ж"  # where the US layout has the semicolon
    press = QKeyEvent(QEvent.Type.KeyPress, ord(colon), Qt.KeyboardModifier.ShiftModifier, code, 0, 0, colon)
    QCoreApplication.sendEvent(browser.window.windowHandle(), press)
    assert browser.mode is Mode.COMMAND
