import pytest

from minimal_browser_core.settings.url_patterns import parse_pattern


@pytest.mark.parametrize(
    ("pattern", "url", "matches"),
    [
        ("example.com", "https://example.com/", True),
        ("example.com", "http://example.com:8080/a?b#c", True),
        ("example.com", "https://user:secret@example.com/", True),
        ("example.com", "https://EXAMPLE.com./", True),
        ("EXAMPLE.com", "https://example.com/", True),
        ("xn--fa-hia.de", "https://faß.de/", True),
        ("faß.de", "https://fass.de/", False),
        ("https://example.com/a%20b/*", "https://example.com/a%20b/c", True),
        ("example.com", "https://www.example.com/", False),
        ("example.com", "https://example.com.evil.org/", False),
        ("example.com", "https://evil.org/example.com", False),
        ("example.com", "https://example.com@evil.org/", False),
        ("example.com", "file:///example.com", False),
        ("*.example.com", "https://example.com/", True),
        ("*.example.com", "https://a.b.example.com/x", True),
        ("*.example.com", "https://notexample.com/", False),
        ("*", "https://example.com/", True),
        ("*", "http://127.0.0.1:9000/", True),
        ("*", "file:///etc/hosts", False),
        ("*", "about:blank", False),
        ("https://*/*", "https://example.com/a", True),
        ("https://*/*", "http://example.com/a", False),
        ("*://example.com/*", "http://example.com/a", True),
        ("HTTPS://example.com", "https://example.com/a", True),
        ("https://example.com/docs", "https://example.com/docs", True),
        ("https://example.com/docs", "https://example.com/docs/a", False),
        ("https://example.com/docs/*", "https://example.com/docs/a?b=c", True),
        ("https://example.com/docs/*", "https://example.com/other/docs/a", False),
        ("https://example.com/*/edit*", "https://example.com/page/1/edit?now", True),
        ("https://example.com/*/edit", "https://example.com/edit", False),
        ("https://example.com/*.html", "https://example.com/a.html", True),
        ("https://example.com/*.html", "https://example.com/a.html?b", False),
        ("https://example.com/a*a", "https://example.com/a", False),
        ("https://example.com/?q=*", "https://example.com/?q=1", True),
        ("https://example.com/?q=*", "https://example.com/x", False),
        ("https://example.com/[a]*", "https://example.com/[a]b", True),
        ("https://example.com/", "https://example.com", True),
        ("localhost:8080", "http://localhost:8080/x", True),
        ("localhost:8080", "http://localhost/x", False),
        ("https://example.com:443", "https://example.com/", True),
        ("example.com:80", "https://example.com/", False),
        ("example.com:*", "https://example.com:8443/", True),
        ("127.0.0.1", "http://127.0.0.1:1234/", True),
        ("[::1]", "http://[::1]:8000/", True),
        ("[::1]:8000", "http://[::1]:8000/", True),
        ("bücher.example", "https://xn--bcher-kva.example/", True),
        ("*.bücher.example", "https://www.xn--bcher-kva.example/", True),
        ("file:///home/*", "file:///home/me/a.html", True),
        ("file:///home/*", "file:///etc/passwd", False),
        ("mb://history", "mb://history", True),
        ("mb://history", "mb://start", False),
        ("example.com", "", False),
        ("example.com", "https://[broken/", False),
        ("example.com", "https://example.com:99999/", False),
    ],
)
def test_a_pattern_matches_urls(pattern: str, url: str, matches: bool) -> None:
    assert parse_pattern(pattern).matches(url) is matches


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "two words",
        "exa*mple.com",
        "www.*.com",
        "example.*",
        "https://",
        "https:///a",
        "://a.b",
        "a.b#c",
        "http:/a",
    ],
)
def test_a_text_that_is_not_a_pattern_is_refused_with_examples(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not a URL pattern. Write one such as example\.com"):
        parse_pattern(text)


def test_a_hostile_url_is_matched_in_linear_time() -> None:
    pattern = parse_pattern("https://example.com/*a*a*a*a*a*a*a*a*b")
    assert not pattern.matches("https://example.com/" + "a" * 1_000_000)
