"""Following links by their labels."""

from typing import Any

import pytest

from minimal_browser_core.keys.modes import Mode

PAGE = """<title>Links</title><a href="/other">one</a> <a href="/other" target="_blank">two</a> <input id="f">
<a href="/hidden" style="display:none">no</a><div style="height:4000px"></div><a href="/below">below</a>"""


@pytest.fixture
def browser(start: Any, site: Any) -> Any:
    site.add("/other", "<title>Other</title>other")
    return start(site.add("/", PAGE))


def labels(browser: Any) -> list[str]:
    return list(browser.browser.hints.labels)


def test_f_labels_what_is_in_view_and_only_that(browser: Any) -> None:
    browser.keys("f")
    assert browser.mode is Mode.HINT
    browser.until(lambda: len(labels(browser)) == 3, "a label for each of two links and a field")


def test_a_label_follows_its_link(browser: Any) -> None:
    browser.keys("f")
    browser.until(lambda: labels(browser))
    browser.keys(labels(browser)[0])
    browser.until(lambda: browser.browser.page.title() == "Other")
    assert browser.mode is Mode.NORMAL


def test_a_label_typed_before_the_labels_are_there_counts(browser: Any) -> None:
    browser.keys("f", "a")
    browser.until(lambda: browser.browser.page.title() == "Other")


def test_F_opens_a_new_tab(browser: Any) -> None:
    browser.keys("F")
    browser.until(lambda: labels(browser))
    browser.keys(labels(browser)[0])
    browser.until(lambda: [tab.title for tab in browser.browser.tabs.all()] == ["Links", "Other"])


def test_a_link_that_wants_a_window_of_its_own_gets_a_tab(browser: Any) -> None:
    browser.keys("f")
    browser.until(lambda: labels(browser))
    browser.keys(labels(browser)[1])
    browser.until(lambda: [tab.title for tab in browser.browser.tabs.all()] == ["Links", "Other"])


def test_the_label_of_a_field_enters_it_in_insert_mode(browser: Any) -> None:
    browser.keys("f")
    browser.until(lambda: labels(browser))
    browser.keys(labels(browser)[2])
    browser.until(lambda: browser.mode is Mode.INSERT)
    browser.type("hi")
    browser.until(lambda: browser.js("document.getElementById('f').value") == "hi")


def test_escape_takes_the_labels_away(browser: Any) -> None:
    browser.keys("f")
    browser.until(lambda: labels(browser))
    browser.keys("<Esc>")
    assert browser.mode is Mode.NORMAL
    assert labels(browser) == []


def test_a_page_does_not_see_the_labels_or_our_names(browser: Any) -> None:
    before = browser.js("document.documentElement.outerHTML", world=0)
    browser.keys("f")
    browser.until(lambda: labels(browser))
    assert browser.js("document.documentElement.outerHTML", world=0) == before
    assert browser.js("typeof hinted", world=0) == "undefined"


def test_a_page_with_nothing_to_follow_says_so(browser: Any, site: Any) -> None:
    browser.open(site.add("/plain", "<title>Plain</title>text"))
    browser.keys("f")
    browser.until(lambda: "nothing to follow" in browser.message)
    assert browser.mode is Mode.NORMAL


@pytest.mark.parametrize("framed", [False, True])
def test_a_label_is_the_persons_own_click(browser: Any, site: Any, framed: bool) -> None:
    button = "<p>above</p><button onclick=\"window.open('/other')\">open</button>"
    page = "<p>before</p><iframe src=/inner style='margin:50px'></iframe>" if framed else button
    site.add("/inner", button)
    browser.open(site.add("/pop", f"<title>Pop</title>{page}"))
    browser.until(lambda: browser.js("document.readyState") == "complete")
    browser.view.setZoomFactor(1.5)
    browser.keys("f")
    browser.until(lambda: labels(browser))
    browser.keys(labels(browser)[-1])
    browser.until(lambda: [tab.title for tab in browser.browser.tabs.all()] == ["Pop", "Other"])


CLOBBERED = """<title>Clobbered</title><form><input name=matches><input name=tagName><input name=shadowRoot>
<input name=getClientRects><input name=nodeType></form><img name=elementFromPoint><img name=querySelectorAll>
<img name=URL><a href="/other">link</a>"""


def test_elements_with_the_names_of_methods_hide_no_hint(browser: Any, site: Any) -> None:
    browser.open(site.add("/clobbered", CLOBBERED))
    browser.keys("f")
    browser.until(lambda: len(labels(browser)) == 6, "labels for five fields and the link")
    browser.keys(labels(browser)[5])
    browser.until(lambda: browser.browser.page.title() == "Other")


@pytest.mark.parametrize(
    "markup",
    [
        "<div contenteditable=plaintext-only>text</div>",
        "<div contenteditable=true>text</div>",
        "<div role=treeitem>item</div>",
        "<div role=radio>choice</div>",
        "<div onmousedown='0'>press</div>",
        "<label>Name <input></label>",
        "<label for=a>Name</label> <input id=a>",
        "<label for=b>Hidden</label><input type=checkbox id=b style='display:none'>",
    ],
)
def test_each_target_has_one_label(browser: Any, site: Any, markup: str) -> None:
    browser.open(site.add("/target", f"<title>Target</title>{markup}"))
    browser.keys("f")
    browser.until(lambda: len(labels(browser)) == 1, "one label")
