"""What a local HTML file may read of the user's other files: nothing, and so it has nothing to send."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PyQt6.QtWebEngineCore import QWebEngineSettings
from websockets.sync.server import ServerConnection, serve

SECRET = "5ec2e7"
"""What the other file contains: as text, and as the colour of a picture."""

ATTEMPTS = {
    "fetch": "send(await (await fetch('{file}')).text())",
    "fetch of a folder": "send(await (await fetch('{folder}')).text())",
    "fetch in a worker": "const source = `fetch('{file}').then((r) => r.text()).then(postMessage, postMessage)`;"
    "const worker = new Worker(URL.createObjectURL(new Blob([source])));"
    "send(await new Promise((read) => {{ worker.onmessage = (e) => read(e.data); worker.onerror = read }}))",
    "xhr": "const x = new XMLHttpRequest(); x.open('GET', '{file}', false); x.send(); send(x.responseText)",
    "frame": "const f = await loaded('iframe', '{page}'); send(f.contentDocument.body.innerText)",
    "frame of a folder": "const f = await loaded('iframe', '{folder}'); send(f.contentDocument.body.innerText)",
    "object": "const f = await loaded('object', '{page}'); send(f.contentDocument.body.innerText)",
    "script": "onerror = (message) => send(message); await loaded('script', '{file}')",
    "script with cors": "onerror = (message) => send(message);"
    "await loaded('script', '{file}', {{crossOrigin: 'anonymous'}})",
    "module": "send(JSON.stringify(await import('{json}', {{with: {{type: 'json'}}}})))",
    "style sheet": "const l = await loaded('link', '{style}', {{rel: 'stylesheet'}});send(l.sheet.cssRules[0].cssText)",
    "canvas": "const i = await loaded('img', '{image}'); const c = document.createElement('canvas').getContext('2d');"
    "c.drawImage(i, 0, 0); send([...c.getImageData(0, 0, 1, 1).data].map((n) => n.toString(16)).join(''))",
    "canvas with cors": "const i = await loaded('img', '{image}', {{crossOrigin: 'anonymous'}});"
    "const c = document.createElement('canvas').getContext('2d');"
    "c.drawImage(i, 0, 0); send([...c.getImageData(0, 0, 1, 1).data].map((n) => n.toString(16)).join(''))",
}
PAGE = """<!doctype html><title>Attack</title><body>text<script>
const socket = new WebSocket('ws://127.0.0.1:%d');
const send = (text) => socket.send(String(text));
const loaded = (tag, url, more) => new Promise((done) => {
  const element = Object.assign(document.createElement(tag), more);
  element.onload = () => done(element);
  element.onerror = () => done(element);
  element[{link: 'href', object: 'data'}[tag] || 'src'] = url;
  document.body.append(element);
  setTimeout(() => done(element), 2000);
});
socket.onopen = async () => {
  try { %s } catch (error) { send(error) }
  send('done');
};
</script>"""


class Listener:
    """A WebSocket server on loopback that notes what is sent to it."""

    def __init__(self) -> None:
        self.received: list[str] = []
        self._server = serve(self._listen, "127.0.0.1", 0)
        self.port = self._server.socket.getsockname()[1]
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    def _listen(self, connection: ServerConnection) -> None:
        self.received.extend(str(message) for message in connection)

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()


@pytest.fixture
def listener() -> Iterator[Listener]:
    made = Listener()
    yield made
    made.close()


@pytest.fixture
def secrets(tmp_path: Path) -> dict[str, str]:
    """The addresses of files that contain the secret."""
    folder = tmp_path / "private"
    folder.mkdir()
    (folder / "private.txt").write_text(f"the secret is {SECRET}")
    (folder / f"{SECRET}.bak").touch()  # for listings of the folder
    (folder / "page.html").write_text(f"<p>{SECRET}</p>")
    (folder / "data.json").write_text(f'["{SECRET}"]')
    (folder / "style.css").write_text(f"p {{ color: #{SECRET}; content: '{SECRET}' }}")
    (folder / "image.svg").write_text(
        "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'>"
        f"<rect width='9' height='9' fill='#{SECRET}'/></svg>"
    )
    names = {"page": "page.html", "json": "data.json", "style": "style.css", "image": "image.svg"}
    addresses = {kind: (folder / name).as_uri() for kind, name in names.items()}
    return addresses | {"file": (folder / "private.txt").as_uri(), "folder": folder.as_uri() + "/"}


@pytest.mark.parametrize("attempt", ATTEMPTS.values(), ids=ATTEMPTS.keys())
def test_a_local_page_reads_no_other_file(
    start: Any, listener: Listener, secrets: dict[str, str], tmp_path: Path, attempt: str
) -> None:
    attack = tmp_path / "attack.html"
    attack.write_text(PAGE % (listener.port, attempt.format(**secrets)))
    browser = start(str(attack))
    browser.until(lambda: "done" in listener.received, "the end of the attempt")
    assert not [text for text in listener.received if SECRET in text]


def test_no_kind_of_page_has_access_to_files(start: Any) -> None:
    browser = start()
    browser.open("mb://help")
    browser.browser.generated_pages.show("Made", "<title>made</title>")
    browser.until(lambda: browser.browser.page.title() == "made")
    browser.browser.devtools.toggle()
    pages = [view.web_page for view in (tab.view for tab in browser.browser.tabs)]
    pages.append(pages[0].devToolsPage() or browser.view.web_page.devToolsPage())
    attribute = QWebEngineSettings.WebAttribute
    for page in pages:
        assert not page.settings().testAttribute(attribute.LocalContentCanAccessFileUrls)
        assert not page.settings().testAttribute(attribute.LocalContentCanAccessRemoteUrls)
    browser.browser.devtools.toggle()
