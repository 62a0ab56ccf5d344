"""Either native module is turned off by one variable, while it stays installed: the browser is whole without it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from minimal_browser_core.storage.python.stores.conversations import PythonConversationStore
from minimal_browser_core.testing.fake_server import Answer, FakeServer

pytestmark = [pytest.mark.journey, pytest.mark.timeout(180)]


def stored(profile: Path) -> list[str]:
    with PythonConversationStore(profile / "conversations.db", read_only=True) as store:
        return [found.prompt for found in store.recent().conversations]


@pytest.mark.parametrize("backend", ["rust"], indirect=True)
@pytest.mark.parametrize("part", ["ai", "storage"])
def test_a_module_that_is_turned_off_leaves_nothing_behind(
    backend: str,
    part: str,
    start: Callable[..., Any],
    screen: Any,
    until: Callable[..., Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with FakeServer(default=Answer("The lamp is lit at dusk.")) as provider:
        options = ["--profile-dir", str(tmp_path / "profile"), "--base-url", provider.base_url]

        def text(browser: Any, url: str, *parts: str) -> str:
            """Of a page, in one line, once it holds the parts."""

            def found() -> str:
                shown = browser.evaluate(browser.page(url=url), "document.body.innerText") or ""
                said = " ".join(shown.split())
                return said if all(part in said for part in parts) else ""

            return str(until(found, f"{parts} on {url}"))

        def runs(browser: Any) -> dict[str, bool]:
            """Whether each part is said to run on Rust."""
            said = text(browser, "mb://version", "ai backend", "storage backend")
            return {name: f"{name} backend rust" in said for name in ("ai", "storage")}

        def ask(question: str) -> None:
            screen.keys("space")
            screen.type(question)
            screen.keys("Return")
            until(lambda: question in stored(tmp_path / "profile"), f"{question!r} to be stored")
            screen.keys("Escape")

        browser = start(*options, "mb://version")
        assert runs(browser) == {"ai": True, "storage": True}
        screen.focus("inimal")
        ask("when is the lamp lit")
        browser.quit()

        monkeypatch.setenv(f"MINIMAL_BROWSER_{part.upper()}_BACKEND", "python")
        browser = start(*options, "mb://version")
        assert runs(browser) == {"ai": part != "ai", "storage": part != "storage"}
        screen.focus("inimal")
        ask("and when put out")
        browser.quit()

        monkeypatch.delenv(f"MINIMAL_BROWSER_{part.upper()}_BACKEND")
        browser = start(*options, "mb://conversations")
        text(browser, "mb://conversations", "when is the lamp lit", "and when put out")
        browser.quit()
