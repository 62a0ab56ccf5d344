"""Reads a page for the copilot: its title, selection and visible text, if the copilot may read it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from minimal_browser.page.view import WebView
from minimal_browser_core.copilot.context.page import PageContext, unreadable_reason

MAX_CHARACTERS = 200_000
SCRIPT = Path(__file__).with_name("text.js")


def extract(view: WebView, ready: Callable[[PageContext | None, str], None]) -> None:
    """Read the page in its isolated world and call `ready` with it.

    `ready` gets None if no page is open, if the page is gone, or if the copilot must not read it; then its second
    argument says why.
    """
    url = view.address()
    if not url:
        ready(None, "")
        return
    if view.shows_error():
        ready(None, "This page was not sent: it is the browser's own page about an error.")
        return
    if reason := unreadable_reason(url):
        ready(None, reason)
        return

    def read(value: Any) -> None:
        if not isinstance(value, str) or not value:
            ready(None, "")
            return
        page = json.loads(value)
        # The tab may have gone elsewhere before the script ran.
        if reason := unreadable_reason(page["location"]):
            ready(None, reason)
            return
        ready(PageContext(page["location"], page["title"], page["text"], page["selection"]), "")

    view.run(SCRIPT, MAX_CHARACTERS, done=read)
