"""The commands that the browser comes with, a module for each group of the help page."""

from minimal_browser_core.commands.builtin import copilot, kept, moving, pages, tabs, window
from minimal_browser_core.commands.registry import CommandRegistry


def register_builtins(registry: CommandRegistry) -> None:
    """Add every built-in command; the order is that of the help page. Raises ValueError where a name is taken."""
    groups = (
        pages.COMMANDS,
        moving.COMMANDS,
        tabs.COMMANDS,
        copilot.COMMANDS,
        kept.COMMANDS,
        window.commands(registry),
    )
    for group in groups:
        for command in group:
            registry.add(command)
