"""The main job, as a person does it: a page, a question, a streamed answer, an action, and all of it found again."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from minimal_browser_core.storage.python.stores.conversations import PythonConversationStore
from minimal_browser_core.testing.fake_server import Answer, FakeServer, ToolCall

pytestmark = [pytest.mark.journey, pytest.mark.timeout(180)]

QUESTION = "When was the lighthouse built?"
ANSWER = "**Margaret Alder** built it in **1868**, after three ships were lost."


@pytest.fixture
def provider(site: str) -> Iterator[FakeServer]:
    """Answers slowly enough to be watched, and proposes to open a page of the same site."""
    with FakeServer() as server:
        call = ToolCall("navigate", json.dumps({"url": f"{site}/visit.html"}))
        server.default = Answer(
            tuple(re.findall(r"\S+ ?", ANSWER)), tool_calls=(call,), finish_reason="tool_calls", delay=0.1
        )
        yield server


def stored(home: Path) -> list[tuple[str, str]]:
    path = home / "profile" / "conversations.db"
    if not path.exists():
        return []
    with PythonConversationStore(path, read_only=True) as store:
        return [(found.prompt, found.response) for found in store.recent().conversations]


@pytest.mark.parametrize("brain", ["offline", "provider"])
def test_a_question_about_a_page_is_answered_acted_on_stored_and_found_after_a_restart(
    backend: str,
    brain: str,
    site: str,
    provider: FakeServer,
    start: Callable[..., Any],
    screen: Any,
    until: Callable[..., Any],
    colours: Callable[..., int],
    tmp_path: Path,
    artifacts: Path,
) -> None:
    options = ["--profile-dir", str(tmp_path / "profile")]
    options += ["--ai-backend", backend, "--storage-backend", backend]
    if brain == "provider":
        options += ["--base-url", provider.base_url]
    name = f"{backend}-{brain}"

    browser = start(*options, f"{site}/lighthouse.html")
    page = browser.page(title="Cape Orrin")
    screen.focus("Cape Orrin")

    screen.keys("space")
    screen.type(QUESTION)
    screen.shot(artifacts / f"{name}-1-question.png")
    screen.keys("Return")
    if brain == "provider":
        asked = until(lambda: [request.json for request in provider.requests if request.json], "a question")
        assert "Margaret Alder" in asked[0]["messages"][-1]["content"], "the page's text goes along"

    # The page is usable while the answer streams beside it.
    screen.keys("Escape", "j", "j", "j")
    until(lambda: browser.evaluate(page, "scrollY") > 0, "the page to scroll")
    screen.keys("g", "g")
    until(lambda: browser.evaluate(page, "scrollY") == 0, "the page to be back at its top")

    if brain == "provider":
        screen.shot(artifacts / f"{name}-2-streaming.png")
        until(lambda: "action proposed" in browser.log(), "the action to be proposed")
        assert browser.page(title="Cape Orrin"), "nothing happens before the user allows it"
        screen.shot(artifacts / f"{name}-3-action.png")
        screen.keys("alt+y")
        browser.page(url=f"{site}/visit.html", title="Plan a visit")

    prompt, response = until(lambda: stored(tmp_path), "the exchange to be stored")[0]
    assert prompt == QUESTION
    assert "1868" in response
    until(lambda: colours(screen.shot(artifacts / f"{name}-4-answered.png")) > 50, "the window to show something")
    browser.quit()

    browser = start(*options, "mb://conversations?q=1868")
    found = browser.page(url="mb://conversations", title="1868")
    text = until(lambda: browser.evaluate(found, "document.body.innerText"), "the page of conversations")
    assert QUESTION in text
    assert "1868" in text
    screen.focus("onversations")
    until(lambda: colours(screen.shot(artifacts / f"{name}-5-found.png")) > 50, "the window to show something")
    browser.quit()
