"""Take the screenshots of the user guide: `scripts/nox -s screenshots`.

A pytest module that is named on the command line, because it uses the fixtures of the journeys; it tests nothing more.
"""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from minimal_browser_core.testing.fake_server import Answer, FakeServer, ToolCall

pytestmark = [pytest.mark.journey, pytest.mark.timeout(180)]

IMAGES = Path(__file__).parents[4] / "docs" / "guide" / "images"
QUESTION = "When was the lighthouse built?"
ANSWER = "**Margaret Alder** built it in **1868**, after three ships were lost on the rocks of Cape Orrin."


@pytest.fixture
def provider(site: str) -> Iterator[FakeServer]:
    with FakeServer() as server:
        call = ToolCall("navigate", json.dumps({"url": f"{site}/visit.html"}))
        pieces = tuple(re.findall(r"\S+ ?", ANSWER))
        server.default = Answer(pieces, tool_calls=(call,), finish_reason="tool_calls", delay=0.02)
        yield server


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_pictures_of_the_guide(
    theme: str,
    site: str,
    provider: FakeServer,
    start: Callable[..., Any],
    screen: Any,
    until: Callable[..., Any],
    tmp_path: Path,
) -> None:
    settings = tmp_path / "config.toml"
    settings.write_text(f'[ui]\ntheme = "{theme}"\n')
    options = ["--config", str(settings), "--profile-dir", str(tmp_path / "profile"), "--base-url", provider.base_url]
    browser = start(*options, f"{site}/lighthouse.html")
    browser.page(title="Cape Orrin")
    screen.focus("Cape Orrin")
    screen.xdotool("search", "--onlyvisible", "--name", "Cape Orrin", "windowsize", *map(str, screen.size))
    until(lambda: "ready" in browser.log(), "the browser to be ready")

    def take(name: str) -> None:
        screen.settle()
        screen.shot(IMAGES / f"{name}-{theme}.png")

    screen.keys("f")
    take("hints")
    screen.keys("Escape", "o")
    screen.type("cape")
    take("open")
    screen.keys("Escape", "space")
    screen.type(QUESTION)
    screen.keys("Return")
    until(lambda: "action proposed" in browser.log(), "the action to be proposed")
    take("copilot")
    screen.keys("Escape", "alt+n", "g", "c")
    browser.page(url="mb://conversations", title="Conversations")
    take("conversations")
    screen.keys("question")
    browser.page(url="mb://help", title="Help")
    take("help")
    browser.quit()
