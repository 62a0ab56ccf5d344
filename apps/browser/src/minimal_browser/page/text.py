"""What the person sees of a page, for the copilot: title, selection and visible text."""

import json
from collections.abc import Callable
from typing import Any

from minimal_browser.page.view import ISOLATED_WORLD, WebView
from minimal_browser_core.copilot.context import PageContext

MOST_CHARACTERS = 200_000

_EXTRACT = """
(() => {
  const cut = (text) => (text || '').slice(0, %d);
  return JSON.stringify({
    title: cut(document.title),
    selection: cut(String(getSelection())),
    text: cut(document.body ? document.body.innerText : ''),
  });
})();
"""


def extract(view: WebView, ready: Callable[[PageContext | None], None]) -> None:
    """Read the page in its isolated world; `ready` gets it, or None where nothing was opened or the page is gone."""
    url = view.address()
    if not url:
        ready(None)
        return

    def take(value: Any) -> None:
        if not isinstance(value, str) or not value:
            ready(None)
            return
        found = json.loads(value)
        ready(PageContext(url=url, title=found["title"], text=found["text"], selection=found["selection"]))

    view.web_page.runJavaScript(_EXTRACT % MOST_CHARACTERS, ISOLATED_WORLD, take)
