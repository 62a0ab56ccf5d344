"""A page visited in one session is found in the next, by its address and by its words, and forgotten when told to."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.journey, pytest.mark.timeout(180)]

HINTS = "asdfghjkl"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_visited_page_is_found_again_after_a_restart_and_forgotten(
    backend: str,
    theme: str,
    site: str,
    start: Callable[..., Any],
    screen: Any,
    until: Callable[..., Any],
    colours: Callable[..., int],
    tmp_path: Path,
    artifacts: Path,
) -> None:
    settings = tmp_path / "settings.toml"
    settings.write_text(
        f'[browser]\nsearch_url = "{site}/?q={{query}}"\n[ui]\ntheme = "{theme}"\n[history]\npage_text = true\n'
    )
    options = ["--profile-dir", str(tmp_path / "profile"), "--config", str(settings), "--storage-backend", backend]
    name = f"history-{backend}-{theme}"

    browser = start(*options, f"{site}/lighthouse.html")
    browser.page(title="Cape Orrin")
    until(lambda: "stored the text" in browser.log(), "the words of the page to be kept")
    browser.quit()

    browser = start(*options)
    browser.page(url="mb://start")
    screen.focus("Start page")
    screen.keys("o")
    screen.type("orrin")
    until(lambda: "1 suggestions from the history for 5 characters" in browser.log(), "the suggestion")
    screen.keys("Tab")
    until(lambda: colours(screen.shot(artifacts / f"{name}-1-suggested.png")) > 50, "the window to show something")
    screen.keys("Return")
    browser.page(url=f"{site}/lighthouse.html", title="Cape Orrin")

    screen.keys("Escape")
    screen.type(":recall granite")
    screen.keys("Return")
    found = browser.page(url="mb://history", title="granite")
    assert until(lambda: browser.evaluate(found, "document.querySelector('mark')?.textContent"), "a match") == "granite"
    assert browser.evaluate(found, "matchMedia('(prefers-color-scheme: dark)').matches") is (theme == "dark")
    until(lambda: colours(screen.shot(artifacts / f"{name}-2-recalled.png")) > 50, "the window to show something")

    screen.type(":history clear")
    screen.keys("Return")
    asked = browser.page(url="mb://history", title="Forget")
    places = "[...document.querySelectorAll('a[href], button')].findIndex((e) => e.textContent === 'Forget')"
    label = HINTS[until(lambda: browser.evaluate(asked, places), "the button")]
    screen.keys("f")
    until(lambda: colours(screen.shot(artifacts / f"{name}-3-asked.png")) > 50, "the window to show something")
    screen.keys(label)
    listed = browser.page(url="mb://history", title="History")
    until(lambda: "No visits yet" in browser.evaluate(listed, "document.body.innerText"), "the history to be empty")
    browser.quit()
    left = b"".join(path.read_bytes() for path in (tmp_path / "profile").glob("places.db*"))
    assert b"orrin" not in left.lower()
