"""What holds for every command of every feature."""

import importlib
import inspect
import pkgutil

import pytest

from minimal_browser_core import features
from minimal_browser_core.commands.chain import check
from minimal_browser_core.commands.command import Command
from minimal_browser_core.commands.parameters import ParameterKind
from minimal_browser_core.commands.registry import CommandRegistry
from minimal_browser_core.features.catalogue import FEATURES, all_commands
from minimal_browser_core.keys.keymap import Binding, Keymap
from minimal_browser_core.keys.modes import Mode
from minimal_browser_core.settings.load import parse_settings
from minimal_browser_core.testing.recording_browser import RecordingBrowser

COMMANDS = list(all_commands())
BINDINGS = [binding for mode in Mode for binding in Keymap().bindings(mode)]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_a_command_has_help_for_itself_and_each_parameter(command: Command) -> None:
    assert command.summary[0].isupper() or command.summary[0] == ":"
    assert command.summary.endswith(".")
    assert not command.note or command.note.endswith(".")
    for parameter in command.parameters:
        assert parameter.help, parameter.name
        assert not parameter.help.endswith("."), parameter.name


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_a_command_asks_for_the_port_of_its_own_feature(command: Command) -> None:
    browser = next(iter(inspect.signature(command.run).parameters.values()))
    assert browser.annotation.__module__ == command.run.__module__


SAMPLES = {
    ParameterKind.TEXT: "words",
    ParameterKind.WORD: "word",
    ParameterKind.INTEGER: "50",
    ParameterKind.NUMBER: "50",
}
LINES = {"set": "set ui.zoom 120", "set-site": "set-site example.com ui.zoom 120"}


def shortest_line(command: Command) -> str:
    required = [parameter for parameter in command.positional if not parameter.optional]
    words = [parameter.choices[0] if parameter.choices else SAMPLES[parameter.kind] for parameter in required]
    return LINES.get(command.name, " ".join([command.name, *words]))


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_a_command_calls_only_what_the_ports_declare(command: Command, browser: RecordingBrowser) -> None:
    browser.settings = parse_settings("")
    browser.fill_clipboard("example.org")
    browser.run(shortest_line(command))
    assert browser.calls


@pytest.mark.parametrize("binding", BINDINGS, ids=lambda binding: f"{binding.mode.value} {binding.keys}")
def test_a_default_key_runs_a_command_that_exists(binding: Binding, registry: CommandRegistry) -> None:
    assert check(binding.command, registry) is None


def test_every_module_of_a_feature_is_in_the_catalogue() -> None:
    names = {f"{features.__name__}.{module.name}" for module in pkgutil.iter_modules(features.__path__)}
    assert names - {feature.__name__ for feature in FEATURES} == {f"{features.__name__}.catalogue"}
    for name in names:
        assert importlib.import_module(name).__doc__


def test_commands_and_keys_of_minimal_browser_0_x_still_exist(registry: CommandRegistry) -> None:
    for name in ["q", "quit", "w", "write", "wq", "help", "h", "e", "b", "bd", "bn", "bp", "N"]:
        assert name in registry, name
    keymap = Keymap()
    for key in [*":/soatxqrnpHL?", "<Space>", "<Esc>", "<F1>", "<F10>", "<C-t>", "<C-w>", "<C-r>", "<C-Tab>", "<C-u>"]:
        assert key in keymap.root(Mode.NORMAL).children, key
