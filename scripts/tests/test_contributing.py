"""The examples of "Adding things" in CONTRIBUTING.md, each added to a copy of the package and used."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import bootstrap
import pytest

import minimal_browser_core
from minimal_browser_core.copilot import tools
from minimal_browser_core.copilot.approval.policy import ApprovalPolicy
from minimal_browser_core.copilot.tools.registry import parse_call, registered_tools, tool_names, tool_schemas
from minimal_browser_core.copilot.tools.tool import TOOLS, Approval
from minimal_browser_core.errors import ToolError
from minimal_browser_core.settings.load import parse_settings
from minimal_browser_core.settings.write import default_toml

DOCUMENT = (bootstrap.ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def example(heading: str) -> str:
    """The first code block below a heading."""
    section = DOCUMENT.partition(f"### {heading}\n")[2].partition("\n#")[0]
    found = re.search(r"```python[^\n]*\n(.*?)```", section, re.DOTALL)
    assert found, f"there is no example below “{heading}”"
    return found[1]


def run_with_package(folder: Path, code: str) -> str:
    environ = {**os.environ, "PYTHONPATH": str(folder)}
    result = subprocess.run([sys.executable, "-c", code], env=environ, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    return result.stdout


TAB_CLOSE_AFTER = """
from minimal_browser_core.commands.completion import complete, tab_candidates
from minimal_browser_core.commands.parameters import Completion
from minimal_browser_core.errors import CommandError
from minimal_browser_core.features.catalogue import all_commands
from minimal_browser_core.features.tabs import TabInfo
from minimal_browser_core.internal_pages.render import render_help
from minimal_browser_core.keys.keymap import Keymap
from minimal_browser_core.testing.recording_browser import RecordingBrowser

commands = all_commands()
tabs = [TabInfo(number, f"Tab {number}", "https://tab.test/") for number in range(1, 5)]
browser = RecordingBrowser(commands)
browser.show_tabs(*tabs)
browser.run("tabcloseafter 2")
print(browser.calls)
for line in ("tab-close-after", "tab-close-after left"):
    try:
        browser.run(line)
    except CommandError as error:
        print(error)
sources = {Completion.TAB: lambda: tab_candidates(tabs)}
print([candidate.text for candidate in complete("tab-close-after ", commands, sources).candidates])
print("Close the tabs to the right of a tab." in render_help(commands, Keymap()))
"""


def test_a_command_is_one_function(tmp_path: Path) -> None:
    package = tmp_path / "minimal_browser_core"
    shutil.copytree(Path(minimal_browser_core.__file__).parent, package)
    with (package / "features" / "tabs" / "__init__.py").open("a", encoding="utf-8") as feature:
        feature.write(f"\n\n{example('A command')}")
    assert len(example("A command").splitlines()) <= 10
    assert run_with_package(tmp_path, TAB_CLOSE_AFTER).splitlines() == [
        "[('tabs.close', 4), ('tabs.close', 3)]",
        ":tab-close-after needs <number>: the number of the tab that becomes the last one.",
        "<number> of :tab-close-after has to be a whole number, not 'left'.",
        "['1', '2', '3', '4']",
        "True",
    ]


SET = """
from types import SimpleNamespace
from minimal_browser_core.commands.chain import execute
from minimal_browser_core.commands.completion import complete
from minimal_browser_core.features.catalogue import all_commands
from minimal_browser_core.settings.load import parse_settings
from minimal_browser_core.settings.write import default_toml

settings = parse_settings(default_toml())
settings.on_change("ui.status_bar", lambda: print("changed to", settings.values.ui.status_bar))
browser = SimpleNamespace(settings=settings, messages=SimpleNamespace(show=print))
print('# status_bar = "shown"' in default_toml())
print([candidate.text for candidate in complete("set ui.status_bar ", all_commands(), {}).candidates])
execute("set ui.status_bar hidden", all_commands(), browser)
try:
    parse_settings("[ui]\\nstatus_bar = 'no'")
except Exception as error:
    print(error)
"""


def test_a_setting_is_one_attribute_of_the_schema(tmp_path: Path) -> None:
    package = tmp_path / "minimal_browser_core"
    shutil.copytree(Path(minimal_browser_core.__file__).parent, package)
    header, _, attribute = example("A setting").partition("    ...\n")
    schema = package / "settings" / "schema.py"
    before, after = schema.read_text(encoding="utf-8").split(header)
    section, rest = after.split("\n\n\n", 1)
    schema.write_text(f"{before}{header}{section}\n{attribute}\n\n{rest}", encoding="utf-8")
    assert len(example("A setting").splitlines()) <= 10
    assert run_with_package(tmp_path, SET).splitlines() == [
        "True",
        "['shown', 'hidden']",
        "changed to hidden",
        'ui.status_bar = "hidden"',
        'config.toml: ui.status_bar must be one of "shown", "hidden"; "no" is not.',
    ]


@pytest.fixture
def tools_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder that counts as part of `copilot/tools`."""
    monkeypatch.setattr(tools, "__path__", [*tools.__path__, str(tmp_path)])
    registered_tools.cache_clear()
    before = dict(TOOLS)
    yield tmp_path
    for name in TOOLS.keys() - before.keys():
        del sys.modules[TOOLS.pop(name).__module__]
    registered_tools.cache_clear()


def test_a_copilot_tool_is_one_file(tools_folder: Path) -> None:
    (tools_folder / "set_zoom.py").write_text(example("A copilot tool"), encoding="utf-8")
    (schema,) = [tool["function"] for tool in tool_schemas() if tool["function"]["name"] == "zoom"]
    assert schema["description"] == "Change the size of the open page. Only when the user asks for it."
    assert schema["parameters"]["properties"]["percent"] == {"type": "integer", "minimum": 25, "maximum": 500}
    assert '\n# zoom = "ask"\n' in default_toml(tool_names())
    assert ApprovalPolicy().approval("zoom") is Approval.ASK
    settings = parse_settings('[copilot.actions]\nzoom = "allow"\n')
    assert ApprovalPolicy(settings.values.copilot.actions).approval("zoom") is Approval.ALLOW
    with pytest.raises(ToolError, match="500"):
        parse_call("zoom", '{"percent": 1000}')
    call = parse_call("zoom", '{"percent": 150}')
    assert call.describe() == "Show the page at 150 %"
    zoomed: list[int] = []
    call.run(SimpleNamespace(zoom=SimpleNamespace(to_percent=zoomed.append)))
    assert zoomed == [150]
