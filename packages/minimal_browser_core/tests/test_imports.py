"""What importing core brings in: a start-up budget, and the rule that core knows no window and no wheel."""

import os
import pkgutil
import subprocess
import sys

import pytest

import minimal_browser_core

LAZY = {"httpx2", "asyncio", "sqlite3", "jinja2", "keyring", "importlib.metadata", "ssl"}
FOREIGN = {"PyQt6", "PySide6", "PyQt5", "ai_rust_client", "storage_rust"}
# What a browser imports before its first paint.
STARTUP = (
    "backends",
    "chat.port",
    "commands.chain",
    "commands.completion",
    "copilot.approval.policy",
    "copilot.context.page",
    "copilot.events",
    "copilot.providers.client",
    "copilot.providers.routing",
    "copilot.session",
    "copilot.tools.registry",
    "errors",
    "features.catalogue",
    "features.history.recording",
    "keys.dispatcher",
    "keys.keymap",
    "profiling",
    "secrets",
    "settings.load",
    "storage.conversations",
    "storage.history",
    "storage.port",
    "urls",
    "window",
)


def loaded_after(code: str) -> set[str]:
    script = f"import sys\n{code}\nprint(' '.join(sys.modules))"
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("COV_", "PYTEST"))}
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, env=environ)
    return set(ran.stdout.split())


def test_importing_core_imports_nothing_else_of_it() -> None:
    added = loaded_after("import minimal_browser_core") - loaded_after("")
    assert added == {"minimal_browser_core"}


@pytest.mark.parametrize("module", STARTUP)
def test_a_module_of_the_start_is_light(module: str) -> None:
    loaded = loaded_after(f"import minimal_browser_core.{module}")
    assert not loaded & (LAZY | FOREIGN)


def test_no_module_of_core_imports_a_window_or_a_wheel() -> None:
    names = [
        module.name
        for module in pkgutil.walk_packages(minimal_browser_core.__path__, "minimal_browser_core.")
        if ".native" not in module.name and ".testing" not in module.name and not module.name.endswith("__main__")
    ]
    assert "minimal_browser_core.copilot.offline.client" in names
    loaded = loaded_after("\n".join(f"import {name}" for name in names))
    assert not loaded & FOREIGN


def test_selecting_the_python_backends_imports_no_wheel_and_no_library() -> None:
    loaded = loaded_after(
        "from minimal_browser_core.backends import select_ai, select_storage\n"
        "select_ai(cli='python')\nselect_storage(cli='python')"
    )
    assert not loaded & (LAZY | FOREIGN)
