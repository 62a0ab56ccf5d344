"""The URLs of the browser's own pages: `mb://help`, `mb://conversations?q=lens`, `mb://history?day=2026-11-23`.

The page is the host of the URL. Its parameters are the query, as an HTML form sends them (WHATWG URL, section 5).
"""

from urllib.parse import quote, urlencode

SCHEME = "mb"

PAGES = {
    "start": "Start page",
    "help": "Help",
    "conversations": "Conversations",
    "bookmarks": "Bookmarks",
    "history": "History",
    "version": "Version",
}
"""The name and the title of each page."""


def page_url(name: str, **parameters: str | int | None) -> str:
    """The URL of a page. Parameters that are None or "" are left out."""
    given = {key: value for key, value in parameters.items() if value not in (None, "")}
    return f"{SCHEME}://{name}" + (f"?{urlencode(given, quote_via=quote, errors='replace')}" if given else "")
