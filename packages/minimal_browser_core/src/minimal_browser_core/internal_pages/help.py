"""What the start page and the help page say about keys and commands, read from the keymap and the registry."""

from dataclasses import dataclass

from minimal_browser_core.commands.chain import first_command
from minimal_browser_core.commands.command import Command
from minimal_browser_core.commands.registry import CommandRegistry
from minimal_browser_core.keys.keymap import Keymap
from minimal_browser_core.keys.modes import Mode
from minimal_browser_core.keys.notation import parse_keys

Caps = tuple[str, ...]
"""A sequence of keys, each as it is written on a keyboard."""

_NAMES = {"CR": "Enter", "BS": "Backspace", "Del": "Delete", "PageUp": "Page Up", "PageDown": "Page Down", "lt": "<"}
_ARROWS = {"Up": "↑", "Down": "↓", "Left": "←", "Right": "→"}
_MODIFIERS = {"C": "Ctrl", "A": "Alt", "D": "Meta", "S": "Shift"}


@dataclass(frozen=True, slots=True)
class ModeHelp:
    """A mode with the keys that leave it."""

    label: str
    text: str
    leave: Caps | None


@dataclass(frozen=True, slots=True)
class CommandHelp:
    """A command with the keys that run it."""

    command: Command
    keys: tuple[Caps, ...]


def key_caps(keys: str) -> Caps:
    """`<C-f>` as `Ctrl+F`, `gg` as two keys."""
    return tuple(_cap(key) for key in parse_keys(keys))


def _cap(key: str) -> str:
    if len(key) == 1:
        return key
    *modifiers, name = key[1:-1].replace("--", "-\0").split("-")
    name = {"\0": "-", **_NAMES, **_ARROWS}.get(name, name)
    written = name.upper() if modifiers and len(name) == 1 else name
    return "+".join([*(_MODIFIERS[modifier] for modifier in modifiers), written])


def keys_or_command(keymap: Keymap, command: str) -> Caps:
    """The shortest keys bound to `command`, or what to type instead."""
    keys = [key_caps(keys) for keys in keymap.keys_for(command)]
    return min(keys, key=len) if keys else (f":{command}",)


def mode_help(keymap: Keymap) -> list[ModeHelp]:
    """Every mode, in order."""
    leave = {mode: keymap.keys_for("normal", mode) for mode in Mode}
    return [ModeHelp(mode.label, mode.summary, key_caps(leave[mode][0]) if leave[mode] else None) for mode in Mode]


def keys_by_group(registry: CommandRegistry, keymap: Keymap) -> dict[str, dict[tuple[str, str], list[Caps]]]:
    """The keys of NORMAL mode by group, and by command line and its summary, in the order of the commands."""
    groups: dict[str, dict[tuple[str, str], list[Caps]]] = {group: {} for group in registry.groups()}
    for binding in keymap.bindings(Mode.NORMAL):
        command = first_command(binding.command, registry)
        if command is not None:
            # A key that opens the command line with a command in it is listed with that command.
            line = binding.command.lstrip(":").removeprefix("command-line ").strip()
            groups[command.group].setdefault((line, command.summary), []).append(key_caps(binding.keys))
    return {group: lines for group, lines in groups.items() if lines}


def commands_by_group(registry: CommandRegistry, keymap: Keymap) -> dict[str, list[CommandHelp]]:
    """Every command with its keys of NORMAL mode."""
    keys: dict[str, list[Caps]] = {}
    for binding in keymap.bindings(Mode.NORMAL):
        command = first_command(binding.command, registry)
        if command is not None:
            keys.setdefault(command.name, []).append(key_caps(binding.keys))
    return {
        group: [CommandHelp(command, tuple(keys.get(command.name, ()))) for command in commands]
        for group, commands in registry.groups().items()
    }
