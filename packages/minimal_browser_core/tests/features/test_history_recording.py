import pytest

from minimal_browser_core.features.history.recording import recorded_address


@pytest.mark.parametrize(
    ("url", "recorded"),
    [
        ("https://a.test/x?y#z", "https://a.test/x?y#z"),
        ("http://user:secret@a.test:8080/@x", "http://a.test:8080/@x"),
        ("http://user@a.test/", "http://a.test/"),
        ("file:///home/me/page.html", "file:///home/me/page.html"),
        ("https://a.test/\ud800", "https://a.test/?"),
        ("https://notbank.test/", "https://notbank.test/"),
        ("https://bank.test/account", None),
        ("https://www.Bank.Test./account", None),
        ("https://[::1]/", None),
        ("mb://start", None),
        ("mb-generated://x/", None),
        ("data:text/html,x", None),
        ("blob:https://a.test/1", None),
        ("about:blank", None),
        ("view-source:https://a.test/", None),
        ("javascript:alert(1)", None),
        ("chrome://gpu", None),
        ("https://", None),
        ("https://[x", None),
        ("", None),
        ("https://a.test/" + "x" * 70_000, None),
    ],
)
def test_only_pages_of_the_web_and_files_are_recorded_and_no_password(url: str, recorded: str | None) -> None:
    assert recorded_address(url, ("bank.test", "[::1]")) == recorded


def test_a_site_is_excluded_in_every_form_of_its_name() -> None:
    for name in ("bücher.example", "xn--bcher-kva.example", "BÜCHER.example"):
        assert recorded_address("https://xn--bcher-kva.example/", (name,)) is None
        assert recorded_address("https://www.bücher.example/", (name,)) is None
