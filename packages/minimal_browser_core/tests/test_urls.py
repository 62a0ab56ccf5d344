from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minimal_browser_core.urls import as_url, resolve, search_url

SEARCH = "https://search.example/?q={query}&x=1"


def searched(words: str) -> str:
    return f"https://search.example/?q={words}&x=1"


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("", "about:blank"),
        ("   ", "about:blank"),
        ("https://example.com/a?b=c#d", "https://example.com/a?b=c#d"),
        ("HTTPS://Example.com", "https://Example.com"),
        ("http:example.com", "http://example.com"),
        ("https:/example.com", "https://example.com"),
        ("https://example.com/a b", "https://example.com/a%20b"),
        ("mb://conversations?q=tea", "mb://conversations?q=tea"),
        ("about:blank", "about:blank"),
        ("view-source:https://example.com", "view-source:https://example.com"),
        ("file:///etc/hosts", "file:///etc/hosts"),
        ("data:text/html,x", "data:text/html,x"),
        ("example.com", "https://example.com"),
        ("  example.com\n", "https://example.com"),
        ("example.com.", "https://example.com."),
        ("example.com/a/b?c", "https://example.com/a/b?c"),
        ("example.com:8443/x", "https://example.com:8443/x"),
        ("sub.example.co.uk", "https://sub.example.co.uk"),
        ("bücher.example", "https://bücher.example"),
        ("例え.テスト", "https://例え.テスト"),
        ("xn--bcher-kva.example", "https://xn--bcher-kva.example"),
        ("foo.xn--p1ai", "https://foo.xn--p1ai"),
        ("localhost", "http://localhost"),
        ("localhost:3000/x", "http://localhost:3000/x"),
        ("app.localhost:3000", "http://app.localhost:3000"),
        ("127.0.0.1", "http://127.0.0.1"),
        ("192.168.0.1:8080/admin", "http://192.168.0.1:8080/admin"),
        ("[::1]:8000/x", "http://[::1]:8000/x"),
        ("::1", "http://[::1]"),
        ("2001:db8::1", "http://[2001:db8::1]"),
        ("nas:8080", "http://nas:8080"),
        ("intranet/", "http://intranet/"),
        ("green tea", searched("green+tea")),
        ("tea", searched("tea")),
        ("what is example.com", searched("what+is+example.com")),
        ("node.js", searched("node.js")),
        ("node.js/docs", "https://node.js/docs"),
        ("3.14", searched("3.14")),
        ("1.2.3", searched("1.2.3")),
        ("e.g.", searched("e.g.")),
        ("c++ & you", searched("c%2B%2B+%26+you")),
        ("me@example.com", searched("me%40example.com")),
        ("javascript:alert(1)", searched("javascript%3Aalert%281%29")),
        ("python: list", searched("python%3A+list")),
        ("std::vector", searched("std%3A%3Avector")),
        ("https:", searched("https%3A")),
        ("https:// x", searched("https%3A%2F%2F+x")),
        ("?example.com", searched("example.com")),
        ("? example.com", searched("example.com")),
        ("and/or", searched("and%2For")),
        ("お茶", searched("%E3%81%8A%E8%8C%B6")),
        ("half \ud800", searched("half+%3F")),
    ],
)
def test_what_was_typed_becomes_an_address_or_a_search(text: str, url: str) -> None:
    assert resolve(text, SEARCH) == url


def test_a_path_becomes_a_file_address_and_is_never_searched_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert resolve("/no/such file", SEARCH) == "file:///no/such%20file"
    assert resolve("~/page.html", SEARCH) == (tmp_path / "page.html").as_uri()
    assert resolve("./page.html", SEARCH) == (tmp_path / "page.html").as_uri()


def test_a_search_address_without_a_place_for_the_words_is_refused() -> None:
    with pytest.raises(ValueError, match="query"):
        search_url("tea", "https://search.example/")


@given(st.text())
def test_anything_typed_becomes_an_address(text: str) -> None:
    url = resolve(text, SEARCH)
    assert ":" in url
    assert not url.lower().startswith("javascript:")
    assert as_url(text.strip()) in (None, url)
