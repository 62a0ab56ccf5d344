"""The list of all features, in the order in which the help lists their commands."""

from minimal_browser_core.commands.registry import CommandRegistry
from minimal_browser_core.features import (
    bookmarks,
    clipboard,
    conversations,
    copilot,
    devtools,
    downloads,
    file_import,
    find,
    help,
    hints,
    history,
    modes,
    navigation,
    scrolling,
    settings,
    tabs,
    windows,
    zoom,
)

FEATURES = (
    navigation,
    hints,
    clipboard,
    scrolling,
    find,
    zoom,
    tabs,
    copilot,
    bookmarks,
    history,
    conversations,
    downloads,
    file_import,
    modes,
    devtools,
    settings,
    help,
    windows,
)


def all_commands() -> CommandRegistry:
    """A registry of every command of every feature."""
    registry = CommandRegistry()
    for feature in FEATURES:
        registry.add_module(feature)
    return registry
