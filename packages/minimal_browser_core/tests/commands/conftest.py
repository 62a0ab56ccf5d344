import pytest

from minimal_browser_core.commands.builtin import register_builtins
from minimal_browser_core.commands.registry import CommandRegistry


@pytest.fixture
def registry() -> CommandRegistry:
    registry = CommandRegistry()
    register_builtins(registry)
    return registry
