"""How addresses are shown and copied."""

from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minimal_browser_core.hosts.display import ascii_url, display_url


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://xn--80ak6aa92e.com/", "https://xn--80ak6aa92e.com/"),
        ("https://аррӏе.com/", "https://xn--80ak6aa92e.com/"),
        ("https://xn--bcher-kva.example/?q=1#a", "https://bücher.example/?q=1#a"),
        ("https://xn--bcher-kva.example:8443", "https://bücher.example:8443"),
        ("https://user:password@xn--bcher-kva.example/", "https://bücher.example/"),
        ("https://paypal.com@evil.example/", "https://evil.example/"),
        ("https://good.example\\@evil.example/", "https://good.example\\@evil.example/"),
        ("view-source:https://xn--80ak6aa92e.com/", "view-source:https://xn--80ak6aa92e.com/"),
        ("view-source:https://xn--bcher-kva.example/", "view-source:https://bücher.example/"),
        ("https://de.example/wiki/M%C3%BCnchen", "https://de.example/wiki/München"),
        ("https://example.com/a%20b%2Fc%25?d=%26", "https://example.com/a%20b%2Fc%25?d=%26"),
        ("https://example.com/%FF%C3%BC%C3", "https://example.com/%FFü%C3"),
        ("https://example.com/%E2%80%AEexe.txt", "https://example.com/%E2%80%AEexe.txt"),
        ("https://example.com/\u202eexe.txt", "https://example.com/%E2%80%AEexe.txt"),
        ("https://example.com/%E3%85%A4%E2%A0%80%C2%A0", "https://example.com/%E3%85%A4%E2%A0%80%C2%A0"),
        ("https://[::1]:8080/", "https://[::1]:8080/"),
        ("file:///home/user/%C3%BC.html", "file:///home/user/ü.html"),
        ("mb://history?q=x", "mb://history?q=x"),
        ("about:blank", "about:blank"),
        ("mailto:user@xn--80ak6aa92e.com", "mailto:user@xn--80ak6aa92e.com"),
        ("", ""),
    ],
)
def test_an_address_is_shown_readable_where_that_is_safe(url: str, shown: str) -> None:
    assert display_url(url) == shown


@pytest.mark.parametrize(
    ("url", "copied"),
    [
        ("https://bücher.example/ü?q=ü#ü", "https://xn--bcher-kva.example/%C3%BC?q=%C3%BC#%C3%BC"),
        ("https://xn--bcher-kva.example/a%20b", "https://xn--bcher-kva.example/a%20b"),
        ("https://user:pass@bücher.example:81/a b", "https://user:pass@xn--bcher-kva.example:81/a%20b"),
        ("view-source:https://bücher.example/", "view-source:https://xn--bcher-kva.example/"),
        ("file:///home/ü", "file:///home/%C3%BC"),
        ("mb://start", "mb://start"),
    ],
)
def test_an_address_is_copied_in_ascii(url: str, copied: str) -> None:
    assert ascii_url(url) == copied


PATHS = st.text(st.characters(exclude_categories=["Cs"])) | st.from_regex(r"(%[0-9A-F]{2}|[a-zü/])*", fullmatch=True)


@given(PATHS)
def test_a_shown_address_is_the_same_address_in_one_visible_line(path: str) -> None:
    url = f"https://xn--bcher-kva.example/{path}"
    shown = display_url(url)
    assert shown.isprintable()
    assert " " not in shown
    assert unquote(ascii_url(shown), errors="surrogateescape") == unquote(ascii_url(url), errors="surrogateescape")
    assert display_url(shown) == shown


@given(st.text())
def test_any_text_is_copied_as_visible_ascii(text: str) -> None:
    copied = ascii_url(text)
    assert copied.isascii()
    assert not copied or copied.isprintable()
    assert ascii_url(copied) == copied


def test_nested_view_source_is_shown_without_recursion() -> None:
    url = "view-source:" * 5_000 + "https://example.org/a b"
    assert display_url(url).startswith("view-source:view-source:")
