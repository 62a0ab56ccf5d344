"""Start-up: what may be imported before the first page is loaded, and what not."""

import json
import os
import subprocess
import sys
from pathlib import Path

LATER = {
    "asyncio", "cProfile", "httpx2", "importlib.metadata", "jinja2", "keyring", "markdown_it", "nh3", "sqlite3", "ssl",
    "ai_rust_client", "storage_rust", "minimal_browser.composition", "minimal_browser.copilot.panel", "msgspec",
    "minimal_browser.copilot.answer_view", "minimal_browser.completion.suggestions", "minimal_browser_core.commands",
    "minimal_browser.toolkit.markdown", "minimal_browser.startup.versions",
    "minimal_browser_core.copilot.session",
    "minimal_browser_core.chat.python",
}  # fmt: skip

PROBE = """
import json, sys
from minimal_browser.__main__ import main
import minimal_browser.startup.first_window as first_window

def show(*given, real=first_window.show_first_window):
    first = real(*given)
    probe = first.view.loadFinished.connect(lambda ok: print(json.dumps(sorted(sys.modules))))
    first.ready.connect(lambda: first.view.loadFinished.disconnect(probe))
    return first

first_window.show_first_window = show
first_window.PATIENCE_MS = 60_000  # a slow machine's patience ends before the load, and the imports begin
main(["--temp-profile", "--exit-after-load", sys.argv[1]])
"""


def modules(code: str, *arguments: str) -> set[str]:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    environment.pop("PROFILE", None)
    command = [sys.executable, "-c", code, *arguments]
    result = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=90, check=True)
    return set(json.loads(result.stdout))


def test_nothing_slow_is_imported_before_the_first_page_is_loaded(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text("<title>Page</title>hello")
    found = modules(PROBE, str(page))
    assert "PyQt6.QtWebEngineCore" in found
    assert found & LATER == set()


def test_qt_is_not_imported_to_parse_the_command_line() -> None:
    code = "import json, sys; from minimal_browser.startup.cli import parse; parse(['x']); "
    code += "print(json.dumps(sorted(sys.modules)))"
    assert not [name for name in modules(code) if name.startswith(("PyQt6", "minimal_browser_core"))]
