"""Which addresses a page may open."""

import pytest

from minimal_browser_core.navigation_policy import Place, may_open, refusal

WEB_PAGES = [
    "https://site.example/",
    "http://127.0.0.1:8000/page?next=file:///",
    "HTTPS://SITE.EXAMPLE/",
    "view-source:https://site.example/",
    "data:text/html,<a>",
    "blob:https://site.example/1",
    "about:blank",
    "about:srcdoc",
    "",
]
FILE = "file:///home/user/page.html"
OWN = "mb://history"
PRIVILEGED = [
    "file:///etc/passwd",
    "FILE:///etc/passwd",
    "mb://history",
    "mb://conversations?q=x",
    "mb-generated:1",
    "view-source:https://site.example/",
    "view-source:file:///etc/passwd",
    "chrome://settings",
    "chrome-untrusted://new-tab",
    "devtools://devtools",
    "qrc:/x",
    "filesystem:https://site.example/temporary/x",
]
WEB_TARGETS = ["https://other.example/", "http://other.example:8080/", "HTTPS://OTHER.EXAMPLE/"]


@pytest.mark.parametrize("place", Place)
@pytest.mark.parametrize("target", WEB_TARGETS)
@pytest.mark.parametrize("source", [*WEB_PAGES, FILE, OWN])
def test_every_page_may_open_web_addresses(source: str, target: str, place: Place) -> None:
    assert may_open(source, target, place)


@pytest.mark.parametrize("place", Place)
@pytest.mark.parametrize("target", PRIVILEGED)
@pytest.mark.parametrize("source", WEB_PAGES)
def test_no_web_page_opens_an_address_of_the_browser_or_the_disk(source: str, target: str, place: Place) -> None:
    assert not may_open(source, target, place)


@pytest.mark.parametrize("place", Place)
@pytest.mark.parametrize(
    ("source", "target", "allowed"),
    [
        (FILE, "file:///home/user/other.html", True),
        (FILE, "mb://history", False),
        (FILE, "mb-generated:1", False),
        (FILE, "chrome://settings", False),
        (FILE, "view-source:file:///etc/passwd", False),
        ("view-source:file:///home/user/page.html", "file:///home/user/other.html", True),
        (OWN, "mb://bookmarks", True),
        (OWN, "file:///home/user/other.html", True),
        (OWN, "mb-generated:1", False),
        (OWN, "chrome://settings", False),
        ("mb-generated:1", "file:///etc/passwd", False),
        ("mb-generated:1", "mb://history", False),
        ("chrome://about", "chrome://version", True),
        ("chrome://about", "mb://history", False),
    ],
)
def test_other_pages_open_their_own_kind(source: str, target: str, allowed: bool, place: Place) -> None:
    assert may_open(source, target, place) is allowed


@pytest.mark.parametrize(
    ("target", "tab", "window", "in_place", "frame"),
    [
        ("data:text/html,x", False, False, False, True),
        ("javascript:alert(1)", False, False, True, True),
        ("mailto:user@site.example", False, False, True, True),
        ("about:blank", False, True, True, True),
        ("", False, True, True, True),
        ("blob:https://site.example/1", False, True, True, True),
    ],
)
def test_chromium_decides_about_other_addresses_in_place(
    target: str, tab: bool, window: bool, in_place: bool, frame: bool
) -> None:
    decisions = [may_open("https://site.example/", target, place) for place in Place]
    assert decisions == [tab, window, in_place, frame]


def test_a_refusal_names_the_kind_of_address() -> None:
    assert refusal("FILE:///etc/passwd") == "This page may not open file: addresses."
    assert refusal("mb-generated:1") == "This page may not open mb-generated: addresses."
