"""What a page may open: a web page reaches neither the user's files nor the browser's own pages."""

from pathlib import Path
from typing import Any

import pytest
from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtTest import QTest

REFUSED = {
    "file": "file:///etc/hostname",
    "mb": "mb://history",
    "mb-generated": "mb-generated:1",
    "view-source": "view-source:http://127.0.0.1/",
    "chrome": "chrome://version/",
    "data": "data:text/html,<title>inline</title>",
}
MARKUP = {
    "link": "<a href='{0}'>link</a>",
    "link to a new window": "<a href='{0}' target=_blank>link</a>",
    "link with an opener": "<a href='{0}' target=_blank rel=opener>link</a>",
    "svg link": "<svg width=90 height=30><a href='{0}'><text y=20>link</text></a></svg>",
    "link in a frame": "<iframe srcdoc=\"<a href='{0}'>link</a>\"></iframe>",
}


@pytest.fixture
def browser(start: Any) -> Any:
    return start()


def follow_hint(browser: Any, key: str, index: int = -1) -> None:
    browser.keys(key)
    browser.until(lambda: browser.browser.hints.labels, "the labels")
    browser.keys(*browser.browser.hints.labels[index])


def urls(browser: Any) -> list[str]:
    return [tab.view.url().toString() for tab in browser.browser.tabs]


@pytest.mark.parametrize("key", ["f", "F"])
@pytest.mark.parametrize("markup", MARKUP.values(), ids=MARKUP.keys())
@pytest.mark.parametrize("scheme", REFUSED)
def test_a_hint_opens_no_such_link_of_a_web_page(
    browser: Any, site: Any, qtbot: Any, scheme: str, markup: str, key: str
) -> None:
    page = site.add("/page", f"<title>Page</title>{markup.format(REFUSED[scheme])}")
    browser.open(page)
    browser.until(lambda: browser.js("document.readyState") == "complete")
    follow_hint(browser, key)
    browser.until(lambda: f"This page may not open {scheme}: addresses." in browser.message)
    qtbot.wait(50)
    assert urls(browser) in ([page], ["about:blank#blocked"])


def test_a_hint_runs_a_script_link_in_its_page_only(browser: Any, site: Any) -> None:
    page = site.add("/page", "<title>Page</title><a href=\"javascript:void(document.title += '!')\">run</a>")
    browser.open(page)
    follow_hint(browser, "F")
    browser.until(lambda: "may not open javascript: addresses" in browser.message)
    assert urls(browser) == [page]
    follow_hint(browser, "f")
    browser.until(lambda: browser.view.title() == "Page!")


@pytest.mark.parametrize("scheme", ["file", "mb"])
def test_the_middle_button_opens_no_such_link_of_a_web_page(browser: Any, site: Any, qtbot: Any, scheme: str) -> None:
    page = site.add("/page", f"<title>Page</title><a href='{REFUSED[scheme]}' style='font-size:50px'>link</a>")
    browser.open(page)
    place = browser.view.mapTo(browser.window, QPoint(30, 30))
    QTest.mouseClick(browser.window.windowHandle(), Qt.MouseButton.MiddleButton, pos=place)
    qtbot.wait(400)
    assert not [url for url in urls(browser) if not url.startswith("http") and url not in ("", "about:blank")]


@pytest.mark.parametrize(
    "script",
    [
        "open('{0}')",
        "const w = open(''); w.location = '{0}'",
        "const w = open('about:blank'); setTimeout(() => w.location = '{0}', 100)",
        "location = '{0}'",
        "location.replace('{0}')",
        "document.body.innerHTML += '<form action={0} target=_blank></form>'; document.forms[0].submit()",
        "document.body.innerHTML += '<iframe src={0}></iframe>'",
        "location = 'view-source:{0}'",
    ],
)
@pytest.mark.parametrize("scheme", ["file", "mb"])
def test_a_script_of_a_web_page_opens_no_such_address(
    browser: Any, site: Any, qtbot: Any, scheme: str, script: str
) -> None:
    source = script.format(REFUSED[scheme])
    page = site.add("/page", f'<title>Page</title><button onclick="{source}">run</button>')
    browser.open(page)
    follow_hint(browser, "f")
    qtbot.wait(500)
    assert not [url for url in urls(browser) if not url.startswith("http") and url not in ("", "about:blank")]
    assert not browser.js("[...document.querySelectorAll('iframe')].some((f) => f.contentDocument?.body?.innerText)")


@pytest.mark.parametrize("target", ["mb://history", "file:///etc/hostname"])
def test_no_server_redirects_there(browser: Any, site: Any, qtbot: Any, target: str) -> None:
    site.redirects["/there"] = target
    browser.browser.navigation.open(f"{site.url}/there")
    browser.until(lambda: "/there" in site.requests)
    qtbot.wait(500)
    assert urls(browser)[0].startswith((site.url, "mb://start"))


def test_a_local_page_opens_local_pages_in_every_way(browser: Any, tmp_path: Path, qtbot: Any) -> None:
    other = tmp_path / "other.html"
    other.write_text("<title>Other</title>other")
    page = tmp_path / "page.html"
    page.write_text("<title>Page</title><a href=other.html style='font-size:50px'>other</a>")
    browser.open(str(page))
    follow_hint(browser, "F")
    browser.until(lambda: urls(browser)[-1] == other.as_uri())
    browser.command("tab 1")
    place = browser.view.mapTo(browser.window, QPoint(30, 30))
    QTest.mouseClick(browser.window.windowHandle(), Qt.MouseButton.MiddleButton, pos=place)
    browser.until(lambda: urls(browser).count(other.as_uri()) == 2)
    follow_hint(browser, "f")
    browser.until(lambda: urls(browser).count(other.as_uri()) == 3)


def test_own_pages_open_each_other(browser: Any) -> None:
    browser.open("mb://history")
    follow_hint(browser, "F", 0)
    browser.until(lambda: [url[:5] for url in urls(browser)] == ["mb://", "mb://"])
