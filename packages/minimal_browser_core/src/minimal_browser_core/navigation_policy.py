"""Decides which addresses a page may open.

The user may open any address. A page may not: `file:`, `mb:` and the other addresses that only the browser serves show
private data, so no link, script or redirect of a web page leads there, in any tab.
"""

from enum import Enum

_WEB = frozenset({"http", "https"})
_OPENED_BY_OWN_KIND = {
    "file": frozenset({"file"}),
    "mb": frozenset({"mb", "file"}),  # history and bookmarks list files
    "chrome": frozenset({"chrome"}),
}
_PRIVILEGED = frozenset({
    "chrome", "chrome-devtools", "chrome-error", "chrome-extension", "chrome-untrusted", "devtools", "file",
    "filesystem", "mb", "mb-generated", "qrc", "view-source",
})  # fmt: skip
_BLANK_PAGES = frozenset({"", "about:blank"})


class Place(Enum):
    """Where a page opens an address."""

    TAB = "tab"
    """In a tab: this one, after the user chose a link by its hint, or another one."""
    WINDOW = "window"
    """In a tab that a script or a link asks for and that Chromium opens on the page's behalf."""
    IN_PLACE = "in place"
    """In the same tab, where Chromium already applies the page's own rights."""
    FRAME = "frame"
    """In a frame of the page."""


def may_open(source: str, target: str, place: Place = Place.TAB) -> bool:
    """Return whether the page at the address `source` may open the address `target`.

    Web pages open http and https. File pages also open files; pages of `mb:` also open each other and files. Any page
    whose kind is unknown, such as a blank one, counts as a web page.
    """
    scheme = _scheme(target)
    if scheme in _WEB or scheme in _OPENED_BY_OWN_KIND.get(_scheme(source.removeprefix("view-source:")), ()):
        return True
    if place is Place.TAB:
        return False
    if place is Place.WINDOW:
        return target in _BLANK_PAGES or scheme == "blob"
    return scheme not in _PRIVILEGED and (place is Place.FRAME or scheme != "data")


def refusal(target: str) -> str:
    """Return the message for a page that tried to open `target`."""
    return f"This page may not open {_scheme(target) or 'such'}: addresses."


def _scheme(url: str) -> str:
    scheme, colon, _rest = url.partition(":")
    return scheme.strip().lower() if colon else ""
