"""Generated HTML: what it may do, and above all what not."""

import socket
from typing import Any

import pytest

from minimal_browser.copilot.action_card import ActionCard

ATTEMPTS = {
    "fetch": "fetch('{url}/fetch').catch(() => 0)",
    "fetch without cors": "fetch('{url}/nocors', {{mode: 'no-cors'}}).catch(() => 0)",
    "xhr": "const x = new XMLHttpRequest(); x.open('GET', '{url}/xhr'); x.send()",
    "image": "new Image().src = '{url}/image'",
    "style": "document.head.innerHTML += '<link rel=stylesheet href=\"{url}/style\">'",
    "script": "const s = document.createElement('script'); s.src = '{url}/script'; document.head.append(s)",
    "frame": "const f = document.createElement('iframe'); f.src = '{url}/frame'; document.body.append(f)",
    "beacon": "navigator.sendBeacon('{url}/beacon', 'x')",
    "socket": "new WebSocket('{url}/socket'.replace('http', 'ws'))",
    "location": "location = '{url}/location'",
    "top": "top.location.href = '{url}/top'",
    "form": "document.body.innerHTML = '<form action=\"{url}/form\"></form>'; document.forms[0].submit()",
    "open": "open('{url}/open')",
    "prefetch": "document.head.innerHTML += '<link rel=prefetch href=\"{url}/prefetch\">'",
    "refresh": "document.head.innerHTML += '<meta http-equiv=refresh content=\"0;url={url}/refresh\">'",
    "event source": "new EventSource('{url}/events')",
    "clicked link": "const a = document.createElement('a'); a.href = '{url}/link'; document.body.append(a); a.click()",
}


@pytest.fixture
def browser(start: Any) -> Any:
    return start()


def show(browser: Any, body: str) -> None:
    browser.browser.generated_pages.show("Test", f"<!doctype html><title>made</title><body>{body}</body>")
    browser.until(lambda: browser.browser.page.title().startswith("made"), "the page to load")


@pytest.mark.parametrize("script", ATTEMPTS.values(), ids=ATTEMPTS.keys())
def test_no_request_leaves_it(browser: Any, site: Any, qtbot: Any, script: str) -> None:
    show(browser, f"<script>try {{ {script.format(url=site.url)} }} catch {{}} document.title = 'made: tried'</script>")
    browser.until(lambda: browser.browser.page.title() == "made: tried", "the script to run")
    qtbot.wait(300)
    assert site.requests == []
    assert browser.browser.page.url().startswith("mb-generated:")


CONNECT = """
const link = new RTCPeerConnection({iceServers: [{urls: 'stun:127.0.0.1:%d'}]});
link.createDataChannel('x');
link.createOffer().then((offer) => link.setLocalDescription(offer));
"""
IN_A_FRAME = """
const frame = document.createElement('iframe');
frame.srcdoc = `<script>%s</scr` + 'ipt>';
document.body.append(frame);
"""


@pytest.mark.parametrize("script", [CONNECT, IN_A_FRAME % CONNECT], ids=["window", "frame"])
def test_no_datagram_leaves_it(browser: Any, qtbot: Any, script: str) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.setblocking(False)
        show(browser, f"<script>{script % server.getsockname()[1]}</script>")
        qtbot.wait(1000)
        with pytest.raises(BlockingIOError):
            server.recv(1500)


LINK = "<link rel=preconnect href={url}>"
IN_PIECES = "'<li' + 'nk rel=preconnect href={url}>'"
USE_IT = "l.rel = 'preconnect'; l.href = '{url}'; document.head.append(l)"
HTML = "http://www.w3.org/1999/xhtml"
CONNECTS_AHEAD = {
    "in the document": LINK,
    "in capitals": LINK.replace("link", "LINK"),
    "made by a script": f"<script>const l = document.createElement('LINK'); {USE_IT}</script>",
    "made in a namespace": f"<script>const l = document.createElementNS('{HTML}', 'link'); {USE_IT}</script>",
    "made with a prefix": f"<script>const l = document.createElementNS('{HTML}', 'x:link'); {USE_IT}</script>",
    "as text of a script": f"<script>document.body.innerHTML = {IN_PIECES}</script>",
    "written": f"<script>document.write({IN_PIECES})</script>",
    "parsed": f"<script>const d = new DOMParser().parseFromString({IN_PIECES}, 'text/html'); "
    "document.head.append(document.importNode(d.head.firstChild))</script>",
    "in a frame": f"<script>const f = document.createElement('iframe'); f.srcdoc = {IN_PIECES}; "
    "document.body.append(f)</script>",
    "by a script of a frame": "<script>const f = document.createElement('iframe'); f.srcdoc = `<script>const l = "
    f"document.createElement('link'); {USE_IT}</scr` + 'ipt>'; document.body.append(f)</script>",
    "in a javascript address": f'<script>location = "javascript:{IN_PIECES}"</script>',
    "by speculation rules": '<script type=speculationrules>{{"prefetch": [{{"urls": ["{url}"], "eagerness": '
    '"immediate"}}], "prerender": [{{"urls": ["{url}"], "eagerness": "immediate"}}]}}</script>',
}


@pytest.mark.parametrize("body", CONNECTS_AHEAD.values(), ids=CONNECTS_AHEAD.keys())
def test_no_connection_is_opened_ahead(browser: Any, qtbot: Any, body: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        show(browser, body.format(url=f"http://127.0.0.1:{server.getsockname()[1]}"))
        qtbot.wait(500)
        with pytest.raises(BlockingIOError):
            server.accept()


def test_a_page_may_still_make_its_own_content(browser: Any) -> None:
    script = (
        "document.body.innerHTML = '<p id=a>one</p>'; const b = document.createElement('p'); b.textContent = 'two'; "
        "document.body.append(b); document.title = 'made: ' + document.body.innerText"
    )
    show(browser, f"<script>{script}</script>")
    browser.until(lambda: browser.browser.page.title() == "made: one two", "the content")


def test_its_origin_is_opaque_and_it_has_no_storage(browser: Any) -> None:
    show(browser, "<script>let kept; try { localStorage.x = 1; kept = 'kept' } catch { kept = 'refused' }</script>")
    assert browser.js("self.origin", world=0) == "null"
    assert browser.js("kept", world=0) == "refused"
    assert browser.js("(() => { try { return document.cookie } catch { return 'refused' } })()", world=0) == "refused"


@pytest.mark.parametrize("target", ["mb://version", "file:///etc/hostname", "mb-generated:other"])
def test_it_reaches_nothing_of_ours(browser: Any, qtbot: Any, target: str) -> None:
    show(
        browser,
        f"<script>document.title = 'made'; fetch('{target}').then(() => document.title = 'made: leaked', () => 0);"
        f"const f = document.createElement('iframe'); f.src = '{target}'; "
        "f.onload = () => { try { if (f.contentDocument.body.innerText) document.title = 'made: leaked' } catch {} };"
        "document.body.append(f)</script>",
    )
    qtbot.wait(400)
    assert "leaked" not in browser.browser.page.title()
    # Last, for Chromium puts about:blank#blocked in the page's place.
    browser.js(f"location = '{target}'", world=0)
    qtbot.wait(400)
    assert "leaked" not in browser.browser.page.title()
    assert browser.browser.page.url().split(":")[0] in ("mb-generated", "about")
    assert browser.browser.page.url() != target


def test_a_link_is_put_to_the_person_and_opens_in_a_normal_tab(browser: Any, site: Any) -> None:
    url = site.add("/there", "<title>There</title>")
    show(browser, f"<a href='{url}'>go</a>")
    browser.keys("f")
    browser.until(lambda: browser.browser.hints.labels)
    browser.keys("a")
    browser.until(lambda: browser.browser.copilot.panel().findChildren(ActionCard), "the question")
    assert site.requests == []
    browser.keys("<A-y>")
    browser.until(lambda: browser.browser.page.title() == "There")
    assert browser.view.web_page.profile() is browser.application.parts.profile


def test_the_web_does_not_open_in_its_tab(browser: Any, site: Any) -> None:
    show(browser, "hello")
    browser.command(f"open {site.add('/web', '<title>Web</title>')}")
    browser.until(lambda: browser.browser.page.title() == "Web")
    assert [tab.title for tab in browser.browser.tabs.all()][-2:] == ["made", "Web"]


def test_inline_scripts_and_styles_and_data_images_work(browser: Any) -> None:
    pixel = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw=="
    show(browser, f"<style>p {{ color: rgb(1, 2, 3) }}</style><p>x</p><img src='{pixel}'>")
    browser.until(lambda: browser.js("document.images[0].naturalWidth", world=0) == 1)
    assert browser.js("getComputedStyle(document.querySelector('p')).color", world=0) == "rgb(1, 2, 3)"
